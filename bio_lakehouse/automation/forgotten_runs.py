"""A person taken out of Dagster's records: previews and figures of events, what was said of their
files, tags of runs, and the output of processes.

What else an event says stays: which days were materialised, with which versions. All is done on
the databases' own texts, which are JSON, so that it holds for SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, MetaData, String, Table, Text, create_engine, select, update

from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.automation import postgres
from bio_lakehouse.automation.arrived_files import shortened
from bio_lakehouse.automation.day_events import DayMade
from bio_lakehouse.automation.forgotten_snapshots import forget_in_snapshots, rewritten
from bio_lakehouse.automation.instance import dagster_home
from bio_lakehouse.automation.running import is_any_going
from bio_lakehouse.automation.serving import the_only_one
from bio_lakehouse.build.day_facts import PLOTTED
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.forgetting import Removed, mentions, speaks_of
from bio_lakehouse.settings import Settings

FORGOTTEN = "(forgotten)"
ENTRY = "EventMetadataEntry"
SAID = frozenset({"description", "message", "user_message", "stack"})
"""What of a record holds sentences."""
PLOT_NAMES = [name for names in PLOTTED.values() for name in names.values()]
SOLE = re.compile(rf'(?:"label": |\[)"(?:(?:{"|".join(PLOT_NAMES)})|(?:effect|q): [^"(]*)"')
"""A figure from when there was one person alone: it has no name beside it, and may be anybody's."""
OUTPUT = "storage"
TOLD = "told"
FILE_LABEL = "file"
"""What an event about one file has beside what it says of it."""


@dataclass(frozen=True, slots=True)
class About:
    """What finds a person in Dagster's records: their id, and the names of their files."""

    user_id: str
    person: re.Pattern[str]
    files: frozenset[str]

    @classmethod
    def of(cls, user_id: str, files: Collection[str]) -> About:
        return cls(user_id, speaks_of(user_id), frozenset(map(shortened, files)))

    def is_in(self, text: str) -> bool:
        return bool(self.person.search(text))

    def is_in_files(self, text: str) -> bool:
        """Whether a tag that lists files names one of theirs."""
        return self.is_in(text) or any(name in text for name in self.files)


@contextmanager
def nothing_running(settings: Settings) -> Iterator[None]:
    """Keep the UI and the app closed meanwhile; `BioLakehouseError` where one is open, or a run is
    going."""
    with the_only_one(settings, "ui", "forget"), the_only_one(settings, "app", "forget"):
        if is_any_going(settings, dagster_home(settings)):
            raise BioLakehouseError("a run is going over this lake: wait for its end")
        yield


def forget_records(
    settings: Settings, user_id: str, files: Collection[str], *, is_trial: bool = False
) -> list[Removed]:
    """Take a person out of Dagster's records; `files` are the names of their files."""
    about = About.of(user_id, files)
    records = sum(_forget_in(engine, about, is_trial) for engine in _databases(settings))
    outputs = [path for path in _outputs(settings) if mentions(path, user_id)]
    for path in [] if is_trial else outputs:
        path.unlink(missing_ok=True)
    return [
        Removed("Dagster's records", records, "records that spoke of them, rewritten"),
        Removed("output of runs", len(outputs), "files"),
    ]


def _databases(settings: Settings) -> Iterator[Engine]:
    if postgres.is_set(settings):
        yield create_engine(postgres.address_of(settings))
    folder = settings.home / "dagster"
    for path in sorted(folder.rglob("*.db")):
        yield create_engine(
            "sqlite://", creator=lambda path=path: sqlite3.connect(path, timeout=30)
        )


def _outputs(settings: Settings) -> list[Path]:
    folder = settings.home / "dagster" / OUTPUT
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _forget_in(engine: Engine, about: About, is_trial: bool) -> int:
    """Rewrite what a database says of a person, and leave nothing of it in free pages."""
    known = MetaData()
    known.reflect(engine)
    changed = sum(_forget_in_table(engine, table, about, is_trial) for table in known.sorted_tables)
    changed += forget_in_snapshots(engine, known, about.user_id, is_trial)
    if not is_trial:
        _compact(engine)
    engine.dispose()
    return changed


def _forget_in_table(engine: Engine, table: Table, about: About, is_trial: bool) -> int:
    keys = list(table.primary_key.columns)
    texts = [column for column in table.columns if isinstance(column.type, String | Text)]
    if len(keys) != 1 or not texts:
        return 0
    changed: list[tuple[Any, dict[str, str]]] = []
    with engine.connect() as connection:
        for row in connection.execute(select(keys[0], *texts)):
            new = _rewritten(table, dict(zip(map(_name, texts), row[1:], strict=True)), about)
            changed += [(row[0], new)] if new else []
    if not is_trial:
        with engine.begin() as connection:
            for key, new in changed:
                connection.execute(update(table).where(keys[0] == key).values(new))
    return len(changed)


def _name(column: Column[Any]) -> str:
    return str(column.name)


def _rewritten(table: Table, row: dict[str, Any], about: About) -> dict[str, str]:
    """The columns of a row that say something else now."""
    if table.name == "run_tags":
        is_theirs = row["key"] == FILES_TAG and about.is_in_files(row["value"])
        return {"value": FORGOTTEN} if is_theirs else {}
    found = {name: _without(text, about) for name, text in row.items() if isinstance(text, str)}
    return {name: text for name, text in found.items() if text != row[name]}


def _without(text: str, about: About) -> str:
    """A record without what it says of a person; a text that is no record stays."""
    if not (about.is_in(text) or SOLE.search(text) or FILES_TAG in text):
        return text
    return rewritten(text, lambda record: _cleared(record, about))


def _cleared(value: Any, about: About) -> Any:
    if isinstance(value, dict):
        record = {**value, **_told_without(value, about)}
        return {name: _cleared_field(name, item, about) for name, item in record.items()}
    if isinstance(value, list):
        if any(_names_file(item) and _is_about(item, about) for item in value):
            # All of it is about that file: its size, its checksum, its days.
            return []
        return [_cleared(item, about) for item in value if not _is_about(item, about)]
    return value


def _told_without(record: dict[str, Any], about: About) -> dict[str, Any]:
    """What the short event of a day tells, without what is about a person."""
    if record.get("__class__") != DayMade.__name__ or TOLD not in record:
        return {}
    told = [(pair, json.dumps(pair)) for pair in record[TOLD]]
    if any(pair[0] == FILE_LABEL and about.is_in(text) for pair, text in told):
        return {TOLD: []}
    return {TOLD: [pair for pair, text in told if not (about.is_in(text) or SOLE.search(text))]}


def _names_file(item: Any) -> bool:
    return isinstance(item, dict) and item.get("label") == FILE_LABEL


def _cleared_field(name: str, value: Any, about: About) -> Any:
    if name == FILES_TAG:
        return FORGOTTEN if about.is_in_files(str(value)) else value
    told = value if isinstance(value, str) else json.dumps(value)
    if name in SAID and about.is_in(told):
        return [] if isinstance(value, list) else FORGOTTEN
    if name == "cursor" and isinstance(value, str) and about.is_in(value):
        # A sensor without one looks at everything once more.
        return None
    return _cleared(value, about)


def _is_about(item: Any, about: About) -> bool:
    """Whether a list's item is a piece of metadata about a person."""
    if not isinstance(item, dict) or item.get("__class__") != ENTRY:
        return False
    text = json.dumps(item)
    return about.is_in(text) or bool(SOLE.search(text))


def _compact(engine: Engine) -> None:
    """Give back what rewritten rows took, so that nothing of them is left on the disk."""
    is_postgres = engine.dialect.name == "postgresql"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL" if is_postgres else "VACUUM")
        if not is_postgres:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
