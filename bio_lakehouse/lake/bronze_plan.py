"""What the days of bronze must hold by what landed, and which days a file changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bio_lakehouse import garbage
from bio_lakehouse.lake import bronze, bronze_store, withdrawals
from bio_lakehouse.lake.bronze import DayFile, DayKey, Line, Said, Statement
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landed_reading import Reading, reread
from bio_lakehouse.lake.log import FileDay, LogEntry, days_between
from bio_lakehouse.lake.withdrawals import Days
from bio_lakehouse.sources.records import ParsedFile

Changes = dict[str, set[date]]
RECORDS_AT_ONCE = 50_000
"""Records whose lines memory holds at once when days are compared, about."""
DayLines = dict[DayKey, list[Line]]
DaysOrigin = tuple[date, str]
"""A day, and the origin of what is said about it."""


def overwritten_path(path: str, checksum: str) -> str:
    return f"{path}@{checksum[:8]}"


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
            plan.changed[dataset] = set()
            for some in _at_once(entry, days):
                _plan_dataset(lake, entry, dataset, some, plan)
                if entry.record_count > RECORDS_AT_ONCE:
                    garbage.give_back()
            if withdrawals.is_snapshot(entry):
                plan.torn_after = torn_after(lake, entry, dataset)
    return plan


def _at_once(entry: LogEntry, days: Days) -> Iterator[Days]:
    """The days in pieces of which memory holds the lines: all, of a file with few records."""
    first, last = days
    many = max(1, entry.record_count // RECORDS_AT_ONCE)
    length = timedelta(days=max(1, ((last - first).days + 1) // many))
    while first <= last:
        yield first, min(first + length - timedelta(days=1), last)
        first += length


def torn_after(lake: Lakehouse, entry: LogEntry, dataset: str) -> LogEntry | None:
    """The download after which that of `entry` may be torn, or cut at its end."""
    torn = torn_downloads(lake, dataset, entry.user_id, entry).get(entry.file_path)
    return torn or withdrawals.cut_short_after(entry, snapshots(lake, dataset, entry.user_id))


def _plan_dataset(lake: Lakehouse, entry: LogEntry, dataset: str, days: Days, plan: Plan) -> None:
    existing = lake.bronze.contents(dataset, *days, entry.user_id)
    wanted = day_files(lake, dataset, days, entry.user_id, existing, arriving=entry)
    differing = bronze_store.differing(wanted, existing)
    plan.changed[dataset] |= {key.day for key in differing}
    unknown = {key.day for key in differing if key not in existing}
    plan.new |= unknown - lake.log.waiting(entry.user_id, dataset, unknown)
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
    """How many records of a day the file of `entry` has withdrawn, less those that were said again
    since."""
    last = {line.key: line for line in lines}.values()
    return sum(line.withdrawn and line.source_file == entry.file_path for line in last)


def newly_covered(lake: Lakehouse, entry: LogEntry) -> set[date]:
    """Days that `entry` covers, or of which it has a row in quarantine, and nothing in the log of
    that user and source covers."""
    days = {*entry.covered_days, *entry.unread_days}
    if not days:
        return set()
    for other in lake.log.covering(entry.user_id, entry.source or "", min(days), max(days)):
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
    """The days of `dataset` that one user must have among `days` by what landed.

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
        for key, some in lines_of(lake, dataset, entry, reading, days):
            lines[key] += some
        if entry.file_path not in torn:
            statement = bronze.to_statement(entry)
            for day in withdrawing_days(entry, reading.parsed, dataset, first, last):
                statements[day, reading.parsed.origin].append(statement)
    gone = [entry for entry in entries if (entry.file_path, entry.checksum) not in present]
    if gone:
        absent = lines_of_absent_files(existing, present)
        for key, kept in under_their_names(lake, absent).items():
            lines[key] += as_new_as_logged(kept, gone)
    made = {
        key: bronze.merge(versions, statements[key.day, key.origin])
        for key, versions in lines.items()
    }
    _count_rows_of_absent_files(lake, gone, dataset, days, made)
    return made


def _count_rows_of_absent_files(
    lake: Lakehouse,
    gone: list[LogEntry],
    dataset: str,
    days: Days,
    made: dict[DayKey, DayFile],
) -> None:
    """Of files that have left landing the log alone knows how many rows landed: bronze has not kept
    those that said nothing new."""
    by_path = {entry.file_path: entry for entry in gone}
    for counted in lake.log.days(*days, dataset) if gone else ():
        entry = by_path.get(counted.file_path)
        if entry:
            key = DayKey(dataset, counted.day, entry.user_id, entry.origin or "")
            if key in made:
                made[key].landed[counted.file_path] = counted.landed


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
    origins = withdrawals.snapshot_origins(dataset)
    return lake.log.whole(user_id, dataset, origins=origins) if origins else []


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
    lake: Lakehouse, dataset: str, entry: LogEntry, reading: Reading, days: Days
) -> Iterator[tuple[DayKey, list[Line]]]:
    """A file's lines of one dataset on some days, day by day; one may come several times."""
    zone = ZoneInfo(lake.settings.user_profile(entry.user_id).timezone)
    said = Said(entry, zone)
    for day, records in reading.records.of_days(dataset, *days):
        key = DayKey(dataset, day, entry.user_id, reading.parsed.origin)
        yield key, [said.line(day, record) for record in records]


def withdrawing_days(
    entry: LogEntry, parsed: ParsedFile, dataset: str, first: date, last: date
) -> Iterable[date]:
    """The days among `first` to `last` from which a whole file withdraws what it lacks."""
    days = withdrawals.withdrawing_days(entry, parsed, dataset)
    return days_between(max(days[0], first), min(days[1], last)) if days else ()


def lines_of_absent_files(existing: dict[DayKey, bytes], present: set[tuple[str, str]]) -> DayLines:
    """Lines in bronze whose file has left landing, or was overwritten there: they stay."""
    absent: defaultdict[DayKey, list[Line]] = defaultdict(list)
    for key, content in existing.items():
        for line in bronze.decode(content):
            if (line.source_file, line.checksum) not in present:
                absent[key].append(line)
    return absent


def as_new_as_logged(lines: Iterable[Line], entries: Iterable[LogEntry]) -> Iterator[Line]:
    """The lines, each with the rank that the log has for its file: a later copy of it may have come
    since they were written."""
    ranks = {(entry.file_path, entry.checksum): entry.version for entry in entries}
    for line in lines:
        rank = ranks.get((line.source_file, line.checksum))
        place = line.version.split("|")[-2:]
        yield line._replace(version="|".join([rank, *place])) if rank else line


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
