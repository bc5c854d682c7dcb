"""Rows that were read for a question, kept for the next one while the table is as it was."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock

import pyarrow as pa

Wanted = tuple[str, str | None, date | None]
"""A table's full name, whose rows, and up to which day."""


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
