"""A person's lake with written pages, whose days are restated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.fingerprint import inputs_of
from bio_lakehouse.reports.outdated import PageState, page_states
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver import SCHEMAS as SILVER
from bio_lakehouse.sources.demo import Truth, daily_rows, simulate, workout_rows
from bio_lakehouse_tests.reports.lakes import LANDED, LONG_AGO, write

SUNDAY = date(2025, 11, 16)
MONDAY = SUNDAY + timedelta(days=1)
DAYS = 520

Row = dict[str, Any]


@dataclass
class Person:
    """A lake and the rows of the demo person that are written to it."""

    lake: Lakehouse
    daily: list[Row] = field(default_factory=list)
    workouts: list[Row] = field(default_factory=list)

    def write(self, file: str = "landing/me/x.json") -> None:
        self.write_days()
        write(self.lake, SILVER["peloton_workouts"], self.workouts, MONDAY, file)

    def write_days(self, first: date = LONG_AGO, last: date = MONDAY) -> None:
        ada = {"user_id": "ada", "day": SUNDAY, "readiness_score": 91}
        rows = [row for row in [*self.daily, ada] if first <= row["day"] <= last]
        write(self.lake, DAILY, rows, last, first=first)

    def row(self, days_back: int) -> Row:
        return next(r for r in self.daily if r["day"] == SUNDAY - timedelta(days_back))

    def restate(self, days_back: int, **values: Any) -> None:
        """Other values of a day, or a day that is new."""
        day = SUNDAY - timedelta(days_back)
        if all(row["day"] != day for row in self.daily):
            self.daily.append({"user_id": "me", "day": day})
        self.row(days_back).update(values)
        self.write_days(day, day)

    def build_loads(self) -> None:
        build_training_load(self.lake, self.lake.settings.first_day, MONDAY)

    @property
    def states(self) -> dict[date, PageState]:
        return page_states(self.lake, "me")

    @property
    def page(self) -> bytes:
        return self.page_of(SUNDAY)

    def page_of(self, day: date) -> bytes:
        return self.lake.objects.get(report_key("me", day))

    @property
    def inputs(self) -> str:
        return inputs_of(self.lake, "me", [SUNDAY])[SUNDAY]


def opened(home: Path) -> Person:
    settings = load_settings(home=home, timezone="UTC", today_override=MONDAY, local_only=True)
    truth = simulated()
    done = [row | {"workout_id": str(number)} for number, row in enumerate(workout_rows(truth))]
    return Person(Lakehouse.open(settings), [dict(row) for row in daily_rows(truth)], done)


@cache
def simulated() -> Truth:
    return simulate(DAYS, 17, SUNDAY)


def with_history(home: Path, ends: Sequence[date]) -> Person:
    """A home with all days of the person, and pages of the weeks up to `ends`."""
    person = opened(home)
    person.write()
    about = file_about(SUNDAY - timedelta(DAYS - 1), LANDED)
    write(person.lake, SILVER["coverage"], [about], MONDAY)
    person.build_loads()
    for day in ends:
        build_for_report(person.lake, day)
        composition.make(person.lake, "me", day)
    return person


def file_about(first: date, landed: datetime) -> Row:
    """A row of coverage: a file that speaks about the days from `first` to Sunday."""
    about = {"user_id": "me", "source": "oura", "first_day": first, "last_day": SUNDAY}
    return about | {"origin": "api", "source_file": f"{landed}", "ingested_at": landed}
