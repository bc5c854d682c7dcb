"""`bio-lakehouse ui` as a person starts it: a process, with all that it starts."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

UI = "from bio_lakehouse.cli import main; main()"
START_SECONDS = 480
LOOK_SECONDS = 0.3
"""Between two looks, each of which asks a busy machine for more."""


class UserInterface:
    """The command over a home, started with `with` and ended with everything that it started."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.url = f"http://localhost:{port}"
        self.log = home.with_name(f"{home.name}-{port}.log")

    def __enter__(self) -> Self:
        self.process = start_ui(self.home, self.port, self.log)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(180)

    def wait_until_it_answers(self) -> None:
        wait(self.answers, f"the web page; its log is\n{self.said()}", self.process)

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/server_info", timeout=60).status == 200
        except OSError:
            return False

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def page(self) -> int | None:
        """The process that leads the session of all that was started."""
        started = (
            pid
            for pid, parent, group in processes()
            # Others that it starts in passing stay in its own group.
            if parent == self.process.pid and group == pid
        )
        return next(started, None)


def start_ui(home: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", UI, "ui", "--home", str(home), "--port", str(port)]
    with log.open("ab") as output:
        return subprocess.Popen(command, stdout=output, stderr=output)


def processes() -> list[tuple[int, int, int]]:
    """Number, parent and group of every process that has not ended."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [(int(row[0]), int(row[1]), int(row[2])) for row in rows if row[3][0] != "Z"]


def members(group: int) -> list[int]:
    return [pid for pid, _, of in processes() if of == group]


def wait(
    until: Callable[[], object], what: str, process: subprocess.Popen[bytes] | None = None
) -> None:
    started = time.monotonic()
    while not until():
        has_ended = process is not None and process.poll() is not None
        if has_ended or time.monotonic() - started > START_SECONDS:
            raise AssertionError(f"waited for {what}")
        time.sleep(LOOK_SECONDS)
