"""Days that stand for a week, a month, a quarter or a year, as the columns of an answer name
them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bio_lakehouse.english import MONTHS, dated

NAMES: Mapping[str, Callable[[date], str]] = {
    "week": lambda day: f"the week from {dated(day)}",
    "month": lambda day: f"{MONTHS[day.month - 1]} {day.year}",
    "quarter": lambda day: f"quarter {(day.month + 2) // 3} of {day.year}",
    "year": lambda day: str(day.year),
}
"""What the period that begins on a day is called."""
FIRST_DAY = ("", "_start", "_first_day")
"""What may follow a period's name in that of its column."""
FORMS = {f"{name}{end}": write for name, write in NAMES.items() for end in FIRST_DAY}


def named(column: str, day: date) -> str:
    """`October 2025` for the first day of a column `month_start`; empty where a column's days are
    days."""
    write = FORMS.get(column)
    begins = day.day == 1 or column.startswith("week")
    return write(day) if write and begins else ""
