"""Which days are special: illness, ring not worn, scores that are missing, days that were never
delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bio_lakehouse.sources.demo.random_streams import Flags, Floats, stream

WARM_UP_DAYS = 56
"""Days that are lived before the first one shown, so that loads and averages have a past."""

ILLNESS_COURSE = (0.4, 0.9, 1.0, 1.0, 0.9, 0.6, 0.3)
API_DAYS = 42
MISSED_DAYS = 3


@dataclass(frozen=True)
class Delivery:
    """Which of the shown days (by index from 0) came in which way; `missed` ones never came."""

    export: range
    missed: range
    api: range


@dataclass(frozen=True)
class Calendar:
    """The days lived, warm-up included, and what is special about each (arrays in the order of
    `days`)."""

    days: tuple[date, ...]
    severity: Floats
    worn: Flags
    readiness_scored: Flags
    sleep_scored: Flags
    illnesses: tuple[tuple[date, date], ...]
    delivery: Delivery

    @property
    def weekdays(self) -> list[int]:
        """0 for Monday to 6 for Sunday."""
        return [day.weekday() for day in self.days]


def delivery_of(days: int) -> Delivery:
    """How `days` days came in: an older part as exports, then a missed sync when there is room,
    then the API."""
    api_days = days if days < 14 else min(API_DAYS, round(0.35 * days))
    missed = MISSED_DAYS if days >= 90 else 0
    api_start = days - api_days
    return Delivery(
        range(api_start - missed), range(api_start - missed, api_start), range(api_start, days)
    )


def make_calendar(days: int, seed: int, end: date, *, with_illness: bool) -> Calendar:
    """The calendar of `days` shown days up to `end`, with `WARM_UP_DAYS` before them."""
    count = WARM_UP_DAYS + days
    dates = tuple(end - timedelta(days=count - 1 - index) for index in range(count))
    starts = [WARM_UP_DAYS + start for start in _illness_starts(days, seed)]
    severity = _severity(count, starts if with_illness else [])
    delivery = delivery_of(days)
    busy = _busy(days, starts, delivery)
    return Calendar(
        days=dates,
        severity=severity,
        worn=_all_but(count, _one_in_each(busy, 40, 14, stream(seed, "not worn"))),
        readiness_scored=_all_but(
            count, _one_in_each(busy, 60, 14, stream(seed, "no readiness score"))
        ),
        sleep_scored=_all_but(count, _one_in_each(busy, 90, 60, stream(seed, "no sleep score"))),
        illnesses=_windows(dates, starts) if with_illness else (),
        delivery=delivery,
    )


def _illness_starts(days: int, seed: int) -> list[int]:
    """First days of illness, one a year counted back from two months ago, each with four weeks
    before it."""
    if days < 60:
        return []
    generator = stream(seed, "illness")
    last = max(days - round(0.5 * min(days, 120)) + int(generator.integers(-4, 5)), 28)
    return sorted(range(last, 27, -365))


def _severity(count: int, starts: list[int]) -> Floats:
    severity = np.zeros(count)
    for start in starts:
        severity[start : start + len(ILLNESS_COURSE)] = ILLNESS_COURSE
    return severity


def _windows(dates: tuple[date, ...], starts: list[int]) -> tuple[tuple[date, date], ...]:
    return tuple((dates[start], dates[start + len(ILLNESS_COURSE) - 1]) for start in starts)


def _busy(days: int, starts: list[int], delivery: Delivery) -> Flags:
    """Shown days that nothing else may happen on: around illness, in the missed sync, at both
    ends."""
    busy = np.zeros(days, dtype=np.bool_)
    for start in starts:
        shown = start - WARM_UP_DAYS
        busy[max(shown - 2, 0) : shown + len(ILLNESS_COURSE) + 2] = True
    busy[delivery.missed.start : delivery.missed.stop] = True
    busy[:2] = busy[-2:] = True
    return busy


def _one_in_each(
    busy: Flags, every: int, before_end: int, generator: np.random.Generator
) -> list[int]:
    """One free day in each stretch of 24, `every` days apart, the last `before_end` days before the
    end."""
    chosen = []
    for stop in range(len(busy) - before_end, 23, -every):
        free = np.flatnonzero(~busy[stop - 24 : stop])
        if len(free):
            day = stop - 24 + int(generator.choice(free))
            busy[day] = True
            chosen.append(WARM_UP_DAYS + day)
    return chosen


def _all_but(count: int, exceptions: list[int]) -> Flags:
    flags = np.ones(count, dtype=np.bool_)
    flags[exceptions] = False
    return flags
