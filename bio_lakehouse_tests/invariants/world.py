"""A lake and all that befalls it: the steps of a story, which can be told again, and what the model
is told of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from pyspark.sql import SparkSession

from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.ledger import build_gap_ledger
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.errors import SourceError
from bio_lakehouse.lake import arrivals, bronze_writing, landing
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.fetched_windows import FetchedWindows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.lake.tables import Commit, Tables
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.oura.fetch import Answer, FailedWindow, Window
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse_tests.invariants.model import FailedFetch, Model, Payload
from bio_lakehouse_tests.invariants.tellings import (
    DAYS,
    KINDS,
    TABLES,
    ZONES,
    Telling,
    content_of,
    local_day,
    name_of,
    payload_of,
)

MORNING = datetime(2026, 3, 30, 10, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 4, 3, 10, tzinfo=UTC)
FIRST = DAYS[0] - timedelta(1)
DATASETS = tuple(dict.fromkeys(kind.dataset for kind in KINDS.values()))
CRASHES: dict[str, tuple[type, str]] = {
    "a file is written": (FolderStore, "put"),
    "the taking of a file begins": (SqliteLog, "begin"),
    "a file is logged": (SqliteLog, "record"),
    "a file that was overwritten is renamed": (SqliteLog, "rename"),
    "the taking of a file ends": (SqliteLog, "finish"),
    "bronze is written": (Bronze, "apply"),
    "rows are counted": (SqliteLog, "replace_days"),
    "a table is committed": (Tables, "replace"),
    "days are marked as built": (SqliteLog, "mark_gold_built"),
}
"""By name: the steps around which the lake is made to end."""


class Killed(BaseException):
    """The end of the process that works on the lake."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A file in landing: its payload, its bytes, and under which keys it lies."""

    telling: Telling
    payload: Payload
    content: bytes
    keys: tuple[str, ...]


@contextmanager
def killed_at(step: str, times: int, *, after: bool) -> Iterator[None]:
    """The process ends before or after the `times`th time of a step."""
    owner, name = CRASHES[step]
    real, left = getattr(owner, name), times

    def dying(*args: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and not after:
            raise Killed
        done = real(*args, **named)
        if left == 0:
            raise Killed
        return done

    with patch.object(owner, name, dying):
        yield


class World:
    """One home, its clock, and what was said to it."""

    def __init__(self, home: Path, spark: SparkSession) -> None:
        self.home, self.spark = home, spark
        self.now = MORNING
        self.number = 0
        self.lying: list[Landed] = []
        self.said: list[Landed] = []
        self.gone: list[Payload] = []
        self.failed: list[FailedFetch] = []
        self.moments: set[datetime] = set()
        self.scanned_on = self.today
        self.is_torn = False
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "users.toml").write_text(f'[ann]\ntimezone = "{ZONES["ann"].key}"\n')
        self.reopen()

    @property
    def today(self) -> date:
        return local_day("me", self.now)

    def reopen(self) -> None:
        """The lake as a new process finds it."""
        self.lake = Lakehouse.open(
            Settings(home=self.home, timezone=ZONES["me"].key, today_override=self.today)
        )

    def model(self) -> Model:
        """What the lake must say of what it has taken."""
        payloads = [landed.payload for landed in self.said] + self.gone
        return Model(payloads, self.scanned_on, ZONES, self.failed)

    # Steps of a story.

    def land(self, telling: Telling) -> None:
        """A file lies in landing: an answer that was fetched, or a copy by hand."""
        landed = self._made(telling)
        if landed is None:
            return
        if telling.is_fetched:
            key = self._fetched(landed)
        else:
            key = landing.put(
                self.lake.landing_objects,
                telling.user,
                Path(landed.payload.path).name,
                landed.content,
                modified=landed.payload.said_at,
            )
        self.lying.append(replace(landed, keys=(key,)))

    def bring(self, telling: Telling) -> None:
        """A file is brought in by `ingest`, from a folder of the person's."""
        landed = None if telling.is_fetched else self._made(telling)
        if landed is None:
            return
        self.scan()
        landed = replace(landed, keys=self._ingest(landed, Path(landed.payload.path).name))
        self._is_taken(landed)

    def again(self, place: int, hours_ago: int, brought: bool) -> None:
        """A copy of a file that is there, under another name and with a time of its own."""
        self.scan()
        found = self._by_hand(place)
        if found is None:
            return
        moment = self._moment(found.telling, hours_ago)
        copy = replace(found, payload=replace(found.payload, said_at=moment))
        name = f"copy {self.number} {Path(found.payload.path).name}"
        if brought:
            keys = self._ingest(copy, name)
        else:
            user, content = found.payload.user, found.content
            keys = (landing.put(self.lake.landing_objects, user, name, content, modified=moment),)
        latest = max(found.payload.said_at, moment)
        known = replace(found.payload, said_at=latest)
        place = self.said.index(found)
        self.said[place] = replace(found, payload=known, keys=tuple({*found.keys, *keys}))
        if not brought:
            self.scan()

    def edit(self, place: int, wording: int) -> None:
        """A file of which everything is built is overwritten in landing by one that says something
        else."""
        found = self._settled_file(place)
        if found is None:
            return
        telling = replace(found.telling, wording=wording, hours_ago=0)
        landed = self._made(telling)
        if landed is None or landed.content == found.content:
            return
        self._leaves(found)
        (key,) = found.keys
        self.lake.landing_objects.put(key, landed.content, landed.payload.said_at)
        self.lying.append(replace(landed, keys=found.keys))

    def remove(self, place: int) -> None:
        """A file of which everything is built is deleted in landing."""
        found = self._settled_file(place)
        if found is None:
            return
        self._leaves(found)
        for key in found.keys:
            self.lake.landing_objects.delete(key)

    def fail(self, kind: str, user: str, first: int, last: int) -> None:
        """A window is asked for and does not arrive."""
        days = (DAYS[min(first, last)], DAYS[max(first, last)])
        endpoint = KINDS[kind].dataset.partition("/")[2]
        error = SourceError("Oura did not answer.")
        FetchedWindows(self.lake, user).fail(FailedWindow(Window(endpoint, *days), error))
        self.failed.append(FailedFetch(user, KINDS[kind].tables[0], days))

    def wait(self, hours: int) -> None:
        """The clock goes on."""
        self.now = min(self.now + timedelta(hours=hours), LAST_MOMENT)
        self.reopen()

    def scan(self) -> None:
        """Landing is looked over."""
        arrivals.scan(self.lake)
        for landed in self.lying:
            self._is_taken(landed)
        self.lying = []
        self.scanned_on, self.is_torn = self.today, False

    def build(self, first: int, last: int) -> None:
        """A backfill of some days, due or not."""
        self._run(DAYS[min(first, last)], DAYS[max(first, last)], DATASETS)

    def build_pending(self) -> None:
        """A run over what arrivals changed, and nothing else."""
        pending = arrivals.pending(self.lake)
        days = set().union(*pending.values())
        if days:
            self._run(min(days), max(days), tuple(sorted(pending)))
        else:
            build_gap_ledger(self.lake)

    def crash(self, step: str, times: int, after: bool, during: str) -> None:
        """The process ends in the middle of a scan or of a run; another one opens the lake."""
        self.is_torn = self.is_torn or bool(self.lying)
        with killed_at(step, times, after=after), suppress(Killed):
            getattr(self, during)()
        self.reopen()

    # What they are made of.

    def _made(self, telling: Telling) -> Landed | None:
        """The file that says this now; None where it would have no day or no row."""
        said_at = self._moment(telling, telling.hours_ago)
        if local_day(telling.user, said_at) < DAYS[min(telling.first, telling.last)]:
            return None
        path = name_of(telling, self.number)
        payload = payload_of(telling, self.number, path, said_at)
        if not payload.rows:
            return None
        return Landed(telling, payload, content_of(telling, payload.rows), ())

    def _moment(self, telling: Telling, hours_ago: int) -> datetime:
        """A moment of its own, so that no two files are equally old."""
        self.number += 1
        moment = self.now - timedelta(hours=hours_ago, minutes=30)
        while moment in self.moments:
            moment -= timedelta(seconds=1)
        self.moments.add(moment)
        return moment

    def _fetched(self, landed: Landed) -> str:
        payload = landed.payload
        assert payload.window
        endpoint = payload.dataset.partition("/")[2]
        window = Window(endpoint, *payload.window)
        note = FetchNote(payload.said_at, endpoint, *payload.window)
        windows = FetchedWindows(self.lake, payload.user)
        key = windows.land(Answer(window, note, landed.content, len(payload.rows)))
        self.failed = [one for one in self.failed if not _makes_good(payload, one)]
        return key

    def _ingest(self, landed: Landed, name: str) -> tuple[str, ...]:
        """Bring a file in; the keys under which landing has it now."""
        folder = self.home.with_name(f"{self.home.name} downloads")
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(landed.content)
        time = landed.payload.said_at.timestamp()
        os.utime(path, (time, time))
        found = arrivals.ingest(self.lake, path, landed.payload.user)
        return tuple(arrival.path for arrival in found)

    def _by_hand(self, place: int) -> Landed | None:
        there = [landed for landed in self.said if not landed.telling.is_fetched]
        return there[place % len(there)] if there else None

    def _settled_file(self, place: int) -> Landed | None:
        """A file by hand without a copy, where nothing waits to be built."""
        self.scan()
        if arrivals.pending(self.lake):
            self.build_pending()
        found = self._by_hand(place)
        return found if found and len(found.keys) == 1 else None

    def _is_taken(self, landed: Landed) -> None:
        """A file counts; one that says to the byte what another by hand says is a copy of it."""
        same = (landed.payload.user, landed.content)
        for place, other in enumerate(self.said):
            by_hand = not (landed.telling.is_fetched or other.telling.is_fetched)
            if by_hand and (other.payload.user, other.content) == same:
                latest = max(other.payload.said_at, landed.payload.said_at)
                known = replace(other.payload, said_at=latest)
                keys = tuple({*other.keys, *landed.keys})
                self.said[place] = replace(other, payload=known, keys=keys)
                return
        self.said.append(landed)

    def _leaves(self, landed: Landed) -> None:
        self.said.remove(landed)
        left = replace(landed.payload, gone_at=self.number + 1, known_until=self.scanned_on)
        self.gone.append(left)

    def _run(self, first: date, last: date, datasets: tuple[str, ...]) -> None:
        """What a run does of days, up to gold and the ledger."""
        run_id = str(uuid4())
        self.lake.log.owed.begin_run(run_id)
        self.rebuild(first, last, datasets)
        bronze_writing.recount(self.lake, first, last)
        self.lake.log.mark_gold_built(run_id, datasets, first, last)

    def rebuild(self, first: date, last: date, datasets: tuple[str, ...]) -> dict[str, bool]:
        """Every layer of days made anew; by name whether anything was written."""
        written = {}
        for dataset in datasets:
            bronze = bronze_writing.write_bronze(self.lake, dataset, first, last)
            written[dataset] = bronze.written > 0
        for name, build in self._builds(first, last, datasets).items():
            written[name] = build().changed
        return written

    def _builds(
        self, first: date, last: date, datasets: tuple[str, ...]
    ) -> dict[str, Callable[[], Commit]]:
        lake, spark = self.lake, self.spark
        fed = [table for table in TABLES if {*registry.feeding(table)} & {*datasets}]

        def silver(table: str) -> Callable[[], Commit]:
            return lambda: build_silver(lake, spark, table, first, last)

        return {table: silver(table) for table in fed} | {
            "coverage": lambda: build_coverage(lake, spark),
            "daily": lambda: build_gold_daily(lake, spark, first, last),
            "ledger": lambda: build_gap_ledger(lake),
        }


def _makes_good(payload: Payload, failed: FailedFetch) -> bool:
    if payload.user != failed.user or failed.table not in payload.tables or not payload.window:
        return False
    first, last = payload.window
    return first <= failed.days[0] and failed.days[1] <= last
