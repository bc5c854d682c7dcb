"""What AWS refuses is told with what was used, why it failed and what to do."""

from __future__ import annotations

import pytest

from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake.aws import aws_client, explained
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings


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


def test_the_region_may_be_said_as_awss_other_tools_know_it(
    on_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws_client(on_aws, "glue").meta.region_name == "us-east-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AwsError, match=r"AWS's glue cannot be used: .*region"):
        aws_client(on_aws, "glue")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert aws_client(on_aws, "glue").meta.region_name == "eu-central-1"
