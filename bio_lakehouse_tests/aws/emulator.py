"""moto in a process of its own on loopback: AWS for tests that need no code run by it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.dynamo_tables import TABLES
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.conftest import free_port

REGION = "us-east-1"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
BRONZE, GOLD, RESULTS = "bio-bronze", "bio-gold", "bio-results"
DATABASES = ("bio_silver", "bio_gold")


@contextmanager
def moto() -> Iterator[str]:
    """A moto server; its address."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("moto_server.py")), str(port)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address
    finally:
        server.kill()
        server.wait()


@retry(
    retry=retry_if_exception_type(URLError),
    stop=stop_after_delay(60),
    wait=wait_fixed(0.1),
    reraise=True,
)
def wait_for(address: str) -> None:
    urlopen(address, timeout=5).close()


def set_environment(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The credentials of an emulator, and of nobody's account."""
    for name in ("AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)


def aws_settings(home: Path, address: str, **others: object) -> Settings:
    """The settings of a lake at `address`."""
    values = {
        "home": home,
        "profile": "aws",
        "timezone": "UTC",
        "aws_endpoint_url": address,
        "s3_bronze_bucket": BRONZE,
        "s3_gold_bucket": GOLD,
        "athena_results_bucket": RESULTS,
    }
    return Settings(**values | others)  # type: ignore[arg-type]


def make_tables(settings: Settings) -> None:
    """The two tables of DynamoDB that the settings name; one that is there stays."""
    dynamodb = aws_client(settings, "dynamodb")
    for setting, keys in TABLES.items():
        names = {keys.partition: "HASH", keys.sort: "RANGE"}
        with contextlib.suppress(dynamodb.exceptions.ResourceInUseException):
            dynamodb.create_table(
                TableName=getattr(settings, setting),
                AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in names],
                KeySchema=[{"AttributeName": k, "KeyType": kind} for k, kind in names.items()],
                BillingMode="PAY_PER_REQUEST",
            )


def make_parts(settings: Settings) -> None:
    """What the stacks deploy of buckets, tables and databases; what is there stays."""
    s3 = aws_client(settings, "s3")
    for bucket in (BRONZE, GOLD, RESULTS):
        s3.create_bucket(Bucket=bucket)
    make_tables(settings)
    glue = aws_client(settings, "glue")
    for database in DATABASES:
        with contextlib.suppress(glue.exceptions.AlreadyExistsException):
            glue.create_database(DatabaseInput={"Name": database})
