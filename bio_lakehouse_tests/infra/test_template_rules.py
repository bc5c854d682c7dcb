"""The templates break no rule, and each rule catches a template that is broken."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from bio_lakehouse_tests.infra.template_rules import RULES, Templates, read_all

Break = Callable[[Templates], None]


@cache
def whole() -> Templates:
    return read_all()


@pytest.mark.parametrize("name", RULES)
def test_no_template_breaks_a_rule(name: str) -> None:
    assert list(RULES[name](whole())) == []


def properties(stack: str, resource: str, *path: str | int) -> Callable[[Templates], Any]:
    def found(templates: Templates) -> Any:
        place = templates[stack]["Resources"][resource]["Properties"]
        for step in path:
            place = place[step]
        return place

    return found


def put(stack: str, resource: str, *path: str | int, value: Any) -> Break:
    """Puts another value at that place of a resource's properties."""

    def broken(templates: Templates) -> None:
        properties(stack, resource, *path[:-1])(templates)[path[-1]] = value

    return broken


def drop(stack: str, resource: str, *path: str | int) -> Break:
    """Takes that away from a resource's properties."""

    def broken(templates: Templates) -> None:
        del properties(stack, resource, *path[:-1])(templates)[path[-1]]

    return broken


def without(stack: str, resource: str, key: str = "") -> Break:
    """Takes away a resource, or what it says of itself beside its properties."""

    def broken(templates: Templates) -> None:
        resources = templates[stack]["Resources"]
        del (resources[resource] if key else resources)[key or resource]

    return broken


def parameter(stack: str, name: str, **told: Any) -> Break:
    def broken(templates: Templates) -> None:
        templates[stack]["Parameters"].setdefault(name, {}).update(told)

    return broken


def statement(stack: str, resource: str, **told: Any) -> Break:
    """Changes the first statement of a resource's first policy."""

    def broken(templates: Templates) -> None:
        place = properties(stack, resource)(templates)
        policies = place["Policies"][0] if "Policies" in place else place
        policies["PolicyDocument"]["Statement"][0].update(told)

    return broken


POLICY = ("PolicyDocument", "Statement", 0)
TRUST = ("AssumeRolePolicyDocument", "Statement", 0)
WORKGROUP = "WorkGroupConfiguration"
BLOCK = "PublicAccessBlockConfiguration"
TASK = ("ContainerDefinitions", 0, "Environment", 0)
OUTPUTS = "Outputs"


def output_named(stack: str, name: str, told: str) -> Break:
    def broken(templates: Templates) -> None:
        templates[stack][OUTPUTS][name]["Description"] = told

    return broken


def not_exported(stack: str, name: str) -> Break:
    def broken(templates: Templates) -> None:
        del templates[stack][OUTPUTS][name]["Export"]

    return broken


BROKEN: dict[str, tuple[Break, ...]] = {
    "buckets_are_private_encrypted_and_kept_in_order": (
        put("bronze", "Bronze", BLOCK, "BlockPublicAcls", value=False),
        drop("gold", "Gold", BLOCK, "RestrictPublicBuckets"),
        drop("gold", "Results", "BucketEncryption"),
        drop("artifacts", "Artifacts", "LifecycleConfiguration"),
        drop("bronze", "Bronze", "OwnershipControls"),
    ),
    "buckets_are_reached_by_tls_and_take_their_own_encryption": (
        without("gold", "GoldPolicy"),
        put("bronze", "BronzePolicy", *POLICY, "Effect", value="Allow"),
        put("bronze", "BronzePolicy", "PolicyDocument", "Statement", 1, "Condition", value={}),
    ),
    "queues_are_encrypted_and_reached_by_tls": (
        drop("bronze", "ArrivalsQueue", "SqsManagedSseEnabled"),
        without("bronze", "ArrivalsDeadLettersPolicy"),
        drop("oura-ingest", "DeadLettersPolicy", *POLICY, "Condition"),
    ),
    "what_fails_goes_to_a_queue_that_alarms": (
        drop("bronze", "ArrivalsQueue", "RedrivePolicy"),
        without("bronze", "ArrivalsFailed"),
        without("oura-ingest", "FetchFailed"),
    ),
    "alarms_tell_somebody": (drop("gold", "MuchIsScanned", "AlarmActions"),),
    "topics_are_reached_by_tls": (without("bronze", "AlarmsPolicy"),),
    "tables_are_protected": (
        drop("bronze", "IngestionLog", "SSESpecification"),
        drop("bronze", "LakeState", "PointInTimeRecoverySpecification"),
        put("bronze", "LakeState", "DeletionProtectionEnabled", value=False),
    ),
    "tables_have_the_keys_of_the_log": (
        put("bronze", "LakeState", "KeySchema", 1, "AttributeName", value="id"),
        parameter("bronze", "IngestionLogTable", Default="another"),
    ),
    "what_holds_data_outlives_its_stack": (
        without("bronze", "Bronze", "DeletionPolicy"),
        without("dagster", "Database", "UpdateReplacePolicy"),
        without("gold", "Database", "DeletionPolicy"),
    ),
    "logs_end": (
        drop("silver", "ErrorLogs", "RetentionInDays"),
        without("dagster", "DatabaseLogs"),
    ),
    "what_expires_in_a_versioned_bucket_is_gone": (
        drop(
            *("bronze", "Bronze", "LifecycleConfiguration", "Rules", 3),
            "NoncurrentVersionExpiration",
        ),
    ),
    "functions_are_there_with_logs_and_dead_letters": (
        put("bronze", "IngestionTrigger", "Handler", value="ingestion_trigger.main"),
        put("oura-ingest", "OuraIngest", "Handler", value="nothing.handler"),
        put("oura-ingest", "OuraIngest", "Runtime", value="python3.9"),
        without("oura-ingest", "OuraIngestLogs"),
        drop("oura-ingest", "OuraIngest", "DeadLetterConfig"),
        drop("bronze", "IngestionTriggerSource", "FunctionResponseTypes"),
    ),
    "the_queue_waits_for_its_function": (
        put("bronze", "ArrivalsQueue", "VisibilityTimeout", value=300),
    ),
    "the_bucket_is_made_once_the_queue_takes_its_events": (
        without("bronze", "Bronze", "DependsOn"),
    ),
    "the_glue_job_is_what_the_package_says": (
        put("silver", "Transform", "DefaultArguments", "--datalake-formats", value="hudi"),
        drop("silver", "Transform", "DefaultArguments", "--TempDir"),
        put("silver", "Transform", "Command", "PythonVersion", value="2"),
        put("silver", "Transform", "Command", "ScriptLocation", value={"Fn::Sub": ["s3://a/b"]}),
        parameter("silver", "GlueVersion", Default="4.0"),
        parameter("silver", "MostMinutes", Default=2880),
        put("silver", "Transform", "ExecutionProperty", "MaxConcurrentRuns", value=1),
        drop("silver", "Transform", "SecurityConfiguration"),
    ),
    "a_statement_has_a_limit": (
        drop("gold", "Questions", WORKGROUP, "BytesScannedCutoffPerQuery"),
        parameter("gold", "MostBytesScanned", Default=2**40),
        put("gold", "Questions", WORKGROUP, "EnforceWorkGroupConfiguration", value=False),
        drop("gold", "Questions", WORKGROUP, "ResultConfiguration"),
    ),
    "nobody_may_do_everything": (
        statement("bronze", "IngestionTriggerRole", Action="s3:*"),
        statement("silver", "TransformRole", Resource="*"),
        statement("gold", "LakeAccess", Resource=["*"]),
        put("bronze", "ArrivalsQueuePolicy", *POLICY, "Principal", value="*"),
    ),
    "services_act_for_this_account_alone": (drop("silver", "TransformRole", *TRUST, "Condition"),),
    "dagster_is_private": (
        put("dagster", "DagsterSecurity", "SecurityGroupIngress", value=[{"CidrIp": "0.0.0.0/0"}]),
        put("dagster", "PublicSubnet", "MapPublicIpOnLaunch", value=True),
        put(
            "dagster",
            "Service",
            *("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"),
            value="ENABLED",
        ),
    ),
    "dagsters_data_is_encrypted_and_kept": (
        put("dagster", "Database", "StorageEncrypted", value=False),
        put("dagster", "Database", "PubliclyAccessible", value=True),
        put("dagster", "DatabaseParameters", "Parameters", "rds.force_ssl", value="0"),
        drop("dagster", "Home", "Encrypted"),
        drop("dagster", "Home", "FileSystemPolicy"),
        put(
            "dagster",
            "Task",
            *("Volumes", 0, "EFSVolumeConfiguration", "TransitEncryption"),
            value="DISABLED",
        ),
    ),
    "no_secret_stands_in_a_template": (
        put(
            "oura-ingest",
            "OuraIngest",
            *("Environment", "Variables", "BIO_OURA_CLIENT_SECRET"),
            value="hunter2",
        ),
        put("dagster", "Task", *TASK, value={"Name": "OPENAI_API_KEY", "Value": "sk"}),
        put("dagster", "Database", "MasterUserPassword", value="hunter2"),
    ),
    "every_setting_that_is_told_is_one": (
        put("dagster", "Task", *TASK, value={"Name": "BIO_BUCKET", "Value": "b"}),
        output_named("gold", "GoldBucket", "BIO_BUCKET"),
    ),
    "every_parameter_is_told": (
        parameter("bronze", "Colour", Type="String"),
        parameter("gold", "Prefix", Default="another"),
    ),
    "what_is_imported_was_exported_before": (not_exported("bronze", "AlarmsTopic"),),
}
CASES = [(name, number) for name, found in BROKEN.items() for number in range(len(found))]


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_rule_catches_a_broken_template(name: str, number: int) -> None:
    broken = deepcopy(whole())
    BROKEN[name][number](broken)
    assert list(RULES[name](broken))


def test_every_rule_is_shown_to_catch_something() -> None:
    assert set(BROKEN) == set(RULES)
