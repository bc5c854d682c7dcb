"""What an asset tells the UI: its schema when it is defined, its rows when it is materialised."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from html import escape
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from bio_lakehouse.assets.metadata_by_day import add_metadata_by_day
from bio_lakehouse.assets.provenance import inputs_of_step, provenance_tags
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.build.day_facts import DayFacts, facts_committed
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.gold.measures import MEASURES
from bio_lakehouse.lake.content_versions import EMPTY
from bio_lakehouse.lake.extent import first_day
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.lake.store_errors import explain
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.numbers import rounded

if TYPE_CHECKING:
    Materialized = dg.MaterializeResult[None]
else:
    # As an annotation Dagster knows its class only without a parameter.
    Materialized = dg.MaterializeResult

ROW_COUNT = "dagster/partition_row_count"
DATA_VERSION = "dagster/data_version"
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 12
DECIMALS = {m.column: m.decimals for m in MEASURES if m.form == "number"} | {"p": 4, "q": 4}
MARKUP = r"\`*_{}[]#|!~"
OTHER_DECIMALS = 2
"""Of figures that are no measure, and of hours, which a table shows as decimals."""


@contextmanager
def with_failure_reason() -> Iterator[None]:
    """A step that fails begins with what our error says to do, and not with where in Dagster it
    came up."""
    try:
        yield
    except BioLakehouseError as error:
        raise dg.Failure(str(error)) from error
    except Exception as error:
        explained = explain(error, Path("a file of the lake"))
        if explained is None:
            raise
        raise dg.Failure(str(explained)) from error


def table_metadata(full_name: str, columns: Iterable[Column]) -> dict[str, Any]:
    """Name and columns of a table or view, for its definition."""
    nullable = {True: dg.TableColumnConstraints(nullable=False), False: None}
    described = [dg.TableColumn(c.name, c.type, c.comment, nullable[c.required]) for c in columns]
    return {"dagster/table_name": full_name, "dagster/column_schema": dg.TableSchema(described)}


def materialized(
    context: dg.AssetExecutionContext,
    days: DayRange,
    facts: DayFacts,
    metadata: Mapping[str, Any],
    *checks: dg.AssetCheckResult,
    key: dg.AssetKey | None = None,
) -> Materialized:
    """The result of materialising `days`: of each its facts, and what is said of the run on its
    last day alone, since Dagster would copy it into the event of every day.

    The data version of a day is that of its content, so that what is built again and is the same
    makes nothing stale.
    """
    told = {day.isoformat(): told_of(facts, day) for day in days.days}
    told[days.last.isoformat()] |= metadata
    if days.first != days.last:
        for day, metadata_of_day in told.items():
            metadata_of_day |= versioned(facts, date.fromisoformat(day))
    add_metadata_by_day(context, key or context.asset_key, told)
    version = facts.version(days.first) if days.first == days.last else None
    return dg.MaterializeResult(
        asset_key=key,
        check_results=checks,
        data_version=None if version is None else dg.DataVersion(version),
    )


def told_of(facts: DayFacts, day: date) -> dict[str, Any]:
    """What the event of a day says of it: rows, where it has any of its own, and figures."""
    rows = {} if facts.rows is None else {ROW_COUNT: facts.rows.get(day, 0)}
    return {**rows, **facts.figures.get(day, {})}


def versioned(facts: DayFacts, day: date) -> dict[str, str]:
    """The version of a day in a run of several, as our event log takes it from the metadata."""
    version = facts.version(day)
    return {} if version is None else {DATA_VERSION: version}


def log_days_beyond(
    context: dg.AssetExecutionContext,
    lake: Lakehouse,
    schema: TableSchema,
    days: DayRange,
    commit: Commit,
) -> None:
    """Log that days beyond those of the run were made, where what the table says of them changed:
    what was made from them is out of date, and they are not."""
    lakes = DayRange(first_day(lake.settings, lake.log), lake.settings.today())
    beyond = sorted(day for day in commit.changed_days if day in lakes and day not in days)
    if not beyond:
        return
    facts = facts_committed(lake, schema, commit, lake.tables.read(schema, beyond[0], beyond[-1]))
    log_days(context, facts, beyond)


def log_days(context: dg.AssetExecutionContext, facts: DayFacts, days: Iterable[date]) -> None:
    """Log that days were made that are not the run's, from the same code and inputs."""
    key = context.asset_key
    code_version = context.assets_def.get_asset_spec(key).code_version or context.run.run_id
    inputs = inputs_of_step(context, key)
    for day in days:
        tags = provenance_tags(code_version, facts.version(day) or EMPTY, inputs)
        context.log_event(event_of_day(key, facts, day, tags))


def event_of_day(
    key: dg.AssetKey,
    facts: DayFacts,
    day: date,
    tags: Mapping[str, str],
    metadata: Mapping[str, Any] | None = None,
) -> dg.AssetMaterialization:
    """The event of a day that is logged and not returned."""
    told = {**told_of(facts, day), **(metadata or {})}
    return dg.AssetMaterialization(key, partition=day.isoformat(), metadata=told, tags=tags)


def preview(rows: pa.Table) -> dg.MarkdownMetadataValue:
    """Some rows, the newest where they have a day, as a Markdown table of rounded figures."""
    ordered = rows.sort_by([("day", "descending")]) if "day" in rows.column_names else rows
    shown = ordered.slice(0, PREVIEW_ROWS).select(rows.column_names[:PREVIEW_COLUMNS])
    lines = [shown.column_names, ["---"] * shown.num_columns]
    lines += [list(starmap(cell_text, row.items())) for row in shown.to_pylist()]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def cell_text(column: str, cell: object) -> str:
    """A cell as the UI shows it: a figure with the decimals of its measure."""
    if isinstance(cell, float):
        return str(rounded(cell, DECIMALS.get(column, OTHER_DECIMALS)))
    return "" if cell is None else as_markdown(str(cell))


def as_markdown(text: str) -> str:
    """`text` as Markdown shows it letter by letter: what a person or a file calls something is
    neither a link nor a picture."""
    plain = escape(text, quote=False)
    return "".join(f"\\{letter}" if letter in MARKUP else letter for letter in plain)


def committed(
    context: dg.AssetExecutionContext,
    lake: Lakehouse,
    schema: TableSchema,
    days: DayRange,
    commit: Commit,
    metadata: Mapping[str, Any] | None = None,
) -> Materialized:
    """The result of replacing `days` of a table: `metadata`, what was committed, and some rows.

    Days that changed beyond these are logged with events of their own.
    """
    rows = lake.tables.read(schema, days.first, days.last)
    facts = facts_committed(lake, schema, commit, rows)
    log_days_beyond(context, lake, schema, days, commit)
    said = {
        "days changed by this run": len(commit.changed_days),
        "snapshot": str(commit.snapshot_id),
        "preview": preview(rows),
    }
    return materialized(context, days, facts, {**(metadata or {}), **said})
