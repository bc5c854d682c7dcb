"""A record of runs that grew before events were written short, made as small as one of today.

Its files are rewritten once, when the UI starts: what Dagster answers from them stays the same.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dagster import EventLogEntry
from dagster._serdes import deserialize_value

from bio_lakehouse.automation.day_events import DayMade, text_of
from bio_lakehouse.automation.event_log import NEEDLESS_INDEXES
from bio_lakehouse.automation.instance import dagster_home
from bio_lakehouse.automation.planned_days import MADE, PLANNED
from bio_lakehouse.automation.running import is_any_going
from bio_lakehouse.settings import Settings

logger = logging.getLogger(__name__)
ALL_RUNS = "index.db"
SHORT = f'{{"__class__": "{DayMade.__name__}"%'
AT_ONCE = 1000
SECONDS_TO_WAIT = 5.0
"""For another process that writes to a database."""
WORTH_IT = 1_000_000
"""Bytes of a run's own database, below which it is left as it is."""
IS_OLD = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?"
LONG = """
SELECT id, event FROM event_logs
WHERE dagster_event_type = ? AND partition IS NOT NULL AND event NOT LIKE ? AND id > ?
ORDER BY id LIMIT ?"""
MADE_SINCE = """
DELETE FROM event_logs AS planned
WHERE dagster_event_type = ? AND partition IS NOT NULL
AND id NOT IN (SELECT max(id) FROM event_logs WHERE dagster_event_type = ? GROUP BY asset_key)
AND EXISTS (
    SELECT 1 FROM event_logs AS made
    WHERE made.asset_key = planned.asset_key AND made.dagster_event_type = ?
    AND made.partition = planned.partition AND made.id > planned.id
)"""
ALL_BUT_THE_LAST_DAY = """
DELETE FROM event_logs
WHERE dagster_event_type = ? AND partition IS NOT NULL AND id NOT IN (
    SELECT max(id) FROM event_logs WHERE dagster_event_type = ? GROUP BY asset_key
)"""


def shrink(settings: Settings) -> int:
    """Make an old record of runs in the home small; how many bytes that gave back.

    Nothing is done while a run goes on, to a record that is of today, and to one in PostgreSQL.
    Where the disk is full or a file is locked, the record stays as it is until the next time.
    """
    folder = settings.home / "dagster" / "history" / "runs"
    if not is_old(folder / ALL_RUNS) or is_any_going(settings, dagster_home(settings)):
        return 0
    logger.warning("Dagster's record of runs is made smaller, once: this takes up to a minute.")
    before = size_of(folder)
    try:
        for path in sorted(folder.glob("*.db")):
            if path.name != ALL_RUNS and path.stat().st_size > WORTH_IT:
                shrink_run(path)
        shrink_all_runs(folder / ALL_RUNS)
    except sqlite3.OperationalError as error:
        logger.warning("It is left as large as it is until the next start: %s.", error)
    return before - size_of(folder)


def is_old(path: Path) -> bool:
    """Whether a database of all runs was made before events were written short."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as database:
        return database.execute(IS_OLD, NEEDLESS_INDEXES[:1]).fetchone() is not None


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.db*"))


@contextmanager
def rewriting(path: Path) -> Iterator[sqlite3.Connection]:
    """A database, of which what was deleted is given back at the end."""
    with closing(sqlite3.connect(path, timeout=SECONDS_TO_WAIT)) as database:
        with database:
            yield database
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def shrink_run(path: Path) -> None:
    """Leave of the days that a run intended and made the last of each asset, as its page shows."""
    with rewriting(path) as database:
        for kind in (MADE.value, PLANNED.value):
            database.execute(ALL_BUT_THE_LAST_DAY, (kind, kind))


def shrink_all_runs(path: Path) -> None:
    """Write days short, and forget that one was intended when it was made since."""
    made, planned = MADE.value, PLANNED.value
    with rewriting(path) as database:
        database.execute(MADE_SINCE, (planned, planned, made))
        newest = 0
        while rows := database.execute(LONG, (made, SHORT, newest, AT_ONCE)).fetchall():
            newest = rows[-1][0]
            short = [(shortened(text), number) for number, text in rows]
            database.executemany("UPDATE event_logs SET event = ? WHERE id = ?", short)
        for name in NEEDLESS_INDEXES:
            database.execute(f"DROP INDEX IF EXISTS {name}")


def shortened(text: str) -> str:
    return text_of(deserialize_value(text, EventLogEntry))
