"""What DynamoDB does to its callers now and then, done to a client that talks to an emulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from bio_lakehouse.lake.dynamo_tables import TABLES

WRITES = frozenset({"PutItem", "DeleteItem", "TransactWriteItems"})


class PowerCutError(Exception):
    """The process ends here."""


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.getvalue()


@dataclass
class Troubles:
    """Trouble for the calls of a client, by operation (`Query`, `TransactWriteItems`).

    `refused` are answers in place of DynamoDB's, taken from the front; `cut_after` how many writes
    still come through before the process ends.
    """

    client: Any
    refused: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cut_after: int | None = None
    calls: list[str] = field(default_factory=list)

    def refuse(self, operation: str, kind: str, times: int = 1, **said: Any) -> None:
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": kind} | said
        self.refused.setdefault(operation, []).extend([body] * times)

    def answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        operation = str(request.headers["X-Amz-Target"], "ascii").rpartition(".")[2]
        self.calls.append(operation)
        if self.cut_after is not None and operation in WRITES:
            self.cut_after -= 1
            if self.cut_after < 0:
                raise PowerCutError
        if not self.refused.get(operation):
            return None
        refused = self.refused[operation].pop(0)
        status = 500 if refused["message"] == "InternalServerError" else 400
        content = json.dumps(refused).encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-requestid": "1"}
        return AWSResponse(str(request.url), status, headers, _Raw(content))


@contextmanager
def troubled(client: Any) -> Iterator[Troubles]:
    """Troubles of a client; none at first but that each call is counted."""
    troubles = Troubles(client)
    client.meta.events.register("before-send.dynamodb", troubles.answer)
    try:
        yield troubles
    finally:
        client.meta.events.unregister("before-send.dynamodb", troubles.answer)


@contextmanager
def short_pages(client: Any, size: int = 2) -> Iterator[None]:
    """Answers of so many items at most, and batches of which the rest is left undone."""

    def limit(params: dict[str, Any], **_: object) -> dict[str, Any]:
        return params | {"Limit": size}

    def leave_rest(parsed: dict[str, Any], **_: object) -> None:
        for table, items in parsed.get("Responses", {}).items():
            rest = [_key_of(item) for item in items[size:]]
            del items[size:]
            if rest:
                parsed["UnprocessedKeys"][table] = {"Keys": rest, "ConsistentRead": True}

    hooks: dict[str, Callable[..., Any]] = {
        "provide-client-params.dynamodb.Query": limit,
        "after-call.dynamodb.BatchGetItem": leave_rest,
    }
    for event, hook in hooks.items():
        client.meta.events.register(event, hook)
    try:
        yield
    finally:
        for event, hook in hooks.items():
            client.meta.events.unregister(event, hook)


def _key_of(item: dict[str, Any]) -> dict[str, Any]:
    """The key of an item: whole copies of the log's rows are items of the state."""
    of_state = TABLES["lake_state_table"]
    keys = of_state if of_state.partition in item else TABLES["ingestion_log_table"]
    return {name: item[name] for name in (keys.partition, keys.sort)}
