"""The `s3` resource and the lake that uses it, for lakes that have buckets: AWS's libraries take a
second to import, which no other lake should pay for."""

from collections.abc import Callable
from typing import Any

from dagster_aws.s3 import S3Resource

from bio_lakehouse.automation.resources import LakeResource, described
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import load_settings


class BucketResource(S3Resource):
    """Dagster's S3, of which an address that does not answer is given up within the time of a
    tick."""

    def get_client(self) -> Any:
        settings = load_settings(
            s3_endpoint_url=self.endpoint_url,
            aws_profile=self.profile_name,
            aws_region=self.region_name,
        )
        return aws_client(settings, "s3")


class LakeInBuckets(LakeResource):
    """The lake whose landing is in a bucket, or whose reports are taken to one, by `s3`."""

    s3: BucketResource
    s3_endpoint_url: str | None = described("s3_endpoint_url")
    aws_profile: str | None = described("aws_profile")
    aws_region: str | None = described("aws_region")
    aws_endpoint_url: str | None = described("aws_endpoint_url")
    s3_bronze_bucket: str = described("s3_bronze_bucket", ...)
    s3_gold_bucket: str = described("s3_gold_bucket", ...)
    athena_database: str = described("athena_database", ...)
    athena_results_bucket: str = described("athena_results_bucket", ...)
    athena_workgroup: str = described("athena_workgroup", ...)
    athena_seconds: float = described("athena_seconds", ...)
    athena_reuse_minutes: int = described("athena_reuse_minutes", ...)
    ingestion_log_table: str = described("ingestion_log_table", ...)
    lake_state_table: str = described("lake_state_table", ...)

    def s3_client(self) -> Callable[[], Any]:
        return self.s3.get_client
