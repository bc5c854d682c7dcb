"""The ingestion log: what is one change is one transaction, and a name is one whatever it holds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.drift import first_seen
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay, LogEntry
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.whole_log import entries_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)
ENTRY = LogEntry("landing/a.csv", "abc", "me", NOW, 1, NOW, "ingested", data_type="oura/trends")


def test_a_rename_that_fails_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.record(ENTRY, repeated=[FileDay("landing/a.csv", "oura/trends", DAY, 1, 1)])
    with sqlite3.connect(log.path) as db:
        db.execute(
            "CREATE TRIGGER power_cut BEFORE UPDATE ON file_days"
            " BEGIN SELECT RAISE(ABORT, 'power cut'); END"
        )
    with pytest.raises(sqlite3.Error, match="power cut"):
        log.rename(ENTRY, "landing/a.csv@abc")
    assert entries_of(log) == [ENTRY]
    with sqlite3.connect(log.path) as db:
        db.execute("DROP TRIGGER power_cut")
    log.rename(ENTRY, "landing/a.csv@abc")
    assert entries_of(log) == [replace(ENTRY, file_path="landing/a.csv@abc", status="replaced")]
    assert [day.file_path for day in log.days(DAY, DAY)] == ["landing/a.csv@abc"]


def test_a_new_field_with_a_comma_in_its_name_is_one(tmp_path: Path) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path / "home", today_override=date(2026, 3, 20)))
    path = tmp_path / "trends.csv"
    path.write_text('date,Sleep Score,Readiness Score,"Dreams, vivid"\n2026-03-01,70,71,3\n')
    arrivals.ingest(lake, path, "me")
    assert [name for _, name in first_seen(entries_of(lake.log))] == ["Dreams, vivid"]


def test_names_that_an_older_log_joined_with_commas_are_read() -> None:
    assert replace(ENTRY, unknown_fields="a,b").new_fields == ("a", "b")
    assert ENTRY.new_fields == ()
