"""What is planned without an account, which value a parameter gets, and why a stack failed."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from bio_lakehouse.backends import open_store
from bio_lakehouse.cli import main
from bio_lakehouse.deployment import stack_progress
from bio_lakehouse.deployment.code_artifacts import code_in, send_glue_job
from bio_lakehouse.deployment.deploying import Deployment, Order, settings_told, values_for
from bio_lakehouse.deployment.lambda_packages import (
    LAMBDA,
    MOST_BYTES,
    Runtime,
    fingerprint,
    handler_files,
    write_zip,
)
from bio_lakehouse.deployment.stack_changes import Stack, with_written_names
from bio_lakehouse.deployment.stack_templates import (
    CLONE,
    STACKS,
    USUAL,
    in_order,
    infra_folder,
    read_template,
)
from bio_lakehouse.engines.job_wheels import wheel_names
from bio_lakehouse.errors import LandingError, SettingsError
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.refusing import refusing

CODE = {"IngestionCode": "lambdas/a.zip"}
KNOWN = {"Prefix": "lake", **CODE}
PLACE = {"AWS::AccountId": "123456789012", "AWS::Region": "eu-central-1"}


def client_at(address: str, service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=address, region_name="us-east-1", **keys)


class Operations:
    """CloudFormation, of which a stack's operations are asked page by page."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages

    def get_paginator(self, name: str) -> Operations:
        assert name == "describe_events"
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return self.pages


def stack(**parameters: str) -> Stack:
    return Stack("lake-bronze", "CREATE_COMPLETE", parameters, {}, {})


def test_without_an_account_the_plan_is_that_of_the_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    done = CliRunner().invoke(main, ["deploy", "--plan", "--home", str(tmp_path / "home")])
    assert done.exit_code == 0
    assert "No account answers" in done.output
    assert "must specify a region" in done.output
    for name in USUAL:
        template = read_template(CLONE, name)
        assert f"bio-lakehouse-{name}: would be created, {len(template.resources)} " in done.output
        assert all(
            f"+ {resource} ({kind})" in done.output for resource, kind in template.resources.items()
        )
    assert "AlarmMails (AWS::SNS::Subscription) if a parameter asks for it" in done.output
    assert done.output.endswith("Nothing was changed.\n")


def test_a_folder_without_templates_is_told_with_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no artifacts-stack.yaml.*--infra"):
        infra_folder(tmp_path)


def test_stacks_are_made_in_their_order_and_after_their_code() -> None:
    assert in_order(()) == USUAL
    assert in_order(("gold", "bronze")) == ("artifacts", "bronze", "gold")
    assert in_order(tuple(reversed(STACKS))) == STACKS
    with pytest.raises(SettingsError, match="no stack 'platinum'; there is: artifacts, bronze"):
        in_order(("platinum",))


def test_what_is_said_goes_before_what_is_there_and_that_before_the_templates_own() -> None:
    template = read_template(CLONE, "bronze")
    asked = {"Timezone": "Europe/Berlin"}
    before = stack(Timezone="Asia/Tokyo", AlarmEmail="me@example.com")
    with pytest.raises(SettingsError, match=r"--parameter Timezone=…  Time zone in which days"):
        values_for(template, None, KNOWN, {})
    kept = values_for(template, before, KNOWN, {})
    assert (kept["Timezone"], kept["AlarmEmail"]) == ("Asia/Tokyo", "me@example.com")
    assert kept["FirstDay"] == "2015-01-01"
    assert values_for(template, before, KNOWN, asked)["Timezone"] == "Europe/Berlin"
    given = KNOWN | {"Timezone": "Asia/Kolkata"}
    assert values_for(template, before, given, asked)["Timezone"] == "Asia/Kolkata"


def test_what_nobody_tells_is_named_with_its_meaning() -> None:
    template = read_template(CLONE, "dagster")
    with pytest.raises(SettingsError, match=r"--parameter Image=…  Image of infra/dagster"):
        values_for(template, None, KNOWN, {})


def test_names_of_what_holds_data_are_written_out_and_nothing_else_is_changed() -> None:
    template = read_template(CLONE, "bronze")
    values = values_for(template, None, KNOWN, {"Timezone": "UTC"}) | PLACE
    told = json.loads(with_written_names(template, values))
    bronze = told["Resources"]["Bronze"]["Properties"]
    assert bronze["BucketName"] == "lake-bronze-123456789012-eu-central-1"
    assert told["Resources"]["IngestionLog"]["Properties"]["TableName"] == "bio_ingestion_log"
    for name, one in template.told["Resources"].items():
        changed = [
            key
            for key, value in one["Properties"].items()
            if told["Resources"][name]["Properties"][key] != value
        ]
        assert changed in ([], ["BucketName"], ["TableName"])


def test_the_code_is_named_by_what_it_is(tmp_path: Path) -> None:
    infra = tmp_path / "infra"
    shutil.copytree(CLONE, infra)
    once = code_in(infra)
    assert code_in(infra) == once
    assert fingerprint(infra, LAMBDA) != fingerprint(infra, Runtime.of_this_machine())
    script = infra / "glue" / "transform_job.py"
    script.write_text(script.read_text("utf-8") + "\n# another\n", "utf-8")
    assert code_in(infra).glue_folder != once.glue_folder
    assert code_in(infra).lambda_zip == once.lambda_zip
    handler = handler_files(infra)[0]
    handler.write_text(handler.read_text("utf-8") + "\n# another\n", "utf-8")
    assert code_in(infra).lambda_zip != once.lambda_zip


def test_the_region_and_profile_by_which_the_account_is_found_again_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    Path(tmp_path, "config").write_text("[profile body]\nregion = eu-west-3\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    order = Order(("bronze",), CLONE)
    here = Settings(home=tmp_path, aws_region="eu-central-1")
    assert Deployment(here, order).way_in() == {"AWS_REGION": "eu-central-1"}
    there = Settings(home=tmp_path, aws_profile="body", aws_region=None)
    told = {"AWS_PROFILE": "body", "AWS_REGION": "eu-west-3"}
    assert Deployment(there, order).way_in() == told


def test_code_is_sent_once_and_a_bucket_that_refuses_it_is_named(tmp_path: Path) -> None:
    code = code_in(CLONE)
    said: list[str] = []
    artifacts = FolderStore(tmp_path)
    for _ in range(2):
        send_glue_job(code, artifacts, said.append)
    names = {info.key for info in artifacts.list(code.glue_folder)}
    assert {*wheel_names(), "transform_job.py"} == {name.rpartition("/")[2] for name in names}
    assert len(said) == 1
    with refusing("AccessDenied", status=403) as address:
        client = client_at(address, "s3")
        denied = open_store("s3://artifacts", lambda: client)
        with pytest.raises(LandingError, match=r"s3://artifacts/glue/.* cannot be reached"):
            send_glue_job(code, denied, said.append)


def test_settings_are_what_outputs_are_described_by() -> None:
    outputs = {"Bucket": "a-bucket", "Queue": "a-queue", "Spoken": "x"}
    told = {"Bucket": "BIO_S3_GOLD_BUCKET", "Queue": "The queue.", "Spoken": "BIO_ENV or not"}
    found = Stack("lake-gold", "CREATE_COMPLETE", {}, outputs, told)
    assert settings_told(found) == {"BIO_S3_GOLD_BUCKET": "a-bucket"}


def test_what_was_stopped_because_of_another_is_not_what_failed_first() -> None:
    cancelled = {
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "Resource creation cancelled",
    }
    failed = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "Access denied"}
    going = {"ResourceStatus": "CREATE_IN_PROGRESS"}
    assert stack_progress.first_failure([going, cancelled, failed]) == failed
    assert stack_progress.first_failure([going, cancelled]) is None


def test_who_may_not_ask_what_validation_found_is_told_the_failure_itself() -> None:
    with refusing("AccessDenied", status=403) as address:
        client = client_at(address, "cloudformation")
        assert list(stack_progress.validation_failures(client, "lake-bronze", set())) == []


def test_what_an_earlier_deployment_was_refused_for_is_not_told_again() -> None:
    told = [
        {"EventId": number, "ValidationStatus": "FAILED", "ValidationStatusReason": reason}
        for number, reason in (("1", "the first"), ("2", "the second"))
    ]
    client = Operations([{"OperationEvents": told[1:]}, {"OperationEvents": told[:1]}])
    found = list(stack_progress.validation_failures(client, "lake-bronze", {"1"}))
    assert [one["ResourceStatusReason"] for one in found] == ["the second"]


@pytest.mark.stack
def test_the_zip_for_lambda_is_made_of_wheels_for_its_python_and_small(tmp_path: Path) -> None:
    """Wheels come from PyPI."""
    path = tmp_path / "lambdas.zip"
    size = write_zip(CLONE, LAMBDA, path)
    assert size < MOST_BYTES / 2
    names = zipfile.ZipFile(path).namelist()
    compiled = [name for name in names if name.endswith(".so")]
    wanted = (f"cpython-{LAMBDA.python.replace('.', '')}-x86_64-linux-gnu.so", ".abi3.so")
    assert compiled
    assert [name for name in compiled if not name.endswith(wanted)] == []
    assert {f"{path.stem}.py" for path in handler_files(CLONE)} <= set(names)
    assert not [name for name in names if "__pycache__" in name]
