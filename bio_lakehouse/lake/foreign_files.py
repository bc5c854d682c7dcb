"""Files that are no export of a known vendor: told by their first bytes, before they are landed."""

from __future__ import annotations

from pathlib import Path

from bio_lakehouse import sources
from bio_lakehouse.errors import UnknownFormat, UnsupportedFile
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.archives import Archive, looks_like_archive, open_archive
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landed_reading import context_for, read_content
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.sources import file_limits, registry
from bio_lakehouse.sources.contents import AnyContent, Content, content_at
from bio_lakehouse.sources.records import ParseContext

HEAD_BYTES = 1 << 16
"""The first bytes of a file, by which most that are no export are told before all of it is read."""

TELLING_BYTES = 1 << 14
"""Those of them whose lines tell what a file is; the others are looked at where these are of one
line."""


def refuse_foreign(lake: Lakehouse, path: Path, user_id: str, note: Note) -> None:
    """Raise `UnsupportedFile` unless a file on this machine is, or as a zip holds, a known export.

    Its first bytes and its size decide before all of it is read.
    """
    name, context = landing.safe_name(path.name), context_for(lake, user_id, note)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if looks_like_archive(head):
        file_limits.check_size(name, path.stat().st_size, file_limits.LARGEST_FILE)
        with open_archive(path, name) as archive:
            _refuse_foreign_archive(name, archive, context)
        return
    refuse_unknown(name, head, context)
    sources.refuse_large(name, Content.at(path))
    if len(head) == HEAD_BYTES:
        _refuse_unknown_whole(name, content_at(path), context)


def _refuse_foreign_archive(name: str, archive: Archive, context: ParseContext) -> None:
    """Raise `UnsupportedFile` unless a file in the zip is a known export."""
    damaged = None
    for member in archive.members:
        try:
            refuse_unknown(member.name, archive.read(member, HEAD_BYTES), context)
            if member.size > HEAD_BYTES:
                _refuse_unknown_whole(member.name, archive.content(member), context)
        except UnknownFormat:
            continue
        except UnsupportedFile as error:
            damaged = error
        else:
            return
    if damaged:
        raise UnsupportedFile(f"{name}: {damaged}")
    raise UnknownFormat(
        f"{name} is a zip or Excel file that holds no known export. {registry.what_is_read()}"
    )


def refuse_unknown(name: str, head: bytes, context: ParseContext) -> None:
    """Raise `UnknownFormat` when no known file begins with `head`, its first `HEAD_BYTES` or all of
    it."""
    begin = head[:TELLING_BYTES]
    whole_lines = begin[: begin.rfind(b"\n") + 1] if len(head) == HEAD_BYTES else head
    try:
        sources.parse(name, whole_lines or head, context)
    except UnknownFormat:
        raise
    except UnsupportedFile:
        """It may be damaged, or begin like a known one: that shows when all of it is read."""


def _refuse_unknown_whole(name: str, content: AnyContent, context: ParseContext) -> None:
    try:
        read_content(name, content, context)
    except UnknownFormat:
        raise
    except UnsupportedFile:
        """A known export that is damaged is landed and logged as such."""
