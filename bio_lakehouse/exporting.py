"""Everything that is a person's, written out in open formats: as it came, as it was understood, and
with what every name means.

Nothing in it is anybody else's. It is whole or not there, and its owner's alone to read.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from bio_lakehouse import __version__, backends
from bio_lakehouse.answers import csv_lines
from bio_lakehouse.engines import describe
from bio_lakehouse.engines.register import DESCRIBED, SCHEMAS
from bio_lakehouse.errors import StoreError
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import landing, quarantine
from bio_lakehouse.lake.forgetting import REPORTS, is_landed_of
from bio_lakehouse.lake.home import BRONZE, EXPERIMENTS, QUESTIONS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log_rows import row_of
from bio_lakehouse.lake.objects import ObjectStore, checksum
from bio_lakehouse.lake.outside_names import place_of_key
from bio_lakehouse.lake.store_errors import store_named

MANIFEST, GUIDE, MEANINGS = "manifest.json", "README.md", "columns.csv"
TABLES, LOG, PROFILE = "tables", "log", "profile.json"
FORMAT = 1
ZIP = ".zip"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Export:
    """Where an export is, what it holds of each kind, and its size in bytes."""

    path: Path
    files: dict[str, int]
    rows: dict[str, int]
    size: int


@dataclass
class Writing:
    """An export that is being written: what each file is, and how many rows tables have."""

    folder: Path
    files: dict[str, dict[str, object]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """Write a file below the folder, its owner's alone; where an object's key is no path that a
        folder can hold, the manifest says it."""
        key, name = name, place_of_key(name, self.files)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        told = {"size": len(content), "sha256": checksum(content)}
        self.files[name] = told if name == key else told | {"key": key}

    def add_rows(self, name: str, rows: pa.Table) -> None:
        """Write rows as Parquet and as CSV."""
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink)
        self.add(f"{name}.parquet", sink.getvalue().to_pybytes())
        self.add(f"{name}.csv", "".join(f"{line}\r\n" for line in csv_lines(rows)).encode())
        self.rows[name] = rows.num_rows


def export(
    lake: Lakehouse, user_id: str, target: Path, progress: Progress = lambda _: None
) -> Export:
    """Write all that is a person's to a new folder, or to a new zip where `target` ends so.

    `StoreError` when something is there already, or it would lie in the home.
    """
    target = target.expanduser().absolute()
    _require_new(lake, target)
    with store_named(target):
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.stem}."))
    writing = Writing(fresh)
    try:
        with store_named(target):
            _write(lake, user_id, writing, progress)
            _put_in_place(writing, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return _told(target, writing)


def _require_new(lake: Lakehouse, target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise StoreError(f"{target} is there already: name a new folder, or a new file.zip")
    if target.resolve().is_relative_to(lake.settings.home):
        raise StoreError(f"{target} lies in the home itself: name a place outside of it")
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}: make it first")


def _write(lake: Lakehouse, user_id: str, writing: Writing, progress: Progress) -> None:
    for name, store, keys in _objects(lake, user_id):
        progress(name)
        for key in keys:
            writing.add(key, store.get(key))
    for name, rows in _tables(lake, user_id):
        progress(name)
        writing.add_rows(f"{TABLES}/{name}", rows)
    progress(LOG)
    writing.add_rows(f"{LOG}/files", _log(lake, user_id))
    profile = lake.settings.user_profile(user_id).model_dump(mode="json")
    writing.add(PROFILE, json.dumps(profile, indent=1, ensure_ascii=False).encode())
    meanings = "".join(f"{line}\r\n" for line in csv_lines(_meanings()))
    writing.add(MEANINGS, meanings.encode())
    writing.add(GUIDE, guide(lake, user_id, writing.rows).encode())
    manifest = {
        "format": FORMAT,
        "bio_lakehouse": __version__,
        "user": user_id,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": dict(sorted(writing.files.items())),
        "rows": writing.rows,
    }
    writing.add(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode())


def _objects(lake: Lakehouse, user_id: str) -> Iterator[tuple[str, ObjectStore, list[str]]]:
    """What lies in the lake as objects of a person's, folder by folder."""
    landed = [info.key for info in lake.landing_objects.list(landing.PREFIX)]
    theirs = [key for key in landed if is_landed_of(user_id, key)]
    yield landing.PREFIX, lake.landing_objects, theirs
    months = [month.object_key for month in lake.bronze.all_months() if month.user_id == user_id]
    yield BRONZE, lake.objects, months
    for folder in (quarantine.PREFIX, EXPERIMENTS, QUESTIONS, REPORTS):
        found = [info.key for info in lake.objects.list(f"{folder}/{user_id}")]
        yield folder, lake.objects, found


def _tables(lake: Lakehouse, user_id: str) -> Iterator[tuple[str, pa.Table]]:
    """The person's rows of every table and view."""
    for schema in SCHEMAS.values():
        yield schema.name, lake.tables.read(schema, None, None, user_id)
    engine = backends.open_sql(lake)
    for view in VIEWS.values():
        yield view.name, engine.rows_of(view.name, user_id=user_id)


def _log(lake: Lakehouse, user_id: str) -> pa.Table:
    """What became of each file: the log's entry and what its rows are now."""
    rows = []
    for entry in lake.log.of_user(user_id):
        counts = lake.log.counts(entry.file_path)
        now = {"current": counts.current, "superseded": counts.superseded}
        others = {"withdrawn": counts.withdrawn, "duplicates": counts.duplicates}
        rows.append(row_of(entry) | now | others)
    return pa.Table.from_pylist(rows)


def _meanings() -> pa.Table:
    """A row a column of every table and view: type, unit and meaning."""
    found = []
    for full_name, schema in DESCRIBED.items():
        columns = describe.columns(full_name).to_pylist()
        found += [{"table": schema.name, **column} for column in columns]
    return pa.Table.from_pylist(found)


def guide(lake: Lakehouse, user_id: str, rows: dict[str, int]) -> str:
    """What is what in an export, for a person who opens it without this program."""
    described = [
        f"| `{schema.name}` | {rows.get(f'{TABLES}/{schema.name}', 0):,} | {schema.description} |"
        for schema in DESCRIBED.values()
    ]
    zone = lake.settings.user_profile(user_id).timezone
    return "\n".join(
        [
            f"# Everything of {user_id}",
            "",
            "| Here | What it is |",
            "|---|---|",
            *(f"| `{place}` | {what} |" for place, what in CONTENTS.items()),
            "",
            f"Days are local days in {zone}; times are UTC where a column says so. An empty cell",
            "is a value that is not known, and never a zero. In CSV, a text that a spreadsheet",
            "would compute stands after an apostrophe; Parquet has every value as it is.",
            "",
            "| Table | Rows | What it holds |",
            "|---|---|---|",
            *described,
            "",
        ]
    )


CONTENTS = {
    f"{landing.PREFIX}/": "the files as they came; `.note.json` beside one says how it was fetched",
    f"{BRONZE}/": "every version of every record, one JSON line each, by source and "
    "month; `gunzip` unpacks the files",
    f"{quarantine.PREFIX}/": "rows that could not be used, each with its reason",
    f"{TABLES}/": "the rows of every table and view, as Parquet and as CSV; "
    "`insights` are the findings",
    MEANINGS: "every column of every table: type, unit and meaning",
    f"{LOG}/": "what became of each file: when it came, how many rows, what they are now",
    f"{EXPERIMENTS}/": "plans, marks and stops of self-experiments",
    f"{QUESTIONS}/": "answers to questions that were corrected",
    f"{REPORTS}/": "weekly reports, and what each told first (`.told.json`)",
    PROFILE: "time zone and measures, as the lake knows them",
    MANIFEST: "every file with its size and SHA-256",
}


def _put_in_place(writing: Writing, target: Path) -> None:
    if target.suffix.lower() != ZIP:
        writing.folder.rename(target)
        return
    packed = writing.folder.with_name(f"{writing.folder.name}{ZIP}")
    try:
        descriptor = os.open(packed, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w+b") as file:
            _pack(writing, file)
        # Unlike a renaming this never replaces a file that has come meanwhile.
        os.link(packed, target)
    except FileExistsError as error:
        raise StoreError(f"{target} is there already: name a new file") from error
    finally:
        packed.unlink(missing_ok=True)


def _pack(writing: Writing, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(writing.files):
            about = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
            about.external_attr = PRIVATE_FILE << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, (writing.folder / name).read_bytes())


def _told(target: Path, writing: Writing) -> Export:
    kinds: dict[str, int] = {}
    for name in writing.files:
        kind = PurePosixPath(name).parts[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    return Export(target, kinds, writing.rows, _total(writing.files.values()))


def _total(files: Iterable[dict[str, object]]) -> int:
    return sum(int(str(about["size"])) for about in files)
