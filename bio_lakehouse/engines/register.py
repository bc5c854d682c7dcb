"""Every table that a lake may have and every view over them, by full name:
`bio_silver.oura_sleep`."""

from __future__ import annotations

from bio_lakehouse import silver
from bio_lakehouse.gold import gap_ledger, schemas
from bio_lakehouse.gold.insight_schemas import INSIGHTS, READINESS_FORECAST, TRAINING_LOAD
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import TableSchema

_TABLES = (
    *silver.SCHEMAS.values(),
    *schemas.SCHEMAS.values(),
    gap_ledger.SCHEMA,
    INSIGHTS,
    TRAINING_LOAD,
    READINESS_FORECAST,
)
SCHEMAS: dict[str, TableSchema] = {schema.full_name: schema for schema in _TABLES}
"""Tables: one that no ingestion has made yet reads as empty."""
DESCRIBED: dict[str, TableSchema] = SCHEMAS | {
    view.full_name: view.schema for view in VIEWS.values()
}
"""Tables and views."""
