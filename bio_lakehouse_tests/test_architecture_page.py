"""ARCHITECTURE.md says what is: each path in it exists, and its layers are those that are held."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bio_lakehouse_tests.test_architecture import LAYERS, MODULES, PACKAGE, part_of

ROOT = PACKAGE.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w./-]+(?:/|\.(?:py|txt|example)))`", PAGE)))
"""What the page names as a folder or a file."""


def layer_table() -> list[set[str]]:
    """The parts in each row of the page's layers, from the ground up."""
    table = PAGE.partition("## Layers")[2].partition("## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if "`" in line and "|" in line]
    parts = [{Path(name).stem for name in re.findall(r"`([^`]+)`", row)} for row in rows]
    return parts[1:][::-1]


@pytest.mark.parametrize("name", NAMED)
def test_every_path_is_there(name: str) -> None:
    vendors = [vendor / name for vendor in (PACKAGE / "sources").iterdir()]
    assert any(path.exists() for path in (PACKAGE / name, ROOT / name, *vendors))


def test_its_layers_are_those_that_are_held() -> None:
    assert layer_table() == [layer - {""} for layer in LAYERS]


def test_every_package_has_its_place() -> None:
    assert {part_of(path) for path in MODULES} - {""} <= set().union(*layer_table())


def test_it_is_one_page_with_some_twenty_words() -> None:
    words = PAGE.partition("## Words")[2].count("\n| ") - 1
    assert 15 <= words <= 25
    assert len(PAGE.splitlines()) <= 100


def test_the_readme_leads_to_it() -> None:
    assert "(ARCHITECTURE.md)" in (ROOT / "README.md").read_text("utf-8")
