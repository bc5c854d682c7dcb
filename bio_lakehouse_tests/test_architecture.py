"""Arrows point one way: no module imports one of a layer above it, and only Dagster's own layers
import Dagster."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bio_lakehouse.sources import registry

PACKAGE = Path(__file__).parents[1] / "bio_lakehouse"
LAYERS = (
    {"english", "errors", "numbers", "settings", "terminal", ""},
    {"sources"},
    {"lake"},
    {"silver", "gold"},
    {"engines"},
    {"claude", "viz", "notifications"},
    {"insights"},
    {"narrative", "build"},
    {"reports"},
    {"assets", "status"},
    {"automation"},
    {"definitions", "cli", "workflows", "display", "answers"},
)
"""From the ground up; modules of one layer may import each other."""
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
DAGSTER = {"assets", "automation", "definitions"}
HEAVY = {
    "pyspark": {"silver", "gold", "engines", "build", "assets", "automation"},
    "streamlit": {"app"},
    "anthropic": {"claude"},
}
IMPORTS_WHAT_SOURCES_NAME = PACKAGE / "silver" / "transforms.py"
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The layer's folder or module that `path` belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py").replace("__init__", "")


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it: also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (f"{'.' * node.level}{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_looks_up(path: Path) -> None:
    own = part_of(path)
    for name in imported(path):
        hides = name.startswith((".", "importlib.import")) and path != IMPORTS_WHAT_SOURCES_NAME
        assert not hides, f"{own} hides what it imports: {name}"
        if name.startswith("bio_lakehouse."):
            other = name.split(".")[1]
            assert HEIGHT[other if other in HEIGHT else ""] <= HEIGHT[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_engines_and_dagster_stay_where_they_belong(path: Path) -> None:
    own, roots = part_of(path), {name.partition(".")[0] for name in imported(path)}
    assert own in DAGSTER or not {root for root in roots if root.startswith("dagster")}
    for library, homes in HEAVY.items():
        assert library not in roots or own in homes, f"{own} imports {library}"


def test_sources_name_modules_of_silver() -> None:
    assert all(source.silver.startswith("bio_lakehouse.silver.") for source in registry.SOURCES)


def test_every_part_has_a_layer() -> None:
    assert {part_of(path) for path in MODULES} <= HEIGHT.keys()
