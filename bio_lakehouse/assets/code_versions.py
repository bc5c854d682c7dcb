"""The version of the code that makes each asset: a short hash of what its modules say, or its SQL.

Dagster calls a day out of date that was made by other code. Comments, docstrings and layout say
nothing of what is made, and are left out. A module stands for itself and for what it imports of its
own layer; what lies below, such as how tables are written, changes no content.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import sqlglot

from bio_lakehouse import silver
from bio_lakehouse.assets.keys import (
    COVERAGE,
    EXPERIMENT_DAYS,
    FORECAST,
    GAP_LEDGER,
    GOLD_DAILY,
    INSIGHTS_PREFIX,
    OURA_API,
    SELF_EXPERIMENT,
    TRAINING_LOAD,
    WEEKLY_REPORT,
    table_key,
)
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

PACKAGE = "bio_lakehouse"
FOLDER = Path(__file__).parents[1]
FOLLOWED = {"silver", "gold", "insights", "sources"}
"""Layers within which imports are followed."""
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
DIGEST_BYTES = 6

MODULES = {
    OURA_API: ("lake.fetching",),
    COVERAGE: ("silver.coverage", "build.silver"),
    GOLD_DAILY: ("gold.daily_readiness_performance", "build.daily"),
    GAP_LEDGER: ("gold.gap_ledger", "build.ledger"),
    TRAINING_LOAD: ("insights.training_load", "build.load"),
    FORECAST: (
        "insights.forecast",
        "insights.expected_readiness",
        "insights.readiness_forecast",
        "build.insights",
    ),
    EXPERIMENT_DAYS: ("insights.experiment_days", "lake.experiment_log", "build.experiments"),
    SELF_EXPERIMENT: ("insights.self_experiment", "build.experiments"),
    WEEKLY_REPORT: (
        *("reports.composition", "reports.report_model", "reports.comparison", "reports.training"),
        *("reports.completeness", "reports.weekly_report", "reports.report_facts"),
        *("narrative.template_writer", "narrative.must_tell", "narrative.telling"),
        *("narrative.forms", "narrative.frames", "narrative.report_sentences"),
        *("narrative.change_sentences", "narrative.newest_day_sentences"),
        *("reports.turning_point", "reports.days_before", "narrative.story"),
        *("reports.experiment_box", "reports.load_state"),
        *("reports.this_week", "reports.since_last_week", "reports.open_question", "reports.told"),
    ),
}
INSIGHTS_MODULES = ("insights.analyzers", "insights.table", "build.insights")
"""Of all insights: which findings hold is decided over the tests of all of them."""


def versions_of_code(keys: Iterable[dg.AssetKey]) -> dict[dg.AssetKey, str | None]:
    """The version of the code that makes each asset.

    The trees of all modules are kept for a while, and looking for rubbish among them would take
    longer than making them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return {key: code_version(key) for key in keys}
    finally:
        tree_of.cache_clear()
        if was_enabled:
            gc.enable()


def code_version(key: dg.AssetKey) -> str | None:
    """The version of the code that makes an asset; None where no code of this package does."""
    texts = list(texts_of(key))
    return short_hash(texts) if texts else None


def texts_of(key: dg.AssetKey) -> Iterator[str]:
    """What the code that makes an asset says, module by module."""
    layer, name = key.path[0], key.path[-1]
    if key in MODULES:
        yield from said_by(*(f"{PACKAGE}.{module}" for module in MODULES[key]))
    elif layer == INSIGHTS_PREFIX:
        yield from said_by(*(f"{PACKAGE}.{module}" for module in INSIGHTS_MODULES))
    elif layer == "bronze":
        readers = readers_of(registry.source_of("/".join(key.path[1:])))
        yield from said_by(f"{PACKAGE}.lake.bronze", *readers)
    elif layer == "silver":
        yield columns_of(silver.SCHEMAS[name])
        yield from said_by(registry.source_of_table(name).silver)
    elif name in VIEWS and key == table_key(VIEWS[name].full_name):
        yield sql_said(VIEWS[name].sql)


def readers_of(source: Source) -> set[str]:
    """The modules that read a vendor's files."""
    functions = [*(one.read for one in source.delimited), *(one.recognise for one in source.json)]
    return {function.__module__ for function in functions}


def columns_of(schema: TableSchema) -> str:
    """A table's columns, without what is said about them."""
    return repr([(column.name, column.type) for column in schema.columns])


def sql_said(sql: str) -> str:
    """A statement without its comments and layout."""
    return " ".join(token.text for token in sqlglot.tokenize(sql, read="athena"))


def said_by(*modules: str) -> list[str]:
    """What modules say, and what they import of their layers."""
    found, left = set(), list(modules)
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += imported(module)
    return [normalised(module) for module in sorted(found)]


@cache
def normalised(module: str) -> str:
    """A module without comments, docstrings and layout."""
    return without_docstrings(tree_of(module))


@cache
def imported(module: str) -> tuple[str, ...]:
    """The modules of its own layer that a module imports."""
    layer = layer_of(module)
    if layer not in FOLLOWED:
        return ()
    found = set()
    for node in tree_of(module).body:
        if isinstance(node, ast.ImportFrom) and layer_of(node.module or "") == layer:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in whole if file_of(name)}
            found |= modules if modules == whole else modules | {str(node.module)}
    return tuple(sorted(found))


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == PACKAGE else None


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


@cache
def tree_of(module: str) -> ast.Module:
    path = file_of(module)
    return ast.parse(path.read_bytes() if path else b"")


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


def short_hash(texts: Iterable[str]) -> str:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for text in texts:
        digest.update(blake2b(text.encode()).digest())
    return digest.hexdigest()
