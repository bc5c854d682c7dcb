"""BIO_SPARK_REMOTE is a Spark on this machine or at an address; anything else is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bio_lakehouse.settings import Settings
from bio_lakehouse.spark_address import endpoint_of, starts_here, without_secrets
from bio_lakehouse_tests.command_line import run

HERE = ["local", "local[1]", "local[16]", "local[*]"]
ELSEWHERE = {
    "sc://localhost": ("localhost", 15002),
    "sc://10.0.0.1:7": ("10.0.0.1", 7),
    "sc://spark.example.org/;use_ssl=true;token=abc": ("spark.example.org", 15002),
    "sc://[::1]:15003/": ("::1", 15003),
}
NEITHER = [
    "local[*",
    "local*",
    "local[]",
    "local[0]",
    "local[-1]",
    "local[2,3]",
    "Local[*]",
    " local[*]",
    "localhost",
    "localhost:15002",
    "yarn",
    "spark://host:7077",
    "http://host:15002",
    "SC://host:15002",
    "sc:host",
    "sc://",
    "sc://:15002",
    "sc://host:port",
    "sc://host:0",
    "sc://host:70000",
    "sc://host:15002/folder",
    "sc://host:15002;use_ssl=true",
    "sc://[::1",
]


@pytest.mark.parametrize("address", [*HERE, *ELSEWHERE])
def test_what_may_be_said_is_taken(address: str) -> None:
    assert Settings(spark_remote=address).spark_remote == address
    assert starts_here(address) is (address in HERE)


@pytest.mark.parametrize("address", [None, ""])
def test_nothing_said_is_sail(address: str | None) -> None:
    assert not Settings(spark_remote=address).spark_remote
    assert not starts_here(address)


@pytest.mark.parametrize(("address", "endpoint"), ELSEWHERE.items())
def test_an_address_is_a_host_and_a_port(address: str, endpoint: tuple[str, int]) -> None:
    assert endpoint_of(address) == endpoint


@pytest.mark.parametrize("address", NEITHER)
def test_what_is_neither_is_a_sentence_with_the_value_and_what_is_possible(address: str) -> None:
    with pytest.raises(ValueError, match="spark_remote") as raised:
        Settings(spark_remote=address)
    told = str(raised.value)
    assert repr(address.partition(";")[0])[:-1] in told
    for possible in ("sc://host:15002", "local, local[2] or local[*]", "Unset it"):
        assert possible in told


@pytest.mark.parametrize("command", ["doctor", "status", "refresh"])
def test_each_command_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.setenv("BIO_SPARK_REMOTE", "local[*")
    found = run(tmp_path / "home", command)
    assert found.exit_code == 1
    told = " ".join(found.output.split())
    assert "BIO_SPARK_REMOTE: 'local[*' is no Spark Connect address such as sc://host:15002" in told
    assert "does not answer" not in told


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sc://host:15002", "sc://host:15002"),
        ("sc://host/;token=hunter2", "sc://host/;…"),
        ("https://me:hunter2@host", "https://…@host"),
    ],
)
def test_a_token_in_an_address_is_not_shown(address: str, shown: str) -> None:
    assert without_secrets(address) == shown
