"""Whatever the package calls of AWS is allowed by the policies of the stacks to whoever uses the
command line; what the Lambdas are allowed is held by `bio_lakehouse_tests/aws/`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from bio_lakehouse_tests.infra.template_rules import as_list, read, statements_in

PACKAGE = Path(__file__).parents[2] / "bio_lakehouse"
SERVICES = ("s3", "dynamodb", "sqs", "ssm", "glue", "athena", "sts")
NEEDS = {
    "batch_get_item": {"dynamodb:BatchGetItem"},
    "create_table": {"glue:CreateTable"},
    "delete_item": {"dynamodb:DeleteItem"},
    "delete_message": {"sqs:DeleteMessage"},
    "delete_object": {"s3:DeleteObject"},
    "delete_objects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "delete_parameters": {"ssm:DeleteParameters"},
    "describe_table": {"dynamodb:DescribeTable"},
    "get_bucket_encryption": {"s3:GetEncryptionConfiguration"},
    "get_bucket_versioning": {"s3:GetBucketVersioning"},
    "get_caller_identity": set(),
    "get_database": {"glue:GetDatabase"},
    "get_item": {"dynamodb:GetItem"},
    "get_job": {"glue:GetJob"},
    "get_object": {"s3:GetObject"},
    "get_parameter": {"ssm:GetParameter"},
    "get_parameters_by_path": {"ssm:GetParametersByPath"},
    "get_public_access_block": {"s3:GetBucketPublicAccessBlock"},
    "get_queue_attributes": {"sqs:GetQueueAttributes"},
    "get_table": {"glue:GetTable"},
    "get_tables": {"glue:GetTables"},
    "get_work_group": {"athena:GetWorkGroup"},
    "head_bucket": {"s3:ListBucket"},
    "head_object": {"s3:GetObject"},
    "list_object_versions": {"s3:ListBucketVersions"},
    "list_objects_v2": {"s3:ListBucket"},
    "put_item": {"dynamodb:PutItem"},
    "put_object": {"s3:PutObject"},
    "put_parameter": {"ssm:PutParameter"},
    "query": {"dynamodb:Query"},
    "receive_message": {"sqs:ReceiveMessage"},
    "transact_write_items": {
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    },
}
"""By the name of boto3's method: the actions of IAM, which are often called otherwise."""
OTHERS = {"create_connection", "scan", "send_message", "update_schema"}
"""Methods of other libraries that are called like some of boto3's."""
BY_LIBRARIES = {
    "athena:StartQueryExecution",
    "athena:GetQueryExecution",
    "athena:StopQueryExecution",
    "glue:CreateDatabase",
    "glue:UpdateTable",
    "glue:DeleteTable",
    "glue:StartJobRun",
    "glue:GetJobRun",
    "glue:BatchStopJobRun",
    "s3:AbortMultipartUpload",
}
"""What PyIceberg, PyAthena, Arrow and Dagster's Pipes call."""
NAMED = re.compile(r'\.get_paginator\("([a-z0-9_]+)"|\.([a-z][a-z0-9_]+)\b')


@cache
def operations() -> frozenset[str]:
    session = botocore.session.get_session()
    found: set[str] = set()
    for service in SERVICES:
        found |= {xform_name(name) for name in session.get_service_model(service).operation_names}
    return frozenset(found)


def called() -> set[str]:
    """Methods of boto3's clients that are named in the package; deploying has rights of its own."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if "deployment" not in path.parts:
            found |= {one or other for one, other in NAMED.findall(path.read_text("utf-8"))}
    return found & operations()


def allowed(stack: str, resource: str) -> set[str]:
    """The actions that a role or policy allows."""
    found: set[str] = set()
    for statement in statements_in(read(stack)["Resources"][resource]["Properties"]):
        if statement["Effect"] == "Allow":
            found |= set(as_list(statement["Action"]))
    return found


def test_every_call_is_known_with_what_it_needs() -> None:
    assert called() - OTHERS == NEEDS.keys()


def test_who_uses_the_command_line_may_do_what_it_does() -> None:
    policies = [
        allowed(stack, "LakeAccess") for stack in ("bronze", "silver", "gold", "oura-ingest")
    ]
    needed = set().union(*NEEDS.values()) | BY_LIBRARIES
    assert needed - set().union(*policies) == set()
