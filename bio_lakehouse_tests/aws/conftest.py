"""The emulator of the tests of AWS: one for all of a process, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.lake.kept_logs import with_own_tables


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    with emulator.moto() as address:
        yield address


@pytest.fixture(scope="module")
def aws_of_module(
    moto_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """As `on_aws`, one for all tests of a module."""
    urlopen(Request(f"{moto_address}/moto-api/reset", method="POST"), timeout=30).close()
    with pytest.MonkeyPatch.context() as patch:
        emulator.set_environment(patch, moto_address)
        settings = emulator.aws_settings(tmp_path_factory.mktemp("aws") / "home", moto_address)
        emulator.make_parts(settings)
        yield settings


@pytest.fixture
def on_aws(moto_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an empty lake on an emulator, with its buckets, tables and databases."""
    urlopen(Request(f"{moto_address}/moto-api/reset", method="POST"), timeout=30).close()
    emulator.set_environment(monkeypatch, moto_address)
    settings = emulator.aws_settings(tmp_path / "home", moto_address)
    emulator.make_parts(settings)
    return settings


@pytest.fixture
def on_dynamo(moto_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a lake on an emulator of which there are only the tables of DynamoDB, which
    are its own."""
    emulator.set_environment(monkeypatch, moto_address)
    return with_own_tables(emulator.aws_settings(tmp_path / "home", moto_address))
