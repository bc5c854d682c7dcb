"""Which source has spoken about which day of the week, and why a day is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

NOT_WORN_SECONDS = 12 * 3600


class Status(StrEnum):
    """What is known about one source on one day, in the words of the report."""

    THERE = "there"
    REST = "no workout"
    NO_SCORE = "there without a score"
    NOT_WORN = "not worn"
    NOTHING_SENT = "nothing sent"
    NOT_DELIVERED = "not delivered"
    NOT_DUE = "not due yet"
    BEFORE_FIRST = "before the first record"


MEANINGS = {
    Status.THERE: "a record is there",
    Status.REST: "the day is known and had no workout",
    Status.NO_SCORE: "a record is there, its score is missing",
    Status.NOT_WORN: "no sleep period and 12 hours or more without the ring",
    Status.NOTHING_SENT: "a file or fetch speaks of the day and has no record",
    Status.NOT_DELIVERED: "no file or fetch speaks of the day yet",
    Status.NOT_DUE: "the day is not over",
    Status.BEFORE_FIRST: "earlier than anything this source has sent",
}
ANSWERED = (Status.THERE, Status.REST)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """One source's statuses of the week's days, oldest first."""

    title: str
    days: tuple[Status, ...]

    @property
    def known(self) -> int:
        return sum(status in ANSWERED for status in self.days)

    @property
    def never(self) -> bool:
        """Nothing of this source has ever arrived."""
        return all(status is Status.BEFORE_FIRST for status in self.days)


@dataclass(frozen=True, slots=True)
class Source:
    """A source: its score (or sign of life), and the other columns that only its record fills."""

    title: str
    vendor: str
    dataset: str
    score: str
    record: tuple[str, ...] = ()


READINESS = Source(
    "Oura readiness",
    "oura",
    "daily_readiness",
    "readiness_score",
    ("hrv_balance_score", "resting_hr_score", "previous_night_score", "recovery_index_score", "temperature_deviation"),
)
SLEEP = Source(
    "Oura sleep",
    "oura",
    "daily_sleep",
    "sleep_score",
    ("deep_sleep_score", "rem_sleep_score", "sleep_efficiency_score", "total_sleep_score"),
)
ACTIVITY = Source("Oura activity", "oura", "daily_activity", "activity_score", ("steps", "total_calories"))
PELOTON = Source("Peloton", "peloton", "workouts", "workout_count")
SOURCES = (READINESS, SLEEP, ACTIVITY, PELOTON)


def completeness(
    daily: pd.DataFrame,
    coverage: pd.DataFrame,
    days: Sequence[date],
    today: date,
    activity: pd.DataFrame | None = None,
    sleep: pd.DataFrame | None = None,
) -> tuple[SourceDays, ...]:
    """The statuses of `days` for the three Oura datasets and Peloton.

    `daily` (gold.daily_readiness_performance) and `coverage` (silver.coverage) of one user over its whole history;
    `activity` (silver.oura_daily_activity) and `sleep` (silver.oura_sleep) tell "not worn" from "nothing sent".
    """
    frame, unworn = _by_date(daily), _unworn(activity, sleep)
    known = [_known(source, frame, coverage, unworn) for source in SOURCES]
    return tuple(SourceDays(k.source.title, tuple(k.status(day, today) for day in days)) for k in known)


@dataclass(frozen=True, slots=True)
class _Known:
    """All days that one source has spoken of, in each of the ways in which it can."""

    source: Source
    scored: set[date]
    recorded: set[date]
    resting: set[date]
    unworn: set[date]
    covered: list[tuple[date, date]]

    def status(self, day: date, today: date) -> Status:
        if day in self.resting:
            return Status.REST
        if day in self.scored:
            return Status.THERE
        if day in self.recorded:
            return Status.NOT_WORN if day in self.unworn else Status.NO_SCORE
        return self._absence(day, today)

    def _absence(self, day: date, today: date) -> Status:
        first = min([*self.recorded, *(start for start, _ in self.covered)], default=date.max)
        if day < first:
            return Status.BEFORE_FIRST
        if day >= today:
            return Status.NOT_DUE
        if day in self.unworn:
            return Status.NOT_WORN
        spoken_of = any(start <= day <= end for start, end in self.covered)
        return Status.NOTHING_SENT if spoken_of else Status.NOT_DELIVERED


def _known(source: Source, daily: pd.DataFrame, coverage: pd.DataFrame, unworn: set[date]) -> _Known:
    scored = _days_with(daily, (source.score,))
    workouts = daily.get(PELOTON.score, pd.Series(dtype=float))
    return _Known(
        source,
        scored=scored,
        recorded=scored | _days_with(daily, source.record),
        resting=set(daily.index[workouts.eq(0)]) if source is PELOTON else set(),
        unworn=set() if source is PELOTON else unworn,
        covered=covered_stretches(coverage, source),
    )


def _by_date(daily: pd.DataFrame) -> pd.DataFrame:
    return daily.assign(day=pd.to_datetime(daily["day"]).dt.date).set_index("day")


def _days_with(daily: pd.DataFrame, columns: Sequence[str]) -> set[date]:
    present = [column for column in columns if column in daily]
    return set(daily.index[daily[present].notna().any(axis=1)])


def covered_stretches(coverage: pd.DataFrame, source: Source) -> list[tuple[date, date]]:
    """First and last days of what was said to be covered for this source.

    `coverage.source` is a vendor (`oura`) or one of its datasets (`oura/daily_sleep`).
    """
    if coverage.empty:
        return []
    names = {source.vendor, f"{source.vendor}/{source.dataset}", f"{source.vendor}_{source.dataset}"}
    rows = coverage[coverage["source"].isin(names)]
    starts, ends = (pd.to_datetime(rows[column]).dt.date for column in ("first_day", "last_day"))
    return list(zip(starts, ends, strict=True))


def newest_days(daily: pd.DataFrame) -> dict[str, date]:
    """The newest day with a record by source title; for Peloton the newest day that is known, workout or not."""
    frame = _by_date(daily)
    found = {source.title: max(_days_with(frame, (source.score, *source.record)), default=None) for source in SOURCES}
    return {title: day for title, day in found.items() if day is not None}


def _unworn(activity: pd.DataFrame | None, sleep: pd.DataFrame | None) -> set[date]:
    if activity is None or activity.empty:
        return set()
    off = activity[pd.to_numeric(activity["non_wear_time"]) >= NOT_WORN_SECONDS]
    slept = set() if sleep is None or sleep.empty else set(_days(sleep[~sleep["type"].isin(["deleted", "rest"])]))
    return set(_days(off)) - slept


def _days(frame: pd.DataFrame) -> list[date]:
    return list(pd.to_datetime(frame["day"]).dt.date)
