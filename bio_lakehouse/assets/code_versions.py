"""The version of the code that makes each asset: a short hash of what its modules say, or its SQL.

Dagster calls a day out of date that was made by other code. Comments, docstrings and layout say
nothing of what is made, and are left out. A module stands for itself and for what it imports of its
own layer; what lies below, such as how tables are written, changes no content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

import dagster as dg
import sqlglot

from bio_lakehouse import garbage, silver
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
from bio_lakehouse.assets.module_texts import PACKAGE, digest_of, kept_in, said_by
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

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


def versions_of_code(keys: Iterable[dg.AssetKey], kept: Path) -> dict[dg.AssetKey, str | None]:
    """The version of the code that makes each asset; what was found out is kept in a file.

    Looking for rubbish among the trees of all modules would take longer than making them.
    """
    with garbage.not_looked_for(), kept_in(kept):
        return {key: code_version(key) for key in keys}


def code_version(key: dg.AssetKey) -> str | None:
    """The version of the code that makes an asset; None where no code of this package does."""
    texts = list(texts_of(key))
    return short_hash(texts) if texts else None


def texts_of(key: dg.AssetKey) -> Iterator[bytes]:
    """Digests of what the code that makes an asset says, module by module."""
    layer, name = key.path[0], key.path[-1]
    if key in MODULES:
        yield from said_by(*(f"{PACKAGE}.{module}" for module in MODULES[key]))
    elif layer == INSIGHTS_PREFIX:
        yield from said_by(*(f"{PACKAGE}.{module}" for module in INSIGHTS_MODULES))
    elif layer == "bronze":
        readers = readers_of(registry.source_of("/".join(key.path[1:])))
        yield from said_by(f"{PACKAGE}.lake.bronze", *readers)
    elif layer == "silver":
        yield digest_of(columns_of(silver.SCHEMAS[name]).encode())
        yield from said_by(registry.source_of_table(name).silver)
    elif name in VIEWS and key == table_key(VIEWS[name].full_name):
        yield digest_of(sql_said(VIEWS[name].sql).encode())


def readers_of(source: Source) -> set[str]:
    """The modules that read a vendor's files."""
    functions = [*(one.read for one in source.delimited), *(one.recognise for one in source.json)]
    return {function.__module__ for function in functions}


def columns_of(schema: TableSchema) -> str:
    """A table's columns, without what is said about them."""
    return repr([(column.name, column.type) for column in schema.columns])


@cache
def sql_said(sql: str) -> str:
    """A statement without its comments and layout."""
    return " ".join(token.text for token in sqlglot.tokenize(sql, read="athena"))


def short_hash(digests: Iterable[bytes]) -> str:
    whole = blake2b(digest_size=DIGEST_BYTES)
    for digest in digests:
        whole.update(digest)
    return whole.hexdigest()
