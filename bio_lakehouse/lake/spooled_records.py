"""The records of a large file, kept in a temporary file by day: memory holds only where they
stand."""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, overload

from bio_lakehouse.lake import bronze
from bio_lakehouse.sources.records import Record

Pair = tuple[Record, str]
"""A record and its content as JSON."""


class SpooledRecords(Sequence[Record]):
    """Records in the order in which they were added, and again of some days alone.

    Its file is nameless and goes with it. Within a block all records are of one dataset and day.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with these records
        self._blocks: list[tuple[str, date, int]] = []
        self._count = 0

    @property
    def days(self) -> set[date]:
        """The days of all records."""
        return {day for _, day, _ in self._blocks}

    def add(self, records: Iterable[Record]) -> None:
        """Add the records of one part of the file."""
        blocks: defaultdict[tuple[str, date], list[tuple[Any, ...]]] = defaultdict(list)
        for record in records:
            kept = (record.key, record.line, record.content, record.hints)
            blocks[record.dataset, record.day].append(kept)
        for (dataset, day), block in blocks.items():
            self._blocks.append((dataset, day, self._file.tell()))
            # Made and read by this process alone: the file has no name.
            pickle.dump(block, self._file, pickle.HIGHEST_PROTOCOL)
            self._count += len(block)

    def pairs(self, dataset: str, first: date, last: date) -> Iterator[Pair]:
        """The records of a dataset on those days, each with its content as JSON."""
        for name, day, place in self._blocks:
            if name == dataset and first <= day <= last:
                for record in self._block(name, day, place):
                    yield record, bronze.to_json(record.content)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Record]:
        for block in self._blocks:
            yield from self._block(*block)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | Sequence[Record]:
        return list(self)[place]

    def _block(self, dataset: str, day: date, place: int) -> list[Record]:
        self._file.seek(place)
        kept = pickle.load(self._file)  # noqa: S301 - written above, in a file that has no name
        return [Record(dataset, day, *one) for one in kept]
