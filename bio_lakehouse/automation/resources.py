"""What assets are given: the lake, a Spark session and the SQL engine, each made from the same
settings."""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster_aws.s3 import S3Resource
from dagster_pyspark import PySparkResource

from bio_lakehouse.assets.owing import begin_run
from bio_lakehouse.automation import running
from bio_lakehouse.backends import open_sql, spark_session
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.s3 import s3_client
from bio_lakehouse.settings import Settings, load_settings


class LandingS3(S3Resource):
    """Dagster's S3, of which an address that does not answer is given up within the time of a
    tick."""

    def get_client(self) -> Any:
        return s3_client(self.endpoint_url)


def lock_run_of(context: dg.InitResourceContext) -> None:
    """Let others know that the run is still going: whatever it is made of, it takes one of these
    resources first."""
    if context.run and context.instance:
        running.lock_run(context.instance, context.run.run_id)


class LakeResource(dg.ConfigurableResource[Lakehouse]):
    """The lake of these settings. `s3` reaches landing when that is in a bucket."""

    settings: dict[str, Any]
    s3: S3Resource

    def create_resource(self, context: dg.InitResourceContext) -> Lakehouse:
        lock_run_of(context)
        lake = Lakehouse.open(load_settings(**self.settings), self.s3.get_client)
        if context.run:
            begin_run(lake, context.run)
        return lake


class SparkResource(PySparkResource):
    """The process's Spark session: Sail, or the Spark that `BIO_SPARK_REMOTE` names. It is started
    once a process."""

    settings: dict[str, Any]

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        lock_run_of(context)
        with spark_session(load_settings(**self.settings)) as session:
            self._spark_session = session


class SqlResource(dg.ConfigurableResource[SqlEngine]):
    """The SQL engine over the lake's tables and views."""

    settings: dict[str, Any]

    def create_resource(self, context: dg.InitResourceContext) -> SqlEngine:
        lock_run_of(context)
        return open_sql(Lakehouse.open(load_settings(**self.settings)))


def resources(settings: Settings) -> dict[str, Any]:
    """Resources by the names that assets take them by."""
    values = settings.without_secrets()
    return {
        "lake": LakeResource(settings=values, s3=LandingS3(endpoint_url=settings.s3_endpoint_url)),
        "spark": SparkResource(settings=values, spark_config={}),
        "sql": SqlResource(settings=values),
    }
