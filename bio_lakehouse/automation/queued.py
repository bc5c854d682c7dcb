"""A tick of the arrival sensor where S3 tells a queue of what lands: messages in place of a
listing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, time

from bio_lakehouse.automation import arriving
from bio_lakehouse.automation.arriving import (
    LARGE_BYTES,
    MOST_KEPT,
    TICK_SECONDS,
    Cursor,
    Landed,
)
from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake import landed_reading, landing, queued_arrivals
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import Message, MessageQueue

TAKEN = frozenset({"ingesting", "ingested", "validation_failed"})
LISTED_EVERY_S = 3600
"""Landing is listed as often all the same: for what landed before there was a queue, whose message
was lost or given up, and rows that have come due. A listing of a thousand files costs as much as
twelve messages."""


def looks(lake: Lakehouse, cursor: Cursor, queue: MessageQueue | None) -> Iterator[Landed]:
    """What a tick finds: in the queue where there is one, and by listing landing, once an hour
    there."""
    if queue is None:
        yield from arriving.looks(lake, cursor)
        return
    if time() - cursor.listed_at < LISTED_EVERY_S:
        yield with_logged(lake, cursor, tick(lake, queue))
        return
    for found in arriving.looks(lake, cursor):
        cursor.listed_at = time()
        yield with_logged(lake, cursor, found)


def with_logged(lake: Lakehouse, cursor: Cursor, found: Landed) -> Landed:
    """What a look found, and what the log has had since the one before by whoever else takes
    files: a Lambda, or a command elsewhere."""
    before = cursor.logged_until
    since = datetime.fromisoformat(before) if before else datetime.now(UTC)
    entries = [entry for entry in lake.log.arrived_since(since) if entry.status in TAKEN]
    newest = max([since, *(entry.upload_timestamp for entry in entries)])
    told_by_runs = {*cursor.taken_by_runs, *(info.key for info in found.large)}
    known = {one.path for one in found.taken}
    others = [
        Arrival(entry.file_path, entry, elsewhere=True)
        for entry in entries
        if entry.upload_timestamp > since
        and entry.file_path not in known
        and landing.split_path(entry.file_path)[0] not in told_by_runs
    ]
    cursor.logged_until = newest.isoformat()
    cursor.taken_by_runs = sorted(told_by_runs)[-MOST_KEPT:]
    return replace(found, taken=[*found.taken, *others])


def tick(lake: Lakehouse, queue: MessageQueue, seconds: float = TICK_SECONDS) -> Landed:
    """Take what the messages tell of, for as long as there are any and there is time.

    A message is deleted once all that it tells of is in the log. One that could not be taken, or
    whose file is taken by a run, comes again after the queue's visibility timeout, and after some
    times goes to its dead letters.
    """
    found, deadline = Landed([], [], [], is_listing=False), monotonic() + seconds
    message = queue.next(lake.settings.settle_seconds)
    while message:
        if take_message(lake, message, found):
            queue.delete(message)
        message = queue.next() if monotonic() < deadline else None
    landed_reading.forget_readings()
    return found


def take_message(lake: Lakehouse, message: Message, found: Landed) -> bool:
    """Take the small files that a message tells of; whether all that it tells of is in the log."""
    before = len(found.large) + len(found.unread)
    try:
        for info in queued_arrivals.news(lake, message):
            if info.size > LARGE_BYTES or info.key in lake.log.interrupted():
                found.large.append(info)
            else:
                arriving.take_small(lake, info, found)
    except LandingError as error:
        found.troubles.append(str(error))
        return False
    return len(found.large) + len(found.unread) == before
