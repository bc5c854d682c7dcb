"""One of the files that Oura offered for download by type from 2022 to 2024:
`oura_<type>_<stamp>.csv`.

Its columns are the API's fields, those of objects flattened: `contributors_deep_sleep`. A row
becomes an object in the shape of the API again, its cells text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bio_lakehouse.sources.checking import RowProblem, looks_unstorable
from bio_lakehouse.sources.delimited import comma_table
from bio_lakehouse.sources.oura.endpoints import (
    endpoint_of,
    export_endpoint,
    looks_like_oura,
)
from bio_lakehouse.sources.oura.json_cells import BrokenJson, decoded
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS
from bio_lakehouse.sources.oura.one_dataset import read_rows
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.source_rows import Row, field_names, shared

Path = tuple[str, ...]

_STAMPED = re.compile(r"oura_.+_([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2})(?![0-9])")
_NAMES = frozenset().union(*KNOWN_FIELDS.values())
_FLAT: dict[str, Path] = {
    name.replace(".", "_"): tuple(name.split(".")) for name in _NAMES if "." in name
}
_CONTRIBUTOR = re.compile(r"(?:(readiness)_)?(contributors)_(.+)")


def looks_like_type_download(headers: Iterable[str]) -> bool:
    """Whether these are headers of a per-type download: of Oura's fields, and at least half of them
    known."""
    paths = [path_of(header.strip()) for header in headers]
    known = [path for path in paths if path[0] in _NAMES]
    return len(paths) > 1 and 2 * len(known) >= len(paths) and looks_like_oura(_dotted(paths))


def is_flattened(headers: Iterable[str]) -> bool:
    """Whether a header names a field of an object, as only these files' headers do."""
    return any(len(path_of(name)) > 1 for name in headers if name not in _NAMES)


def read(name: str, text: str, context: ParseContext) -> ParsedFile:
    """Records of one Oura dataset; coverage is the first to the last day.

    Raises `UnsupportedFile` when the dataset cannot be told or the file was cut off.
    """
    table = comma_table(name, text)
    paths = [path_of(header.strip()) for header in table.names]
    rows = list(_shaped_rows(paths, table.rows))
    names = _dotted(paths) | field_names(row.content for row in rows if not row.problem)
    endpoint = endpoint_of(name, names, context, _endpoint_in_name)
    doubtful = looks_unstorable(text)
    parsed = read_rows("type_download", endpoint, rows, names, context, doubtful=doubtful)
    return replace(parsed, stamp=stamp_in_name(name))


def stamp_in_name(name: str) -> datetime | None:
    """When the file was downloaded, by Oura's name for it (UTC); None under any other name."""
    match = _STAMPED.match(name)
    try:
        return (
            datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%S").replace(tzinfo=UTC) if match else None
        )
    except ValueError:
        return None


def path_of(header: str) -> Path:
    """Where in the API's record the value under a flattened header stands."""
    if header == "spo2_percentage":
        return ("spo2_percentage", "average")
    if header in _NAMES:
        return (header,)
    contributor = _CONTRIBUTOR.fullmatch(header)
    if contributor:
        return tuple(name for name in contributor.groups() if name)
    return _FLAT.get(header, (header,))


def _dotted(paths: Iterable[Path]) -> set[str]:
    """The names of the fields, and of the objects that they are in, as the API's records have
    them."""
    shown = [path[:2] for path in paths]
    return {path[0] for path in shown} | {".".join(path) for path in shown}


def _endpoint_in_name(name: str) -> set[str]:
    return export_endpoint(name.replace("-", "_"))


def _shaped_rows(paths: Sequence[Path], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as objects; where no column is of an object and no cell is JSON, in one step."""
    names = [path[0] for path in paths]
    is_flat = all(len(path) == 1 for path in paths)
    for row in rows:
        text = row.raw
        if is_flat and not row.problem and "{" not in text and "[" not in text:
            cells = map(shared, row.content)
            yield Row(row.line, dict(zip(names, cells, strict=True)), row.text)
        else:
            yield _shaped(paths, row)


def _shaped(paths: Sequence[Path], row: Row) -> Row:
    if row.problem:
        return row
    record: dict[str, Any] = {}
    try:
        for place, (path, cell) in enumerate(zip(paths, row.content, strict=True)):
            _put(record, path, shared(decoded(cell, place)))
    except BrokenJson as problem:
        return replace(row, problem=problem.named([".".join(path) for path in paths]))
    except RowProblem as problem:
        return replace(row, problem=problem)
    return replace(row, content=record)


def _put(record: dict[str, Any], path: Path, value: Any) -> None:
    *above, last = path
    if isinstance(value, dict) and above:
        record[".".join(above)] = value
        return
    for name in above:
        record = record.setdefault(name, {})
        if not isinstance(record, dict):
            raise RowProblem(name, f"{name} stands in a column of its own and in several")
    record[last] = value
