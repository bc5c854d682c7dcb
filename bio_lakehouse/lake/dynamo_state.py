"""The state of a lake on AWS has one version: what changes it is written together with the next
version, and only while the one that was read is still the newest.

So changes happen one after the other, whoever makes them: of two at once one is written, and the
other is worked out again from what there is then. A change that ends in the middle was never made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import uuid4

from bio_lakehouse.lake.dynamo_items import (
    UNTIL_WRITTEN,
    DynamoTable,
    DynamoTables,
    Item,
    Key,
    Value,
    Writes,
    retrying,
    write_together,
)
from bio_lakehouse.lake.owed_days import Numbered
from bio_lakehouse.lake.packed_days import pack, unpack

HEAD = ("lake", "state")
CHANGED_DAYS = ("lake", "changed days")


@dataclass(frozen=True, slots=True)
class Head:
    """What a lake's state begins with: the numbers of the newest change, of the one that written
    reports have taken in and of the newest of which a page was looked at, and how many runs
    began."""

    version: str = ""
    last_change: int = 0
    looked_over: int = 0
    looked: int = 0
    runs: int = 0

    @classmethod
    def of(cls, item: Item | None) -> Head:
        values = {name: value for name, value in (item or {}).items() if name in cls.__slots__}
        return cls(**values)


@dataclass
class Draft:
    """A change of the state that is being worked out: what there is, and what is to be written."""

    tables: DynamoTables
    before: Head
    last_change: int
    looked_over: int
    looked: int
    runs: int
    writes: Writes = field(default_factory=Writes.none)
    counted: Counter[Key] = field(default_factory=Counter)
    """By how much counts change, each kept in an item of its own."""
    known: dict[Key, Item | None] = field(default_factory=dict)

    @property
    def state(self) -> DynamoTable:
        return self.tables.state

    def read_at_once(self, *keys: Key) -> None:
        """Read items that are needed in one call: the shorter a change takes, the fewer cross."""
        found = self.state.find_many(keys)
        self.known.update((key, found.get(key)) for key in keys)

    def find(self, key: Key) -> Item | None:
        """The item of the state at a key, as it was when it was read first."""
        if key not in self.known:
            self.known[key] = self.state.find(key)
        return self.known[key]

    @cached_property
    def changed(self) -> Numbered:
        """The days of which something is still to be made, as they are to be."""
        return days_of(self.find(CHANGED_DAYS))

    @property
    def looked_at(self) -> int:
        """The newest change of which a written page was looked at."""
        return max(self.looked_over, self.looked)

    def keep_changed(self) -> None:
        self.put(*CHANGED_DAYS, days=pack(self.changed))

    def put(self, kind: str, name: str, **values: Value | None) -> None:
        self.writes.put(self.state, {"kind": kind, "name": name} | values)

    def delete(self, kind: str, name: str) -> None:
        self.writes.delete(self.state, (kind, name))

    def keep(self, kind: str, name: str) -> None:
        """Leave an item as it is, whatever was to become of it."""
        self.writes.leave(self.state, (kind, name))

    def commit(self) -> None:
        """Write it all; `Crossed` when another change was written since this one began."""
        after = Head(str(uuid4()), self.last_change, self.looked_over, self.looked, self.runs)
        numbers = {name: getattr(after, name) for name in Head.__slots__}
        head = {"kind": HEAD[0], "name": HEAD[1]} | numbers
        self.writes.put(self.state, head, version=self.before.version)
        for key, number in self.counted.items():
            if number:
                self.writes.count(self.state, key, number)
        write_together(self.state, self.writes)


class LakeState:
    """The state of one lake, in its two tables."""

    def __init__(self, tables: DynamoTables) -> None:
        self.tables = tables

    def head(self) -> Head:
        return Head.of(self.tables.state.find(HEAD))

    def change(self, work: Callable[[Draft], None]) -> None:
        """Write what `work` puts into a draft; it is called again when another was faster."""

        def attempt() -> None:
            head = self.head()
            draft = Draft(
                self.tables, head, head.last_change, head.looked_over, head.looked, head.runs
            )
            work(draft)
            draft.commit()

        retrying(self.tables.state.name, UNTIL_WRITTEN)(attempt)


def days_of(item: Item | None) -> Numbered:
    """The numbered days of an item that keeps some."""
    return unpack(item.get("days")) if item else {}
