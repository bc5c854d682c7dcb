"""Landing: what arrived, exactly as it arrived. Nothing here is ever changed or removed."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath

from bio_lakehouse import sources
from bio_lakehouse.errors import LandingError, UnsupportedFile
from bio_lakehouse.lake.archives import (
    looks_like_archive,
    open_archive,
)
from bio_lakehouse.lake.folders import NoFile, file_at, files_below
from bio_lakehouse.lake.objects import ObjectInfo, ObjectStore, PassedOver, checksum
from bio_lakehouse.settings import USER_ID, safe_spelling
from bio_lakehouse.sources import file_limits
from bio_lakehouse.sources.contents import AnyContent, opened_by
from bio_lakehouse.sources.file_limits import AT_ONCE
from bio_lakehouse.sources.records import FetchNote

PREFIX = "landing"
NOTE_SUFFIX = ".note.json"
MEMBER = "!/"
_MARKS = re.compile(r"(!+)(?=/|\Z)")
LONGEST_NAME = 200
"""Bytes of a name that landing gives; a file system takes 255, and a note's suffix must fit too."""


@dataclass(frozen=True)
class LandedFile:
    """One file to be read: its path (see `path_of`), whose it is, and its content.

    `info` is what the listing says of it, or of the zip that it is in.
    """

    path: str
    user_id: str
    content: AnyContent
    note: Note
    info: ObjectInfo

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the content; a fetched answer's includes when and for which days it was
        fetched."""
        fetch = self.note.fetch
        return opened_by(self.content).checksum(self.note.to_json() if fetch else b"")


@dataclass(frozen=True, slots=True)
class RefusedMember:
    """A file in a zip that cannot be unpacked, and why."""

    path: str
    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class LandedObject:
    """An object as it lies in landing: a file, or a zip of files."""

    info: ObjectInfo
    content: AnyContent
    note: Note

    @property
    def is_zip(self) -> bool:
        return looks_like_archive(opened_by(self.content).head(4))

    @property
    def unpacked_size(self) -> int:
        """Bytes of all that is to be read; what a torn zip holds is not known, and counts as
        nothing."""
        if not self.is_zip:
            return self.info.size
        try:
            with open_archive(self.content, self.info.key) as archive:
                return archive.unpacked_size
        except UnsupportedFile:
            return 0

    def files(self, left_out: Container[str] = ()) -> Iterator[LandedFile | RefusedMember]:
        """The file itself, or each file inside the zip but for the paths that are `left_out`.

        `UnsupportedFile` when the zip is torn, or the object lies under no user.
        """
        key, user_id = self.info.key, user_of(self.info.key)
        if not self.is_zip:
            yield LandedFile(path_of(key), user_id, self.content, self.note, self.info)
            return
        with open_archive(self.content, key) as archive:
            for member in archive.members:
                path = path_of(key, member.name)
                if path in left_out:
                    continue
                try:
                    content = archive.content(member)
                except UnsupportedFile as error:
                    yield RefusedMember(path, user_id, str(error))
                else:
                    yield LandedFile(path, user_id, content, self.note, self.info)


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside a landed file in `<name>.note.json`: the user's word on its dataset, and
    its fetch."""

    dataset: str | None = None
    fetch: FetchNote | None = None

    def to_json(self) -> bytes:
        fetch = self.fetch
        values = {
            "dataset": self.dataset,
            "fetched_at": fetch.fetched_at.isoformat() if fetch else None,
            "fetched_dataset": fetch.dataset if fetch else None,
            "first_day": fetch.first_day.isoformat() if fetch and fetch.first_day else None,
            "last_day": fetch.last_day.isoformat() if fetch and fetch.last_day else None,
        }
        return json.dumps({k: v for k, v in values.items() if v}, indent=2).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Note:
        values = json.loads(content)
        if "fetched_at" not in values:
            return cls(values.get("dataset"))
        days = {k: date.fromisoformat(values[k]) for k in ("first_day", "last_day") if k in values}
        fetched_at = datetime.fromisoformat(values["fetched_at"])
        return cls(
            values.get("dataset"), FetchNote(fetched_at, values.get("fetched_dataset"), **days)
        )


def path_of(key: str, member: str | None = None) -> str:
    """The path by which the log knows an object, or a file inside a zip: `key!/member`.

    A name may hold `!/` itself: exclamation marks before a `/` or at the end of the key are
    doubled, so that an odd number of them before a `/` is where a member begins.
    """
    escaped = _MARKS.sub(r"\1\1", key)
    return escaped if member is None else f"{escaped}{MEMBER}{member}"


def split_path(path: str) -> tuple[str, str | None]:
    """The key of the object at a path of the log, and the member inside it when it is a zip."""
    for marks in _MARKS.finditer(path):
        if len(marks[1]) % 2 and path.startswith("/", marks.end()):
            return _unescaped(path[: marks.end() - 1]), path[marks.end() + 1 :]
    return _unescaped(path), None


def _unescaped(path: str) -> str:
    return _MARKS.sub(lambda marks: "!" * (len(marks[1]) // 2), path)


def put(
    objects: ObjectStore,
    user_id: str,
    name: str,
    content: AnyContent,
    note: Note | None = None,
    modified: datetime | None = None,
) -> str:
    """Land `content` for `user_id` and return its key; a name that is taken by other content gets
    its checksum.

    The user's word on a dataset may be added to a file that is there; the note of a fetch is never
    changed. `modified` is the time of the file that it is a copy of.
    """
    return put_at(objects, _key_of(user_id, name), content, note or Note(), modified)


def key_for(objects: ObjectStore, user_id: str, name: str, content: AnyContent, note: Note) -> str:
    """The key at which `put` lands this."""
    return place_for(objects, _key_of(user_id, name), content, note)


def _key_of(user_id: str, name: str) -> str:
    return f"{PREFIX}/{user_id}/{safe_name(name)}"


def put_at(
    objects: ObjectStore, key: str, content: AnyContent, note: Note, modified: datetime | None
) -> str:
    """As `put`, at a key of landing that is known."""
    key = place_for(objects, key, content, note)
    if note != Note():
        objects.put(key + NOTE_SUFFIX, note.to_json())
    if not objects.exists(key):
        objects.put(key, content, modified)
    return key


def place_for(objects: ObjectStore, key: str, content: AnyContent, note: Note) -> str:
    """The key at which landing has, or takes, a content: `key`, with a checksum where another
    content has that name."""
    if not objects.exists(key) or (
        objects.checksum_of(key) == checksum(content)
        and read_note(objects, key).fetch == note.fetch
    ):
        return key
    path = PurePosixPath(key)
    digest = opened_by(content).checksum(note.to_json())[:8]
    return str(path.with_name(f"{path.stem}-{digest}{path.suffix}"))


def safe_name(name: str) -> str:
    """A file's name as landing can keep it: UTF-8, not hidden, none of a note, and short enough for
    every file system."""
    path = PurePosixPath(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    plain = path.name.replace("\ufffd", "_").lstrip(".") or "unnamed"
    if plain.endswith(NOTE_SUFFIX):
        plain = f"{plain.removesuffix(NOTE_SUFFIX)}-note.json"
    if len(plain.encode()) <= LONGEST_NAME:
        return plain
    suffix = PurePosixPath(plain).suffix[:16]
    digest = f"-{checksum(plain.encode())[:8]}{suffix}"
    start = plain.encode()[: LONGEST_NAME - len(digest.encode())].decode(errors="ignore")
    return start + digest


def read_note(objects: ObjectStore, key: str) -> Note:
    """The note beside an object, an empty one without; `LandingError` when it is damaged."""
    path = key + NOTE_SUFFIX
    return note_of(path, objects.get(path)) if objects.exists(path) else Note()


def note_of(path: str, content: bytes) -> Note:
    """The note that a file holds; `LandingError`, which names it, when it is damaged."""
    try:
        return Note.from_json(content)
    except (ValueError, TypeError, AttributeError) as error:
        raise LandingError(
            f"{path} is damaged ({error}): delete it, then bring the file in again or fetch its "
            "days"
        ) from error


def user_of(key: str) -> str:
    """Whose file lies at `key`: the folder under landing; at its root, `me`. `UnsupportedFile` for
    no user's folder."""
    parts = PurePosixPath(key).parts
    if len(parts) == 2:
        return "me"
    if not USER_ID.fullmatch(parts[1]):
        safe = safe_spelling(parts[1])
        raise UnsupportedFile(
            f"landing/{parts[1]} is nobody's folder, as a user's id is 1 to 64 of a-z, 0-9, _ "
            f"and -. Rename it to {safe}, or run "
            f'`bio-lakehouse ingest "…/landing/{parts[1]}" --user {safe}`'
        )
    return parts[1]


def survey(objects: ObjectStore) -> tuple[list[ObjectInfo], list[PassedOver]]:
    """Every object in landing that is a file to read, sorted by key; and what is passed over
    there."""
    lying = list(objects.survey(PREFIX))
    found = [one for one in lying if isinstance(one, ObjectInfo)]
    passed_over = [one for one in lying if isinstance(one, PassedOver)]
    return [info for info in found if not info.key.endswith(NOTE_SUFFIX)], passed_over


def load(objects: ObjectStore, info: ObjectInfo) -> LandedObject:
    """The object at `info`; `UnsupportedFile` when it is too large, `LandingError` when it cannot
    be read."""
    file_limits.check_size(info.key, info.size, file_limits.LARGEST_FILE)
    content = objects.content(info.key, info.size)
    opened = opened_by(content)
    if not looks_like_archive(opened.head(4)):
        sources.refuse_large(info.key, opened)
    dated = replace(info, modified=objects.file_time(info))
    return LandedObject(dated, content, read_note(objects, info.key))


def read_paths(
    objects: ObjectStore, paths: Iterable[str], sizes: Mapping[str, int] | None = None
) -> dict[str, tuple[AnyContent, Note]]:
    """Content and note of paths of the log; without those that are not in landing, or not readable,
    any more.

    `sizes` are those of the objects that they are in, where they are known: a large one is not read
    at once.
    """
    wanted: dict[str, dict[str | None, str]] = {}
    for path in paths:
        key, member = split_path(path)
        wanted.setdefault(key, {})[member] = path
    large = {split_path(path)[0]: size for path, size in (sizes or {}).items() if size > AT_ONCE}
    small = [key for key in wanted if key not in large]
    found: dict[str, AnyContent] = dict(
        objects.find_many([*small, *(key + NOTE_SUFFIX for key in wanted)])
    )
    found |= {key: objects.content(key, large[key]) for key in large if objects.exists(key)}
    read: dict[str, tuple[AnyContent, Note]] = {}
    for key, members in wanted.items():
        if key not in found:
            continue
        with suppress(UnsupportedFile, LandingError):
            written = found.get(key + NOTE_SUFFIX)
            note = Note()
            if written is not None:
                note = note_of(key + NOTE_SUFFIX, opened_by(written).read())
            for member, content in _contents(found[key], key, members):
                read[members[member]] = (content, note)
    return read


def _contents(
    content: AnyContent, key: str, members: Iterable[str | None]
) -> Iterator[tuple[str | None, AnyContent]]:
    """What of an object is asked for: itself, or files inside it."""
    if None in members:
        yield None, content
    inside = {member for member in members if member is not None}
    if not inside:
        return
    with open_archive(content, key) as archive:
        for member in archive.members:
            if member.name in inside:
                yield member.name, archive.content(member)


def local_files(path: Path) -> Iterator[Path | NoFile]:
    """The file itself, or everything below a folder, hidden ones left out; what is no file is told
    as such."""
    given = next(file_at(path), None)
    if given is None:
        raise LandingError(f"{path} does not exist: check the path")
    is_folder = isinstance(given, NoFile) and not given.error and path.is_dir()
    for found in files_below(path) if is_folder else [given]:
        yield found if isinstance(found, NoFile) else found.path
