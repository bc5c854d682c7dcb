"""Days, counts and lists in plain English, whatever the machine's locale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_NAMES = {name.casefold(): name for name in (*WEEKDAYS, *MONTHS)} | {"i": "I"}


def proper(text: str) -> str:
    """`last October` for `last october`: days of the week, months and `I` as they are written."""
    return " ".join(_NAMES.get(word, word) for word in text.split(" "))


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def long_day(day: date) -> str:
    """`Sunday 9 March 2025`, whatever the machine's locale."""
    return f"{weekday(day)} {dated(day)}"


def dated(day: date) -> str:
    """`9 March 2025`."""
    return f"{short_day(day)} {day.year}"


def short_day(day: date) -> str:
    """`9 March`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def since(earlier: date | None, first_known: date, write: Callable[[date], str] = dated) -> str:
    """`since 9 March 2025`; `since at least` the first day that is known where nothing earlier
    is."""
    return f"since {write(earlier)}" if earlier else f"since at least {write(first_known)}"


def span(first: date, last: date) -> str:
    """`3–9 March 2025`, `24 February – 2 March 2025`, `30 December 2024 – 5 January 2025`; of one
    day that day."""
    if first == last:
        return dated(last)
    if first.year != last.year:
        return f"{dated(first)} – {dated(last)}"
    if first.month != last.month:
        return f"{short_day(first)} – {dated(last)}"
    return f"{first.day}–{dated(last)}"


def short_span(first: date, last: date) -> str:
    """`3–9 March`, `24 Feb – 2 March`, `29 Dec – 4 January`, without the year."""
    if first.month == last.month:
        return f"{first.day}–{short_day(last)}"
    return f"{first.day} {MONTHS[first.month - 1][:3]} – {short_day(last)}"


def from_to(first: date, last: date) -> str:
    """`from Monday 3 to Sunday 9 March 2025`, `on Sunday 9 March 2025`, each with its weekday."""
    if first == last:
        return f"on {long_day(last)}"
    if first.year != last.year:
        return f"from {long_day(first)} to {long_day(last)}"
    begin = str(first.day) if first.month == last.month else short_day(first)
    return f"from {weekday(first)} {begin} to {long_day(last)}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 workout`, `2 workouts`, `no workouts`."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; or with another word before the `last`."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def inner(title: str) -> str:
    """A title inside a sentence: `sleep score`, but `HRV`."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def is_plural(name: str) -> bool:
    """Whether a measure's name takes `were`: `steps`, `active calories`."""
    head = name.partition(" in ")[0].partition(" of ")[0]
    return head.endswith("s") and not head.endswith("ss")


def with_article(name: str) -> str:
    """A measure as the subject of a sentence: `readiness`, `HRV`, `the sleep score`."""
    return f"the {name}" if name.endswith((" score", " deviation")) else name
