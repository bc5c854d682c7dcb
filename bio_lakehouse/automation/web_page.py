"""Dagster's web page behind the guard, its daemon and code server: what `bio-lakehouse ui` starts.

`dagster dev` puts the same parts together, but its page answers whoever asks, and nothing can be
put before it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import dagster as dg
import uvicorn
import yaml
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
from dagster._utils.log import configure_loggers
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__
from starlette.types import ASGIApp

from bio_lakehouse.automation.own_user import OwnUserOnly
from bio_lakehouse.automation.reloading import reloading
from bio_lakehouse.automation.report_pages import WithReports
from bio_lakehouse.automation.web_guard import WebGuard
from bio_lakehouse.lake.extent import extent_of
from bio_lakehouse.settings import Settings, load_settings

DEFINITIONS = "bio_lakehouse.definitions"
REFRESH_MS = 2000
END_SECONDS = 10
PROBLEMS = "warning"


Around = Callable[[ASGIApp, Settings, int], ASGIApp]
"""What answers for other addresses of the port, and passes on the rest to Dagster's page."""


def main(port: int, descriptors: Sequence[int], around: Around | None = None) -> None:
    """Serve on sockets that listen already, until SIGTERM, SIGINT or the end of the process that
    holds our input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    configure_loggers(log_level=PROBLEMS.upper())
    listeners = [socket.socket(fileno=descriptor) for descriptor in descriptors]
    with suppress(KeyboardInterrupt), ExitStack() as started:
        server = _server(started, port, around)
        click.echo(f"The Dagster UI is at http://localhost:{port}. Ctrl-C ends it.")
        server.run(sockets=listeners)


def _server(started: ExitStack, port: int, around: Around | None) -> uvicorn.Server:
    """The web page's server, with all that it needs entered into `started`."""
    instance = started.enter_context(dg.DagsterInstance.get())
    settings = load_settings()
    loaded = extent_of(settings)
    code = ProxyServerManager(
        instance, ModuleTarget(DEFINITIONS, None, None, None), code_server_log_level=PROBLEMS
    )
    started.enter_context(code)
    started.enter_context(reloading(instance, code, loaded))
    workspace = started.enter_context(_workspace_file(code))
    started.enter_context(_daemon(workspace))
    target = WorkspaceFileTarget([str(workspace)])
    context = started.enter_context(WorkspaceProcessContext(instance, target, version=__version__))
    page = create_app_from_workspace_process_context(context, "", REFRESH_MS)
    guarded: ASGIApp = WebGuard(OwnUserOnly(WithReports(page, settings)), port)
    served = around(guarded, settings, port) if around else guarded
    return uvicorn.Server(
        uvicorn.Config(served, log_level=PROBLEMS, timeout_graceful_shutdown=END_SECONDS)
    )


@contextmanager
def _workspace_file(code: ProxyServerManager) -> Iterator[Path]:
    """Where page and daemon read the code server's address."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "workspace.yaml")
        path.write_text(yaml.safe_dump({"load_from": list(code.get_code_server_specs())}), "utf-8")
        yield path


@contextmanager
def _daemon(workspace: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "dagster._daemon", "run", "--log-level", PROBLEMS]
    daemon = subprocess.Popen([*command, "--workspace", str(workspace)], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.terminate()
        try:
            daemon.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()


def _end_with_parent() -> None:
    """Our input ends when the process that started us has gone, however it went."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(descriptor) for descriptor in sys.argv[2:]])
