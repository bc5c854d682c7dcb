"""Items of DynamoDB, read as they are now and written together or not at all.

What DynamoDB asks of its callers is done here: answers in pages, keys that a batch left undone, a
transaction that another one crossed, being asked to go slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_random_exponential,
)

from bio_lakehouse.errors import AwsError
from bio_lakehouse.lake.aws import THROTTLED, aws_client, code_of, explained
from bio_lakehouse.lake.dynamo_tables import TABLES, TableKeys
from bio_lakehouse.settings import Settings

Value = str | int | bool | bytes
Item = dict[str, Any]
Key = tuple[str, str]
"""The values of an item's partition and sort key."""
Write = dict[str, Any]

MOST_READ_AT_ONCE = 100
LONGEST_RETRY_S, LONGEST_PAUSE_S = 300, 0.5
"""Seconds. Whoever waits long is overtaken by those who have just come."""
RETRIES = {"max_attempts": 8, "mode": "standard"}
LONGEST_PATH = 800
"""Bytes of a path in a key, of which a sort key has room for 1,024 in all."""
CROSSED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
SLOWER = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
AFTER_ALL = "\U0010ffff"


class Crossed(Exception):  # noqa: N818 - what it is
    """Another writer was faster: what was read is not so any more, and nothing was written."""


class DynamoTables:
    """The two tables of a lake on AWS, its log and its state, with one client."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.log = self._table("ingestion_log_table")
        self.state = self._table("lake_state_table")

    @cached_property
    def _client(self) -> Any:
        return aws_client(self._settings, "dynamodb", retries=RETRIES)

    def _table(self, setting: str) -> DynamoTable:
        name = getattr(self._settings, setting)
        return DynamoTable(name, TABLES[setting], lambda: self._client)


class DynamoTable:
    """One table, whose client is made when it is first asked."""

    def __init__(self, name: str, keys: TableKeys, client: Callable[[], Any]) -> None:
        self.name = name
        self.keys = keys
        self._client = client

    @property
    def client(self) -> Any:
        return self._client()

    def find(self, key: Key) -> Item | None:
        """The item at a key; None when there is none."""
        with self.explained():
            answer = self.client.get_item(
                TableName=self.name, Key=self.to_key(key), ConsistentRead=True
            )
        return decoded(answer["Item"]) if "Item" in answer else None

    def find_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Those of the items at `keys` that are there."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), MOST_READ_AT_ONCE):
            for item in self._read_batch(wanted[start : start + MOST_READ_AT_ONCE]):
                found[item[self.keys.partition], item[self.keys.sort]] = item
        return found

    def listed(
        self,
        partition: str,
        first: str | None = None,
        last: str | None = None,
        *,
        newest_first: bool = False,
        **equal: str,
    ) -> Iterator[Item]:
        """The items of a partition in the order of their sort keys, from `first` to `last` where
        they are said; just those whose attributes are `equal`."""
        bounds = None if first is last is None else (first or " ", last or AFTER_ALL)
        query = self._query(partition, bounds, equal)
        return self._pages(query | {"ScanIndexForward": not newest_first}, self.client.query)

    def first_of(self, partition: str) -> Item | None:
        """The first item of a partition; None when it has none."""
        query = self._query(partition) | {"Limit": 1}
        return next(self._pages(query, self.client.query), None)

    def everything(self) -> Iterator[Item]:
        """All items, whatever their keys."""
        return self._pages({}, self.client.scan)

    def put(self, item: Mapping[str, Value | None]) -> None:
        with self.explained():
            self.client.put_item(TableName=self.name, Item=encoded(item))

    def put_if(self, item: Mapping[str, Value | None], **before: str) -> bool:
        """Write an item if one of its attributes was so before, and with '' if it was not there;
        whether it was written.

        An answer that was lost makes DynamoDB be asked again: an item that is there as it was to
        be was written.
        """
        with self.explained():
            try:
                self.client.put_item(TableName=self.name, Item=encoded(item), **_condition(before))
            except self.client.exceptions.ConditionalCheckFailedException:
                return self.find(_key_in(self, item)) == item
        return True

    def swap(self, item: Mapping[str, Value | None], **before: str) -> None:
        """As `put_if`; `Crossed` when it was not written, or DynamoDB asks to go slower."""
        with crossed_where_to_repeat():
            if not self.put_if(item, **before):
                raise Crossed

    def delete(self, key: Key) -> None:
        with self.explained():
            self.client.delete_item(TableName=self.name, Key=self.to_key(key))

    def delete_if(self, key: Key, **before: str) -> bool:
        """Delete an item if one of its attributes was so; whether it was, as far as that is
        known."""
        with self.explained():
            try:
                self.client.delete_item(
                    TableName=self.name, Key=self.to_key(key), **_condition(before)
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def to_key(self, key: Key) -> Item:
        return encoded({self.keys.partition: key[0], self.keys.sort: key[1]})

    def explained(self) -> Any:
        return explained(f"The DynamoDB table {self.name}")

    def _query(
        self,
        partition: str,
        bounds: tuple[str, str] | None = None,
        equal: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        names, values = {"#p": self.keys.partition}, {":p": partition}
        condition = "#p = :p"
        if bounds:
            names["#s"] = self.keys.sort
            values |= dict(zip((":first", ":last"), bounds, strict=True))
            condition += " AND #s BETWEEN :first AND :last"
        query: dict[str, Any] = {"KeyConditionExpression": condition}
        if equal:
            names |= {f"#{name}": name for name in equal}
            values |= {f":{name}": value for name, value in equal.items()}
            query["FilterExpression"] = " AND ".join(f"#{name} = :{name}" for name in equal)
        said = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": encoded(values)}
        return query | said

    def _pages(self, query: Mapping[str, Any], ask: Callable[..., Any]) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            with self.explained():
                page = ask(TableName=self.name, ConsistentRead=True, **query, **start)
            yield from map(decoded, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _read_batch(self, keys: Sequence[Key]) -> list[Item]:
        """Items of at most a hundred keys; those that DynamoDB leaves out for now are asked for
        again."""
        found: list[Item] = []
        asked = [self.to_key(key) for key in keys]

        def ask() -> list[Item]:
            nonlocal asked
            of_table = {"Keys": asked, "ConsistentRead": True}
            with self.explained():
                answer = self.client.batch_get_item(RequestItems={self.name: of_table})
            found.extend(map(decoded, answer["Responses"].get(self.name, [])))
            left: list[Item] = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            asked = left
            return left

        retrying(self.name, retry_if_result(bool))(ask)
        return found


@dataclass(frozen=True, slots=True)
class Writes:
    """What is written together: at most a hundred items, each at most once."""

    by_item: dict[tuple[str, Key], Write]

    @classmethod
    def none(cls) -> Writes:
        return cls({})

    def put(self, table: DynamoTable, item: Mapping[str, Value | None], **before: str) -> None:
        """Write an item; with `before`, only if those of its attributes were so, and with '' only
        if it was not there."""
        said: Write = {"TableName": table.name, "Item": encoded(item)} | _condition(before)
        self.by_item[table.name, _key_in(table, item)] = {"Put": said}

    def delete(self, table: DynamoTable, key: Key) -> None:
        said = {"TableName": table.name, "Key": table.to_key(key)}
        self.by_item[table.name, key] = {"Delete": said}

    def leave(self, table: DynamoTable, key: Key) -> None:
        self.by_item.pop((table.name, key), None)

    def count(self, table: DynamoTable, key: Key, number: int) -> None:
        """Add to the attribute `count` of an item, which is made when it is not there."""
        said = {
            "TableName": table.name,
            "Key": table.to_key(key),
            "UpdateExpression": "ADD #count :number",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": encoded({":number": number}),
        }
        self.by_item[table.name, key] = {"Update": said}


def write_together(table: DynamoTable, writes: Writes) -> None:
    """Write all or nothing; `Crossed` when something was not as it was said to be.

    A call whose answer was lost is sent again with the same token, and so is not done twice.
    """
    with crossed_where_to_repeat(), table.explained():
        table.client.transact_write_items(TransactItems=list(writes.by_item.values()))


@contextmanager
def crossed_where_to_repeat() -> Iterator[None]:
    """What AWS refuses for now is `Crossed`, what it refuses for good stays what it is."""
    try:
        yield
    except AwsError as error:
        if _is_to_repeat(error.__cause__):
            raise Crossed from error
        raise


def retrying(table: str, again: Any) -> Retrying:
    """What is tried again while others write, with growing pauses, for five minutes."""
    return Retrying(
        retry=again,
        wait=wait_random_exponential(multiplier=0.02, max=LONGEST_PAUSE_S),
        stop=stop_after_delay(LONGEST_RETRY_S),
        retry_error_callback=lambda state: _give_up(table, state),
    )


UNTIL_WRITTEN = retry_if_exception_type(Crossed)


def _give_up(table: str, state: Any) -> None:
    cause = state.outcome.exception() if state.outcome else None
    raise AwsError(
        f"The DynamoDB table {table} was written by others, or asked to go slower, for "
        f"{LONGEST_RETRY_S // 60} minutes: wait for other runs to end, and run it again. What was "
        "done stays done."
    ) from (cause or RetryError(state))


def _is_to_repeat(error: BaseException | None) -> bool:
    if not isinstance(error, ClientError):
        return False
    if code_of(error) in {"TransactionConflictException", "TransactionInProgressException"}:
        return True
    if code_of(error) in THROTTLED:
        return True
    reasons = {str(one.get("Code")) for one in error.response.get("CancellationReasons", [])}
    return bool(reasons & (CROSSED | SLOWER)) and reasons <= CROSSED | SLOWER | {"None"}


def fitted(path: str) -> str:
    """A path as it stands in a key; a very long one is cut, with a digest in place of its end."""
    whole = path.encode()
    if len(whole) <= LONGEST_PATH:
        return path
    return f"{shortened(path)}#{sha256(whole).hexdigest()}"


def shortened(path: str) -> str:
    """The part of a path with which a key of it begins."""
    return path.encode()[:LONGEST_PATH].decode(errors="ignore")


def encoded(item: Mapping[str, Value | None]) -> Item:
    """An item as DynamoDB takes it, without what is not known."""
    return {name: _typed(value) for name, value in item.items() if value is not None}


def decoded(item: Mapping[str, Mapping[str, Any]]) -> Item:
    return {name: _plain(value) for name, value in item.items()}


def _typed(value: Value) -> dict[str, Value]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"B": value} if isinstance(value, bytes) else {"S": value}


def _plain(value: Mapping[str, Any]) -> Value:
    ((kind, said),) = value.items()
    plain: Value = int(said) if kind == "N" else said
    return plain


def _key_in(table: DynamoTable, item: Mapping[str, Value | None]) -> Key:
    return str(item[table.keys.partition]), str(item[table.keys.sort])


def _condition(before: Mapping[str, str]) -> Write:
    if not before:
        return {}
    ((name, value),) = before.items()
    names = {"ExpressionAttributeNames": {"#before": name}}
    if not value:
        return {"ConditionExpression": "attribute_not_exists(#before)"} | names
    values = {"ExpressionAttributeValues": encoded({":before": value})}
    return {"ConditionExpression": "#before = :before"} | names | values


def in_parts(keys: Iterable[Key], size: int) -> Iterator[list[Key]]:
    """The keys, so many at once."""
    left = iter(keys)
    while part := list(islice(left, size)):
        yield part
