"""What a command costs: seconds on the wall and of the processor, and memory.

As a program it runs the command that follows and writes that as JSON into the file before it. The
system counts what a process held before it became another program, so this one, which is small,
stands between a benchmark and the command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and all that it started took: seconds on the wall and of the processor, and
    the most memory that one of them held, in MB."""

    wall_s: float
    processor_s: float
    memory_mb: float


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, its output discarded; `CalledProcessError` when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "cost.json")
        between = [sys.executable, "-S", "-E", __file__, str(told), *command]
        variables = os.environ | dict(environment or {})
        subprocess.run(between, check=True, env=variables, stdout=subprocess.DEVNULL)
        return Cost(**json.loads(told.read_text()))


def measured(command: Sequence[str]) -> tuple[Cost, int]:
    """The cost of a command that is run now, and its exit code."""
    begun = time.monotonic()
    with subprocess.Popen(command) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    return cost, process.returncode


def most_memory_mb(process: subprocess.Popen[str]) -> int:
    """Wait for a process to end: the most memory that it and all that it started held at one
    moment, in MB, looked at twenty times a second.

    The most of each, as the system counts it, may be of other moments, and counts for a new process
    what the one held that started it.
    """
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(resident_pages, with_children(process.pid))))
        time.sleep(0.05)
    return most * os.sysconf("SC_PAGE_SIZE") >> 20


def with_children(process_id: int) -> Iterator[int]:
    """A process and those that it and they started, of which any may have ended meanwhile."""
    yield process_id
    for told in Path(f"/proc/{process_id}/task").glob("*/children"):
        with suppress(OSError):
            for child in told.read_text("ascii").split():
                yield from with_children(int(child))


def resident_pages(process_id: int) -> int:
    try:
        return int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    found, code = measured(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(asdict(found)))
    sys.exit(code)
