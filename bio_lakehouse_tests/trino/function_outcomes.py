"""What a real Trino and a laptop's engine make of the same calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import parse_one
from trino.exceptions import TrinoQueryError

from bio_lakehouse.engines.athena_doubles import in_doubles
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse_tests.trino.function_calls import Call, groups, select
from bio_lakehouse_tests.trino.same_cells import same
from bio_lakehouse_tests.trino.trino_executor import TrinoExecutor


@dataclass(frozen=True, slots=True)
class Outcome:
    """The values of a call, one a row; or why there is none."""

    values: tuple[Any, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A call that the two do not answer alike."""

    call: Call
    on_trino: Outcome
    at_home: Outcome


Answers = Callable[[str], list[list[Any]]]
"""The columns that a statement gives; QueryError where it is refused."""


def differences(trino: TrinoExecutor, at_home: DuckDbSql) -> tuple[int, list[Difference]]:
    """How many calls were made of both, and those that were not answered alike."""
    count, found = 0, []
    for calls in groups():
        theirs = outcomes(calls, lambda sql: columns_of_trino(trino, sql))
        ours = outcomes(calls, lambda sql: columns_at_home(at_home, sql))
        count += len(calls)
        for call, their, our in zip(calls, theirs, ours, strict=True):
            if not alike(their, our):
                found.append(Difference(call, their, our))
    return count, found


def outcomes(calls: list[Call], answers: Answers) -> list[Outcome]:
    """All of one statement, or one by one where one of them is refused."""
    try:
        return [Outcome(tuple(column)) for column in answers(select(calls))]
    except QueryError as error:
        if len(calls) == 1:
            return [Outcome(refusal=str(error))]
        return [outcomes([call], answers)[0] for call in calls]


def columns_of_trino(trino: TrinoExecutor, sql: str) -> list[list[Any]]:
    """As the statement is sent to Athena: with its decimals divided as doubles."""
    sent = in_doubles(parse_one(sql, read=AthenaQuery)).sql(AthenaQuery)
    try:
        answer = trino.ask(sent)
    except TrinoQueryError as error:
        raise QueryError(error.message) from error
    return [[row[number] for row in answer.rows] for number in range(len(answer.names))]


def columns_at_home(at_home: DuckDbSql, sql: str) -> list[list[Any]]:
    return [column.to_pylist() for column in at_home.query(sql, None).columns]


def alike(theirs: Outcome, ours: Outcome) -> bool:
    """Whether both refuse, or both give the same values."""
    if theirs.refusal or ours.refusal:
        return bool(theirs.refusal) == bool(ours.refusal)
    return same(theirs.values, ours.values)
