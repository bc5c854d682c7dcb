"""What a lake on AWS lacks is found and said with what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bio_lakehouse.doctor import aws_checks
from bio_lakehouse.doctor.examination import examine
from bio_lakehouse.doctor.verdicts import Check
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings

CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def found(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings)}


def complete(settings: Settings) -> Settings:
    """Deploy what the emulator's parts lack, as the stacks would; the settings of it."""
    s3 = aws_client(settings, "s3")
    closed = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    rule = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    for bucket in (
        settings.s3_bronze_bucket,
        settings.s3_gold_bucket,
        settings.athena_results_bucket,
    ):
        on = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=on)
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rule)
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    aws_client(settings, "athena").create_work_group(
        Name=settings.athena_workgroup,
        Configuration={"BytesScannedCutoffPerQuery": 10**10},
    )
    job = {"Name": "glueetl", "ScriptLocation": "s3://x/y.py"}
    aws_client(settings, "glue").create_job(Name=settings.glue_job, Role="x", Command=job)
    ssm = aws_client(settings, "ssm")
    ssm.put_parameter(Name="/lake/oura/ann", Value="{}", Type="SecureString")
    sqs = aws_client(settings, "sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = f'{{"deadLetterTargetArn": "{arn["QueueArn"]}", "maxReceiveCount": "5"}}'
    queue = sqs.create_queue(QueueName="arrivals", Attributes={"RedrivePolicy": redrive})
    given = {"arrivals_queue_url": queue["QueueUrl"], "oura_token_store": "ssm:/lake/oura"}
    return settings.model_copy(update=given)


def test_what_is_deployed_as_it_should_be_is_ok_and_what_is_not_is_named(
    on_aws: Settings,
) -> None:
    whole = complete(on_aws)
    well = {name: check.outcome for name, check in found(whole).items()}
    assert "problem" not in well.values()
    names = ("bucket bio-bronze", "table bio_ingestion_log", "database bio_gold", "credentials")
    assert {well[name] for name in names} == {"ok"}
    aws_client(whole, "s3").delete_public_access_block(Bucket=whole.s3_bronze_bucket)
    aws_client(whole, "s3").delete_bucket(Bucket=whole.s3_gold_bucket)
    aws_client(whole, "dynamodb").delete_table(TableName=whole.ingestion_log_table)
    aws_client(whole, "glue").delete_database(Name="bio_silver")
    aws_client(whole, "sqs").delete_queue(QueueUrl=whole.arrivals_queue_url)
    aws_client(whole, "ssm").put_parameter(Name="/lake/oura/ben", Value="{}", Type="String")
    bare = found(whole)
    for name, outcome, step in (
        ("bucket bio-bronze", "warning", "bio-lakehouse deploy"),
        ("bucket bio-gold", "problem", ""),
        ("table bio_ingestion_log", "problem", "bio-lakehouse deploy"),
        ("database bio_silver", "problem", "bio-lakehouse deploy"),
        ("queue of arrivals", "problem", ""),
        ("parameters", "problem", "sign in again"),
    ):
        assert bare[name].outcome == outcome, bare[name]
        assert step in bare[name].next_step
        assert bare[name].next_step
    assert "opened to the public" in bare["bucket bio-bronze"].why


def test_tokens_are_looked_for_where_the_lake_keeps_them_when_nobody_says_where(
    on_aws: Settings,
) -> None:
    ssm = aws_client(on_aws, "ssm")
    for number in range(12):
        name = f"/bio-lakehouse/oura/user{number:02d}"
        ssm.put_parameter(Name=name, Value="{}", Type="SecureString")
    assert found(on_aws)["parameters"].outcome == "ok"
    ssm.put_parameter(Name="/bio-lakehouse/oura/zoe", Value="{}", Type="String")
    check = found(on_aws)["parameters"]
    assert check.outcome == "problem"
    assert "/bio-lakehouse/oura" in check.why


def test_without_a_time_zone_a_lake_on_aws_cannot_be_used(on_aws: Settings) -> None:
    assert found(on_aws)["time zone"].outcome == "ok"
    said = on_aws.model_dump(exclude={"timezone"})
    check = found(Settings.model_construct(_fields_set=set(said), **said))["time zone"]
    assert check.outcome == "problem"
    assert "BIO_TIMEZONE" in check.next_step


def test_what_does_not_answer_or_has_no_name_is_said(on_aws: Settings) -> None:
    unset = {"aws_endpoint_url": "http://127.0.0.1:9", "s3_gold_bucket": ""}
    nowhere = on_aws.model_copy(update=unset)
    checks = found(nowhere)
    for name in ("credentials", "bucket bio-bronze", "table bio_ingestion_log"):
        check = checks[name]
        assert check.outcome == "problem"
        assert "the region and the network" in check.next_step
    assert "bio-lakehouse deploy" in checks["bucket of BIO_S3_GOLD_BUCKET"].next_step


@pytest.mark.parametrize(
    ("minutes", "outcome"), [(0, "ok"), (2, "warning"), (-2, "warning"), (6, "problem")]
)
def test_a_clock_that_is_apart_from_awss_is_told(minutes: int, outcome: str) -> None:
    said = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))
    assert aws_checks._skew(said).outcome == outcome
