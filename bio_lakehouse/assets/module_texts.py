"""What modules of this package say and import, without comments, docstrings and layout.

To parse them takes a quarter of a second, and an installed package does not change: what was found
is kept in a file, by what each module's file holds.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bio_lakehouse.lake.objects import write_atomically

PACKAGE = "bio_lakehouse"
FOLDER = Path(__file__).parents[1]
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)

FOLLOWED = {"silver", "gold", "insights", "sources"}
"""Layers within which imports are followed."""

Import = tuple[str, tuple[str, ...]]
"""A module, and the names that are imported from it."""


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A digest of what a module says, and what it imports at its top."""

    said: bytes
    imports: tuple[Import, ...]


_kept: dict[str, ModuleText] = {}
_used: dict[str, ModuleText] = {}
"""What was kept, and what was asked for, by a digest of the module's file."""


@contextmanager
def kept_in(file: Path) -> Iterator[None]:
    """Take what is asked for inside from a file, and keep in it what it lacks, where its folder is
    there. A damaged one, and one that other code of this module wrote, is as none."""
    by = digest_of(Path(__file__).read_bytes()).hex()
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(file.read_bytes())
        if told["by"] == by:
            _kept.update({name: _from_json(*one) for name, one in told["modules"].items()})
    yield
    if not _used.keys() <= _kept.keys():
        modules = {name: [one.said.hex(), one.imports] for name, one in _used.items()}
        # Where nothing can be written, nothing is kept.
        with suppress(OSError):
            write_atomically(file, json.dumps({"by": by, "modules": modules}).encode())


def _from_json(said: str, imports: list[tuple[str, list[str]]]) -> ModuleText:
    found = tuple((module, tuple(names)) for module, names in imports)
    return ModuleText(bytes.fromhex(said), found)


def said_by(*modules: str) -> list[bytes]:
    """Digests of what modules say, and of what they import of their layers."""
    found, left = set(), list(modules)
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += imported(module)
    return [text_of(module).said for module in sorted(found)]


@cache
def imported(module: str) -> tuple[str, ...]:
    """The modules of its own layer that a module imports."""
    layer = layer_of(module)
    if layer not in FOLLOWED:
        return ()
    found = set()
    for origin, names in text_of(module).imports:
        if layer_of(origin) == layer:
            whole = {f"{origin}.{name}" for name in names}
            modules = {name for name in whole if file_of(name)}
            found |= modules if modules == whole else modules | {origin}
    return tuple(sorted(found))


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == PACKAGE else None


@cache
def text_of(module: str) -> ModuleText:
    path = file_of(module)
    source = path.read_bytes() if path else b""
    name = digest_of(source).hex()
    found = _kept.get(name) or parsed(source)
    _used[name] = found
    return found


def parsed(source: bytes) -> ModuleText:
    tree = ast.parse(source)
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    imports = tuple((node.module or "", names_in(node)) for node in found)
    return ModuleText(digest_of(without_docstrings(tree).encode()), imports)


def names_in(node: ast.ImportFrom) -> tuple[str, ...]:
    return tuple(alias.name for alias in node.names)


def digest_of(content: bytes) -> bytes:
    return blake2b(content).digest()


@cache
def file_of(module: str) -> Path | None:
    """The file of a module; None for what is no module, such as a function in one.

    Those of this package are found by their path: Python would import the package around each.
    """
    first, *others = module.split(".")
    if first == PACKAGE:
        path = FOLDER.joinpath(*others)
        files = (path / "__init__.py", path.with_name(f"{path.name}.py"))
        return next((file for file in files if file.exists()), None)
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def without_docstrings(tree: ast.Module) -> str:
    """What a syntax tree says without the strings that stand alone in it: docstrings are such."""
    left: list[Any] = [tree]
    while left:
        node = left.pop()
        node.body = [statement for statement in node.body if not is_text_alone(statement)]
        left += [statement for statement in node.body if isinstance(statement, DEFINITIONS)]
    return as_text(tree)


def as_text(node: object) -> str:
    """A tree as text, the same whichever Python parsed it: fields that say nothing are left out, as
    later versions have more of them, and what `ast.dump` and `ast.unparse` write differs too."""
    if isinstance(node, list):
        return f"[{','.join(map(as_text, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    said = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
    fields = [f"{name}={as_text(value)}" for name, value in said]
    return f"{type(node).__name__}({','.join(fields)})"


def is_text_alone(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
