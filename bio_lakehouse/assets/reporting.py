"""What an asset tells the UI: its schema when it is defined, its rows when it is materialised."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.lake.store_errors import explain
from bio_lakehouse.lake.tables import Commit

if TYPE_CHECKING:
    Materialized = dg.MaterializeResult[None]
else:
    # As an annotation Dagster knows its class only without a parameter.
    Materialized = dg.MaterializeResult

MOST_DAYS_COUNTED = 400
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 12


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
    rows_by_day: Mapping[date, int],
    metadata: Mapping[str, Any],
    *checks: dg.AssetCheckResult,
    key: dg.AssetKey | None = None,
) -> Materialized:
    """The result of materialising `days`.

    What is said of the run stands on its last day alone, since Dagster copies it into the event of
    every day. Rows are counted a day in runs of up to 400 days: in longer ones the counting would
    take longer than the work.
    """
    if len(list(days.days)) <= MOST_DAYS_COUNTED:
        for day in days.days:
            counted = {"dagster/partition_row_count": rows_by_day.get(day, 0)}
            context.add_asset_metadata(counted, asset_key=key, partition_key=day.isoformat())
    context.add_asset_metadata(metadata, asset_key=key, partition_key=days.last.isoformat())
    return dg.MaterializeResult(asset_key=key, check_results=checks)


def preview(rows: pa.Table) -> dg.MarkdownMetadataValue:
    """Some rows, the newest where they have a day, as a Markdown table."""
    ordered = rows.sort_by([("day", "descending")]) if "day" in rows.column_names else rows
    shown = ordered.slice(0, PREVIEW_ROWS).select(rows.column_names[:PREVIEW_COLUMNS])
    lines = [shown.column_names, ["---"] * shown.num_columns]
    lines += [list(map(cell_text, row.values())) for row in shown.to_pylist()]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def cell_text(cell: object) -> str:
    return "" if cell is None else str(cell).replace("|", r"\|")


def committed(
    context: dg.AssetExecutionContext,
    lake: Lakehouse,
    schema: TableSchema,
    days: DayRange,
    commit: Commit,
    metadata: Mapping[str, Any] | None = None,
) -> Materialized:
    """The result of replacing `days` of a table: what was committed, and some of what is there."""
    rows = lake.tables.read(schema, days.first, days.last)
    said = {
        "rows": commit.rows,
        "changed": commit.changed,
        "snapshot": str(commit.snapshot_id),
        "preview": preview(rows),
    }
    return materialized(context, days, commit.rows_by_day, said | dict(metadata or {}))


def rows_by_day(rows: pa.Table) -> Mapping[date, int]:
    """Rows of each day; none for rows that have no day."""
    return Counter(rows.column("day").to_pylist()) if "day" in rows.column_names else {}
