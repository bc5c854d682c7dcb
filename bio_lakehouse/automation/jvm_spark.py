"""Spark itself as a lake's session, on this machine's Java: for BIO_SPARK_REMOTE=local[*] alone, as
it needs the extra `jvm`."""

from typing import cast

import dagster as dg
from dagster_pyspark import LazyPySparkResource

from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.automation.resources import lock_run_of
from bio_lakehouse.settings import Settings

JVM_SPARK = {
    "spark.app.name": "Bio Lakehouse",
    "spark.sql.session.timeZone": "UTC",
    # A day's rows are few: with Spark's own 200 parts each step would start 200 tasks.
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
"""What Spark is told as it starts. It has no page, and listens on loopback alone, for its own parts
and with their secrets."""


class JvmSparkResource(LazyPySparkResource):
    """Dagster's PySpark, of which assets are given the session. Its JVM is started once a process,
    when a step first needs it, and ends with the process."""

    def create_resource(self, context: dg.InitResourceContext) -> SparkSession:
        lock_run_of(context)
        return cast(SparkSession, self.spark_session)


def jvm_spark(settings: Settings) -> JvmSparkResource:
    """The resource for `settings.spark_remote`, such as `local[2]`: how many of its tasks run at a
    time."""
    return JvmSparkResource(spark_config={"spark.master": settings.spark_remote, **JVM_SPARK})
