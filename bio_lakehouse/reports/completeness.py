"""Which source has spoken about which day of the week, and why a day is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from bio_lakehouse.gold.gap_ledger import Cause, Knowledge, cause_of, unworn_days
from bio_lakehouse.lake.schema import QUARANTINE
from bio_lakehouse.sources import registry


class Presence(StrEnum):
    """What a source has said of a day that it knows."""

    THERE = "there"
    REST = "no workout"
    NO_SCORE = "there without a score"


Status = Presence | Cause

MEANINGS: dict[Status, str] = {
    Presence.THERE: "a record is there",
    Presence.REST: "the day is known and had no workout",
    Presence.NO_SCORE: "a record is there, its score is missing",
    Cause.NOT_WORN: "12 hours or more without the ring and no sleep period",
    Cause.IN_QUARANTINE: "a row of the day is there and cannot be read",
    Cause.NOTHING_SENT: "a file or fetch speaks of the day and has no record",
    Cause.FETCH_FAILED: "the fetch of this day failed",
    Cause.NOT_DELIVERED: "no file or fetch speaks of the day yet",
    Cause.NOT_DUE: "the day is not over",
    Cause.BEFORE_FIRST: "earlier than anything this source has sent",
}
ANSWERED = (Presence.THERE, Presence.REST)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """One source's statuses of the week's days, oldest first; `never` where nothing of it has ever
    arrived."""

    title: str
    days: tuple[Status, ...]
    never: bool = False

    @property
    def known(self) -> int:
        """Days that the source has answered for."""
        return sum(status in ANSWERED for status in self.days)


@dataclass(frozen=True, slots=True)
class Source:
    """A source: the datasets that feed it, its score (or sign of life), and what else only its
    record fills."""

    title: str
    datasets: tuple[str, ...]
    score: str
    record: tuple[str, ...] = ()


def _datasets(table: str) -> tuple[str, ...]:
    """What coverage may name as having told of a silver table: its vendor, and what feeds it."""
    return registry.source_of_table(table).name, *registry.feeding(table)


READINESS = Source(
    "Oura readiness",
    _datasets("oura_daily_readiness"),
    "readiness_score",
    (
        "hrv_balance_score",
        "resting_hr_score",
        "previous_night_score",
        "recovery_index_score",
        "temperature_deviation",
    ),
)
SLEEP = Source(
    "Oura sleep",
    _datasets("oura_daily_sleep"),
    "sleep_score",
    ("deep_sleep_score", "rem_sleep_score", "sleep_efficiency_score", "total_sleep_score"),
)
ACTIVITY = Source(
    "Oura activity",
    _datasets("oura_daily_activity"),
    "activity_score",
    ("steps", "total_calories"),
)
PELOTON = Source("Peloton", _datasets("peloton_workouts"), "workout_count")
SOURCES = (READINESS, SLEEP, ACTIVITY, PELOTON)
NOTHING_FAILED: Mapping[str, frozenset[date]] = {}
NO_ORIGIN = pd.Series(dtype=str)


def completeness(
    daily: pd.DataFrame,
    coverage: pd.DataFrame,
    days: Sequence[date],
    today: date,
    activity: pd.DataFrame | None = None,
    sleep: pd.DataFrame | None = None,
    failed: Mapping[str, frozenset[date]] = NOTHING_FAILED,
) -> tuple[SourceDays, ...]:
    """The statuses of `days` for the three Oura datasets and Peloton.

    `daily` (gold.daily_readiness_performance) and `coverage` (silver.coverage) of one user over its
    whole history; `activity` (silver.oura_daily_activity) and `sleep` (silver.oura_sleep) tell "not
    worn" from "vendor sent nothing", `failed` are the days of fetches that failed, by dataset.
    """
    frame, unworn = _by_date(daily), _unworn(activity, sleep)
    known = [_known(source, frame, coverage, unworn, failed) for source in SOURCES]
    return tuple(
        SourceDays(of.source.title, of.statuses(days, today), of.knowledge.is_empty) for of in known
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """One source's days: with a score, without a workout, and what tells why a day is missing."""

    source: Source
    scored: set[date]
    resting: set[date]
    knowledge: Knowledge

    def statuses(self, days: Sequence[date], today: date) -> tuple[Status, ...]:
        return tuple(self.status(day, today) for day in days)

    def status(self, day: date, today: date) -> Status:
        cause = cause_of(day, self.knowledge, today)
        if cause:
            return cause
        if day in self.resting:
            return Presence.REST
        if day in self.scored:
            return Presence.THERE
        return Cause.NOT_WORN if day in self.knowledge.unworn else Presence.NO_SCORE


def _known(
    source: Source,
    daily: pd.DataFrame,
    coverage: pd.DataFrame,
    unworn: frozenset[date],
    failed: Mapping[str, frozenset[date]],
) -> _Known:
    scored = _days_with(daily, (source.score,))
    in_quarantine = coverage.get("origin", NO_ORIGIN).reindex(coverage.index).eq(QUARANTINE)
    read_well = coverage[~in_quarantine]
    knowledge = Knowledge(
        recorded=frozenset(scored | _days_with(daily, source.record)),
        covered=covered_days(read_well, source.datasets),
        unread=covered_days(coverage[in_quarantine], source.datasets),
        unworn=frozenset() if source is PELOTON else unworn,
        failed=frozenset().union(*(failed.get(dataset, ()) for dataset in source.datasets)),
    )
    return _Known(source, scored, _resting(daily) if source is PELOTON else set(), knowledge)


def _resting(daily: pd.DataFrame) -> set[date]:
    return set(daily.index[daily[PELOTON.score].eq(0)]) if PELOTON.score in daily else set()


def _by_date(daily: pd.DataFrame) -> pd.DataFrame:
    return daily.assign(day=pd.to_datetime(daily["day"]).dt.date).set_index("day")


def _days_with(daily: pd.DataFrame, columns: Sequence[str]) -> set[date]:
    present = [daily[column].notna().to_numpy() for column in columns if column in daily]
    return set(daily.index[np.logical_or.reduce(present)]) if present else set()


def covered_days(coverage: pd.DataFrame, datasets: Sequence[str]) -> frozenset[date]:
    """All days that some file or fetch speaks about; `coverage.source` is a vendor (`oura`) or a
    bronze dataset."""
    rows = coverage[coverage["source"].isin(datasets)] if len(coverage) else coverage
    stretches = zip(_days(rows, "first_day"), _days(rows, "last_day"), strict=True)
    return frozenset(
        first + timedelta(days=n)
        for first, last in stretches
        for n in range((last - first).days + 1)
    )


def newest_days(daily: pd.DataFrame) -> dict[str, date]:
    """The newest day with a record by source title; for Peloton the newest day that is known,
    workout or not."""
    frame = _by_date(daily)
    found = {
        source.title: max(_days_with(frame, (source.score, *source.record)), default=None)
        for source in SOURCES
    }
    return {title: day for title, day in found.items() if day is not None}


def _unworn(activity: pd.DataFrame | None, sleep: pd.DataFrame | None) -> frozenset[date]:
    return unworn_days(_pairs(activity, "non_wear_time"), _pairs(sleep, "type"))


def _pairs(frame: pd.DataFrame | None, column: str) -> list[tuple[date, Any]]:
    """Day and value of a column, None where it is unknown."""
    if frame is None or frame.empty:
        return []
    values = [None if pd.isna(value) else value for value in frame[column]]
    return list(zip(_days(frame), values, strict=True))


def _days(frame: pd.DataFrame, column: str = "day") -> list[date]:
    return list(pd.to_datetime(frame[column]).dt.date) if len(frame) else []
