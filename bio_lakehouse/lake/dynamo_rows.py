"""What became of files' rows, in DynamoDB: an item a dataset, month and user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

from bio_lakehouse.lake.aws import CONNECTIONS
from bio_lakehouse.lake.dynamo_items import (
    AFTER_ALL,
    UNTIL_WRITTEN,
    DynamoTables,
    Item,
    Key,
    retrying,
)
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.lake.packed_days import compressed, expanded

COUNTED = "counted"
Place = tuple[str, date]
"""A file's path, and the day."""
Counts = tuple[int, ...]
"""How many rows landed, are duplicates, current, superseded and withdrawn."""
Month = dict[Place, Counts]
Edit = Callable[[Key, Month], Month]
"""What becomes of a month."""


class DynamoRows:
    """The row counts of all files of a lake on AWS."""

    def __init__(self, tables: DynamoTables) -> None:
        self._table = tables.state

    def add(self, days: Iterable[FileDay]) -> None:
        """Keep counts of files' days; those that are counted already stay as they are."""
        for dataset, new in _by_dataset(days).items():
            self._change(dataset, new.keys(), _adding(new))

    def replace(self, dataset: str, first: date, last: date, days: Iterable[FileDay]) -> None:
        """Replace what is known of `dataset` on days `first` to `last`."""
        new = _by_dataset(days).get(dataset, {})

        def edit(key: Key, month: Month) -> Month:
            kept = {place: month[place] for place in month if not first <= place[1] <= last}
            return kept | new.get(key, {})

        there = {_key_of(item) for item in self._months(dataset, first, last)}
        self._change(dataset, there | new.keys(), edit)

    def rename(self, keys: Iterable[Key], file_path: str, new_path: str) -> None:
        """A file's rows in these months are another's."""

        def edit(_: Key, month: Month) -> Month:
            moved = {(new_path, day): month[path, day] for path, day in month if path == file_path}
            kept = {place: month[place] for place in month if place[0] != file_path}
            return kept | moved

        for dataset, of_it in _grouped(keys).items():
            self._change(dataset, of_it, edit)

    def between(self, first: date, last: date, dataset: str | None = None) -> Iterator[FileDay]:
        """The counts of all files on days `first` to `last`: of one dataset, or of all."""
        for name in [dataset] if dataset else self.datasets():
            for item in self._months(name, first, last):
                for (path, day), counts in month_in(item).items():
                    if first <= day <= last:
                        yield FileDay(path, name, day, *counts)

    def of_file(self, keys: Iterable[Key], file_path: str) -> Iterator[Counts]:
        """The counts of a file's days in these months."""
        for item in self._table.find_many(keys).values():
            for (path, _), counts in month_in(item).items():
                if path == file_path:
                    yield counts

    def newest_day(self, dataset: str, owner: str) -> date | None:
        """The newest day of a dataset of which somebody's files have rows that count."""
        for item in self._table.listed(_rows_of(dataset), newest_first=True, owner=owner):
            days = [day for (_, day), counts in month_in(item).items() if counts[2] > 0]
            if days:
                return max(days)
        return None

    def datasets(self) -> list[str]:
        """The datasets of which there are counts."""
        return [item["name"] for item in self._table.listed(COUNTED)]

    def _months(self, dataset: str, first: date, last: date) -> Iterator[Item]:
        begins, ends = _month_of(first), f"{_month_of(last)}{AFTER_ALL}"
        return self._table.listed(_rows_of(dataset), begins, ends)

    def _change(self, dataset: str, keys: Collection[Key], edit: Edit) -> None:
        """Write the months that `edit` makes others, several at once."""
        there = self._table.find_many(keys)
        if keys and not there:
            self._table.put({"kind": COUNTED, "name": dataset})
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda key: self._change_one(key, there.get(key), edit), keys))

    def _change_one(self, key: Key, item: Item | None, edit: Edit) -> None:
        """Write a month; where another writer was faster, from what that one wrote."""
        known = [item]

        def attempt() -> None:
            before = known.pop() if known else self._table.find(key)
            month = month_in(before) if before else {}
            after = edit(key, month)
            if after != month:
                self._table.swap(_item(key, after), version=before["version"] if before else "")

        retrying(self._table.name, UNTIL_WRITTEN)(attempt)


def months_of(file_path: str, datasets: Iterable[str], first: date, last: date) -> list[Key]:
    """The keys of the months in which a file's rows of these days are."""
    months = [
        f"{month // 12:04d}-{month % 12 + 1:02d}"
        for month in range(_number_of(first), _number_of(last) + 1)
    ]
    owner = owner_of(file_path)
    return [(_rows_of(dataset), f"{month}|{owner}") for dataset in datasets for month in months]


def owner_of(file_path: str) -> str:
    """Whose folder of landing a file is in, which its path names."""
    parts = file_path.split("/")
    return parts[1] if len(parts) > 2 else ""


def month_in(item: Item) -> Month:
    kept = expanded(item["rows"])
    month: Month = {}
    for number, first, length, *counts in kept["rows"]:
        for ordinal in range(first, first + length):
            month[kept["paths"][number], date.fromordinal(ordinal)] = tuple(counts)
    return month


def _item(key: Key, month: Month) -> Item:
    """A month as an item: days in a row of which a file has the same counts are one stretch."""
    names = sorted({path for path, _ in month})
    paths = {path: number for number, path in enumerate(names)}
    rows: list[list[int]] = []
    for (path, day), counts in sorted(month.items()):
        number, ordinal = paths[path], day.toordinal()
        goes_on = bool(rows) and rows[-1] == [number, rows[-1][1], ordinal - rows[-1][1], *counts]
        if goes_on:
            rows[-1][2] += 1
        else:
            rows.append([number, ordinal, 1, *counts])
    kept = compressed({"paths": names, "rows": rows})
    owner = key[1].partition("|")[2]
    return {
        "kind": key[0],
        "name": key[1],
        "owner": owner,
        "rows": kept,
        "version": str(uuid4()),
    }


def _adding(new: Mapping[Key, Month]) -> Edit:
    return lambda key, month: new[key] | month


def _by_dataset(days: Iterable[FileDay]) -> dict[str, dict[Key, Month]]:
    found: defaultdict[str, dict[Key, Month]] = defaultdict(dict)
    for one in days:
        key = (_rows_of(one.dataset), f"{_month_of(one.day)}|{owner_of(one.file_path)}")
        counts = (one.landed, one.duplicates, one.current, one.superseded, one.withdrawn)
        found[one.dataset].setdefault(key, {})[one.file_path, one.day] = counts
    return found


def _grouped(keys: Iterable[Key]) -> dict[str, list[Key]]:
    found: defaultdict[str, list[Key]] = defaultdict(list)
    for key in keys:
        found[key[0].removeprefix(_rows_of(""))].append(key)
    return found


def _key_of(item: Item) -> Key:
    return item["kind"], item["name"]


def _rows_of(dataset: str) -> str:
    return f"rows of {dataset}"


def _month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def _number_of(day: date) -> int:
    return day.year * 12 + day.month - 1
