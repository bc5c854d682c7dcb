"""The Glue job: runs one transform of the package for a range of days, and tells Dagster of it.

Glue has PySpark, pyarrow, pandas and boto3; the package and `dagster_pipes` come as wheels on
Python's path. `--table`, `--first`, `--last`, `--objects` and `--catalog` are the order
(`bio_lakehouse.build.table_order`), `--warehouse` is where the catalog's tables lie, and Pipes adds
its own two arguments. People's measures come in Pipes' context, as arguments are shown. With
`AWS_ENDPOINT_URL` in the environment all of AWS is an emulator.
"""

from __future__ import annotations

import argparse
import os
import sys

import boto3
from dagster_pipes import (
    PipesCliArgsParamsLoader,
    PipesS3ContextLoader,
    PipesS3MessageWriter,
    open_dagster_pipes,
)
from pyspark.sql import SparkSession

from bio_lakehouse.build.on_spark import build_on_spark
from bio_lakehouse.build.s3_months import S3Months
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines.glue_job import catalog_settings

MESSAGES_EVERY_S = 2


def main(words: list[str]) -> None:
    """Build what is ordered; an error ends the job, and Dagster is told of it."""
    s3 = boto3.client("s3")
    told = PipesCliArgsParamsLoader()
    if not told.is_dagster_pipes_process():
        sys.exit("Dagster starts this job, and tells it people's measures: run the days there.")
    with open_dagster_pipes(
        context_loader=PipesS3ContextLoader(client=s3),
        message_writer=PipesS3MessageWriter(client=s3, interval=MESSAGES_EVERY_S),
        params_loader=told,
    ) as pipes:
        order = TableOrder.read(words, pipes.extras)
        written = build_on_spark(session(words), order, S3Months(s3, order).folders)
        pipes.report_custom_message(
            {
                "table": order.table,
                "rows": written.rows,
                "changed": written.changed,
                "snapshot_id": written.snapshot_id,
            }
        )


def session(words: list[str]) -> SparkSession:
    """Spark with Glue's catalog in it."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--warehouse", required=True)
    found, _ = parser.parse_known_args(words)
    builder = SparkSession.builder.appName("bio-lakehouse transform")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    for name, value in catalog_settings(found.warehouse, endpoint=endpoint).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


if __name__ == "__main__":
    main(sys.argv[1:])
