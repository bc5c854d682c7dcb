"""The lake's own templates are deployed by its own command's code on an emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bio_lakehouse.deployment.deploying import Deployment, Order
from bio_lakehouse.deployment.lambda_packages import Runtime
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.emulated_templates import INFRA, unknown_types, without
from bio_lakehouse_tests.aws.ministack import ministack

pytestmark = pytest.mark.stack
USUAL = ("artifacts", "bronze", "silver", "gold")


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with ministack() as address:
        emulator.set_environment(monkeypatch, address)
        yield emulator.aws_settings(tmp_path / "home", address)


@pytest.fixture
def infra(account: Settings, tmp_path: Path) -> Path:
    """The templates, without what ministack does not know."""
    client = aws_client(account, "cloudformation")
    return without(unknown_types(client, INFRA.glob("*-stack.yaml")), tmp_path)


def test_a_lake_is_deployed_and_nothing_is_done_again(account: Settings, infra: Path) -> None:
    order = Order(USUAL, infra, runtime=Runtime.of_this_machine())
    deployment, said = Deployment(account, order), []
    assert all(plan.is_new for plan in deployment.plan())
    told = deployment.deploy(said.append)
    print(told)
    assert deployment.deploy(said.append) == told
    assert said[-4:] == [f"bio-lakehouse-{stack}: no changes" for stack in USUAL]
