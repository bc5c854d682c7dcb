"""Every object store keeps the same promises: a folder, and S3 (a local server that speaks its
API)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake.objects import FolderStore, ObjectStore
from bio_lakehouse.lake.s3 import S3Store


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path)
    client = s3(request.getfixturevalue("endpoint"))
    client.create_bucket(Bucket=tmp_path.name.replace("_", "-").lower())
    return S3Store(client, tmp_path.name.replace("_", "-").lower(), "lake")


def s3(endpoint: str):  # type: ignore[no-untyped-def]
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)


def test_what_is_put_is_got_listed_and_deleted(store: ObjectStore) -> None:
    contents = {f"landing/me/{number:02d}.csv": bytes([number]) for number in range(20)}
    store.put_many(contents)
    store.put("landing/other/x.csv", b"xy")
    store.put("landing/me/.half", b"hidden")
    assert [info.key for info in store.list("landing/me")] == sorted(contents)
    assert store.get_many(contents) == contents
    assert (store.info("landing/other/x.csv").size, store.exists("landing/other/x.csv")) == (
        2,
        True,
    )
    store.delete("landing/other/x.csv")
    assert not store.exists("landing/other/x.csv")
    assert list(store.list("landing/other")) == []


def test_a_prefix_is_a_folder_and_not_the_start_of_a_name(store: ObjectStore) -> None:
    store.put("bronze/oura/sleep/a", b"1")
    store.put("bronze/oura/sleep_time/b", b"2")
    assert [info.key for info in store.list("bronze/oura/sleep")] == ["bronze/oura/sleep/a"]


def test_a_bucket_that_refuses_says_so_whatever_is_asked_of_it(endpoint: str) -> None:
    store = S3Store(s3(endpoint), "nobodys")
    told = r"s3://nobodys/.* cannot be reached: NoSuchBucket .*bio-lakehouse deploy"
    for ask in (
        lambda: list(store.list("a")),
        lambda: store.put("a/b", b"1"),
        lambda: store.delete("a/b"),
        lambda: store.erase("a", lambda _: True),
    ):
        with pytest.raises(LandingError, match=told):
            ask()


def test_a_put_replaces(store: ObjectStore) -> None:
    store.put("a/b", b"old")
    store.put("a/b", b"new")
    assert store.get("a/b") == b"new"


def test_what_is_not_there_is_an_error_that_names_it(store: ObjectStore) -> None:
    with pytest.raises(LandingError, match=r"landing/me/nothing\.csv"):
        store.get("landing/me/nothing.csv")


def test_a_bucket_that_is_not_there_is_an_error_and_not_an_empty_listing(endpoint: str) -> None:
    with pytest.raises(LandingError, match="check the bucket's name"):
        list(S3Store(s3(endpoint), "no-such-bucket").list("landing"))


def test_the_start_of_an_object_is_read_alone(store: ObjectStore) -> None:
    store.put("landing/me/a.csv", b"0123456789")
    assert store.head("landing/me/a.csv", 4) == b"0123"
    assert store.head("landing/me/a.csv", 99) == b"0123456789"
    with pytest.raises(LandingError, match=r"landing/me/nothing\.csv"):
        store.head("landing/me/nothing.csv", 4)


def test_a_key_that_is_too_long_for_any_object_is_none(store: ObjectStore) -> None:
    key = f"landing/me/{'n' * 1100}"
    assert not store.exists(key)
    assert store.find_many([key]) == {}


def test_a_survey_lists_what_a_listing_does(store: ObjectStore) -> None:
    store.put_many({"landing/a.csv": b"a", "landing/me/b.csv": b"b", "landing/me/.c": b"c"})
    assert list(store.survey("landing")) == list(store.list("landing"))
    assert len(list(store.survey("landing"))) == 2
