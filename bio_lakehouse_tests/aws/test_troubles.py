"""What of AWS goes wrong is told with what to do, leaves no half of a table, and the next run
completes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bio_lakehouse.errors import AwsError, QueryError
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.athena_endpoint import Result, ResultColumn, Troubles
from bio_lakehouse_tests.aws.athena_lake import AthenaLake, endpoint_of_lake
from bio_lakehouse_tests.aws.notes_table import SCHEMA, month_of, write
from bio_lakehouse_tests.aws.refusing import refusing

ONE = Result((ResultColumn("day", "date"), ResultColumn("n", "bigint")), [("2026-01-01", "7")])
ASKED = "SELECT DATE '2026-01-01' AS day, 7 AS n"
REFUSALS = [
    ("ExpiredToken", 400, r"ExpiredToken .*sign in again"),
    ("AccessDenied", 403, r"AccessDenied .*give the role or user this right"),
    ("KMS.DisabledException", 400, r"KMS\.Disabled.* use the KMS key, and see that it is enabled"),
]


class Always:
    """Whatever is asked, the same answer."""

    def run(self, sql: str, database: str) -> Result:
        return ONE


@pytest.fixture(scope="module")
def settings(aws_of_module: Settings) -> Settings:
    """A lake with one month in it, for all tests here."""
    write(Lakehouse.open(aws_of_module), "ann", 1, 0)
    return aws_of_module


@pytest.fixture
def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AthenaLake]:
    """An Athena that always answers the same, unless it is troubled."""
    monkeypatch.setattr("bio_lakehouse.engines.athena_statements.TRIES", 2)
    with endpoint_of_lake(settings, Always(), monkeypatch) as lake:
        yield lake


def rows_of_month(settings: Settings, month: int) -> int:
    return Lakehouse.open(settings).tables.read(SCHEMA, *month_of(month)).num_rows


def check_answered(asked: AthenaLake) -> None:
    asked.endpoint.troubles = Troubles()
    assert asked.sql.query(ASKED, "me").to_pylist()[0]["n"] == 7


@pytest.mark.parametrize(("code", "status", "told"), REFUSALS)
def test_a_bucket_that_refuses_is_told_and_leaves_the_table_as_it_was(
    settings: Settings, code: str, status: int, told: str
) -> None:
    lake = Lakehouse.open(settings)
    before = lake.tables.state(SCHEMA.full_name)
    with refusing(code, status=status) as address:
        lake.tables.catalog.settings = settings.model_copy(  # type: ignore[attr-defined]
            update={"s3_endpoint_url": address}
        )
        for act in (lambda: write(lake, "bob", 1, 9), lambda: lake.tables.scan(SCHEMA.full_name)):
            with pytest.raises(AwsError, match=rf"^s3://bio-gold/.*notes cannot be used: {told}"):
                act()
    assert lake.tables.state(SCHEMA.full_name) == before
    write(Lakehouse.open(settings), "ann", 2, 1)
    assert rows_of_month(settings, 2) > 0


def test_a_commit_that_is_refused_leaves_the_table_as_it_was(settings: Settings) -> None:
    lake = Lakehouse.open(settings)
    before = lake.tables.state(SCHEMA.full_name)
    glue = lake.tables.catalog.glue  # type: ignore[attr-defined]
    error = {"Code": "ExpiredTokenException", "Message": "The security token is expired"}

    def refuse(**_: Any) -> Any:
        return SimpleNamespace(status_code=400), {"Error": error}

    glue.meta.events.register("before-call.glue.UpdateTable", refuse)
    with pytest.raises(AwsError, match=r"ExpiredTokenException .*sign in again"):
        write(lake, "bob", 3, 1)
    assert Lakehouse.open(settings).tables.state(SCHEMA.full_name) == before
    assert rows_of_month(settings, 3) == 0
    glue.meta.events.unregister("before-call.glue.UpdateTable", refuse)
    write(lake, "bob", 3, 1)
    assert rows_of_month(settings, 3) > 0


def test_a_bucket_that_is_not_there_is_named(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"s3_gold_bucket": "nobodys"})
    s3 = aws_client(settings, "s3")
    glue = aws_client(settings, "glue")
    glue.delete_table(DatabaseName="bio_gold", Name="notes")
    with pytest.raises(AwsError, match=r"s3://nobodys/.*NoSuchBucket.*bio-lakehouse deploy"):
        write(Lakehouse.open(elsewhere), "ann", 1, 0)
    assert not Lakehouse.open(settings).tables.exists(SCHEMA.full_name)
    s3.create_bucket(Bucket="nobodys")
    write(Lakehouse.open(elsewhere), "ann", 1, 0)
    assert rows_of_month(elsewhere, 1) > 0


def test_athena_that_asks_to_go_slower_is_asked_again(asked: AthenaLake) -> None:
    asked.endpoint.troubles.throttled = {"StartQueryExecution": 1, "GetQueryExecution": 1}
    assert asked.sql.query(ASKED, "me").num_rows == 1
    asked.endpoint.troubles.throttled = {"StartQueryExecution": 1000}
    with pytest.raises(AwsError, match=r"TooManyRequestsException .*go slower"):
        asked.sql.query(ASKED, "me")
    check_answered(asked)


def test_keys_that_have_expired_are_told(asked: AthenaLake) -> None:
    asked.endpoint.troubles.refused = "ExpiredTokenException", "The security token is expired"
    with pytest.raises(AwsError, match=r"Athena cannot be used: Expired.*aws sso login"):
        asked.sql.query(ASKED, "me")
    check_answered(asked)


def test_a_statement_that_runs_too_long_is_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = settings.model_copy(update={"athena_seconds": 0.3})
    with endpoint_of_lake(hurried, Always(), monkeypatch) as lake:
        lake.endpoint.troubles.seconds = 60
        begun = time.monotonic()
        with pytest.raises(QueryError, match=r"stopped after 0\.3 s in Athena; ask about fewer"):
            lake.sql.query(ASKED, "me")
        assert time.monotonic() - begun < 20
        (running,) = lake.endpoint.executions.values()
        assert lake.endpoint.stopped == [running.number]
        assert running.state == "CANCELLED"


class StoppedRunError(BaseException):
    """As what ends a run in Dagster, which is no `Exception`."""


def test_a_run_that_is_ended_stops_its_statement(
    asked: AthenaLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object) -> None:
        raise StoppedRunError

    asked.endpoint.troubles.seconds = 60
    monkeypatch.setattr("pyathena.common.BaseCursor._wait_poll_interval", end)
    with pytest.raises(StoppedRunError):
        asked.sql.query(ASKED, "me")
    assert asked.endpoint.stopped == [*asked.endpoint.executions]


def test_an_answer_that_is_too_large_is_not_read(
    asked: AthenaLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bio_lakehouse.engines.athena_statements.LARGEST_ANSWER", 5)
    with pytest.raises(QueryError, match=r"The answer is larger than .*WHERE, GROUP BY or LIMIT"):
        asked.sql.query(ASKED, "me")


@pytest.mark.parametrize("torn_at", [0, 12, -1])
def test_an_answer_that_is_torn_is_told_and_not_guessed(asked: AthenaLake, torn_at: int) -> None:
    asked.endpoint.troubles.torn_at = torn_at
    with pytest.raises(AwsError, match=r"s3://bio-results/.*csv, .* is not whole: .*again"):
        asked.sql.query(ASKED, "me")
    check_answered(asked)


def test_a_bucket_of_answers_that_is_not_there_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = settings.model_copy(update={"athena_results_bucket": "no-answers"})
    with endpoint_of_lake(elsewhere, Always(), monkeypatch) as lake:
        told = "NoSuchBucket.*BIO_ATHENA_RESULTS_BUCKET, or run `bio-lakehouse deploy`"
        with pytest.raises(AwsError, match=told):
            lake.sql.query(ASKED, "me")
