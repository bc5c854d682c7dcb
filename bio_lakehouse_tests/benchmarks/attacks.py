"""What becomes of hostile statements, and of good ones, over a real lake of two people.

`python -m bio_lakehouse_tests.benchmarks.attacks [HOME [ATTACKS GOOD]]` asks each statement of
both files as one of the home's people, who is `me` where that is one; where no files are named,
the shared cases and all of `attack_statements.py`. Without HOME a lake of two made-up people is
built. It prints counts by kind, the longest
time and the most memory, and what the next statement then took. In a file a line that begins with
`--#` names the kind of those below, and `WORKDIR` stands for a folder with a file that nobody may
read. Nothing may be told of the others: each answer must be that of a copy of the lake that has
forgotten them.
"""

from __future__ import annotations

import logging
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa

from bio_lakehouse.ask.evaluation.demo import demo_lake
from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.question_processes import HELPER
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.errors import QueryError
from bio_lakehouse.lake import moving
from bio_lakehouse.lake.forgetting import forget
from bio_lakehouse.lake.home import require_lake
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.benchmarks.attack_statements import (
    CASES,
    Kinds,
    for_the_rows_of,
    hungry,
    statements_of,
)
from bio_lakehouse_tests.sources.large_files import peak_megabytes

MODULE = "bio_lakehouse_tests.benchmarks.attacks"
FILES = (CASES / "sql_attacks.sql", CASES / "sql_good.sql")
LONGEST_SECONDS = 35.0
MOST_MEGABYTES = 1000.0
A_LONG_ONE = 1.0
"""Seconds after which a statement counts as long, and the one after it is timed."""
CANARY = "nobody-may-read-this"
BY_CHANCE = ("rand", "uuid", "now", "current_time", "localtime", "shuffle", "tablesample")
"""Words of statements whose answer is another each time."""


@dataclass(slots=True)
class Outcomes:
    """What became of the statements of one file: counts by kind, and what must not have
    happened."""

    refused: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    harm: list[str] = field(default_factory=list)
    longest: tuple[float, str] = (0.0, "")
    most_megabytes: tuple[float, str] = (0.0, "")
    next_one: tuple[float, str] = (0.0, "")

    def told(self) -> Iterator[str]:
        """A line a kind, and the worst."""
        for kind in self.refused | self.answered:
            yield f"{kind:20} refused {self.refused[kind]:4}  answered {self.answered[kind]:4}"
        yield f"{'all':20} refused {self.refused.total():4}  answered {self.answered.total():4}"
        yield f"{self.compared} answers are those of a lake without the others"
        yield f"longest {self.longest[0]:.1f} s: {self.longest[1][:100]}"
        yield f"most memory {self.most_megabytes[0]:.0f} MB: {self.most_megabytes[1][:100]}"
        yield f"the next one took at most {self.next_one[0]:.2f} s: {self.next_one[1][:100]}"
        yield from (f"HARM {harm}" for harm in self.harm)


@dataclass(frozen=True, slots=True)
class Asked:
    """A way to ask, and to ask the lake that has only this user; as whom, who else there is, and
    the folder that nobody may read."""

    engine: SqlEngine
    alone: SqlEngine
    user: str
    others: frozenset[str]
    folder: Path

    def outcomes(self, statements: Kinds) -> Outcomes:
        outcomes = Outcomes()
        for kind, statement in statements:
            self._ask(kind, statement.replace("WORKDIR", str(self.folder)), outcomes)
        return outcomes

    def _ask(self, kind: str, statement: str, outcomes: Outcomes) -> None:
        started = time.monotonic()
        peak, stop = watched_memory()
        before = files_of(self.folder)
        rows = None
        try:
            rows = self.engine.answer(statement, self.user)
        except QueryError as error:
            outcomes.refused[kind] += 1
            outcomes.harm.extend(no_sentence(statement, str(error)))
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            outcomes.harm.append(f"{type(error).__name__}: {error}: {statement[:200]}")
        finally:
            stop()
        seconds = time.monotonic() - started
        outcomes.longest = max(outcomes.longest, (seconds, statement))
        outcomes.most_megabytes = max(outcomes.most_megabytes, (peak(), statement))
        if seconds > LONGEST_SECONDS or peak() > MOST_MEGABYTES:
            outcomes.harm.append(f"{seconds:.1f} s, {peak():.0f} MB: {statement[:200]}")
        if seconds > A_LONG_ONE:
            outcomes.next_one = max(outcomes.next_one, (self._seconds_of_the_next(), statement))
        if rows is not None:
            outcomes.answered[kind] += 1
            outcomes.harm.extend(self._leaks(statement, rows))
            self._compare(statement, rows, outcomes)
        if files_of(self.folder) != before:
            outcomes.harm.append(f"it wrote a file: {statement[:200]}")

    def _seconds_of_the_next(self) -> float:
        started = time.monotonic()
        self.engine.answer("SELECT count(*) FROM energy_state", self.user)
        return time.monotonic() - started

    def _leaks(self, statement: str, rows: pa.Table) -> Iterator[str]:
        """Cells that are another person's, or a file's."""
        text = str(rows.slice(0, 10_000).to_pydict())
        for mark in (CANARY, *(repr(other) for other in self.others)):
            if mark in text and mark.strip("'") not in statement:
                yield f"{mark} is in the answer: {statement[:200]}"

    def _compare(self, statement: str, rows: pa.Table, outcomes: Outcomes) -> None:
        """Whether the lake that knows of nobody else answers the same."""
        if any(word in statement.lower() for word in BY_CHANCE):
            return
        outcomes.compared += 1
        try:
            same = as_texts(self.alone.answer(statement, self.user)) == as_texts(rows)
        except QueryError:
            same = False
        if not same:
            outcomes.harm.append(f"the others change the answer: {statement[:200]}")


def as_texts(rows: pa.Table) -> list[str]:
    return sorted(map(repr, rows.to_pylist()))


def no_sentence(statement: str, reason: str) -> Iterator[str]:
    if not reason or not reason[0].isprintable() or "Traceback" in reason:
        yield f"no sentence, {reason!r}: {statement[:200]}"


def files_of(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in folder.rglob("*")}


def watched_memory() -> tuple[Callable[[], float], Callable[[], None]]:
    """The most that this process and one that answers held together, in MB, and what ends the
    watch."""
    seen = [0.0]
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.01):
            processes = answering()
            seen[0] = max([seen[0], *map(held_megabytes, processes)])

    thread = Thread(target=watch, daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join()

    return lambda: seen[0] + held_megabytes("self"), stop


def answering() -> list[str]:
    helper = HELPER.process_id()
    try:
        return Path(f"/proc/{helper}/task/{helper}/children").read_text("ascii").split()
    except OSError:
        return []


def held_megabytes(process: str) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    found = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return next(found, 0) / 1024


def without(lake: Lakehouse, others: frozenset[str], folder: Path) -> Lakehouse:
    """A copy of the lake in a folder that has forgotten the others."""
    # That a home was copied is said to whoever did not mean it.
    logging.getLogger(moving.__name__).setLevel(logging.ERROR)
    home = folder / "alone"
    shutil.copytree(lake.settings.home, home)
    alone = Lakehouse.open(load_settings(**lake.settings.without_secrets() | {"home": home}))
    for other in others:
        for _ in forget(alone, other):
            pass
    return alone


def corpora_of(files: Sequence[Path], user: str, other: str) -> dict[str, Kinds]:
    """What is asked, by name: attacks, and at last what must be answered."""
    attacks, good = files or FILES
    found = {attacks.name: statements_of(attacks, other)}
    if not files:
        found |= {"rows of another": for_the_rows_of(other, user), "hungry": hungry()}
    return found | {good.name: statements_of(good, other)}


def main(home: Path, files: Sequence[Path] = ()) -> bool:
    """Prints what became of all statements; whether no attack did harm and each good statement was
    answered."""
    require_lake(home)
    lake = Lakehouse.open(load_settings(home=home))
    users = sorted(lake.log.users(), key=lambda user: (user != lake.settings.user, user))
    user, others = users[0], frozenset(users[1:])
    corpora = corpora_of(files, user, min(others))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "work")
        folder.mkdir()
        (folder / "secret.csv").write_text(f"a,b\n{CANARY},1\n")
        alone = without(lake, others, Path(place))
        asked = Asked(open_sql(lake), open_sql(alone), user, others, folder)
        found = {name: asked.outcomes(statements) for name, statements in corpora.items()}
    for name, outcomes in found.items():
        print(name, *outcomes.told(), sep="\n")
    HELPER.close()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"most of any process {most:.0f} MB, of this one {peak_megabytes():.0f} MB")
    good = list(found.values())[-1]
    return not any(outcomes.harm for outcomes in found.values()) and not good.refused


def over_made_up_people() -> bool:
    """As `main`, in a process that has not built the lake: the memory of that would count."""
    with tempfile.TemporaryDirectory() as folder:
        home = demo_lake(Path(folder) / "home").settings.home
        command = [sys.executable, "-m", MODULE, str(home)]
        return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    is_sound = main(given[0], given[1:]) if given else over_made_up_people()
    sys.exit(0 if is_sound else 1)
