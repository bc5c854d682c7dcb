"""Landing: what arrived, exactly as it arrived. Nothing here is ever changed or removed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
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
    """One file to be read: its path in landing (`x.zip!/member` inside a zip), whose it is, and its bytes."""

    path: str
    user_id: str
    content: bytes
    note: Note
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def checksum(self) -> str:
        """SHA-256 of the content; a fetched answer's includes when and for which days it was fetched."""
        fetch = self.note.fetch
        return checksum(self.content + (self.note.to_json() if fetch else b""))


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
        return cls(values.get("dataset"), FetchNote(fetched_at, values.get("fetched_dataset"), **days))


def put(objects: ObjectStore, user_id: str, name: str, content: bytes, note: Note | None = None) -> str:
    """Land `content` for `user_id` and return its key; a name that is taken by other content gets its checksum.

    The user's word on a dataset may be added to a file that is there; the note of a fetch is never changed.
    """
    note = note or Note()
    key = f"{PREFIX}/{user_id}/{PurePosixPath(name).name.lstrip('.') or 'unnamed'}"
    if objects.exists(key) and (objects.get(key) != content or read_note(objects, key).fetch != note.fetch):
        path = PurePosixPath(key)
        digest = checksum(content + note.to_json())[:8]
        key = str(path.with_name(f"{path.stem}-{digest}{path.suffix}"))
    if note != Note():
        objects.put(key + NOTE_SUFFIX, note.to_json())
    if not objects.exists(key):
        objects.put(key, content)
    return key


def read_note(objects: ObjectStore, key: str) -> Note:
    return Note.from_json(objects.get(key + NOTE_SUFFIX)) if objects.exists(key + NOTE_SUFFIX) else Note()


def user_of(key: str) -> str:
    """Whose file lies at `key`: the folder under landing; at its root, `me`."""
    parts = PurePosixPath(key).parts
    if len(parts) == 2:
        return "me"
    if not USER_ID.fullmatch(parts[1]):
        raise LandingError(f"landing/{parts[1]} is no user id: rename the folder to 1 to 64 of a-z, 0-9, _ and -")
    return parts[1]


def files(objects: ObjectStore) -> list[ObjectInfo]:
    """Every object in landing that is a file to read, sorted by key."""
    return [info for info in objects.list(PREFIX) if not info.key.endswith(NOTE_SUFFIX)]


def read(objects: ObjectStore, info: ObjectInfo) -> Iterator[LandedFile]:
    """The file at `info.key`, or each file inside it when it is a zip."""
    content, note, user_id = objects.get(info.key), read_note(objects, info.key), user_of(info.key)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        yield LandedFile(info.key, user_id, content, note, info.size, info.modified)
        return
    for member, inside in members(content, info.key):
        yield LandedFile(f"{info.key}{MEMBER}{member}", user_id, inside, note, info.size, info.modified)


def members(content: bytes, key: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file in a zip, hidden ones and folders left out; `UnsupportedFile` when it is torn."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                if member.is_dir() or PurePosixPath(member.filename).name.startswith(("._", ".")):
                    continue
                if member.file_size > MAX_MEMBER_BYTES:
                    raise UnsupportedFile(f"{key}: {member.filename} unpacks to more than 1 GiB, which no export does")
                yield member.filename, archive.read(member)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnsupportedFile(f"{key}: the zip cannot be unpacked ({error}); download it again") from error


def read_path(objects: ObjectStore, path: str) -> bytes | None:
    """Bytes of one landed path (inside a zip too); None when it is not in landing any more."""
    key, _, member = path.partition(MEMBER)
    if not objects.exists(key):
        return None
    content = objects.get(key)
    return content if not member else dict(members(content, key)).get(member)


def local_files(path: Path) -> list[Path]:
    """The file itself, or every file below a folder, hidden ones left out."""
    if not path.exists():
        raise LandingError(f"{path} does not exist: check the path")
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    return [p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts)]
