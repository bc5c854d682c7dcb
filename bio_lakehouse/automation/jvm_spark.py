"""Spark itself as a lake's session, on this machine's Java: for BIO_SPARK_REMOTE=local[*] alone, as
it needs the extra `jvm`."""

from typing import cast

import dagster as dg
from dagster_pyspark import LazyPySparkResource

from bio_lakehouse.assets.session import SparkSession
from bio_lakehouse.automation.resources import lock_run_of
from bio_lakehouse.engines.spark import LARGEST_RELATION_BYTES
from bio_lakehouse.settings import Settings

JVM_SPARK = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.session.localRelationSizeLimit": str(LARGEST_RELATION_BYTES),
    # A day's rows are few: with Spark's own 200 parts each step would start 200 tasks.
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}
"""What Spark is told as it starts. It listens on loopback alone, and asks for a token that it makes
anew each time."""


class JvmSparkResource(LazyPySparkResource):
    """Dagster's PySpark, of which assets are given the session: a Spark Connect server in a JVM,
    started once a process, when a step first needs it."""

    def create_resource(self, context: dg.InitResourceContext) -> SparkSession:
        lock_run_of(context)
        return cast(SparkSession, self.spark_session)


def jvm_spark(settings: Settings) -> JvmSparkResource:
    """The resource for `settings.spark_remote`, such as `local[2]`: how many of its tasks run at a
    time."""
    return JvmSparkResource(spark_config={"spark.remote": settings.spark_remote, **JVM_SPARK})
