"""Why a day of a source has no data: one cause a day, found by rule (SOURCES.md, "Why a day is
missing")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NOT_WORN_SECONDS = 12 * 3600
NO_SLEEP = ("deleted", "rest")


class Cause(StrEnum):
    """Why there is no record."""

    BEFORE_FIRST = "before the first record"
    NOT_DUE = "not due yet"
    FETCH_FAILED = "fetch failed"
    NOT_WORN = "not worn"
    IN_QUARANTINE = "in quarantine"
    NOTHING_SENT = "vendor sent nothing"
    NOT_DELIVERED = "not delivered"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known about one user's dataset.

    `recorded` are the days with a record (for workouts: those that coverage speaks about, as a day
    without one is a rest day and no gap), `covered` the days that some file or fetch speaks about,
    `unworn` those of 12 h or more without the ring and no sleep period, `failed` those of windows
    whose fetch failed, `unread` those of which a row lies in quarantine.
    """

    recorded: frozenset[date]
    covered: frozenset[date]
    unworn: frozenset[date] = frozenset()
    failed: frozenset[date] = frozenset()
    unread: frozenset[date] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing has ever come, nor failed to: then there is no first record to lie
        before."""
        return not (self.recorded or self.covered or self.failed or self.unread)


def unworn_days(
    non_wear: Iterable[tuple[date, float | None]], periods: Iterable[tuple[date, str | None]]
) -> frozenset[date]:
    """Days of 12 h or more without the ring (`non_wear` in s) on which no period was slept.

    `periods` are sleep periods with their types: one that was deleted, or was rest, is no sleep.
    """
    slept = {day for day, kind in periods if kind not in NO_SLEEP}
    off = {day for day, seconds in non_wear if (seconds or 0) >= NOT_WORN_SECONDS}
    return frozenset(off - slept)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that are missing for the same cause, both ends included."""

    first: date
    last: date
    cause: Cause

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def cause_of(day: date, known: Knowledge, today: date) -> Cause | None:
    """Why `day` has no record; None when it has one."""
    if day in known.recorded:
        return None
    if day >= today:
        return Cause.NOT_DUE
    if day in known.unread:
        return Cause.IN_QUARANTINE
    if day in known.covered:
        return Cause.NOT_WORN if day in known.unworn else Cause.NOTHING_SENT
    if day in known.failed:
        return Cause.FETCH_FAILED
    return (
        Cause.NOT_DELIVERED if known.recorded and day > min(known.recorded) else Cause.BEFORE_FIRST
    )


def stretches(missing: Mapping[date, Cause]) -> list[Stretch]:
    """Missing days as stretches, oldest first."""
    found: list[Stretch] = []
    for day in sorted(missing):
        before = found[-1] if found else None
        if before and before.last + timedelta(1) == day and before.cause == missing[day]:
            found[-1] = Stretch(before.first, day, before.cause)
        else:
            found.append(Stretch(day, day, missing[day]))
    return found
