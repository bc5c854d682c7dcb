"""`bio-lakehouse app`: one a home, on loopback, behind the guard that the Dagster UI has."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import click
import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bio_lakehouse.app import opened
from bio_lakehouse.app.framed_reports import framed_report
from bio_lakehouse.app.look import OPTIONS
from bio_lakehouse.automation.instance import dagster_home
from bio_lakehouse.automation.listeners import listeners_on
from bio_lakehouse.automation.own_user import OwnUserOnly
from bio_lakehouse.automation.serving import the_only_one
from bio_lakehouse.automation.web_guard import WebGuard
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.extras import why_without
from bio_lakehouse.lake import demo_home
from bio_lakehouse.settings import Settings

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""The browser asks nobody but this server, whatever stands on a page."""
SCRIPT = Path(__file__).with_name("main_page.py")
PROBLEMS = "warning"
END_SECONDS = 3


def serve(settings: Settings, user: str | None, port: int, *, open_page: bool) -> None:
    """Serve the app on this machine until a signal ends it, and end all that it started.

    Where the UI of this home is open, its process has the app already, and that one is shown,
    unless `user` fixes whose rows are seen. Raises `BioLakehouseError` when the port is taken, this
    home's app is open already or its extra is not installed; nothing was started then.
    """
    missing = why_without("app")
    if missing:
        raise SettingsError(missing)
    beside = None if user else address_in_ui(settings)
    if beside:
        show(
            f"The Dagster UI of this home is open, and the app with it, at {beside}.",
            beside,
            open_page,
        )
        return
    address = f"http://localhost:{port}"
    with ExitStack() as held:
        held.enter_context(the_only_one(settings, "app", address))
        listeners = [held.enter_context(listener) for listener in listeners_on(port, "app")]
        lakes = opened.open_lakes(settings, user)
        held.callback(lakes.end)
        config = uvicorn.Config(
            guarded(streamlit_app(port), port),
            log_level=PROBLEMS,
            ws="websockets-sansio",
            timeout_graceful_shutdown=END_SECONDS,
        )
        server = uvicorn.Server(config)
        threading.Thread(target=tell, args=(server, address, open_page), daemon=True).start()
        with suppress(KeyboardInterrupt):
            server.run(sockets=listeners)


def tell(server: uvicorn.Server, address: str, open_page: bool) -> None:
    """Say where the app is once it answers, and show it."""
    while not server.started:
        time.sleep(0.05)
    show(f"The app is at {address}. Ctrl-C ends it.", address, open_page)


def show(words: str, address: str, open_page: bool) -> None:
    click.echo(words)
    if open_page:
        click.launch(address)


def address_in_ui(settings: Settings) -> str:
    """Where the UI of this home has the app; empty where no UI is open."""
    holder = dagster_home(settings) / "ui.txt"
    if not demo_home.is_open(settings.home):
        return ""
    with suppress(OSError):
        _, _, address = holder.read_text("utf-8").partition(" at ")
        return f"{address}/app" if address else ""
    return ""


def guarded(app: ASGIApp, port: int) -> WebGuard:
    """The app as it may be asked: by this machine's own browser and user, under its own name.

    Streamlit has tokens of its own against forged uploads.
    """
    return WebGuard(OwnUserOnly(app), port, frames_itself=True)


def streamlit_app(port: int, base: str = "") -> ASGIApp:
    """Streamlit over the pages, and the written reports that they show in a frame; all of it below
    the path `base`."""
    from streamlit import config
    from streamlit.starlette import App

    config.get_config_options(force_reparse=True, options_from_flags={**OPTIONS})
    config.set_option("server.port", port)
    config.set_option("browser.serverPort", port)
    config.set_option("server.baseUrlPath", base.strip("/"))
    app: ASGIApp = App(SCRIPT, routes=[framed_report(base)], middleware=[Middleware(OwnPagesOnly)])
    return app


class OwnPagesOnly:
    """ASGI middleware by which the browser fetches from this server alone; a page that has a policy
    of its own keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Content-Security-Policy", POLICY)
            await send(message)

        await self.app(scope, receive, sending)
