"""What a vendor has by its declaration alone, run where Acme's scale is registered.

`test_made_up_vendor.py` runs it, in a process of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result

from bio_lakehouse.assets import all_assets, all_checks, watching
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.build.missing_days import missing_days
from bio_lakehouse.lake import quarantine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import RowCounts
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import parse
from bio_lakehouse_tests import command_line
from bio_lakehouse_tests.made_up_vendor.source import WEIGHINGS
from bio_lakehouse_tests.sources.conftest import CONTEXT
from bio_lakehouse_tests.whole_log import entries_of

TODAY = date(2026, 3, 12)
HEADER = "Date,Weight (kg),Body Fat (%)\n"
FIRST = HEADER + (
    "2026-03-01,81.4,22.5\n2026-03-02,81.2,22.4\n2026-03-03,none at all,22.4\n"
    "2026-03-05,80.9,22.1\n2026-03-06,80.8,\n"
)
SECOND = HEADER + "2026-03-05,80.1,22.1\n2026-03-06,80.8,\n2026-03-07,80.7,22.0\n"
OTHERS = {
    "workouts.csv": (
        "Workout Timestamp,Fitness Discipline,Title,Length (minutes)\n"
        "2026-03-02 07:30 (PST),Cycling,30 min Ride,30\n"
    ),
    "trends.csv": "date,Sleep Score,Readiness Score\n2026-03-02,77,80\n",
    "answer.json": '{"data": [{"day": "2026-03-02", "score": 71, "contributors": {"timing": 9}}]}',
}


def run(home: Path, *words: str) -> Result:
    return command_line.run(home, *words, BIO_TODAY_OVERRIDE=TODAY.isoformat(), BIO_TIMEZONE="UTC")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake to which an export came, then a later one that corrects it, and that one again."""
    folder = tmp_path_factory.mktemp("acme")
    home = folder / "home"
    (folder / "shopping.csv").write_text("thing,price\nbread,3\n")
    downloads = {"weight.csv": FIRST, "weight again.csv": SECOND, "copy.csv": SECOND}
    for age, (name, text) in enumerate(downloads.items()):
        (folder / name).write_text(text)
        os.utime(folder / name, (1_773_000_000 + age,) * 2)
    brought = run(home, "ingest", *(str(folder / name) for name in downloads))
    assert brought.exit_code == 1, "a row in quarantine is told"
    assert "quarantine" in brought.output
    return home


@pytest.fixture(scope="module")
def lake(home: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone="UTC", today_override=TODAY))


def counts(lake: Lakehouse, name: str) -> RowCounts:
    paths = [entry.file_path for entry in entries_of(lake.log)]
    return lake.log.counts(next(path for path in paths if name in path))


def test_its_file_is_recognised_among_all_others() -> None:
    recognised = {
        name: parse(name, text.encode(), CONTEXT).source
        for name, text in {"weight.csv": FIRST, **OTHERS}.items()
    }
    assert recognised == {
        "weight.csv": "acme_scale",
        "workouts.csv": "peloton",
        "trends.csv": "oura",
        "answer.json": "oura",
    }


def test_a_query_reads_its_table_and_a_correction_has_won(home: Path) -> None:
    sql = "SELECT day, weight_kg, body_fat_pct FROM acme_scale_weighings ORDER BY day"
    answer = run(home, "query", sql, "--format", "json")
    assert answer.exit_code == 0, answer.output
    assert [tuple(row.values()) for row in json.loads(answer.stdout)] == [
        ("2026-03-01", 81.4, 22.5),
        ("2026-03-02", 81.2, 22.4),
        ("2026-03-05", 80.1, 22.1),
        ("2026-03-06", 80.8, None),
        ("2026-03-07", 80.7, 22.0),
    ]


def test_bronze_keeps_its_rows_a_day_a_file(lake: Lakehouse) -> None:
    keys = lake.bronze.keys(WEIGHINGS, date(2026, 3, 1), TODAY)
    assert {(key.day.day, key.user_id, key.origin) for key in keys} == {
        (day, "me", "export") for day in (1, 2, 5, 6, 7)
    }


def test_every_row_is_counted_once(lake: Lakehouse) -> None:
    assert counts(lake, "weight.csv") == RowCounts(
        landed=5, current=3, superseded=1, withdrawn=0, duplicates=0, quarantined=1
    )
    assert counts(lake, "weight again.csv") == RowCounts(
        landed=3, current=2, superseded=0, withdrawn=0, duplicates=1, quarantined=0
    )
    assert all(lake.log.counts(entry.file_path).balanced for entry in entries_of(lake.log))


def test_the_same_file_again_is_a_duplicate(home: Path, lake: Lakehouse) -> None:
    before = lake.tables.scan("bio_silver.acme_scale_weighings").to_pylist()
    again = run(home, "ingest", str(home.with_name("weight.csv")))
    assert "brought in before" in again.output or "known" in again.output, again.output
    assert lake.tables.scan("bio_silver.acme_scale_weighings").to_pylist() == before


def test_a_bad_row_is_in_quarantine_with_its_reason(lake: Lakehouse) -> None:
    path = next(e.file_path for e in entries_of(lake.log) if e.quarantined_count)
    (row,) = quarantine.read(lake.objects, path)
    assert (row["line"], row["field"]) == (4, "Weight (kg)")
    assert "none at all" in row["reason"]


def test_its_missing_days_are_in_the_gap_ledger_with_their_cause(lake: Lakehouse) -> None:
    rows = lake.tables.scan("bio_gold.gap_ledger").to_pylist()
    found = {
        row["day"].day: (row["source"], row["cause"])
        for row in rows
        if row["dataset"] == "acme_scale_weighings"
    }
    assert found[3] == found[4] == ("acme_scale", "vendor sent nothing")
    assert found.keys() >= {3, 4}
    assert not found.keys() & {1, 2, 5, 6, 7}


def test_its_newest_due_day_is_watched(lake: Lakehouse) -> None:
    missing = missing_days(lake)
    overdue, undelivered = watching.overdue(missing), watching.undelivered(missing)
    assert (
        "me: acme_scale_weighings of 2026-03-10 is missing (not delivered), newest is 2026-03-07"
    ) in overdue
    assert ("me: acme_scale_weighings 2026-03-08 to 2026-03-10 (not delivered)") in undelivered
    assert "Acme Scale: 2 days ago" in watching.CHECKS["newest_due_day"]


def test_it_stands_in_the_graph_between_landing_and_gold(lake: Lakehouse) -> None:
    settings = lake.settings
    definitions = dg.Definitions(
        assets=all_assets(settings), asset_checks=all_checks(), resources=resources(settings)
    )
    graph = definitions.resolve_asset_graph()
    bronze = dg.AssetKey(["bronze", "acme_scale", "weighings"])
    silver = dg.AssetKey(["silver", "acme_scale_weighings"])
    assert graph.get(bronze).group_name == "bronze"
    assert set(graph.get(bronze).parent_keys) == {dg.AssetKey(["landing", "files"])}
    assert set(graph.get(silver).parent_keys) == {bronze}
    assert silver in graph.get(dg.AssetKey(["gold", "gap_ledger"])).parent_keys
    assert bronze in graph.get(dg.AssetKey(["silver", "coverage"])).parent_keys
    assert {check.name for check in graph.get(silver).check_keys} == {
        "fresh",
        "grain_bounds_nulls",
    }


@pytest.mark.parametrize(
    "asked",
    [
        lambda home: run(home, "ingest", "--help").output,
        lambda home: run(home, "ingest", str(home.with_name("shopping.csv"))).output,
    ],
    ids=["the help", "a refusal"],
)
def test_a_person_is_told_that_it_is_read(home: Path, asked: Callable[[Path], str]) -> None:
    assert "Acme Scale's CSV" in " ".join(asked(home).split())


def test_status_and_tables_list_it(home: Path) -> None:
    assert "acme_scale_weighings" in run(home, "status").output
    assert "acme_scale_weighings" in run(home, "tables").output
