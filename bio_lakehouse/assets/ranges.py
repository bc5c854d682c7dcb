"""The days that a run is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        return (
            self.first + timedelta(number) for number in range((self.last - self.first).days + 1)
        )

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def bounds(self) -> tuple[date, date] | tuple[None, None]:
        """First and last day for a store to look between; none where every day is meant."""
        return (None, None) if self == EVERY_DAY else (self.first, self.last)


EVERY_DAY = DayRange(date.min, date.max)
