"""What the tables hold that a statement reads, as one short text: after a commit to any of them, or
with another text of a view, it is another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.gold.views import VIEWS

if TYPE_CHECKING:
    from bio_lakehouse.engines.sql import SqlEngine
    from bio_lakehouse.lake.lakehouse import Lakehouse

VIEW_NAMES = frozenset(view.full_name for view in VIEWS.values())


class DataState:
    """The snapshots of a lake's tables and the texts of its views."""

    def __init__(self, lake: Lakehouse, engine: SqlEngine) -> None:
        self.lake = lake
        self.engine = engine

    def of(self, tables: Iterable[str]) -> str:
        """The state of what `tables` (full names) are read from, through views too."""
        read = dict(sorted(self._parts(frozenset(tables))))
        return hashlib.sha256(repr(read).encode()).hexdigest()[:32]

    def _parts(self, tables: frozenset[str]) -> Iterator[tuple[str, str | None]]:
        """Each table with its snapshot, each view with its text."""
        from bio_lakehouse.engines.sql import definition_of

        seen: set[str] = set()
        waiting = set(tables)
        known = frozenset({*self.lake.tables.names(), *SCHEMAS, *VIEW_NAMES})
        while waiting:
            name = waiting.pop()
            seen.add(name)
            if name not in VIEW_NAMES:
                yield name, self.lake.tables.state(name)
                continue
            text = self.engine.view_text(name)
            yield name, text
            waiting |= definition_of(name, text, known)[1] - seen
