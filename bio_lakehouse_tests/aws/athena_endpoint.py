"""Athena on loopback: its JSON API over whatever executes the SQL, with answers as CSV in S3.

`athena_endpoint(executor, s3)` starts one; `AWS_ENDPOINT_URL_ATHENA` leads a lake to it. What of
Athena goes wrong in tests is set in its `troubles`.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from bio_lakehouse_tests.aws.loopback import served

PRECISIONS = {"varchar": 2147483647, "integer": 10, "bigint": 19, "double": 17, "timestamp": 3}
DONE = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
LEAST_PAGE, MOST_ROWS = 1, 1000


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of an answer: its name and Athena's type of it, such as `decimal(10,2)`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement answers, each value as Athena writes it, null as None."""

    columns: tuple[ResultColumn, ...]
    rows: list[tuple[str | None, ...]]


class StatementFailedError(Exception):
    """Why Athena refuses a statement, in its words; `category` 2 is the user's fault, 1 its own."""

    def __init__(self, reason: str, category: int = 2) -> None:
        super().__init__(reason)
        self.category = category


class Executor(Protocol):
    """What runs the SQL that is sent to Athena."""

    def run(self, sql: str, database: str) -> Result: ...


@dataclass
class Troubles:
    """What goes wrong: calls that are throttled by action, the error of every call, how long a
    statement runs, how many bytes of each answer reach S3."""

    throttled: dict[str, int] = field(default_factory=dict)
    refused: tuple[str, str] | None = None
    seconds: float = 0.0
    torn_at: int | None = None


@dataclass
class Execution:
    """One statement on its way."""

    number: str
    sql: str
    database: str
    workgroup: str
    place: str
    begun: float
    state: str = "QUEUED"
    reason: str = ""
    category: int = 2
    reused: bool = False
    scanned: int = 0
    result: Result | None = None

    @property
    def kind(self) -> str:
        word = self.sql.lstrip().split(None, 1)[0].upper()
        return {"CREATE": "DDL", "DROP": "DDL", "EXPLAIN": "UTILITY"}.get(word, "DML")


class RefusedError(Exception):
    """An error of the API: its code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AthenaEndpoint:
    """The server's state: what was asked of it, and what is to go wrong."""

    def __init__(self, executor: Executor, s3: Any) -> None:
        self.executor = executor
        self.s3 = s3
        self.address = ""
        self.troubles = Troubles()
        self.executions: dict[str, Execution] = {}
        self.workgroups: dict[str, dict[str, Any]] = {}
        self.stopped: list[str] = []
        self._lock = threading.Lock()

    @property
    def statements(self) -> list[str]:
        """All that was executed, in order; what was reused is not among it."""
        return [one.sql for one in self.executions.values() if not one.reused]

    def answer(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What the API says to `action`."""
        self._refuse(action)
        actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "StartQueryExecution": self._start,
            "GetQueryExecution": self._execution,
            "BatchGetQueryExecution": self._executions,
            "GetQueryResults": self._results,
            "StopQueryExecution": self._stop,
            "GetWorkGroup": self._workgroup,
            "ListQueryExecutions": lambda _: {"QueryExecutionIds": [*self.executions]},
        }
        if action not in actions:
            raise RefusedError("InvalidRequestException", f"{action} is not spoken here")
        return actions[action](asked)

    def _refuse(self, action: str) -> None:
        if self.troubles.refused:
            raise RefusedError(*self.troubles.refused)
        with self._lock:
            left = self.troubles.throttled.get(action, 0)
            self.troubles.throttled[action] = max(0, left - 1)
        if left:
            raise RefusedError("TooManyRequestsException", "Rate exceeded")

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = str(uuid.uuid4())
        folder = asked.get("ResultConfiguration", {}).get("OutputLocation", "")
        if not folder.startswith("s3://"):
            raise RefusedError("InvalidRequestException", "No output location provided.")
        execution = Execution(
            number,
            asked["QueryString"],
            asked.get("QueryExecutionContext", {}).get("Database", "default"),
            asked.get("WorkGroup", "primary"),
            folder,
            time.time(),
        )
        execution.place = f"{folder}{number}.{'csv' if execution.kind == 'DML' else 'txt'}"
        reuse = asked.get("ResultReuseConfiguration", {}).get("ResultReuseByAgeConfiguration", {})
        before = self._same_before(execution, reuse) if reuse.get("Enabled") else None
        self.executions[number] = execution
        if before is not None:
            execution.reused, execution.place, execution.result = True, before.place, before.result
            execution.state = "SUCCEEDED"
        else:
            threading.Thread(target=self._run, args=(execution,), daemon=True).start()
        return {"QueryExecutionId": number}

    def _same_before(self, execution: Execution, reuse: dict[str, Any]) -> Execution | None:
        """Athena looks at the text and its age, and not at the data."""
        oldest = time.time() - 60 * reuse.get("MaxAgeInMinutes", 60)
        same = [
            one
            for one in self.executions.values()
            if (one.sql, one.database, one.kind) == (execution.sql, execution.database, "DML")
            if one.state == "SUCCEEDED" and one.begun >= oldest and not one.reused
        ]
        return same[-1] if same else None

    def _run(self, execution: Execution) -> None:
        execution.state = "RUNNING"
        ends = time.monotonic() + self.troubles.seconds
        while time.monotonic() < ends and execution.state != "CANCELLED":
            time.sleep(0.02)
        if execution.state == "CANCELLED":
            return
        try:
            result = self.executor.run(execution.sql, execution.database)
            self._write(execution, result)
        except StatementFailedError as error:
            execution.reason, execution.category = str(error), error.category
            execution.state = "FAILED"
        except Exception as error:  # noqa: BLE001 - an executor's fault is Athena's own
            execution.reason, execution.category = f"GENERIC_INTERNAL_ERROR: {error!r}", 1
            execution.state = "FAILED"
        else:
            execution.result = result
            execution.state = "SUCCEEDED"

    def _write(self, execution: Execution, result: Result) -> None:
        bucket, _, key = execution.place.removeprefix("s3://").partition("/")
        content = csv_of(result) if execution.kind == "DML" else text_of(result)
        execution.scanned = 0 if execution.kind != "DML" else len(content)
        try:
            self.s3.put_object(Bucket=bucket, Key=key, Body=content[: self.troubles.torn_at])
            self.s3.put_object(Bucket=bucket, Key=f"{key}.metadata", Body=b"")
        except self.s3.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            raise StatementFailedError(
                f"Access denied when writing output to url: {execution.place} . Please ensure you "
                f"are allowed to access the S3 bucket. ({code})"
            ) from error

    def _found(self, asked: dict[str, Any]) -> Execution:
        number = asked["QueryExecutionId"]
        if number not in self.executions:
            raise RefusedError("InvalidRequestException", f"QueryExecution {number} was not found")
        return self.executions[number]

    def _execution(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"QueryExecution": told(self._found(asked))}

    def _executions(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = [self.executions[number] for number in asked["QueryExecutionIds"]]
        return {"QueryExecutions": [told(one) for one in found]}

    def _stop(self, asked: dict[str, Any]) -> dict[str, Any]:
        execution = self._found(asked)
        if execution.state not in DONE:
            execution.state, execution.reason = "CANCELLED", "Query cancelled by user"
        self.stopped.append(execution.number)
        return {}

    def _results(self, asked: dict[str, Any]) -> dict[str, Any]:
        execution = self._found(asked)
        if execution.state != "SUCCEEDED" or execution.result is None:
            raise RefusedError(
                "InvalidRequestException",
                f"Query has not yet finished. Current state: {execution.state}",
            )
        most = asked.get("MaxResults", MOST_ROWS)
        if not LEAST_PAGE <= most <= MOST_ROWS:
            raise RefusedError("InvalidRequestException", "MaxResults is more than 1000")
        return page_of(execution, int(asked.get("NextToken", 0)), most)

    def _workgroup(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["WorkGroup"]
        return {"WorkGroup": {"Name": name, "State": "ENABLED", **self.workgroups.get(name, {})}}


def page_of(execution: Execution, start: int, most: int) -> dict[str, Any]:
    """A page of an answer; the names head the first one of a SELECT."""
    result = execution.result
    assert result is not None
    head = [tuple(column.name for column in result.columns)] if execution.kind == "DML" else []
    rows = [*head, *result.rows]
    page = {
        "ResultSet": {
            "Rows": [{"Data": [datum_of(value) for value in row]} for row in rows[start:][:most]],
            "ResultSetMetadata": {"ColumnInfo": [info_of(column) for column in result.columns]},
        },
        "UpdateCount": 0,
    }
    return page | ({"NextToken": str(start + most)} if start + most < len(rows) else {})


def datum_of(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def info_of(column: ResultColumn) -> dict[str, Any]:
    """What the metadata says of a column; of what an array holds it says nothing."""
    base, _, size = column.type.partition("(")
    precision, _, scale = size.rstrip(")").partition(",")
    is_decimal = base == "decimal"
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": base,
        "Precision": int(precision) if is_decimal else PRECISIONS.get(base, 0),
        "Scale": int(scale or 0) if is_decimal else 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": base == "varchar",
    }


def told(execution: Execution) -> dict[str, Any]:
    """What the API says of an execution."""
    status: dict[str, Any] = {"State": execution.state, "SubmissionDateTime": execution.begun}
    if execution.reason:
        status["StateChangeReason"] = execution.reason
    if execution.state == "FAILED":
        status["AthenaError"] = {
            "ErrorCategory": execution.category,
            "ErrorType": 1001,
            "Retryable": False,
            "ErrorMessage": execution.reason,
        }
    return {
        "QueryExecutionId": execution.number,
        "Query": execution.sql,
        "StatementType": execution.kind,
        "SubstatementType": "SELECT" if execution.kind == "DML" else "CREATE_VIEW",
        "ResultConfiguration": {"OutputLocation": execution.place},
        "QueryExecutionContext": {"Database": execution.database},
        "Status": status,
        "Statistics": {
            "EngineExecutionTimeInMillis": 5,
            "TotalExecutionTimeInMillis": 10,
            "DataScannedInBytes": execution.scanned,
            "ResultReuseInformation": {"ReusedPreviousResult": execution.reused},
        },
        "WorkGroup": execution.workgroup,
        "EngineVersion": {"EffectiveEngineVersion": "Athena engine version 3"},
    }


def csv_of(result: Result) -> bytes:
    """The CSV that Athena writes: each value in quotes, a null as nothing at all."""
    names = tuple(column.name for column in result.columns)
    lines = [",".join(map(cell_of, row)) for row in (names, *result.rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def cell_of(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def text_of(result: Result) -> bytes:
    return "".join("\t".join(cell or "" for cell in row) + "\n" for row in result.rows).encode()


@contextmanager
def athena_endpoint(executor: Executor, s3: Any) -> Iterator[AthenaEndpoint]:
    """Athena at an address of its own on loopback, whose answers `s3` (a boto3 client) writes."""
    endpoint = AthenaEndpoint(executor, s3)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            action = self.headers.get("X-Amz-Target", "").partition(".")[2]
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            try:
                self._say(200, endpoint.answer(action, asked), "")
            except RefusedError as error:
                self._say(400, {"__type": error.code, "Message": str(error)}, error.code)

        def _say(self, status: int, body: dict[str, Any], code: str) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: tests look at what was asked."""

    with served(Handler) as endpoint.address:
        yield endpoint


CREATE_VIEW = re.compile(r"CREATE\s+OR\s+REPLACE\s+VIEW\s+(?P<name>[\w.\"]+)\s+AS\s+", re.I)
EXPLAIN = re.compile(r"\s*EXPLAIN\s+", re.I)
