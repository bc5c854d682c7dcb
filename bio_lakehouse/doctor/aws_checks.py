"""Checks of a lake on AWS: who asks, what is deployed, and whether it is kept as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bio_lakehouse.backends import OURA_PARAMETERS, PARAMETERS
from bio_lakehouse.doctor.home_checks import is_zone_said
from bio_lakehouse.doctor.verdicts import Check, ok, problem, skipped, warning
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.lake.aws import aws_client, code_of, next_step, step_without_answer
from bio_lakehouse.lake.dynamo_tables import TABLES
from bio_lakehouse.numbers import seconds_text
from bio_lakehouse.settings import Settings

LARGEST_SKEW_S = 300
"""Seconds beyond which AWS refuses what a machine signs."""
WARNED_SKEW_S = 60
DEPLOY = "run `bio-lakehouse deploy`, or correct the setting"
NOT_SET = frozenset(
    {
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchBucketPolicy",
    }
)
QUICK = {"retries": {"max_attempts": 1, "mode": "standard"}, "connect_timeout": 3}


def client_of(settings: Settings, service: str) -> Any:
    return aws_client(settings, service, **QUICK)


def told(name: str, error: ClientError | BotoCoreError) -> Check:
    """Why AWS refused, and what to do."""
    if isinstance(error, ClientError):
        said = error.response.get("Error", {}).get("Message") or code_of(error)
        return problem(name, f"{code_of(error)}: {said}", next_step(code_of(error)))
    return problem(name, str(error), step_without_answer(error))


def time_zone(settings: Settings) -> Iterator[Check]:
    if is_zone_said(settings):
        yield ok("time zone", f"days begin in {settings.timezone}")
    else:
        step = "set BIO_TIMEZONE to the zone in which your days begin"
        yield problem("time zone", "none is set, and AWS's machines are in none of yours", step)


def identity(settings: Settings) -> Iterator[Check]:
    """Who asks, in which region, and by which clock."""
    try:
        client = client_of(settings, "sts")
        answer = client.get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        yield told("credentials", error)
        return
    yield ok("credentials", f"AWS knows them as {answer['Arn']}")
    yield ok("region", str(client.meta.region_name))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    yield _skew(headers.get("date", ""))


def _skew(said: str) -> Check:
    if not said:
        return skipped("clock of AWS", "AWS did not say what time it is")
    apart = abs((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    text = f"this machine and AWS are {seconds_text(apart)} apart"
    if apart > LARGEST_SKEW_S:
        return problem("clock of AWS", text, "set the machine's clock: AWS refuses its requests")
    if apart > WARNED_SKEW_S:
        return warning("clock of AWS", text, "set the machine's clock")
    return ok("clock of AWS", text)


def buckets(settings: Settings) -> Iterator[Check]:
    s3 = client_of(settings, "s3")
    for setting, name in (
        ("BIO_S3_BRONZE_BUCKET", settings.s3_bronze_bucket),
        ("BIO_S3_GOLD_BUCKET", settings.s3_gold_bucket),
        ("BIO_ATHENA_RESULTS_BUCKET", settings.athena_results_bucket),
    ):
        if not name:
            step = "set it; `bio-lakehouse deploy` prints the names of what it made"
            yield problem(f"bucket of {setting}", "it is not set", step)
            continue
        # Of the tables Iceberg itself keeps earlier states.
        yield from _bucket(s3, name, is_kept=setting == "BIO_S3_BRONZE_BUCKET")


def _bucket(s3: Any, bucket: str, *, is_kept: bool) -> Iterator[Check]:
    name = f"bucket {bucket}"
    try:
        s3.head_bucket(Bucket=bucket)
        s3.list_objects_v2(Bucket=bucket, MaxKeys=1)
    except (ClientError, BotoCoreError) as error:
        yield told(name, error)
        return
    try:
        lacks = [text for text in _lacking(s3, bucket, is_kept=is_kept) if text]
    except ClientError as error:
        said = f"it is there, but how it is kept cannot be seen ({code_of(error)})"
        yield warning(name, said, next_step(code_of(error)))
        return
    if lacks:
        yield warning(name, f"it is there, but {', '.join(lacks)}", DEPLOY)
    else:
        yield ok(name, "it is there, encrypted and closed to the public")


def _lacking(s3: Any, bucket: str, *, is_kept: bool) -> Iterator[str]:
    """What a bucket of bodies' data should have, and has not."""
    if is_kept:
        versioning = _asked(s3.get_bucket_versioning, bucket) or {}
        yield "" if versioning.get("Status") == "Enabled" else "keeps no earlier versions"
    yield "" if _asked(s3.get_bucket_encryption, bucket) else "is not encrypted by a rule"
    found = _asked(s3.get_public_access_block, bucket) or {}
    closed = found.get("PublicAccessBlockConfiguration", {})
    yield "" if closed and all(closed.values()) else "can be opened to the public"


def _asked(ask: Any, bucket: str) -> dict[str, Any] | None:
    """An answer about a bucket; None where it has nothing of the kind."""
    try:
        answer: dict[str, Any] = ask(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in NOT_SET:
            return None
        raise
    return answer


def tables(settings: Settings) -> Iterator[Check]:
    dynamodb = client_of(settings, "dynamodb")
    for setting, keys in TABLES.items():
        table = getattr(settings, setting)
        name = f"table {table}"
        try:
            found = dynamodb.describe_table(TableName=table)["Table"]
        except (ClientError, BotoCoreError) as error:
            yield told(name, error)
            continue
        own = [one["AttributeName"] for one in sorted(found["KeySchema"], key=_is_sort_key)]
        if own != [keys.partition, keys.sort]:
            yield problem(name, f"its keys are {', '.join(own)}", DEPLOY)
        elif found["TableStatus"] != "ACTIVE":
            yield problem(name, f"it is {found['TableStatus'].lower()}", "wait until it is active")
        else:
            yield ok(name, "it is active")


def _is_sort_key(key: dict[str, str]) -> bool:
    return key["KeyType"] == "RANGE"


def databases(settings: Settings) -> Iterator[Check]:
    glue = client_of(settings, "glue")
    for database in sorted({schema.database for schema in SCHEMAS.values()}):
        name = f"database {database}"
        try:
            glue.get_database(Name=database)
        except (ClientError, BotoCoreError) as error:
            yield told(name, error)
        else:
            yield ok(name, "Glue's catalog has it")


def workgroup(settings: Settings) -> Iterator[Check]:
    name = f"workgroup {settings.athena_workgroup}"
    try:
        answer = client_of(settings, "athena").get_work_group(WorkGroup=settings.athena_workgroup)
    except (ClientError, BotoCoreError) as error:
        yield told(name, error)
        return
    group = answer["WorkGroup"]
    limit = group.get("Configuration", {}).get("BytesScannedCutoffPerQuery")
    if group.get("State") == "DISABLED":
        yield problem(name, "it is disabled", "enable it in Athena")
    elif not limit:
        yield warning(name, "nothing limits what a statement may scan", DEPLOY)
    else:
        yield ok(name, "it is there, and limits what a statement may scan")


def queue(settings: Settings) -> Iterator[Check]:
    url = settings.arrivals_queue_url
    if not url:
        yield skipped("queue of arrivals", "none is set: the bucket is listed instead")
        return
    wanted = ["ApproximateNumberOfMessages", "RedrivePolicy"]
    try:
        answer = client_of(settings, "sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=wanted
        )
    except (ClientError, BotoCoreError) as error:
        yield told("queue of arrivals", error)
        return
    found = answer.get("Attributes", {})
    waiting = found.get("ApproximateNumberOfMessages", "0")
    if "RedrivePolicy" not in found:
        said = "what cannot be taken is tried for ever: it has no dead-letter queue"
        yield warning("queue of arrivals", said, DEPLOY)
    else:
        yield ok("queue of arrivals", f"about {waiting} messages wait")


def parameters(settings: Settings) -> Iterator[Check]:
    store = settings.oura_token_store or OURA_PARAMETERS
    if not store.startswith(PARAMETERS):
        step = "unset BIO_OURA_TOKEN_STORE, so that every machine has them"
        yield skipped("parameters", "Oura's tokens are not in Parameter Store", step)
        return
    path = f"/{store.removeprefix(PARAMETERS).strip('/')}"
    try:
        pages = client_of(settings, "ssm").get_paginator("get_parameters_by_path")
        answers = list(pages.paginate(Path=path))
    except (ClientError, BotoCoreError) as error:
        yield told("parameters", error)
        return
    kinds = {parameter["Type"] for answer in answers for parameter in answer["Parameters"]}
    if kinds - {"SecureString"}:
        step = "sign in again, which writes them encrypted"
        yield problem("parameters", f"some below {path} are not encrypted", step)
    else:
        yield ok("parameters", f"{path} can be read")


def glue_job(settings: Settings) -> Iterator[Check]:
    name = f"job {settings.glue_job}"
    try:
        client_of(settings, "glue").get_job(JobName=settings.glue_job)
    except (ClientError, BotoCoreError) as error:
        days = settings.cluster_from_days
        found = told(name, error)
        step = f"{found.next_step}; ranges of fewer than {days:,} days are built without it"
        yield warning(name, found.why, step)
    else:
        yield ok(name, "it is there")


AWS_CHECKS = (
    time_zone,
    identity,
    buckets,
    tables,
    databases,
    workgroup,
    queue,
    parameters,
    glue_job,
)
