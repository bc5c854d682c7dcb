"""All tables and views by full name (`bio_silver.oura_sleep`): silver's register and gold's."""

from __future__ import annotations

from bio_lakehouse import silver
from bio_lakehouse.gold import schemas as gold
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import TableSchema

SCHEMAS: dict[str, TableSchema] = {
    schema.full_name: schema for schema in (*silver.SCHEMAS.values(), *gold.SCHEMAS.values())
}
"""Tables: one that no ingestion has made yet reads as empty."""
DESCRIBED: dict[str, TableSchema] = SCHEMAS | {
    view.full_name: view.schema for view in VIEWS.values()
}
"""Tables and views."""
