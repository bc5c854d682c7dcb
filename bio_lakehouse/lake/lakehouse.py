"""One lake: its settings and the places where its data is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bio_lakehouse import backends
from bio_lakehouse.lake import bronze_layout
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.log import IngestionLog
from bio_lakehouse.lake.objects import ObjectStore, write_atomically
from bio_lakehouse.settings import Settings, load_settings

if TYPE_CHECKING:
    from bio_lakehouse.lake.tables import Tables


class Lakehouse:
    """The objects, log and tables of one home.

    `objects` holds bronze, quarantine and reports; `landing_objects` what arrived, in the same
    place unless `BIO_LANDING_URL` names a bucket; `log` what became of that; `tables` silver and
    gold. `s3` makes the boto3 client for the bucket.
    """

    def __init__(self, settings: Settings, s3: Callable[[], Any] | None = None) -> None:
        self.settings = settings
        self.backend = backends.backend_of(settings)
        self._s3 = s3

    @classmethod
    def open(
        cls, settings: Settings | None = None, s3: Callable[[], Any] | None = None
    ) -> Lakehouse:
        """The lake of `settings`, of the environment's when not given; its home is made when it is
        not there.

        `StoreError` when that cannot be. What this process writes from now on is its owner's alone.
        """
        settings = settings or load_settings()
        lake = cls(settings, s3)
        lake.backend.prepare(lake)
        return lake

    @property
    def place(self) -> str:
        """Where the lake is, as a person would name it: its home, or its bucket."""
        return self.backend.place(self.settings)

    def local_path(self, key: str) -> Path:
        """An object as a file on this machine: of a bucket a copy in the home."""
        if self.objects.local_folder(key) is None:
            copy = self.settings.home / key
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(copy, self.objects.get(key))
        return self.settings.home / key

    @cached_property
    def objects(self) -> ObjectStore:
        return self.backend.objects(self)

    @cached_property
    def landing_objects(self) -> ObjectStore:
        url = self.settings.landing_url
        if not url:
            return self.objects
        return self.store_at(url)

    def store_at(self, address: str) -> ObjectStore:
        """The objects at `s3://bucket[/prefix]` or in a folder, whatever they are used for."""
        return backends.open_store(address, lambda: self._s3_client)

    @cached_property
    def _s3_client(self) -> Any:
        from bio_lakehouse.lake.aws import aws_client

        return self._s3() if self._s3 else aws_client(self.settings, "s3")

    @cached_property
    def bronze(self) -> Bronze:
        """Bronze, brought over first where it lies as an earlier version wrote it."""
        lock = partial(self.backend.lock, self.settings)
        return bronze_layout.by_month(Bronze(self.objects), lock)

    @cached_property
    def log(self) -> IngestionLog:
        """`DamagedFile` when it is not there, though files were brought in."""
        return self.backend.log(self.settings)

    @cached_property
    def tables(self) -> Tables:
        from bio_lakehouse.lake.tables import Tables

        retention = timedelta(days=self.settings.snapshot_retention_days)
        return Tables(self.backend.catalog(self), retention)
