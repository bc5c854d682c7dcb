"""Which version of a record counts, value by value.

Within one origin the later version that has a column says its value, be it that there is none.
Among origins the best one that knows a value gives it, and a version that was said while its day
was still going on comes after all that were said later. What a later whole file withdrew is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

SCORE = "score"
"""The column whose winner names a row's source, where a table has it."""
TOLD = ("source_file", "ingested_at")
"""What names a row's source beside its origin."""
RANK = "_rank"
"""A version's place among those of all origins."""


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
    versions = rows.withColumn("_rank", rank(origins))
    by_origin = versions.groupBy(*grain, "origin").agg(
        *[F.max_by(column, "version").alias(f"_best_{column}") for column in (*TOLD, RANK)],
        *[word for column, has in values.items() for word in _words(column, has)],
    )
    shown = [_shown(column).alias(column) for column in values]
    sources = [column.alias(name) for name, column in _source(SCORE in values).items()]
    return by_origin.groupBy(*grain).agg(*shown, *sources)


def _words(column: str, has: Column) -> Iterator[Column]:
    """What an origin's newest version that has a column says of it, and what that needs to be held
    against others: for the column that names the source, its file as well.

    Each by an aggregate of its own. In one of a struct Sail takes twenty times as long, and two
    structs with one condition for the same.
    """
    newest = F.when(has, F.col("version"))
    told = TOLD if column == SCORE else ()
    for name in (RANK, *told):
        yield F.max_by(name, newest).alias(_word(column, name))
    yield F.max_by(column, newest).alias(_word(column))


def _word(column: str, name: str = "value") -> str:
    return f"_{column}_{name}"


def _shown(column: str) -> Column:
    """The known value of the best origin."""
    return F.max_by(_word(column), _rank_of_known(column))


def _source(has_score: bool) -> dict[str, Column]:
    """The columns that name the source of a row: that of its score, else of its best version."""
    best = {"source_origin": "origin", **{name: f"_best_{name}" for name in TOLD}}
    found = {name: F.max_by(column, f"_best_{RANK}") for name, column in best.items()}
    if not has_score:
        return found
    known = _rank_of_known(SCORE)
    scores = {"source_origin": "origin", **{name: _word(SCORE, name) for name in TOLD}}
    return {
        name: F.when(F.max(known).isNotNull(), F.max_by(column, known)).otherwise(found[name])
        for name, column in scores.items()
    }


def _rank_of_known(column: str) -> Column:
    return F.when(F.col(_word(column)).isNotNull(), F.col(_word(column, RANK)))


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
