"""The silver table of Acme's scale."""

from __future__ import annotations

from pyspark.sql import DataFrame

from bio_lakehouse.silver.precedence import merged, standing
from bio_lakehouse.silver.schemas import SCHEMAS
from bio_lakehouse.silver.typed_columns import cell_texts, has, in_schema, typed
from bio_lakehouse_tests.made_up_vendor.source import ACME_SCALE, FIELDS


def acme_scale_weighings(bronze: DataFrame, users: DataFrame) -> DataFrame:
    """`bio_silver.acme_scale_weighings`: one row a user and day."""
    schema = SCHEMAS["acme_scale_weighings"]
    versions = typed(cell_texts(standing(bronze), FIELDS), FIELDS)
    values = {field.column: has(field.column) for field in FIELDS}
    return in_schema(merged(versions, schema.grain, values, ACME_SCALE.origins), schema)
