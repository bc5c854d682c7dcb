"""Which version of a record counts, value by value.

Within one origin the later version that has a column says its value, be it that there is none.
Among origins the best one that knows a value gives it, and a version that was said while its day
was still going on comes after all that were said later. What a later whole file withdrew is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

SCORE = "score"
"""The column whose winner names a row's source, where a table has it."""


def merged(
    rows: DataFrame, grain: Sequence[str], values: Mapping[str, Column], origins: Sequence[str]
) -> DataFrame:
    """One row for each value of `grain`, whatever the order of `rows`: what its versions say
    together.

    `rows` are record versions with bronze's columns and those of `values`, each with the condition
    on which a version has that column; `origins` are the source's, best first. The result has
    `grain`, the columns of `values`, and the source of the row: that of its score, else of its best
    version.
    """
    told = F.struct("origin", "source_file", "ingested_at", "_rank")
    ranked = rows.withColumn("_rank", rank(origins)).withColumn("_told", told)
    # A column each, not a struct within the aggregate: Sail takes two of those with one condition
    # for the same.
    words = {f"_{column}": _word(column) for column in values}
    said = {
        column: F.max_by(f"_{column}", F.when(has, F.col("version")))
        for column, has in values.items()
    }
    best = F.max_by("_told", "version").alias("_best")
    by_origin = (
        ranked.withColumns(words)
        .groupBy(*grain, "origin")
        .agg(best, *[word.alias(f"_{column}") for column, word in said.items()])
    )
    shown = [_shown(column).alias(column) for column in values]
    by_grain = by_origin.groupBy(*grain).agg(*shown, _source(SCORE in values).alias("_source"))
    named = {
        "source_origin": F.col("_source.origin"),
        "source_file": F.col("_source.source_file"),
        "ingested_at": F.col("_source.ingested_at"),
    }
    return by_grain.withColumns(named).drop("_source")


def _word(column: str) -> Column:
    """What a version says of a column, and what that needs to be held against others: what is
    carried is copied for every row, so a file's name only for the column that names it."""
    told = ["_told"] if column == SCORE else []
    return F.struct(F.col(column).alias("value"), "_rank", *told)


def _shown(column: str) -> Column:
    """The known value of the best origin."""
    return F.max_by(F.col(f"_{column}.value"), _rank_of_known(column))


def _source(has_score: bool) -> Column:
    best = F.max_by("_best", F.col("_best._rank"))
    if not has_score:
        return best
    return F.coalesce(F.max_by(F.col(f"_{SCORE}._told"), _rank_of_known(SCORE)), best)


def _rank_of_known(column: str) -> Column:
    return F.when(F.col(f"_{column}.value").isNotNull(), F.col(f"_{column}._rank"))


def rank(origins: Sequence[str]) -> Column:
    """A version's place among those of all `origins`, as text that sorts.

    What was said once its day was over comes by its origin; before that what was said while it was
    still going on, by the time.
    """
    best_first = (F.lit(len(origins)) - origin_rank(origins)).cast("string")
    while_going_on = F.concat_ws("|", F.lit("0"), "provisional_at", best_first, "version")
    afterwards = F.concat_ws("|", F.lit("1"), best_first, "version")
    return F.when(F.col("provisional_at") != "", while_going_on).otherwise(afterwards)


def origin_rank(origins: Sequence[str]) -> Column:
    """0 for the best origin; an origin that is not known comes last."""
    ranks = [F.when(F.col("origin") == origin, F.lit(rank)) for rank, origin in enumerate(origins)]
    return F.coalesce(*ranks, F.lit(len(origins)))


def standing(rows: DataFrame) -> DataFrame:
    """The versions of records that their vendor has not withdrawn since."""
    record = Window.partitionBy("user_id", "day", "origin", "record_key")
    withdrawn_at = F.max(F.when(F.col("withdrawn"), F.col("version"))).over(record)
    return (
        rows.withColumn("_withdrawn_at", withdrawn_at)
        .where(F.col("_withdrawn_at").isNull() | (F.col("version") > F.col("_withdrawn_at")))
        .drop("_withdrawn_at")
    )


def of_the_days_origin(
    rows: DataFrame, identity: Collection[str], origins: Sequence[str]
) -> DataFrame:
    """The versions of each day's best origin, and of others those of the same records by
    `identity`.

    For tables with several rows a day: two origins may cut a day into other periods, which must not
    stand side by side.
    """
    day = Window.partitionBy("user_id", "day")
    of_origin = Window.partitionBy("user_id", "day", "origin")
    best, own = F.max("_rank").over(day), F.max("_rank").over(of_origin)
    marked = rows.withColumn("_rank", rank(origins)).withColumn("_is_best", best == own)
    same_record = Window.partitionBy("user_id", "day", *identity)
    kept = F.max("_is_best").over(same_record)
    return marked.withColumn("_kept", kept).where("_kept").drop("_rank", "_is_best", "_kept")
