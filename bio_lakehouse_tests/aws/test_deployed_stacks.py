"""The lake's own templates are deployed by its own command's code on an emulator."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bio_lakehouse.cli import main
from bio_lakehouse.deployment import deploying
from bio_lakehouse.deployment.deploying import Deployment, Order
from bio_lakehouse.deployment.lambda_packages import Runtime
from bio_lakehouse.deployment.stack_templates import STACKS, read_template
from bio_lakehouse.errors import AwsError, SettingsError
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.emulated_templates import INFRA, unknown_types, without
from bio_lakehouse_tests.aws.ministack import ministack
from bio_lakehouse_tests.live import live_checks

pytestmark = pytest.mark.stack
ALL = tuple(stack for stack in STACKS if stack != "quicksight")
GIVEN = {"WayOut": "endpoints", "Image": "000000000000.dkr.ecr.us-east-1.amazonaws.com/dagster:1"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with ministack() as address, pytest.MonkeyPatch.context() as patch:
        emulator.set_environment(patch, address)
        home = tmp_path_factory.mktemp("home")
        oura = {"oura_client_id": "an-id", "oura_client_secret": "a secret"}
        yield emulator.aws_settings(home, address, timezone="Europe/Berlin", **oura)


@pytest.fixture(scope="module")
def infra(account: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates, without what ministack does not know."""
    client = aws_client(account, "cloudformation")
    unknown = unknown_types(client, INFRA.glob("*-stack.yaml"))
    return without(unknown, tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="module")
def order(infra: Path) -> Order:
    return Order(ALL, infra, given=GIVEN, runtime=Runtime.of_this_machine())


@pytest.fixture(scope="module")
def deployed(account: Settings, order: Order) -> dict[str, str]:
    """The settings that were told; all stacks are there."""
    return Deployment(account, order).deploy(lambda _: None)


def test_a_lake_is_deployed_and_its_settings_are_told(deployed: dict[str, str]) -> None:
    known = {f"BIO_{name.upper()}" for name in Settings.model_fields}
    assert set(deployed) <= known
    assert deployed["BIO_S3_BRONZE_BUCKET"] == "bio-lakehouse-bronze-000000000000-us-east-1"
    assert deployed["BIO_OURA_TOKEN_STORE"] == "ssm:/bio-lakehouse/oura"
    assert deployed["BIO_ARRIVALS_QUEUE_URL"].endswith("/bio-lakehouse-arrivals")


def test_nothing_is_done_again(account: Settings, order: Order, deployed: dict[str, str]) -> None:
    said: list[str] = []
    deployment = Deployment(account, order)
    assert deployment.deploy(said.append) == deployed
    assert said == [f"bio-lakehouse-{stack}: no changes" for stack in ALL]
    assert [plan.changes for plan in deployment.plan()] == [()] * len(ALL)


@pytest.mark.usefixtures("deployed")
def test_a_changed_parameter_is_planned_and_done_alone_and_stays(
    account: Settings, order: Order
) -> None:
    changed = replace(order, stacks=("artifacts", "silver"), given={"MostWorkers": "4"})
    plans = list(Deployment(account, changed).plan())
    assert plans[0].changes == ()
    assert "Transform" in {one.resource for one in plans[1].changes}
    assert {one.action for one in plans[1].changes} <= {"Modify", "Modify or replace"}
    assert workers(account) == 2
    Deployment(account, changed).deploy(lambda _: None)
    Deployment(account, replace(changed, given={})).deploy(lambda _: None)
    assert workers(account) == 4


def workers(account: Settings) -> int:
    job = aws_client(account, "glue").get_job(JobName="bio-lakehouse-transform")["Job"]
    return int(job["NumberOfWorkers"])


def test_the_secret_is_where_the_lambda_looks_for_it(
    account: Settings, deployed: dict[str, str]
) -> None:
    name = deployed["BIO_OURA_CLIENT_SECRET"].removeprefix("ssm:")
    kept = aws_client(account, "ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    assert (kept["Type"], kept["Value"]) == ("SecureString", "a secret")


@pytest.mark.usefixtures("deployed")
def test_a_stack_without_what_it_needs_is_told_before_anything_is_made(
    account: Settings, order: Order
) -> None:
    other = replace(order, prefix="other", stacks=("artifacts", "dagster"), given={})
    with pytest.raises(SettingsError, match="--parameter Image=…"):
        Deployment(account, other).deploy(lambda _: None)
    found = aws_client(account, "cloudformation").describe_stacks()["Stacks"]
    assert not [stack for stack in found if stack["StackName"].startswith("other")]


def test_what_failed_first_is_told_and_the_next_run_completes(
    account: Settings, order: Order, tmp_path: Path
) -> None:
    infra = shutil.copytree(order.infra, tmp_path / "infra", symlinks=True)
    broken = replace(order, prefix="broken", infra=infra, stacks=("artifacts",), given={})
    path = infra / "artifacts-stack.yaml"
    whole, template = path.read_text("utf-8"), json.loads(path.read_text("utf-8"))
    wrong = {"Fn::GetAtt": ["Artifacts", "Nothing"]}
    template["Resources"]["ArtifactsPolicy"]["Properties"]["Bucket"] = wrong
    path.write_text(json.dumps(template), "utf-8")
    told = r"broken-artifacts could not be deployed .* First failed ArtifactsPolicy .* Nothing "
    with pytest.raises(AwsError, match=told):
        Deployment(account, broken).deploy(lambda _: None)
    path.write_text(whole, "utf-8")
    said: list[str] = []
    Deployment(account, broken).deploy(said.append)
    assert any("its first deployment failed" in line for line in said)
    assert said[-1].endswith("complete")


def test_a_table_that_outlived_its_stack_is_taken_over_with_what_is_in_it(
    account: Settings, order: Order
) -> None:
    """ministack plans the same of the bucket, and then finds that its name is taken."""
    once = of_its_own("again", order)
    deployment = Deployment(account, once)
    told = deployment.deploy(lambda _: None)
    key = {"file_path": {"S": "landing/me/a.csv"}, "upload_timestamp": {"S": "2026-01-01"}}
    aws_client(account, "dynamodb").put_item(TableName="again_log", Item=key)
    delete(account, "again-bronze")
    template = read_template(once.infra, "bronze")
    planned = {(one.action, one.resource) for one in deployment.proposed(template, None).changes}
    assert {("Import", name) for name in ("Bronze", "IngestionLog", "LakeState")} <= planned
    delete(account, "again-bronze")
    aws_client(account, "s3").delete_bucket(Bucket=told["BIO_S3_BRONZE_BUCKET"])
    assert deployment.deploy(lambda _: None) == told
    kept = aws_client(account, "dynamodb").get_item(TableName="again_log", Key=key)
    assert kept["Item"] == key


def delete(account: Settings, stack: str) -> None:
    client = aws_client(account, "cloudformation")
    client.delete_stack(StackName=stack)
    client.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})


def of_its_own(prefix: str, order: Order) -> Order:
    """A lake whose tables have other names than the one that is deployed beside it."""
    given = {"IngestionLogTable": f"{prefix}_log", "LakeStateTable": f"{prefix}_state"}
    return replace(order, prefix=prefix, stacks=("artifacts", "bronze"), given=given)


@pytest.mark.usefixtures("deployed")
def test_the_command_says_what_it_would_do_and_does_it(
    account: Settings, infra: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "LAMBDA", Runtime.of_this_machine())
    common = ["--infra", str(infra), "--home", str(account.home)]
    planned = CliRunner().invoke(main, ["deploy", "artifacts", "gold", "--plan", *common])
    assert "In account 000000000000, us-east-1:" in planned.output
    assert "bio-lakehouse-gold: kept, no changes" in planned.output
    assert planned.output.endswith("Nothing was changed.\n")
    done = CliRunner().invoke(main, ["deploy", "artifacts", "gold", *common])
    assert done.exit_code == 0
    assert "bio-lakehouse-gold: no changes" in done.output
    printed = done.output.splitlines()
    assert {"BIO_ENV=aws", "AWS_REGION=us-east-1", "BIO_ATHENA_DATABASE=bio_gold"} <= {*printed}
    assert any(line.startswith("BIO_S3_GOLD_BUCKET=bio-lakehouse-gold-") for line in printed)


def test_the_live_suite_finds_the_deployed_lake(
    account: Settings, deployed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"BIO_ENV": "aws", **deployed}.items():
        monkeypatch.setenv(name, value)
    lake = live_checks.Account(load_settings(home=account.home))
    live_checks.check_function(lake, "ingestion-trigger")
    live_checks.check_function(lake, "oura-ingest")
    live_checks.check_queue_feeds_the_function(lake)
    live_checks.check_schedule(lake)
    live_checks.check_parameter(lake)
    live_checks.check_invocation(lake)
    live_checks.check_file_and_row(lake)
