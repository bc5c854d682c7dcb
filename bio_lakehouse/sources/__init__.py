"""The outside world: what Peloton and Oura send, read into records. Knows no Dagster, no Spark, no storage."""

from bio_lakehouse.sources.datasets import BRONZE_DATASETS, TYPED_DATASETS
from bio_lakehouse.sources.recognise import parse

__all__ = ["BRONZE_DATASETS", "TYPED_DATASETS", "parse"]
