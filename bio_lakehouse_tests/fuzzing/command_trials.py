"""A sample of the corpus through the command itself: a process, its exit code and what it
prints."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bio_lakehouse_tests.fuzzing.cases import Case
from bio_lakehouse_tests.fuzzing.clear_words import unclear
from bio_lakehouse_tests.fuzzing.corpus import named
from bio_lakehouse_tests.fuzzing.trials import Trial

SAMPLE = (
    "empty",
    "web page",
    "gzip",
    "a torn zip",
    "lists 10,000 deep",
    "cut within a row",
    "1e30 kJ",
    "a pipe",
    "a line end in the name",
)
_PATIENCE_S = 600.0
"""What is taken is built too, by a run of Dagster."""
_COMMAND = [sys.executable, "-c", "from bio_lakehouse.cli import main; main()", "ingest"]


def command_trials() -> Iterator[Trial]:
    """Each of the sample, in a home of its own."""
    for kind in SAMPLE:
        yield _trial(named(kind))


def _trial(case: Case) -> Trial:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / case.name
        case.make(path)
        home = Path(folder) / "home"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        try:
            done = subprocess.run(
                [*_COMMAND, "--home", str(home), str(path)],
                capture_output=True,
                text=True,
                timeout=_PATIENCE_S,
                env=os.environ | {"COLUMNS": "200", "BIO_TIMEZONE": "America/New_York"},
            )
        except subprocess.TimeoutExpired:
            return Trial(case.kind, "given", (), "it hangs", _PATIENCE_S, 0, 0, hung=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = done.stdout + done.stderr
    return Trial(
        f"{case.kind} (the command)",
        "given",
        case.becomes,
        told,
        time.monotonic() - started,
        cpu,
        0,
        tuple(_faults(case, told, done.returncode)),
        crashed="Traceback" in told or done.returncode not in (0, 1),
    )


def _faults(case: Case, told: str, code: int) -> Iterator[str]:
    is_fine = set(case.becomes) == {"taken"}
    if (code == 0) != is_fine:
        yield f"it ended with {code}"
    if not is_fine:
        # What is said of the file and what to do comes after the table of its rows.
        said = " ".join(told.split())[-1_000:]
        yield from (f"{fault} in {said[-300:]!r}" for fault in unclear(said, case.name))
