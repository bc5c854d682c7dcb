"""`bio-lakehouse mcp --http`: on loopback, behind the guard that the Dagster UI has."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import click
import uvicorn
from starlette.types import ASGIApp

from bio_lakehouse.automation.listeners import listeners_on
from bio_lakehouse.automation.own_user import OwnUserOnly
from bio_lakehouse.automation.web_guard import WebGuard

END_SECONDS = 3


def serve(app: ASGIApp, port: int) -> None:
    """Serve on this machine until a signal ends it; nothing that is asked is logged.

    Raises `BioLakehouseError` when the port is taken.
    """
    with ExitStack() as held:
        listeners = [held.enter_context(one) for one in listeners_on(port, "mcp --http")]
        config = uvicorn.Config(
            WebGuard(OwnUserOnly(app), port),
            access_log=False,
            log_config=None,
            log_level="critical",
            timeout_graceful_shutdown=END_SECONDS,
        )
        server = uvicorn.Server(config)
        threading.Thread(target=_tell, args=(server, port), daemon=True).start()
        server.run(sockets=listeners)


def _tell(server: uvicorn.Server, port: int) -> None:
    while not server.started:
        time.sleep(0.05)
    click.echo(f"The MCP server is at http://localhost:{port}/mcp. Ctrl-C ends it.")
