"""The table of which days each file and fetch speaks about."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from bio_lakehouse.silver.schemas import COVERAGE


def transform(entries: DataFrame) -> DataFrame:
    """`bio_silver.coverage` from the ingestion log's entries, which have the same columns.

    Stretches without a first or last day are left out, and the same stretch of the same file is
    there once, since it was first landed.
    """
    known = entries.where(F.col("first_day") <= F.col("last_day"))
    stretches = known.groupBy(*COVERAGE.grain).agg(F.min("ingested_at").alias("ingested_at"))
    return stretches.select(
        *[F.col(column.name).cast(column.type).alias(column.name) for column in COVERAGE.columns]
    )
