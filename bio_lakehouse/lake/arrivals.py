"""Arrivals: landed files are recognised, logged, and turned into the days that they change."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from bio_lakehouse import sources
from bio_lakehouse.errors import EmptyAnswer, LandingError, UnknownFormat, UnsupportedFile
from bio_lakehouse.lake import bronze, landing, locks, quarantine, withdrawals
from bio_lakehouse.lake.accounting import row_states
from bio_lakehouse.lake.archives import Archive, looks_like_archive, open_archive
from bio_lakehouse.lake.bronze import BronzeWrite, DayFile, DayKey, Line, Statement
from bio_lakehouse.lake.folders import printable
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import LandedFile, LandedObject, Note, RefusedMember
from bio_lakehouse.lake.log import FileDay, LogEntry, days_between
from bio_lakehouse.lake.objects import ObjectInfo, PassedOver, checksum, file_time
from bio_lakehouse.lake.withdrawals import Days
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.records import FetchNote, ParseContext, ParsedFile

Changes = dict[str, set[date]]
DayLines = dict[DayKey, list[Line]]
DaysOrigin = tuple[date, str]
"""A day, and the origin of what is said about it."""
REREAD_AT_ONCE = 64
SAID_AGAIN = "it says again what an earlier file had said, and is the newest now."
ORDER_GUESSED = (
    "another download goes as far; no log tells which came first, so the time of the files was "
    "taken."
)
HEAD_BYTES = 1 << 16
"""The first bytes of a file, by which most that are no export are told before all of it is read."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one file: its log entry and how many days are new, changed and unchanged by
    it.

    `repeated` says that the log knew the file already and nothing was done, `unread` that it could
    not be read now: the log does not have it, and the next tick takes it. `passed_over` is what is
    no file at all: it is left alone. `notes` say what was assumed or left out in reading it.
    `given` is the file as the person named it who brought it in; `fetch` what was asked of a vendor
    to get it. `elsewhere` says that another machine took it: how many days it changed is not known
    here.
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

    @property
    def is_news(self) -> bool:
        """Whether the log knows something by it that it did not know: what a file holds, why it was
        refused, or that one says again what another had said."""
        is_copy = self.entry.status == "duplicate"
        return not self.unread and (is_copy or not self.repeated)

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
        return [_as_given(arrival, path) for arrival in _ingest(lake, path, user_id, dataset)]
    except OSError as error:
        raise LandingError(f"{printable(str(path))} cannot be read: {error.strerror}") from error


def _ingest(lake: Lakehouse, path: Path, user_id: str, dataset: str | None) -> list[Arrival]:
    note, found = Note(dataset=dataset), path.stat()
    _refuse_foreign(lake, path, user_id, note)
    content = path.read_bytes()
    known = lake.log.with_checksum(user_id, checksum(content))
    if known:
        return [_seen_again(lake, known, file_time(found))]
    key = landing.put(lake.landing_objects, user_id, path.name, content, note, file_time(found))
    info = lake.landing_objects.info(key)
    entries = lake.log.of_objects([key])[key]
    failed = any(entry.status == "validation_failed" for entry in entries)
    if failed or is_news(info, entries, lake.settings.today()):
        return take(lake, info)
    return [_repeated(entry) for entry in entries]


def _refuse_foreign(lake: Lakehouse, path: Path, user_id: str, note: Note) -> None:
    """Raise `UnsupportedFile` unless a file on this machine is, or as a zip holds, a known export.

    Its first bytes and its size decide before all of it is read.
    """
    name, context = landing.safe_name(path.name), context_for(lake, user_id, note)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if looks_like_archive(head):
        landing.refuse_large(name, path.stat().st_size)
        with open_archive(path, name) as archive:
            _refuse_foreign_archive(name, archive, context)
        return
    refuse_unknown(name, head, context)
    landing.refuse_large(name, path.stat().st_size)
    if len(head) == HEAD_BYTES:
        _refuse_unknown_whole(name, path.read_bytes(), context)


def _refuse_foreign_archive(name: str, archive: Archive, context: ParseContext) -> None:
    """Raise `UnsupportedFile` unless a file in the zip is a known export."""
    damaged = None
    for member in archive.members:
        try:
            refuse_unknown(member.name, archive.read(member, HEAD_BYTES), context)
            if member.size > HEAD_BYTES:
                _refuse_unknown_whole(member.name, archive.read(member), context)
        except UnknownFormat:
            continue
        except UnsupportedFile as error:
            damaged = error
        else:
            return
    if damaged:
        raise UnsupportedFile(f"{name}: {damaged}")
    raise UnknownFormat(f"{name} is a zip or Excel file that holds no known export.")


def refuse_unknown(name: str, head: bytes, context: ParseContext) -> None:
    """Raise `UnknownFormat` when no known file begins with `head`, its first `HEAD_BYTES` or all of
    it."""
    whole_lines = head[: head.rfind(b"\n") + 1] if len(head) == HEAD_BYTES else head
    try:
        sources.parse(name, whole_lines or head, context)
    except UnknownFormat:
        raise
    except UnsupportedFile:
        """It may be damaged, or begin like a known one: that shows when all of it is read."""


def _refuse_unknown_whole(name: str, content: bytes, context: ParseContext) -> None:
    try:
        _read_cached(PurePosixPath(name).name, checksum(content), context, _Bytes(content))
    except UnknownFormat:
        raise
    except UnsupportedFile:
        """A known export that is damaged is landed and logged as such."""


def _as_given(arrival: Arrival, path: Path) -> Arrival:
    member = landing.split_path(arrival.path)[1]
    return replace(arrival, given=str(path) if member is None else f"{path}: {member}")


def _repeated(entry: LogEntry) -> Arrival:
    return Arrival(entry.file_path, entry, unchanged_days=len(entry.covered_days), repeated=True)


def scan(lake: Lakehouse, progress: Callable[[str], None] = lambda _: None) -> list[Arrival]:
    """Log every landed file that is new, was overwritten, or now holds days that are no longer in
    the future.

    What lies in landing and is no file is told among them, every time.
    """
    is_first = lake.log.is_empty()
    infos, arrivals = news(lake)
    for info in infos:
        progress(info.key)
        arrivals += take(lake, info)
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
    infos = [
        info for info in lying if info.key in interrupted or is_news(info, known[info.key], today)
    ]
    return infos, [_passed_over(one) for one in passed_over]


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


def take(lake: Lakehouse, info: ObjectInfo) -> list[Arrival]:
    """Recognise, log and plan the file at `info`, each file inside it when it is a zip; a bad one
    is logged as such."""
    try:
        return take_readable(lake, info)
    except LandingError as error:
        return [unread(info, str(error))]


def take_readable(lake: Lakehouse, info: ObjectInfo) -> list[Arrival]:
    """As `take`; `LandingError` when the file cannot be read now."""
    try:
        return take_object(lake, open_landed(lake, info))
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


def take_object(lake: Lakehouse, landed: LandedObject) -> list[Arrival]:
    """As `take`, of what was read. Until it is done the log says that it was begun: a zip is taken
    whole or again."""
    key = landed.info.key
    lake.log.begin(key)
    try:
        arrivals = [_take_file(lake, landed, file) for file in landed.files()]
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
    same = lake.log.with_checksum(file.user_id, file.checksum)
    if same and same.file_path != file.path:
        return _duplicate(lake, file, same)
    try:
        parsed = read_file(file, context_of(lake, file)).parsed
    except EmptyAnswer:
        return _record_empty(lake, file)
    except UnsupportedFile as error:
        return _fail(lake, file.path, file.info, file.user_id, file.checksum, str(error))
    return _accept(lake, file, parsed)


def _keep_overwritten(lake: Lakehouse, path: str, digest: str) -> None:
    """A file that was overwritten in landing stays in the log, under a name that says which content
    it was."""
    earlier = lake.log.entry(path)
    if earlier and earlier.usable and earlier.checksum != digest:
        lake.log.rename(earlier, overwritten_path(path, earlier.checksum))


def overwritten_path(path: str, checksum: str) -> str:
    return f"{path}@{checksum[:8]}"


def context_of(lake: Lakehouse, file: LandedFile) -> ParseContext:
    return context_for(lake, file.user_id, file.note)


def context_for(lake: Lakehouse, user_id: str, note: Note) -> ParseContext:
    """What a parser may know of a file of that user beside its bytes."""
    settings = lake.settings
    zone = ZoneInfo(settings.user_profile(user_id).timezone)
    return ParseContext(zone, settings.first_day, settings.today(), note.dataset, note.fetch)


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed file, and the JSON of each of its records in the same order."""

    parsed: ParsedFile
    texts: list[str]


class _Bytes:
    """Bytes that a cache does not compare: the checksum beside them already says which they are."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes)


@lru_cache(maxsize=64)
def _read_cached(name: str, digest: str, context: ParseContext, content: _Bytes) -> Reading:
    parsed = sources.parse(name, content.value, context)
    return Reading(parsed, [bronze.to_json(record.content) for record in parsed.records])


def read_file(file: LandedFile, context: ParseContext) -> Reading:
    """The parsed file; one that was read a moment ago in this process is not parsed again."""
    return _read_cached(file.name, file.checksum, context, _Bytes(file.content))


forget_readings = _read_cached.cache_clear
"""Give back the memory of files that were read."""


def _fail(
    lake: Lakehouse, path: str, info: ObjectInfo, user_id: str, digest: str, reason: str
) -> Arrival:
    earlier = lake.log.entry(path)
    is_known = earlier is not None and earlier.tag == info.tag
    first_seen = earlier.upload_timestamp if earlier and is_known else datetime.now(UTC)
    failed = _failed(path, info, user_id, digest, reason)
    entry = replace(failed, upload_timestamp=first_seen)
    lake.log.record(entry)
    return Arrival(path, entry)


def _record_empty(lake: Lakehouse, file: LandedFile) -> Arrival:
    """Log an answer without a record: it came, and says nothing."""
    failed = _failed(file.path, file.info, file.user_id, file.checksum, "")
    entry = replace(failed, status="ingested", error=None)
    lake.log.record(entry)
    return Arrival(file.path, entry)


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
    lake.log.record(entry)
    again = _seen_again(lake, same, file.info.modified)
    return replace(again, path=file.path, entry=entry)


def _seen_again(lake: Lakehouse, known: LogEntry, file_time: datetime) -> Arrival:
    """A content that the log has: of all its copies the latest time counts, in whatever order they
    came.

    A download may say again what an earlier one had said, after another that said something else.
    """
    if known.stamp or known.file_time is None or file_time <= known.file_time:
        return _repeated(known)
    later = replace(known, file_time=file_time)
    pending = lake.log.pending(known.user_id)
    plan = changed_days(lake, later)
    new = [days - pending.get(dataset, set()) for dataset, days in plan.changed.items()]
    touched = set().union(*new)
    lake.log.record(replace(later, status="ingesting" if touched else known.status), plan.changed)
    if not touched:
        return _repeated(later)
    unchanged = max(len(known.covered_days) - len(touched), 0)
    notes = (SAID_AGAIN, *plan.notes(later))
    return Arrival(known.file_path, later, 0, len(touched), unchanged, notes=notes)


def _accept(lake: Lakehouse, file: LandedFile, parsed: ParsedFile) -> Arrival:
    entry = entry_of(lake, file, parsed)
    quarantine.write(lake.objects, entry, parsed)
    plan = changed_days(lake, entry)
    fresh = newly_covered(lake, entry)
    changes = {dataset: plan.changed.get(dataset, set()) | fresh for dataset in parsed.datasets}
    touched = set().union(*changes.values())
    entry = replace(entry, status="ingesting" if touched else "ingested")
    lake.log.record(entry, changes, plan.repeated)
    new_days = touched & (plan.new | fresh)
    unchanged = {record.day for record in parsed.records} - touched
    notes = (*parsed.notes, *plan.notes(entry))
    days = (len(new_days), len(touched - new_days), len(unchanged))
    return Arrival(file.path, entry, *days, notes=notes)


def entry_of(lake: Lakehouse, file: LandedFile, parsed: ParsedFile) -> LogEntry:
    days = sorted({record.day for record in parsed.records})
    covered = parsed.coverage or (None, None)
    earlier = lake.log.entry(file.path)
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
    )


def own_coverage(parsed: ParsedFile) -> str | None:
    """The days of each of a file's datasets, where they differ, as the log keeps them."""
    spans = parsed.coverage_by_dataset
    if spans is None:
        return None
    return json.dumps({name: list(map(date.isoformat, span)) for name, span in spans.items()})


def stamp_of(file: LandedFile, parsed: ParsedFile) -> datetime | None:
    """When the download was made, as a fetch or the download itself says (UTC); None for a file
    brought by hand."""
    stamp = file.note.fetch.fetched_at if file.note.fetch else parsed.stamp
    return stamp.replace(tzinfo=UTC) if stamp and stamp.tzinfo is None else stamp


@dataclass
class Plan:
    """What a file asks for: days whose bronze changes, by dataset, those that had no file, and rows
    that say nothing new on the other days; how many records of earlier files it withdraws; and the
    fuller download before it, where it may be torn."""

    changed: Changes = field(default_factory=dict)
    new: set[date] = field(default_factory=set)
    repeated: list[FileDay] = field(default_factory=list)
    withdrawn: int = 0
    torn_after: LogEntry | None = None

    def notes(self, entry: LogEntry) -> Iterator[str]:
        """What a person must know of records that are no longer there."""
        if self.torn_after:
            yield (
                f"it has {entry.record_count:,} rows where {self.torn_after.file_path} before it "
                f"had {self.torn_after.record_count:,}: it may be torn. Its rows are taken and "
                "nothing is withdrawn by it; download it again."
            )
        if self.withdrawn:
            records = "1 record" if self.withdrawn == 1 else f"{self.withdrawn:,} records"
            yield f"{records} of earlier files withdrawn: it does not have them any more."


def changed_days(lake: Lakehouse, entry: LogEntry) -> Plan:
    """Compare what bronze has with what landing says together with `entry`."""
    plan = Plan()
    for dataset in entry.datasets:
        days = days_concerned(lake, entry, dataset)
        if days:
            _plan_dataset(lake, entry, dataset, days, plan)
            if withdrawals.is_snapshot(entry):
                plan.torn_after = torn_after(lake, entry, dataset)
    return plan


def torn_after(lake: Lakehouse, entry: LogEntry, dataset: str) -> LogEntry | None:
    """The download after which that of `entry` may be torn, or cut at its end."""
    torn = torn_downloads(lake, dataset, entry.user_id, entry).get(entry.file_path)
    return torn or withdrawals.cut_short_after(entry, snapshots(lake, dataset, entry.user_id))


def _plan_dataset(lake: Lakehouse, entry: LogEntry, dataset: str, days: Days, plan: Plan) -> None:
    pending = lake.log.pending(entry.user_id).get(dataset, set())
    existing = lake.bronze.contents(dataset, *days, entry.user_id)
    wanted = day_files(lake, dataset, days, entry.user_id, existing, arriving=entry)
    differing = lake.bronze.changes(wanted, existing)
    plan.changed[dataset] = {key.day for key in differing}
    plan.new |= {key.day for key in differing if key not in existing} - pending
    for key, day in wanted.items():
        rows = day.landed[entry.file_path]
        if key in differing:
            plan.withdrawn += withdrawn_by(entry, day.lines)
        elif rows:
            plan.repeated.append(FileDay(entry.file_path, dataset, key.day, rows, duplicates=rows))


def days_concerned(lake: Lakehouse, entry: LogEntry, dataset: str) -> Days | None:
    """The days of a bronze dataset about which a file says something, with records or by having
    none.

    A snapshot stands in a row with the others of its history, of which it may make one torn or
    whole.
    """
    told = [entry]
    if withdrawals.is_snapshot(entry):
        others = snapshots(lake, dataset, entry.user_id)
        told += [other for other in others if other.origin == entry.origin]
    days = [one.first_day for one in told] + [one.last_day for one in told]
    days += [entry.covered_first, entry.covered_last] if entry.whole else []
    known = [day for day in days if day]
    return (min(known), max(known)) if known else None


def withdrawn_by(entry: LogEntry, lines: Iterable[Line]) -> int:
    """How many records of a day the file of `entry` has withdrawn."""
    return sum(line.withdrawn and line.source_file == entry.file_path for line in lines)


def newly_covered(lake: Lakehouse, entry: LogEntry) -> set[date]:
    """Days that `entry` covers and nothing in the log of that user and source does."""
    if entry.covered_first is None or entry.covered_last is None:
        return set()
    days = set(days_between(entry.covered_first, entry.covered_last))
    for other in lake.log.covering(
        entry.user_id, entry.source or "", entry.covered_first, entry.covered_last
    ):
        days.difference_update(other.covered_days)
    settings = lake.settings
    return {day for day in days if settings.first_day <= day <= settings.today()}


def day_files(
    lake: Lakehouse,
    dataset: str,
    days: Days,
    user_id: str,
    existing: dict[DayKey, bytes],
    arriving: LogEntry | None = None,
) -> dict[DayKey, DayFile]:
    """The day files of `dataset` that one user must have on `days` by what landed.

    `existing` are those that there are; `arriving` is a file that the log does not hold yet.
    """
    first, last = days
    lines: dict[DayKey, list[Line]] = defaultdict(list)
    statements: dict[DaysOrigin, list[Statement]] = defaultdict(list)
    present: set[tuple[str, str]] = set()
    entries = entries_about(lake, dataset, days, user_id, arriving)
    torn = torn_downloads(lake, dataset, user_id, arriving)
    for entry, reading in reread(lake, entries):
        present.add((entry.file_path, entry.checksum))
        for key, line in lines_of(lake, dataset, entry, reading):
            if first <= key.day <= last:
                lines[key].append(line)
        if entry.file_path not in torn:
            for day in withdrawing_days(entry, reading.parsed, dataset, first, last):
                statements[day, reading.parsed.origin].append(bronze.to_statement(entry))
    if len(present) < len(entries):
        absent = lines_of_absent_files(existing, present)
        for key, kept in under_their_names(lake, absent).items():
            lines[key] += kept
    return {
        key: bronze.merge(versions, statements[key.day, key.origin])
        for key, versions in lines.items()
    }


def entries_about(
    lake: Lakehouse, dataset: str, days: Days, user_id: str, arriving: LogEntry | None
) -> list[LogEntry]:
    """A user's files that hold records of a dataset on `days`, and the whole ones that cover any of
    them."""
    first, last = days
    holding = lake.log.overlapping(user_id, dataset, first, last)
    entries = {entry.file_path: entry for entry in holding}
    up_to = None if withdrawals.reaches_back(dataset) else last
    for entry in lake.log.whole(user_id, dataset, first=first, last=up_to):
        entries.setdefault(entry.file_path, entry)
    if arriving:
        entries[arriving.file_path] = arriving
    return list(entries.values())


def snapshots(lake: Lakehouse, dataset: str, user_id: str) -> list[LogEntry]:
    """A user's whole downloads of a dataset, of which one can be held against the one before."""
    return lake.log.whole(user_id, dataset, origins=withdrawals.snapshot_origins(dataset))


def torn_downloads(
    lake: Lakehouse, dataset: str, user_id: str, arriving: LogEntry | None = None
) -> dict[str, LogEntry]:
    """A user's downloads of a dataset that may be torn, by path, each with the fuller one before
    it."""
    entries = {entry.file_path: entry for entry in snapshots(lake, dataset, user_id)}
    if arriving:
        entries[arriving.file_path] = arriving
    return withdrawals.torn_downloads(entries.values())


def lines_of(
    lake: Lakehouse, dataset: str, entry: LogEntry, reading: Reading
) -> Iterator[tuple[DayKey, Line]]:
    """A file's lines of one dataset, each with the day file in which it belongs."""
    zone = ZoneInfo(lake.settings.user_profile(entry.user_id).timezone)
    origin = reading.parsed.origin
    for record, text in zip(reading.parsed.records, reading.texts, strict=True):
        if record.dataset == dataset:
            key = DayKey(dataset, record.day, entry.user_id, origin)
            yield key, bronze.to_line(record, text, entry, zone)


def withdrawing_days(
    entry: LogEntry, parsed: ParsedFile, dataset: str, first: date, last: date
) -> Iterable[date]:
    """The days among `first` to `last` from which a whole file withdraws what it lacks."""
    days = withdrawals.withdrawing_days(entry, parsed, dataset)
    return days_between(max(days[0], first), min(days[1], last)) if days else ()


def reread(lake: Lakehouse, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, Reading]]:
    """The files behind log entries; without those of which landing does not hold the content any
    more."""
    wanted = list(entries)
    for start in range(0, len(wanted), REREAD_AT_ONCE):
        some = wanted[start : start + REREAD_AT_ONCE]
        contents = landing.read_paths(lake.landing_objects, (entry.file_path for entry in some))
        for entry in some:
            if entry.file_path not in contents:
                continue
            info = ObjectInfo(entry.file_path, entry.size, entry.modified, entry.tag)
            file = LandedFile(entry.file_path, entry.user_id, *contents[entry.file_path], info)
            if file.checksum == entry.checksum:
                yield entry, read_file(file, context_of(lake, file))


def lines_of_absent_files(existing: dict[DayKey, bytes], present: set[tuple[str, str]]) -> DayLines:
    """Lines in bronze whose file has left landing, or was overwritten there: they stay."""
    absent: defaultdict[DayKey, list[Line]] = defaultdict(list)
    for key, content in existing.items():
        for line in bronze.decode(content):
            if (line.source_file, line.checksum) not in present:
                absent[key].append(line)
    return absent


def under_their_names(lake: Lakehouse, lines: DayLines) -> DayLines:
    """The lines; of a file that was overwritten since they were written under the name that the log
    has for it."""
    contents = {
        (line.source_file, line.checksum) for versions in lines.values() for line in versions
    }
    kept_as = {content: overwritten_path(*content) for content in contents}
    known = lake.log.checksums([path for path, _ in contents] + list(kept_as.values()))
    moved = {
        (path, digest): name
        for (path, digest), name in kept_as.items()
        if name in known and known.get(path) != digest
    }
    if not moved:
        return lines

    def named(line: Line) -> Line:
        name = moved.get((line.source_file, line.checksum))
        return line._replace(source_file=name) if name else line

    return {key: list(map(named, versions)) for key, versions in lines.items()}


def write_bronze(lake: Lakehouse, dataset: str, first: date, last: date) -> BronzeWrite:
    """Make the day files of `dataset` on days `first` to `last` what landing says; only what
    differs is written."""
    with locks.exclusively(lake, locks.BRONZE):
        return _write_bronze(lake, dataset, first, last)


def _write_bronze(lake: Lakehouse, dataset: str, first: date, last: date) -> BronzeWrite:
    existing: defaultdict[str, dict[DayKey, bytes]] = defaultdict(dict)
    for key, content in lake.bronze.contents(dataset, first, last).items():
        existing[key.user_id][key] = content
    by_day: Counter[date] = Counter()
    counts: list[FileDay] = []
    contents: dict[DayKey, bytes] = {}
    written = unchanged = 0
    for user_id in sorted(lake.log.users()):
        mine = existing[user_id]
        wanted = day_files(lake, dataset, (first, last), user_id, mine)
        changes = lake.bronze.changes(wanted, mine)
        lake.bronze.apply(changes)
        for key, lines in _lines_now(lake, wanted, changes, mine).items():
            by_day[key.day] += len(lines)
            counts += bronze.file_days(key, wanted[key].landed, lines)
        contents |= {key: changes.get(key) or mine[key] for key in wanted}
        written += len(changes)
        unchanged += len(wanted.keys() - changes.keys())
    lake.log.replace_days(dataset, first, last, counts)
    return BronzeWrite(dict(by_day), written, unchanged, bronze.versions_by_day(contents))


def _lines_now(
    lake: Lakehouse,
    wanted: dict[DayKey, DayFile],
    changes: dict[DayKey, bytes],
    before: dict[DayKey, bytes],
) -> DayLines:
    """What day files hold once `changes` are written; one that stays may name another file as its
    source."""
    same = {key: bronze.decode(before[key]) for key in wanted.keys() - changes.keys()}
    made = {key: wanted[key].lines for key in wanted.keys() & changes.keys()}
    return under_their_names(lake, same) | made


def pending(lake: Lakehouse) -> Changes:
    """Days that arrivals changed and of which gold's daily table is not built yet, by bronze
    dataset."""
    return lake.log.pending()


def unfinished(lake: Lakehouse) -> set[date]:
    """The lake's days that arrivals changed and of which anything is still to be made."""
    settings = lake.settings
    return {day for day in lake.log.owed.changed() if settings.first_day <= day <= settings.today()}


def recount(lake: Lakehouse, first: date, last: date) -> None:
    """Sort the rows of days `first` to `last` into current, superseded and withdrawn, by file, in
    the log."""
    with locks.exclusively(lake, locks.BRONZE):
        _recount(lake, first, last)


def _recount(lake: Lakehouse, first: date, last: date) -> None:
    lines = {}
    for dataset in registry.bronze_datasets():
        contents = lake.bronze.contents(dataset, first, last)
        decoded = {key: bronze.decode(content) for key, content in contents.items()}
        lines[dataset] = under_their_names(lake, decoded)
    states = row_states(lines)
    known = defaultdict(list)
    for file_day in lake.log.days(first, last):
        place = (file_day.file_path, file_day.dataset, file_day.day)
        current, withdrawn = states.current[place], states.withdrawn[place]
        kept = file_day.landed - file_day.duplicates
        counted = replace(
            file_day, current=current, withdrawn=withdrawn, superseded=kept - current - withdrawn
        )
        known[file_day.dataset].append(counted)
    for dataset, file_days in known.items():
        lake.log.replace_days(dataset, first, last, file_days)
