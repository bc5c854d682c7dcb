"""Dagster's snapshots of jobs are compressed, and keep the settings of whose home it is: these go."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from pydantic import SecretStr

from bio_lakehouse.automation.forgotten_runs import forget_records
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.postgres_server import Server

GONE = "zaragoza"
FTP = 871
PERSONAL = (GONE, str(FTP), "zaragoza@example.com")


@dg.asset
def looked(lake: dg.ResourceParam[Lakehouse]) -> None:
    """Nothing, with the lake at hand."""


def owned(home: Path, user_id: str, **others: object) -> Settings:
    measures = {"ftp": FTP, "mail_to": (f"{user_id}@example.com",), "user": user_id}
    return Settings(home=home, timezone="UTC", **measures, **others)  # type: ignore[arg-type]


def run_over(settings: Settings) -> None:
    Lakehouse.open(settings)
    with open_instance(settings) as instance:
        dg.materialize([looked], instance=instance, resources=resources(settings))


def loaded(settings: Settings) -> str:
    """All snapshots, as Dagster reads them."""
    with open_instance(settings) as instance:
        found = [run.job_snapshot_id for run in instance.get_runs()]
        return str([instance.get_job_snapshot(one) for one in found if one])


def unpacked(home: Path) -> str:
    """What is compressed in the databases of a home."""
    texts = []
    for path in (home / "dagster").rglob("runs.db"):
        with closing(sqlite3.connect(path)) as db:
            for (body,) in db.execute("SELECT snapshot_body FROM snapshots"):
                texts.append(zlib.decompress(body).decode())
    return "".join(texts)


def personal(text: str) -> list[str]:
    """What of a person's is in a text; a number within an id is none of theirs."""
    return [word for word in PERSONAL if re.search(rf"\b{re.escape(word)}\b", text)]


def test_the_settings_of_whose_home_it_was_are_in_no_snapshot(tmp_path: Path) -> None:
    settings = owned(tmp_path / "home", GONE)
    run_over(settings)
    assert personal(unpacked(settings.home)) == [*PERSONAL]
    trial = forget_records(settings, GONE, set(), is_trial=True)
    assert forget_records(settings, GONE, set()) == trial
    assert trial[0].count > 0
    assert personal(unpacked(settings.home)) == []
    assert "snapshot_retention_days" in loaded(settings)
    assert forget_records(settings, GONE, set())[0].count == 0


@pytest.fixture(scope="module")
def of_ben(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a home in which a run of Ben's was."""
    settings = owned(tmp_path_factory.mktemp("ben") / "home", "ben")
    run_over(settings)
    return settings


@pytest.fixture
def bens(of_ben: Settings) -> Iterator[Settings]:
    """The same, which each test finds as it was."""
    with kept(of_ben.home):
        yield of_ben


def test_those_of_another_stay(bens: Settings) -> None:
    before = loaded(bens)
    forget_records(bens, GONE, set())
    assert loaded(bens) == before
    assert str(FTP) in personal(before)


def test_a_postgresqls_snapshots_are_rid_of_them_as_well(postgres: Server, tmp_path: Path) -> None:
    address = SecretStr(postgres.new_database())
    settings = owned(tmp_path / "home", GONE, dagster_postgres_url=address)
    run_over(settings)
    assert GONE in loaded(settings)
    forget_records(settings, GONE, set())
    assert personal(loaded(settings)) == []


@pytest.mark.parametrize("user_id", ["day", "local", "config", "name"])
def test_a_name_that_is_a_word_leaves_snapshots_readable(user_id: str, bens: Settings) -> None:
    forget_records(bens, user_id, set())
    assert str(FTP) in personal(loaded(bens))
