"""Large files, read a part at a time: what a part held is forgotten before the next is read.

Only files whose rows tell nothing of each other can be read so (`DelimitedFormat.in_parts`): those
of one of Oura's datasets in a CSV. Of heart rate a part holds a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.contents import Content
from bio_lakehouse.sources.decoding import decode
from bio_lakehouse.sources.delimited import CutOff, Header, delimiter_of, header_line, lines_of
from bio_lakehouse.sources.file_limits import (
    AT_ONCE,
    LARGEST_AT_ONCE,
    LARGEST_FILE,
    MOST_REJECTED,
    PART,
    check_line,
    check_size,
)
from bio_lakehouse.sources.recognise import format_of, parse
from bio_lakehouse.sources.records import (
    ParseContext,
    ParsedFile,
    Record,
    RejectedRow,
    unread_together,
)
from bio_lakehouse.sources.source import ReadText

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_DELIMITED = (b"{", b"[", b"<")
_HEAD = 1 << 16
_MOST_LINES_BACK = 50


def parse_in_parts(name: str, content: Content, context: ParseContext) -> Iterator[ParsedFile]:
    """Read a file as `parse` does: at once or, where it is large and can be, in many parts.

    Each part has the records and rejected rows of its lines, numbered through the file, and covers
    its own days; `together` makes one of what they say beside. Raises `UnsupportedFile` as `parse`
    does, which may be after some of the parts: nothing of them counts then.
    """
    refuse_large(name, content)
    read = _reader_in_parts(name, content)
    if read is None:
        yield parse(name, content.read(), context)
        return
    with content.open() as file:
        yield from _parts(name, read, file, context)


def refuse_large(name: str, content: Content) -> None:
    """Raise `UnsupportedFile` for a file that is larger than any of its kind that is read; its
    first bytes and its size tell."""
    if content.size > LARGEST_FILE:
        check_size(name, content.size, LARGEST_FILE)
    if content.size > LARGEST_AT_ONCE and _reader_in_parts(name, content) is None:
        check_size(name, content.size, LARGEST_AT_ONCE)


def together(earlier: ParsedFile, part: ParsedFile) -> ParsedFile:
    """What two parts of a file say, in their order, but for their records, which are left out."""
    spans = [one.coverage for one in (earlier, part) if one.coverage]
    kept = _kept([*earlier.rejected, *part.rejected])
    count = earlier.rejected_count + part.rejected_count
    return replace(
        earlier,
        records=(),
        rejected=kept,
        more_rejected=count - len(kept),
        row_count=earlier.row_count + part.row_count,
        coverage=(min(spans)[0], max(last for _, last in spans)) if spans else None,
        unknown_fields=tuple(sorted({*earlier.unknown_fields, *part.unknown_fields})),
        whole=earlier.whole and part.whole,
        unread_days=unread_together((earlier, part)),
        notes=tuple(dict.fromkeys((*earlier.notes, *part.notes))),
    )


def _kept(rejected: list[RejectedRow]) -> list[RejectedRow]:
    """The first rejected rows, and the one that comes due first."""
    due = [row for row in rejected if row.usable_from]
    first = min(due, key=lambda row: row.usable_from or row.line, default=None)
    kept = rejected[:MOST_REJECTED]
    return kept if first is None or first in kept else [*kept, first]


def _reader_in_parts(name: str, content: Content) -> ReadText | None:
    """What reads the rows of a large file whose rows tell nothing of each other; None for every
    other file."""
    if content.size <= AT_ONCE:
        return None
    head = content.head(_HEAD)
    if head.startswith(_UTF16) or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_NOT_DELIMITED):
        return None
    try:
        line = header_line(decode(name, head[: _end_of_line(head, len(head))]).text)
        found = format_of(Header(name, line, delimiter_of(line)))
    except UnsupportedFile:
        return None
    return found.read if found.in_parts else None


def _parts(
    name: str, read: ReadText, file: BinaryIO, context: ParseContext
) -> Iterator[ParsedFile]:
    pieces = _pieces(name, file)
    first = next(pieces)
    text = decode(name, first).text
    header = header_line(text)
    parsed = parse(name, first, context)
    datasets, passed = parsed.datasets, len(lines_of(text))
    yield parsed
    for piece in pieces:
        if not piece.strip():
            passed += len(lines_of(piece.decode(errors="replace")))
            continue
        decoded = decode(name, piece)
        # The header stands on the line before the piece.
        try:
            parsed = read(name, f"{header}\n{decoded.text}", context)
        except CutOff as error:
            raise CutOff(name, error.line + passed - 1) from None
        if parsed.datasets != datasets:
            raise UnsupportedFile(
                f"{name} holds {', '.join(datasets)} and, from line {passed + 1:,} on, "
                f"{', '.join(parsed.datasets)}. Give each in a file of its own."
            )
        yield _moved(replace(parsed, notes=(*decoded.notes, *parsed.notes)), passed - 1)
        passed += len(lines_of(decoded.text))


def _moved(part: ParsedFile, lines: int) -> ParsedFile:
    """The part with its lines counted from further on."""
    records = [
        Record(one.dataset, one.day, one.key, one.line + lines, one.content, one.hints)
        for one in part.records
    ]
    rejected = [replace(row, line=row.line + lines) for row in part.rejected]
    return replace(part, records=records, rejected=rejected)


def _pieces(name: str, file: BinaryIO) -> Iterator[bytes]:
    """The file cut between rows, into pieces of some megabytes; the last ends as the file does."""
    rest = file.read(PART)
    while more := file.read(PART):
        cut = _place_between_rows(rest)
        if cut:
            yield rest[:cut]
        else:
            check_line(name, len(rest))
        rest = rest[cut:] + more
    yield rest


def _place_between_rows(piece: bytes) -> int:
    """Where the last row ends that surely does: one in whose line stands no quote, else an even
    number of them; 0 without any."""
    end = _end_of_line(piece, len(piece))
    even = 0
    last = end
    for _ in range(_MOST_LINES_BACK):
        start = _end_of_line(piece, end - 1)
        quotes = piece.count(b'"', start, end)
        if not (quotes and start):
            return end
        even = even or (0 if quotes % 2 else end)
        end = start
    return even or last


def _end_of_line(piece: bytes, before: int) -> int:
    """Where the last line ends that ends before a place; a `\r` there may be half of its end."""
    before -= piece[max(before - 1, 0) : before] == b"\r"
    return max(piece.rfind(b"\n", 0, max(before, 0)), piece.rfind(b"\r", 0, max(before, 0))) + 1
