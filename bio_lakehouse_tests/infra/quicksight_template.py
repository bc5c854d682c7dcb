"""`infra/quicksight-stack.yaml`, made from the register of tables and views: a data set over each
of the ten, and a dashboard.

    python -m bio_lakehouse_tests.infra.quicksight_template

writes it anew after a column has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import TableSchema

PATH = Path(__file__).parents[2] / "infra" / "quicksight-stack.yaml"
NAMES = ("bio_gold.daily_readiness_performance", *(view.full_name for view in VIEWS.values()))
TYPES = {
    "string": "STRING",
    "int": "INTEGER",
    "long": "INTEGER",
    "double": "DECIMAL",
    "boolean": "BOOLEAN",
    "date": "DATETIME",
    "timestamp": "DATETIME",
}
"""QuickSight's names of the types of columns."""
READ_DATA_SET = (
    "quicksight:DescribeDataSet",
    "quicksight:DescribeDataSetPermissions",
    "quicksight:PassDataSet",
    "quicksight:DescribeIngestion",
    "quicksight:ListIngestions",
)
READ_SOURCE = (
    "quicksight:DescribeDataSource",
    "quicksight:DescribeDataSourcePermissions",
    "quicksight:PassDataSource",
)
OWN_DASHBOARD = (
    "quicksight:DescribeDashboard",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
    "quicksight:UpdateDashboardPermissions",
    "quicksight:DescribeDashboardPermissions",
)
HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: >-
  Bio Lakehouse, QuickSight: the data sets of the ten gold tables and views, asked of Athena when
  they are looked at and copied nowhere, and a dashboard. Made by
  bio_lakehouse_tests/infra/quicksight_template.py from the register of columns.

Parameters:
  Prefix:
    Type: String
    Description: Beginning of the names of all that is made. One lake an account and region.
    Default: bio-lakehouse
    AllowedPattern: "[a-z][a-z0-9-]{1,18}[a-z0-9]"
  Reader:
    Type: String
    Description: ARN of the QuickSight user or group who sees the dashboard, and all people in it.
    AllowedPattern: "arn:aws[a-z-]*:quicksight:.+"
  RowRules:
    Type: String
    Description: >-
      ARN of a QuickSight data set with the columns UserName and user_id, by which each reader sees
      their own rows alone; all rows are seen when empty.
    Default: ""

Conditions:
  HasRowRules: !Not [!Equals [!Ref RowRules, ""]]

"""
DAY, DAILY, WEEKS = "day", "daily_readiness_performance", "weekly_trends"
LINES = (
    ("month", "dashboard_30day", DAY, "readiness_score", "Readiness of the last 30 days"),
    ("month", "dashboard_30day", DAY, "sleep_score", "Sleep score of the last 30 days"),
    ("month", "dashboard_30day", DAY, "total_output_kj", "Output of the last 30 days (kJ)"),
    ("all", DAILY, DAY, "hrv_rmssd_ms", "Heart rate variability (RMSSD, ms)"),
    ("all", DAILY, DAY, "resting_heart_rate_bpm", "Lowest heart rate of the night (beats/min)"),
    ("weeks", WEEKS, "week_start", "avg_readiness", "Mean readiness of the week"),
    ("weeks", WEEKS, "week_start", "weekly_output_kj", "Output of the week (kJ)"),
)
"""Sheet, view, its day, the measure, the title. Each person is a line of their own."""
LISTS = (
    ("month", "workout_recommendations", ("recommended_intensity", "recommendation_text")),
    ("month", "energy_state", ("energy_state", "guidance", "output_zone")),
    ("all", "overtraining_risk", ("overtraining_risk", "risk_guidance")),
    ("all", "sleeps", ("kind", "parts", "time_in_bed_s", "total_sleep_s", "efficiency")),
    ("all", "sleep_performance_prediction", ("sleep_quality", "next_day_readiness")),
    (
        "groups",
        "workout_type_optimization",
        ("readiness_bucket", "workout_type", "sample_days", "avg_output_kj", "avg_watts"),
    ),
    (
        "groups",
        "readiness_performance_correlation",
        ("segment", "sample_size", "readiness_output_corr", "sleep_output_corr"),
    ),
)
"""Sheet, view, and the columns of its table, after whose and which day."""
SHEETS = {
    "month": "The last 30 days",
    "all": "All days",
    "weeks": "Weeks",
    "groups": "What goes with what",
}


class Short(str):
    """A short function of CloudFormation: `!Ref Reader`."""

    tag: str = ""


def short(tag: str, text: str) -> Short:
    told = Short(text)
    told.tag = tag
    return told


def ref(name: str) -> Short:
    return short("!Ref", name)


def sub(text: str) -> Short:
    return short("!Sub", text)


def arn(name: str) -> Short:
    return short("!GetAtt", f"{name}.Arn")


def exported(name: str) -> dict[str, Any]:
    return {"Fn::ImportValue": {"Fn::Sub": f"${{Prefix}}-{name}"}}


def logical(name: str) -> str:
    """`bio_gold.weekly_trends` and `weekly_trends` are `WeeklyTrends`."""
    return "".join(word.capitalize() for word in name.rpartition(".")[2].split("_"))


def template_text() -> str:
    resources = {"ReaderRole": reader_role(), "Athena": source()}
    for name in NAMES:
        resources[logical(name)] = data_set(DESCRIBED[name])
    resources["Dashboard"] = dashboard()
    outputs = {
        "Dashboard": {"Description": "Id of the dashboard.", "Value": sub("${Prefix}-dashboard")}
    }
    body = {"Resources": resources, "Outputs": outputs}
    return HEAD + yaml.dump(body, Dumper=Dumper, sort_keys=False, width=98)


def reader_role() -> dict[str, Any]:
    """The role with which QuickSight asks Athena: it reads the tables, and writes answers alone."""
    trusted = allow("sts:AssumeRole", None) | {
        "Principal": {"Service": "quicksight.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": sub("${Prefix}-quicksight"),
            "AssumeRolePolicyDocument": policy([trusted]),
            "Policies": [{"PolicyName": "asks", "PolicyDocument": policy(list(reading()))}],
        },
    }


def reading() -> Iterable[dict[str, Any]]:
    gold, results = exported("gold-bucket"), exported("results-bucket")
    glue = "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:"
    names = ("catalog", "database/bio_silver", "database/bio_gold")
    tables = ("table/bio_silver/*", "table/bio_gold/*")
    yield allow(
        ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"],
        [sub(glue + name) for name in (*names, *tables)],
    )
    yield allow(
        [
            "athena:StartQueryExecution",
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:StopQueryExecution",
            "athena:GetWorkGroup",
        ],
        within(
            "arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${It}",
            exported("workgroup"),
        ),
    )
    yield allow(["s3:ListBucket", "s3:GetBucketLocation"], [bucket(gold), bucket(results)])
    yield allow("s3:GetObject", bucket(gold, "/warehouse/*"))
    yield allow(
        ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], bucket(results, "/questions/*")
    )


def bucket(name: dict[str, Any], keys: str = "") -> dict[str, Any]:
    return within("arn:${AWS::Partition}:s3:::${It}" + keys, name)


def within(text: str, it: dict[str, Any]) -> dict[str, Any]:
    return {"Fn::Sub": [text, {"It": it}]}


def allow(action: Any, resource: Any) -> dict[str, Any]:
    told = {"Effect": "Allow", "Action": action}
    return told if resource is None else told | {"Resource": resource}


def policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def source() -> dict[str, Any]:
    athena = {"WorkGroup": exported("workgroup"), "RoleArn": arn("ReaderRole")}
    return resource("DataSource") | {
        "Properties": {
            "AwsAccountId": ref("AWS::AccountId"),
            "DataSourceId": sub("${Prefix}-athena"),
            "Name": "Bio Lakehouse",
            "Type": "ATHENA",
            "DataSourceParameters": {"AthenaParameters": athena},
            "SslProperties": {"DisableSsl": False},
            "Permissions": [granted(READ_SOURCE)],
        }
    }


def data_set(table: TableSchema) -> dict[str, Any]:
    columns = [{"Name": column.name, "Type": TYPES[column.type]} for column in table.columns]
    rules = {"Arn": ref("RowRules"), "PermissionPolicy": "GRANT_ACCESS"}
    relational = {
        "DataSourceArn": arn("Athena"),
        "Catalog": "AwsDataCatalog",
        "Schema": table.database,
        "Name": table.name,
        "InputColumns": columns,
    }
    return resource("DataSet") | {
        "Properties": {
            "AwsAccountId": ref("AWS::AccountId"),
            "DataSetId": sub(f"${{Prefix}}-{table.name.replace('_', '-')}"),
            "Name": table.name,
            "ImportMode": "DIRECT_QUERY",
            "PhysicalTableMap": {"athena": {"RelationalTable": relational}},
            "RowLevelPermissionDataSet": {
                "Fn::If": ["HasRowRules", rules, ref("AWS::NoValue")],
            },
            "Permissions": [granted(READ_DATA_SET)],
        }
    }


def resource(kind: str) -> dict[str, Any]:
    return {"Type": f"AWS::QuickSight::{kind}"}


def granted(actions: Iterable[str]) -> dict[str, Any]:
    return {"Principal": ref("Reader"), "Actions": list(actions)}


def dashboard() -> dict[str, Any]:
    declared = [
        {"Identifier": name.rpartition(".")[2], "DataSetArn": arn(logical(name))} for name in NAMES
    ]
    return resource("Dashboard") | {
        "Properties": {
            "AwsAccountId": ref("AWS::AccountId"),
            "DashboardId": sub("${Prefix}-dashboard"),
            "Name": "Bio Lakehouse",
            "Definition": {
                "DataSetIdentifierDeclarations": declared,
                "Sheets": [sheet(name, title) for name, title in SHEETS.items()],
            },
            "DashboardPublishOptions": {
                "ExportToCSVOption": {"AvailabilityStatus": "DISABLED"},
            },
            "Permissions": [granted(OWN_DASHBOARD)],
        }
    }


def sheet(name: str, title: str) -> dict[str, Any]:
    lines = [line(*told) for sheet_name, *told in LINES if sheet_name == name]
    lists = [listing(*told) for sheet_name, *told in LISTS if sheet_name == name]
    return {"SheetId": name, "Name": title, "Visuals": lines + lists}


def line(view: str, day: str, measure: str, title: str) -> dict[str, Any]:
    dated = {"FieldId": f"{view}.{measure}.day", "Column": column(view, day)}
    measured = {
        "FieldId": f"{view}.{measure}",
        "Column": column(view, measure),
        "AggregationFunction": {"SimpleNumericalAggregation": "AVERAGE"},
    }
    person = {"FieldId": f"{view}.{measure}.user", "Column": column(view, "user_id")}
    wells = {
        "Category": [{"DateDimensionField": dated | {"DateGranularity": "DAY"}}],
        "Values": [{"NumericalMeasureField": measured}],
        "Colors": [{"CategoricalDimensionField": person}],
    }
    shown = {"FieldWells": {"LineChartAggregatedFieldWells": wells}}
    return {"LineChartVisual": visual(f"{view}-{measure}", title) | {"ChartConfiguration": shown}}


def listing(view: str, columns: tuple[str, ...]) -> dict[str, Any]:
    known = DESCRIBED[f"bio_gold.{view}"].column_names
    named = [name for name in ("user_id", DAY) if name in known] + list(columns)
    values = [{"FieldId": f"{view}.{name}", "Column": column(view, name)} for name in named]
    shown = {"FieldWells": {"TableUnaggregatedFieldWells": {"Values": values}}}
    title = view.replace("_", " ").capitalize()
    return {"TableVisual": visual(view, title) | {"ChartConfiguration": shown}}


def visual(name: str, title: str) -> dict[str, Any]:
    told = {"Visibility": "VISIBLE", "FormatText": {"PlainText": title}}
    return {"VisualId": name.replace("_", "-"), "Title": told}


def column(view: str, name: str) -> dict[str, Any]:
    assert name in DESCRIBED[f"bio_gold.{view}"].column_names, f"{view} has no {name}"
    return {"DataSetIdentifier": view, "ColumnName": name}


class Dumper(yaml.SafeDumper):
    """YAML with short functions, and nothing written as a reference to what stood before."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _represented(dumper: yaml.SafeDumper, told: Short) -> yaml.Node:
    return dumper.represent_scalar(told.tag, str(told))


Dumper.add_representer(Short, _represented)

if __name__ == "__main__":
    PATH.write_text(template_text(), "utf-8")
