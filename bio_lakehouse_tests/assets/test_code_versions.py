"""The version of an asset's code changes with what the code says, and with nothing else."""

from __future__ import annotations

import ast
import time
from functools import cache
from pathlib import Path

import pytest

from bio_lakehouse.assets import CODE_KEPT, all_assets, code_versions, module_texts
from bio_lakehouse.assets.code_versions import code_version, sql_said
from bio_lakehouse.assets.keys import (
    GOLD_DAILY,
    LANDED_FILES,
    PELOTON_DOWNLOAD,
    TRAINING_LOAD,
    insight_key,
    table_key,
)
from bio_lakehouse.assets.module_texts import said_by, without_docstrings
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


def anew() -> None:
    """Forget what this process has found of modules."""
    for found in (module_texts.text_of, module_texts.imported, module_texts.file_of):
        found.cache_clear()
    for known in (module_texts._kept, module_texts._used):
        known.clear()


def versions(home: Path) -> dict[str, str | None]:
    anew()
    specs = [spec for asset in all_assets(Settings(home=home)) for spec in asset.specs]
    return {spec.key.to_user_string(): spec.code_version for spec in specs}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed."""
    found: list[bytes] = []
    parse = module_texts.parsed

    def counted(source: bytes) -> module_texts.ModuleText:
        found.append(source)
        return parse(source)

    monkeypatch.setattr(module_texts, "parsed", counted)
    return found


def test_what_modules_say_is_kept_while_they_are_as_they_were(
    tmp_path: Path, parsed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster").mkdir()
    before = versions(tmp_path)
    assert len(parsed) > 50
    parsed.clear()
    assert versions(tmp_path) == before
    assert parsed == []

    changed = tmp_path / "coverage.py"
    changed.write_bytes(b"MOST = 3")
    file_of = module_texts.file_of.__wrapped__
    name = "bio_lakehouse.silver.coverage"
    monkeypatch.setattr(
        module_texts, "file_of", cache(lambda one: changed if one == name else file_of(one))
    )
    after = versions(tmp_path)
    assert parsed == [b"MOST = 3"]
    assert after.keys() == before.keys()
    assert after["silver/coverage"] != before["silver/coverage"]


def test_what_is_damaged_is_found_out_anew(tmp_path: Path, parsed: list[bytes]) -> None:
    kept = tmp_path / "dagster" / CODE_KEPT
    kept.parent.mkdir()
    before = versions(tmp_path)
    for damage in (b"", b"{}", b"[]", b'{"by": "other", "modules": {}}'):
        kept.write_bytes(damage)
        parsed.clear()
        assert versions(tmp_path) == before, damage
        assert parsed, damage
        parsed.clear()
        assert versions(tmp_path) == before, damage
        assert parsed == [], damage


def test_where_dagster_has_no_folder_nothing_is_kept(tmp_path: Path) -> None:
    assert versions(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_the_versions_of_all_are_found_at_once() -> None:
    """While the code location loads; a second time nothing is read."""
    keys = [key for asset in all_assets(Settings()) for key in asset.keys]
    anew()
    begun = time.process_time()
    versions = code_versions.versions_of_code(keys, Path("nowhere", CODE_KEPT))
    took = time.process_time() - begun
    print(f"{len(versions)} versions in {took:.3f} s")
    assert took < 1
