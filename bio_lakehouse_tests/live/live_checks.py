"""What is looked at in an account in which a lake is deployed. What is landed is made up, for a
user of its own, and is gone again afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bio_lakehouse.deployment.lambda_packages import LAMBDA
from bio_lakehouse.deployment.stack_changes import Stack, find_stack
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.forgetting import forget
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.automation.watched import scores, trends

USER = "live-check"
KEY = f"landing/{USER}/trends.csv"
SECONDS = 120
"""Within which a file that lands has its row."""


@dataclass(frozen=True)
class Account:
    """A lake in an account, and the beginning of the names of its stacks."""

    settings: Settings
    prefix: str = "bio-lakehouse"

    @cached_property
    def lake(self) -> Lakehouse:
        return Lakehouse.open(self.settings)

    def client(self, service: str) -> Any:
        return aws_client(self.settings, service)

    def stack(self, name: str) -> Stack | None:
        return find_stack(self.client("cloudformation"), f"{self.prefix}-{name}")


def check_function(account: Account, name: str) -> None:
    """A Lambda is there, runs the Python that its zip is made for, and knows the lake."""
    told = account.client("lambda").get_function_configuration(
        FunctionName=f"{account.prefix}-{name}"
    )
    assert told["Runtime"] == f"python{LAMBDA.python}"
    assert told["Handler"] == f"{name.replace('-', '_')}.handler"
    variables = told["Environment"]["Variables"]
    assert variables["BIO_ENV"] == "aws"
    assert variables["BIO_S3_BRONZE_BUCKET"] == account.settings.s3_bronze_bucket


def check_queue_feeds_the_function(account: Account) -> None:
    """The bucket tells the queue, the queue the Lambda, message by message."""
    bucket = account.settings.s3_bronze_bucket
    told = account.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    (notification,) = told["QueueConfigurations"]
    assert notification["QueueArn"].endswith(f":{account.prefix}-arrivals")
    (source,) = account.client("lambda").list_event_source_mappings(
        FunctionName=f"{account.prefix}-ingestion-trigger"
    )["EventSourceMappings"]
    assert source["EventSourceArn"] == notification["QueueArn"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["State"] == "Enabled"


def check_schedule(account: Account) -> None:
    """The rule that asks Oura is on, and starts its Lambda."""
    told = account.client("scheduler").get_schedule(Name=f"{account.prefix}-oura-ingest")
    assert told["State"] == "ENABLED"
    assert told["Target"]["Arn"].endswith(f":function:{account.prefix}-oura-ingest")


def check_parameter(account: Account) -> None:
    """The application's secret is a SecureString; its value is not asked for."""
    name = f"/{account.prefix}/oura-client/secret"
    told = account.client("ssm").describe_parameters(
        ParameterFilters=[{"Key": "Name", "Values": [name]}]
    )
    assert [one["Type"] for one in told["Parameters"]] == ["SecureString"]


def check_invocation(account: Account) -> None:
    """The Lambda runs, and has nothing to say about no messages."""
    answer = account.client("lambda").invoke(
        FunctionName=f"{account.prefix}-ingestion-trigger", Payload=json.dumps({"Records": []})
    )
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}


@contextmanager
def landed(account: Account) -> Iterator[LogEntry]:
    """A made-up file, put into the bucket and read by the Lambda: its row in DynamoDB."""
    lake = account.lake
    lake.landing_objects.put(KEY, trends(scores(3)))
    try:
        yield row_of(lake, KEY)
    finally:
        for _ in forget(lake, USER):
            pass


def row_of(lake: Lakehouse, key: str) -> LogEntry:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if found := lake.log.of_objects([key])[key]:
            return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no row of {key} within {SECONDS} s: see the Lambda's log")


def check_file_and_row(account: Account) -> None:
    """The file is in S3, encrypted, and its row says what it is and how much of it was taken."""
    with landed(account) as entry:
        kept = account.client("s3").head_object(Bucket=account.settings.s3_bronze_bucket, Key=KEY)
        # An emulator encrypts nothing, and does not say that it did.
        is_emulated = bool(account.settings.aws_endpoint_url)
        assert is_emulated or kept["ServerSideEncryption"] == "AES256"
        assert (entry.user_id, entry.record_count) == (USER, 3)
        assert entry.quarantined_count == 0
    assert not account.lake.log.of_user(USER)
    assert not list(account.lake.landing_objects.list(f"landing/{USER}"))
