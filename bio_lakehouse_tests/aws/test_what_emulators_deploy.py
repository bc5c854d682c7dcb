"""Which resource types of our templates the emulators deploy, and which neither does: those are
held by linting and by the opt-in live suite alone."""

from __future__ import annotations

import logging
from pathlib import Path

import cfnlint.decode
import pytest

from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.emulated_templates import INFRA, unknown_types
from bio_lakehouse_tests.aws.ministack import ministack

pytestmark = pytest.mark.stack
TEMPLATES = sorted(INFRA.glob("*-stack.yaml"))
NOT_BY_MINISTACK = {
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::Glue::SecurityConfiguration",
    "AWS::QuickSight::Dashboard",
    "AWS::QuickSight::DataSet",
    "AWS::QuickSight::DataSource",
}
"""It refuses a template that has one. It deploys the others, and runs the Lambdas' code."""
NOT_BY_MOTO = {
    "AWS::Athena::WorkGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::Glue::Database",
    "AWS::Glue::Job",
    "AWS::Glue::SecurityConfiguration",
    "AWS::QuickSight::Dashboard",
    "AWS::QuickSight::DataSet",
    "AWS::QuickSight::DataSource",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
}
"""It passes over them without a word in its answers."""
BY_NEITHER = {
    "AWS::Glue::SecurityConfiguration",
    "AWS::QuickSight::Dashboard",
    "AWS::QuickSight::DataSet",
    "AWS::QuickSight::DataSource",
}
"""QuickSight's calls themselves moto answers."""


def types_used() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES:
        template, _ = cfnlint.decode.decode(str(path))
        found |= {str(one["Type"]) for one in template["Resources"].values()}
    return found


def not_by_moto(types: set[str]) -> set[str]:
    """Those for which moto has no model; some that it has do nothing."""
    from moto.cloudformation.parsing import resource_class_from_type

    logging.getLogger("moto").setLevel(logging.ERROR)
    return {name for name in types if resource_class_from_type(name) is None}


def test_what_ministack_does_not_know_is_as_it_says_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ministack() as address:
        emulator.set_environment(monkeypatch, address)
        settings = emulator.aws_settings(tmp_path, address)
        client = aws_client(settings, "cloudformation")
        assert unknown_types(client, TEMPLATES) == NOT_BY_MINISTACK


def test_what_moto_does_not_know_is_as_it_says_here() -> None:
    found = not_by_moto(types_used())
    assert found == NOT_BY_MOTO
    assert found & NOT_BY_MINISTACK == BY_NEITHER
