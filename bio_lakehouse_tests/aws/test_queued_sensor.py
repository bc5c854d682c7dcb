"""The arrival sensor where there is a queue: messages in place of listings, each deleted once its
file is in the log."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import dagster as dg
import pytest
from botocore.client import BaseClient

from bio_lakehouse.automation import arriving, queued
from bio_lakehouse.automation.jobs import take_file
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.arrivals_queue import ArrivalsQueue
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import take_messages
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.automation.conftest import settings, watched  # noqa: F401
from bio_lakehouse_tests.automation.watched import (
    Watched,
    ranges,
    reason,
    scores,
    trends,
    watch,
)
from bio_lakehouse_tests.aws.arrivals_queue import lose_all, make_queue, waiting
from bio_lakehouse_tests.aws.emulator import BRONZE
from bio_lakehouse_tests.whole_log import entries_of

SECONDS = 1
"""For which a message that was received is nobody else's."""


@pytest.fixture
def queue(on_aws: Settings) -> ArrivalsQueue:
    return make_queue(on_aws, BRONZE, SECONDS)


@pytest.fixture
def told(on_aws: Settings, watched: Watched, queue: ArrivalsQueue) -> Watched:  # noqa: F811
    """A lake whose landing is in a bucket that tells the queue, and whose sensor has listed it."""
    changes = {
        "landing_url": f"s3://{BRONZE}",
        "aws_endpoint_url": on_aws.aws_endpoint_url,
    }
    watched.lake = Lakehouse.open(watched.lake.settings.model_copy(update=changes))
    watched.queue = queue
    watched.tick()
    return watched


def test_a_tick_takes_what_the_queue_tells_and_lists_nothing(
    told: Watched, queue: ArrivalsQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "looks", pytest.fail)
    told.drop("trends.csv", trends(scores(5)))
    told.drop("holiday.csv", b"beach,sun\n1,2\n")
    result = told.tick()
    assert ranges(result) == [("2025-03-15", "2025-03-19")]
    assert waiting(queue) == (0, 0)
    assert [title for title, _ in told.notices] == ["A file was not taken"]


def test_a_tick_with_nothing_to_do_asks_aws_little(
    on_aws: Settings, queue: ArrivalsQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lake is looked at some ten thousand times a day, and each request is charged for."""
    asked: list[str] = []
    call = BaseClient._make_api_call

    def counted(client: BaseClient, name: str, values: dict[str, Any]) -> Any:
        asked.append(name)
        return call(client, name, values)

    with dg.DagsterInstance.ephemeral() as instance:
        idle = watch(on_aws.model_copy(update={"settle_seconds": 0}), instance)
        idle.queue = queue
        idle.lake.objects.put("users.toml", b'[ann]\ntimezone = "UTC"\n')
        idle.tick()
        lose_all(queue)
        monkeypatch.setattr(BaseClient, "_make_api_call", counted)
        idle.lake = Lakehouse.open(idle.lake.settings)
        assert not idle.tick().run_requests
    assert Counter(asked) == {"GetObject": 2, "ReceiveMessage": 1, "Query": 3, "GetItem": 4}


def test_what_was_there_before_the_queue_is_found_by_the_first_tick(
    told: Watched, queue: ArrivalsQueue
) -> None:
    told.drop("trends.csv", trends(scores(5)))
    lose_all(queue)
    told.cursor = None
    assert ranges(told.tick()) == [("2025-03-15", "2025-03-19")]
    assert time.time() - told.kept["listed_at"] < 60


def test_what_no_message_tells_of_is_found_within_the_hour(
    told: Watched, queue: ArrivalsQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.drop("trends.csv", trends(scores(5)))
    assert lose_all(queue)
    assert told.tick().run_requests == []
    monkeypatch.setattr(queued, "LISTED_EVERY_S", 0)
    assert ranges(told.tick()) == [("2025-03-15", "2025-03-19")]


def test_a_large_file_is_left_to_a_run_and_its_message_goes_once_that_has_logged_it(
    told: Watched, queue: ArrivalsQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued, "LARGE_BYTES", 50)
    told.drop("trends.csv", trends(scores(5)))
    (request,) = told.tick().run_requests or []
    assert request.job_name == take_file.name
    assert waiting(queue) == (0, 1)
    run = told.repository.get_job(take_file.name).execute_in_process(
        request.run_config, instance=told.instance, resources={"lake": told.lake}
    )
    assert run.success
    assert ranges(told.tick()) == [("2025-03-15", "2025-03-19")]
    time.sleep(SECONDS)
    told.tick()
    assert waiting(queue) == (0, 0)


def test_a_message_that_cannot_be_taken_comes_again_and_ends_among_the_dead_letters(
    told: Watched, queue: ArrivalsQueue
) -> None:
    queue.client.send_message(QueueUrl=queue.url, MessageBody="hello")
    assert "no event of S3" in reason(told.tick())
    told.drop("trends.csv", trends(scores(5)))
    assert ranges(told.tick()) == [("2025-03-15", "2025-03-19")]
    assert waiting(queue) == (0, 1)
    dead = ArrivalsQueue(queue.client, queue.url.replace("arrivals", "dead-letters"))
    queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "0"})
    time.sleep(SECONDS)
    told.tick()
    assert waiting(dead)[0] == 1


def test_a_file_that_cannot_be_read_is_told_once_and_taken_when_it_can(
    told: Watched, queue: ArrivalsQueue
) -> None:
    note = f"landing/me/trends.csv{landing.NOTE_SUFFIX}"
    told.lake.landing_objects.put(note, b"{")
    told.drop("trends.csv", trends(scores(5)))
    for _ in range(2):
        assert "trends.csv could not be read" in reason(told.tick()) or told.kept["unread"]
        time.sleep(SECONDS)
    assert len(told.notices) == 1
    told.lake.landing_objects.delete(note)
    time.sleep(SECONDS)
    assert ranges(told.tick()) == [("2025-03-15", "2025-03-19")]
    assert told.kept["unread"] == []
    assert waiting(queue) == (0, 0)
    assert len(entries_of(told.lake.log)) == 1


def test_what_a_lambda_has_logged_is_built_and_told_as_what_the_sensor_takes(
    told: Watched, queue: ArrivalsQueue
) -> None:
    told.drop("trends.csv", trends(scores(5)))
    told.drop("holiday.csv", b"beach,sun\n1,2\n")
    messages = []
    while message := queue.next():
        messages.append(message)
        queue.delete(message)
    take_messages(told.lake, messages)
    result = told.tick()
    assert ranges(result) == [("2025-03-15", "2025-03-19")]
    assert [title for title, _ in told.notices] == ["A file was not taken"]
    assert sorted(str(event.description) for event in result.asset_events)[1] == (
        "landing/me/trends.csv: taken by a Lambda, 5 rows"
    )
    assert told.tick().asset_events == []
    assert len(told.notices) == 1
