"""The version of an asset's code changes with what the code says, and with nothing else."""

from __future__ import annotations

import ast
import time

import pytest

from bio_lakehouse.assets import all_assets, code_versions
from bio_lakehouse.assets.code_versions import code_version, said_by, sql_said, without_docstrings
from bio_lakehouse.assets.keys import (
    GOLD_DAILY,
    LANDED_FILES,
    PELOTON_DOWNLOAD,
    TRAINING_LOAD,
    insight_key,
    table_key,
)
from bio_lakehouse.settings import Settings

CODE = '''"""A module."""

import math

MOST = 3
"""Of what there may be."""


class Ring:
    """A ring."""

    def area(self, radius: float) -> float:
        """Of a disc."""

        def squared() -> float:
            """Twice itself."""
            return radius * radius  # a comment

        return math.pi * squared()


class Empty:
    """Nothing else."""
'''


def said(code: str) -> str:
    return without_docstrings(ast.parse(code))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another."""'),
        ('"""Of what there may be."""', ""),
        ('"""A ring."""\n', '"""What is\n    worn."""\n'),
        ('            """Twice itself."""\n', ""),
        ("  # a comment", ""),
        ("return radius * radius", "return (radius\n * radius)"),
        ('"""Nothing else."""', "'Something else.'"),
    ],
)
def test_words_about_code_and_its_layout_are_no_code(old: str, new: str) -> None:
    assert old in CODE
    assert said(CODE.replace(old, new)) == said(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MOST = 3", "MOST = 4"),
        ("radius * radius", "radius + radius"),
        ("math.pi", "math.e"),
        ("def area(self, radius: float)", "def area(self, radius: float = 1)"),
    ],
)
def test_an_expression_that_changes_is_other_code(old: str, new: str) -> None:
    assert old in CODE
    assert said(CODE.replace(old, new)) != said(CODE)


def test_code_is_the_same_whichever_python_reads_it() -> None:
    """From 3.12 on functions have a list of type parameters, and 3.13 dumps no empty lists."""
    assert said("def one(x=None, *, y: int): return f'{x}'") == (
        "Module(body=[FunctionDef(name='one',args=arguments(args=[arg(arg='x')],"
        "kwonlyargs=[arg(arg='y',annotation=Name(id='int',ctx=Load()))],kw_defaults=[None],"
        "defaults=[Constant()]),body=[Return(value=JoinedStr(values=[FormattedValue("
        "value=Name(id='x',ctx=Load()),conversion=-1)]))])])"
    )
    assert len({said(f"x = {value}") for value in ("None", "0", "False", "''", "()", "[]")}) == 6


def test_sql_is_what_it_says_without_comments() -> None:
    assert sql_said("SELECT a, -- the first\n  b /* and */ FROM t") == sql_said(
        "SELECT a, b FROM t"
    )
    assert sql_said("SELECT a, b FROM t") != sql_said("SELECT b, a FROM t")


def test_every_asset_has_a_version_of_its_code() -> None:
    specs = [spec for asset in all_assets(Settings()) for spec in asset.specs]
    without = {spec.key for spec in specs if not spec.code_version}
    assert without == {LANDED_FILES, PELOTON_DOWNLOAD}, "what arrives is made by nobody here"
    assert len({spec.code_version for spec in specs}) > 15


def test_what_code_imports_of_its_own_layer_is_part_of_it() -> None:
    fitted = "bio_lakehouse.insights.statistics.autoregression"
    assert set(said_by(fitted)) <= set(said_by("bio_lakehouse.insights.analyzers"))
    assert code_version(insight_key("readiness_trend")) != code_version(TRAINING_LOAD)
    views = {
        code_version(table_key(f"bio_gold.{name}")) for name in ("energy_state", "weekly_trends")
    }
    assert len(views | {code_version(GOLD_DAILY)}) == 3


def test_the_versions_of_all_are_found_at_once() -> None:
    """While the code location loads; a second time nothing is read."""
    keys = [key for asset in all_assets(Settings()) for key in asset.keys]
    for found in (code_versions.normalised, code_versions.imported, code_versions.file_of):
        found.cache_clear()
    begun = time.process_time()
    versions = code_versions.versions_of_code(keys)
    took = time.process_time() - begun
    print(f"{len(versions)} versions in {took:.3f} s")
    assert took < 1
