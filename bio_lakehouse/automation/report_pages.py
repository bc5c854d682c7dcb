"""Written reports in the browser, at `/reports` beside Dagster's page and behind the same guard.

A page has the origin of Dagster's own, and a script that got into it could launch runs. So each is
answered in a sandbox: it has no origin, may ask for nothing, and is kept by no cache.
"""

from __future__ import annotations

from datetime import date

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bio_lakehouse.english import dated
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.listing import ADDRESS, WrittenReport, listing
from bio_lakehouse.reports.pages import report_key, reported_weeks
from bio_lakehouse.settings import Settings

NOTHING_ASKED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
LIST_POLICY = f"sandbox; {NOTHING_ASKED}"
PAGE_POLICY = f"sandbox allow-scripts; script-src 'unsafe-inline'; {NOTHING_ASKED}"
"""The charts are drawn by the page's scripts, which it names by their hashes."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class WithReports:
    """ASGI middleware that answers for `/reports`, and passes on to `app` what is asked of it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.reports = report_pages(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        asks_for_report = path == ADDRESS or path.startswith(f"{ADDRESS}/")
        app = self.reports if scope["type"] == "http" and asks_for_report else self.app
        await app(scope, receive, send)


def report_pages(settings: Settings) -> ASGIApp:
    """The list of reports, that of a week, and each page."""
    lake = Lakehouse(settings)

    def all_weeks(_: Request) -> Response:
        return listed(written(lake), "Weekly reports")

    def one_week(request: Request) -> Response:
        day = day_of(request)
        found = [report for report in written(lake) if report.day == day]
        if day is None or not found:
            return not_there()
        if len(found) == 1:
            return RedirectResponse(found[0].address, 303, HEADERS)
        return listed(found, f"Reports of the week up to {dated(day)}")

    def page(request: Request) -> Response:
        day, user_id = day_of(request), request.path_params["user_id"]
        if day is None or WrittenReport(user_id, day) not in written(lake):
            return not_there()
        headers = HEADERS | {"Content-Security-Policy": PAGE_POLICY}
        return HTMLResponse(lake.objects.get(report_key(user_id, day)), headers=headers)

    return Starlette(
        routes=[
            Route(ADDRESS, all_weeks),
            Route(f"{ADDRESS}/", all_weeks),
            Route(f"{ADDRESS}/{{day}}", one_week),
            Route(f"{ADDRESS}/{{user_id}}/weekly-{{day}}.html", page),
        ]
    )


def written(lake: Lakehouse) -> list[WrittenReport]:
    """The reports that there are: no other object of the lake can be asked for."""
    weeks = reported_weeks(lake)
    return [WrittenReport(user_id, day) for user_id, days in weeks.items() for day in days]


def day_of(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.path_params["day"])
    except ValueError:
        return None


def listed(reports: list[WrittenReport], title: str) -> Response:
    headers = HEADERS | {"Content-Security-Policy": LIST_POLICY}
    return HTMLResponse(listing(reports, title), headers=headers)


def not_there() -> Response:
    return PlainTextResponse(f"There is no such report; {ADDRESS} lists all.\n", 404, HEADERS)
