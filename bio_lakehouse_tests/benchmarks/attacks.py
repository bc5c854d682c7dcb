"""What becomes of hostile statements, and of good ones, over a real lake of two people.

`python -m bio_lakehouse_tests.benchmarks.attacks HOME [ATTACKS GOOD]` asks each line as the first
of the home's people and prints counts by kind, the longest time and the most memory. A line that
begins with `--#` names the kind of those below; `WORKDIR` stands for a folder with a file that
nobody may read.
"""

from __future__ import annotations

import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa

from bio_lakehouse.backends import open_sql
from bio_lakehouse.engines.question_processes import HELPER
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.errors import QueryError
from bio_lakehouse.lake.home import require_lake
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.sources.large_files import peak_megabytes

CASES = Path(__file__).parents[3] / "shared" / "cases"
LONGEST_SECONDS = 35.0
MOST_MEGABYTES = 1000.0
CANARY = "nobody-may-read-this"
ESCAPES = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[nrt0])")


@dataclass(slots=True)
class Outcomes:
    """What became of the statements of one file: counts by kind, and what must not have
    happened."""

    refused: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    harm: list[str] = field(default_factory=list)
    longest: tuple[float, str] = (0.0, "")
    most_megabytes: tuple[float, str] = (0.0, "")

    def told(self) -> Iterator[str]:
        """A line a kind, and the worst."""
        for kind in self.refused | self.answered:
            yield f"{kind:20} refused {self.refused[kind]:4}  answered {self.answered[kind]:4}"
        yield f"{'all':20} refused {self.refused.total():4}  answered {self.answered.total():4}"
        yield f"longest {self.longest[0]:.1f} s: {self.longest[1][:100]}"
        yield f"most memory {self.most_megabytes[0]:.0f} MB: {self.most_megabytes[1][:100]}"
        yield from (f"HARM {harm}" for harm in self.harm)


@dataclass(frozen=True, slots=True)
class Asked:
    """A way to ask, as whom, who else there is, and the folder that nobody may read."""

    engine: SqlEngine
    user: str
    others: frozenset[str]
    folder: Path

    def outcomes(self, statements: Iterator[tuple[str, str]]) -> Outcomes:
        outcomes = Outcomes()
        for kind, statement in statements:
            self._ask(kind, statement.replace("WORKDIR", str(self.folder)), outcomes)
        return outcomes

    def _ask(self, kind: str, statement: str, outcomes: Outcomes) -> None:
        started = time.monotonic()
        peak, stop = watched_memory()
        before = files_of(self.folder)
        try:
            rows = self.engine.answer(statement, self.user)
        except QueryError as error:
            outcomes.refused[kind] += 1
            outcomes.harm.extend(no_sentence(statement, str(error)))
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            outcomes.harm.append(f"{type(error).__name__}: {error}: {statement[:200]}")
        else:
            outcomes.answered[kind] += 1
            outcomes.harm.extend(self._leaks(statement, rows))
        finally:
            stop()
        seconds = time.monotonic() - started
        outcomes.longest = max(outcomes.longest, (seconds, statement))
        outcomes.most_megabytes = max(outcomes.most_megabytes, (peak(), statement))
        if seconds > LONGEST_SECONDS or peak() > MOST_MEGABYTES:
            outcomes.harm.append(f"{seconds:.1f} s, {peak():.0f} MB: {statement[:200]}")
        if files_of(self.folder) != before:
            outcomes.harm.append(f"it wrote a file: {statement[:200]}")

    def _leaks(self, statement: str, rows: pa.Table) -> Iterator[str]:
        """Cells that are another person's, or a file's."""
        text = str(rows.slice(0, 10_000).to_pydict())
        for mark in (CANARY, *(repr(other) for other in self.others)):
            if mark in text and mark.strip("'") not in statement:
                yield f"{mark} is in the answer: {statement[:200]}"


def statements_of(path: Path) -> Iterator[tuple[str, str]]:
    """Kind and text of each statement of a file, as it is written and with its escapes read."""
    kind = "good"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("--#"):
            kind = line.removeprefix("--#").strip()
        elif line.strip():
            yield kind, line
            if ESCAPES.search(line):
                yield kind, ESCAPES.sub(lambda found: unescaped(found[0]), line)


def unescaped(escape: str) -> str:
    return escape.encode("ascii").decode("unicode_escape")


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


def main(home: Path, attacks: Path, good: Path) -> bool:
    """Prints what became of both files' statements; whether no attack did harm and each good
    statement was answered."""
    require_lake(home)
    lake = Lakehouse.open(load_settings(home=home))
    users = sorted(lake.log.users())
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "secret.csv").write_text(f"a,b\n{CANARY},1\n")
        asked = Asked(open_sql(lake), users[0], frozenset(users[1:]), Path(folder))
        found = [asked.outcomes(statements_of(path)) for path in (attacks, good)]
    for path, outcomes in zip((attacks, good), found, strict=True):
        print(path.name, *outcomes.told(), sep="\n")
    HELPER.close()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"most of any process {most:.0f} MB, of this one {peak_megabytes():.0f} MB")
    return not any(outcomes.harm for outcomes in found) and not found[1].refused


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    is_sound = main(given[0], *(given[1:] or (CASES / "sql_attacks.sql", CASES / "sql_good.sql")))
    sys.exit(0 if is_sound else 1)
