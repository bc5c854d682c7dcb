"""A profile says what a lake is made of; a name that is none is refused before anything is made."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from bio_lakehouse.backends import PROFILES, open_store
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings


def test_a_profile_that_is_not_there_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(SettingsError, match="BIO_ENV: there is no profile 'moon'") as refused:
        Lakehouse.open(Settings(home=home, profile="moon"))
    assert all(name in str(refused.value) for name in PROFILES)
    assert not home.exists()


def test_a_store_says_what_it_can_do(tmp_path: Path) -> None:
    folder = open_store(tmp_path, lambda: None)
    assert (folder.writes_appear_whole, folder.local_folder("landing")) == (
        False,
        tmp_path / "landing",
    )
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        bucket = open_store("s3://body/mine", lambda: client)
    assert (bucket.writes_appear_whole, bucket.local_folder("landing")) == (True, None)
    assert bucket.uri("a") == "s3://body/mine/a"
