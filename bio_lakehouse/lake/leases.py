"""Locks between machines: an item in the DynamoDB table of the lake's state, which its holder
renews.

No clock of one machine is compared with that of another: whoever waits takes a lease over when it
has seen it unchanged for as long as a lease lasts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from uuid import uuid4

from bio_lakehouse.errors import AwsError, StoreError
from bio_lakehouse.lake.dynamo_items import DynamoTable, DynamoTables, Item
from bio_lakehouse.lake.locks import LONGEST_WAIT_S
from bio_lakehouse.settings import Settings

logger = logging.getLogger(__name__)

LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long a lease lasts that is not renewed, how often it is renewed, how often one
    who waits looks, after how long they say that they do, and how long they wait."""

    lasts: float = 60.0
    renewed_every: float = 15.0
    looked_every: float = 0.5
    told_after: float = 5.0
    longest_wait: float = LONGEST_WAIT_S


PACE = Pace()


@contextmanager
def leased(settings: Settings, name: str, pace: Pace = PACE) -> Iterator[None]:
    """Hold the lake's lock `name` against all machines; it ends with the block, or some time after
    its holder died.

    Raises `StoreError` when another holds it for half an hour, and at the end when it was lost
    meanwhile to another, as by a machine that slept: what the block did must be done again.
    """
    lease = Lease(DynamoTables(settings).state, name, pace)
    lease.take()
    try:
        yield
    except BaseException:
        with suppress(AwsError):
            lease.end()
        raise
    if not lease.end():
        raise StoreError(
            f"{name} was written by another run while this one stood still and could not renew its "
            "lock: run it again."
        )


class Lease:
    """One holding of a lock, renewed by a thread until it ends."""

    def __init__(self, table: DynamoTable, name: str, pace: Pace = PACE) -> None:
        self._table = table
        self._key = (LOCK, name)
        self._pace = pace
        self._owner = str(uuid4())
        self._ended = Event()
        self._renewing = Thread(target=self._renew, name=f"lease of {name}", daemon=True)

    def take(self) -> None:
        """Wait until it is nobody's; `StoreError` after half an hour."""
        deadline = time.monotonic() + self._pace.longest_wait
        tell_at = time.monotonic() + self._pace.told_after
        seen, since = self._table.find(self._key), time.monotonic()
        while not (self._is_over(seen, since) and self._put(seen)):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{self._key[1]} has been written by another run for half an hour: wait for "
                    "it, or end it, and try again"
                )
            if time.monotonic() > tell_at:
                self._tell_of_waiting()
                tell_at = deadline
            time.sleep(self._pace.looked_every)
            now = self._table.find(self._key)
            if now != seen:
                seen, since = now, time.monotonic()
        self._renewing.start()

    def _tell_of_waiting(self) -> None:
        logger.warning(
            "Another run writes %s: this one waits for it. The lock of a run that was killed ends "
            "after %d seconds.",
            self._key[1],
            self._pace.lasts,
        )

    def end(self) -> bool:
        """Give it back; whether it was held until now."""
        self._ended.set()
        self._renewing.join()
        return self._table.delete_if(self._key, owner=self._owner)

    def _is_over(self, seen: Item | None, since: float) -> bool:
        return seen is None or time.monotonic() - since > self._pace.lasts

    def _put(self, seen: Item | None) -> bool:
        """Write it as ours unless another was faster."""
        before = {"beat": seen["beat"]} if seen else {"beat": ""}
        return self._table.put_if(self._item(), **before)

    def _item(self) -> dict[str, str]:
        kind, name = self._key
        return {"kind": kind, "name": name, "owner": self._owner, "beat": str(uuid4())}

    def _renew(self) -> None:
        """Until it ends or is another's. A renewal that does not come through is tried again."""
        while not self._ended.wait(self._pace.renewed_every):
            with suppress(AwsError):
                if not self._table.put_if(self._item(), owner=self._owner):
                    return
