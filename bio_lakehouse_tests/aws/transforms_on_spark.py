"""Run by `spark-submit` with the package's wheel alone: makes every table of the cases in the given
folders, and leaves each as Parquet beside them."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from bio_lakehouse import silver
from bio_lakehouse.build.on_spark import SESSION, made_rows
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.daily_readiness_performance import transform as daily
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.silver import coverage

COVERAGE = (
    "user_id string, source string, origin string, source_file string, first_day string, "
    "last_day string, ingested_at string"
)


def main(out: str, folders: list[str]) -> None:
    spark = SparkSession.builder.getOrCreate()
    for name, value in SESSION.items():
        spark.conf.set(name, value)
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    for folder in map(Path, folders):
        started = time.perf_counter()
        make_tables(spark, folder, folder / out)
        took = time.perf_counter() - started
        print(f"Spark {spark.version}: {folder.name} in {took:.1f} s", flush=True)


def make_tables(spark: SparkSession, folder: Path, out: Path) -> None:
    told = json.loads((folder / "range.json").read_text())
    first, last = (date.fromisoformat(told[name]) for name in ("first", "last"))
    users = tuple(json.loads((folder / "users.json").read_text()))

    def folders(dataset: str) -> list[str]:
        return [str(path) for path in sorted(folder.glob(f"bronze/{dataset}/month=*"))]

    def keep(name: str, rows: DataFrame) -> None:
        rows.coalesce(1).write.mode("overwrite").parquet(str(out / name))

    for name in silver.TRANSFORMS:
        order = TableOrder(f"bio_silver.{name}", first, last, str(folder), "none", users)
        keep(name, made_rows(spark, order, folders))
    keep("coverage", coverage.transform(entries(spark, folder)))
    tables = {
        name: spark.read.parquet(str(out / name)).select(*columns)
        for name, columns in INPUTS.items()
    }
    keep(DAILY.name, daily(tables, first, last))


def entries(spark: SparkSession, folder: Path) -> DataFrame:
    """What the log says of covered days."""
    names = [part.split()[0] for part in COVERAGE.split(", ")]
    rows = [
        tuple(map(row.get, names)) for row in json.loads((folder / "coverage.json").read_text())
    ]
    return spark.createDataFrame(rows, COVERAGE).selectExpr(
        *names[:4],
        *[f"cast({name} as date) as {name}" for name in names[4:6]],
        "cast(ingested_at as timestamp) as ingested_at",
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
