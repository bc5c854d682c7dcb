"""A process that has imported everything and forks a child for each order that it reads.

An order is a line of JSON: a function by its dotted name with its arguments, the environment, and
what happens at which call. The answer says how the child ended, what it printed and returned, and
which calls it made that change files of the home. Started by `workshop.py` under the interposer.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from bio_lakehouse_tests.faults.interposing import Happens, arm, disarm

IMPORTED = (
    "bio_lakehouse.automation.launch",
    "bio_lakehouse.automation.landing_news",
    "bio_lakehouse.cli",
    "bio_lakehouse.engines.spark",
    "bio_lakehouse.engines.sql",
    "bio_lakehouse.lake.repair",
    "bio_lakehouse.reports.composition",
    "bio_lakehouse.reports.renewing",
    "bio_lakehouse.workflows",
    "bio_lakehouse_tests.faults.deeds",
    "duckdb",
    "pyarrow.dataset",
    "pyiceberg.catalog.sql",
)


def main() -> None:
    """Import, say so, and serve orders until standard input ends."""
    for name in IMPORTED:
        importlib.import_module(name)
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(served(json.loads(line))), flush=True)


def served(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child that does what is ordered, and wait for its end."""
    answer_out, answer_in = os.pipe()
    trace = Path(order["trace"])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        os.close(answer_out)
        obey(order, answer_in, trace)
    os.close(answer_in)
    with os.fdopen(answer_out, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = json.loads(content) if content else {}
    return answer | {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


def obey(order: dict[str, Any], answer_in: int, trace: Path) -> None:
    """Do what is ordered in this process, which ends with it."""
    os.environ.update(order["environment"])
    said, code, value = io.StringIO(), 0, None
    path = os.open(trace, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            arm(Path(order["home"]), Happens(order["happens"]), order["at"], path)
            value = function_named(order["function"])(*order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever ends a child is told
        traceback.print_exc(file=said)
        code = 70
    disarm()
    with os.fdopen(answer_in, "w") as pipe:
        json.dump({"said": said.getvalue(), "value": value}, pipe)
    os._exit(code)


def function_named(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


if __name__ == "__main__":
    main()
