"""Rows that were read for a question, or that a view has, kept for the next one while the tables
are as they were."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from threading import Lock

import pyarrow as pa

from bio_lakehouse.lake.schema import rows_within

Wanted = tuple[str, str | None, date | None, tuple[str, ...] | None]
"""A table's full name, whose rows, up to which day, and in which columns (None: all)."""
Days = tuple[date | None, date | None]
"""The first and the last; None: no bound."""


class KeptScans:
    """At most `most_bytes` of rows, by what was wanted; what nobody asked for longest goes first.

    Rows count while the table's state is the one with which they were kept. Any thread may ask.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Wanted, tuple[str, pa.Table]] = OrderedDict()

    def rows(self, wanted: Wanted, state: str | None, read: Callable[[], pa.Table]) -> pa.Table:
        """The rows that were kept in that state (None: it is not known), or those that `read`
        finds."""
        with self._lock:
            kept = self._kept.get(wanted)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(wanted)
                return kept[1]
        rows = read()
        if state is not None:
            self._keep(wanted, state, rows)
        return rows

    def _keep(self, wanted: Wanted, state: str, rows: pa.Table) -> None:
        with self._lock:
            self._kept[wanted] = state, rows
            self._kept.move_to_end(wanted)
            while self._kept and self.size() > self.most_bytes:
                self._kept.popitem(last=False)

    def size(self) -> int:
        """Bytes of all rows that are kept."""
        return sum(rows.nbytes for _, rows in self._kept.values())


@dataclass(frozen=True, slots=True)
class KeptDays:
    """Everybody's rows of a view on some days, and the state of all that it reads."""

    state: Hashable
    days: Days
    rows: pa.Table

    def have(self, state: Hashable, days: Days) -> bool:
        """Whether the rows of these days are among them."""
        (first, last), (kept_first, kept_last) = days, self.days
        begins = kept_first is None or (first is not None and first >= kept_first)
        ends = kept_last is None or (last is not None and last <= kept_last)
        return state == self.state and begins and ends


class KeptViews:
    """The last rows that each view was asked for of everybody, where they are few: what makes a
    view's days asks for them, and what checks them then for some of these. Any thread may ask."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._kept: dict[str, KeptDays] = {}

    def rows(
        self, view: str, days: Days, state: Hashable | None, read: Callable[[], pa.Table]
    ) -> pa.Table:
        """The rows that were kept in that state (None: it is not known), or those that `read`
        finds."""
        kept = self._kept.get(view)
        if state is not None and kept is not None and kept.have(state, days):
            return rows_within(kept.rows, *days)
        self._kept.pop(view, None)
        rows = read()
        if state is not None and rows.nbytes <= self.most_bytes:
            self._kept[view] = KeptDays(state, days, rows)
        return rows
