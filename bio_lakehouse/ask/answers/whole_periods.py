"""What is held beside each other without being alike: months of which some days lie outside the
data, and stretches of different length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bio_lakehouse.ask.answers.answer_columns import AnswerColumn
from bio_lakehouse.ask.answers.periods import named
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.english import dated, listed

ADDED_UP = frozenset({"sum", "count"})
"""Figures that grow with the days that they are over."""


def caveats(
    plan: Plan,
    columns: Sequence[AnswerColumn],
    extent: tuple[date, date] | None,
    week_ends_on: int = 7,
) -> tuple[str, ...]:
    """What a reader has to know of the periods that an answer speaks of; `extent` are the days
    about which the data says anything."""
    return (*_parts(plan, columns, extent, week_ends_on), *_uneven(plan, columns))


def _parts(
    plan: Plan,
    columns: Sequence[AnswerColumn],
    extent: tuple[date, date] | None,
    week_ends_on: int,
) -> tuple[str, ...]:
    """Which of the periods by which rows are grouped are not whole."""
    group = _group(plan, columns)
    days = _days(plan, extent)
    if not group or days is None:
        return ()
    first, last = days
    begins = [(day, _begin(group, day, week_ends_on)) for day in days]
    found = []
    if begins[0][1] < first:
        found.append(begins[0][1])
    if _begin(group, last + timedelta(days=1), week_ends_on) == begins[1][1]:
        found.append(begins[1][1])
    told = listed([named(group, day) for day in dict.fromkeys(found)])
    are = "is" if len(set(found)) == 1 else "are"
    inside = f"only days from {dated(first)} to {dated(last)} count"
    return (f"{told[:1].upper()}{told[1:]} {are} not whole: {inside}.",) if told else ()


def _group(plan: Plan, columns: Sequence[AnswerColumn]) -> str:
    """`week`, `month`, `quarter` or `year`; empty where rows are of no such period."""
    said = plan.intent.get("group")
    if plan.intent.get("ask") in ("groups", "mean of groups"):
        return str(said) if said in ("week", "month", "quarter", "year") else ""
    periods = (column.period for column in columns if column.kind == "day" and column.period)
    found = next(periods, "")
    return found if found in ("week", "month", "quarter", "year") else ""


def _days(plan: Plan, extent: tuple[date, date] | None) -> tuple[date, date] | None:
    """The days that were asked for as far as there is data."""
    if extent is None or plan.covers is None:
        return extent
    first, last = max(plan.covers[0], extent[0]), min(plan.covers[1], extent[1])
    return (first, last) if first <= last else None


def _begin(group: str, day: date, week_ends_on: int) -> date:
    """The first day of the period that a day lies in."""
    if group == "week":
        return day - timedelta(days=(day.isoweekday() - week_ends_on - 1) % 7)
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1}.get(group, 1)
    return date(day.year, month, 1)


def _uneven(plan: Plan, columns: Sequence[AnswerColumn]) -> tuple[str, ...]:
    """That sums or numbers are over stretches of different length, with their days."""
    sides = plan.intent.get("sides") or ()
    lengths = [_length(side) for side in sides if isinstance(side, Mapping)]
    known = [length for length in lengths if length]
    is_added_up = plan.intent.get("ask") == "count" or any(
        column.kind == "value" and column.aggregation in ADDED_UP for column in columns
    )
    if not is_added_up or len(known) < len(lengths) or len(set(known)) < 2:
        return ()
    days = listed([f"{length:,}" for length in known])
    return (f"These stretches are not of one length: {days} days.",)


def _length(side: Mapping[str, Any]) -> int:
    """The days of a side; 0 where it has no such bounds."""
    if not side.get("first") or not side.get("last") or side.get("weekdays"):
        return 0
    ends = (date.fromisoformat(str(side["last"])), date.fromisoformat(str(side["first"])))
    return (ends[0] - ends[1]).days + 1
