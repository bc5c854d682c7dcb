"""The tables that the log needs are those that the stack deploys, and roles have the rights of its
calls."""

from __future__ import annotations

from bio_lakehouse.lake.dynamo_log import DynamoLog
from bio_lakehouse.lake.dynamo_tables import TABLES
from bio_lakehouse.lake.fetching import oura_tokens
from bio_lakehouse.lake.leases import leased
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import ParameterTokenStore, Tokens
from bio_lakehouse_tests.aws.dynamo_troubles import troubled
from bio_lakehouse_tests.aws.test_dynamo_log import client_of, history, what_it_says
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


TOGETHER = frozenset({"PutItem", "DeleteItem", "UpdateItem"})
"""The rights of what a transaction of the log is made of; it has none of its own."""


def rights(template: str, name: str) -> set[str]:
    """The actions of the statements of a name in a template, by whatever role."""
    found: set[str] = set()
    for resource in read(template)["Resources"].values():
        for policy in resource.get("Properties", {}).get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Sid") == name:
                    found |= set(statement["Action"])
    return found


def test_the_lambdas_have_just_the_rights_that_the_log_asks_for(on_dynamo: Settings) -> None:
    log = DynamoLog(on_dynamo)
    with troubled(client_of(log)) as troubles, leased(on_dynamo, "bronze"):
        history(log)
        what_it_says(log)
        log.begin("landing/me/a.csv")
        log.finish("landing/me/a.csv")
    calls = set(troubles.calls) - {"TransactWriteItems"} | TOGETHER
    asked = {f"dynamodb:{call}" for call in calls}
    assert rights("bronze-stack.yaml", "LogAndOwe") == asked
    assert rights("oura-ingest-stack.yaml", "WhatWasFetched") == asked


def test_whoever_renews_tokens_has_just_the_rights_for_it(on_dynamo: Settings) -> None:
    store = oura_tokens(on_dynamo, "me")
    assert isinstance(store, ParameterTokenStore)
    calls: set[str] = set()
    store.ssm.meta.events.register("before-call.ssm", lambda model, **_: calls.add(model.name))
    with store.lock():
        store.save(Tokens("access", "refresh"))
    assert store.load() is not None
    for template in ("oura-ingest-stack.yaml", "dagster-stack.yaml"):
        assert rights(template, "RenewTokens") == {f"ssm:{call}" for call in calls}
