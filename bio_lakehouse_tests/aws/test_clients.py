"""What AWS refuses is told with what was used, why it failed and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bio_lakehouse.engines.athena_statements import AthenaPlace, AthenaStatements
from bio_lakehouse.errors import AwsError, LandingError, TableError
from bio_lakehouse.lake.aws import aws_client, explained
from bio_lakehouse.lake.bucket_io import BucketIO
from bio_lakehouse.lake.glue_catalog import GlueTableCatalog
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings

PLACE = AthenaPlace("bio_gold", "bio-lakehouse", "s3://answers/", 1, 0)


def test_a_lake_keeps_its_objects_in_the_bronze_bucket(on_aws: Settings) -> None:
    lake = Lakehouse.open(on_aws)
    lake.objects.put("bronze/a", b"said")
    kept = aws_client(on_aws, "s3").get_object(Bucket=on_aws.s3_bronze_bucket, Key="bronze/a")
    assert kept["Body"].read() == b"said"
    assert lake.landing_objects is lake.objects


def test_a_missing_table_is_told_with_what_to_do(on_aws: Settings) -> None:
    told = r"The log cannot be used: Resource.*bio-lakehouse deploy"
    with pytest.raises(AwsError, match=told), explained("The log"):
        aws_client(on_aws, "dynamodb").describe_table(TableName="nobodys")


def test_an_address_that_does_not_answer_is_told_with_what_to_check(on_aws: Settings) -> None:
    nowhere = on_aws.model_copy(update={"aws_endpoint_url": "http://127.0.0.1:9"})
    told = "Check AWS_PROFILE, the region and the network"
    with pytest.raises(AwsError, match=told), explained("The log"):
        aws_client(nowhere, "dynamodb", retries={"max_attempts": 1}).list_tables()


def test_the_region_may_be_said_as_awss_other_tools_know_it_or_in_the_home(
    on_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws_client(on_aws, "glue").meta.region_name == "us-east-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AwsError, match=r"AWS's glue cannot be used: .*Set AWS_REGION"):
        aws_client(on_aws, "glue")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert aws_client(load_settings(home=on_aws.home), "glue").meta.region_name == "eu-central-1"


def test_what_stands_in_the_homes_dot_env_alone_reaches_every_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    keys = "[lake]\naws_access_key_id = of-lake\naws_secret_access_key = x\n"
    Path(tmp_path, "keys").write_text(keys, "utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "keys"))
    said = {
        "AWS_PROFILE": "lake",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    lines = [f"{name}={value}" for name, value in said.items()]
    Path(tmp_path, ".env").write_text("\n".join(lines), "utf-8")
    settings = load_settings(home=tmp_path, profile="aws", s3_gold_bucket="g")
    for client in (
        aws_client(settings, "s3"),
        AthenaStatements(settings, PLACE)._connection.client,
    ):
        assert client.meta.region_name == "eu-central-1"
        assert client.meta.endpoint_url == "http://127.0.0.1:9"
        assert client._request_signer._credentials.access_key == "of-lake"
    iceberg = GlueTableCatalog(settings).io_properties()
    assert iceberg["s3.region"] == "eu-central-1"
    assert iceberg["s3.endpoint"] == "http://127.0.0.1:9"
    assert iceberg["s3.access-key-id"] == "of-lake"


def test_without_keys_it_is_said_how_to_sign_in(
    on_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(on_aws.home / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AwsError, match="Set AWS_PROFILE, or sign in"), explained("The account"):
        aws_client(on_aws, "sts").get_caller_identity()


def test_an_object_is_not_missing_where_there_is_no_bucket(on_aws: Settings) -> None:
    there, nowhere = (
        Lakehouse(on_aws.model_copy(update={"s3_bronze_bucket": name})).objects
        for name in (on_aws.s3_bronze_bucket, "nobodys")
    )
    assert not there.exists("users.toml")
    with pytest.raises(LandingError, match=r"NoSuchBucket.*check the bucket's name"):
        nowhere.exists("users.toml")


def test_a_table_in_another_bucket_names_the_setting() -> None:
    files = BucketIO({"warehouse": "s3://another/warehouse"})
    with pytest.raises(TableError, match="Set BIO_S3_GOLD_BUCKET"):
        files.new_input("s3://bio-gold/warehouse/bio_gold/insights/metadata/1.json")
