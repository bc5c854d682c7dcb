"""What was built before a report is made of it: insights and training load."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import Any

from bio_lakehouse.build.reported import read_tables
from bio_lakehouse.errors import ReportError
from bio_lakehouse.insights import experiment_days, table, week_comparison
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.experiment_box import box_of

TOLERANCE = 1e-6
"""Of two means of the same values, added in another order."""


@dataclass(frozen=True, slots=True)
class Built:
    """One user's insights as of a day with their sentences, the comparisons of its week, the rows
    of training load that a report shows, and what it says of experiments."""

    insights: list[Insight]
    sentences: dict[tuple[str, str], str]
    week_tests: list[WeekTest]
    training: list[dict[str, Any]]
    experiment: tuple[str, ...]

    @property
    def say(self) -> Callable[[Insight, Finding], str]:
        """The sentence of a finding, as it is kept."""
        return lambda insight, finding: self.sentences[insight.name, finding.name]


def read_built(lake: Lakehouse, user_id: str, day: date, lived: Collection[date]) -> Built:
    """What the tables hold for a report of a user who has the days `lived`, up to `day`, in gold.

    Raises `ReportError`, which names the tables and the command, when something is not built yet.
    """
    tables = read_tables(lake, day, user_id)
    lacking = tables.lacking(lived)
    if lacking:
        raise ReportError(
            f"{', '.join(lacking)} of {user_id!r} as of {day} are not built yet: run"
            f" `bio-lakehouse report --week-ending {day}`, which builds them first"
        )
    said = tables.insights.select(["insight", "finding", "narrative"]).to_pylist()
    return Built(
        insights=table.from_rows(tables.insights),
        sentences={(row["insight"], row["finding"]): row["narrative"] for row in said},
        week_tests=week_comparison.from_rows(tables.weeks),
        training=tables.loads.to_pylist(),
        experiment=box_of(
            experiment_days.from_rows(tables.experiment_days), tables.experiments.to_pylist()
        ),
    )


def check_of_same_days(
    user_id: str, day: date, tests: Iterable[WeekTest], now: Mapping[str, float | None]
) -> None:
    """Raise `ReportError` where the week's comparisons were computed of other values than the days
    have: a page must not tell old findings beside new figures.

    `now` is by how much the week's mean differs from that before it, by measure.
    """
    for test in tests:
        found = now.get(test.measure)
        if found is None or test.difference is None:
            continue
        if not isclose(found, test.difference, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            raise ReportError(
                f"the insights of {user_id!r} as of {day} were made before its days changed:"
                f" materialize the insights of {day} first, or run `bio-lakehouse report"
                f" --week-ending {day}`, which does"
            )
