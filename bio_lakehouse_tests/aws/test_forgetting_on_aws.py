"""On AWS a person is taken out of buckets with all versions, of DynamoDB and of Parameter Store."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bio_lakehouse.lake import built_with, fetching
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.dynamo_items import DynamoTables
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.lake.packed_days import expanded
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import Tokens
from bio_lakehouse_tests.lake.speaking_of import places
from bio_lakehouse_tests.lake.test_arrivals import TODAY, ingest, trends
from bio_lakehouse_tests.lake.test_forgetting import (
    CANARY,
    GONE,
    STAYS,
    fill_tables,
    forget,
    rows_of,
)

DAY = date(2026, 3, 1)


def fill(lake: Lakehouse) -> None:
    """Something of two people in every layer, each object in two versions."""
    s3 = aws_client(lake.settings, "s3")
    for bucket in (lake.settings.s3_bronze_bucket, lake.settings.s3_gold_bucket):
        on = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=on)
    fill_tables(lake)
    for user_id in (GONE, STAYS):
        ingest(lake, f"{user_id}.csv", trends(d01=70), user_id)
        path = f"landing/{user_id}/{user_id}.csv"
        lake.log.replace_days("oura/trends", DAY, DAY, [FileDay(path, "oura/trends", DAY, 1, 0)])
        for version in (b"1", b"2"):
            for key in ("reports/{}/x.html", "experiments/{}/x/plan.json", "ask/{}/verified.yaml"):
                lake.objects.put(key.format(user_id), user_id.encode() + version)
            lake.objects.put(f"bronze/oura/trends/month=2026-03/{user_id}.x.jsonl.gz", version)
        fetching.oura_tokens(lake.settings, user_id).save(Tokens(CANARY, None))
        lake.log.owed.keep_looks(user_id, 1, {DAY: "current"})
        lake.log.begin(f"landing/{user_id}/more.csv")
    lake.log.owed.add(f"settings of {GONE}", {"oura/trends": {DAY}})
    lake.objects.put("users.toml", f"[{GONE}]\nftp = 1\n[{STAYS}]\n".encode())
    lake.objects.put(built_with.KEY, f'{{"{GONE}": {{}}, "{STAYS}": {{}}}}'.encode())
    for key in ("pipes/x/context.json", "glue-temporary/x"):
        lake.objects.put(key, CANARY.encode())
        lake.objects.delete(key)
    results = lake.settings.athena_results_bucket
    s3.put_object(Bucket=results, Key="answer.csv", Body=CANARY.encode())


def everything(settings: Settings, folder: Path) -> None:
    """Every version of every object, and every item, as files in a folder."""
    s3 = aws_client(settings, "s3")
    for bucket in (
        settings.s3_bronze_bucket,
        settings.s3_gold_bucket,
        settings.athena_results_bucket,
    ):
        listed = s3.list_object_versions(Bucket=bucket)
        for marker in listed.get("DeleteMarkers", []):
            write(folder / bucket / "markers" / marker["Key"], b"")
        for one in listed.get("Versions", []):
            got = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            write(folder / bucket / one["VersionId"] / one["Key"], got["Body"].read())
    tables = DynamoTables(settings)
    for table in (tables.log, tables.state):
        for number, item in enumerate(table.everything()):
            packed = [expanded(value) for value in item.values() if isinstance(value, bytes)]
            write(folder / table.name / str(number), f"{item} {packed}".encode())
    names = aws_client(settings, "ssm").describe_parameters()["Parameters"]
    write(folder / "ssm", str(names).encode())


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_no_version_no_item_and_no_parameter_is_left(on_aws: Settings, tmp_path: Path) -> None:
    given = {"today_override": TODAY, "oura_token_store": "ssm:/lake/oura"}
    lake = Lakehouse.open(on_aws.model_copy(update=given))
    fill(lake)
    kept, log = rows_of(lake, STAYS), lake.log.of_user(STAYS)
    everything(lake.settings, tmp_path / "before")
    assert places(tmp_path / "before", GONE) != []
    trial = forget(lake, is_trial=True)
    assert forget(lake) == trial
    assert trial["query results"] == trial["logins"] == trial["log"] == 1
    assert trial["tables"] == 4
    assert trial["told to jobs"] == 2
    everything(lake.settings, tmp_path / "after")
    assert places(tmp_path / "after", GONE, CANARY) == []
    assert places(lake.settings.home, GONE, CANARY) == []
    assert rows_of(lake, STAYS) == kept
    assert lake.log.of_user(STAYS) == log != []
    assert lake.log.users() == {STAYS}
    assert lake.log.owed.looks().keys() == {(STAYS, DAY)}
    assert fetching.oura_token_stores(lake.settings).users() == [STAYS]
    assert len(places(tmp_path / "after", STAYS)) > 8


def test_a_name_that_is_also_a_locks_takes_no_lock_away(on_aws: Settings) -> None:
    table = DynamoTables(on_aws).state
    held = ["bronze", "bio_gold.oura", "SSM parameter /lake/oura/ann of Oura"]
    for name in [*held, "SSM parameter /lake/oura/oura of Oura"]:
        table.put({"kind": "lock", "name": name, "owner": "another", "beat": "1"})
    lake = Lakehouse.open(on_aws)
    for user_id in ("bronze", "arrivals", "oura", "of", "lake"):
        lake.log.forget_user(user_id)
    assert {item["name"] for item in table.everything() if item["kind"] == "lock"} == set(held)
