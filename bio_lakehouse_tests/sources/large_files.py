"""Files that are large by mistake or to do harm, and what reading one takes in a process of its
own.

`python large_files.py FILE` reads it and prints what came of it and the most memory that the
process had.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

MEGABYTE = 1 << 20
FIRST_DAY = date(2016, 1, 1)
TRENDS_COLUMNS = ["date", "Sleep Score", *(f"New {number}" for number in range(50))]


class Outcome(NamedTuple):
    """What reading a file came to: rows and rejected rows, or the refusal; memory in MB, time in
    s."""

    rows: int
    rejected: int
    kept: int
    refusal: str
    megabytes: float
    seconds: float


def read_in_a_child(path: Path) -> Outcome:
    """Read the file in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(path)], capture_output=True, text=True, check=True
    )
    return Outcome(*json.loads(done.stdout))


def moments(count: int) -> list[str]:
    """Times five minutes apart, as the account export writes them."""
    times = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 5)]
    days = (FIRST_DAY + timedelta(days) for days in range(count // len(times) + 1))
    return [f"{day}T{time}:00.000Z" for day in days for time in times][:count]


def heart_rates_csv(count: int, delimiter: str = ";") -> str:
    rows = (
        delimiter.join((moment, str(40 + number % 90), "awake"))
        for number, moment in enumerate(moments(count))
    )
    return "\n".join([delimiter.join(("timestamp", "bpm", "source")), *rows]) + "\n"


def heart_rates_json(count: int) -> str:
    rows = [
        f'{{"timestamp": "{moment}", "bpm": {40 + number % 90}, "source": "awake"}}'
        for number, moment in enumerate(moments(count))
    ]
    return f'{{"data": [{", ".join(rows)}], "next_token": null}}'


def lines_after(header: str, line: str, size: int) -> str:
    """A header, then as many of that line as fill the bytes."""
    return f"{header}\n" + f"{line}\n" * (size // (len(line) + 1))


def peak_megabytes() -> float:
    """The most memory that this process held since it began; `getrusage` would count its parent's
    too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def _main(path: Path) -> None:
    from zoneinfo import ZoneInfo

    from bio_lakehouse.errors import UnsupportedFile
    from bio_lakehouse.sources import parse
    from bio_lakehouse.sources.records import ParseContext

    context = ParseContext(ZoneInfo("America/Los_Angeles"), date(2015, 1, 1), date(2030, 7, 15))
    started = time.monotonic()
    counts, refusal = (0, 0, 0), ""
    try:
        parsed = parse(path.name, path.read_bytes(), context)
        counts = (parsed.row_count, parsed.rejected_count, len(parsed.rejected))
    except UnsupportedFile as error:
        refusal = str(error)
    print(
        json.dumps(
            [*counts, refusal, round(peak_megabytes()), round(time.monotonic() - started, 1)]
        )
    )


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
