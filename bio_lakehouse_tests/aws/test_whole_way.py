"""From the landing bucket to gold: the deployed stacks, S3's event, the queue, the Lambda, its row
in DynamoDB, the sensor and its runs, on an emulator; gold is the same as on a laptop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.deployment.deploying import Deployment, Order
from bio_lakehouse.deployment.lambda_packages import Runtime
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.arrivals_queue import ArrivalsQueue
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.workflows import run_ingest
from bio_lakehouse_tests.automation.watched import scores, trends, watch
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.arrivals_queue import event, waiting
from bio_lakehouse_tests.aws.emulated_templates import INFRA, unknown_types, without
from bio_lakehouse_tests.aws.lake_story import come_to_rest, rows_of
from bio_lakehouse_tests.aws.lakes import TRENDS_ONLY, at_home, athena_of
from bio_lakehouse_tests.aws.ministack import ministack
from bio_lakehouse_tests.whole_log import entries_of

pytestmark = pytest.mark.stack
STACKS = ("artifacts", "bronze", "silver", "gold")
SECONDS = 60
FUNCTION = "bio-lakehouse-ingestion-trigger"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings that `deploy` tells of the stacks that it made."""
    folder = tmp_path_factory.mktemp("deployed")
    with ministack() as address, pytest.MonkeyPatch.context() as patch:
        emulator.set_environment(patch, address)
        account = emulator.aws_settings(folder / "home", address, **TRENDS_ONLY)
        client = aws_client(account, "cloudformation")
        infra = without(unknown_types(client, INFRA.glob("*-stack.yaml")), folder)
        order = Order(STACKS, infra, runtime=Runtime.of_this_machine())
        told = Deployment(account, order).deploy(lambda _: None)
        for name, value in told.items():
            patch.setenv(name, value)
        patch.setenv("BIO_ENV", "aws")
        settings = load_settings(home=folder / "home", **TRENDS_ONLY)
        with athena_of(settings, patch):
            yield settings


@pytest.fixture(scope="module")
def queue(deployed: Settings) -> ArrivalsQueue:
    assert deployed.arrivals_queue_url
    return ArrivalsQueue(aws_client(deployed, "sqs"), deployed.arrivals_queue_url)


def wait_until(is_so: Callable[[], bool], what: str) -> float:
    """Wait for it, and say how long that took."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < SECONDS, what
        time.sleep(0.1)
    return time.monotonic() - begun


def rows_in_dynamodb(settings: Settings, key: str) -> list[dict[str, Any]]:
    found = aws_client(settings, "dynamodb").query(
        TableName=settings.ingestion_log_table,
        KeyConditionExpression="file_path = :path",
        ExpressionAttributeValues={":path": {"S": key}},
    )
    return list(found["Items"])


def test_what_lands_is_logged_by_the_lambda_and_built_by_the_sensor(
    deployed: Settings, queue: ArrivalsQueue, tmp_path: Path
) -> None:
    key, content = "landing/me/my trends (1).csv", trends(scores(20))
    lake = Lakehouse.open(deployed)
    lake.landing_objects.put(key, content)
    took = wait_until(lambda: bool(rows_in_dynamodb(deployed, key)), "the Lambda logs the file")
    print(f"upload to row: {took:.1f} s")
    wait_until(lambda: waiting(queue) == (0, 0), "the message is deleted")
    with dg.DagsterInstance.ephemeral() as instance:
        watched = watch(deployed, instance)
        assert come_to_rest(watched) >= 1
    at_once = lake_at_home(tmp_path, content)
    days = (at_once.log.first_day() or deployed.today(), deployed.today())
    built = [rows_of(one.tables.read(DAILY, *days)) for one in (lake, at_once)]
    assert len(built[0]) == 20
    assert built[0] == built[1]
    assert [entry.status for entry in entries_of(lake.log)] == ["ingested"]


def lake_at_home(folder: Path, content: bytes) -> Lakehouse:
    """The same file on a laptop."""
    path = folder / "my trends (1).csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BIO_ENV", "BIO_S3_BRONZE_BUCKET", "BIO_ARRIVALS_QUEUE_URL"):
            patch.delenv(name, raising=False)
        lake = Lakehouse.open(at_home(folder, **TRENDS_ONLY))
        assert not run_ingest(lake, [path], "me").failed
    return lake


def test_a_message_delivered_twice_and_one_of_nothing_change_nothing(
    deployed: Settings, queue: ArrivalsQueue
) -> None:
    lake = Lakehouse.open(deployed)
    key = "landing/me/twice.csv"
    lake.landing_objects.put(key, trends(scores(3)))
    wait_until(lambda: bool(rows_in_dynamodb(deployed, key)), "the Lambda logs the file")
    before = {entry.file_path: entry for entry in entries_of(lake.log)}
    for body in (event(deployed.s3_bronze_bucket, key), '{"Event": "s3:TestEvent"}'):
        queue.client.send_message(QueueUrl=queue.url, MessageBody=body)
    wait_until(lambda: waiting(queue) == (0, 0), "the messages are deleted")
    assert {entry.file_path: entry for entry in entries_of(lake.log)} == before
    assert len(rows_in_dynamodb(deployed, key)) == 1


def test_what_is_no_export_is_logged_as_refused_and_its_message_is_deleted(
    deployed: Settings, queue: ArrivalsQueue
) -> None:
    lake, key = Lakehouse.open(deployed), "landing/me/holiday.csv"
    lake.landing_objects.put(key, b"beach,sun\n1,2\n")
    wait_until(lambda: bool(rows_in_dynamodb(deployed, key)), "the Lambda logs the file")
    wait_until(lambda: waiting(queue) == (0, 0), "the message is deleted")
    (row,) = rows_in_dynamodb(deployed, key)
    assert row["status"]["S"] == "validation_failed"


def test_a_lambda_that_died_midway_leaves_what_the_next_one_takes(
    deployed: Settings, queue: ArrivalsQueue
) -> None:
    """It died after it had begun the file and before its row was there: so its message comes
    again."""
    lake, key = Lakehouse.open(deployed), "landing/ada/died.csv"
    lake.log.begin(key)
    lake.landing_objects.put(key, trends(scores(4)))
    wait_until(lambda: key not in lake.log.interrupted(), "the Lambda takes the file")
    assert len(rows_in_dynamodb(deployed, key)) == 1
    assert len(lake.log.of_user("ada")) == 1
