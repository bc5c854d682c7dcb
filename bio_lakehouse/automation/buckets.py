"""The `s3` resource and the lake that uses it, for lakes that have buckets: AWS's libraries take a
second to import, which no other lake should pay for."""

from collections.abc import Callable
from typing import Any

from dagster_aws.s3 import S3Resource

from bio_lakehouse.automation.resources import LakeResource
from bio_lakehouse.lake.s3 import s3_client


class BucketResource(S3Resource):
    """Dagster's S3, of which an address that does not answer is given up within the time of a
    tick."""

    def get_client(self) -> Any:
        return s3_client(self.endpoint_url)


class LakeInBuckets(LakeResource):
    """The lake whose landing is in a bucket, or whose reports are taken to one, by `s3`."""

    s3: BucketResource

    def s3_client(self) -> Callable[[], Any]:
        return self.s3.get_client
