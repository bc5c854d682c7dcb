"""Dagster's record of runs in a PostgreSQL: what is told of its troubles, where its password is
not, and a lake that is built with it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from dagster._serdes import serialize_value
from sqlalchemy import text

from bio_lakehouse.automation import launch
from bio_lakehouse.automation import postgres as postgres_parts
from bio_lakehouse.automation.instance import configuration, environment, open_instance
from bio_lakehouse.automation.owed import what_is_owed
from bio_lakehouse.automation.postgres_log import PostgresStorage
from bio_lakehouse.automation.run_locks import PostgresLocks, locks_of
from bio_lakehouse.errors import SettingsError, StoreError
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources.demo import simulate, write_files
from bio_lakehouse_tests.conftest import free_port
from bio_lakehouse_tests.postgres_server import PASSWORD, QUOTED, Server, everything_in

SECRET = "sEcReT-of-nobody"
TODAY = date(2026, 3, 8)


def lake_at(home: Path, address: str) -> Settings:
    return load_settings(home=home, dagster_postgres_url=address, today_override=TODAY)


def is_hidden(told: str) -> bool:
    return not any(secret in told for secret in (PASSWORD, QUOTED, SECRET))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "postgresql://dagster:{secret}@127.0.0.1:{port}/postgres",
            "PostgreSQL at 127.0.0.1:{port} does not know user dagster with this password: "
            "correct BIO_DAGSTER_POSTGRES_URL.",
        ),
        (
            "postgresql://dagster:{right}@127.0.0.1:{port}/nowhere",
            "PostgreSQL at 127.0.0.1:{port} has no database nowhere: create it (`createdb`), or "
            "correct BIO_DAGSTER_POSTGRES_URL.",
        ),
        (
            "postgresql://dagster:{secret}@127.0.0.1:{free}/postgres",
            "PostgreSQL at 127.0.0.1:{free} does not answer: start it, or correct "
            "BIO_DAGSTER_POSTGRES_URL.",
        ),
        (
            "postgres://dagster:{secret}@no-host.invalid/postgres",
            "PostgreSQL at no-host.invalid:5432 has a host that nobody knows: correct "
            "BIO_DAGSTER_POSTGRES_URL.",
        ),
        (
            "postgresql://guest:{secret}@127.0.0.1:{port}/postgres",
            "PostgreSQL at 127.0.0.1:{port} lets user guest make no tables in postgres: as its "
            'owner run `GRANT CREATE ON SCHEMA public TO "guest"`.',
        ),
        (
            "postgresql://dagster:{right}@127.0.0.1:{port}/postgres?sslmode=require",
            "PostgreSQL at 127.0.0.1:{port} refused (connection to server at "
            '"127.0.0.1", port {port} failed: server does not support SSL, but SSL was required): '
            "correct BIO_DAGSTER_POSTGRES_URL, or ask who looks after it.",
        ),
    ],
)
def test_what_a_server_refuses_is_a_sentence_without_the_password(
    postgres: Server,
    tmp_path: Path,
    address: str,
    sentence: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    postgres.make_user("guest", SECRET)
    names = {"secret": SECRET, "right": QUOTED, "port": postgres.port, "free": free_port()}
    settings = lake_at(tmp_path, address.format(**names))
    with pytest.raises(StoreError) as raised, open_instance(settings):
        pass
    assert str(raised.value) == sentence.format(**names)
    assert raised.value.__cause__ is None
    assert is_hidden(f"{caplog.text}{capfd.readouterr()}")


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://dagster:{SECRET}@more@127.0.0.1/dagster",
        f"postgresql://dagster:{SECRET}@127.0.0.1:port/dagster",
        f"postgresql://dagster:{SECRET}@127.0.0.1",
        f"mysql://dagster:{SECRET}@127.0.0.1/dagster",
        SECRET,
    ],
)
def test_what_is_no_address_is_told_with_how_to_write_one(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError) as raised, open_instance(lake_at(tmp_path, address)):
        pass
    assert str(raised.value) == postgres_parts.NO_ADDRESS
    assert is_hidden(repr(raised.getrepr(style="long")))


def test_without_the_extra_its_command_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_parts, "find_spec", lambda _: None)
    settings = lake_at(tmp_path, f"postgresql://dagster:{SECRET}@127.0.0.1/dagster")
    with (
        pytest.raises(SettingsError, match=r'pip install "bio-lakehouse\[postgres\]"'),
        open_instance(settings),
    ):
        pass


def test_a_server_that_goes_away_meanwhile_is_a_sentence(postgres: Server, tmp_path: Path) -> None:
    settings = lake_at(tmp_path, postgres.new_database())
    with pytest.raises(StoreError, match=r"ended the connection: run the same again"):
        lose_the_server(postgres, settings)


def lose_the_server(server: Server, settings: Settings) -> None:
    with open_instance(settings) as instance:
        log: Any = instance.event_log_storage
        with log.index_connection() as connection:
            number = connection.scalar(text("SELECT pg_backend_pid()"))
            server.run(f"SELECT pg_terminate_backend({number})")
            connection.execute(text("SELECT 1"))


def test_the_address_is_named_and_never_written(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIO_DAGSTER_POSTGRES_URL", raising=False)
    address = postgres.new_database()
    settings = lake_at(tmp_path, address)
    named = {"env": "BIO_DAGSTER_POSTGRES_URL"}
    assert configuration(settings)["storage"]["custom"]["config"]["postgres_url"] == named
    with open_instance(settings) as instance:
        assert isinstance(locks_of(instance), PostgresLocks)
        assert is_hidden(instance.info_str() + serialize_value(instance.get_ref()))
    assert is_hidden((tmp_path / "dagster" / "dagster.yaml").read_text())
    assert is_hidden(repr(settings) + str(settings.without_secrets()))
    assert "BIO_DAGSTER_POSTGRES_URL" not in os.environ
    assert environment(settings)["BIO_DAGSTER_POSTGRES_URL"] == address


def test_machines_that_open_a_new_database_at_once_all_get_it(postgres: Server) -> None:
    address, machines = postgres.new_database(), 6
    begin = Barrier(machines)

    def opened(_: int) -> int:
        begin.wait()
        return len(PostgresStorage(address, batch_size=1000).run_storage.get_runs())

    with ThreadPoolExecutor(machines) as threads:
        assert list(threads.map(opened, range(machines))) == [0] * machines


@pytest.mark.slow
def test_a_lake_is_built_with_it_as_with_files(postgres: Server, tmp_path: Path) -> None:
    address = postgres.new_database()
    recorded = [days_recorded(tmp_path / name, url) for name, url in (("a", ""), ("b", address))]
    assert recorded[0] == recorded[1]
    assert len(recorded[0]["gold/energy_state"]) > 10
    assert not list((tmp_path / "b" / "dagster").rglob("*.db"))
    assert is_hidden(everything_in(address))


def days_recorded(home: Path, address: str) -> dict[str, set[str]]:
    """The days that Dagster knows of each asset once two weeks of a made-up person are built."""
    lake = Lakehouse.open(lake_at(home, address))
    for path in write_files(simulate(14, 1, TODAY), home.parent / f"{home.name}-files"):
        arrivals.ingest(lake, path, "me")
    launch.bring_up_to_date(lake.settings, what_is_owed(lake))
    with open_instance(lake.settings) as instance:
        keys = instance.get_asset_keys()
        assert all(run.is_success for run in instance.get_runs())
        return {key.to_user_string(): instance.get_materialized_partitions(key) for key in keys}
