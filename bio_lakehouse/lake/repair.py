"""What of a home is damaged and can be made again: found by reading it and set aside. Landing is
never touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bio_lakehouse import backends
from bio_lakehouse.errors import BioLakehouseError, DamagedFile
from bio_lakehouse.lake import bronze, bronze_layout, home, quarantine
from bio_lakehouse.lake.bronze import DayKey, Line
from bio_lakehouse.lake.bronze_plan import overwritten_path
from bio_lakehouse.lake.catalog import LocalCatalog
from bio_lakehouse.lake.databases import check_database, check_writable
from bio_lakehouse.lake.experiment_log import unreadable
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landed_reading import reread
from bio_lakehouse.lake.locks import held
from bio_lakehouse.lake.log import IngestionLog, LogEntry
from bio_lakehouse.lake.store_errors import require_room
from bio_lakehouse.lake.table_files import check_files

DAMAGED = "damaged"
SIDECARS = ("", "-wal", "-shm", "-journal")
LOST_TIMES = (
    "arrival times were taken from bronze where it has them; those of other files are lost, and"
    " so is which fetches failed"
)


@contextmanager
def repairing(folder: Path) -> Iterator[None]:
    """One repair of a home at a time; one that does not end is known to have been begun.

    `StoreError`, and nothing is marked or touched, where it cannot begin: on a full disk, or while
    another program holds a database.
    """
    busy = f"{folder} is being repaired: wait until that has ended"
    with held(folder / ".repair.lock", busy, 0):
        _require_beginning(folder)
        unfinished = folder / home.UNFINISHED
        unfinished.touch()
        yield
        unfinished.unlink()


def _require_beginning(folder: Path) -> None:
    require_room(folder)
    for path in (*_databases(folder), folder / home.CATALOG):
        with suppress(DamagedFile):
            check_writable(path)


def _databases(folder: Path) -> list[Path]:
    """The log and Dagster's databases."""
    return [folder / home.LOG, *sorted((folder / "dagster").rglob("*.db"))]


def set_damage_aside(lake: Lakehouse) -> list[str]:
    """Move everything derived that cannot be read into `<home>/damaged`; a line on each file.

    What of a damaged file can still be read is kept. Afterwards the log knows each file of which
    bronze has a line, the catalog knows each table that is whole, and the rest is to be made.
    """
    folder = lake.settings.home
    log_is_lost = any((folder / home.BRONZE).glob("*")) and not home.is_written(folder / home.LOG)
    found = [f"{folder / home.LOG} is missing or empty"] if log_is_lost else []
    for path in _databases(folder):
        found += _database_set_aside(folder, path)
    found += _bronze_set_aside(lake)
    if not home.is_written(folder / home.LOG) and any((folder / home.BRONZE).glob("*")):
        (folder / home.LOG).unlink(missing_ok=True)
        found.append(f"{folder / home.LOG}: {LOST_TIMES}")
        _log_from_bronze(lake, backends.local_log(folder))
    found += _experiments_told(lake)
    return found + _quarantine_set_aside(lake) + _tables_set_aside(folder)


def _experiments_told(lake: Lakehouse) -> list[str]:
    """What of the experiments cannot be read, or is not what was committed to: it stays where it
    is, since nothing can make it again."""
    return [
        f"{lake.settings.home / key} is damaged or was changed, and nothing can make it again: "
        "take it from a backup"
        for key in unreadable(lake.objects)
    ]


def _database_set_aside(folder: Path, path: Path) -> list[str]:
    try:
        check_database(path, thoroughly=True)
    except DamagedFile as damage:
        set_aside(folder, path)
        return [str(damage)]
    return []


def set_aside(folder: Path, path: Path) -> None:
    """Move a file or folder of the home below `<home>/damaged`, a database with what belongs to
    it."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    for suffix in SIDECARS:
        part = path.with_name(path.name + suffix)
        if part.exists():
            target = folder / DAMAGED / stamp / part.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)


def _bronze_set_aside(lake: Lakehouse) -> list[str]:
    found = []
    for info in list(lake.objects.list(home.BRONZE)):
        try:
            place = lake.settings.home / info.key
            bronze_layout.check(info.key, lake.objects.get(info.key), place)
        except DamagedFile as damage:
            found.append(str(damage))
            _keep_readable_lines(lake, info.key)
    return found


def _keep_readable_lines(lake: Lakehouse, object_key: str) -> None:
    """Leave of a damaged file of bronze the lines that can be read: theirs may have left
    landing."""
    content = lake.objects.get(object_key)
    set_aside(lake.settings.home, lake.settings.home / object_key)
    readable = bronze_layout.readable(object_key, content)
    if readable:
        lake.objects.put(object_key, readable)


@dataclass
class _Known:
    """What bronze knows of one file."""

    key: DayKey
    line: Line
    datasets: set[str]
    days: set[date]


def _log_from_bronze(lake: Lakehouse, log: IngestionLog) -> None:
    """Log the files of which bronze has lines, as no more in landing; those that are will be taken
    again.

    Taken again, a file keeps the time at which it arrived first.
    """
    known: dict[tuple[str, str], _Known] = {}
    for key, line in _every_line(lake):
        file = (line.source_file, line.checksum)
        about = known.setdefault(file, _Known(key, line, set(), set()))
        about.datasets.add(key.dataset)
        about.days.add(key.day)
    newest: dict[str, _Known] = {}
    for about in sorted(known.values(), key=lambda about: about.line.ingested_at):
        newest[about.line.source_file] = about
    for about in known.values():
        path = about.line.source_file
        is_newest = newest[path] is about
        log.record(
            _entry(about, path if is_newest else overwritten_path(path, about.line.checksum))
        )


def _every_line(lake: Lakehouse) -> Iterator[tuple[DayKey, Line]]:
    for month in lake.bronze.all_months():
        for day, content in lake.bronze.month(month).items():
            for line in bronze.decode(content):
                yield month.day(day), line


def _entry(about: _Known, path: str) -> LogEntry:
    """What the log had of a file, as far as its lines tell; their version tells its times."""
    stamp, _, file_time, arrived, rows = about.line.version.split("|")[:5]
    first_seen = _time(arrived) or datetime.fromisoformat(about.line.ingested_at)
    return LogEntry(
        file_path=path,
        checksum=about.line.checksum,
        user_id=about.key.user_id,
        upload_timestamp=first_seen,
        size=0,
        modified=first_seen,
        status="replaced",
        source=about.key.dataset.partition("/")[0],
        origin=about.key.origin,
        data_type=",".join(sorted(about.datasets)),
        record_count=int(rows),
        stamp=_time(stamp),
        file_time=_time(file_time),
        first_day=min(about.days),
        last_day=max(about.days),
    )


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text.strip() else None


def _quarantine_set_aside(lake: Lakehouse) -> list[str]:
    found = []
    for info in list(lake.objects.list(quarantine.PREFIX)):
        try:
            quarantine.check(lake.objects, info.key)
        except DamagedFile as damage:
            set_aside(lake.settings.home, lake.settings.home / info.key)
            found.append(str(damage))
    return found


def write_missing_quarantine(lake: Lakehouse) -> list[str]:
    """Read the files again whose quarantined rows are not there; the keys that were written."""
    missing = [
        entry
        for entry in lake.log.with_quarantined_rows()
        if not lake.objects.exists(quarantine.key_of(entry.file_path))
    ]
    written = []
    for entry, reading in reread(lake, missing):
        quarantine.write(lake.objects, entry, reading.parsed)
        written.append(quarantine.key_of(entry.file_path))
    return written


def _tables_set_aside(folder: Path) -> list[str]:
    catalog = backends.local_catalog(folder)
    found = _database_set_aside(folder, catalog.path)
    if not catalog.path.exists() or not catalog.recorded():
        found += _adopt_tables(catalog)
    for name, location in catalog.recorded().items():
        try:
            _check_table(catalog, name, location)
        except DamagedFile as damage:
            found.append(str(damage))
            _edit(catalog, "DELETE FROM iceberg_tables WHERE {table} = ?", name)
            set_aside(folder, catalog.folder_of(name))
    return found


def _check_table(catalog: LocalCatalog, name: str, location: str) -> None:
    """Read all of a table, and bring it home where it is from another; `DamagedFile` when it cannot
    be."""
    if not catalog.holds(location):
        from bio_lakehouse.lake.moving import brought_home

        _record(catalog, name, brought_home(catalog, name, location))
        return
    check_files(location, catalog.io_properties())


def _record(catalog: LocalCatalog, name: str, location: str) -> None:
    """Have the catalog know the table by the metadata at `location`."""
    statement = "UPDATE iceberg_tables SET metadata_location = ? WHERE {table} = ?"
    _edit(catalog, statement, location, name)


def _edit(catalog: LocalCatalog, statement: str, *values: str) -> None:
    named = statement.format(table="table_namespace || '.' || table_name")
    with closing(sqlite3.connect(catalog.path, timeout=30)) as db, db:
        db.execute(named, values)


def _adopt_tables(catalog: LocalCatalog) -> list[str]:
    """Fill an empty catalog with the tables that the warehouse has, each by its newest metadata."""
    newest: dict[str, Path] = {}
    for path in sorted(catalog.warehouse.glob("*/*/metadata/*.metadata.json"), key=_age):
        newest[".".join(path.relative_to(catalog.warehouse).parts[:2])] = path
    for database in {name.partition(".")[0] for name in newest}:
        catalog.writable.create_namespace_if_not_exists(database)
    adopted = [name for name, path in sorted(newest.items()) if _adopted(catalog, name, path)]
    if not adopted:
        return []
    return [f"{catalog.path} knew no table: {len(adopted)} were found by their own metadata"]


def _adopted(catalog: LocalCatalog, name: str, metadata: Path) -> bool:
    try:
        table = catalog.writable.register_table(name, str(metadata))
    except (BioLakehouseError, OSError, ValueError, KeyError, TypeError):
        return False
    # Of a home that was copied: recorded as its lost catalog had it, the table is brought home.
    written_at = f"{table.location()}/metadata/{metadata.name}"
    if not catalog.holds(written_at):
        _record(catalog, name, written_at)
    return True


def _age(path: Path) -> tuple[int, float]:
    """What sorts metadata from old to new: the number of the commit, then its time."""
    number = path.name.partition("-")[0]
    return (int(number) if number.isdigit() else -1, path.stat().st_mtime)
