"""QuickSight's resources are what its own API takes: botocore holds each call against AWS's
description of it, and moto answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.infra.quicksight_template import LINES, LISTS, NAMES
from bio_lakehouse_tests.infra.template_rules import read

ACCOUNT = "123456789012"
READER = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/somebody"
VALUES = {
    "Prefix": "bio-lakehouse",
    "Reader": READER,
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": "us-east-1",
    "AWS::Partition": "aws",
}
NOTHING = object()


def told(value: Any) -> Any:
    """A value of a template as CloudFormation would pass it on; row rules are not asked for."""
    if isinstance(value, list):
        return [one for one in map(told, value) if one is not NOTHING]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function in FUNCTIONS:
            return FUNCTIONS[function](argument)
    passed = {key: told(one) for key, one in value.items()}
    return {key: one for key, one in passed.items() if one is not NOTHING}


def substituted(argument: Any) -> str:
    text, own = argument if isinstance(argument, list) else (argument, {})
    values: Mapping[str, Any] = VALUES | {name: told(one) for name, one in own.items()}
    return re.sub(r"\$\{([^}]+)\}", lambda found: str(values[found[1]]), text)


FUNCTIONS = {
    "Ref": lambda name: NOTHING if name == "AWS::NoValue" else VALUES[name],
    "Fn::Sub": substituted,
    "Fn::GetAtt": lambda named: f"arn:aws:any:us-east-1:{ACCOUNT}:{named[0]}",
    "Fn::ImportValue": lambda name: told(name),
    "Fn::If": lambda branches: told(branches[2]),
}


def resources(kind: str) -> list[dict[str, Any]]:
    found = read("quicksight")["Resources"].values()
    return [told(one["Properties"]) for one in found if one["Type"] == f"AWS::QuickSight::{kind}"]


def test_quicksight_takes_the_source_the_nine_data_sets_and_the_dashboard(
    on_aws: Settings,
) -> None:
    client = aws_client(on_aws, "quicksight")
    (source,), (dashboard,), sets = (
        resources(kind) for kind in ("DataSource", "Dashboard", "DataSet")
    )
    client.create_data_source(**source)
    for data_set in sets:
        client.create_data_set(**data_set)
    client.create_dashboard(**dashboard)
    kept = client.describe_dashboard(AwsAccountId=ACCOUNT, DashboardId="bio-lakehouse-dashboard")
    assert kept["Dashboard"]["Name"] == "Bio Lakehouse"
    assert [data_set["Name"] for data_set in sets] == [name.partition(".")[2] for name in NAMES]


def test_a_definition_that_is_no_such_thing_is_refused(on_aws: Settings) -> None:
    (dashboard,) = resources("Dashboard")
    dashboard["Definition"]["Sheets"][0]["Visuals"][0]["LineChartVisual"]["Colour"] = "red"
    with pytest.raises(Exception, match=r"Unknown parameter in Definition.*Colour"):
        aws_client(on_aws, "quicksight").create_dashboard(**dashboard)


def test_the_dashboard_shows_each_view_and_no_two_people_as_one() -> None:
    (dashboard,) = resources("Dashboard")
    declared = {
        one["Identifier"] for one in dashboard["Definition"]["DataSetIdentifierDeclarations"]
    }
    shown = {view for _, view, *_ in (*LINES, *LISTS)}
    assert shown == declared
    for sheet in dashboard["Definition"]["Sheets"]:
        for visual in sheet["Visuals"]:
            ((_, one),) = visual.items()
            (wells,) = one["ChartConfiguration"]["FieldWells"].values()
            named = str(wells.get("Colors", wells["Values"]))
            assert "'ColumnName': 'user_id'" in named, one["VisualId"]
