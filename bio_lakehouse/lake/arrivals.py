"""Arrivals: landed files are recognised, logged, and turned into the days that they change."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from bio_lakehouse import garbage
from bio_lakehouse.errors import EmptyAnswer, LandingError, NothingRead, UnsupportedFile
from bio_lakehouse.lake import landing, quarantine, shared_landing, withdrawals
from bio_lakehouse.lake.archives import looks_like_archive
from bio_lakehouse.lake.bronze_plan import Changes, changed_days, newly_covered, overwritten_path
from bio_lakehouse.lake.folders import printable, refusal_of
from bio_lakehouse.lake.foreign_files import HEAD_BYTES, refuse_foreign, refuse_unknown
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landed_reading import context_for, context_of, is_landed, read_file
from bio_lakehouse.lake.landing import LandedFile, LandedObject, Note, RefusedMember
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectInfo, PassedOver, checksum, file_time
from bio_lakehouse.sources.contents import AnyContent, content_at, opened_by
from bio_lakehouse.sources.file_limits import LARGEST_AT_ONCE
from bio_lakehouse.sources.records import FetchNote, ParsedFile

SAID_AGAIN = "it says again what an earlier file had said, and is the newest now."
ORDER_GUESSED = (
    "another download goes as far; no log tells which came first, so the time of the files was "
    "taken."
)
NOTHING_TAKEN: Mapping[str, LogEntry] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one file: its log entry and how many days are new, changed and unchanged by
    it.

    `repeated` says that the log knew the file already and nothing was done, `unread` that it could
    not be read now: the log does not have it, and the next tick takes it. `passed_over` is what is
    no file at all: it is left alone. `notes` say what was assumed or left out in reading it.
    `given` is the file as the person named it who brought it in; `fetch` what was asked of a vendor
    to get it. `elsewhere` says that another machine took it: how many days it changed is not known
    here. `told_before` says that the log had all this of the file.
    """

    path: str
    entry: LogEntry
    new_days: int = 0
    changed_days: int = 0
    unchanged_days: int = 0
    repeated: bool = False
    unread: bool = False
    notes: tuple[str, ...] = ()
    passed_over: bool = False
    given: str = ""
    fetch: FetchNote | None = None
    elsewhere: bool = False
    told_before: bool = False

    @property
    def is_news(self) -> bool:
        """Whether the log knows something by it that it did not know: what a file holds, why it was
        refused, or that one says again what another had said."""
        is_copy = self.entry.status == "duplicate"
        is_old = self.unread or self.told_before
        return not is_old and (is_copy or not self.repeated)

    @property
    def refused(self) -> bool:
        """Whether the file is not in the lake, though it should be."""
        return self.entry.status == "validation_failed" and not (self.repeated or self.passed_over)

    @property
    def failed(self) -> bool:
        return self.refused or (not self.repeated and self.entry.quarantined_count > 0)


def ingest(lake: Lakehouse, path: Path, user_id: str, dataset: str | None = None) -> list[Arrival]:
    """Copy one local file into landing, unless that user's landing holds it, and log it; a zip
    gives one a member.

    Raises `UnknownFormat` for a file that is none of the known exports, `UnsupportedFile` for one
    that is too large, `LandingError` for one that cannot be read: these never enter landing.
    """
    try:
        with lake.log.together(), garbage.not_looked_for():
            return [_as_given(arrival, path) for arrival in _ingest(lake, path, user_id, dataset)]
    except OSError as error:
        raise LandingError(f"{printable(str(path))} cannot be read: {refusal_of(error)}") from error


def _ingest(lake: Lakehouse, path: Path, user_id: str, dataset: str | None) -> list[Arrival]:
    note, found, content = Note(dataset=dataset), path.stat(), content_at(path)
    if not _is_taken(lake, path, user_id, content):
        refuse_foreign(lake, path, user_id, note)
    known = lake.log.with_checksum(user_id, checksum(content))
    if known and is_there(lake, known):
        return [_seen_again(lake, known, file_time(found))]
    objects = lake.landing_objects
    key = landing.key_for(objects, user_id, path.name, content, note)
    is_back = known is not None or not objects.exists(key)
    landing.put_at(objects, key, content, note, file_time(found))
    info = objects.info(key)
    entries = lake.log.of_objects([key])[key]
    if is_back or is_news(info, entries, lake.settings.today()):
        return take(lake, info)
    if any(entry.status == "validation_failed" for entry in entries):
        return _take_again(lake, info, entries)
    return [_known(entry) for entry in entries]


def _take_again(lake: Lakehouse, info: ObjectInfo, entries: list[LogEntry]) -> list[Arrival]:
    """Read once more what was refused of a file; of a zip only that, unless it was taken in
    part."""
    if info.key in lake.log.interrupted():
        return take(lake, info)
    same = {entry.file_path: entry for entry in entries if is_of(entry, info)}
    taken = {path: entry for path, entry in same.items() if entry.status != "validation_failed"}
    reasons = {path: entry.error for path, entry in same.items()}
    return [
        replace(one, told_before=True)
        if one.refused and one.entry.error == reasons.get(one.path)
        else one
        for one in take(lake, info, taken)
    ]


def _is_taken(lake: Lakehouse, path: Path, user_id: str, content: AnyContent) -> bool:
    """Whether the log knows a file's content by a look at its checksum: what was read once is not
    read again to find out whether it can be.

    A very large file may be a foreign one, which its first bytes tell sooner than its checksum.
    """
    if opened_by(content).size > LARGEST_AT_ONCE:
        return False
    if lake.log.with_checksum(user_id, checksum(content)):
        return True
    key = landing.key_for(lake.landing_objects, user_id, path.name, content, Note())
    lies_there = lake.landing_objects.exists(key)
    return lies_there and any(entry.usable for entry in lake.log.of_objects([key])[key])


def _as_given(arrival: Arrival, path: Path) -> Arrival:
    member = landing.split_path(arrival.path)[1]
    return replace(arrival, given=str(path) if member is None else f"{path}: {member}")


def _repeated(entry: LogEntry) -> Arrival:
    return Arrival(entry.file_path, entry, unchanged_days=len(entry.covered_days), repeated=True)


def _known(entry: LogEntry) -> Arrival:
    """A file of which the log knows all that became of it, also that it is a copy."""
    return replace(_repeated(entry), told_before=True)


def scan(lake: Lakehouse, progress: Callable[[str], None] = lambda _: None) -> list[Arrival]:
    """Log every landed file that is new, was overwritten, or now holds days that are no longer in
    the future.

    What lies in landing and is no file is told among them, every time.
    """
    with lake.log.together():
        is_first = lake.log.is_empty()
        infos, arrivals = news(lake)
        arrivals += shared_landing.taken(lake, infos, take, progress)
    return _saying_what_was_guessed(arrivals) if is_first else arrivals


def _saying_what_was_guessed(arrivals: list[Arrival]) -> list[Arrival]:
    """Arrivals of a log that begins: of downloads alike, only their files' times tell which is
    newer."""
    series: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for one in arrivals:
        series[_series(one.entry)].append(one.path)
    return [
        replace(one, notes=(*one.notes, ORDER_GUESSED))
        if one.entry.usable and not one.entry.stamp and len(series[_series(one.entry)]) > 1
        else one
        for one in arrivals
    ]


def _series(entry: LogEntry) -> tuple[object, ...]:
    """What files have in common of which one replaces the other, and nothing inside tells which."""
    return entry.user_id, entry.origin, entry.data_type, entry.last_day, entry.stamp is None


def news(lake: Lakehouse) -> tuple[list[ObjectInfo], list[Arrival]]:
    """What lies in landing and must be taken, sorted by key, and what is passed over there.

    `LandingError` when landing cannot be listed.
    """
    today = lake.settings.today()
    lying, passed_over = landing.survey(lake.landing_objects)
    _forget_misread(lake, {info.key for info in lying})
    known, interrupted = lake.log.of_objects(info.key for info in lying), lake.log.interrupted()
    unread = interrupted | _copies_alone(lying, known)
    infos = [info for info in lying if info.key in unread or is_news(info, known[info.key], today)]
    return infos, [_passed_over(one) for one in passed_over]


def _copies_alone(lying: list[ObjectInfo], known: Mapping[str, list[LogEntry]]) -> set[str]:
    """The objects that were taken for copies of others, of which none lies there any more."""
    there = {
        (entry.user_id, entry.checksum)
        for info in lying
        for entry in known[info.key]
        if entry.usable and is_of(entry, info)
    }
    return {
        info.key
        for info in lying
        for entry in known[info.key]
        if entry.status == "duplicate" and (entry.user_id, entry.checksum) not in there
    }


def _forget_misread(lake: Lakehouse, lying: set[str]) -> None:
    """Drop entries that took `folder!/file` for a file in a zip: their rows were never in bronze.

    Logs that were written before `landing.path_of` told the two apart have them.
    """
    for path in lying:
        key, member = landing.split_path(path)
        if member is not None and key not in lying and lake.log.entry(path):
            lake.log.forget(path)


def is_news(info: ObjectInfo, entries: list[LogEntry], today: date) -> bool:
    """Whether the object at `info` was never logged, differs from what was, or holds rows that have
    come due."""
    same = [entry for entry in entries if is_of(entry, info)]
    return not same or any(entry.retry_on is not None and entry.retry_on <= today for entry in same)


def is_of(entry: LogEntry, info: ObjectInfo) -> bool:
    """Whether a log entry is about the content that lies at `info` now."""
    if entry.tag:
        return entry.tag == info.tag
    return (entry.size, entry.modified) == (info.size, info.modified)


def take(
    lake: Lakehouse, info: ObjectInfo, taken: Mapping[str, LogEntry] = NOTHING_TAKEN
) -> list[Arrival]:
    """Recognise, log and plan the file at `info`, each file inside it when it is a zip; a bad one
    is logged as such. What of a zip is `taken`, by path, is not read."""
    with garbage.not_looked_for():
        try:
            return take_readable(lake, info, taken)
        except LandingError as error:
            return [unread(info, str(error))]


def take_readable(
    lake: Lakehouse, info: ObjectInfo, taken: Mapping[str, LogEntry] = NOTHING_TAKEN
) -> list[Arrival]:
    """As `take`; `LandingError` when the file cannot be read now."""
    try:
        return take_object(lake, open_landed(lake, info), taken)
    except UnsupportedFile as error:
        return [refuse(lake, info, str(error))]


def open_landed(lake: Lakehouse, info: ObjectInfo) -> LandedObject:
    """The object at `info`; `UnsupportedFile` when its first bytes or its size say that it is no
    export."""
    if info.size > HEAD_BYTES:
        head = lake.landing_objects.head(info.key, HEAD_BYTES)
        if not looks_like_archive(head):
            name = PurePosixPath(info.key).name
            refuse_unknown(name, head, context_for(lake, lake.settings.user, Note()))
    return landing.load(lake.landing_objects, info)


def refuse(lake: Lakehouse, info: ObjectInfo, reason: str) -> Arrival:
    """Log an object of which nothing was read as refused."""
    path = landing.path_of(info.key)
    _keep_overwritten(lake, path, "")
    lake.log.finish(info.key)
    return _fail(lake, path, info, "me", "", reason)


def take_object(
    lake: Lakehouse, landed: LandedObject, taken: Mapping[str, LogEntry] = NOTHING_TAKEN
) -> list[Arrival]:
    """As `take`, of what was read. Until it is done the log says that it was begun: a zip is taken
    whole or again."""
    key = landed.info.key
    lake.log.begin(key)
    try:
        arrivals = [_known(entry) for entry in taken.values()]
        arrivals += [_take_file(lake, landed, file) for file in landed.files(left_out=taken)]
        if not arrivals:
            raise UnsupportedFile(f"{key}: the zip holds no file; download the export again")
    except UnsupportedFile as error:
        path, digest = landing.path_of(key), checksum(landed.content)
        _keep_overwritten(lake, path, digest)
        arrivals = [_fail(lake, path, landed.info, "me", digest, str(error))]
    lake.log.finish(key)
    return [replace(one, fetch=landed.note.fetch) for one in arrivals]


def unread(info: ObjectInfo, reason: str) -> Arrival:
    """What becomes of a file that cannot be read now: nothing, until it can."""
    path = landing.path_of(info.key)
    return Arrival(path, _failed(path, info, "me", "", reason), unread=True)


def _passed_over(found: PassedOver) -> Arrival:
    info = ObjectInfo(found.key, 0, datetime.fromtimestamp(0, UTC), "")
    return replace(unread(info, found.reason), passed_over=True)


def _take_file(lake: Lakehouse, landed: LandedObject, file: LandedFile | RefusedMember) -> Arrival:
    if isinstance(file, RefusedMember):
        _keep_overwritten(lake, file.path, "")
        return _fail(lake, file.path, landed.info, file.user_id, "", file.reason)
    _keep_overwritten(lake, file.path, file.checksum)
    same = _same_elsewhere(lake, file)
    if same:
        return _duplicate(lake, file, same)
    try:
        parsed = read_file(file, context_of(lake, file)).parsed
    except EmptyAnswer:
        return _record_empty(lake, file)
    except UnsupportedFile as error:
        if isinstance(error, NothingRead) and landing.split_path(file.path)[1]:
            # A vendor's export has it beside what is read.
            note = str(error).removeprefix(f"{file.name} ")
            return replace(_record_empty(lake, file), notes=(note,))
        return _fail(lake, file.path, file.info, file.user_id, file.checksum, str(error))
    return _accept(lake, file, parsed)


def _same_elsewhere(lake: Lakehouse, file: LandedFile) -> LogEntry | None:
    """The entry of another landed file of the same content.

    One that has left landing is kept under another name: its rows stay, and what comes now is read
    as a file of its own, with its own time and withdrawals.
    """
    same = lake.log.with_checksum(file.user_id, file.checksum)
    if same is None or same.file_path == file.path:
        return None
    if is_there(lake, same):
        return same
    _keep_under_its_content(lake, same)
    return _same_elsewhere(lake, file)


def is_there(lake: Lakehouse, entry: LogEntry) -> bool:
    """Whether landing still has the file behind a log entry."""
    key = landing.split_path(entry.file_path)[0]
    objects = lake.landing_objects
    return objects.exists(key) and (is_of(entry, objects.info(key)) or is_landed(lake, entry))


def _keep_overwritten(lake: Lakehouse, path: str, digest: str) -> None:
    """A file that was overwritten in landing stays in the log, under a name that says which content
    it was."""
    earlier = lake.log.entry(path)
    if earlier and earlier.usable and earlier.checksum != digest:
        _keep_under_its_content(lake, earlier)


def _keep_under_its_content(lake: Lakehouse, entry: LogEntry) -> None:
    path = entry.file_path
    kept_as = overwritten_path(path, entry.checksum)
    quarantine.copy(lake.objects, path, kept_as)
    lake.log.rename(entry, kept_as)
    quarantine.delete(lake.objects, path)


def _fail(
    lake: Lakehouse, path: str, info: ObjectInfo, user_id: str, digest: str, reason: str
) -> Arrival:
    earlier = lake.log.entry(path)
    entry = _failed(path, info, user_id, digest, reason)
    is_same_file = earlier is not None and earlier.tag == info.tag
    is_touched = not is_same_file and earlier is not None and earlier.checksum == digest != ""
    is_known = is_same_file or is_touched
    first_seen = earlier.upload_timestamp if earlier and is_known else datetime.now(UTC)
    entry = replace(entry, upload_timestamp=first_seen)
    lake.log.record(entry)
    return Arrival(path, entry, told_before=is_touched and _says_the_same(earlier, entry))


def _record_empty(lake: Lakehouse, file: LandedFile) -> Arrival:
    """Log a file without a record that is read: it came, and says nothing."""
    failed = _failed(file.path, file.info, file.user_id, file.checksum, "")
    entry = replace(failed, status="ingested", error=None)
    known = _says_the_same(lake.log.entry(file.path), entry)
    lake.log.record(entry)
    return Arrival(file.path, entry, told_before=known)


def _failed(path: str, info: ObjectInfo, user_id: str, digest: str, reason: str) -> LogEntry:
    return LogEntry(
        file_path=path,
        checksum=digest,
        user_id=user_id,
        upload_timestamp=info.modified,
        size=info.size,
        modified=info.modified,
        status="validation_failed",
        error=reason,
        tag=info.tag,
    )


def _duplicate(lake: Lakehouse, file: LandedFile, same: LogEntry) -> Arrival:
    entry = replace(
        same,
        file_path=file.path,
        upload_timestamp=file.info.modified,
        size=file.info.size,
        modified=file.info.modified,
        status="duplicate",
        error=f"same content as {same.file_path}",
        tag=file.info.tag,
    )
    known = _says_the_same(lake.log.entry(file.path), entry)
    lake.log.record(entry)
    again = _seen_again(lake, same, file.info.modified)
    return replace(again, path=file.path, entry=entry, told_before=known and again.repeated)


def _seen_again(lake: Lakehouse, known: LogEntry, file_time: datetime) -> Arrival:
    """A content that the log has: of all its copies the latest time counts, in whatever order they
    came.

    A download may say again what an earlier one had said, after another that said something else.
    """
    if known.stamp or known.file_time is None or file_time <= known.file_time:
        return _repeated(known)
    later = replace(known, file_time=file_time)
    plan = changed_days(lake, later)
    new = [
        days - lake.log.waiting(known.user_id, dataset, days)
        for dataset, days in plan.changed.items()
    ]
    touched = set().union(*new)
    lake.log.record(replace(later, status="ingesting" if touched else known.status), plan.changed)
    if not touched:
        return _repeated(later)
    unchanged = max(len(known.covered_days) - len(touched), 0)
    notes = (SAID_AGAIN, *plan.notes(later))
    return Arrival(known.file_path, later, 0, len(touched), unchanged, notes=notes)


def _accept(lake: Lakehouse, file: LandedFile, parsed: ParsedFile) -> Arrival:
    earlier = lake.log.entry(file.path)
    entry = entry_of(file, parsed, earlier)
    quarantine.write(lake.objects, entry, parsed)
    plan = changed_days(lake, entry)
    fresh = newly_covered(lake, entry) - _unread_before(earlier, entry)
    changes = {dataset: plan.changed.get(dataset, set()) | fresh for dataset in parsed.datasets}
    touched = set().union(*changes.values())
    is_owed = touched or _is_being_built(earlier, entry)
    entry = replace(entry, status="ingesting" if is_owed else "ingested")
    lake.log.record(entry, changes, plan.repeated)
    new_days = touched & (plan.new | fresh)
    unchanged = parsed.days - touched
    notes = (*parsed.notes, *plan.notes(entry))
    days = (len(new_days), len(touched - new_days), len(unchanged))
    known = not touched and _says_the_same(earlier, entry)
    return Arrival(file.path, entry, *days, notes=notes, repeated=known, told_before=known)


def _unread_before(earlier: LogEntry | None, entry: LogEntry) -> frozenset[date]:
    """The days of which the same file had a row in quarantine before, as it has now."""
    is_same = earlier is not None and earlier.checksum == entry.checksum
    return earlier.unread_days & entry.unread_days if earlier and is_same else frozenset()


def _says_the_same(earlier: LogEntry | None, entry: LogEntry) -> bool:
    """Whether the log had all of this, of a file that was only touched: those of a home that was
    copied are."""
    if earlier is None:
        return False
    touched = replace(
        earlier,
        tag=entry.tag,
        modified=entry.modified,
        file_time=entry.file_time,
        upload_timestamp=entry.upload_timestamp,
    )
    return touched == entry


def _is_being_built(earlier: LogEntry | None, entry: LogEntry) -> bool:
    """Whether the same file came before, and days of it are still owed though bronze has them."""
    return (
        earlier is not None and earlier.status == "ingesting" and earlier.checksum == entry.checksum
    )


def entry_of(file: LandedFile, parsed: ParsedFile, earlier: LogEntry | None) -> LogEntry:
    """What the log is to have of a file of which it has `earlier`."""
    days = sorted(parsed.days)
    covered = parsed.coverage or (None, None)
    known = earlier if earlier and earlier.checksum == file.checksum else None
    return LogEntry(
        file_path=file.path,
        checksum=file.checksum,
        user_id=file.user_id,
        upload_timestamp=known.upload_timestamp if known else datetime.now(UTC),
        size=file.info.size,
        modified=file.info.modified,
        status="ingesting",
        source=parsed.source,
        origin=parsed.origin,
        data_type=",".join(parsed.datasets),
        record_count=parsed.row_count,
        quarantined_count=parsed.rejected_count,
        stamp=stamp_of(file, parsed),
        file_time=max(file.info.modified, (known and known.file_time) or file.info.modified),
        whole=withdrawals.is_whole(parsed),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        covered_first=covered[0],
        covered_last=covered[1],
        retry_on=quarantine.comes_due(parsed),
        unknown_fields=json.dumps(parsed.unknown_fields) if parsed.unknown_fields else None,
        tag=file.info.tag,
        fed_datasets=None if parsed.fed_datasets is None else ",".join(parsed.fed_datasets),
        own_coverage=own_coverage(parsed),
        unread=unread_of(parsed),
    )


def own_coverage(parsed: ParsedFile) -> str | None:
    """The days of each of a file's datasets, where they differ, as the log keeps them."""
    spans = parsed.coverage_by_dataset
    if spans is None:
        return None
    return json.dumps({name: list(map(date.isoformat, span)) for name, span in spans.items()})


def unread_of(parsed: ParsedFile) -> str | None:
    """The days of which a row lies in quarantine, by dataset, as the log keeps them."""
    unread = {name: sorted(days) for name, days in parsed.unread_days.items() if days}
    told = {name: list(map(date.isoformat, days)) for name, days in sorted(unread.items())}
    return json.dumps(told) if told else None


def stamp_of(file: LandedFile, parsed: ParsedFile) -> datetime | None:
    """When the download was made, as a fetch or the download itself says (UTC); None for a file
    brought by hand."""
    stamp = file.note.fetch.fetched_at if file.note.fetch else parsed.stamp
    return stamp.replace(tzinfo=UTC) if stamp and stamp.tzinfo is None else stamp


def pending(lake: Lakehouse) -> Changes:
    """Days that arrivals changed and of which gold's daily table is not built yet, by bronze
    dataset."""
    return lake.log.pending()


def unfinished(lake: Lakehouse) -> set[date]:
    """The lake's days that arrivals changed and of which anything is still to be made."""
    settings = lake.settings
    return {day for day in lake.log.owed.changed() if settings.first_day <= day <= settings.today()}
