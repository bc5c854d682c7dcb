"""Work that takes minutes, in a process of its own: no page waits for it, and it ends with the
app."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any

from bio_lakehouse.errors import BioLakehouseError

MODULE = "bio_lakehouse.app.work_process"
END_SECONDS = 10
CUT_SHORT = (
    "The work ended before it was done. Nothing that landed is lost; what is still to be built is "
    "built with the next file that comes in, or by `bio-lakehouse refresh`."
)


@dataclass
class Work:
    """One piece of work as its process tells it.

    `user` is whose it is, `step` what it is at, `done` of `total` steps; `link` an address for the
    person to open; `outcome` what came of it, `error` why it failed.
    """

    title: str
    user: str
    step: str = ""
    done: int = 0
    total: int = 0
    link: str = ""
    said: list[str] = field(default_factory=list)
    outcome: dict[str, Any] | None = None
    error: str = ""
    is_over: bool = False

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in one event of the process."""
        match event["event"]:
            case "step":
                self.step, self.done, self.total = event["step"], event["done"], event["total"]
            case "says":
                self.said.append(event["text"])
            case "link":
                self.link = event["address"]
            case "done":
                self.outcome = event["outcome"]
            case "failed":
                self.error = event["reason"]

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class BackgroundWork:
    """One piece of work at a time, the last one kept until the next begins."""

    def __init__(self) -> None:
        self.current: Work | None = None
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    @property
    def goes_on(self) -> bool:
        """Whether something is being done now."""
        return self.current is not None and not self.current.is_over

    def start(
        self, title: str, order: Mapping[str, Any], files: TemporaryDirectory[str] | None = None
    ) -> Work:
        """Begin what `order` says (see `work_process`); `files` is removed when it is over.

        Raises `BioLakehouseError` while something else goes on.
        """
        with self._lock:
            if self.current is not None and self.goes_on:
                raise BioLakehouseError(
                    f"“{self.current.title}” is still going on: try again when it is done."
                )
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            work = self.current = Work(title, str(order.get("user", "")))
        given = {**order, "folder": files.name} if files else order
        Thread(target=_follow, args=(process, work, given, files), daemon=True).start()
        return work

    def forget(self) -> None:
        """Let go of what is over, once it was seen."""
        with self._lock:
            if not self.goes_on:
                self.current = None

    def end(self) -> None:
        """End what goes on."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _follow(
    process: subprocess.Popen[str],
    work: Work,
    order: Mapping[str, Any],
    files: TemporaryDirectory[str] | None,
) -> None:
    """Hear what the process tells, and note its end, whatever it was."""
    try:
        _heard(process, work, order)
    finally:
        if files is not None:
            with suppress(OSError):
                files.cleanup()
        if work.outcome is None and not work.error:
            work.error = CUT_SHORT
        work.is_over = True


def _heard(process: subprocess.Popen[str], work: Work, order: Mapping[str, Any]) -> None:
    """Give the order, and take in what the process tells until it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):
        # Its input stays open: its end tells the process that we have gone.
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    for line in process.stdout:
        with suppress(ValueError):
            work.hear(json.loads(line))
    process.wait()
    with suppress(OSError):
        process.stdin.close()
