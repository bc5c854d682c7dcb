"""The tables that the log needs are those that the stack deploys."""

from __future__ import annotations

from bio_lakehouse.lake.dynamo_tables import TABLES
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.infra.test_templates import read


def test_the_stack_deploys_the_tables_of_the_log_with_their_keys() -> None:
    template = read("bronze-stack.yaml")
    resources = template["Resources"].values()
    deployed = {}
    for resource in resources:
        if resource["Type"] == "AWS::DynamoDB::Table":
            table = resource["Properties"]
            name = template["Parameters"][table["TableName"]["Ref"]]["Default"]
            keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
            deployed[name] = (keys["HASH"], keys["RANGE"])
            assert "GlobalSecondaryIndexes" not in table
            assert {one["AttributeType"] for one in table["AttributeDefinitions"]} == {"S"}
    settings = Settings()
    assert deployed == {
        getattr(settings, setting): (keys.partition, keys.sort) for setting, keys in TABLES.items()
    }
