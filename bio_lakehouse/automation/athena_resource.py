"""The `athena` resource and the SQL engine over it: for lakes on AWS alone, whose libraries take a
second to import."""

from typing import Any

import dagster as dg
from pydantic import Field

from bio_lakehouse.automation.resources import LakeResource, SqlResource, described, lock_run_of
from bio_lakehouse.engines.athena import athena_sql
from bio_lakehouse.engines.athena_statements import AthenaPlace, AthenaStatements
from bio_lakehouse.engines.sql import SqlEngine
from bio_lakehouse.settings import Settings, load_settings


class AthenaResource(dg.ConfigurableResource[AthenaStatements]):
    """Athena: where statements run, where their answers go, and what they may take."""

    database: str = described("athena_database", ...)
    workgroup: str = described("athena_workgroup", ...)
    output_location: str = Field(description="Where answers are written: `s3://bucket/`.")
    seconds: float = described("athena_seconds", ...)
    reuse_minutes: int = described("athena_reuse_minutes", ...)
    profile_name: str | None = described("aws_profile")
    region_name: str | None = described("aws_region")
    endpoint_url: str | None = described("aws_endpoint_url")

    def create_resource(self, context: dg.InitResourceContext) -> AthenaStatements:
        lock_run_of(context)
        place = AthenaPlace(
            self.database, self.workgroup, self.output_location, self.seconds, self.reuse_minutes
        )
        settings = load_settings(
            aws_profile=self.profile_name,
            aws_region=self.region_name,
            aws_endpoint_url=self.endpoint_url,
        )
        return AthenaStatements(settings, place)


class SqlOnAthena(SqlResource):
    """The SQL engine over the tables and views of a lake on AWS, by `athena`."""

    athena: dg.ResourceDependency[AthenaStatements]

    def create_resource(self, context: dg.InitResourceContext) -> SqlEngine:
        lock_run_of(context)
        return athena_sql(self.lake, self.athena)


def athena_resources(settings: Settings, lake: LakeResource) -> dict[str, Any]:
    """`athena`, and `sql` by it."""
    place = AthenaPlace.of(settings)
    athena = AthenaResource(
        database=place.database,
        workgroup=place.workgroup,
        output_location=place.output_location,
        seconds=place.seconds,
        reuse_minutes=place.reuse_minutes,
        profile_name=settings.aws_profile,
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
    )
    return {"athena": athena, "sql": SqlOnAthena(lake=lake, athena=athena)}
