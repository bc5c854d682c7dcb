"""What tests of the automation share: a lake with its sensor, S3 on this machine, and a receiver of
notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import dagster as dg
import pytest
from moto.server import ThreadedMotoServer

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.automation.log_places import Places
from bio_lakehouse_tests.automation.watched import TODAY, Watched, watch
from bio_lakehouse_tests.receiver import Receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Nothing is waited for: a file that is the same in two ticks is whole."""
    return load_settings(
        home=tmp_path / "home", timezone="Europe/Berlin", today_override=TODAY, settle_seconds=0
    )


@pytest.fixture
def watched(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    with dg.DagsterInstance.ephemeral() as instance:
        made = watch(settings, instance)
        monkeypatch.setattr(
            "bio_lakehouse.automation.notices.notify",
            lambda _, title, body: made.notices.append((title, body)),
        )
        yield made


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(
    watched: Watched, s3_server: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Watched:
    for name, value in (
        ("ACCESS_KEY_ID", "k"),
        ("SECRET_ACCESS_KEY", "s"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    name = f"body-{uuid4()}"
    boto3.client("s3", endpoint_url=s3_server).create_bucket(Bucket=name)
    changes = {
        "landing_url": f"s3://{name}/mine",
        "s3_endpoint_url": s3_server,
        "home": settings.home / "s3",
    }
    watched.lake = Lakehouse.open(settings.model_copy(update=changes))
    return watched


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    server = request.getfixturevalue("postgres") if request.param == "PostgreSQL" else None
    return Places(tmp_path_factory.mktemp("logs"), server)
