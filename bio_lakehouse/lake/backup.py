"""A home in one file, and back: what cannot be made again, with its checksums."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from bio_lakehouse import __version__
from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import bronze, home, landing
from bio_lakehouse.lake.databases import copy_database
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.repair import DAMAGED
from bio_lakehouse.lake.store_errors import store_named
from bio_lakehouse.sources import registry

MANIFEST = "manifest.json"
FORMAT = 1
MADE_AGAIN = {
    home.BRONZE,
    home.WAREHOUSE,
    home.CATALOG,
    home.ANSWERS,
    "views",
    "quarantine",
    "dagster",
}
SECRETS = {*registry.login_folders(), ".env", "env"}
DATABASE_SIDECARS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: how many files of how many bytes, and where landing is when not in
    it."""

    path: Path
    files: int
    size: int
    landing_url: str | None


def back_up(lake: Lakehouse, target: Path, *, everything: bool, secrets: bool) -> Archive:
    """Write what of the home cannot be made again to the new file `target`, whole or not at all.

    `everything` adds what can be made again, `secrets` the tokens, logins and `.env`. The log is
    copied before landing: a file that arrives meanwhile is one that the log does not know yet,
    and is taken again. `StoreError` when `target` is there, or lies in the home.
    """
    folder = lake.settings.home
    target = target.expanduser().absolute()
    if target.exists():
        raise StoreError(f"{target} is there already: name a new file")
    if target.resolve().is_relative_to(folder):
        raise StoreError(f"{target} lies in the home itself: name a file outside of it")
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}: make it first")
    with store_named(target), _new_file(target) as temporary:
        manifest = _write(lake, temporary, everything=everything, secrets=secrets)
    sizes = [about["size"] for about in manifest["files"].values()]
    return Archive(target, len(sizes), sum(sizes), lake.settings.landing_url)


def restore(source: Path, folder: Path) -> Archive:
    """Fill the empty or missing home `folder` from an archive, whole or not at all.

    Every file is compared with the archive's manifest first. `StoreError` when the home holds
    anything, or the archive is none, torn or changed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder} is not empty: restore into a new home, with --home FOLDER")
    with store_named(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with store_named(folder):
            manifest = _unpacked(source, fresh)
            if folder.exists():
                folder.rmdir()
            fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    sizes = [about["size"] for about in manifest["files"].values()]
    return Archive(source, len(sizes), sum(sizes), manifest.get("landing_url"))


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A file beside `target`, its owner's alone, that takes its name when all went well."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        # Unlike a renaming this never replaces a file that has come meanwhile.
        os.link(temporary, target)
    except FileExistsError as error:
        raise StoreError(f"{target} is there already: name a new file") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(lake: Lakehouse, path: Path, *, everything: bool, secrets: bool) -> dict[str, Any]:
    folder = lake.settings.home
    left_out = set[str]() if everything else MADE_AGAIN
    left_out = left_out | {DAMAGED} | (set[str]() if secrets else SECRETS)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "bio_lakehouse": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "landing_url": lake.settings.landing_url,
        "everything": everything,
        "secrets": secrets,
        "files": {},
    }
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        for name in _databases_first(folder, left_out):
            manifest["files"][name] = _add(archive, folder, name)
        for name in () if everything else sorted(only_in_bronze(lake)):
            manifest["files"][name] = _add(archive, folder, name)
        _add_bytes(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
    return manifest


def _databases_first(folder: Path, left_out: set[str]) -> list[str]:
    names = [name for name in _names(folder) if PurePosixPath(name).parts[0] not in left_out]
    return sorted(names, key=lambda name: (not _is_database(name), name))


def _names(folder: Path) -> Iterator[str]:
    """Every ordinary file of the home, links to folders followed once; no lock and no half-written
    one."""
    visited: set[Path] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        if Path(place).resolve() in visited:
            folders.clear()
            continue
        visited.add(Path(place).resolve())
        start = Path(place).relative_to(folder)
        for name in files:
            if Path(place, name).is_file() and not name.endswith((".lock", *DATABASE_SIDECARS)):
                yield str(PurePosixPath(start, name))


def only_in_bronze(lake: Lakehouse) -> set[str]:
    """Files of bronze with a line of a file that has left landing: bronze alone has it, and no
    landing gives it again."""
    gone = {entry.file_path for entry in gone_from_landing(lake)}
    found = set()
    for month in lake.bronze.all_months() if gone else ():
        lines = bronze.decode(b"".join(lake.bronze.month(month).values()))
        if any(line.source_file in gone for line in lines):
            found.add(month.object_key)
    return found


def gone_from_landing(lake: Lakehouse) -> list[LogEntry]:
    """The usable files of which landing has the content no more."""
    lying = {info.key for info in lake.landing_objects.list(landing.PREFIX)}
    entries = [entry for user_id in lake.log.users() for entry in lake.log.of_user(user_id)]
    return [entry for entry in entries if entry.usable and _is_gone(entry, lying)]


def _is_gone(entry: LogEntry, lying: set[str]) -> bool:
    key, _ = landing.split_path(entry.file_path)
    return entry.status == "replaced" or key not in lying


def _is_database(name: str) -> bool:
    return name.endswith(".db") and not name.startswith(f"{landing.PREFIX}/")


def _add(archive: tarfile.TarFile, folder: Path, name: str) -> dict[str, Any]:
    """Add one file of the home; its size, checksum, and when it was last written."""
    path = folder / name
    if not _is_database(name):
        return _add_file(archive, path, name, path.stat().st_mtime_ns)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "copy.db")
        copy_database(path, copy)
        return _add_file(archive, copy, name, path.stat().st_mtime_ns)


def _add_file(archive: tarfile.TarFile, path: Path, name: str, written_ns: int) -> dict[str, Any]:
    with store_named(path), path.open("rb") as file:
        about = tarfile.TarInfo(name)
        about.size, about.mode = os.fstat(file.fileno()).st_size, 0o600
        about.mtime = written_ns // 10**9
        summed = _Summed(file)
        archive.addfile(about, summed)
    return {"size": about.size, "sha256": summed.digest.hexdigest(), "modified_ns": written_ns}


class _Summed:
    """A file that sums up what is read of it."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(size)
        self.digest.update(content)
        return content


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(content), 0o600
    archive.addfile(about, io.BytesIO(content))


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """The manifest of an archive whose files are now in `folder`, each as the manifest has it."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        missing = source if not source.exists() else f"{source}, as it has no {MANIFEST}"
        raise StoreError(f"there is no backup at {missing}") from error
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise StoreError(f"{source} is no whole backup ({error}): take another one") from error
    if manifest.get("format") != FORMAT:
        raise StoreError(f"{source} is of a newer Bio Lakehouse: update this one first")
    (folder / MANIFEST).unlink()
    _compare(source, folder, manifest["files"])
    return manifest


def _compare(source: Path, folder: Path, files: dict[str, dict[str, Any]]) -> None:
    unpacked = set(_names(folder))
    for name in sorted(unpacked ^ files.keys()):
        raise StoreError(f"{source} is no whole backup: {name} is in it or in its manifest alone")
    for name, about in files.items():
        path = folder / name
        if _checksum(path) != about["sha256"]:
            raise StoreError(f"{source} is damaged: {name} is not what was backed up")
        os.utime(path, ns=(about["modified_ns"], about["modified_ns"]))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
