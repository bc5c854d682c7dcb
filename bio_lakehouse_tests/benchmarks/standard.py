"""The standard that the statistics are held to, measured: the tables of the README.

`python -m bio_lakehouse_tests.benchmarks.standard [--reports 1000] [--people 1000] [--only NAME]
[--workers 2]` makes up people by seeds that no method was chosen on, has the whole report of each
decided, and prints in how many something is said that is not so. It ends with the bounds that are
not met, and with 1 then. A report takes about 40 ms, a person's year of them two seconds.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

import numpy as np
from scipy import stats

from bio_lakehouse.insights import InsightData
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.forecast import forecast
from bio_lakehouse.insights.scale import OF_GROUPS
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse_tests.benchmarks.power import NEEDED, TITLES, WHOLE_WINDOW, found_in, people
from bio_lakehouse_tests.benchmarks.processes import DAYS, FURTHER_PROCESSES, PROCESSES
from bio_lakehouse_tests.benchmarks.worlds import FURTHER_WORLDS, WORLDS

FRESH = 9_000_000
"""The first of the seeds that are used here alone."""
WEEKS = 52
MOST_FALSE, MOST_BOUND, MOST_IN_A_YEAR = 0.06, 0.075, 0.35
INTERVALS_HOLD, FORECASTS_HOLD = (0.93, 0.97), (0.75, 0.85)
YEARS_OF = ("ar1-0.3", "ar1-0.5", "skewed-2.9", "t3", "slow-state")
KINDS = ("relations", "groups", "week")
FORECASTS, EVENINGS = 1, 14
"""So many forecasts a person, of the newest of so many evenings on which one can be made."""


@dataclass(slots=True)
class Told:
    """What one report said: findings that were found by `insight/finding`, measures that moved,
    which intervals hold 0 by kind, and which forecasts held the morning after."""

    found: list[str]
    moved: list[str]
    intervals: dict[str, list[bool]]
    forecasts: list[bool]

    @property
    def anything(self) -> bool:
        return bool(self.found or self.moved)


@dataclass(slots=True)
class Row:
    """The reports of one process or world."""

    name: str
    process: str
    reports: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    held: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, said: Told) -> None:
        self.reports += 1
        named = {"false": said.anything, "found": said.found, "moved": said.moved}
        self.counts.update(name for name, told in named.items() if told)
        for kind, holding in (said.intervals | {"forecast": said.forecasts}).items():
            self.held[kind] += holding

    def share(self, of: str) -> float:
        return self.counts[of] / self.reports

    def bound(self, of: str) -> float:
        """Upper end of the exact one-sided 95 % interval (Clopper & Pearson 1934)."""
        return float(stats.beta.ppf(0.95, self.counts[of] + 1, self.reports - self.counts[of]))

    def covered(self, kind: str) -> float:
        return float(np.mean(self.held[kind])) if self.held[kind] else np.nan


def told_of(data: InsightData) -> Told:
    """What the report of that data says, and forecasts of days that it knows."""
    insights, tests = decided(data)
    tested = [
        (f"{insight.name}/{finding.name}", finding)
        for insight in insights
        for finding in insight.findings
        if finding.p is not None
    ]
    intervals: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for _, finding in tested:
        kind = "groups" if finding.effect_name in OF_GROUPS else "relations"
        intervals[kind] += _holding(finding.interval)
    for test in tests:
        intervals["week"] += _holding(test.interval)
    return Told(
        [name for name, finding in tested if finding.status == "found"],
        _moved(tests),
        intervals,
        list(_forecasts(data)),
    )


def _moved(tests: Iterable[WeekTest]) -> list[str]:
    return [test.measure for test in tests if test.moved]


def _holding(interval: tuple[float, float] | None) -> list[bool]:
    return [] if interval is None else [interval[0] <= 0 <= interval[1]]


def _forecasts(data: InsightData) -> Iterator[bool]:
    """Whether the 80 % interval held the morning after."""
    readiness, made = data.all_days("readiness_score"), 0
    for back in range(1, EVENINGS + 1):
        if made == FORECASTS or np.isnan(readiness[[-back, -back - 1]]).any():
            continue
        interval = forecast(replace(data, as_of=data.as_of - timedelta(days=back))).interval
        if interval is not None:
            made += 1
            yield bool(interval[0] <= readiness[-back] <= interval[1])


def report_of_process(name: str, seed: int) -> Told:
    """Of a person in whom nothing is there."""
    return told_of(PROCESSES[name].make(seed))


def report_of_world(name: str, seed: int) -> Told:
    """Of a person in whose world some relations do not exist: of what was found, these alone."""
    world = (WORLDS | FURTHER_WORLDS)[name]
    said = told_of(world.make(seed))
    false = [finding for finding in said.found if world.is_false(finding)]
    return replace(said, found=false, moved=[])


def year_of(name: str, seed: int) -> Told:
    """All that 52 weekly reports say of a person in whom nothing is there."""
    life = PROCESSES[name].life(seed, DAYS + 7 * (WEEKS - 1))
    found, moved = set[str](), set[str]()
    for week in range(WEEKS):
        insights, tests = decided(replace(life, as_of=life.as_of - timedelta(weeks=week)))
        moved.update(_moved(tests))
        for insight in insights:
            found.update(f.name for f in insight.findings if f.status == "found")
    return Told(sorted(found), sorted(moved), {}, [])


def rows(
    about: dict[str, str], of_one: Callable[[str, int], Told], people: int, workers: int
) -> Iterator[Row]:
    """A row for each name, over so many people; progress goes to standard error."""
    with get_context("fork").Pool(workers) as pool:
        for name, process in about.items():
            row = Row(name, process)
            seeds = range(FRESH, FRESH + people)
            for said in pool.imap_unordered(partial(of_one, name), seeds, chunksize=5):
                row.add(said)
                if row.reports % 50 == 0:
                    print(f"{name}: {row.reports} of {people}", file=sys.stderr, flush=True)
            yield row


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the standard: its columns, and what of a row must lie within which bounds."""

    title: str
    about: dict[str, str]
    of_one: Callable[[str, int], Told]
    columns: dict[str, Callable[[Row], float]]
    bounds: dict[str, tuple[float, float]]

    def print(self, people: int, workers: int) -> list[str]:
        """Print it row by row; the bounds that are not met, in words."""
        print(f"\n{self.title}\n\n| Process | n | {' | '.join(self.columns)} |")
        print(f"|{'---|' * (2 + len(self.columns))}")
        missed = []
        for row in rows(self.about, self.of_one, people, workers):
            values = {name: measure(row) for name, measure in self.columns.items()}
            shown = " | ".join(_percent(value) for value in values.values())
            print(f"| {row.process} | {row.reports:,} | {shown} |", flush=True)
            missed += [f"{row.name}: {each}" for each in self.missed_by(values)]
        return missed

    def missed_by(self, values: dict[str, float]) -> Iterator[str]:
        """The bounds that the values of a row do not meet."""
        for name, (low, high) in self.bounds.items():
            if not low <= values[name] <= high and not np.isnan(values[name]):
                yield f"{name} {_percent(values[name])}"


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}".replace("%", " %")


FALSE, BOUND, FORECAST = "a false finding in", "upper 95 % bound", "80 % forecasts hold"
RELATIONS, COMPARISONS, CHANGES = (f"95 % intervals of {kind} hold" for kind in KINDS)
COVERAGES = {
    RELATIONS: lambda row: row.covered("relations"),
    COMPARISONS: lambda row: row.covered("groups"),
    CHANGES: lambda row: row.covered("week"),
    FORECAST: lambda row: row.covered("forecast"),
}
HOLD = dict.fromkeys((RELATIONS, COMPARISONS, CHANGES), INTERVALS_HOLD) | {FORECAST: FORECASTS_HOLD}


def tables(only: str) -> list[tuple[str, Table]]:
    """The tables by what their number of people is called, with the rows that begin with `only`."""

    def chosen(about: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {name: process for name, process in about if name.startswith(only)}

    processes = [(each.name, each.process) for each in PROCESSES.values()]
    worlds = [(each.name, each.process) for each in (*WORLDS.values(), *FURTHER_WORLDS.values())]
    years = [(f"{name}", PROCESSES[name].process) for name in YEARS_OF]
    return [
        ("reports", nothing_there(chosen(processes))),
        ("reports", something_else(chosen(worlds))),
        ("people", whole_years(chosen(years))),
    ]


def nothing_there(about: dict[str, str]) -> Table:
    """Reports of people in whom nothing is there."""
    counted = {
        FALSE: lambda row: row.share("false"),
        BOUND: lambda row: row.bound("false"),
        "a week moved in": lambda row: row.share("moved"),
        "a relation in": lambda row: row.share("found"),
    }
    bounds = {FALSE: (0, MOST_FALSE), BOUND: (0, MOST_BOUND)} | HOLD
    title = "People in whom nothing is there"
    return Table(title, about, report_of_process, counted | COVERAGES, bounds)


def something_else(about: dict[str, str]) -> Table:
    """Reports of people in whom something else stands behind two series."""
    found = "a relation that is none in"
    counted = {
        found: lambda row: row.share("found"),
        BOUND: lambda row: row.bound("found"),
        FORECAST: lambda row: row.covered("forecast"),
    }
    bounds = {found: (0, MOST_FALSE), FORECAST: FORECASTS_HOLD}
    title = "Worlds in which something else stands behind two series"
    return Table(title, about, report_of_world, counted, bounds)


def whole_years(about: dict[str, str]) -> Table:
    """People in whom nothing is there, over a year of weekly reports."""
    anything = "anything false in 52 weeks"
    counted = {
        anything: lambda row: row.share("false"),
        BOUND: lambda row: row.bound("false"),
        "a week moved": lambda row: row.share("moved"),
        "a relation": lambda row: row.share("found"),
    }
    title = "A year of weekly reports of people in whom nothing is there"
    return Table(title, about, year_of, counted, {anything: (0, MOST_IN_A_YEAR)})


def print_power() -> list[str]:
    """In how many of 40 demo persons each effect that was put in is found; what is too little."""
    print(
        f"\nEffects that were put in, of {WHOLE_WINDOW} days\n\n| Finding | found in |\n|---|---|"
    )
    persons, missed = people(WHOLE_WINDOW), []
    for name, needed in NEEDED.items():
        share = found_in(name, persons)
        print(f"| {TITLES[name]} | {_percent(share)} |")
        if share < needed:
            missed.append(f"power: {TITLES[name]} {_percent(share)}")
    return missed


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a bound is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=1000, help="reports a row")
    parser.add_argument("--people", type=int, default=1000, help="people a row of whole years")
    parser.add_argument("--only", default="", help="rows whose name begins so; `power`")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    asked = parser.parse_args(words)
    missed = []
    for counted, table in tables(asked.only):
        if table.about:
            missed += table.print(getattr(asked, counted), asked.workers)
    if "power".startswith(asked.only):
        missed += print_power()
    beyond = {each.name for each in FURTHER_PROCESSES} | set(FURTHER_WORLDS)
    print("\n" + verdict(missed, beyond))
    return bool(missed)


def verdict(missed: Sequence[str], beyond: set[str]) -> str:
    """Which bounds are not met, those of rows beyond the standard apart."""
    further = [each for each in missed if each.partition(":")[0] in beyond]
    own = [each for each in missed if each not in further]
    said = f"Not met: {'; '.join(own)}." if own else "All bounds of the standard are met."
    return said + (f" Beyond the standard, not met: {'; '.join(further)}." if further else "")


if __name__ == "__main__":
    sys.exit(main())
