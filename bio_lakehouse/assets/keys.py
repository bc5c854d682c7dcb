"""Asset keys, and what the declarations of the layers say about who reads whom."""

from collections.abc import Collection

import dagster as dg

from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.insights.finding import INSIGHTS
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.reports.this_week import VIEWS_READ
from bio_lakehouse.silver.schemas import COVERAGE as COVERAGE_TABLE
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.oura.source import LANDING as ASKED_OF_OURA
from bio_lakehouse.sources.peloton.source import LANDING as DOWNLOADED_FROM_PELOTON

INSIGHTS_PREFIX = "insights"


def landing_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", name])


OURA_API = landing_key(ASKED_OF_OURA)
PELOTON_DOWNLOAD = landing_key(DOWNLOADED_FROM_PELOTON)
LANDED_FILES = landing_key("files")


def landed_by(dataset: str) -> list[dg.AssetKey]:
    """The landing assets by which a bronze dataset comes: files of any source that has a format,
    and what its vendor is asked for."""
    source = registry.source_of(dataset)
    dropped = [LANDED_FILES] if source.delimited or source.json else []
    fetcher = source.fetcher
    fetched = [landing_key(fetcher.asset)] if fetcher and dataset in fetcher.datasets else []
    return [*dropped, *fetched]


def bronze_key(dataset: str) -> dg.AssetKey:
    """`oura/sleep` → `bronze/oura/sleep`."""
    return dg.AssetKey(["bronze", *dataset.split("/")])


def table_key(full_name: str) -> dg.AssetKey:
    """`bio_silver.oura_sleep` → `silver/oura_sleep`; views as well."""
    return dg.AssetKey(full_name.removeprefix("bio_").split("."))


def insight_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([INSIGHTS_PREFIX, name])


COVERAGE = table_key(COVERAGE_TABLE.full_name)
GAP_LEDGER = table_key(gold.GAP_LEDGER.full_name)
GOLD_DAILY = table_key(gold.DAILY_READINESS_PERFORMANCE.full_name)
TRAINING_LOAD = table_key(gold.TRAINING_LOAD.full_name)
FORECAST = insight_key(gold.READINESS_FORECAST.name)
EXPERIMENT_DAYS = table_key(gold.EXPERIMENT_DAYS.full_name)
SELF_EXPERIMENT = insight_key(gold.SELF_EXPERIMENT.name)
WEEKLY_REPORT = dg.AssetKey(["reports", "weekly_report"])


def made_from_windows() -> frozenset[dg.AssetKey]:
    """The assets of a day that are made from the days of a window: insights, the comparison of the
    week, the forecast, and the result of a self-experiment."""
    others = (FORECAST, SELF_EXPERIMENT)
    return frozenset({*makers_of(gold.INSIGHTS), *makers_of(gold.WEEK_COMPARISON), *others})


def views_reported() -> frozenset[dg.AssetKey]:
    """The views of which a report tells the newest day."""
    return frozenset(table_key(view.full_name) for view in VIEWS_READ)


def makers_of(schema: TableSchema) -> tuple[dg.AssetKey, ...]:
    """The assets that a table's rows come from: of gold.insights one an insight."""
    if schema is gold.INSIGHTS:
        return tuple(map(insight_key, INSIGHTS))
    if schema in (gold.READINESS_FORECAST, gold.WEEK_COMPARISON, gold.SELF_EXPERIMENT):
        return (insight_key(schema.name),)
    return (table_key(schema.full_name),)


def silver_inputs() -> dict[dg.AssetKey, tuple[str, ...]]:
    """The bronze datasets that each silver table is made from. A file of any of them speaks about
    days: coverage."""
    inputs = {
        table_key(f"bio_silver.{table}"): registry.feeding(table) for table in registry.tables()
    }
    return inputs | {COVERAGE: registry.bronze_datasets()}


def datasets_built(keys: Collection[dg.AssetKey]) -> set[str]:
    """The bronze datasets that a run over the assets `keys` brings up to date all the way to gold's
    daily table."""
    made = set(keys)
    inputs = silver_inputs()
    built = set()
    for dataset in registry.bronze_datasets():
        readers = {table for table in inputs if dataset in inputs[table]}
        if {bronze_key(dataset), GOLD_DAILY, *readers} <= made:
            built.add(dataset)
    return built


def follows_gold() -> frozenset[dg.AssetKey]:
    """What an arrival still owes after gold's daily table: gold's other tables, views and
    insights."""
    tables = (key for schema in gold.SCHEMAS.values() for key in makers_of(schema))
    views = (table_key(view.full_name) for view in VIEWS.values())
    return frozenset({*tables, *views} - {GOLD_DAILY})
