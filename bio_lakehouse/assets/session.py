"""The Spark session, as assets name what they are given: PySpark is imported by the step that runs
it, and not by all that loads the assets."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
else:
    SparkSession = Any

__all__ = ["SparkSession"]
