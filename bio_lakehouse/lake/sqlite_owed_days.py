"""What arrivals still owe, in the tables of the log's SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

from bio_lakehouse.lake.owed_days import KEPT_RUNS, Changes, Looks, Numbered, settings_of

CREATE = """
CREATE TABLE IF NOT EXISTS pending_days (
    file_path TEXT NOT NULL, dataset TEXT NOT NULL, day TEXT NOT NULL, recorded_at TEXT NOT NULL,
    change INTEGER NOT NULL DEFAULT 0, user_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (file_path, dataset, day));
CREATE TABLE IF NOT EXISTS last_change (
    only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL);
INSERT OR IGNORE INTO last_change VALUES (1, 0);
CREATE TABLE IF NOT EXISTS looked_over (
    only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL);
INSERT OR IGNORE INTO looked_over VALUES (1, 0);
CREATE TABLE IF NOT EXISTS looked_pages (
    user_id TEXT NOT NULL, day TEXT NOT NULL, change INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (user_id, day));
CREATE TABLE IF NOT EXISTS changed_days (day TEXT PRIMARY KEY, change INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS built_days (
    asset TEXT NOT NULL, day TEXT NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (asset, day));
CREATE TABLE IF NOT EXISTS begun_runs (run_id TEXT PRIMARY KEY, change INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS gold_days (
    run_id TEXT NOT NULL, day TEXT NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (run_id, day));
"""
ADD_CHANGE = "ALTER TABLE pending_days ADD COLUMN change INTEGER NOT NULL DEFAULT 0"
ADD_USER = "ALTER TABLE pending_days ADD COLUMN user_id TEXT NOT NULL DEFAULT ''"
KNOWN_USERS = """
UPDATE pending_days SET user_id = coalesce((SELECT log.user_id FROM ingestion_log AS log
    WHERE log.file_path = pending_days.file_path), '')"""
INDEXES = """
CREATE INDEX IF NOT EXISTS waiting ON pending_days (user_id, dataset, day);
CREATE INDEX IF NOT EXISTS pending_by_day ON pending_days (day, change);
"""
USERS_PENDING = "SELECT DISTINCT user_id FROM pending_days WHERE day BETWEEN ? AND ?"
BUILT = "day BETWEEN ? AND ? AND change <= ? AND dataset IN (SELECT value FROM json_each(?))"
"""The days that a run built: of some days and datasets, as far as it knew of their changes."""
LOOKED = """
(SELECT max(number) FROM (SELECT number FROM looked_over
    UNION ALL SELECT max(change) FROM looked_pages))"""
"""The newest change of which a written page was looked at."""
LATE = f"""
FROM gold_days JOIN changed_days AS changed USING (day)
WHERE run_id = ? AND day BETWEEN ? AND ? AND changed.change <= {LOOKED}
    AND NOT EXISTS (SELECT 1 FROM built_days AS built WHERE built.asset = ?
        AND built.day = changed.day AND built.change >= changed.change)"""
"""Days that a run pays for an asset that had not taken them in when pages were looked at."""


def create(db: sqlite3.Connection) -> None:
    """Make the tables in the log's database; one of an earlier version is brought up to this
    one."""
    db.executescript(CREATE)
    known = {row["name"] for row in db.execute("PRAGMA table_info(pending_days)")}
    if "change" not in known:
        db.execute(ADD_CHANGE)
        db.execute("INSERT OR IGNORE INTO changed_days SELECT DISTINCT day, 0 FROM pending_days")
    if "user_id" not in known:
        db.execute(ADD_USER)
        db.execute(KNOWN_USERS)
    db.executescript(INDEXES)


def add(db: sqlite3.Connection, cause: str, changes: Changes, user_id: str = "") -> None:
    """Days that `cause` (the path of a user's file) changed, by bronze dataset: everything is owed
    to them."""
    days = {day.isoformat() for changed in changes.values() for day in changed}
    if not days:
        return
    db.execute("UPDATE last_change SET number = number + 1")
    number = last_change(db)
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    pending = [
        (cause, dataset, day.isoformat(), now, number, user_id)
        for dataset, changed in changes.items()
        for day in changed
    ]
    db.executemany("INSERT OR REPLACE INTO pending_days VALUES (?, ?, ?, ?, ?, ?)", pending)
    add_days(db, days, number)


def add_days(db: sqlite3.Connection, days: Iterable[str], number: int) -> None:
    rows = [(day, number) for day in days]
    db.executemany("INSERT OR REPLACE INTO changed_days VALUES (?, ?)", rows)


def forget_user(db: sqlite3.Connection, user_id: str) -> None:
    """Remove what names a user: their pages, and what their settings changed. Days name nobody."""
    db.execute("DELETE FROM looked_pages WHERE user_id = ?", (user_id,))
    db.execute("DELETE FROM pending_days WHERE file_path = ?", (settings_of(user_id),))


def users_pending(db: sqlite3.Connection, first: date, last: date) -> set[str] | None:
    """Whose files changed days that wait for gold's daily table; None where not a file alone
    did."""
    rows = db.execute(USERS_PENDING, (first.isoformat(), last.isoformat())).fetchall()
    users = {row["user_id"] for row in rows}
    return None if "" in users else users


def mark_gold_built(
    db: sqlite3.Connection, run_id: str, datasets: Iterable[str], first: date, last: date
) -> None:
    """A run has built days of bronze datasets up to gold's daily table, with what it knew of.

    A run of which it was not kept what it knew of marks nothing: its days are built once more.
    """
    found = db.execute("SELECT change FROM begun_runs WHERE run_id = ?", (run_id,)).fetchone()
    if found is None:
        return
    days, known = (first.isoformat(), last.isoformat()), found["change"]
    of_what = (*days, known, json.dumps(sorted(datasets)))
    count_late(db, f"FROM pending_days WHERE {BUILT} AND change <= {LOOKED}", of_what)
    if _are_all(db, of_what):
        # Without a condition SQLite drops a million rows at once, else each from three indexes.
        db.execute("DELETE FROM pending_days")
    else:
        db.execute(f"DELETE FROM pending_days WHERE {BUILT}", of_what)
    db.execute(
        "INSERT OR REPLACE INTO gold_days SELECT ?, day, ? FROM changed_days"
        " WHERE day BETWEEN ? AND ?"
        " AND day NOT IN (SELECT day FROM pending_days WHERE change <= ?)",
        (run_id, known, *days, known),
    )


def _are_all(db: sqlite3.Connection, of_what: Sequence[object]) -> bool:
    """Whether no day waits but those that are built."""
    query = f"SELECT 1 FROM pending_days WHERE NOT ({BUILT}) LIMIT 1"
    return db.execute(query, of_what).fetchone() is None


def count_late(db: sqlite3.Connection, late: str, of_what: Sequence[object]) -> None:
    """A new change where there are days that are made after written pages were looked at without
    them: pages are looked at once more."""
    db.execute(
        f"UPDATE last_change SET number = number + 1 WHERE EXISTS (SELECT 1 {late})", of_what
    )


def last_change(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT number FROM last_change").fetchone()["number"])


class SqliteOwedDays:
    """The owed days of a local lake; `connection` opens a transaction of the log's file."""

    def __init__(
        self, connection: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._connection = connection

    def newest(self) -> int:
        with self._connection() as db:
            return last_change(db)

    def looked_over(self) -> int:
        with self._connection() as db:
            return int(db.execute("SELECT number FROM looked_over").fetchone()["number"])

    def mark_looked_over(self, number: int) -> None:
        with self._connection() as db:
            db.execute("UPDATE looked_over SET number = max(number, ?)", (number,))

    def looks(self) -> Looks:
        with self._connection() as db:
            rows = db.execute("SELECT * FROM looked_pages").fetchall()
        return {
            (row["user_id"], date.fromisoformat(row["day"])): (row["change"], row["state"])
            for row in rows
        }

    def keep_looks(self, user_id: str, change: int, states: Mapping[date, str]) -> None:
        rows = [(user_id, day.isoformat(), change, str(state)) for day, state in states.items()]
        with self._connection() as db:
            db.executemany("INSERT OR REPLACE INTO looked_pages VALUES (?, ?, ?, ?)", rows)

    def keep_state(self, user_id: str, day: date, state: str) -> None:
        with self._connection() as db:
            db.execute(
                "UPDATE looked_pages SET state = ? WHERE user_id = ? AND day = ?",
                (str(state), user_id, day.isoformat()),
            )

    def changed(self) -> Numbered:
        with self._connection() as db:
            rows = db.execute("SELECT day, change FROM changed_days").fetchall()
        return _numbered(rows)

    def add(self, cause: str, changes: Changes) -> None:
        with self._connection() as db:
            add(db, cause, changes)

    def add_after_gold(self, days: Iterable[date]) -> None:
        with self._connection() as db:
            db.execute("UPDATE last_change SET number = number + 1")
            add_days(db, {day.isoformat() for day in days}, last_change(db))

    def begin_run(self, run_id: str) -> int:
        with self._connection() as db:
            begun = db.execute(
                "INSERT OR IGNORE INTO begun_runs VALUES (?, ?)", (run_id, last_change(db))
            )
            if begun.rowcount:
                _keep_gold_days(db, run_id)
            found = db.execute("SELECT change FROM begun_runs WHERE run_id = ?", (run_id,))
            return int(found.fetchone()["change"])

    def to(self, assets: Collection[str]) -> dict[str, Numbered]:
        with self._connection() as db:
            return {asset: _numbered(_owed_to(db, asset)) for asset in assets}

    def pay(
        self, asset: str, run_id: str, first: date, last: date, all_assets: Iterable[str]
    ) -> None:
        of_what = (run_id, first.isoformat(), last.isoformat(), asset)
        with self._connection() as db:
            count_late(db, LATE, of_what)
            db.execute(
                "INSERT INTO built_days SELECT ?, day, change FROM gold_days"
                " WHERE run_id = ? AND day BETWEEN ? AND ?"
                " ON CONFLICT DO UPDATE SET change = max(change, excluded.change)",
                (asset, run_id, first.isoformat(), last.isoformat()),
            )
            db.execute(
                "DELETE FROM changed_days WHERE day NOT IN (SELECT day FROM pending_days)"
                " AND NOT EXISTS (SELECT 1 FROM json_each(?) AS every"
                " WHERE NOT EXISTS (SELECT 1 FROM built_days AS built"
                " WHERE built.asset = every.value AND built.day = changed_days.day"
                " AND built.change >= changed_days.change))",
                (json.dumps(sorted(all_assets)),),
            )
            for table in ("built_days", "gold_days"):
                db.execute(f"DELETE FROM {table} WHERE day NOT IN (SELECT day FROM changed_days)")


def _keep_gold_days(db: sqlite3.Connection, run_id: str) -> None:
    """The days that are owed and wait for no bronze, as a run begins; runs of long ago are
    forgotten."""
    db.execute(
        "INSERT INTO gold_days SELECT ?, day, change FROM changed_days"
        " WHERE day NOT IN (SELECT day FROM pending_days)",
        (run_id,),
    )
    db.execute(
        "DELETE FROM begun_runs WHERE rowid <= (SELECT max(rowid) FROM begun_runs) - ?",
        (KEPT_RUNS,),
    )
    db.execute("DELETE FROM gold_days WHERE run_id NOT IN (SELECT run_id FROM begun_runs)")


def _owed_to(db: sqlite3.Connection, asset: str) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT day, change FROM changed_days AS changed WHERE NOT EXISTS (SELECT 1"
        " FROM built_days AS built WHERE built.asset = ? AND built.day = changed.day"
        " AND built.change >= changed.change)",
        (asset,),
    ).fetchall()


def _numbered(rows: Iterable[sqlite3.Row]) -> Numbered:
    return {date.fromisoformat(row["day"]): row["change"] for row in rows}
