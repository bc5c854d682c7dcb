"""Insight assets: five, made together, since which findings hold is decided over the tests of all
of them; a forecast made each evening; and training load, which carries every day on to the next."""

import inspect
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse.assets.keys import FORECAST, GOLD_DAILY, TRAINING_LOAD, insight_key, table_key
from bio_lakehouse.assets.lineage import forecast_lineage, training_load_lineage
from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.people import is_for_files
from bio_lakehouse.assets.pictures import markdown, pictures
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import (
    Materialized,
    as_markdown,
    committed,
    materialized,
    preview,
    table_metadata,
    with_failure_reason,
)
from bio_lakehouse.build.day_facts import facts_of
from bio_lakehouse.build.insights import MADE_TOGETHER, build_forecast, build_insights
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.insights import ANALYZERS
from bio_lakehouse.insights.readiness_forecast import from_rows as forecasts_in
from bio_lakehouse.insights.table import from_rows
from bio_lakehouse.insights.tomorrow import expected
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports.load_state import state_text
from bio_lakehouse.viz.sparkline import sparkline

MADE_FROM = [GOLD_DAILY, table_key("bio_silver.peloton_workouts")]
DRAWN_DAYS = 90

SPECS = [
    dg.AssetSpec(
        insight_key(name),
        deps=MADE_FROM,
        group_name="insights",
        kinds={"python", "iceberg"},
        description=inspect.getdoc(analyzer),
        metadata=table_metadata(gold.INSIGHTS.full_name, gold.INSIGHTS.columns),
    )
    for name, analyzer in ANALYZERS.items()
]
WEEK = dg.AssetSpec(
    insight_key(gold.WEEK_COMPARISON.name),
    deps=MADE_FROM,
    group_name="insights",
    kinds={"python", "iceberg"},
    description=gold.WEEK_COMPARISON.description,
    metadata=table_metadata(gold.WEEK_COMPARISON.full_name, gold.WEEK_COMPARISON.columns),
)


@dg.multi_asset(specs=[*SPECS, WEEK], can_subset=True, name="insights")
def insights(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Iterator[Materialized]:
    days = days_of(context)
    names = [name for name in MADE_TOGETHER if insight_key(name) in context.selected_asset_keys]
    with with_failure_reason():
        code = code_of(context, insight_key(names[0]))
        narrow = is_for_files(context.run)
        build_insights(lake, days.first, days.last, names, code, of_changed=narrow)
    insights = lake.tables.read(gold.INSIGHTS, days.first, days.last)
    for name in names:
        if name == gold.WEEK_COMPARISON.name:
            result = week_result(context, lake, days)
        else:
            rows = insights.filter(pc.equal(insights["insight"], name))
            facts, key = facts_of(lake, gold.INSIGHTS, rows), insight_key(name)
            result = materialized(context, days, facts, told(rows), key=key)
        yield result


def code_of(context: dg.AssetExecutionContext, key: dg.AssetKey) -> str:
    """A name for the code that makes an asset."""
    return context.assets_def.get_asset_spec(key).code_version or ""


def week_result(context: dg.AssetExecutionContext, lake: Lakehouse, days: DayRange) -> Materialized:
    """The comparisons of the days, and the newest of them to look at."""
    rows = lake.tables.read(gold.WEEK_COMPARISON, days.first, days.last)
    shown = {"preview": preview(rows)}
    facts = facts_of(lake, gold.WEEK_COMPARISON, rows)
    return materialized(context, days, facts, shown, key=WEEK.key)


def told(rows: pa.Table) -> dict[str, dg.MarkdownMetadataValue]:
    """What the newest day's findings say, user by user, and a picture of them."""
    newest = rows.filter(pc.equal(rows["day"], pc.max(rows["day"])))
    lines = [
        f"- {row['user_id']}, {row['status']}: {as_markdown(row['narrative'])}"
        for row in newest.to_pylist()
    ]
    return {
        "findings": dg.MetadataValue.md("\n".join(sorted(lines))),
        "picture": pictures(from_rows(newest)),
    }


@dg.asset(
    key=FORECAST,
    deps=MADE_FROM,
    group_name="insights",
    kinds={"python", "iceberg"},
    description=gold.READINESS_FORECAST.description,
    metadata=table_metadata(gold.READINESS_FORECAST.full_name, gold.READINESS_FORECAST.columns),
)
@with_failure_reason()
def forecasts(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]) -> Materialized:
    days, schema = days_of(context), gold.READINESS_FORECAST
    code, narrow = code_of(context, FORECAST), is_for_files(context.run)
    commit = build_forecast(lake, days.first, days.last, code, of_changed=narrow)
    said = forecasts_told(lake.tables.read(schema, days.last, days.last))
    return committed(context, lake, schema, days, commit, said | forecast_lineage())


def forecasts_told(rows: pa.Table) -> dict[str, dg.MarkdownMetadataValue]:
    """What the newest evening's forecasts say in a line, user by user, then how good they are."""
    expected_lines = [f"- {made.user_id}: {expected(made)}" for made in forecasts_in(rows)]
    lines = [f"- {row['user_id']}: {row['narrative']}" for row in rows.to_pylist()]
    return {
        "tomorrow": dg.MetadataValue.md("\n".join(expected_lines)),
        "forecasts": dg.MetadataValue.md("\n".join(sorted(lines))),
    }


@dg.asset(
    key=TRAINING_LOAD,
    deps=MADE_FROM,
    group_name="gold",
    kinds={"python", "iceberg"},
    description=gold.TRAINING_LOAD.description,
    metadata=table_metadata(gold.TRAINING_LOAD.full_name, gold.TRAINING_LOAD.columns),
)
@with_failure_reason()
def training_loads(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lakehouse]
) -> Materialized:
    days, schema = days_of(context), gold.TRAINING_LOAD
    code, narrow = code_of(context, TRAINING_LOAD), is_for_files(context.run)
    commit = build_training_load(lake, days.first, days.last, code, of_changed=narrow)
    said = {
        "state": states_told(lake, schema, days.last),
        f"chronic load of {DRAWN_DAYS} days": drawn(lake, schema, days.last),
    }
    told = said | training_load_lineage()
    return committed(context, lake, schema, days, commit, told)


def states_told(lake: Lakehouse, schema: TableSchema, last: date) -> dg.MarkdownMetadataValue:
    """Each user's state on `last` in words: figures, or bands where the bounds lie far apart."""
    rows = lake.tables.read(schema, last, last).to_pylist()
    lines = [
        f"- {row['user_id']}: {state_text(row) if row['state'] else sentences.load_unknown()}"
        for row in rows
    ]
    return dg.MetadataValue.md("\n".join(sorted(lines)))


def drawn(lake: Lakehouse, schema: TableSchema, last: date) -> dg.MarkdownMetadataValue:
    """The chronic load of each user's 90 days up to `last`."""
    rows = lake.tables.read(schema, last - timedelta(days=DRAWN_DAYS - 1), last).sort_by("day")
    by_user: dict[str, list[float | None]] = {}
    for row in rows.select(["user_id", "chronic_load"]).to_pylist():
        by_user.setdefault(row["user_id"], []).append(row["chronic_load"])
    return markdown((user_id, load_line(loads)) for user_id, loads in sorted(by_user.items()))


def load_line(loads: Sequence[float | None]) -> str:
    return sparkline(loads, label="Chronic training load", minimum=0, width=480, height=80)


INSIGHTS = [insights, forecasts, training_loads]
