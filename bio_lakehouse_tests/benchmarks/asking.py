"""How long an answer takes: the first one, in a program that has just been started, and the next.

`python -m bio_lakehouse_tests.benchmarks.asking HOME` asks the lake at HOME (five years of the
demo, say) and forgets the answers that it keeps, which are made again. A first answer has 2 s, the
next 0.3 s. Wall time and processor time are told apart: on a machine that has other things to do,
the second is the one to compare.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.engines import bounded_query, question_processes
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.lake.home import ANSWERS, require_lake
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings

FIRST_SECONDS, NEXT_SECONDS = 2.0, 0.3
TIMES = 5
START = "from bio_lakehouse.cli import main; main()"
QUESTIONS = (
    "What was my average readiness score last week?",
    "Show me days where my readiness dropped below 70",
    "Am I overtraining?",
    "How many workouts did I do in January?",
    "Compare my weekday and weekend sleep",
)
STATEMENTS = (
    "SELECT avg(readiness_score) FROM daily_readiness_performance",
    "SELECT day, energy_state FROM energy_state ORDER BY day DESC LIMIT 3",
    "SELECT * FROM dashboard_30day",
    "SELECT * FROM overtraining_risk ORDER BY day DESC LIMIT 5",
    "SELECT * FROM weekly_trends ORDER BY week_start DESC LIMIT 5",
    "SELECT count(*) FROM oura_sleep",
)


def main(home: Path) -> None:
    require_lake(home)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"First answers, each of a new program ({FIRST_SECONDS:g} s are allowed)")
    for question in QUESTIONS:
        tell_first(question, ["ask", "--home", str(home), question], home)
    for statement in STATEMENTS[:2]:
        tell_first(statement, ["query", "--home", str(home), statement], home)
    asking = Asking(Lakehouse.open(load_settings(home=home)))
    # A program with several threads, as the app, the conversation and the MCP server are.
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    question_processes.warm_up()
    user = asking.lake.settings.user
    print(f"Next answers, in one program ({NEXT_SECONDS:g} s are allowed)")
    for question in QUESTIONS:
        tell_next(question, lambda question=question: asked(asking, question, user, home))
    assert isinstance(asking.engine, DuckDbSql)
    for statement in STATEMENTS:
        tell_next(statement, lambda sql=statement: asking.engine.answer(sql, user))
        parts = phases(asking.engine, statement, user).items()
        print("    ", ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in parts))


def tell_first(text: str, words: list[str], home: Path) -> None:
    walls, processors = [], []
    for _ in range(TIMES):
        forget(home)
        before, started = used(), time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", START, *words], stdout=subprocess.DEVNULL, check=False
        )
        walls.append(time.perf_counter() - started)
        processors.append(used() - before)
    _tell(text, walls, FIRST_SECONDS, f"processor {min(processors):.2f} s")


def tell_next(text: str, ask: Callable[[], object]) -> None:
    ask()
    walls = []
    for _ in range(TIMES):
        started = time.perf_counter()
        ask()
        walls.append(time.perf_counter() - started)
    _tell(text, walls, NEXT_SECONDS)


def _tell(text: str, walls: list[float], allowed: float, more: str = "") -> None:
    best, usual = min(walls), statistics.median(walls)
    print(f"{text[:58]:58} best {best:.3f} s  median {usual:.3f} s  {usual / allowed:4.0%}  {more}")


def asked(asking: Asking, question: str, user: str, home: Path) -> None:
    forget(home)
    asking.ask(question, user)


def forget(home: Path) -> None:
    shutil.rmtree(home / ANSWERS, ignore_errors=True)


def used() -> float:
    """Seconds of a processor that ended children have used, and theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def phases(engine: DuckDbSql, statement: str, user: str) -> dict[str, float]:
    """Seconds of the parts of one answer: until its process takes the statement, what the parent
    reads and hands over, and all else, which is that process's."""
    spent: dict[str, float] = {}
    with ExitStack() as measured:
        measured.enter_context(timed(bounded_query, "_tell", spent))
        measured.enter_context(timed(bounded_query, "send_rows", spent))
        measured.enter_context(timed(engine, "scan", spent))
        started = time.perf_counter()
        engine.answer(statement, user)
        whole = time.perf_counter() - started
    named = {"start": spent["_tell"], "read": spent["scan"], "send": spent["send_rows"]}
    return {**named, "translate and run": whole - sum(named.values()), "whole": whole}


@contextmanager
def timed(owner: object, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Adds up how long the function `name` of `owner` takes."""
    function = getattr(owner, name)
    spent[name] = 0.0

    def measured(*arguments: object) -> object:
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent[name] += time.perf_counter() - started

    setattr(owner, name, measured)
    try:
        yield
    finally:
        setattr(owner, name, function)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
