"""Oura's tokens of a lake on AWS: in Parameter Store, one renewal at a time by DynamoDB's lock."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bio_lakehouse.errors import SourceError
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.dynamo_items import DynamoTables
from bio_lakehouse.lake.fetching import oura_token_stores, oura_tokens
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import ParameterTokenStore, TokenFolder, Tokens

TOKENS = Tokens("access-secret", "refresh-secret", 1_900_000_000.0)
HELD = ("lock", "SSM parameter /bio-lakehouse/oura/me of Oura")


@pytest.fixture
def ssm(on_dynamo: Settings) -> Any:
    """Parameter Store, without what another test left there."""
    client = aws_client(on_dynamo, "ssm")
    left = [one["Name"] for one in client.describe_parameters()["Parameters"]]
    if left:
        client.delete_parameters(Names=left)
    return client


def test_tokens_are_in_parameter_store_by_default(on_dynamo: Settings, ssm: Any) -> None:
    stores = oura_token_stores(on_dynamo)
    assert stores.is_remote
    stores.of("ada").save(TOKENS)
    assert stores.of("ada").load() == TOKENS
    assert stores.users() == ["ada"]
    (kept,) = ssm.describe_parameters()["Parameters"]
    assert (kept["Name"], kept["Type"]) == ("/bio-lakehouse/oura/ada", "SecureString")


def test_another_place_may_be_set(on_dynamo: Settings) -> None:
    folder = on_dynamo.model_copy(update={"oura_token_store": str(on_dynamo.home)})
    assert isinstance(oura_token_stores(folder), TokenFolder)
    named = on_dynamo.model_copy(update={"oura_token_store": "ssm:/mine"})
    assert oura_tokens(named, "me").where == "SSM parameter /mine/me"
    local = named.model_copy(update={"profile": "local"})
    assert oura_tokens(local, "me").where == "SSM parameter /mine/me"


def test_whoever_renews_holds_the_lock_in_dynamodb(on_dynamo: Settings, ssm: Any) -> None:
    state = DynamoTables(on_dynamo).state
    with oura_tokens(on_dynamo, "me").lock():
        assert state.find(HELD) is not None
        assert ssm.describe_parameters()["Parameters"] == []
    assert state.find(HELD) is None


def test_nothing_is_renewed_where_tokens_cannot_be_written(on_dynamo: Settings, ssm: Any) -> None:
    store = oura_tokens(on_dynamo, "me")
    assert isinstance(store, ParameterTokenStore)

    class ReadOnly:
        def put_parameter(self, **_: Any) -> Any:
            refused = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(refused, "PutParameter")  # type: ignore[arg-type]

    store.ssm = ReadOnly()
    with pytest.raises(SourceError, match=r"cannot be written \(AccessDenied"), store.lock():
        pytest.fail("a token would be spent")
    assert DynamoTables(on_dynamo).state.find(HELD) is None


def test_a_lock_that_cannot_be_had_is_an_error_of_the_source(on_dynamo: Settings) -> None:
    lost = on_dynamo.model_copy(update={"lake_state_table": "nobodys"})
    told = "The DynamoDB table nobodys cannot be used"
    with pytest.raises(SourceError, match=told), oura_tokens(lost, "me").lock():
        pytest.fail("nothing is locked")
