"""The Glue job that runs a transform for a range of days: what it is deployed with, in one place.

Its script is `infra/glue/transform_job.py`; the package and Dagster's pipe travel beside it as
wheels, which are put on Python's path and never installed, so that Glue's own PySpark is the only
one.

What its role may do: list both buckets; read `bronze/*`, and read, write and delete `pipes/*`, in
the bronze bucket; read, write and delete `warehouse/*` in the gold bucket; read the code;
`glue:GetDatabase`, `GetTable`, `GetTables` and `UpdateTable` on the two databases and their tables;
write its log and its metrics. It creates no table: whoever starts it has. Who starts it may call
`glue:StartJobRun`, `GetJobRun` and `BatchStopJobRun` for it.
"""

from __future__ import annotations

from collections.abc import Sequence

SCRIPT = "infra/glue/transform_job.py"
CODE_PREFIX = "glue"
"""Where the script and the wheels lie in the bucket of the artifacts: `<bucket>/glue/…`."""
PIPES_PREFIX = "pipes"
"""Where a run and its job tell each other of it, in the bronze bucket; nothing there is needed once
the run is over."""
GLUE_VERSION = "6.0"
"""Spark 4.1.1, Python 3.13, Iceberg 1.11.0. 5.1 (Spark 3.5.6, Python 3.11, Iceberg 1.10.0) runs the
same script."""
COMMAND = {"Name": "glueetl", "PythonVersion": "3"}
MAX_CONCURRENT_RUNS = 20
"""A step of Dagster is a run of the job, and the steps of one run are made side by side."""
TIMEOUT_MINUTES = 120
CATALOG = "glue_catalog"
"""The name of the Iceberg catalog in the job's session."""


def default_arguments(code: str, wheels: Sequence[str], temporary: str) -> dict[str, str]:
    """The job's `DefaultArguments`; each run adds the arguments of its order and of its pipe.

    `code` is where the wheels lie (`s3://bucket/glue`), `temporary` a prefix for Glue's own files.
    The job has no `Connections`: it reaches S3 and the Glue catalog, and nothing else.
    """
    return {
        "--job-language": "python",
        "--job-bookmark-option": "job-bookmark-disable",
        "--datalake-formats": "iceberg",
        "--extra-py-files": ",".join(f"{code}/{wheel}" for wheel in wheels),
        "--TempDir": temporary,
        "--enable-auto-scaling": "true",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
    }


def catalog_settings(
    warehouse: str, name: str = CATALOG, endpoint: str | None = None
) -> dict[str, str]:
    """The settings of a Spark session whose catalog `name` is Glue's; `endpoint` is an emulator's
    address."""
    catalog = f"spark.sql.catalog.{name}"
    settings = {
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse": warehouse,
        # What another writer has committed is seen at once, and not half a minute later.
        f"{catalog}.cache-enabled": "false",
    }
    if endpoint:
        settings |= {
            f"{catalog}.glue.endpoint": endpoint,
            f"{catalog}.s3.endpoint": endpoint,
            f"{catalog}.s3.path-style-access": "true",
        }
    return settings
