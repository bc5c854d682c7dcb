"""Blocking checks: what the schema of a table or view says about grain, bounds and nulls holds on
the days of a run.

A table's rows are held to the same before each commit. The check says it of what can be read back,
and holds views to it, which are never written. Checks have no days of their own, and are part of
their asset's step: as steps of their own they would take a third of a run's time.
"""

import dagster as dg
import pyarrow as pa

from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.lake.tables import conform, violations

NAME = "grain_bounds_nulls"


def check_of(key: dg.AssetKey, schema: TableSchema) -> dg.AssetCheckSpec:
    """The check of an asset; when it fails, nothing downstream is made."""
    bounded = sum(
        column.minimum is not None or column.maximum is not None for column in schema.columns
    )
    required = ", ".join(column.name for column in schema.columns if column.required)
    says = (
        f"A row for each {', '.join(schema.grain)}; {bounded} columns within their bounds; never "
        f"null: {required}."
    )
    return dg.AssetCheckSpec(NAME, asset=key, description=says, blocking=True)


def checked(
    schema: TableSchema, rows: pa.Table, key: dg.AssetKey | None = None
) -> dg.AssetCheckResult:
    """What became of the check on these rows; `key` where a step makes several assets."""
    found = violations(schema, conform(rows, schema))
    return dg.AssetCheckResult(
        check_name=NAME,
        asset_key=key,
        passed=not found,
        description="; ".join(found) or None,
        metadata={"rows": rows.num_rows},
    )
