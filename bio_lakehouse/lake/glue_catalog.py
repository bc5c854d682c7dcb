"""Which tables a lake on AWS has and where: Glue's catalog, and Iceberg's files in the gold bucket.

What Athena keeps in the same databases, its views, is no table here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake import home
from bio_lakehouse.lake.aws import aws_client, aws_session, endpoint_of, explained
from bio_lakehouse.lake.bucket_io import IMPLEMENTATION, WAREHOUSE
from bio_lakehouse.lake.catalog import NAME
from bio_lakehouse.lake.s3_trouble import files_explained
from bio_lakehouse.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

DATABASES = ("bio_silver", "bio_gold")
TABLE_TYPE, ICEBERG, VIEW = "table_type", "iceberg", "VIRTUAL_VIEW"
SECONDS = {"s3.connect-timeout": "5", "s3.request-timeout": "30"}


def warehouse_of(bucket: str) -> str:
    """Where the tables of a lake on AWS lie, in its gold bucket."""
    return f"s3://{bucket}/{home.WAREHOUSE}"


class GlueTableCatalog:
    """The Iceberg tables of Glue's databases `bio_silver` and `bio_gold`.

    Every question is asked of Glue anew: another writer may have committed since the last one.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.s3_gold_bucket:
            raise SettingsError(
                "BIO_S3_GOLD_BUCKET: not set, and a lake on AWS keeps its tables in it. "
                "`bio-lakehouse deploy` prints the names of the buckets that it made."
            )
        self.settings = settings
        self.warehouse = warehouse_of(settings.s3_gold_bucket)

    def names(self) -> list[str]:
        """Full names (`bio_silver.oura_sleep`) of all tables, sorted."""
        return sorted(self.locations())

    def locations(self) -> dict[str, str]:
        """Where each table's current metadata lies, by full name."""
        return self.listed()[0]

    def listed(self) -> tuple[dict[str, str], frozenset[str]]:
        """`locations` and `view_names` at once."""
        entries = list(self._entries())
        found = {name: _metadata_of(entry) for name, entry in entries}
        views = frozenset(name for name, entry in entries if entry.get("TableType") == VIEW)
        return {name: place for name, place in found.items() if place}, views

    def view_names(self) -> frozenset[str]:
        """Full names of Athena's views."""
        return self.listed()[1]

    def metadata_location(self, full_name: str) -> str | None:
        """Where the table's current metadata lies; None when there is no such table."""
        database, _, name = full_name.partition(".")
        missing = self.glue.exceptions.EntityNotFoundException
        with explained(f"Glue's table {full_name}"):
            try:
                found = self.glue.get_table(DatabaseName=database, Name=name)["Table"]
            except missing:
                return None
        return _metadata_of(found)

    def io_properties(self) -> dict[str, str]:
        """How PyIceberg reads and writes the tables' files: with the keys that boto3 has now."""
        endpoint = endpoint_of(self.settings, "s3")
        return {
            "py-io-impl": IMPLEMENTATION,
            WAREHOUSE: self.warehouse,
            "s3.region": self._region,
            **({"s3.endpoint": endpoint} if endpoint else {}),
            **SECONDS,
            **self._keys(),
        }

    def reading_properties(self) -> dict[str, str]:
        """As `io_properties`."""
        return self.io_properties()

    def place_of(self, full_name: str) -> str:
        """Where the table's files are, or will be."""
        return f"{self.warehouse}/{full_name.replace('.', '/')}"

    @contextmanager
    def trouble_named(self, full_name: str) -> Iterator[None]:
        """AWS's refusals inside as `AwsError`s that name the table's place."""
        place = self.place_of(full_name)
        with explained(place), files_explained(place, lambda: aws_client(self.settings, "s3")):
            yield

    @property
    def writable(self) -> Catalog:
        """PyIceberg's catalog, with the keys of now: those of a role are good for an hour."""
        from pyiceberg.catalog.glue import GlueCatalog

        return GlueCatalog(NAME, client=self.glue, **self.io_properties())

    @cached_property
    def glue(self) -> Any:
        return aws_client(self.settings, "glue")

    @cached_property
    def _session(self) -> Any:
        return aws_session(self.settings)

    @property
    def _region(self) -> str:
        return str(self.glue.meta.region_name)

    def _keys(self) -> dict[str, str]:
        """boto3 knows all ways to keys, Arrow only some."""
        with explained(self.warehouse):
            found = self._session.get_credentials()
            keys = found.get_frozen_credentials() if found else None
        if keys is None:
            return {}
        named = {
            "s3.access-key-id": keys.access_key,
            "s3.secret-access-key": keys.secret_key,
            "s3.session-token": keys.token,
        }
        return {name: value for name, value in named.items() if value}

    def _entries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All that Glue has in the two databases, page by page."""
        for database in DATABASES:
            with explained(f"Glue's database {database}"):
                for page in self.glue.get_paginator("get_tables").paginate(DatabaseName=database):
                    for entry in page["TableList"]:
                        yield f"{database}.{entry['Name']}", entry


def _metadata_of(entry: dict[str, Any]) -> str | None:
    """Where an entry of Glue's says that its Iceberg metadata lies; None for what is no such
    table."""
    parameters = entry.get("Parameters") or {}
    if str(parameters.get(TABLE_TYPE, "")).lower() != ICEBERG:
        return None
    place = parameters.get("metadata_location")
    return str(place) if place else None
