"""One more day opens as many files in an old lake as in a young one, and of nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.io.pyarrow import PyArrowFile
from pyspark.sql import SparkSession

from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.lake import bronze_writing, landed_reading, tables
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.lake.test_arrivals import ingest, lake_at
from bio_lakehouse_tests.lake.test_users_apart import TRENDS, watched

LAST = date(2026, 3, 19)
TABLES = ("oura_daily_sleep", "oura_daily_readiness")


def trends(days: int, last: date) -> bytes:
    """Oura's trends export of so many days up to `last`."""
    each = (last - timedelta(number) for number in reversed(range(days)))
    return "\n".join(
        ["date,Sleep Score,Readiness Score", *(f"{day},70,80" for day in each)]
    ).encode()


def lake_of(home: Path, sail: SparkSession, days: int, people: int) -> Lakehouse:
    """A lake of that many days and people, built."""
    lake = lake_at(home, partitions_from=date(2020, 1, 1))
    first = LAST - timedelta(days - 1)
    for number in range(people):
        ingest(lake, f"{number}.csv", trends(days, LAST), f"user{number}")
    bronze_writing.write_bronze(lake, TRENDS, first, LAST)
    for table in TABLES:
        build_silver(lake, sail, table, first, LAST)
    build_gold_daily(lake, sail, first, LAST)
    mark_built(lake, [TRENDS], first, LAST)
    return lake


class Opened:
    """The Parquet files that are opened, by whichever way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 0
        by_iceberg, by_arrow = PyArrowFile.open, tables.opened_in

        def opened_by_iceberg(file: PyArrowFile, *given: Any, **named: Any) -> Any:
            self.number += file.location.endswith(".parquet")
            return by_iceberg(file, *given, **named)

        def opened_by_arrow(warehouse: Path, path: str) -> Any:
            self.number += 1
            return by_arrow(warehouse, path)

        monkeypatch.setattr(PyArrowFile, "open", opened_by_iceberg)
        monkeypatch.setattr(tables, "opened_in", opened_by_arrow)


def one_more_day(
    lake: Lakehouse, sail: SparkSession, opened: Opened
) -> tuple[int, list[str], list[str]]:
    """How many Parquet files a day of one person takes, and what of bronze and landing is read."""
    landed_reading.forget_readings()
    store, day, before = watched(lake), LAST + timedelta(1), opened.number
    ingest(lake, "more.csv", trends(1, day), "user0")
    people = lake.log.users_pending(day, day)
    bronze_writing.write_bronze(lake, TRENDS, day, day, people)
    for table in TABLES:
        build_silver(lake, sail, table, day, day, people)
    build_gold_daily(lake, sail, day, day, people)
    bronze_writing.recount(lake, day, day, people)
    assert people == {"user0"}
    landed = [key for key in store.read if key.startswith("landing")]
    return opened.number - before, sorted(set(store.read) - set(landed)), sorted(set(landed))


def test_age_opens_no_more_files(
    tmp_path: Path, sail: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(monkeypatch)
    young = one_more_day(lake_of(tmp_path / "young" / "home", sail, 100, 1), sail, opened)
    old = one_more_day(lake_of(tmp_path / "old" / "home", sail, 500, 1), sail, opened)
    assert young == old
    assert young[0] > 0


def test_others_files_in_landing_are_left_alone(
    tmp_path: Path, sail: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(monkeypatch)
    alone = one_more_day(lake_of(tmp_path / "one" / "home", sail, 40, 1), sail, opened)
    among = one_more_day(lake_of(tmp_path / "many" / "home", sail, 40, 5), sail, opened)
    assert among[0] == alone[0]
    assert among[2] == alone[2]
