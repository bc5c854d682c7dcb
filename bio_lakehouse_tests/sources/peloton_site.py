"""A loopback site that looks like Peloton's members' pages: a hosted sign-in, the workouts page and
its button."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CSV = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,Type,Title,Class Timestamp,"
    "Total Output,Avg. Watts,Avg. Resistance,Avg. Cadence (RPM),Avg. Speed (mph),Distance (mi),Calories Burned,"
    "Avg. Heartrate,Avg. Incline,Avg. Pace (min/mi)\n"
    '2025-03-01 06:12 (EST),On Demand,Ada Test,30,Cycling,Theme,"30 min Ride, Ünïcode",2025-02-27 10:00 (EST),'
    "301,167,41%,84,20.1,10.05,322,136.62,,\n"
)

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Peloton</title><style>
button {{ text-transform: uppercase }}
#onetrust-banner-sdk {{ position: fixed; inset: 0; background: white; z-index: 9 }}</style></head>
<body><h1>Workouts</h1>{banner}<button>Filter</button>{button}
<script>function get() {{ {action} }}</script></body></html>"""

BUTTON = '<button onclick="get()"><span>Download </span>Workouts</button>'
LINK = '<a href="/api/user/1/workout_history_csv">Download Workouts</a>'
BANNER = """<div id="onetrust-banner-sdk">We use cookies.
<button id="onetrust-reject-all-handler" onclick="this.parentElement.remove()">Reject All</button></div>"""
NAVIGATE = "window.location = '/api/user/1/workout_history_csv'"
NEW_TAB = "window.open('/api/user/1/workout_history_csv')"
BLOB = """fetch('/api/user/1/workout_history_csv').then(answer => answer.blob()).then(blob => {
  const link = document.createElement('a'); link.href = URL.createObjectURL(blob);
  link.download = 'ada workouts/1.csv'; link.click(); })"""

SIGN_IN_PAGE = """<!doctype html><title>Log in</title><form method="post" action="/login">
<input name="usernameOrEmail"><input type="password" name="password"><button>Log in</button></form>
<script>if ({person}) setTimeout(() => document.forms[0].submit(), 300)</script>"""


@dataclass
class Site:
    """What the site does now.

    `person` is somebody at the keyboard who fills the sign-in form. One that `renews` gives a new
    session with each workouts page and knows the old one no more.
    """

    person: bool = False
    status: int = 200
    button: str = BUTTON
    action: str = NAVIGATE
    banner: str = ""
    after_sign_in: str = "/profile/workouts"
    answer: str = CSV
    cookie: str = "Path=/; HttpOnly"
    renews: bool = False
    stalls: bool = False
    sessions: int = 0
    downloads: int = 0

    def __enter__(self) -> Site:
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/profile/workouts"

    def wait_for_the_end(self) -> None:
        self._ended.wait(30)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            signed_in = (
                f"session={site.sessions}" in self.headers.get("Cookie", "") and site.sessions > 0
            )
            if self.path == "/login":
                self._html(200, SIGN_IN_PAGE.format(person=str(site.person).lower()))
            elif not signed_in:
                self._see_other("/login")
            elif self.path == "/profile/workouts":
                site.sessions += site.renews
                self._html(
                    site.status,
                    PAGE.format(banner=site.banner, button=site.button, action=site.action),
                    f"session={site.sessions}; {site.cookie}" if site.renews else None,
                )
            elif self.path.endswith("workout_history_csv"):
                self._csv()
            else:
                self._html(200, "<!doctype html><h1>Welcome back</h1>")

        def do_POST(self) -> None:
            site.sessions += 1
            self._see_other(site.after_sign_in, f"session={site.sessions}; {site.cookie}")

        def _csv(self) -> None:
            content = site.answer.encode()
            site.downloads += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Content-Disposition", 'attachment; filename="ada_workouts.csv"')
            self.send_header("Content-Length", str(len(content) + (1000 if site.stalls else 0)))
            self.end_headers()
            self.wfile.write(content)
            if site.stalls:
                self.wfile.flush()
                site.wait_for_the_end()

        def _html(self, status: int, text: str, cookie: str | None = None) -> None:
            content = text.encode()
            self.send_response(status)
            if cookie:
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _see_other(self, path: str, cookie: str | None = None) -> None:
            self.send_response(303)
            self.send_header("Location", path)
            if cookie:
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler
