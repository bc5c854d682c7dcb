"""How the package is written: a module's name means one thing, and a line says one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "bio_lakehouse"
MODULES = sorted(PACKAGE.rglob("*.py"))
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LAYERS = {"assets", "build"}
"""Their modules are named as the layers and tables that they make."""
VENDORS = {"oura", "peloton"}
"""Folders of `sources/` that mirror each other."""
OF_EACH = {"schemas.py", "source.py"}
"""The registers of silver and gold, and what a vendor declares."""


def is_namesake(path: Path) -> bool:
    """Whether a module may share its name: with the layer it serves, or with the other vendor's."""
    folder = path.parent.name
    return folder in LAYERS | VENDORS or path.name in {*OF_EACH, "__init__.py"}


def test_a_modules_name_means_one_thing() -> None:
    named: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        if not is_namesake(path):
            named[path.name].append(str(path.relative_to(PACKAGE)))
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_no_comprehension_stands_inside_another() -> None:
    assert [found for path in MODULES for found in comprehensions_with_another(path)] == []


def comprehensions_with_another(path: Path) -> Iterator[str]:
    for outer in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(outer, COMPREHENSIONS):
            inner = [node for node in ast.walk(outer) if isinstance(node, COMPREHENSIONS)]
            if len(inner) > 1:
                yield f"{path.relative_to(PACKAGE)}:{outer.lineno}"
