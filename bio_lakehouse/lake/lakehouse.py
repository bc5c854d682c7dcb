"""One lake: its settings and the places where its data is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import home
from bio_lakehouse.lake.bronze import Bronze
from bio_lakehouse.lake.catalog import LocalCatalog
from bio_lakehouse.lake.log import IngestionLog
from bio_lakehouse.lake.objects import FolderStore, ObjectStore
from bio_lakehouse.lake.sqlite_log import SqliteLog
from bio_lakehouse.settings import Settings, keep_timezone, load_settings

if TYPE_CHECKING:
    from bio_lakehouse.lake.s3 import S3Store
    from bio_lakehouse.lake.tables import Tables


class Lakehouse:
    """The objects, log and tables of one home.

    `objects` holds bronze, quarantine and reports; `landing_objects` what arrived, in the same place unless
    `BIO_LANDING_URL` names a bucket; `log` what became of that; `tables` silver and gold. `s3` makes the boto3 client
    for the bucket.
    """

    def __init__(self, settings: Settings, s3: Callable[[], Any] | None = None) -> None:
        self.settings = settings
        self._s3 = s3

    @classmethod
    def open(
        cls, settings: Settings | None = None, s3: Callable[[], Any] | None = None
    ) -> Lakehouse:
        """The lake of `settings`, of the environment's when not given; its home is made when it is not there.

        `StoreError` when that cannot be. What this process writes from now on is its owner's alone.
        """
        settings = settings or load_settings()
        home.make_private(settings.home)
        if home.is_lake(settings.home):
            keep_timezone(settings)
        return cls(settings, s3)

    @cached_property
    def objects(self) -> ObjectStore:
        return FolderStore(self.settings.home)

    @cached_property
    def landing_objects(self) -> ObjectStore:
        url = self.settings.landing_url
        if not url:
            return self.objects
        return self.bucket_at(url)

    def bucket_at(self, url: str) -> S3Store:
        """The objects below `s3://bucket[/prefix]`, whatever they are used for."""
        from bio_lakehouse.lake.s3 import S3Store

        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        return S3Store(self._s3_client, bucket, prefix)

    @cached_property
    def _s3_client(self) -> Any:
        from bio_lakehouse.lake.s3 import s3_client

        return self._s3() if self._s3 else s3_client(self.settings.s3_endpoint_url)

    @cached_property
    def bronze(self) -> Bronze:
        return Bronze(self.objects)

    @cached_property
    def log(self) -> IngestionLog:
        path = self.settings.home / home.LOG
        if not is_written(path) and any((self.settings.home / home.BRONZE).glob("*")):
            raise DamagedFile.at(path, "it is missing or empty, though files were brought in")
        return SqliteLog(path)

    @cached_property
    def tables(self) -> Tables:
        from bio_lakehouse.lake.tables import Tables

        catalog = LocalCatalog.of(self.settings.home, self._has_tables)
        return Tables(catalog, timedelta(days=self.settings.snapshot_retention_days))

    def _has_tables(self) -> bool:
        """Whether some file was built into tables, by the log; a log that is yet to come knows none."""
        if not is_written(self.settings.home / home.LOG):
            return False
        return self.log.has_built()


def is_written(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
