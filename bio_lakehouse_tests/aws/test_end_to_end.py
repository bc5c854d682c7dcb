"""One life of a lake on both profiles: files of several people, late and repeated ones, a range
built anew, a report that is delivered. Tables, views, answers and report texts are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.emulator import BRONZE
from bio_lakehouse_tests.aws.lake_story import END, WEEK, ZONE, People, Picture, live, picture_of
from bio_lakehouse_tests.aws.lakes import DUCKDB, TRINO, at_home, on_emulator
from bio_lakehouse_tests.whole_log import entries_of

pytestmark = pytest.mark.stack
DAYS = {"me": 40, "ada": 24}
PROFILES = ("local", "aws", pytest.param("aws_on_trino", marks=pytest.mark.trino))
PARTS = [field.name for field in fields(Picture)]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    return People.of(tmp_path_factory.mktemp("files"), DAYS)


@pytest.fixture(scope="module")
def local(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lakehouse, Picture]]:
    folder = tmp_path_factory.mktemp("local")
    settings = at_home(folder, report_delivery=(str(folder / "delivered"),))
    with dg.instance_for_test() as instance:
        lake = live(settings, people, instance)
        yield lake, picture_of(lake)


@pytest.fixture(scope="module")
def aws(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lakehouse, Picture]]:
    with lived_on_aws(people, tmp_path_factory.mktemp("aws"), DUCKDB) as lived:
        yield lived


@pytest.fixture(scope="module")
def aws_on_trino(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lakehouse, Picture]]:
    with lived_on_aws(people, tmp_path_factory.mktemp("trino"), TRINO) as lived:
        yield lived


@contextmanager
def lived_on_aws(people: People, folder: Path, engine: str) -> Iterator[tuple[Lakehouse, Picture]]:
    """The same on moto, whose Athena is that engine's."""
    with (
        emulator.moto() as address,
        pytest.MonkeyPatch.context() as patch,
        on_emulator(address, folder, patch, engine) as settings,
        dg.instance_for_test() as instance,
    ):
        patch.setenv("BIO_ENV", "aws")
        delivering = settings.model_copy(update={"report_delivery": (f"s3://{BRONZE}/delivered",)})
        lake = live(delivering, people, instance)
        yield lake, picture_of(lake)


@pytest.fixture(params=PROFILES)
def lived(request: pytest.FixtureRequest) -> tuple[Lakehouse, Picture]:
    found: tuple[Lakehouse, Picture] = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_it_says_what_a_laptop_says(
    local: tuple[Lakehouse, Picture], lived: tuple[Lakehouse, Picture], part: str
) -> None:
    expected, found = getattr(local[1], part), getattr(lived[1], part)
    assert found.keys() == expected.keys()
    for name, said in expected.items():
        assert found[name] == said, name


def test_every_table_and_view_has_rows_of_everybody(lived: tuple[Lakehouse, Picture]) -> None:
    lake, picture = lived
    assert picture.views.keys() == VIEWS.keys()
    for name in ("bio_gold.daily_readiness_performance", "bio_silver.oura_daily_sleep"):
        assert {row["user_id"] for row in lake.tables.scan(name).to_pylist()} == set(DAYS)
    assert all(picture.views.values())
    assert all(text for text in picture.reports.values())


def test_gold_has_the_days_that_were_put_in(lived: tuple[Lakehouse, Picture]) -> None:
    rows = lived[0].tables.scan("bio_gold.daily_readiness_performance").to_pylist()
    for seed, (user, count) in enumerate(DAYS.items(), 4):
        life = demo.simulate(count, seed, END, timezone=ZONE)
        expected = {row["day"]: row["readiness_score"] for row in demo.daily_rows(life)}
        found = {row["day"]: row["readiness_score"] for row in rows if row["user_id"] == user}
        assert found == expected


def test_every_row_is_accounted_for_and_nothing_is_owed(lived: tuple[Lakehouse, Picture]) -> None:
    lake, _ = lived
    entries = entries_of(lake.log)
    assert {entry.status for entry in entries} == {"ingested", "duplicate"}
    assert all(
        lake.log.counts(entry.file_path).balanced for entry in entries if entry.status == "ingested"
    )
    assert lake.log.pending() == {}
    assert lake.log.interrupted() == set()


def test_the_report_is_where_it_was_to_be_delivered(lived: tuple[Lakehouse, Picture]) -> None:
    lake, _ = lived
    (address,) = lake.settings.report_delivery
    place, _, folder = address.rpartition("/")
    delivered = [info.key for info in lake.store_at(place).list(folder)]
    assert any(str(WEEK) in key for key in delivered)


def test_on_aws_nothing_of_the_lake_is_in_the_home(aws: tuple[Lakehouse, Picture]) -> None:
    home = aws[0].settings.home
    left = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert left & {"landing", "bronze", "warehouse", "log.db", "catalog.db", "quarantine"} == set()
