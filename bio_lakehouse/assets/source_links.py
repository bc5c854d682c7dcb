"""Where an asset's code stands, for Dagster's page: the asset itself, and the SQL or the module
that says what is made."""

from __future__ import annotations

import ast
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import dagster as dg
from dagster._core.definitions.decorators.op_decorator import DecoratedOpFunction

from bio_lakehouse.assets.code_versions import MODULES, readers_of
from bio_lakehouse.assets.keys import INSIGHTS_PREFIX
from bio_lakehouse.assets.module_texts import PACKAGE, file_of
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.insights import ANALYZERS
from bio_lakehouse.sources import registry

KEY = "dagster/code_references"

Link = tuple[str, Path, int]
"""What it is, the file and the line."""


def links_of(assets: Iterable[dg.AssetsDefinition]) -> dict[dg.AssetKey, dict[str, object]]:
    """The metadata that leads to the code of each asset, by key."""
    with warnings.catch_warnings():
        # Links to code are in beta.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return {
            key: {KEY: reference([asset_link(asset), *maker_links(key)])}
            for asset in assets
            for key in asset.keys
        }


def reference(links: Iterable[Link]) -> dg.CodeReferencesMetadataValue:
    found: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [
        dg.LocalFileCodeReference(file_path=str(path), line_number=line, label=label)
        for label, path, line in links
    ]
    return dg.CodeReferencesMetadataValue(code_references=found)


def asset_link(asset: dg.AssetsDefinition) -> Link:
    """The function that Dagster runs. Its own way to find it stops at the decorators around it."""
    compute = asset.op.compute_fn
    function = compute.decorated_fn if isinstance(compute, DecoratedOpFunction) else compute
    return link_to("asset", inspect.unwrap(function))


def maker_links(key: dg.AssetKey) -> Iterator[Link]:
    """What makes the rows or the page of an asset."""
    layer, name = key.path[0], key.path[-1]
    if key in MODULES:
        yield from links_to_modules(f"{PACKAGE}.{module}" for module in MODULES[key])
    elif name in VIEWS:
        yield "SQL", Path(str(files(f"{PACKAGE}.gold.views") / f"{name}.sql")), 1
    elif layer == "bronze":
        yield from links_to_modules(sorted(readers_of(registry.source_of("/".join(key.path[1:])))))
    elif layer == "silver":
        yield from links_to_function("transform", registry.source_of_table(name).silver, name)
    elif layer == INSIGHTS_PREFIX and name in ANALYZERS:
        yield link_to("analyzer", ANALYZERS[name].analyze)
    elif layer == INSIGHTS_PREFIX:
        yield from links_to_modules([f"{PACKAGE}.insights.{name}"])


def links_to_modules(modules: Iterable[str]) -> Iterator[Link]:
    for module in modules:
        path = file_of(module)
        if path:
            yield module.removeprefix(f"{PACKAGE}."), path, 1


def links_to_function(label: str, module: str, name: str) -> Iterator[Link]:
    """Where a module has a function."""
    path, line = file_of(module), lines_of_functions(module).get(name)
    if path and line:
        yield label, path.resolve(), line


@cache
def lines_of_functions(module: str) -> Mapping[str, int]:
    """Where the functions of a module begin, which is not imported for that."""
    path = file_of(module)
    tree = ast.parse(path.read_bytes() if path else b"")
    return {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}


def link_to(label: str, code: Callable[..., object]) -> Link:
    """The file and line of a function."""
    return label, resolved(inspect.getfile(code)), code.__code__.co_firstlineno


@cache
def resolved(file: str) -> Path:
    return Path(file).resolve()
