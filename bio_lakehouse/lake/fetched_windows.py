"""What earlier fetches from Oura brought and what they did not: answers in landing, failures in the
log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bio_lakehouse.errors import LandingError
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse.sources.oura.fetch import Answer, FailedWindow, Window
from bio_lakehouse.sources.records import FetchNote

RESUMED_WITHIN = timedelta(days=1)
CLOCKS_DIFFER = timedelta(hours=1)


class FetchedWindows:
    """One person's windows in a lake."""

    def __init__(self, lake: Lakehouse, user_id: str) -> None:
        self.lake = lake
        self.user_id = user_id
        self._failed = dict(self.failed())

    def done(self, resume: bool, since: datetime | None) -> set[Window]:
        """What need not be asked for again: what was fetched after `since` (UTC), and to `resume`
        what is final."""
        if not resume and since is None:
            return set()
        oldest = None if resume or since is None else since - CLOCKS_DIFFER
        return {
            window
            for note in self.notes(oldest)
            if (window := _window(note))
            and (
                (since and note.fetched_at >= since)
                or (resume and self._is_final(note.fetched_at, window))
            )
        }

    def land(self, answer: Answer) -> str:
        """Put one whole answer into landing, and forget the failures that it makes good; the
        landing key."""
        fetched = f"{answer.note.fetched_at:%Y%m%dT%H%M%S%fZ}"
        name = f"oura_{answer.file_name.removesuffix('.json')}_{fetched}.json"
        key = landing.put(
            self.lake.landing_objects, self.user_id, name, answer.content, Note(fetch=answer.note)
        )
        for window, path in self._failed.items():
            if answer.window.covers(window):
                self.lake.log.forget(path)
        return key

    def fail(self, failed: FailedWindow) -> None:
        """Keep in the log that a window did not arrive whole, and why."""
        now, window = datetime.now(UTC), failed.window
        entry = LogEntry(
            file_path=f"fetch/{self.user_id}/oura/{window.endpoint}/{window.first_day}_{window.last_day}",
            checksum="",
            user_id=self.user_id,
            upload_timestamp=now,
            size=0,
            modified=now,
            status="fetch_failed",
            source="oura",
            origin="api",
            data_type=f"oura/{window.endpoint}",
            covered_first=window.first_day,
            covered_last=window.last_day,
            error=str(failed.error),
        )
        self.lake.log.record(entry)

    def failed(self) -> Iterator[tuple[Window, str]]:
        """The windows that no fetch has made good since they failed, and their paths in the log."""
        for entry in self.lake.log.of_user(self.user_id):
            failed = entry.status == "fetch_failed"
            if failed and entry.data_type and entry.covered_first and entry.covered_last:
                endpoint = entry.data_type.removeprefix("oura/")
                yield Window(endpoint, entry.covered_first, entry.covered_last), entry.file_path

    def notes(self, oldest: datetime | None = None) -> list[FetchNote]:
        """The notes of the answers that lie in landing, just those written since `oldest` (UTC)
        when it is said."""
        objects = self.lake.landing_objects
        lying = objects.survey(f"{landing.PREFIX}/{self.user_id}")
        listed = {one.key: one for one in lying if isinstance(one, ObjectInfo)}
        keys = [
            key
            for key, info in listed.items()
            if key.endswith(landing.NOTE_SUFFIX)
            and key.removesuffix(landing.NOTE_SUFFIX) in listed
            and (oldest is None or info.modified >= oldest)
        ]
        return list(_whole_notes(objects.get_many(keys)))

    def _is_final(self, fetched_at: datetime, window: Window) -> bool:
        """Whether an answer came when the ring could not restate the window's last day any more, or
        just now."""
        restated_until = window.last_day + timedelta(days=self.lake.settings.oura_lookback_days)
        return fetched_at.date() > restated_until or datetime.now(UTC) - fetched_at < RESUMED_WITHIN


def _whole_notes(contents: dict[str, bytes]) -> Iterator[FetchNote]:
    """The fetches of notes that are not damaged: a window without one is asked for again."""
    for key, content in contents.items():
        with suppress(LandingError):
            fetch = landing.note_of(key, content).fetch
            if fetch:
                yield fetch


def _window(note: FetchNote) -> Window | None:
    if note.dataset and note.first_day and note.last_day:
        return Window(note.dataset, note.first_day, note.last_day)
    return None
