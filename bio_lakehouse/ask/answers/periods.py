"""Days that stand for a week, a month, a quarter or a year, as the columns of an answer name
them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bio_lakehouse.english import MONTHS, dated

NAMES: Mapping[str, Callable[[date], str]] = {
    "week": lambda day: f"the week from {dated(day)}",
    "week_end": lambda day: f"the week up to {dated(day)}",
    "month": lambda day: f"{MONTHS[day.month - 1]} {day.year}",
    "quarter": lambda day: f"quarter {(day.month + 2) // 3} of {day.year}",
    "year": lambda day: str(day.year),
}
"""What the period is called that begins, or ends, on a day."""
BY_COLUMN = {f"{name}{end}": name for name in NAMES for end in ("", "_start", "_first_day")}
WEEKLY = frozenset({"bio_gold.weekly_trends"})
"""Views with a row a week, whose day is its last."""


def period_of(column: str, tables: frozenset[str]) -> str:
    """Of which period a column of days names the first or last; empty where days are days."""
    if column == "day" and tables == WEEKLY:
        return "week_end"
    return BY_COLUMN.get(column, "")


def named(period: str, day: date) -> str:
    """`October 2025` for its first day; empty where days are days."""
    is_whole = period.startswith("week") or day.day == 1
    return NAMES[period](day) if period and is_whole else ""
