"""The process in which cases are tried, one after another; a line of JSON tells of each.

`python -m bio_lakehouse_tests.fuzzing.child` reads lines of kind and way, tabbed. It may not take
more memory than `MOST_MEMORY`.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path

from bio_lakehouse_tests.fuzzing.corpus import named
from bio_lakehouse_tests.fuzzing.trying import Tried, attempt
from bio_lakehouse_tests.sources.large_files import peak_megabytes

MOST_MEMORY = 4 << 30
"""Bytes of address space; what is shared with libraries counts."""
_FORGET_PEAK = "5"


def _forget_peak() -> None:
    """From now on the most memory is counted anew, where the system can do that."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text(_FORGET_PEAK)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for line in sys.stdin:
        kind, way = line.rstrip("\n").split("\t")
        _forget_peak()
        started, worked = time.monotonic(), time.process_time()
        tried = Tried(kind, "landed" if way == "landed" else "given")
        crash = ""
        try:
            tried = attempt(named(kind), tried.way)
        except BaseException:  # noqa: BLE001 - whatever comes here should never have come
            crash = traceback.format_exc()
        told = asdict(tried) | {
            "crash": crash,
            "seconds": time.monotonic() - started,
            "cpu_seconds": time.process_time() - worked,
            "megabytes": peak_megabytes(),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
