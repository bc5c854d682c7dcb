"""Events of a step that are written together.

Dagster writes each event in two or three transactions of its own, most of them of a step that has
just ended: its outputs, what it made, what was checked. Here these wait for the start of the next
step, which follows at once, or for whoever asks the log for anything; so the log never tells less
than it was told. All that is seen while it goes on (starts, failures, messages, the state of the
run) is written when it happens, with what waits before it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from threading import RLock

from dagster import AssetKey, DagsterEventType, EventLogEntry
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)

from bio_lakehouse.automation.event_batches import (
    Batching,
    as_stored,
    asset_of,
    is_materialization,
    kind_of,
)

Kind = DagsterEventType
FOR_ASSETS = frozenset({Kind.ASSET_MATERIALIZATION.value, Kind.ASSET_CHECK_EVALUATION.value})
WAITING = FOR_ASSETS | {
    Kind.STEP_INPUT.value,
    Kind.STEP_OUTPUT.value,
    Kind.STEP_SUCCESS.value,
    Kind.HANDLED_OUTPUT.value,
    Kind.LOADED_INPUT.value,
    Kind.HOOK_COMPLETED.value,
}
"""What a step tells after which its run goes on without a pause."""
OF_ALL_RUNS = frozenset(
    kind.value for kind in (*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS)
)
"""What stands in the database of all runs, beside that of its own."""
APART = OF_ALL_RUNS - FOR_ASSETS
"""What Dagster writes in a way of its own."""
MOST_WAITING = 1000


def can_wait(event: EventLogEntry) -> bool:
    """Whether more of the same run follows at once, as it does on what a step tells."""
    return bool(event.run_id and event.step_key) and kind_of(event) in WAITING


class Together(Batching):
    """Stands before one of Dagster's SQL event logs: the same rows in the same order, those of a
    step in one transaction."""

    def begin_waiting(self) -> None:
        """Called before anything is stored or read."""
        self._waiting: list[EventLogEntry] = []
        self._storing = RLock()

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, or let it wait for what follows."""
        with self._storing:
            if self._waiting and self._waiting[0].run_id != event.run_id:
                self.write_waiting()
            if kind_of(event) in APART:
                self.write_waiting()
                super().store_event(event)
                return
            self._waiting.append(as_stored(event))
            if not can_wait(event) or len(self._waiting) >= MOST_WAITING:
                self.write_waiting()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all at once, after what waits."""
        with self._storing:
            self.write_waiting()
            super().store_event_batch(events)

    def write_waiting(self) -> None:
        """Write what waits; called before anything is read.

        What cannot be written is lost, as an event of Dagster's is, and the cause raised.
        """
        with self._storing:
            events, self._waiting = self._waiting, []
            if events:
                self._store_together(events)

    def write_waiting_about(self, keys: Collection[AssetKey]) -> None:
        """Write what waits where any of it says that one of these assets was made."""
        with self._storing:
            made = filter(is_materialization, self._waiting)
            if not set(keys).isdisjoint(map(asset_of, made)):
                self.write_waiting()

    def _store_together(self, events: Sequence[EventLogEntry]) -> None:
        """Write events of one run."""
        raise NotImplementedError

    def dispose(self) -> None:
        """Let go of the database, with all written."""
        self.write_waiting()
        super().dispose()
