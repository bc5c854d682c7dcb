"""Arrivals told by a queue: S3's events name what landed, and each file is taken once, however
often and in whatever order it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from traceback import extract_tb
from typing import Protocol
from urllib.parse import unquote_plus

import msgspec

from bio_lakehouse import english
from bio_lakehouse.errors import BioLakehouseError, LandingError
from bio_lakehouse.lake import arrivals, landed_reading, landing, locks
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectInfo, ObjectStore

CREATED = "ObjectCreated:"
TEST_EVENT = "s3:TestEvent"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a queue: its id, and events of S3 as JSON. `receipt` is what deletes it."""

    message_id: str
    body: str
    receipt: str = ""


class MessageQueue(Protocol):
    """What hands out messages one by one, each again until it is deleted."""

    def next(self, seconds: float = 0) -> Message | None: ...
    def delete(self, message: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of messages: the files that they told of, and why those that are to come again
    are, by their ids."""

    arrivals: list[Arrival] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def told(self) -> Iterator[str]:
        """What became of each, in a sentence that holds nothing of what is in a file."""
        for arrival in self.arrivals:
            yield sentence(arrival)
        for message_id, reason in self.failed.items():
            yield f"message {message_id} will come again: {reason}"


def take_messages(lake: Lakehouse, messages: Iterable[Message]) -> Taken:
    """Recognise, log and plan all that the messages tell of; one that fails holds up no other.

    Whoever takes messages at the same time waits: the same one may have been delivered twice.
    """
    taken = Taken()
    with locks.exclusively(lake, locks.ARRIVALS):
        for message in messages:
            _take_message(lake, message, taken)
    landed_reading.forget_readings()
    return taken


def _take_message(lake: Lakehouse, message: Message, taken: Taken) -> None:
    try:
        for info in news(lake, message):
            taken.arrivals.extend(arrivals.take_readable(lake, info))
    except BioLakehouseError as error:
        taken.failed[message.message_id] = str(error)
    except Exception as error:  # noqa: BLE001 - whatever a file does must not hold up the others
        taken.failed[message.message_id] = _place_of(error)


def _place_of(error: Exception) -> str:
    """What failed and where; not its text, which may quote the file."""
    (last,) = extract_tb(error.__traceback__)[-1:]
    return f"{type(error).__name__} in {PurePosixPath(last.filename).name}, line {last.lineno}"


def news(lake: Lakehouse, message: Message) -> Iterator[ObjectInfo]:
    """The files that a message tells of, are still there and are to be taken.

    `LandingError` when the message is no event of S3 about this landing.
    """
    for key in keys_told(lake.landing_objects, message.body):
        if lake.landing_objects.exists(key):
            info = lake.landing_objects.info(key)
            if _is_to_take(lake, info):
                yield info


def _is_to_take(lake: Lakehouse, info: ObjectInfo) -> bool:
    if info.key in lake.log.interrupted():
        return True
    entries = lake.log.of_objects([info.key])[info.key]
    return arrivals.is_news(info, entries, lake.settings.today())


def keys_told(objects: ObjectStore, body: str) -> list[str]:
    """The keys of the files in landing that a message says have come, each once; none for the test
    that S3 sends when it is told of a queue."""
    root = objects.uri("")
    events = _events(body)
    addresses = [event.address for event in events if CREATED in event.name]
    foreign = [address for address in addresses if not address.startswith(root)]
    if foreign:
        raise LandingError(
            f"The queue tells of {foreign[0]}, and landing is in {root}: "
            "let BIO_ARRIVALS_QUEUE_URL name the queue of that bucket."
        )
    keys = dict.fromkeys(address.removeprefix(root) for address in addresses)
    return [key for key in keys if _is_file(key)]


def _is_file(key: str) -> bool:
    """Whether an object in the bucket is a file that landed: no folder, no hidden one, no note."""
    name = key.rpartition("/")[2]
    is_named = bool(name) and not name.startswith(".")
    is_landed = key.startswith(f"{landing.PREFIX}/")
    return is_named and is_landed and not key.endswith(landing.NOTE_SUFFIX)


class _Object(msgspec.Struct):
    key: str


class _Bucket(msgspec.Struct):
    name: str


class _Place(msgspec.Struct):
    bucket: _Bucket
    object: _Object


class _Event(msgspec.Struct):
    """A record of S3's notifications; what is not used is passed over."""

    place: _Place = msgspec.field(name="s3")
    name: str = msgspec.field(name="eventName")

    @property
    def address(self) -> str:
        return f"s3://{self.place.bucket.name}/{unquote_plus(self.place.object.key)}"


class _Told(msgspec.Struct):
    records: list[_Event] | None = msgspec.field(name="Records", default=None)
    event: str = msgspec.field(name="Event", default="")


def _events(body: str) -> list[_Event]:
    try:
        told = msgspec.json.decode(body, type=_Told)
    except msgspec.DecodeError as error:
        raise LandingError(f"A message of the queue is no event of S3 ({error}).") from error
    if told.records is None and told.event != TEST_EVENT:
        raise LandingError("A message of the queue is no event of S3: it has no records.")
    return told.records or []


def sentence(arrival: Arrival) -> str:
    """`landing/me/trends.csv: ingesting, 5 rows, 0 set aside, 5 days to build`: nothing of what is
    in the file, and no reason, which may quote it."""
    entry = arrival.entry
    status = "said before" if arrival.repeated else entry.status
    rows = english.count(entry.record_count, "row")
    days = english.count(arrival.new_days + arrival.changed_days, "day")
    return f"{arrival.path}: {status}, {rows}, {entry.quarantined_count} set aside, {days} to build"
