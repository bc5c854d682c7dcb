"""Bronze by day, whatever files its days lie in: what it holds, and what of it must change.

A day is written only when what it says changes: a file that repeats what is known leaves it alone,
and then an earlier arrival goes on being named as its source. A month of which one day changes is
written whole, its other days to the byte.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from bio_lakehouse.lake import bronze, bronze_months
from bio_lakehouse.lake.bronze import DayFile, DayKey, decode, encode, version_of_digests
from bio_lakehouse.lake.bronze_months import Days, MonthKey, month_of, months_between
from bio_lakehouse.lake.home import BRONZE
from bio_lakehouse.lake.objects import ObjectStore, place_of
from bio_lakehouse.sources import registry

if TYPE_CHECKING:
    import pyarrow as pa

FEW_DAYS = 366
"""Up to so many, a listing of each of their months costs less than one of all."""
FEW_USERS = 10
"""Up to so many, a look for the files of each costs less than a listing of everybody's."""
AT_ONCE = 32
"""Months that are held in memory together."""


class Bronze:
    """The bronze layer over an object store.

    `mark` is an object to put, key and content, with the first month that is written.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self.objects = objects
        self.mark: tuple[str, bytes] | None = None

    def months(self, dataset: str, first: date, last: date) -> list[MonthKey]:
        """The files that exist of a dataset for the months of days `first` to `last`, in order."""
        prefixes = [f"{BRONZE}/{dataset}"]
        if (last - first).days < FEW_DAYS:
            months = months_between(first, last)
            prefixes = [bronze_months.folder(dataset, month) for month in months]
        listed = (info.key for prefix in prefixes for info in self.objects.list(prefix))
        found = [key for name in listed if (key := bronze_months.parse_key(name))]
        return sorted(key for key in found if first.replace(day=1) <= key.month <= last)

    def all_months(self) -> list[MonthKey]:
        """The files of everybody and of every dataset."""
        listed = (bronze_months.parse_key(info.key) for info in self.objects.list(BRONZE))
        return [key for key in listed if key]

    def folders(self, dataset: str, first: date, last: date) -> list[str]:
        """The months' folders that exist for `dataset` on days `first` to `last`."""
        months = {key.month for key in self.months(dataset, first, last)}
        return [bronze_months.folder(dataset, month) for month in sorted(months)]

    def keys(
        self, dataset: str, first: date, last: date, user_id: str | None = None
    ) -> list[DayKey]:
        """The days that have lines of `dataset` among `first` to `last`."""
        return list(self.contents(dataset, first, last, user_id))

    def contents(
        self, dataset: str, first: date, last: date, user_id: str | None = None
    ) -> dict[DayKey, bytes]:
        """The days of a range with their lines; just one user's when that is said.

        `DamagedFile` names a file that is cut or garbage.
        """
        return self.contents_of(dataset, first, last, None if user_id is None else [user_id])

    def contents_of(
        self, dataset: str, first: date, last: date, users: Collection[str] | None
    ) -> dict[DayKey, bytes]:
        """As `contents`, of some users, or of all."""
        return self.contents_in(self._asked(dataset, first, last, users), first, last)

    def contents_in(
        self, months: Iterable[MonthKey], first: date, last: date
    ) -> dict[DayKey, bytes]:
        """As `contents`, of some months' files."""
        found: dict[DayKey, bytes] = {}
        for key, days in self._read(months):
            for day, lines in days.items():
                if first <= day <= last:
                    found[key.day(day)] = lines
        return found

    def _asked(
        self, dataset: str, first: date, last: date, users: Collection[str] | None
    ) -> Iterable[MonthKey]:
        """The files to look for: to ask for each of a few users' costs less than to list
        everybody's."""
        if users is None or len(users) > FEW_USERS:
            return self._months_of(dataset, first, last, users)
        origins = registry.source_of(dataset).origins
        months = months_between(first, last)
        places = product(sorted(users), months, origins)
        return [MonthKey(dataset, month, user_id, origin) for user_id, month, origin in places]

    def _read(self, keys: Iterable[MonthKey]) -> Iterator[tuple[MonthKey, Days]]:
        """Those of some files that are there, some at a time."""
        waiting = iter(keys)
        while some := {key.object_key: key for key in islice(waiting, AT_ONCE)}:
            for name, content in self.objects.find_many(some).items():
                place = place_of(self.objects, name)
                yield some[name], bronze_months.unpack(some[name], content, place)

    def month(self, key: MonthKey) -> Days:
        """The days of one file; none where there is no such file."""
        return dict(next((days for _, days in self._read([key])), {}))

    def read(
        self, dataset: str, first: date, last: date, users: Collection[str] | None = None
    ) -> pa.Table:
        """All record versions of a range, as the silver transforms take them; of some users alone
        where said."""
        read = self._read(self._months_of(dataset, first, last, users))
        return rows_of((key, _lines_within(days, first, last)) for key, days in read)

    def pieces(
        self,
        datasets: Sequence[str],
        first: date,
        last: date,
        largest: int,
        users: Collection[str] | None = None,
    ) -> Iterator[list[pa.Table]]:
        """As `read`, of several datasets side by side, cut between months into pieces of up to
        `largest` bytes, or of one month: what is read at once does not grow with the range."""
        from bio_lakehouse.lake.bronze_schema import ARROW

        held = {name: self._months_held(name, first, last, users) for name in datasets}
        parts: list[list[pa.Table]] = []
        size = 0
        for month in sorted(set().union(*held.values())):
            days = max(month, first), min(bronze_months.last_day_of(month), last)
            there = [name if month in held[name] else None for name in datasets]
            tables = [
                self.read(name, *days, users) if name else ARROW.empty_table() for name in there
            ]
            more = sum(table.nbytes for table in tables)
            if parts and size + more > largest:
                yield _side_by_side(parts)
                parts, size = [], 0
            parts.append(tables)
            size += more
        if parts or not any(held.values()):
            parts = parts or [[self.read(name, first, last, users) for name in datasets]]
            yield _side_by_side(parts)

    def _months_held(
        self, dataset: str, first: date, last: date, users: Collection[str] | None
    ) -> set[date]:
        return {key.month for key in self._months_of(dataset, first, last, users)}

    def _months_of(
        self, dataset: str, first: date, last: date, users: Collection[str] | None
    ) -> list[MonthKey]:
        months = self.months(dataset, first, last)
        return [key for key in months if users is None or key.user_id in users]

    def changes(
        self, wanted: dict[DayKey, DayFile], existing: dict[DayKey, bytes]
    ) -> dict[DayKey, bytes]:
        """The days that must say something else than they do, with their new lines (none: the day
        goes)."""
        return {
            key: encode(key, wanted[key].lines) if key in wanted else b""
            for key in differing(wanted, existing)
        }

    def apply(self, changes: Mapping[DayKey, bytes]) -> None:
        """Give days their new lines, each month by one atomic write."""
        by_month: defaultdict[MonthKey, Days] = defaultdict(dict)
        for key, lines in changes.items():
            by_month[month_of(key)][key.day] = lines
        waiting = iter(sorted(by_month))
        while some := list(islice(waiting, AT_ONCE)):
            self._write(some, by_month)

    def _write(self, months: list[MonthKey], changes: Mapping[MonthKey, Days]) -> None:
        known = dict(self._read(months))
        written: dict[str, bytes] = {}
        for key in months:
            days = known.get(key, {}) | changes[key]
            kept = {day: lines for day, lines in days.items() if lines}
            written[key.object_key] = bronze_months.pack(kept) if kept else b""
        self.objects.put_many({name: content for name, content in written.items() if content})
        if self.mark:
            self.objects.put(*self.mark)
            self.mark = None
        for name, content in written.items():
            if not content:
                self.objects.delete(name)


def differing(wanted: Mapping[DayKey, DayFile], existing: Mapping[DayKey, bytes]) -> set[DayKey]:
    """The days that must say something else than they do, or nothing any more."""
    same = {
        key for key in wanted.keys() & existing.keys() if _says(existing[key], wanted[key], key)
    }
    return (wanted.keys() | existing.keys()) - same


def _side_by_side(parts: Iterable[Sequence[pa.Table]]) -> list[pa.Table]:
    """Each dataset's tables, one after another."""
    import pyarrow as pa

    return [pa.concat_tables(tables) for tables in zip(*parts, strict=True)]


def _lines_within(days: Days, first: date, last: date) -> bytes:
    return b"".join(lines for day, lines in days.items() if first <= day <= last)


def rows_of(months: Iterable[tuple[MonthKey, bytes]]) -> pa.Table:
    """Lines of months as the transforms of silver take them: one table, as each of a few rows
    would cost a message's parts of its own."""
    # Who takes files in has no need of Arrow, which is larger than all else together.
    import pyarrow as pa

    from bio_lakehouse.lake.bronze_schema import ARROW

    keys: list[MonthKey] = []
    stored: list[bronze.Stored] = []
    for key, lines in months:
        of_month = bronze.stored_lines(lines)
        stored += of_month
        keys += [key] * len(of_month)
    # Few are different, and each is read once.
    time_texts, day_texts = {line.ingested_at for line in stored}, {line.day for line in stored}
    times = {text: _utc(text) for text in time_texts}
    days = {text: date.fromisoformat(text) for text in day_texts}
    columns: dict[str, list[Any]] = {
        "user_id": [key.user_id for key in keys],
        "day": [days[line.day] for line in stored],
        "origin": [key.origin for key in keys],
        "record_key": [line.key for line in stored],
        "version": [line.version for line in stored],
        "line": [line.line for line in stored],
        "source_file": [line.source_file for line in stored],
        "ingested_at": [times[line.ingested_at] for line in stored],
        "provisional_at": [line.provisional_at for line in stored],
        "withdrawn": [line.withdrawn for line in stored],
        "hints": [bytes(line.hints) for line in stored],
        "record": [bytes(line.record) for line in stored],
    }
    return pa.table(columns, schema=ARROW)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def versions_by_day(digests: Iterable[tuple[DayKey, bytes]]) -> dict[date, str]:
    """The content version of each day that has lines, from its keys and the digests of their
    bytes."""
    by_day: defaultdict[date, list[tuple[str, bytes]]] = defaultdict(list)
    for key, digest in digests:
        by_day[key.day].append((key.name, digest))
    return {day: version_of_digests(files) for day, files in sorted(by_day.items())}


def _says(content: bytes, day: DayFile, key: DayKey) -> bool:
    is_same = content == encode(key, day.lines)
    return is_same or DayFile(decode(content), Counter()).contents == day.contents
