"""The ingestion log: what is one change is one transaction, and a name is one whatever it holds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.drift import first_seen
from bio_lakehouse.lake.dynamo_log import DynamoLog
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay, IngestionLog, LogEntry, Status
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.kept_logs import with_own_tables
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


def test_a_log_of_before_gets_the_indexes_of_its_questions(tmp_path: Path) -> None:
    SqliteLog(tmp_path / "log.db").record(ENTRY)
    with sqlite3.connect(tmp_path / "log.db") as db:
        for name in ("by_user", "by_arrival"):
            db.execute(f"DROP INDEX {name}")
    log = SqliteLog(tmp_path / "log.db")
    assert log.of_user("me") == [ENTRY]
    with sqlite3.connect(tmp_path / "log.db") as db:
        indexes = {row[1] for row in db.execute("PRAGMA index_list(ingestion_log)")}
    assert indexes > {"by_user", "by_arrival", "by_checksum"}


on_an_emulator = settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""Each example has tables of its own; the same cases in number are held by `test_same_logs`."""
NAMES = st.text("a!/.", min_size=1, max_size=6).filter(lambda name: name.strip("/") == name)


NAMED = st.lists(st.tuples(NAMES, st.none() | NAMES), max_size=8)


@settings(max_examples=25)
@given(names=NAMED)
def test_an_objects_entries_are_its_own_whatever_marks_are_in_names(
    names: list[tuple[str, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_objects(SqliteLog(tmp_path_factory.mktemp("log") / "log.db"), names)


@on_an_emulator
@given(names=NAMED)
def test_an_objects_entries_are_its_own_on_aws_too(
    names: list[tuple[str, str | None]], on_dynamo: Settings
) -> None:
    check_objects(DynamoLog(with_own_tables(on_dynamo)), names)


def check_objects(log: IngestionLog, names: list[tuple[str, str | None]]) -> None:
    expected: dict[str, set[str]] = {f"landing/me/{name}": set() for name, _ in names}
    for name, member in names:
        path = landing.path_of(f"landing/me/{name}", member)
        expected[landing.split_path(path)[0]].add(path)
        log.record(replace(ENTRY, file_path=path))
    found = log.of_objects(expected)
    assert {key: {one.file_path for one in entries} for key, entries in found.items()} == expected


ENTRIES = st.builds(
    LogEntry,
    file_path=st.sampled_from([f"landing/{name}.csv" for name in "abcdefgh"]),
    checksum=st.sampled_from(["1", "2"]),
    user_id=st.sampled_from(["ann", "ben"]),
    upload_timestamp=st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours)),
    size=st.just(1),
    modified=st.just(NOW),
    status=st.sampled_from(get_args(Status)),
    data_type=st.sampled_from(["oura/sleep", "oura/sleep,oura/trends"]),
    quarantined_count=st.integers(0, 2),
    first_day=st.none() | st.sampled_from([DAY, DAY + timedelta(1)]),
    covered_first=st.none() | st.sampled_from([DAY - timedelta(1), DAY]),
    unknown_fields=st.none() | st.just("a"),
)


@settings(max_examples=25)
@given(given_entries=st.lists(ENTRIES, max_size=6))
def test_narrow_questions_answer_as_if_all_entries_were_looked_through(
    given_entries: list[LogEntry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_narrow_questions(SqliteLog(tmp_path_factory.mktemp("log") / "log.db"), given_entries)


@on_an_emulator
@given(given_entries=st.lists(ENTRIES, max_size=6))
def test_narrow_questions_are_answered_the_same_on_aws(
    given_entries: list[LogEntry], on_dynamo: Settings
) -> None:
    check_narrow_questions(DynamoLog(with_own_tables(on_dynamo)), given_entries)


def check_narrow_questions(log: IngestionLog, given_entries: list[LogEntry]) -> None:
    for entry in given_entries:
        log.record(entry)
    last_word = {entry.file_path: entry for entry in given_entries}.values()
    entries = sorted(last_word, key=lambda entry: (entry.upload_timestamp, entry.file_path))
    usable = [entry for entry in entries if entry.usable]
    noon = NOW + timedelta(hours=5)
    assert log.is_empty() == (not entries)
    assert log.users() == {entry.user_id for entry in entries}
    assert log.of_user("ann") == [entry for entry in entries if entry.user_id == "ann"]
    assert log.arrived_since(noon) == [one for one in entries if one.upload_timestamp >= noon]
    assert log.with_unknown_fields() == [entry for entry in entries if entry.unknown_fields]
    assert log.with_quarantined_rows() == [entry for entry in usable if entry.quarantined_count]
    assert log.checksums(["landing/a.csv", "no"]) == {
        entry.file_path: entry.checksum for entry in entries if entry.file_path == "landing/a.csv"
    }
    days = [day for entry in usable for day in (entry.covered_first, entry.first_day) if day]
    assert log.first_day() == min(days, default=None)
    with_records = [entry for entry in usable if entry.first_day]
    assert log.datasets_with_records() == {name for e in with_records for name in e.datasets}
    built = [entry for entry in entries if entry.status == "ingested" and entry.first_day]
    assert log.has_built() == bool(built)


def test_names_that_an_older_log_joined_with_commas_are_read() -> None:
    assert replace(ENTRY, unknown_fields="a,b").new_fields == ("a", "b")
    assert ENTRY.new_fields == ()
