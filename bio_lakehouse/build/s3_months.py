"""Which months bronze has in a bucket, as a job asks that has nothing of the lake's own store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from bio_lakehouse.build.table_order import TableOrder

MONTH = "month="


class S3Months:
    """The months' folders of an order's objects at `s3://bucket[/prefix]`, by a client of boto3."""

    def __init__(self, client: Any, order: TableOrder) -> None:
        self.client = client
        self.order = order
        self.bucket, _, prefix = order.objects.removeprefix("s3://").partition("/")
        self.root = f"{prefix.rstrip('/')}/" if prefix else ""

    def folders(self, dataset: str) -> list[str]:
        """The addresses of a dataset's months that are there and have days of the order's range."""
        order = self.order
        prefix = f"{self.root}bronze/{dataset}/{MONTH}"
        found = []
        for folder in self._prefixes(prefix, order.first):
            if order.first.replace(day=1) <= _month_of(folder) <= order.last:
                found.append(f"s3://{self.bucket}/{folder}")
        return found

    def _prefixes(self, prefix: str, first: date) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, Delimiter="/", StartAfter=f"{prefix}{first:%Y-%m}"
        )
        for page in pages:
            yield from (part["Prefix"] for part in page.get("CommonPrefixes", []))


def _month_of(folder: str) -> date:
    return date.fromisoformat(f"{folder.rstrip('/').rpartition(MONTH)[2]}-01")
