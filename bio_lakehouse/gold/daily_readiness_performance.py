"""Gold's daily table: what silver knows of a user's day, in one row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from bio_lakehouse.gold.daily_columns import (
    ASLEEP,
    DAY,
    INPUTS,
    LISTS,
    MAXIMA,
    MEANS,
    ONCE_A_DAY,
    ONE_NIGHT_GAP,
    SUMS,
)
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.lake.schema import QUARANTINE


def transform(tables: Mapping[str, DataFrame], first: date, last: date) -> DataFrame:
    """`bio_gold.daily_readiness_performance` for the days `first` to `last`, inclusive.

    `tables` are those of `INPUTS`, by name, with at least its columns; their rows are of these
    days, and `coverage` has the stretches that touch them.
    """
    parts = [_once_a_day(tables[table], columns) for table, columns in ONCE_A_DAY.items()]
    parts += [main_sleep(tables["oura_sleep"]), workouts_of_day(tables["peloton_workouts"])]
    days = reduce(
        lambda left, right: left.join(right, DAY, "left"), parts, known_days(tables, first, last)
    )
    derived = days.withColumns(
        {
            "had_workout": F.coalesce(
                F.col("workout_count") > 0, F.when(F.col("peloton_spoke"), F.lit(False))
            ),
            "workout_count": F.when(
                ~_workout_unread(),
                F.coalesce("workout_count", F.when(F.col("peloton_spoke"), F.lit(0))),
            ),
            **{name: F.when(~_workout_unread(), F.col(name)) for name in SUMS.values()},
        }
    )
    derived = derived.withColumns(
        {
            "readiness_to_output_ratio": _readiness_to_output_ratio(),
            "combined_wellness_score": _combined_wellness_score(),
        }
    )
    return derived.select(
        *[
            F.col(column.name).cast(column.type).alias(column.name)
            for column in DAILY_READINESS_PERFORMANCE.columns
        ]
    )


def known_days(tables: Mapping[str, DataFrame], first: date, last: date) -> DataFrame:
    """`user_id`, `day` of every record and every covered day, whether a Peloton download speaks
    about the day, and whether one has a row of it in quarantine."""
    no = F.lit(False)
    recorded = [
        tables[name].select(*DAY, no.alias("peloton_spoke"), no.alias("peloton_unread"))
        for name in INPUTS
        if name != "coverage"
    ]
    rows = reduce(DataFrame.unionAll, recorded, covered_days(tables["coverage"], first, last))
    told = ("peloton_spoke", "peloton_unread")
    return rows.groupBy(*DAY).agg(*[F.max(name).alias(name) for name in told])


def _workout_unread() -> Column:
    """Whether a workout of the day lies in quarantine, and no download reads well there."""
    return F.col("peloton_unread") & ~F.col("peloton_spoke")


def covered_days(coverage: DataFrame, first: date, last: date) -> DataFrame:
    """`user_id`, `day`, `peloton_spoke`, `peloton_unread` of the days between `first` and `last` in
    each stretch of coverage.

    Only workout downloads speak of Peloton: other answers of theirs have no silver table.
    """
    start = F.greatest("first_day", F.lit(first))
    end = F.least("last_day", F.lit(last))
    is_peloton = F.col("source") == "peloton"
    spoke = is_peloton & (F.col("origin") == "csv_export")
    unread = is_peloton & (F.col("origin") == QUARANTINE)
    stretches = coverage.where(
        (F.col("first_day") <= F.lit(last)) & (F.col("last_day") >= F.lit(first))
    )
    return stretches.select(
        "user_id",
        F.explode(F.sequence(start, end)).alias("day"),
        spoke.alias("peloton_spoke"),
        unread.alias("peloton_unread"),
    )


def main_sleep(periods: DataFrame) -> DataFrame:
    """The day's longest night: time asleep, HRV weighted by it, and the lowest heart rate.

    A night is a `long_sleep` with the periods of the same day that lie less than two hours from it
    or from each other; among equally long ones the one that began first. Periods that overlap tell
    of the same time twice and are never added up.
    """
    order = [
        F.desc_nulls_last("asleep_s"),
        F.asc_nulls_last("began"),
        F.asc("first_period"),
    ]
    place = F.row_number().over(Window.partitionBy(*DAY).orderBy(*order))
    longest = nights(periods).withColumn("_place", place).where(F.col("_place") == 1)
    return longest.select(
        *DAY,
        (F.col("asleep_s") / 3600).alias("sleep_duration_h"),
        F.col("hrv_rmssd_ms"),
        F.col("resting_heart_rate_bpm"),
    )


def nights(periods: DataFrame) -> DataFrame:
    """Each night of each day: when it began, how long one slept, HRV and lowest heart rate.

    The view `sleeps` has this rule in SQL, and the cases of the daily table are run through both.
    """
    in_time = Window.partitionBy(*DAY).orderBy(F.asc_nulls_last("bedtime_start"), "period_id")
    before = in_time.rowsBetween(Window.unboundedPreceding, -1)
    so_far = in_time.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    ended = F.max("bedtime_end").over(before)
    start = F.col("bedtime_start")
    follows = (start >= ended) & (start < ended + F.expr(ONE_NIGHT_GAP))
    asleep = periods.where(F.col("type").isin(*ASLEEP))
    marked = asleep.withColumn("_begins", F.when(follows, 0).otherwise(1))
    numbered = marked.withColumn("_night", F.sum("_begins").over(so_far))
    joined = numbered.groupBy(*DAY, "_night").agg(
        F.min("bedtime_start").alias("began"),
        F.min("period_id").alias("first_period"),
        F.sum("total_sleep_s").alias("asleep_s"),
        _weighted("average_hrv_ms", "total_sleep_s").alias("hrv_rmssd_ms"),
        F.min("lowest_heart_rate_bpm").alias("resting_heart_rate_bpm"),
        F.max(F.when(F.col("type") == "long_sleep", 1).otherwise(0)).alias("_long"),
    )
    return joined.where(F.col("_long") == 1)


def workouts_of_day(workouts: DataFrame) -> DataFrame:
    """Counts, sums, means and lists over the workouts of each day; unknown values are left out of
    each."""
    return workouts.groupBy(*DAY).agg(
        F.count("*").alias("workout_count"),
        *[_sum(column).alias(name) for column, name in SUMS.items()],
        *[
            (_sum(column) / _unless_zero(F.count(column))).alias(name)
            for column, name in MEANS.items()
        ],
        *[F.max(column).alias(name) for column, name in MAXIMA.items()],
        *[_list(column).alias(name) for column, name in LISTS.items()],
    )


def _once_a_day(table: DataFrame, columns: Mapping[str, str]) -> DataFrame:
    return table.select(*DAY, *[F.col(column).alias(name) for column, name in columns.items()])


def _sum(column: str) -> Column:
    """The sum through decimals, which does not depend on the order of the rows."""
    return F.sum(F.expr(f"try_cast({column} as decimal(28, 6))")).cast("double")


def _weighted(column: str, weight: str) -> Column:
    """The mean of a column weighted by another; a single value as it is."""
    product = F.expr(f"try_cast({column} * {weight} as decimal(28, 6))")
    weights = F.sum(F.when(F.col(column).isNotNull(), F.col(weight)))
    mean = F.sum(product).cast("double") / _unless_zero(weights)
    single = F.when(F.count(column) == 1, F.max(column))
    return F.coalesce(single, mean, _sum(column) / _unless_zero(F.count(column)))


def _unless_zero(number: Column) -> Column:
    """A divisor; null for 0. Spark 3.5's `nullif` takes no aggregate."""
    return F.when(number != 0, number)


def _list(column: str) -> Column:
    values = F.array_join(F.array_sort(F.collect_set(column)), ",")
    return F.when(F.count(column) > 0, values)


def _readiness_to_output_ratio() -> Column:
    ratio = "try_cast(total_output_kj / nullif(readiness_score, 0) as decimal(28, 6))"
    return F.round(F.expr(ratio), 2)


def _combined_wellness_score() -> Column:
    both = (F.col("readiness_score") * 6 + F.col("sleep_score") * 4) / 10
    return F.coalesce(both, F.col("readiness_score"), F.col("sleep_score"))
