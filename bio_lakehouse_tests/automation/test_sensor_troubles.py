"""Landings that are gone, closed or in a bucket, files that cannot be read, and what a person is
told of it all."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest
from pydantic import SecretStr

from bio_lakehouse.automation import arriving
from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.automation.watched import TODAY, Watched, ranges, reason, scores, trends
from bio_lakehouse_tests.lake.poison import NOT_UTF8, no_files
from bio_lakehouse_tests.receiver import Receiver
from bio_lakehouse_tests.whole_log import entries_of

NOBODY = 65534
Changed = Callable[[pytest.FixtureRequest], dict[str, str]]


def test_a_landing_that_is_gone_fails_the_tick(watched: Watched) -> None:
    watched.drop("trends.csv", trends(scores(2)))
    watched.look_twice()
    shutil.rmtree(watched.lake.settings.home / "landing")
    with pytest.raises(LandingError, match="is its disk mounted"):
        watched.tick()


def test_a_landing_that_is_a_file_fails_the_tick(watched: Watched) -> None:
    watched.lake.settings.home.mkdir(exist_ok=True)
    (watched.lake.settings.home / "landing").write_text("in the way")
    with pytest.raises(LandingError, match="is no folder and cannot be made one: File exists"):
        watched.tick()


def test_what_is_no_file_is_told_once_and_holds_up_nothing(watched: Watched) -> None:
    watched.tick()
    folder = watched.lake.settings.home / "landing" / "me"
    folder.mkdir()
    names = no_files(folder) | {r"b\xe4r.csv"}
    (folder / NOT_UTF8).write_text("x")
    watched.drop("trends.csv", trends(scores(2)))
    first = watched.tick()
    assert ranges(watched.tick()) == [("2025-03-18", "2025-03-19")]
    said = reason(first)
    assert all(f"landing/me/{name} was passed over: " in said for name in names)
    assert [title for title, _ in watched.notices] == ["5 files were not taken"]


@contextmanager
def without_rights() -> Iterator[None]:
    """As somebody who is not root, who may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_landing_that_may_not_be_read_fails_the_tick() -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        lake = Lakehouse.open(load_settings(home=home))
        lake.landing_objects.put("landing/me/trends.csv", trends(scores(2)))
        assert arriving.tick(lake, arriving.Cursor()).left
        for path in (home, *(str(path) for path in Path(home).rglob("*"))):
            os.chown(path, NOBODY if os.geteuid() == 0 else -1, -1)
        (Path(home) / "landing" / "me").chmod(0)
        with without_rights():
            (told,) = arriving.tick(lake, arriving.Cursor()).unread
        assert (told.path, told.entry.error) == (
            "landing/me",
            "it cannot be read: Permission denied. Check its rights and its disk",
        )
        (Path(home) / "landing" / "me").chmod(0o700)
        (Path(home) / "landing").chmod(0)
        with (
            without_rights(),
            pytest.raises(LandingError, match=r"landing cannot be read: Permission denied"),
        ):
            arriving.tick(lake, arriving.Cursor())
        (Path(home) / "landing").chmod(0o700)


def test_a_folder_of_landing_may_be_a_link(watched: Watched, tmp_path: Path) -> None:
    watched.tick()
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "trends.csv").write_bytes(trends(scores(2)))
    (tmp_path / "downloads" / "round").symlink_to(tmp_path / "downloads")
    (watched.lake.settings.home / "landing" / "me").symlink_to(tmp_path / "downloads")
    assert ranges(watched.look_twice()) == [("2025-03-18", "2025-03-19")]
    assert [entry.file_path for entry in entries_of(watched.lake.log)] == ["landing/me/trends.csv"]


def close_a(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bytes]:
    """Let nobody read `a.csv` any more; what reads it again."""
    whole = watched.lake.landing_objects.get

    def closed(key: str) -> bytes:
        if key.endswith("a.csv"):
            raise LandingError(f"{key} cannot be read: Permission denied")
        return whole(key)

    monkeypatch.setattr(watched.lake.landing_objects, "get", closed)
    return whole


def test_a_file_that_cannot_be_read_is_told_once_and_taken_when_it_can(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = close_a(watched, monkeypatch)
    watched.drop("a.csv", trends({TODAY - timedelta(9): 70}))
    watched.drop("b.csv", trends({TODAY - timedelta(2): 70}))
    assert ranges(watched.look_twice()) == [("2025-03-18", "2025-03-18")]
    watched.mark_built()
    assert "landing/me/a.csv could not be read" in reason(watched.tick())
    assert [title for title, _ in watched.notices] == ["A file was not taken"]
    assert [entry.file_path for entry in entries_of(watched.lake.log)] == ["landing/me/b.csv"]
    monkeypatch.setattr(watched.lake.landing_objects, "get", whole)
    assert ranges(watched.tick()) == [("2025-03-11", "2025-03-11")]


def test_a_file_that_can_be_read_again_shows_in_landing_while_a_run_is_still_going(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No run is asked for then: the tick ends at that look all the same, and tells of the file."""
    often = watched.lake.settings.model_copy(update={"settle_seconds": 0.5})
    watched.lake = Lakehouse.open(often)
    whole = close_a(watched, monkeypatch)
    watched.drop("a.csv", trends({TODAY - timedelta(9): 70}))
    watched.look_twice()
    monkeypatch.setattr(watched.lake.landing_objects, "get", whole)
    monkeypatch.setattr(arriving, "is_under_way", lambda instance: True)
    result = watched.tick()
    assert result.run_requests == []
    assert [event.metadata["file"].value for event in result.asset_events] == ["landing/me/a.csv"]


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The one moment at which S3 puts everything."""
    moment = datetime(2025, 3, 20, 8, 0, 0, tzinfo=UTC)
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: moment.replace(tzinfo=None))
    return moment


@pytest.mark.parametrize(("first", "second"), [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_a_file_that_arrives_in_the_second_of_one_that_was_taken_is_taken(
    bucket: Watched, stopped_clock: datetime, first: str, second: str
) -> None:
    bucket.drop(first, trends({TODAY - timedelta(9): 70}))
    assert ranges(bucket.tick()) == [("2025-03-11", "2025-03-11")]
    bucket.mark_built()
    bucket.drop(second, trends({TODAY - timedelta(2): 70}))
    listed = {info.key[-5:]: info.modified for info in bucket.lake.landing_objects.list("landing")}
    assert listed == {"a.csv": stopped_clock, "b.csv": stopped_clock}
    assert ranges(bucket.tick()) == [("2025-03-18", "2025-03-18")]
    assert bucket.kept["seen"] == {}


def test_what_overwrites_an_object_in_its_second_with_the_same_size_is_taken(
    bucket: Watched, stopped_clock: datetime
) -> None:
    for score in (70, 71):
        bucket.drop("a.csv", trends({TODAY - timedelta(9): score}))
        assert bucket.lake.landing_objects.info("landing/me/a.csv").modified == stopped_clock
        assert ranges(bucket.tick()) == [("2025-03-11", "2025-03-11")]
        bucket.mark_built()
    bucket.drop("a.csv", trends({TODAY - timedelta(9): 71}))
    assert bucket.tick().run_requests == []
    assert sorted(entry.status for entry in entries_of(bucket.lake.log)) == ["ingested", "replaced"]


class Refusing(BaseHTTPRequestHandler):
    """An S3 that lets nobody in."""

    def do_GET(self) -> None:
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    ).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            lambda request: {"landing_url": "s3://nobody/mine"},
            r"s3://nobody/mine/landing cannot be reached.*NoSuchBucket.*check the bucket's name",
        ),
        (
            lambda request: {"s3_endpoint_url": request.getfixturevalue("refusing")},
            "cannot be reached.*AccessDenied.*give the role or user this right",
        ),
        (
            lambda _: {"s3_endpoint_url": closed_port()},
            "cannot be reached.*Could not connect to the endpoint URL.*Check AWS_PROFILE",
        ),
    ],
    ids=["no bucket", "no rights", "no answer"],
)
def test_a_bucket_that_cannot_be_reached_fails_the_tick(
    bucket: Watched, request: pytest.FixtureRequest, changed: Changed, said: str
) -> None:
    bucket.lake = Lakehouse.open(bucket.lake.settings.model_copy(update=changed(request)))
    with pytest.raises(LandingError, match=said):
        bucket.tick()


def test_a_refused_file_reaches_a_receiver(
    watched: Watched, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    told = watched.lake.settings.model_copy(update={"notify_urls": (SecretStr(receiver.url),)})
    watched.lake = Lakehouse.open(told)
    watched.drop("holiday.csv", b"beach,sun\n1,2\n")
    watched.look_twice()
    ((title, body),) = receiver.notices
    assert title == "A file was not taken"
    assert body.startswith("landing/me/holiday.csv was refused: ")
    watched.look_twice()
    assert len(receiver.notices) == 1


def test_many_refused_files_are_one_notice(watched: Watched) -> None:
    for number in range(25):
        watched.drop(f"{number:02d}.csv", f"beach,sun\n{number},2\n".encode())
    said = reason(watched.look_twice())
    ((title, body),) = watched.notices
    assert title == "25 files were not taken"
    assert body.count("was refused") == said.count("was refused") == 10
    assert "and 15 more files" in body
    assert body.count("Read are Peloton's workout CSV") == 1


def test_no_run_is_asked_for_by_a_look_that_fails(bucket: Watched) -> None:
    bucket.drop("a.csv", trends(scores(2)))
    working = bucket.lake
    bucket.lake = Lakehouse.open(
        working.settings.model_copy(update={"s3_endpoint_url": closed_port()})
    )
    with pytest.raises(LandingError):
        bucket.tick()
    assert not bucket.instance.get_runs(dg.RunsFilter())
    bucket.lake = working
    assert ranges(bucket.tick()) == [("2025-03-18", "2025-03-19")]
