"""DynamoDB's log answers every question as SQLite's does, whatever was written to both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bio_lakehouse.lake.dynamo_log import DynamoLog
from bio_lakehouse.lake.log import FileDay, IngestionLog, LogEntry, days_between
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.kept_logs import with_own_tables

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = date(2025, 11, 20)
SLEEP, TRENDS = "oura/sleep", "oura/trends"
FILES = {
    "landing/ann/a.csv": ((SLEEP,), 0, 3),
    "landing/ann/b.zip!/sleep.csv": ((SLEEP, TRENDS), 0, 100),
    "landing/ann/b.zip!/trends.csv": ((TRENDS,), 2, 33),
    "landing/ann/b!!/c.csv": ((SLEEP, TRENDS), 98, 99),
    "landing/ben/a.csv": ((SLEEP, TRENDS), 1, 50),
    "landing/ben/d.csv": ((TRENDS,), 60, 60),
}
"""By path: a file's datasets, and its first and last day after `FIRST`."""
OBJECTS = [
    "landing/ann/a.csv",
    "landing/ann/b.zip",
    "landing/ann/b!/c.csv",
    "landing/ben/a.csv",
    "landing/ben/d.csv",
    "landing/ben/none.csv",
]
USERS, DATASETS = ("ann", "ben", "cat"), (SLEEP, TRENDS)
RUNS, ASSETS = ("run 1", "run 2", "run 3"), ("gold/a", "insights/b")
DAYS = st.integers(-1, 102).map(lambda number: FIRST + timedelta(number))
RANGES = st.tuples(DAYS, DAYS).map(lambda days: (min(days), max(days)))
SOME_RANGES = RANGES | st.just((date.min, date.max))
CHANGES = st.dictionaries(st.sampled_from(DATASETS), st.sets(DAYS, max_size=4), max_size=2)
STATUSES = ("ingesting", "ingested", "duplicate", "validation_failed", "replaced")
COUNTS = st.tuples(*(st.integers(0, 3) for _ in range(5)))


@st.composite
def entries(draw: st.DrawFn) -> LogEntry:
    """An entry of one of the files: its days are always the same, all else differs."""
    path = draw(st.sampled_from(sorted(FILES)))
    datasets, first, last = FILES[path]
    days = (FIRST + timedelta(first), FIRST + timedelta(last))
    arrived = NOW + timedelta(seconds=draw(st.integers(0, 5)) / 2)
    told = draw(st.sampled_from([None, SLEEP, f"{SLEEP},{TRENDS}"]))
    return LogEntry(
        file_path=path,
        checksum=draw(st.sampled_from(["1", "2", "3"])),
        user_id=path.split("/")[1],
        upload_timestamp=arrived,
        size=7,
        modified=NOW,
        status=draw(st.sampled_from(STATUSES)),
        source=draw(st.sampled_from(["oura", "peloton"])),
        origin=draw(st.sampled_from(["api", "account_export"])),
        data_type=",".join(datasets),
        record_count=9,
        quarantined_count=draw(st.integers(0, 1)),
        stamp=draw(st.none() | st.just(NOW)),
        whole=draw(st.booleans()),
        first_day=days[0],
        last_day=days[1],
        covered_first=days[0] - timedelta(1),
        covered_last=days[1],
        unknown_fields=draw(st.none() | st.just('["a,b"]')),
        error=draw(st.none() | st.just("")),
        fed_datasets=told,
    )


class SameLogs(RuleBasedStateMachine):
    """Two logs that are told the same."""

    sqlite: Callable[[], SqliteLog]
    dynamo: Callable[[], DynamoLog]

    def __init__(self) -> None:
        super().__init__()
        self.logs: tuple[IngestionLog, IngestionLog] = (self.sqlite(), self.dynamo())
        self.paths: set[str] = set()
        self.renamed = 0

    def both(self, ask: Callable[[IngestionLog], Any]) -> Any:
        """What both say, which is the same."""
        expected, found = map(ask, self.logs)
        assert found == expected
        return expected

    @rule(entry=entries(), changes=CHANGES, counted=st.lists(COUNTS, max_size=3))
    def record(
        self, entry: LogEntry, changes: dict[str, set[date]], counted: list[tuple[int, ...]]
    ) -> None:
        rows = [
            FileDay(entry.file_path, entry.datasets[0], day, *counts)
            for day, counts in zip(entry.covered_days[1:], counted, strict=False)
        ]
        self.both(lambda log: log.record(entry, changes, rows))
        self.paths.add(entry.file_path)

    @rule(failed=st.booleans(), user_id=st.sampled_from(USERS), day=st.none() | DAYS)
    def fetch(self, failed: bool, user_id: str, day: date | None) -> None:
        path = f"fetch/{user_id}/oura/sleep"
        entry = LogEntry(
            path, "", user_id, NOW, 0, NOW, "fetch_failed", covered_first=day, covered_last=day
        )
        self.both(lambda log: log.record(entry) if failed else log.forget(path))

    @precondition(lambda self: self.paths)
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.paths)))
        entry = self.both(lambda log: log.entry(path))
        self.renamed += 1
        name = f"{path}@{self.renamed}"
        if entry and entry.usable:
            self.both(lambda log: log.rename(entry, name))
            self.paths.add(name)

    @rule(key=st.sampled_from(OBJECTS), finishes=st.booleans())
    def take(self, key: str, finishes: bool) -> None:
        self.both(lambda log: log.finish(key) if finishes else log.begin(key))

    @rule(changes=CHANGES)
    def owe(self, changes: dict[str, set[date]]) -> None:
        self.both(lambda log: log.owed.add("settings of ann", changes))

    @rule(days=st.sets(DAYS, max_size=3))
    def owe_after_gold(self, days: set[date]) -> None:
        self.both(lambda log: log.owed.add_after_gold(days))

    @rule(run_id=st.sampled_from(RUNS))
    def begin_run(self, run_id: str) -> None:
        self.both(lambda log: log.owed.begin_run(run_id))

    @rule(
        run_id=st.sampled_from(RUNS), datasets=st.sets(st.sampled_from(DATASETS)), days=SOME_RANGES
    )
    def mark(self, run_id: str, datasets: set[str], days: tuple[date, date]) -> None:
        self.both(lambda log: log.mark_gold_built(run_id, datasets, *days))

    @rule(asset=st.sampled_from(ASSETS), run_id=st.sampled_from(RUNS), days=SOME_RANGES)
    def pay(self, asset: str, run_id: str, days: tuple[date, date]) -> None:
        self.both(lambda log: log.owed.pay(asset, run_id, *days, ASSETS))

    @precondition(lambda self: self.paths)
    @rule(data=st.data(), dataset=st.sampled_from(DATASETS), days=RANGES)
    def replace_days(self, data: st.DataObject, dataset: str, days: tuple[date, date]) -> None:
        path = data.draw(st.sampled_from(sorted(self.paths)))
        datasets, first, last = FILES[path.partition("@")[0]]
        held = days_between(FIRST + timedelta(first), FIRST + timedelta(last))
        rows = [
            FileDay(path, dataset, day, *data.draw(COUNTS))
            for day in list(held)[:3]
            if days[0] <= day <= days[1] and dataset in datasets
        ]
        self.both(lambda log: log.replace_days(dataset, *days, rows))

    @rule(user_id=st.sampled_from(USERS), days=st.sets(DAYS, max_size=2), over=st.booleans())
    def look(self, user_id: str, days: set[date], over: bool) -> None:
        newest = self.both(lambda log: log.owed.newest())
        states = dict.fromkeys(days, "outdated")
        self.both(lambda log: log.owed.keep_looks(user_id, newest, states))
        for day in days:
            self.both(lambda log, day=day: log.owed.keep_state(user_id, day, "current"))
        if over:
            self.both(lambda log: log.owed.mark_looked_over(newest))

    @invariant()
    def owes_the_same(self) -> None:
        self.both(lambda log: (log.owed.newest(), log.owed.changed(), log.pending()))

    def teardown(self) -> None:
        self.both(lambda log: [log.is_empty(), log.users(), log.has_built(), log.first_day()])
        self.both(lambda log: [log.datasets_with_records(), log.interrupted()])
        self.both(lambda log: [log.with_unknown_fields(), log.with_quarantined_rows()])
        self.both(lambda log: log.of_objects(OBJECTS))
        self.both(lambda log: log.checksums([*self.paths, "no"]))
        self.both(lambda log: [log.entry(path) for path in self.paths])
        self.both(lambda log: {path: log.counts(path) for path in self.paths})
        self.both(lambda log: [log.owed.looks(), log.owed.looked_over()])
        self.both(lambda log: log.owed.to(ASSETS))
        self.both(lambda log: log.arrived_since(NOW + timedelta(seconds=1)))
        self.both(lambda log: sorted(log.days(date.min, date.max), key=repr))
        for middle in (FIRST + timedelta(1), FIRST + timedelta(70)):
            self.compare_days(middle, middle + timedelta(20))
        for user_id in USERS:
            self.compare_user(user_id)

    def compare_days(self, first: date, last: date) -> None:
        self.both(lambda log: log.files_pending(first, last))
        self.both(lambda log: log.users_pending(first, last))
        for user_id in USERS:
            self.both(lambda log, user=user_id: log.covering(user, "oura", first, last))
            for dataset in DATASETS:
                asked = (user_id, dataset, first, last)
                self.both(lambda log, asked=asked: log.overlapping(*asked))
                self.both(lambda log, name=dataset: counts_of(log, first, last, name))
                self.both(lambda log, asked=asked: log.users_about(*asked[1:]))
                self.both(lambda log, asked=asked: log.speaking(*asked))
                self.both(lambda log, asked=asked: log.whole(*asked[:2], first=first, last=last))

    def compare_user(self, user_id: str) -> None:
        self.both(lambda log: [log.of_user(user_id), log.pending(user_id)])
        self.both(lambda log: log.newest_days(user_id))
        asked = [FIRST + timedelta(number) for number in range(0, 100, 3)]
        for dataset in DATASETS:
            self.both(lambda log, name=dataset: log.waiting(user_id, name, asked))
        self.both(lambda log: [log.with_checksum(user_id, checksum) for checksum in "123"])
        for dataset in DATASETS:
            self.both(lambda log, name=dataset: log.whole(user_id, name))
            self.both(lambda log, name=dataset: log.whole(user_id, name, first=FIRST))
            self.both(lambda log, name=dataset: log.whole(user_id, name, origins=["api"]))


def counts_of(log: IngestionLog, first: date, last: date, dataset: str) -> list[FileDay]:
    return sorted(log.days(first, last, dataset), key=repr)


def run_same_logs(on_dynamo: Settings, folder: Path, examples: int, steps: int) -> None:
    class Here(SameLogs):
        sqlite = staticmethod(lambda: SqliteLog(folder / f"{with_number()}.db"))
        dynamo = staticmethod(lambda: DynamoLog(with_own_tables(on_dynamo)))

    numbers = iter(range(10**6))

    def with_number() -> int:
        return next(numbers)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_both_logs_say_the_same(on_dynamo: Settings, tmp_path: Path) -> None:
    run_same_logs(on_dynamo, tmp_path, examples=2, steps=10)


@pytest.mark.slow
def test_both_logs_say_the_same_after_long_histories(on_dynamo: Settings, tmp_path: Path) -> None:
    run_same_logs(on_dynamo, tmp_path, examples=60, steps=40)
