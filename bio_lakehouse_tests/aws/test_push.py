"""A laptop's lake goes to a bucket and back, and what counts there is what counts here."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.status import lake_status
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.lake.test_arrivals import (
    TODAY,
    bronze_of,
    ingest,
    peloton,
    ride,
    trends,
)

OLD = datetime(2026, 2, 1, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def here(on_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lakehouse:
    """A laptop's lake beside an empty one on AWS."""
    monkeypatch.setenv("BIO_S3_BRONZE_BUCKET", on_aws.s3_bronze_bucket)
    lake = Lakehouse.open(
        Settings(home=tmp_path / "here", timezone="Europe/Berlin", today_override=TODAY)
    )
    ingest(lake, "rides.csv", peloton(ride(1, 100)), "ann")
    ingest(lake, "oura.csv", trends(d01=70), "ann")
    for path in (lake.settings.home / "landing").rglob("*.csv"):
        os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    lake.objects.put("users.toml", b'[ann]\ntimezone = "Europe/Berlin"\n')
    return lake


def run(*words: str) -> str:
    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_what_is_pushed_is_read_with_the_times_of_its_files(
    here: Lakehouse, on_aws: Settings
) -> None:
    told = run("push", "--home", str(here.settings.home))
    assert "3 objects, 0.0 MiB, were copied" in told
    assert "BIO_TIMEZONE=" in told
    there = Lakehouse.open(on_aws)
    assert lake_status(there, "ann").waiting_files == 2
    assert lake_status(there, "me").waiting_files == 0
    infos, _ = landing.survey(there.landing_objects)
    arrivals.scan(there)
    assert lake_status(there, "ann").waiting_files == 0
    landed = [landing.load(there.landing_objects, info) for info in infos]
    assert [one.info.key for one in landed] == ["landing/ann/oura.csv", "landing/ann/rides.csv"]
    assert {one.info.modified for one in landed} == {OLD}
    assert there.settings.users["ann"].timezone == "Europe/Berlin"


def test_what_was_pushed_comes_back_and_is_not_sent_again(
    here: Lakehouse, on_aws: Settings, tmp_path: Path
) -> None:
    s3, home = aws_client(on_aws, "s3"), str(here.settings.home)
    other = str(tmp_path / "other")
    s3.put_bucket_versioning(
        Bucket=on_aws.s3_bronze_bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    rides = here.objects.get("landing/ann/rides.csv")
    s3.put_object(Bucket=on_aws.s3_bronze_bucket, Key="landing/ann/rides.csv", Body=rides)
    assert "2 objects, 0.0 MiB, would be" in run("push", "--home", home, "--dry-run")
    assert "2 objects, 0.0 MiB, were copied" in run("push", "--home", home)
    assert "0 objects" in run("push", "--home", home)
    assert len(s3.list_object_versions(Bucket=on_aws.s3_bronze_bucket)["Versions"]) == 3
    assert "3 objects, 0.0 MiB, would be" in run("pull", "--home", other, "--dry-run")
    assert not (tmp_path / "other").exists()
    assert "bio-lakehouse refresh" in run("pull", "--home", other)
    for key in ("landing/ann/rides.csv", "landing/ann/oura.csv", "users.toml"):
        assert (tmp_path / "other" / key).read_bytes() == here.objects.get(key)
    assert (tmp_path / "other/landing/ann/oura.csv").stat().st_mtime == OLD.timestamp()


def test_without_a_bucket_it_says_how_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIO_S3_BRONZE_BUCKET", raising=False)
    done = CliRunner().invoke(main, ["push", "--home", str(tmp_path)])
    assert done.exit_code == 1
    assert "give --bucket NAME" in done.output


@pytest.mark.parametrize(
    ("bucket", "why"),
    [
        ("s3://bio-bronze", "'s3://bio-bronze' is no name of a bucket: give the name alone"),
        ("nobodys", "NoSuchBucket (The specified bucket does not exist): check the bucket's name"),
    ],
)
def test_a_bucket_that_is_not_there_is_told_by_a_dry_run_too(
    here: Lakehouse, bucket: str, why: str
) -> None:
    words = ["push", "--dry-run", "--bucket", bucket, "--home", str(here.settings.home)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert why in " ".join(done.output.split())


def test_where_there_is_no_lake_there_is_nothing_to_push(tmp_path: Path) -> None:
    words = ["push", "--bucket", "my-bronze", "--home", str(tmp_path / "none")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert "there is no lake at" in done.output
    assert not (tmp_path / "none").exists()


def test_rows_of_the_bucket_are_those_of_the_laptop(here: Lakehouse, on_aws: Settings) -> None:
    """Of two downloads of a day the later file counts there too, though it came first."""
    for name, score, later in (("b.csv", 80, 1), ("a.csv", 90, 2)):
        ingest(here, name, trends(d01=score), "ann")
        path = here.settings.home / "landing" / "ann" / name
        os.utime(path, (OLD.timestamp() + later, OLD.timestamp() + later))
    arrivals.scan(here)
    run("push", "--home", str(here.settings.home))
    there = Lakehouse.open(on_aws.model_copy(update={"today_override": TODAY}))
    for lake in (here, there):
        build_pending(lake)
    assert bronze_of(there) == bronze_of(here)
    assert all(lake.log.pending() == {} for lake in (here, there))
