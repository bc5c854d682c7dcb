"""What S3 tells a queue of is taken once, however often it is told; what fails comes again and
holds up nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.arrivals_queue import ArrivalsQueue
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse.lake.queued_arrivals import Message, keys_told, news, take_messages
from bio_lakehouse.lake.s3 import S3Store
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.automation.watched import TODAY, scores, trends
from bio_lakehouse_tests.aws.arrivals_queue import event, make_queue, waiting
from bio_lakehouse_tests.aws.emulator import BRONZE
from bio_lakehouse_tests.whole_log import entries_of

STORE = S3Store(None, BRONZE)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1)


@pytest.fixture
def lake(on_aws: Settings) -> Lakehouse:
    """A lake whose landing is in a bucket and whose log is in its home."""
    changes = {
        "profile": "local",
        "landing_url": f"s3://{BRONZE}",
        "timezone": "Europe/Berlin",
        "today_override": TODAY,
        "settle_seconds": 0.0,
    }
    return Lakehouse.open(on_aws.model_copy(update=changes))


@pytest.fixture
def queue(lake: Lakehouse) -> ArrivalsQueue:
    return make_queue(lake.settings, BRONZE)


def drop(lake: Lakehouse, name: str, content: bytes) -> str:
    lake.landing_objects.put(f"landing/me/{name}", content)
    return f"landing/me/{name}"


def about(*keys: str, number: int = 1) -> Message:
    return Message(f"m{number}", event(BRONZE, *map(quote_plus, keys)))


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_any_name_is_told_as_it_is(names: list[str]) -> None:
    keys = [f"landing/me/{name}" for name in names]
    said = event(BRONZE, *map(quote_plus, keys))
    files = [k for k in keys if not k.endswith(landing.NOTE_SUFFIX) and "/me/." not in k]
    assert keys_told(STORE, said) == files


def test_what_is_no_file_that_landed_is_passed_over() -> None:
    told = ["landing/me/a.csv.note.json", "landing/me/", "landing/me/.hidden", "bronze/a", "x/"]
    assert keys_told(STORE, event(BRONZE, *told)) == []
    removed = event(BRONZE, "landing/me/a.csv").replace("ObjectCreated:Put", "ObjectRemoved:Delete")
    assert keys_told(STORE, removed) == []
    assert keys_told(STORE, json.dumps({"Event": "s3:TestEvent", "Bucket": BRONZE})) == []


def test_keys_below_a_prefix_are_those_of_its_store() -> None:
    store = S3Store(None, BRONZE, "mine")
    assert keys_told(store, event(BRONZE, "mine/landing/me/a.csv")) == ["landing/me/a.csv"]
    with pytest.raises(LandingError, match=r"landing is in s3://bio-bronze/mine/"):
        keys_told(store, event(BRONZE, "landing/me/a.csv"))


@pytest.mark.parametrize("body", ["", "hello", "[]", "{}", '{"Records": [{"s3": {}}]}'])
def test_what_is_no_event_of_s3_is_told_as_such(body: str) -> None:
    with pytest.raises(LandingError, match=r"A message of the queue is no event of S3"):
        keys_told(STORE, body)


def test_events_of_another_bucket_name_the_setting() -> None:
    with pytest.raises(LandingError, match=r"BIO_ARRIVALS_QUEUE_URL name the queue of that bucket"):
        keys_told(STORE, event("somebodys", "landing/me/a.csv"))


def test_what_s3_tells_is_taken_once(lake: Lakehouse, queue: ArrivalsQueue) -> None:
    key = drop(lake, "my trends (1)+ä.csv", trends(scores(5)))
    told: list[Message] = []
    while message := queue.next():
        told.append(message)
        queue.delete(message)
    taken = take_messages(lake, [*told, *told])
    assert [(one.path, one.new_days, one.repeated) for one in taken.arrivals] == [(key, 5, False)]
    assert taken.failed == {}
    assert [entry.file_path for entry in entries_of(lake.log)] == [key]
    assert take_messages(lake, told).arrivals == []
    assert waiting(queue) == (0, 0)


def test_one_that_fails_holds_up_no_other(lake: Lakehouse) -> None:
    key = drop(lake, "trends.csv", trends(scores(2)))
    other = drop(lake, "foreign.csv", b"beach,sun\n1,2\n")
    messages = [
        Message("poison", "hello"),
        about("landing/me/gone.csv", number=2),
        about(other, key, number=3),
    ]
    taken = take_messages(lake, messages)
    assert list(taken.failed) == ["poison"]
    statuses = {entry.file_path: entry.status for entry in entries_of(lake.log)}
    assert statuses == {other: "validation_failed", key: "ingesting"}
    assert [one.entry.status for one in taken.arrivals] == ["validation_failed", "ingesting"]


def test_a_file_that_cannot_be_read_now_comes_again(lake: Lakehouse) -> None:
    key = drop(lake, "trends.csv", trends(scores(2)))
    damaged = key + landing.NOTE_SUFFIX
    lake.landing_objects.put(damaged, b"{")
    assert list(take_messages(lake, [about(key)]).failed) == ["m1"]
    assert entries_of(lake.log) == []
    lake.landing_objects.delete(damaged)
    assert [one.new_days for one in take_messages(lake, [about(key)]).arrivals] == [2]


def test_an_error_of_ours_is_told_by_its_place_and_not_by_what_a_file_says(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (drop(lake, f"{n}.csv", trends(scores(n))) for n in (2, 3))
    real = arrivals.take_readable

    def failing(lake: Lakehouse, info: ObjectInfo) -> list[arrivals.Arrival]:
        if info.key == first:
            raise ValueError("52 bpm")
        return real(lake, info)

    monkeypatch.setattr(arrivals, "take_readable", failing)
    taken = take_messages(lake, [about(first), about(second, number=2)])
    told = "\n".join(taken.told())
    assert f"ValueError in {Path(__file__).name}, line" in told
    assert "bpm" not in told
    assert [one.path for one in taken.arrivals] == [second]


def test_what_is_told_holds_nothing_of_a_file(lake: Lakehouse) -> None:
    rows = b"date,Sleep Score,Readiness Score\n2025-03-19,71,8x6\n2025-03-18,72,81\n"
    told = list(take_messages(lake, [about(drop(lake, "trends.csv", rows))]).told())
    assert told == ["landing/me/trends.csv: ingesting, 2 rows, 1 set aside, 2 days to build"]


def test_one_that_a_process_died_over_is_taken_again(lake: Lakehouse) -> None:
    key = drop(lake, "trends.csv", trends(scores(2)))
    assert take_messages(lake, [about(key)]).arrivals
    assert list(news(lake, about(key))) == []
    lake.log.begin(key)
    assert [info.key for info in news(lake, about(key))] == [key]
    assert [one.repeated for one in take_messages(lake, [about(key)]).arrivals] == [False]
    assert len(entries_of(lake.log)) == 1
    assert list(news(lake, about(key))) == []


DIES = """
import os, sys
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import Message, take_messages
from bio_lakehouse.settings import Settings

taking, left = arrivals._take_file, [1]

def dying(*what):
    if not left:
        os._exit(9)
    left.pop()
    return taking(*what)

arrivals._take_file = dying
settings = Settings.model_validate_json(sys.argv[1])
take_messages(Lakehouse.open(settings), [Message("m1", sys.argv[2])])
"""


def test_what_a_process_died_over_ends_in_the_same_lake(
    lake: Lakehouse, queue: ArrivalsQueue
) -> None:
    """It dies over the second file of a zip; the queue gives the message to the next one."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for number in (2, 3):
            archive.writestr(f"{number}.csv", trends(scores(number)))
    drop(lake, "both.zip", kept.getvalue())
    lose_tests(queue)
    message = queue.next()
    assert message is not None
    told = lake.settings.model_dump_json(exclude_defaults=True)
    died = subprocess.run([sys.executable, "-c", DIES, told, message.body], check=False)
    assert died.returncode == 9
    assert len(entries_of(lake.log)) == 1
    assert lake.log.interrupted() == {"landing/me/both.zip"}
    taken = take_messages(lake, [message])
    assert taken.failed == {}
    statuses = {entry.file_path: entry.status for entry in entries_of(lake.log)}
    assert statuses == {f"landing/me/both.zip!/{n}.csv": "ingesting" for n in (2, 3)}
    assert lake.log.interrupted() == set()
    assert {len(days) for days in arrivals.pending(lake).values()} == {3}


def lose_tests(queue: ArrivalsQueue) -> None:
    """Delete what S3 sends when it is told of a queue."""
    answer = queue.client.receive_message(QueueUrl=queue.url, VisibilityTimeout=0)
    for found in answer.get("Messages", []):
        if "s3:TestEvent" in found["Body"]:
            message = queue.next()
            assert message is not None
            queue.delete(message)
