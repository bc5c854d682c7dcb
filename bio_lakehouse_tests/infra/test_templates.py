"""The CloudFormation templates hold what AWS takes, and the limits that are told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cfnlint.decode
import pytest
from cfnlint.api import lint_file

TEMPLATES = sorted((Path(__file__).parents[2] / "infra").glob("*.yaml"))


def read(name: str) -> dict[str, Any]:
    (path,) = (path for path in TEMPLATES if path.name == name)
    template, problems = cfnlint.decode.decode(str(path))
    assert template is not None
    assert problems == []
    return dict(template)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_aws_would_refuse(path: Path) -> None:
    assert [str(problem) for problem in lint_file(path)] == []


def test_no_statement_may_leave_the_limit_of_bytes_scanned() -> None:
    template = read("gold-stack.yaml")
    workgroup = template["Resources"]["Questions"]
    held = workgroup["Properties"]["WorkGroupConfiguration"]
    most = template["Parameters"][held["BytesScannedCutoffPerQuery"]["Ref"]]
    assert workgroup["Type"] == "AWS::Athena::WorkGroup"
    assert held["EnforceWorkGroupConfiguration"] is True
    assert 10_000_000 <= most["MinValue"] <= most["Default"] <= 2**30
    assert held["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_S3"
