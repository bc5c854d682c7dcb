"""The Lambda that asks Oura: what arrives whole lands, and what it logs holds no value and no
token."""

from __future__ import annotations

import importlib.util
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.errors import AwsError, SignInRequired
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.aws.emulator import BRONZE
from bio_lakehouse_tests.sources.oura_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_TOKEN_PATH,
    Fault,
    OuraServer,
    signed_in,
)

TODAY = date(2025, 3, 20)
INFRA = Path(__file__).parents[2] / "infra"
EVENT = {"time": "2025-03-20T05:15:00Z"}
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@pytest.fixture
def handler() -> Handler:
    """The function, loaded as Lambda loads it: by its name alone."""
    path = INFRA / "lambdas" / "oura_ingest" / "oura_ingest.py"
    spec = importlib.util.spec_from_file_location("oura_ingest", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler  # type: ignore[no-any-return]


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 2, 1), date(2025, 3, 25), page_size=50) as running:
        yield running


@pytest.fixture
def deployed(on_aws: Settings, server: OuraServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The environment of the function as its stack has it."""
    ssm = aws_client(on_aws, "ssm")
    ssm.put_parameter(Name="/lake/oura-client/secret", Value=CLIENT_SECRET, Type="SecureString")
    variables = {
        "BIO_ENV": "aws",
        "BIO_HOME": str(on_aws.home),
        "BIO_S3_BRONZE_BUCKET": BRONZE,
        "BIO_TIMEZONE": "UTC",
        "BIO_TODAY_OVERRIDE": str(TODAY),
        "BIO_OURA_CLIENT_ID": CLIENT_ID,
        "BIO_OURA_CLIENT_SECRET": "ssm:/lake/oura-client/secret",
        "BIO_OURA_TOKEN_STORE": "ssm:/lake/oura",
        "BIO_OURA_API_URL": server.url,
        "BIO_OURA_TOKEN_URLS": server.url + NEW_TOKEN_PATH,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def landed(settings: Settings) -> set[str]:
    """Whose answers lie in the bucket, and of what."""
    lying = Lakehouse.open(settings).landing_objects.list("landing")
    parts = (info.key.split("/") for info in lying if not info.key.endswith(".note.json"))
    return {f"{user} {name.partition('_20')[0]}" for _, user, name in parts}


def test_everybodys_days_land(
    deployed: Settings, server: OuraServer, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    issued = [signed_in(server, fetching.oura_tokens(deployed, user)) for user in ("ada", "me")]
    caplog.set_level(logging.INFO)
    told = handler(EVENT, None)
    assert told == {"ada": 7, "me": 7}
    assert len(landed(deployed)) == 14
    for tokens in issued:
        assert tokens.access_token not in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert "me: 7 answers landed\n" in caplog.text


def test_a_login_that_is_none_keeps_nobody_elses_days_from_landing(
    deployed: Settings, server: OuraServer, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    fetching.oura_tokens(deployed, "ada").save(Tokens("gone", None, expires_at=1.0))
    signed_in(server, fetching.oura_tokens(deployed, "me"))
    with pytest.raises(RuntimeError, match="not everything arrived"):
        handler(EVENT, None)
    assert {one.split()[0] for one in landed(deployed)} == {"me"}
    assert re.search(r"ada: no answers landed; not all arrived: \d+ SignInRequired", caplog.text)


def test_a_second_try_asks_only_for_what_did_not_arrive(
    deployed: Settings, server: OuraServer, handler: Handler
) -> None:
    signed_in(server, fetching.oura_tokens(deployed, "me"))
    server.faults["daily_spo2"].append(Fault(400, {"detail": "Not now."}))
    again = {"time": datetime.now(UTC).isoformat()}
    with pytest.raises(RuntimeError):
        handler(again, None)
    assert handler(again, None) == {"me": 1}
    assert len(server.requests_for("daily_sleep")) == 1


def test_where_nobody_has_signed_in_it_says_what_to_do(
    deployed: Settings, handler: Handler
) -> None:
    with pytest.raises(SignInRequired, match="bio-lakehouse oura login"):
        handler(EVENT, None)


def test_a_secret_that_is_not_there_is_told_by_its_name(
    deployed: Settings, server: OuraServer, handler: Handler
) -> None:
    signed_in(server, fetching.oura_tokens(deployed, "me"))
    aws_client(deployed, "ssm").delete_parameter(Name="/lake/oura-client/secret")
    with pytest.raises(AwsError, match="The parameter /lake/oura-client/secret cannot be used"):
        handler(EVENT, None)
