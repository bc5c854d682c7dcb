"""What arrivals still owe: each day that changed, until everything that is made of it has been made
anew.

Changes are counted, not dated: a clock that is set back, or was far ahead, neither loses a day nor
keeps one for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

Changes = Mapping[str, Collection[date]]
Numbered = dict[date, int]
"""Days, each with the number of the newest change of it."""
Looks = dict[tuple[str, date], tuple[int, str]]
"""By whose page and its day: of which change it was looked at last, and how it stood then."""

KEPT_RUNS = 1000
"""Runs of longer ago are forgotten: what one of them builds is built once more."""


def settings_of(user_id: str) -> str:
    """What stands for a change of a user's settings where a file's path stands for an arrival."""
    return f"settings of {user_id}"


class OwedDays(Protocol):
    """Which days changed, and which assets have taken that in, beside the log that says what is in
    bronze."""

    def newest(self) -> int:
        """The number of the newest change."""
        ...

    def looked_over(self) -> int:
        """The newest change that written reports have taken in, or were found not to tell of."""
        ...

    def mark_looked_over(self, number: int) -> None:
        """Written reports have taken in all changes up to this one."""
        ...

    def looks(self) -> Looks:
        """What the last look at each written page found."""
        ...

    def keep_looks(self, user_id: str, change: int, states: Mapping[date, str]) -> None:
        """A user's pages were looked at as of that change, and stood so."""
        ...

    def keep_state(self, user_id: str, day: date, state: str) -> None:
        """A page that was looked at stands so now, as of the same change."""
        ...

    def changed(self) -> Numbered:
        """Days of which something is still to be made: pending ones, and those that not everything
        has taken in."""
        ...

    def add(self, cause: str, changes: Changes) -> None:
        """Everything is owed to days that something other than a file changed, by bronze
        dataset."""
        ...

    def add_after_gold(self, days: Iterable[date]) -> None:
        """What follows gold's daily table is owed to `days`; their bronze and silver stay as they
        are."""
        ...

    def begin_run(self, run_id: str) -> int:
        """The newest change that a run can know of: that at the first call for the run.

        Kept with it are the days of which gold's daily table has everything by then.
        """
        ...

    def to(self, assets: Collection[str]) -> dict[str, Numbered]:
        """The changed days that each of some assets has not taken in."""
        ...

    def pay(
        self, asset: str, run_id: str, first: date, last: date, all_assets: Iterable[str]
    ) -> None:
        """An asset was made in a run: it has taken in what gold had of the days `first` to `last`.

        A day that `all_assets` have taken in owes nothing any more.
        """
        ...
