"""Looks for texts in every file below a folder, also in those that are compressed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq


def places(folder: Path, *texts: str) -> list[str]:
    """Names and files in which any of the texts stands."""
    wanted = [text.encode() for text in texts]
    files = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return [
        str(path.relative_to(folder))
        for path in files
        if holds(str(path.relative_to(folder)).encode(), wanted)
        or any(holds(content, wanted) for content in contents_of(path))
    ]


def holds(content: bytes, wanted: Iterable[bytes]) -> bool:
    return any(text in content for text in wanted)


def contents_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they say where they are compressed."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
        yield str(pq.read_metadata(path).to_dict()).encode()
    if path.suffix == ".avro":
        yield from inflated(content)
    if path.suffix == ".gz":
        # A file of that name may be somebody's that is none.
        with suppress(gzip.BadGzipFile):
            yield gzip.decompress(content)


def inflated(content: bytes) -> Iterator[bytes]:
    """The blocks of an Avro file: each stands between two of its marks, behind two short numbers
    that say how many records and bytes it has."""
    mark = content[-16:]
    for block in content.split(mark)[1:]:
        for start in range(2, min(len(block), 12)):
            try:
                yield zlib.decompressobj(-zlib.MAX_WBITS).decompress(block[start:])
            except zlib.error:
                continue
