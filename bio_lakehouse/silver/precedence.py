"""Which version of a record wins: the best origin of a day first, then the highest version of each record."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

ORIGINS = ("api", "account_export", "type_download", "trends_export", "csv_export")
"""Best first. Peloton has only the last one."""


def winners(rows: DataFrame, grain: Sequence[str]) -> DataFrame:
    """The rows that win, at most one for each value of `grain`, whatever the order of `rows`.

    `rows` are all record versions of a dataset with the bronze columns `user_id`, `day`, `origin`, `version`, `line`,
    `record` and `source_file`; `grain` starts with `user_id`, `day`. A day belongs to its best origin alone; there the
    highest `version` wins, then the later line of its file. Content and file name only settle what is left, so that
    the outcome never depends on order.
    """
    rank = Window.partitionBy("user_id", "day")
    order = [F.desc(name) for name in ("version", "line", "record", "source_file")]
    place = Window.partitionBy(*grain).orderBy(*order)
    return (
        rows.withColumn("_best_origin", F.min(origin_rank()).over(rank))
        .where(origin_rank() == F.col("_best_origin"))
        .withColumn("_place", F.row_number().over(place))
        .where(F.col("_place") == 1)
        .drop("_best_origin", "_place")
    )


def origin_rank() -> Column:
    """0 for the best origin; an origin that is not known comes last."""
    ranks = [F.when(F.col("origin") == origin, F.lit(rank)) for rank, origin in enumerate(ORIGINS)]
    return F.coalesce(*ranks, F.lit(len(ORIGINS)))
