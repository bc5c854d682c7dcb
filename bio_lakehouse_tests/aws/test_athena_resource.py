"""The typed resource `athena`: what a step is given by it, and what a view's step tells of it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from bio_lakehouse.assets.gold import view_asset
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.engines.athena import AthenaSql
from bio_lakehouse.engines.athena_statements import AthenaPlace, AthenaStatements
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.settings import Settings

SETTINGS = {
    "athena_database": "bio_other",
    "athena_workgroup": "cautious",
    "athena_results_bucket": "answers",
    "athena_seconds": 7.0,
    "athena_reuse_minutes": 0,
}


def test_a_step_is_given_athena_as_it_is_set(on_aws: Settings) -> None:
    made = resources(on_aws.model_copy(update=SETTINGS))
    with dg.build_resources(
        {name: made[name] for name in ("lake", "s3", "athena", "sql")}
    ) as given:
        athena, sql = given.athena, given.sql
    assert isinstance(athena, AthenaStatements)
    assert isinstance(sql, AthenaSql)
    assert athena.place == AthenaPlace("bio_other", "cautious", "s3://answers/", 7.0, 0)
    assert sql.statements.place == athena.place
    assert athena.settings.aws_endpoint_url == on_aws.aws_endpoint_url


def test_only_a_lake_on_aws_has_it(tmp_path: Path) -> None:
    assert "athena" not in resources(Settings(home=tmp_path))
    asked = view_asset(VIEWS["energy_state"]).required_resource_keys
    assert "sql" in asked
    assert "athena" not in asked
