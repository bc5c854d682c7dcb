"""Gold's daily table from silver."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from bio_lakehouse import silver
from bio_lakehouse.at_once import in_turn
from bio_lakehouse.build.people import rows_of_others, rows_of_people
from bio_lakehouse.gold.daily_columns import DAY, INPUTS
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.tables import Commit, conform
from bio_lakehouse.silver.schemas import COVERAGE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

AT_ONCE = 2
"""So many stretches of days are with the engine at a time."""


def build_gold_daily(
    lake: Lakehouse,
    spark: SparkSession,
    first: date,
    last: date,
    people: Collection[str] | None = None,
) -> Commit:
    """Rebuild days `first` to `last` of gold's daily table from silver; of some people alone where
    said, and the rows of all others stay."""
    from bio_lakehouse.engines.spark import chunks_by_day, to_spark

    with exclusively(lake, DAILY.full_name):
        inputs = {}
        for table, columns in INPUTS.items():
            rows = lake.tables.read(silver.SCHEMAS[table], first, last, columns=columns)
            inputs[table] = rows_of_people(_told(rows), people)
        coverage = to_spark(spark, inputs.pop(COVERAGE.name))
        made = [rows_of_others(lake, DAILY, first, last, people)]
        # gRPC takes 128 MB at most, and a thousand people's year are 220.
        chunks = list(chunks_by_day([*inputs.values()]))
        stretches = _stretches(chunks, first, last)
        rows_of = partial(_rows_made, spark, [*inputs], coverage)
        made += in_turn(rows_of, zip(chunks, stretches, strict=True), AT_ONCE)
        return lake.tables.replace(DAILY, pa.concat_tables(made), first, last)


def _rows_made(
    spark: SparkSession,
    names: Sequence[str],
    coverage: DataFrame,
    piece: tuple[Sequence[pa.Table], tuple[date, date]],
) -> pa.Table:
    """The daily table's rows of a stretch of days, of what the tables of these names have there."""
    from bio_lakehouse.engines.spark import arrow_of, to_spark
    from bio_lakehouse.gold.daily_readiness_performance import transform

    chunk, days = piece
    frames = {name: to_spark(spark, rows) for name, rows in zip(names, chunk, strict=True)}
    return conform(arrow_of(transform({**frames, COVERAGE.name: coverage}, *days)), DAILY)


def _stretches(
    chunks: Sequence[Sequence[pa.Table]], first: date, last: date
) -> Iterator[tuple[date, date]]:
    """Days `first` to `last` in as many stretches as there are chunks of rows, each with the days
    of its own."""
    begins = [first, *map(_first_day, chunks[1:])]
    ends = [*(day - timedelta(days=1) for day in begins[1:]), last]
    return zip(begins, ends, strict=True)


def _first_day(tables: Sequence[pa.Table]) -> date:
    day: date = min(pc.min(rows["day"]).as_py() for rows in tables if rows.num_rows)
    return day


def _told(rows: pa.Table) -> pa.Table:
    """What rows say: those that tell of nothing but a day say the same, however many there are."""
    if {*rows.column_names} == {*DAY}:
        return rows.group_by(list(DAY)).aggregate([])
    return rows


def newest_day(lake: Lakehouse) -> date | None:
    """The newest day of gold's daily table, up to today: a clock may have been set back since."""
    if not lake.tables.exists(DAILY.full_name):
        return None
    today = lake.settings.today()
    days = lake.tables.scan(DAILY.full_name, last=today, columns=["day"])["day"]
    newest: date | None = pc.max(days).as_py()
    return newest
