"""What the log is asked for a file, and the work that its answers take, are the same however many
files and people there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import IngestionLog, LogEntry
from bio_lakehouse.lake.sqlite_connections import Connections
from bio_lakehouse_tests.lake.test_arrivals import FIRST, TODAY, ingest, lake_at, trends

STEPS_AT_ONCE = 10
NOW = datetime(2025, 1, 5, tzinfo=UTC)


@dataclass
class Asked:
    """Statements that SQLite ran, and tens of steps of its machine, which grow with the rows that
    are looked at."""

    statements: int = 0
    steps: int = 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    asked = Asked()
    opened = Connections._opened

    def watched(connections: Connections) -> sqlite3.Connection:
        connection = opened(connections)

        def ran(statement: str) -> None:
            asked.statements += 1

        def stepped() -> int:
            asked.steps += 1
            return 0

        connection.set_trace_callback(ran)
        connection.set_progress_handler(stepped, STEPS_AT_ONCE)
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(Connections, "_opened", watched)
        yield asked


def entry_of(number: int, user_id: str) -> LogEntry:
    """An answer about one day, each about another, as the API's are."""
    day = FIRST - timedelta(number + 40)
    return LogEntry(
        f"landing/{user_id}/{number}.json",
        f"{number}",
        user_id,
        NOW + timedelta(seconds=number),
        7,
        NOW,
        "ingested",
        source="oura",
        origin="api",
        data_type="oura/sleep",
        record_count=1,
        whole=True,
        first_day=day,
        last_day=day,
        covered_first=day,
        covered_last=day,
    )


def fill(log: IngestionLog, files: int, user_id: str, *, waiting: bool = True) -> None:
    """Files that were built, and as many that wait for it where that is said."""
    with log.together():
        for number in range(files):
            entry = entry_of(number, user_id)
            log.record(entry)
            if waiting:
                later = replace(entry, file_path=f"{entry.file_path}!", status="ingesting")
                log.record(later, {"oura/sleep": {later.first_day or FIRST}})


def asked_for_a_file(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> Asked:
    ingest(lake, "before.csv", trends(d01=70), "ann")
    with counted(monkeypatch) as asked:
        ingest(lake, "new.csv", trends(d01=71, d02=72), "ann")
    return asked


@pytest.mark.parametrize("others", ["ann", "ben"], ids=["files of the same person", "of another"])
def test_a_file_asks_the_same_of_a_log_of_any_length(
    others: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = lake_at(tmp_path / "few"), lake_at(tmp_path / "many")
    fill(few.log, 10, others)
    fill(many.log, 1_000, others)
    of_few, of_many = (asked_for_a_file(lake, monkeypatch) for lake in (few, many))
    assert of_few.statements == of_many.statements
    assert of_few.steps > 20
    assert of_many.steps <= 1.2 * of_few.steps


def test_a_run_asks_the_same_of_a_log_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_run = []
    for files in (10, 1_000):
        log = lake_at(tmp_path / str(files)).log
        fill(log, files, "ann", waiting=False)
        with counted(monkeypatch) as asked:
            assert log.users() == {"ann"}
            assert log.first_day() == FIRST - timedelta(files + 39)
            assert log.datasets_with_records() == {"oura/sleep"}
            log.with_unknown_fields()
            log.with_quarantined_rows()
            log.mark_gold_built("none", ["oura/sleep"], FIRST, TODAY)
        of_run.append(asked)
    assert of_run[0].statements == of_run[1].statements
    assert of_run[1].steps <= 1.2 * of_run[0].steps + 5
