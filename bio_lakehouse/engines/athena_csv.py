"""Athena's answers, read from the CSV that it writes into S3, with the types that it names.

A null is a cell without quotes, so that an empty text stays one. What the elements of an array are
Athena does not say, and texts within one have no quotes: those are asked for as JSON.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from pyarrow import csv

from bio_lakehouse.errors import AwsError, QueryError

Read = Callable[[pa.ChunkedArray], pa.ChunkedArray]
BLOCK = 16 * 2**20
NESTED = frozenset({"array", "map", "row"})
HALF_SAID = NESTED | {"timestamp"}
"""Types of which Athena does not say what they hold, or in which parts of a second."""


class TornAnswerError(AwsError):
    """An answer that is not whole in S3."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column as Athena's metadata tells it: its name, its type (`decimal`), and that type's
    digits in all and after the point."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0


def table_of_csv(
    content: bytes,
    columns: Sequence[AnswerColumn],
    place: str,
    wanted: Sequence[pa.DataType | None],
) -> pa.Table:
    """The rows of an answer.

    `wanted` are the columns' types in Arrow, where they are known. `TornAnswerError` names `place`
    where the file is not whole, `QueryError` a column that cannot be read.
    """
    texts = _texts(content, columns, place)
    readers = [_reader(*one) for one in zip(columns, wanted, strict=True)]
    read = [_read(*one, place) for one in zip(texts, readers, columns, strict=True)]
    return pa.table(read, names=[column.name for column in columns])


def is_half_said(columns: Iterable[AnswerColumn]) -> bool:
    """Whether Athena does not say all of a column's type."""
    return any(column.type in HALF_SAID for column in columns)


def unreadable_lists(
    columns: Sequence[AnswerColumn], wanted: Sequence[pa.DataType | None]
) -> frozenset[int]:
    """Places of the columns whose lists cannot be read, but could be as JSON."""
    pairs = enumerate(zip(columns, wanted, strict=True))
    nested = {place: kind for place, (column, kind) in pairs if column.type in NESTED}
    return frozenset(
        place for place, kind in nested.items() if _is_of_texts(kind) and not _is_plain(kind)
    )


def _texts(content: bytes, columns: Sequence[AnswerColumn], place: str) -> list[pa.ChunkedArray]:
    """Each column as text, by the places of the columns, whose names may be the same."""
    names = [str(number) for number in range(len(columns))]
    # Arrow takes the end of the file for the end of a text in quotes.
    ends_within_quotes = content.count(b'"') % 2 == 1
    if ends_within_quotes or not content.endswith(b"\n"):
        raise _torn(place, "its last line has no end")
    try:
        table = csv.read_csv(
            io.BytesIO(content),
            csv.ReadOptions(column_names=names, block_size=max(BLOCK, len(content))),
            csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _torn(place, _first_line(error)) from error
    heads = [column[0].as_py() for column in table.columns]
    if heads != [column.name for column in columns]:
        raise _torn(place, "its first line does not name the columns")
    return list(table.slice(1).columns)


def _torn(place: str, reason: str) -> TornAnswerError:
    return TornAnswerError(
        f"{place}, an answer of Athena's, is not whole: {reason}. Ask it again in a minute."
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _read(text: pa.ChunkedArray, reader: Read, column: AnswerColumn, place: str) -> pa.ChunkedArray:
    try:
        return reader(text)
    except (pa.ArrowInvalid, ValueError) as error:
        reason = f"what {column.name} holds is no {column.type} ({_first_line(error)})"
        raise _torn(place, reason) from error


def _reader(column: AnswerColumn, wanted: pa.DataType | None) -> Read:
    """What reads a column, which is to be of the type `wanted` where that is known."""
    if column.type == "decimal":
        return _cast_to(pa.decimal128(column.precision, column.scale))
    if column.type in NESTED:
        return _of_lists(column, wanted)
    if column.type == "varchar" and _is_of_texts(wanted):
        return _each_as(wanted, json.loads)
    if column.type == "timestamp" and wanted and pa.types.is_timestamp(wanted) and not wanted.tz:
        return lambda text: text.cast(pa.timestamp("us")).cast(wanted)
    return READERS.get(column.type, _as_it_is)


def _cast_to(kind: pa.DataType) -> Read:
    return lambda text: text.cast(kind)


def _as_it_is(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return text


def _each_as(kind: pa.DataType, value_of: Callable[[str], object]) -> Read:
    """A column whose texts become `kind` one by one."""

    def read(text: pa.ChunkedArray) -> pa.ChunkedArray:
        values = [None if one is None else value_of(one) for one in text.to_pylist()]
        return pa.chunked_array([pa.array(values, kind)])

    return read


def _wall_clock(text: str) -> datetime:
    """`2026-01-02 03:04:05.678 Europe/Berlin` as what a clock there shows: a laptop's engine, too,
    tells a time in a zone without the zone."""
    local, _, _ = text.rpartition(" ")
    return datetime.fromisoformat(local)


def _of_lists(column: AnswerColumn, kind: pa.DataType | None) -> Read:
    """What reads an array of that type."""
    if kind is None or not _is_plain(kind):
        raise QueryError(
            f"{column.name} is a list of what Athena's answer does not tell apart; ask for "
            "array_join(…, ', ') or json_format(CAST(… AS json))."
        )

    def read(text: pa.ChunkedArray) -> pa.ChunkedArray:
        cells = [None if cell is None else _elements(cell) for cell in text.to_pylist()]
        texts = pa.array(cells, pa.list_(pa.string()))
        return pa.chunked_array([texts.cast(kind)])

    return read


def _is_plain(kind: pa.DataType) -> bool:
    """Whether it is a list whose elements never hold what parts them."""
    if not pa.types.is_list(kind):
        return False
    of = kind.value_type
    return bool(pa.types.is_primitive(of) and not (pa.types.is_timestamp(of) and of.tz))


def _is_of_texts(kind: pa.DataType | None) -> bool:
    """Whether it is a list of texts, or of lists of them."""
    if kind is None or not pa.types.is_list(kind):
        return False
    return bool(pa.types.is_string(kind.value_type)) or _is_of_texts(kind.value_type)


def _elements(cell: str) -> list[str | None]:
    inside = cell[1:-1]
    return [None if one == "null" else one for one in inside.split(", ")] if inside else []


READERS: dict[str, Read] = {
    "boolean": _cast_to(pa.bool_()),
    "tinyint": _cast_to(pa.int8()),
    "smallint": _cast_to(pa.int16()),
    "integer": _cast_to(pa.int32()),
    "bigint": _cast_to(pa.int64()),
    "float": _cast_to(pa.float32()),
    "double": _cast_to(pa.float64()),
    "date": _cast_to(pa.date32()),
    "time": _cast_to(pa.time64("us")),
    "timestamp": _cast_to(pa.timestamp("us")),
    "timestamp with time zone": _each_as(pa.timestamp("us"), _wall_clock),
    "varbinary": _each_as(pa.binary(), bytes.fromhex),
    "unknown": lambda text: pa.chunked_array([pa.nulls(len(text))]),
}
"""What makes Arrow of a column's texts, by Athena's type; the others stay text."""
