"""The records of a file that was read, as bronze needs them: by day, each with its JSON text.

They lie in one row of bytes, of a large file in a temporary file; memory holds only where a day's
begin.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import overload

import msgspec

from bio_lakehouse.lake.record_text import fullness, to_json
from bio_lakehouse.sources.file_limits import AT_ONCE
from bio_lakehouse.sources.records import Record


class KeptRecord(msgspec.Struct, array_like=True, gc=False):
    """One record: its key and line in the file, how many values it has, and hints and content as
    JSON."""

    key: str
    line: int
    fullness: int
    hints: str
    text: str


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[KeptRecord])


def kept(record: Record) -> KeptRecord:
    """What is kept of a record."""
    hints = to_json(record.hints) if record.hints else "{}"
    content = record.content
    return KeptRecord(record.key, record.line, fullness(content), hints, to_json(content))


class KeptRecords(Sequence[Record]):
    """Records in the order in which they were added, and again of some days alone.

    A file that they lie in is nameless and goes with them. Within a block all are of one dataset
    and day.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(AT_ONCE)  # noqa: SIM115 - it goes with these
        self._blocks: list[tuple[str, date, int, int]] = []
        self._count = 0

    @property
    def places(self) -> set[tuple[str, date]]:
        """Datasets and days of all records."""
        return {(dataset, day) for dataset, day, *_ in self._blocks}

    def add(self, records: Iterable[Record]) -> None:
        """Add the records of one part of the file."""
        blocks: defaultdict[tuple[str, date], list[KeptRecord]] = defaultdict(list)
        for record in records:
            blocks[record.dataset, record.day].append(kept(record))
        start = self._file.seek(0, 2)
        for (dataset, day), block in blocks.items():
            size = self._file.write(_ENCODER.encode(block))
            self._blocks.append((dataset, day, start, size))
            self._count += len(block)
            start += size

    def of_days(
        self, dataset: str, first: date, last: date
    ) -> Iterator[tuple[date, list[KeptRecord]]]:
        """The records of a dataset on those days; a day may come several times."""
        for name, day, start, size in self._blocks:
            if name == dataset and first <= day <= last:
                yield day, self._block(start, size)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Record]:
        for dataset, day, start, size in self._blocks:
            for one in self._block(start, size):
                content, hints = json.loads(one.text), json.loads(one.hints)
                yield Record(dataset, day, one.key, one.line, content, hints)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | Sequence[Record]:
        return list(self)[place]

    def _block(self, start: int, size: int) -> list[KeptRecord]:
        self._file.seek(start)
        return _DECODER.decode(self._file.read(size))
