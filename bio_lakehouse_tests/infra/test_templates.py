"""The CloudFormation templates hold what AWS takes, and the limits that are told of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import cfnlint.decode
import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.match import Match
from cfnlint.runner import Runner

from bio_lakehouse_tests.infra import quicksight_template

README = Path(__file__).parents[2] / "infra" / "README.md"
TEMPLATES = sorted((Path(__file__).parents[2] / "infra").glob("*.yaml"))


def read(name: str) -> dict[str, Any]:
    (path,) = (path for path in TEMPLATES if path.name == name)
    template, problems = cfnlint.decode.decode(str(path))
    assert template is not None
    assert problems == []
    return dict(template)


def problems_in(templates: Iterable[Path]) -> list[Match]:
    """What AWS would refuse, by one linter: to load its rules takes as long as a template."""
    return list(Runner(ConfigMixIn(templates=list(map(str, templates)))).run())


def test_no_template_has_anything_that_aws_would_refuse(tmp_path: Path) -> None:
    assert len(TEMPLATES) >= 7
    assert [str(problem) for problem in problems_in(TEMPLATES)] == []
    broken = [tmp_path / path.name for path in TEMPLATES[:2]]
    for path in broken:
        path.write_text("Resources: {Lake: {Type: AWS::S3::Bucket, Properties: {Nme: a}}}")
    assert {problem.filename for problem in problems_in(broken)} == set(map(str, broken))


def test_quicksights_template_has_the_columns_of_the_register() -> None:
    """`python -m bio_lakehouse_tests.infra.quicksight_template` writes it anew."""
    assert quicksight_template.PATH.read_text("utf-8") == quicksight_template.template_text()


AMOUNT = re.compile(r"[0-9.×+ ()]+")


def test_what_it_costs_adds_up() -> None:
    """Each line of the README's table is its own arithmetic, and each sum is that of its lines."""
    text = (README.read_text("utf-8")).partition("## What it costs")[2].partition("## Rights")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    sums, lines = [0.0, 0.0], 0
    for row in rows[1:]:
        if row[0].startswith("**"):
            told = [float(cell.strip("*| ")) for cell in row[1:] if cell.strip("*| ")]
            assert told == pytest.approx(sums, abs=0.02), row[0]
            sums = [0.0, 0.0]
            continue
        for place, (arithmetic, amount) in enumerate(zip(row[1::2], row[2::2], strict=True)):
            assert AMOUNT.fullmatch(arithmetic)
            assert float(amount) == pytest.approx(worked_out(arithmetic), abs=0.006), row[0]
            sums[place] += float(amount)
            lines += 1
    assert lines > 30


def worked_out(arithmetic: str) -> float:
    """`2 × 0.25 + 1` is 1.5: sums of products."""
    return sum(prod(float(number) for number in part.split("×")) for part in arithmetic.split("+"))
