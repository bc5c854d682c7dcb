"""`bio-lakehouse ui`: one a home, on a port that is free, and nothing of it is left when it
ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from bio_lakehouse import whole_files
from bio_lakehouse.automation.instance import dagster_home, environment, open_instance
from bio_lakehouse.automation.listeners import listeners_on
from bio_lakehouse.automation.running import close_abandoned_runs
from bio_lakehouse.automation.shrinking import shrink
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.settings import Settings

Serving = Literal["ui", "app"]
NAMES: dict[Serving, str] = {"ui": "UI", "app": "app"}
"""What the commands open, as a person calls it."""
WEB_PAGE = "bio_lakehouse.automation.web_page"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
END_SECONDS = 25
"""What the web page, the daemon and the code server have for their own end; then they are
killed."""


def serve(settings: Settings, port: int, page: str = WEB_PAGE) -> int:
    """Run Dagster's web page and daemon on this machine until a signal ends them; the exit code.
    `page` is the module that is run for it.

    Raises `BioLakehouseError` when the port is taken or this home has its UI open already; nothing
    was started then.
    """
    with ExitStack() as held:
        held.enter_context(the_only_one(settings, "ui", f"http://localhost:{port}"))
        listeners = [held.enter_context(listener) for listener in listeners_on(port, "ui")]
        with open_instance(settings) as instance:
            close_abandoned_runs(instance)
        shrink(settings)
        return _supervise(settings, port, listeners, page)


@contextmanager
def the_only_one(settings: Settings, command: Serving, address: str) -> Iterator[None]:
    """This home's UI or app; who holds it stands beside the lock, which the end of the process
    opens, however it ends.

    `BioLakehouseError` when this home's is open already.
    """
    folder = dagster_home(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    holder = folder / f"{command}.txt"
    lock = FileLock(folder / f"{command}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BioLakehouseError(
            f"The {NAMES[command]} of {settings.home} is open already: {_told(holder)}. Use that "
            "one, or end it first."
        ) from None
    try:
        whole_files.write_text(holder, f"process {os.getpid()} at {address}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _told(holder: Path) -> str:
    with suppress(OSError):
        return holder.read_text("utf-8")
    return "another process is starting it"


def _supervise(
    settings: Settings, port: int, listeners: Sequence[socket.socket], module: str
) -> int:
    """Start the web page in a session of its own, wait for its end or a signal, and end all that it
    started."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING}
    descriptors = [listener.fileno() for listener in listeners]
    page = subprocess.Popen(
        [
            sys.executable,
            "-m",
            module,
            str(port),
            *map(str, descriptors),
        ],
        env=environment(settings) | {"PYTHONSAFEPATH": "1"},
        # Dagster reads the `.env` of whatever folder it is started in.
        cwd=dagster_home(settings),
        stdin=subprocess.PIPE,
        pass_fds=descriptors,
        start_new_session=True,
        umask=0o077,
    )
    try:
        return page.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        _end(page)
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(page: subprocess.Popen[bytes]) -> None:
    page.terminate()
    with suppress(subprocess.TimeoutExpired):
        page.wait(END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(page.pid, signal.SIGKILL)
    page.wait()
