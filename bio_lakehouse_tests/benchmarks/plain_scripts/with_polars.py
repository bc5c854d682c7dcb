"""The day's row of four exports as a person would write it with Polars.

`python with_polars.py FOLDER OUT.parquet`. It keeps no file as it came and no earlier version,
knows one person and their time zone, and trusts every row.
"""

from __future__ import annotations

import sys
from functools import reduce
from pathlib import Path

import polars as pl

ZONE = "America/New_York"


def oura(folder: Path, name: str, columns: dict[str, str], quote: str | None = '"') -> pl.LazyFrame:
    """Some columns of an account export's file, under our names, with the day."""
    file = folder / f"{name}.csv"
    rows = pl.scan_csv(file, separator=";", quote_char=quote, infer_schema_length=None)
    return rows.select("day", *[pl.col(there).alias(ours) for there, ours in columns.items()])


def readiness(folder: Path) -> pl.LazyFrame:
    columns = {
        "score": "readiness_score",
        "temperature_deviation": "temperature_deviation",
        "contributors": "contributors",
    }
    balance = pl.col("contributors").str.json_path_match("$.hrv_balance").cast(pl.Int64)
    rows = oura(folder, "dailyreadiness", columns, quote=None)
    return rows.with_columns(hrv_balance_score=balance).drop("contributors")


def sleep(folder: Path) -> pl.LazyFrame:
    """A file whose every row was quoted as one cell."""
    lines = pl.scan_csv(folder / "dailysleep.csv", separator="\t", new_columns=["line"])
    cells = pl.col("line").str.split(";")
    return lines.select(
        day=cells.list.get(1), sleep_score=cells.list.get(2).cast(pl.Int64, strict=False)
    )


def activity(folder: Path) -> pl.LazyFrame:
    columns = {
        "score": "activity_score",
        "steps": "steps",
        "active_calories": "active_calories",
        "total_calories": "total_calories",
    }
    return oura(folder, "dailyactivity", columns)


def workouts(folder: Path) -> pl.LazyFrame:
    """Counts, sums and disciplines of each day's workouts."""
    file = next(folder.glob("*_workouts*.csv"))
    rows = pl.scan_csv(file, null_values=["None"], infer_schema_length=None)
    clock = pl.col("Workout Timestamp").str.slice(0, 16).str.to_datetime("%Y-%m-%d %H:%M")
    start = clock.dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")
    return rows.group_by(start.dt.strftime("%Y-%m-%d").alias("day")).agg(
        workout_count=pl.len(),
        workout_minutes=_sum("Length (minutes)"),
        total_output_kj=_sum("Total Output"),
        workout_calories=_sum("Calories Burned"),
        disciplines=pl.col("Fitness Discipline").unique().sort().str.join(","),
    )


def _sum(column: str) -> pl.Expr:
    """The sum of what is known; null where nothing is."""
    known = pl.col(column).is_not_null().any()
    return pl.when(known).then(pl.col(column).sum())


def main(folder: Path, target: Path) -> None:
    """Write the rows of the exports in `folder` to `target`."""
    parts = [readiness(folder), sleep(folder), activity(folder), workouts(folder)]
    days = reduce(lambda left, right: left.join(right, on="day", how="full", coalesce=True), parts)
    days.sort("day").collect().write_parquet(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
