"""PyIceberg's way to files in S3, kept to one warehouse: nothing outside of it is read, written or
deleted."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pyiceberg.io import InputFile, OutputFile
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.aws import TIMEOUTS

IMPLEMENTATION = f"{__name__}.BucketIO"
WAREHOUSE = "warehouse"


class BucketIO(PyArrowFileIO):
    """Files below the property `warehouse` (`s3://…`); `TableError` before any other is touched."""

    def new_input(self, location: str) -> PyArrowFile:
        self._refuse_outside(location)
        return super().new_input(location)

    def new_output(self, location: str) -> PyArrowFile:
        self._refuse_outside(location)
        return super().new_output(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Delete a file and leave nothing: Arrow would put an empty object where its folder was."""
        place = location if isinstance(location, str) else location.location
        self._refuse_outside(place)
        bucket, _, key = place.removeprefix("s3://").partition("/")
        self._client.delete_object(Bucket=bucket, Key=key)

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            config=Config(**TIMEOUTS),
            endpoint_url=self.properties.get("s3.endpoint"),
            region_name=self.properties.get("s3.region"),
            aws_access_key_id=self.properties.get("s3.access-key-id"),
            aws_secret_access_key=self.properties.get("s3.secret-access-key"),
            aws_session_token=self.properties.get("s3.session-token"),
        )

    def _refuse_outside(self, location: str) -> None:
        warehouse = self.properties[WAREHOUSE]
        if not location.startswith(f"{warehouse}/") or ".." in location:
            raise TableError(
                f"{location} lies outside {warehouse}: it is left as it is. Set BIO_S3_GOLD_BUCKET "
                "to the bucket in which the lake's tables are, or build another lake in another "
                "account or region."
            )
