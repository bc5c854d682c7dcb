"""DynamoDB's log loses nothing: in pages and batches, when it is told to go slower, when others
write at the same time, and when its process ends in the middle."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake import dynamo_items, dynamo_log, dynamo_owed_days, dynamo_rows
from bio_lakehouse.lake.dynamo_log import DynamoLog
from bio_lakehouse.lake.dynamo_rows import month_in
from bio_lakehouse.lake.log import FileDay, LogEntry, days_between
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws import one_of_two_writers
from bio_lakehouse_tests.aws.dynamo_troubles import PowerCutError, short_pages, troubled
from bio_lakehouse_tests.lake.counted_changes import STEPS as STEPS_OF_CHANGES
from bio_lakehouse_tests.lake.counted_changes import check_changes
from bio_lakehouse_tests.lake.kept_logs import with_own_tables

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)
LAST = DAY + timedelta(70)
TRENDS, SLEEP = "oura/trends", "oura/sleep"
DATASETS = (SLEEP, TRENDS)
OWED = {TRENDS: set(days_between(DAY, LAST)), SLEEP: {DAY}}
ENTRY = LogEntry(
    "landing/me/a.csv",
    "abc",
    "me",
    NOW,
    1,
    NOW,
    "ingesting",
    data_type=",".join(DATASETS),
    first_day=DAY,
    last_day=LAST,
    covered_first=DAY,
    covered_last=LAST,
    record_count=71,
)
ROWS = [FileDay(ENTRY.file_path, TRENDS, day, 1, 1) for day in days_between(DAY, LAST)]


@pytest.fixture
def log(on_dynamo: Settings) -> DynamoLog:
    return DynamoLog(on_dynamo)


def client_of(log: DynamoLog) -> Any:
    return log._table.client


def entry_named(name: str) -> LogEntry:
    return replace(ENTRY, file_path=f"landing/me/{name}")


def what_it_says(log: DynamoLog) -> list[object]:
    """All that matters of a log."""
    return [
        log.of_user("me"),
        [log.counts(entry.file_path) for entry in log.of_user("me")],
        log.days(DAY, LAST),
        log.pending(),
        log.pending("me"),
        log.files_pending(DAY, LAST),
        log.owed.changed(),
        log.owed.to(["gold/a"]),
    ]


def history(log: DynamoLog) -> None:
    """A file comes, changes, and another; then all is built."""
    log.record(ENTRY, OWED, ROWS)
    log.rename(ENTRY, f"{ENTRY.file_path}@abc")
    log.record(replace(ENTRY, checksum="def"), {TRENDS: {DAY}})
    log.record(entry_named("b.csv"), {TRENDS: {LAST}})
    build(log)


def build(log: DynamoLog, run_id: str = "run") -> None:
    log.owed.begin_run(run_id)
    log.mark_gold_built(run_id, DATASETS, DAY, LAST)
    log.owed.pay("gold/a", run_id, DAY, LAST, ["gold/a"])


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes in as many parts as those of a thousand files."""
    monkeypatch.setattr(dynamo_owed_days, "CAUSES_AT_ONCE", 1)
    monkeypatch.setattr(dynamo_log, "ENTRIES_AT_ONCE", 1)


def test_pages_and_batches_are_read_to_their_end(log: DynamoLog) -> None:
    names = [f"{number}.csv" for number in range(7)]
    for name in names:
        log.record(entry_named(name), OWED, ROWS[:1])
    expected = what_it_says(log), log.of_objects([f"landing/me/{name}" for name in names])
    with short_pages(client_of(log)), troubled(client_of(log)) as troubles:
        assert what_it_says(log) == expected[0]
        assert log.of_objects([f"landing/me/{name}" for name in names]) == expected[1]
        assert len(log.checksums(f"landing/me/{name}" for name in names)) == 7
    assert troubles.calls.count("Query") > 20
    assert len(log.of_user("me")) == 7


CANCELLED = "TransactionCanceledException"


def reasons(*codes: str) -> list[dict[str, str]]:
    return [{"Code": code, "Message": code} for code in codes]


def test_what_is_refused_for_now_is_done_soon(
    log: DynamoLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.01)))
    with troubled(client_of(log)) as troubles:
        for operation in ("Query", "GetItem", "BatchGetItem"):
            troubles.refuse(operation, "ProvisionedThroughputExceededException", times=2)
        for kind in ("TransactionConflictException", "ThrottlingException", "InternalServerError"):
            troubles.refuse("TransactWriteItems", kind)
        for code in ("ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"):
            refused = {"CancellationReasons": reasons("None", code)}
            troubles.refuse("TransactWriteItems", CANCELLED, **refused)
        history(log)
        assert not any(troubles.refused.values())
    entries = log.of_user("me")
    assert {entry.file_path.removeprefix("landing/me/"): entry.status for entry in entries} == {
        "a.csv@abc": "replaced",
        "a.csv": "ingested",
        "b.csv": "ingested",
    }
    assert (log.pending(), log.owed.changed()) == ({}, {})
    assert len(log.days(DAY, LAST)) == len(ROWS)


def test_what_is_refused_for_good_is_told_and_not_tried_for_ever(log: DynamoLog) -> None:
    with troubled(client_of(log)) as troubles:
        refused = {"CancellationReasons": reasons("None", "ItemCollectionSizeLimitExceeded")}
        troubles.refuse("TransactWriteItems", CANCELLED, **refused)
        with pytest.raises(AwsError, match=r"table state-\d+ cannot be used"):
            log.record(ENTRY)
    assert troubles.calls.count("TransactWriteItems") == 1


def test_others_who_write_all_the_time_are_told_after_a_while(
    log: DynamoLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamo_items, "LONGEST_RETRY_S", 0.2)
    with troubled(client_of(log)) as troubles:
        refused = {"CancellationReasons": reasons("TransactionConflict")}
        troubles.refuse("TransactWriteItems", CANCELLED, times=100, **refused)
        with pytest.raises(AwsError, match="wait for other runs to end, and run it again"):
            log.record(ENTRY)


STEPS: dict[str, Callable[[DynamoLog], None]] = {
    "record": lambda log: log.record(replace(ENTRY, checksum="def"), OWED, ROWS),
    "rename": lambda log: log.rename(ENTRY, f"{ENTRY.file_path}@abc"),
    "build": lambda log: build(log, "run 2"),
}
BEFORE: dict[str, Callable[[DynamoLog], None]] = {
    "record": lambda log: log.record(entry_named("b.csv"), {TRENDS: {LAST}}),
    "rename": lambda log: log.record(ENTRY, OWED, ROWS),
    "build": lambda log: log.record(ENTRY, OWED, ROWS),
}


def ending_after(log: DynamoLog, step: str, writes: int) -> bool:
    """Do a step in a process that ends after so many writes; whether it came to its end."""
    with troubled(client_of(log)) as troubles:
        troubles.cut_after = writes
        try:
            STEPS[step](log)
        except PowerCutError:
            return False
        return True


def lake_before(step: str, on_dynamo: Settings) -> DynamoLog:
    log = DynamoLog(with_own_tables(on_dynamo))
    BEFORE[step](log)
    return log


def check_endings(step: str, on_dynamo: Settings, endings: Iterable[int]) -> int:
    """Wherever a step ends, days are owed, and once more it comes to what it would have come to at
    once. The writes that it takes, or those of the last ending."""
    whole = lake_before(step, on_dynamo)
    STEPS[step](whole)
    expected = what_it_says(whole)
    for writes in endings:
        log = lake_before(step, on_dynamo)
        owed = log.owed.changed().keys()
        if ending_after(log, step, writes):
            return writes
        if log.owed.changed().keys() < owed:
            assert log.owed.changed() == log.pending() == {}
        STEPS[step](log)
        assert what_it_says(log) == expected
    return writes


@pytest.mark.parametrize(("step", "writes"), [("rename", 3), ("build", 2)])
def test_a_process_that_ends_in_the_middle_leaves_days_owed_and_loses_nothing(
    step: str, writes: int, on_dynamo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_parts(monkeypatch)
    assert check_endings(step, on_dynamo, [writes]) == writes


@pytest.mark.slow
@pytest.mark.parametrize(("step", "least"), [("record", 4), ("rename", 4), ("build", 6)])
def test_wherever_a_process_ends_nothing_is_lost(
    step: str, least: int, on_dynamo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_parts(monkeypatch)
    assert least <= check_endings(step, on_dynamo, range(20)) < 19


def test_two_processes_at_once_lose_nothing(on_dynamo: Settings) -> None:
    tables = (on_dynamo.ingestion_log_table, on_dynamo.lake_state_table)
    where = (str(on_dynamo.home), str(on_dynamo.aws_endpoint_url), *tables)
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", one_of_two_writers.__name__, *where, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=120)
    assert [writer.returncode for writer in writers] == [0, 0]
    log = DynamoLog(on_dynamo)
    one_of_two_writers.build(log, "last")
    entries = log.of_user("me")
    assert len(entries) == 2 * one_of_two_writers.FILES_EACH
    assert {entry.status for entry in entries} == {"ingested"}
    assert len(log.days(DAY, DAY)) == 2 * one_of_two_writers.FILES_EACH
    assert (log.pending(), log.owed.changed()) == ({}, {})
    assert log.owed.newest() >= 2 * one_of_two_writers.FILES_EACH


def test_a_table_that_is_not_there_is_told_with_what_to_do(on_dynamo: Settings) -> None:
    log = DynamoLog(on_dynamo.model_copy(update={"lake_state_table": "nobodys"}))
    told = "The DynamoDB table nobodys cannot be used: ResourceNotFound.*`bio-lakehouse deploy`"
    with pytest.raises(AwsError, match=told):
        log.is_empty()
    with pytest.raises(AwsError, match=told):
        log.record(ENTRY)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("ExpiredTokenException", "sign in again"),
        ("UnrecognizedClientException", "sign in again"),
        ("AccessDeniedException", "give the role or user this right"),
        ("KMSAccessDeniedException", "KMS key"),
    ],
)
def test_what_may_not_be_done_is_told_with_what_to_do(kind: str, told: str, log: DynamoLog) -> None:
    for operation, ask in {
        "Query": lambda: log.users(),
        "TransactWriteItems": lambda: log.record(ENTRY),
        "PutItem": lambda: log.begin("landing/me/a.csv"),
    }.items():
        with troubled(client_of(log)) as troubles:
            troubles.refuse(operation, kind)
            with pytest.raises(AwsError, match=f"{kind}.*{told}"):
                ask()
    assert log.is_empty()
    assert log.interrupted() == set()


def test_paths_that_no_key_has_room_for_are_kept_whole(log: DynamoLog) -> None:
    key = f"landing/me/{'a' * 200}.zip"
    deep = "/".join(["folder"] * 200)
    entries = [
        replace(ENTRY, file_path=f"{key}!/{deep}/{name}") for name in ("a.csv", "b.csv", "ä.csv")
    ]
    for entry in entries:
        log.record(entry, {TRENDS: {DAY}})
    assert log.of_objects([key]) == {key: entries}
    assert log.of_user("me") == entries
    assert log.files_pending(DAY, DAY) == [entry.file_path for entry in entries]
    assert log.checksums([entries[1].file_path]) == {entries[1].file_path: "abc"}
    build(log)
    log.rename(entries[0], f"{entries[0].file_path}@abc")
    found = log.entry(f"{entries[0].file_path}@abc")
    assert found is not None
    assert found.status == "replaced"
    assert log.entry(entries[0].file_path) is None


def test_a_month_of_many_files_fits_in_an_item() -> None:
    """Ten years of weekly downloads, each of which says all days again."""
    days = list(days_between(DAY, DAY + timedelta(30)))
    month = {
        (f"landing/me/trends_export_{number:04}.csv", day): (number % 7, day.day % 3, 1, 0, 0)
        for number in range(500)
        for day in days
    }
    item = dynamo_rows._item(("rows of oura/trends", "2026-03|me"), month)
    assert month_in(item) == month
    assert len(item["rows"]) < 100_000


def test_a_narrow_question_costs_the_same_however_many_files_there_are(log: DynamoLog) -> None:
    """A month is asked for, and a year is there."""
    client = client_of(log)
    for number in range(12):
        day = DAY + timedelta(31 * number)
        days = {"first_day": day, "last_day": day, "covered_first": day, "covered_last": day}
        log.record(replace(entry_named(f"{number}.csv"), **days))  # type: ignore[arg-type]
    read: list[int] = []
    client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
    )
    found = log.overlapping("me", TRENDS, DAY, DAY + timedelta(31))
    assert [entry.file_path for entry in found] == ["landing/me/0.csv", "landing/me/1.csv"]
    assert sum(read) <= 4
    read.clear()
    assert log.with_checksum("me", "nothing") is None
    assert log.pending("me") == {}
    assert log.first_day() == DAY
    assert sum(read) == 1


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS_OF_CHANGES)
def test_no_change_is_forgotten_before_all_have_taken_it_in(
    steps: list[tuple[str, int]], on_dynamo: Settings
) -> None:
    check_changes(DynamoLog(with_own_tables(on_dynamo)), steps)
