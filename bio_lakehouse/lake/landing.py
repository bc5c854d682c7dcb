"""Landing: what arrived, exactly as it arrived. Nothing here is ever changed or removed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from bio_lakehouse.errors import LandingError, UnsupportedFile
from bio_lakehouse.lake.objects import ObjectInfo, ObjectStore, checksum
from bio_lakehouse.settings import USER_ID
from bio_lakehouse.sources.records import FetchNote

PREFIX = "landing"
NOTE_SUFFIX = ".note.json"
MEMBER = "!/"
MAX_MEMBER_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file to be read: its path in landing (`x.zip!/member` inside a zip), whose it is, and its bytes.

    `info` is what the listing says of it, or of the zip that it is in.
    """

    path: str
    user_id: str
    content: bytes
    note: Note
    info: ObjectInfo

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def checksum(self) -> str:
        """SHA-256 of the content; a fetched answer's includes when and for which days it was fetched."""
        fetch = self.note.fetch
        return checksum(self.content + (self.note.to_json() if fetch else b""))


@dataclass(frozen=True, slots=True)
class LandedObject:
    """An object as it lies in landing: a file, or a zip of files."""

    info: ObjectInfo
    content: bytes
    note: Note

    @property
    def is_zip(self) -> bool:
        return zipfile.is_zipfile(io.BytesIO(self.content))

    @property
    def unpacked_size(self) -> int:
        """Bytes of all that is to be read; what a torn zip holds is not known, and counts as nothing."""
        if not self.is_zip:
            return self.info.size
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                return sum(member.file_size for member in archive.infolist())
        except zipfile.BadZipFile:
            return 0

    def files(self) -> Iterator[LandedFile]:
        """The file itself, or each file inside the zip; `UnsupportedFile` when it is torn, or lies under no user."""
        key, user_id = self.info.key, user_of(self.info.key)
        if not self.is_zip:
            yield LandedFile(key, user_id, self.content, self.note, self.info)
            return
        for member, inside in members(self.content, key):
            yield LandedFile(f"{key}{MEMBER}{member}", user_id, inside, self.note, self.info)


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside a landed file in `<name>.note.json`: the user's word on its dataset, and its fetch."""

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


def put(
    objects: ObjectStore, user_id: str, name: str, content: bytes, note: Note | None = None
) -> str:
    """Land `content` for `user_id` and return its key; a name that is taken by other content gets its checksum.

    The user's word on a dataset may be added to a file that is there; the note of a fetch is never changed.
    """
    note = note or Note()
    key = f"{PREFIX}/{user_id}/{PurePosixPath(name).name.lstrip('.') or 'unnamed'}"
    if objects.exists(key) and (
        objects.get(key) != content or read_note(objects, key).fetch != note.fetch
    ):
        path = PurePosixPath(key)
        digest = checksum(content + note.to_json())[:8]
        key = str(path.with_name(f"{path.stem}-{digest}{path.suffix}"))
    if note != Note():
        objects.put(key + NOTE_SUFFIX, note.to_json())
    if not objects.exists(key):
        objects.put(key, content)
    return key


def read_note(objects: ObjectStore, key: str) -> Note:
    return (
        Note.from_json(objects.get(key + NOTE_SUFFIX))
        if objects.exists(key + NOTE_SUFFIX)
        else Note()
    )


def user_of(key: str) -> str:
    """Whose file lies at `key`: the folder under landing; at its root, `me`. `UnsupportedFile` for no user's folder."""
    parts = PurePosixPath(key).parts
    if len(parts) == 2:
        return "me"
    if not USER_ID.fullmatch(parts[1]):
        raise UnsupportedFile(
            f"landing/{parts[1]} is no user id: rename the folder to 1 to 64 of a-z, 0-9, _ and -"
        )
    return parts[1]


def files(objects: ObjectStore) -> list[ObjectInfo]:
    """Every object in landing that is a file to read, sorted by key."""
    return [info for info in objects.list(PREFIX) if not info.key.endswith(NOTE_SUFFIX)]


def load(objects: ObjectStore, info: ObjectInfo) -> LandedObject:
    """The object at `info`; `LandingError` when it cannot be read."""
    return LandedObject(info, objects.get(info.key), read_note(objects, info.key))


def members(content: bytes, key: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file in a zip, hidden ones and folders left out; `UnsupportedFile` when it is torn."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                if member.is_dir() or PurePosixPath(member.filename).name.startswith(("._", ".")):
                    continue
                if member.file_size > MAX_MEMBER_BYTES:
                    raise UnsupportedFile(
                        f"{key}: {member.filename} unpacks to more than 1 GiB, which no export does"
                    )
                yield member.filename, archive.read(member)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnsupportedFile(
            f"{key}: the zip cannot be unpacked ({error}); download it again"
        ) from error


def read_paths(objects: ObjectStore, paths: Iterable[str]) -> dict[str, tuple[bytes, Note]]:
    """Bytes and note of landed paths (inside zips too); without those that are not in landing any more."""
    wanted = {path: path.partition(MEMBER) for path in paths}
    keys = {key for key, _, _ in wanted.values()}
    found = objects.find_many(keys | {key + NOTE_SUFFIX for key in keys})
    unpacked = {
        key: dict(members(found[key], key))
        for key, _, member in wanted.values()
        if member and key in found
    }
    contents = {
        path: unpacked.get(key, {}).get(member) if member else found.get(key)
        for path, (key, _, member) in wanted.items()
    }
    notes = {
        key: Note.from_json(found[key + NOTE_SUFFIX]) for key in keys if key + NOTE_SUFFIX in found
    }
    return {
        path: (content, notes.get(wanted[path][0], Note()))
        for path, content in contents.items()
        if content is not None
    }


def local_files(path: Path) -> list[Path]:
    """The file itself, or every file below a folder, hidden ones left out."""
    if not path.exists():
        raise LandingError(f"{path} does not exist: check the path")
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    return [p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts)]
