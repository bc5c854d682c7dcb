"""A statement run in Athena: sent, waited for, stopped when it takes too long, and what it cost."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pyathena.connection import Connection
from pyathena.cursor import Cursor
from pyathena.error import Error
from pyathena.model import AthenaQueryExecution
from pyathena.util import RetryConfig

from bio_lakehouse.engines.athena_csv import AnswerColumn
from bio_lakehouse.errors import AwsError, QueryError
from bio_lakehouse.lake.aws import (
    TIMEOUTS,
    aws_client,
    aws_session,
    endpoint_of,
    explained,
    reason_of,
)
from bio_lakehouse.numbers import mebibytes_text, short_text
from bio_lakehouse.settings import Settings

# It logs what it is told of a failure, which quotes the statement.
logging.getLogger("pyathena").setLevel(logging.CRITICAL)

TRIES = 6
"""Of a call that is throttled or finds nobody, with more and more seconds between them."""
ONCE = RetryConfig(attempt=1)
"""PyAthena leaves trying again to botocore, which knows more reasons for it."""
SECONDS_BETWEEN_LOOKS = 0.25
LARGEST_ANSWER = 128 * 2**20
LEAST_BYTES = 10 * 2**20
USD_PER_BYTE = 5 / 2**40
SYSTEM = 1
"""Athena's category of failures that are its own."""
_PREFIX = re.compile(r"^(?:[A-Z_]+: )?(?:line \d+:\d+: )?")
_NO_ACCESS = re.compile(r"access ?denied|PERMISSION_DENIED|not authorized to perform", re.I)
_TOO_LARGE = re.compile(r"exhausted resources|EXCEEDED_\w*_LIMIT|scanned limit was exceeded", re.I)
_COLUMN = re.compile(r"^COLUMN_NOT_FOUND: .*?[Cc]olumn '([^']+)'")


class UnknownColumnError(QueryError):
    """A column that is in nothing that the statement reads; `name` is it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no column {name} in what the statement reads.")
        self.name = name


@dataclass(frozen=True, slots=True)
class AthenaPlace:
    """Where statements run and what they may take: database, workgroup, the place of their answers
    (`s3://…`), seconds after which one is stopped, and for how many minutes an answer of the same
    data is used again (0: never)."""

    database: str
    workgroup: str
    output_location: str
    seconds: float
    reuse_minutes: int

    @classmethod
    def of(cls, settings: Settings) -> AthenaPlace:
        """As the settings have it."""
        bucket = settings.athena_results_bucket
        return cls(
            settings.athena_database,
            settings.athena_workgroup,
            f"s3://{bucket}/" if bucket else "",
            settings.athena_seconds,
            settings.athena_reuse_minutes,
        )


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that succeeded: its answer's columns, and where its CSV is."""

    columns: tuple[AnswerColumn, ...]
    answer: str


@dataclass
class Costs:
    """What statements took: how many ran and how many were answered again, bytes read, Athena's
    seconds, and USD at the list price."""

    statements: int = 0
    reused: int = 0
    bytes_scanned: int = 0
    seconds: float = 0.0
    usd: float = 0.0

    def add(self, execution: AthenaQueryExecution) -> None:
        scanned = execution.data_scanned_in_bytes or 0
        self.statements += 1
        self.bytes_scanned += scanned
        self.seconds += (execution.total_execution_time_in_millis or 0) / 1000
        if execution.reused_previous_result:
            self.reused += 1
        elif execution.statement_type == AthenaQueryExecution.STATEMENT_TYPE_DML:
            self.usd += max(scanned, LEAST_BYTES) * USD_PER_BYTE


class TooLongError(Exception):
    """The time of a statement is over."""


class AthenaStatements:
    """Athena for one lake. Any thread may send statements."""

    def __init__(self, settings: Settings, place: AthenaPlace) -> None:
        self.settings = settings
        self.place = place
        self._costs = Costs()
        self._lock = Lock()

    def run(self, sql: str, may_reuse: bool = False) -> Ran:
        """The answer to `sql`, once it is there.

        `QueryError` when the statement is at fault or takes too long, `AwsError` when AWS is.
        """
        cursor = self._cursor(may_reuse)
        with _refusals_named():
            self._execute(cursor, sql)
        columns = [
            AnswerColumn(str(name), str(kind), precision or 0, scale or 0)
            for name, kind, _, _, precision, scale, _ in cursor.description or ()
        ]
        return Ran(tuple(columns), cursor.output_location or "")

    def fetch(self, place: str) -> bytes:
        """An answer's CSV; `QueryError` for one that is too large to be read here."""
        bucket, _, key = place.removeprefix("s3://").partition("/")
        with explained(place):
            found = self._s3.get_object(Bucket=bucket, Key=key)
            if found["ContentLength"] > LARGEST_ANSWER:
                raise QueryError(
                    f"The answer is larger than {mebibytes_text(LARGEST_ANSWER)}; ask for fewer "
                    "rows, with WHERE, GROUP BY or LIMIT."
                )
            content: bytes = found["Body"].read()
        return content

    def costs(self) -> Costs:
        """What was taken since this was last asked."""
        with self._lock:
            taken, self._costs = self._costs, Costs()
        return taken

    def _execute(self, cursor: Cursor, sql: str) -> None:
        try:
            cursor.execute(sql)
        except TooLongError as error:
            cursor.cancel()
            raise QueryError(
                f"The statement was stopped after {short_text(self.place.seconds)} s in Athena; "
                "ask about fewer rows or days."
            ) from error
        except Exception:
            raise
        except BaseException:
            if cursor.query_id:
                cursor.cancel()
            raise

    def _cursor(self, may_reuse: bool) -> Cursor:
        ends = time.monotonic() + self.place.seconds

        def look(execution: AthenaQueryExecution) -> None:
            if execution.state in AthenaQueryExecution.TERMINAL_STATES:
                self._note(execution)
            elif time.monotonic() > ends:
                raise TooLongError

        minutes = self.place.reuse_minutes
        with explained("Athena"):
            return self._connection.cursor(
                on_poll=look,
                poll_interval=SECONDS_BETWEEN_LOOKS,
                result_reuse_enable=may_reuse and minutes > 0,
                result_reuse_minutes=minutes,
            )

    def _note(self, execution: AthenaQueryExecution) -> None:
        if execution.state == AthenaQueryExecution.STATE_FAILED:
            raise _failure(execution)
        with self._lock:
            self._costs.add(execution)

    @cached_property
    def _s3(self) -> Any:
        return aws_client(self.settings, "s3")

    @cached_property
    def _connection(self) -> Connection[Cursor]:
        from botocore.config import Config

        session = aws_session(self.settings)
        return Connection(
            session=session,
            region_name=session.region_name,
            s3_staging_dir=self.place.output_location,
            work_group=self.place.workgroup,
            schema_name=self.place.database,
            retry_config=ONCE,
            config=Config(
                **TIMEOUTS | {"retries": {"total_max_attempts": TRIES, "mode": "standard"}}
            ),
            endpoint_url=endpoint_of(self.settings, "athena"),
        )


@contextmanager
def _refusals_named() -> Iterator[None]:
    """What PyAthena raises as an `AwsError`, or as a `QueryError` of a statement that ended."""
    try:
        yield
    except Error as error:
        cause = error.__cause__
        if isinstance(cause, ClientError | BotoCoreError):
            raise AwsError(f"Athena cannot be used: {reason_of(cause)}") from error
        raise refusal(str(error)) from error


def _failure(execution: AthenaQueryExecution) -> QueryError | AwsError:
    reason = execution.state_change_reason or "no reason was given"
    if execution.error_category == SYSTEM:
        return AwsError(f"Athena failed by itself ({reason}): run it again in a minute.")
    return refusal(reason)


def refusal(reason: str) -> QueryError | AwsError:
    """Why Athena ended a statement, in a sentence."""
    unknown = _COLUMN.search(reason)
    if unknown:
        return UnknownColumnError(unknown[1])
    if _TOO_LARGE.search(reason):
        return QueryError(
            "The statement needs more than Athena's workgroup allows; ask about fewer rows, groups "
            "or days."
        )
    if "NoSuchBucket" in reason:
        return AwsError(
            f"Athena cannot be used: {reason}: check the bucket's name in "
            "BIO_ATHENA_RESULTS_BUCKET, or run `bio-lakehouse deploy`."
        )
    if _NO_ACCESS.search(reason):
        return AwsError(
            f"Athena cannot be used: {reason}: give the role or user this right, which the "
            "template of its layer lists."
        )
    return QueryError(f"The statement cannot be answered: {_PREFIX.sub('', reason)}")
