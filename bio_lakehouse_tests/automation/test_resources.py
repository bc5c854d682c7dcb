"""The typed resources: what the UI is told of them, and that no secret is ever among it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget

from bio_lakehouse.automation import resources as resources_module
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import (
    LakeResource,
    SqlResource,
    resources,
    spark_resource,
)
from bio_lakehouse.claude.access import Claude
from bio_lakehouse.claude.consent import record_claude_consent
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings

CANARY = "hunter2"
SECRETS = {
    "ANTHROPIC_API_KEY": f"sk-{CANARY}",
    "BIO_OURA_CLIENT_SECRET": f"client-{CANARY}",
    "BIO_SMTP_URL": f"smtp://me:{CANARY}@localhost:587",
    "BIO_NOTIFY_URLS": f"json://{CANARY}@localhost",
}
NAMES = {"lake", "spark", "transforms", "sql", "claude", "arrivals_queue"}
RESOURCES = """{ allTopLevelResourceDetailsOrError(repositorySelector: {
  repositoryName: "__repository__", repositoryLocationName: "bio_lakehouse.definitions"}) {
  ... on ResourceDetailsList { results {
    name resourceType description
    configFields { name description isRequired configTypeKey defaultValueAsJson }
    configuredValues { key value type }
  } } ... on PythonError { message } } }"""
LAUNCHPAD = """{ runConfigSchemaOrError(selector: {
  pipelineName: "refresh_lake", repositoryName: "__repository__",
  repositoryLocationName: "bio_lakehouse.definitions"}) {
  ... on RunConfigSchema { rootDefaultYaml allConfigTypes { key description } } } }"""
IMPORTED = """
import os, sys
import bio_lakehouse.definitions
print(*sys.modules)
del sys.modules["bio_lakehouse.definitions"]
os.environ["BIO_LANDING_URL"] = "s3://body"
import bio_lakehouse.definitions
print(*sys.modules)
"""


@pytest.fixture
def in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def in_dot_env(home: Path) -> None:
    home.mkdir()
    lines = [f"{name}={value}" for name, value in SECRETS.items()]
    Path(home, ".env").write_text("\n".join(lines), "utf-8")


def lake_with(settings: Settings, tags: dict[str, str] | None = None) -> Lakehouse:
    """The lake and Claude as a step is given them, and every file that the run left behind."""
    given: dict[str, Any] = {}

    @dg.op
    def take(
        context: dg.OpExecutionContext,
        lake: dg.ResourceParam[Lakehouse],
        claude: dg.ResourceParam[Claude],
    ) -> None:
        given.update(lake=lake, claude=claude)
        context.log.info(str(claude))

    @dg.job(resource_defs=resources(settings))
    def taking() -> None:
        take()

    with open_instance(settings) as instance:
        result = taking.execute_in_process(instance=instance, tags=tags)
        assert result.success
        assert CANARY not in json.dumps(instance.get_runs()[0].run_config)
    left = [path for path in settings.home.rglob("*") if path.is_file() and path.name != ".env"]
    assert left
    assert not [path for path in left if CANARY.encode() in path.read_bytes()]
    assert isinstance(given["claude"], Claude)
    given["lake"].claude = given["claude"]
    return given["lake"]


def check_secrets(lake: Lakehouse) -> None:
    settings = lake.settings
    told = [settings.oura_client_secret, settings.smtp_url, *settings.notify_urls]
    assert sorted(secret.get_secret_value() for secret in told) == sorted(
        value for name, value in SECRETS.items() if name != "ANTHROPIC_API_KEY"
    )
    claude: Claude = lake.claude  # type: ignore[attr-defined]
    assert claude.access() is None
    record_claude_consent(settings.home, True)
    access = claude.access()
    assert access is not None
    assert access.api_key.get_secret_value() == SECRETS["ANTHROPIC_API_KEY"]
    assert CANARY not in repr(claude) + repr(access)


@pytest.mark.usefixtures("in_environment")
def test_secrets_of_the_environment_reach_the_step_and_nothing_that_is_kept(
    tmp_path: Path,
) -> None:
    check_secrets(lake_with(load_settings(home=tmp_path / "home")))


def test_secrets_of_the_homes_dot_env_do_too_and_stay_out_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    in_dot_env(tmp_path / "home")
    check_secrets(lake_with(load_settings(home=tmp_path / "home")))
    children = subprocess.run(
        [sys.executable, "-c", "import os; print(os.environ)"], capture_output=True, check=True
    )
    assert CANARY.encode() not in children.stdout


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_token_in_the_address_of_spark_is_asked_with_and_kept_nowhere(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked_with, home = f"sc://127.0.0.1:1/;token={CANARY}", [], tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("BIO_HOME", str(home))
    if place == "environment":
        monkeypatch.setenv("BIO_SPARK_REMOTE", address)
    else:
        (home / ".env").write_text(f"BIO_SPARK_REMOTE={address}", "utf-8")

    @contextmanager
    def session(settings: Settings) -> Iterator[str]:
        asked_with.append(settings.spark_remote)
        yield "a session"

    @dg.op
    def take(spark: dg.ResourceParam[str]) -> None:
        assert spark == "a session"

    monkeypatch.setattr(resources_module, "spark_session", session)
    settings = load_settings()

    @dg.job(resource_defs=resources(settings))
    def taking() -> None:
        take()

    with open_instance(settings) as instance:
        assert taking.execute_in_process(instance=instance).success
    assert asked_with == [address]
    assert CANARY not in str(spark_resource(settings).model_dump())
    kept = [path for path in home.rglob("*") if path.is_file() and path.name != ".env"]
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def asked(home: Path, monkeypatch: pytest.MonkeyPatch, *queries: str) -> list[Any]:
    """What the UI's page is answered about a lake."""
    # All of GraphQL, 0.7 s of processor that no other test needs.
    from dagster_graphql.schema import create_schema

    monkeypatch.setenv("BIO_HOME", str(home))
    target = ModuleTarget("bio_lakehouse.definitions", None, None, None)
    with (
        open_instance(load_settings(home=home)) as instance,
        WorkspaceProcessContext(instance, target) as process,
    ):
        context = process.create_request_context()
        asking = [create_schema().execute_async(query, context_value=context) for query in queries]
        results = [asyncio.run(one) for one in asking]
    assert not [result.errors for result in results if result.errors]
    return [result.data for result in results]


@pytest.mark.usefixtures("in_environment")
def test_the_ui_shows_types_meanings_and_the_names_of_secrets_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, launchpad = asked(tmp_path / "home", monkeypatch, RESOURCES, LAUNCHPAD)
    assert CANARY not in json.dumps([shown, launchpad])
    results = shown["allTopLevelResourceDetailsOrError"]["results"]
    details = {result["name"]: result for result in results}
    assert details.keys() == NAMES
    for detail in details.values():
        assert detail["description"]
        assert all(field["description"] for field in detail["configFields"])
        assert not {"settings"} & {field["name"] for field in detail["configFields"]}
    values = {
        value["value"]: value["type"]
        for name in ("lake", "claude")
        for value in details[name]["configuredValues"]
    }
    assert {name: values.get(name) for name in SECRETS} == dict.fromkeys(SECRETS, "ENV_VAR")


def test_a_lake_has_s3_where_it_has_buckets(tmp_path: Path) -> None:
    local = load_settings(home=tmp_path)
    assert resources(local).keys() == NAMES
    for change in ({"landing_url": "s3://body/mine"}, {"report_delivery": ("~/R", "s3://body/r")}):
        made = resources(local.model_copy(update=change))
        assert made.keys() == {*NAMES, "s3"}
        assert made["lake"].s3 is made["s3"]
    assert isinstance(made["lake"], LakeResource)
    assert isinstance(made["sql"], SqlResource)


def test_a_lake_on_aws_has_what_it_is_made_of_and_carries_its_settings_into_a_run(
    tmp_path: Path,
) -> None:
    there = Settings(
        home=tmp_path,
        profile="aws",
        s3_bronze_bucket="b",
        s3_gold_bucket="g",
        aws_region="eu-central-1",
    )
    made = resources(there)
    assert made.keys() == {*NAMES, "s3", "athena", "glue"}
    lake = made["lake"]
    carried = {name for name in Settings.model_fields if name in type(lake).model_fields}
    named = {name for name in Settings.model_fields if name.startswith(("s3_", "athena_"))}
    assert carried >= named | {"ingestion_log_table", "lake_state_table", "aws_endpoint_url"}
    assert (lake.s3_bronze_bucket, lake.s3_gold_bucket) == ("b", "g")
    regions = [lake.aws_region, made["arrivals_queue"].aws_region]
    regions += [made[name].region_name for name in ("s3", "athena", "glue")]
    assert set(regions) == {"eu-central-1"}


def test_loading_the_definitions_imports_nothing_that_the_lake_does_not_use(
    tmp_path: Path,
) -> None:
    variables = os.environ | {"BIO_HOME": str(tmp_path), "BIO_LANDING_URL": ""}
    words = [sys.executable, "-c", IMPORTED]
    told = subprocess.run(words, capture_output=True, text=True, check=True, env=variables).stdout
    in_a_folder, in_a_bucket = (set(line.split()) & HEAVY for line in told.splitlines())
    assert (in_a_folder, in_a_bucket) == (set(), {"boto3", "dagster_aws"})


HEAVY = {
    "anthropic",
    "boto3",
    "dagster_aws",
    "pyiceberg",
    "pysail",
    "statsmodels",
}
"""What a step imports when it needs it."""
