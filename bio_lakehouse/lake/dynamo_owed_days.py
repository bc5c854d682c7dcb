"""What arrivals still owe, in the DynamoDB table of the lake's state.

A cause (a file's path) has an item with the days that wait for gold's daily table, each with the
number of its change; a user one with all of theirs, so that nothing asks for every file. An asset
has one with the days that it has taken in, a run one with those of which gold had everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bio_lakehouse.lake.dynamo_items import DynamoTable, Item, Key, fitted, in_parts
from bio_lakehouse.lake.dynamo_state import CHANGED_DAYS, Draft, LakeState, days_of
from bio_lakehouse.lake.owed_days import KEPT_RUNS, Changes, Looks, Numbered
from bio_lakehouse.lake.packed_days import (
    ByDataset,
    compressed,
    expanded,
    pack,
    pack_datasets,
    unpack_datasets,
)

PENDING, WAITING, BUILT, RUN, LOOKS = "pending", "waiting", "built by", "run", "looks"
NOBODY = ""
"""Whose days are that no file changed."""
CAUSES_AT_ONCE, PEOPLE_AT_ONCE = 80, 80
"""Items that one change writes, of the hundred that are written together."""
FORGOTTEN_AT_ONCE = 100


class DynamoOwedDays:
    """The owed days of a lake on AWS."""

    def __init__(self, state: LakeState) -> None:
        self._state = state
        self._table = state.tables.state

    def newest(self) -> int:
        return self._state.head().last_change

    def looked_over(self) -> int:
        return self._state.head().looked_over

    def mark_looked_over(self, number: int) -> None:
        def work(draft: Draft) -> None:
            draft.looked_over = max(draft.looked_over, number)

        self._state.change(work)

    def looks(self) -> Looks:
        found: Looks = {}
        for item in self._table.listed(LOOKS):
            for day, look in _looks_of(item).items():
                found[item["user_id"], day] = look
        return found

    def keep_looks(self, user_id: str, change: int, states: Mapping[date, str]) -> None:
        new = {day: (change, str(state)) for day, state in states.items()}

        def work(draft: Draft) -> None:
            kept = _looks_of(draft.find((LOOKS, _of(user_id)))) | new
            _put_looks(draft, user_id, kept)
            draft.looked = max(draft.looked, change)

        if new:
            self._state.change(work)

    def keep_state(self, user_id: str, day: date, state: str) -> None:
        def work(draft: Draft) -> None:
            kept = _looks_of(draft.find((LOOKS, _of(user_id))))
            if day in kept:
                _put_looks(draft, user_id, kept | {day: (kept[day][0], str(state))})

        self._state.change(work)

    def changed(self) -> Numbered:
        return days_of(self._table.find(CHANGED_DAYS))

    def add(self, cause: str, changes: Changes) -> None:
        if any(changes.values()):
            self._state.change(lambda draft: owe(draft, cause, NOBODY, changes))

    def add_after_gold(self, days: Iterable[date]) -> None:
        touched = set(days)

        def work(draft: Draft) -> None:
            draft.last_change += 1
            draft.changed.update(dict.fromkeys(touched, draft.last_change))
            draft.keep_changed()

        self._state.change(work)

    def begin_run(self, run_id: str) -> int:
        begun = self._table.find((RUN, run_id))
        while begun is None:
            self._state.change(lambda draft: _begin(draft, run_id))
            begun = self._table.find((RUN, run_id))
            self._forget_old_runs()
        return int(begun["change"])

    def to(self, assets: Collection[str]) -> dict[str, Numbered]:
        """Where nothing changed nothing else is read: a sensor asks every few seconds."""
        changed = self.changed()
        found = self._table.find_many((BUILT, asset) for asset in assets) if changed else {}
        built = {asset: days_of(found.get((BUILT, asset))) for asset in assets}
        return {asset: _newer(changed, built[asset]) for asset in assets}

    def pay(
        self, asset: str, run_id: str, first: date, last: date, all_assets: Iterable[str]
    ) -> None:
        followers = sorted(all_assets)
        paid: set[date] = set()

        def work(draft: Draft) -> None:
            paid.update(_pay(draft, asset, run_id, (first, last), followers))

        self._state.change(work)
        if paid:
            self._trim_runs()

    def _forget_old_runs(self) -> None:
        """Forget runs of long ago, some at once."""
        newest = self._state.head().runs
        if newest % FORGOTTEN_AT_ONCE:
            return
        for item in self._table.listed(RUN):
            if item["number"] <= newest - KEPT_RUNS:
                self._table.delete((RUN, item["name"]))

    def _trim_runs(self) -> None:
        """Take from runs the days that owe nothing any more."""
        changed = self.changed()
        for item in self._table.listed(RUN):
            gold = days_of(item)
            if not gold.keys() <= changed.keys():
                self._state.change(_trimming(item["name"]))


@dataclass(frozen=True, slots=True)
class BuiltGold:
    """Days of bronze datasets that a run has built up to gold, of which it knew all changes up to
    `known`."""

    run_id: str
    known: int
    datasets: frozenset[str]
    first: date
    last: date

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def split(self, waiting: ByDataset) -> tuple[ByDataset, ByDataset]:
        """What of some waiting days is built, and what still waits."""
        built: defaultdict[str, Numbered] = defaultdict(dict)
        left: defaultdict[str, Numbered] = defaultdict(dict)
        for dataset, days in waiting.items():
            for day, change in days.items():
                is_built = dataset in self.datasets and self.has(day) and change <= self.known
                (built if is_built else left)[dataset][day] = change
        return built, left


def owe(draft: Draft, cause: str, user_id: str, changes: Changes) -> None:
    """Days that `cause` changed, by bronze dataset: everything is owed to them."""
    touched = {day for days in changes.values() for day in days}
    if not touched:
        return
    draft.read_at_once(CHANGED_DAYS, (PENDING, fitted(cause)), (WAITING, _of(user_id)))
    draft.last_change += 1
    _add_days(draft, (PENDING, fitted(cause)), changes, cause=cause, user_id=user_id)
    _add_days(draft, (WAITING, _of(user_id)), changes, user_id=user_id)
    draft.changed.update(dict.fromkeys(touched, draft.last_change))
    draft.keep_changed()


def move_pending(draft: Draft, cause: str, new_cause: str) -> None:
    """What waits because of one path waits because of another from now on."""
    found = draft.find((PENDING, fitted(cause)))
    if found is None:
        return
    there = unpack_datasets_of(draft.find((PENDING, fitted(new_cause))))
    moved = _merged(there, unpack_datasets_of(found))
    days = pack_datasets(moved)
    draft.put(PENDING, fitted(new_cause), cause=new_cause, user_id=found["user_id"], days=days)
    draft.delete(PENDING, fitted(cause))


def waiting_of(table: DynamoTable, user_id: str | None) -> dict[str, set[date]]:
    """The days that wait for gold's daily table, by dataset; of one user when that is said."""
    if user_id is None:
        items = list(table.listed(WAITING))
    else:
        found = table.find((WAITING, _of(user_id)))
        items = [found] if found else []
    days: defaultdict[str, set[date]] = defaultdict(set)
    for item in items:
        for dataset, numbered in unpack_datasets_of(item).items():
            days[dataset] |= numbered.keys()
    return dict(days)


def causes_pending(table: DynamoTable, first: date, last: date) -> list[str]:
    """What changed days `first` to `last` that wait for gold's daily table."""
    return [item["cause"] for item in table.listed(PENDING) if _has_day(item, first, last)]


def users_pending(table: DynamoTable, first: date, last: date) -> set[str] | None:
    """Whose files changed days that wait for gold's daily table; None where not a file alone
    did."""
    waiting = (item for item in table.listed(PENDING) if _has_day(item, first, last))
    users = {item.get("user_id") or "" for item in waiting}
    return None if "" in users else users


def mark_gold_built(
    state: LakeState, run_id: str, datasets: Iterable[str], first: date, last: date
) -> None:
    """A run has built days of bronze datasets up to gold's daily table, with what it knew of.

    A run of which it was not kept what it knew of marks nothing: its days are built once more.
    What the run has built is kept first, and each cause's days are taken off after that: one that
    ends in the middle leaves days owed.
    """
    table = state.tables.state
    begun = table.find((RUN, run_id))
    if begun is None:
        return
    built = BuiltGold(run_id, begun["change"], frozenset(datasets), first, last)
    state.change(lambda draft: _keep_built(draft, built))
    for kind, at_once in ((PENDING, CAUSES_AT_ONCE), (WAITING, PEOPLE_AT_ONCE)):
        concerned = [(kind, item["name"]) for item in table.listed(kind) if _is_built(item, built)]
        for keys in in_parts(concerned, at_once):
            state.change(_taking_off(built, keys))


def _newer(changed: Numbered, built: Numbered) -> Numbered:
    """The changes that are not built."""
    return {day: change for day, change in changed.items() if built.get(day, -1) < change}


def _is_built(item: Item, built: BuiltGold) -> bool:
    return bool(built.split(unpack_datasets_of(item))[0])


def _keep_built(draft: Draft, built: BuiltGold) -> None:
    """The days of which gold has all that the run knew of; and a new change where pages were looked
    at without what it built."""
    draft.read_at_once(CHANGED_DAYS, (RUN, built.run_id))
    run = draft.find((RUN, built.run_id))
    if run is None:
        return
    taken_off, left = set(), set()
    for item in draft.state.listed(PENDING):
        done, still = built.split(unpack_datasets_of(item))
        taken_off |= {change for days in done.values() for change in days.values()}
        left |= {day for day, change in _numbers_in(still) if change <= built.known}
    draft.last_change += any(change <= draft.looked_at for change in taken_off)
    gold = days_of(run)
    gold |= {day: built.known for day in draft.changed if built.has(day) and day not in left}
    _put_run(draft, run, gold)


def _taking_off(built: BuiltGold, keys: Collection[Key]) -> Callable[[Draft], None]:
    def work(draft: Draft) -> None:
        for (kind, name), item in draft.state.find_many(keys).items():
            left = built.split(unpack_datasets_of(item))[1]
            if left:
                draft.put(kind, name, **_said(item) | {"days": pack_datasets(left)})
            else:
                draft.delete(kind, name)

    return work


def _begin(draft: Draft, run_id: str) -> None:
    """The days that are owed and wait for no bronze, as a run begins."""
    draft.read_at_once(CHANGED_DAYS, (RUN, run_id))
    if draft.find((RUN, run_id)) is not None:
        return
    draft.runs += 1
    waiting = set().union(*waiting_of(draft.state, None).values())
    gold = {day: change for day, change in draft.changed.items() if day not in waiting}
    numbers = {"change": draft.last_change, "number": draft.runs}
    draft.put(RUN, run_id, days=pack(gold), **numbers)


def _pay(
    draft: Draft, asset: str, run_id: str, days: tuple[date, date], followers: Collection[str]
) -> set[date]:
    """Keep what an asset has taken in; the days that owe nothing any more."""
    first, last = days
    draft.read_at_once(CHANGED_DAYS, (RUN, run_id))
    built = {item["name"]: days_of(item) for item in draft.state.listed(BUILT)}
    kept = {name: dict(numbered) for name, numbered in built.items()}
    gold = days_of(draft.find((RUN, run_id)))
    made = {day: change for day, change in gold.items() if first <= day <= last}
    mine = built.setdefault(asset, {})
    draft.last_change += any(_is_late(draft, day, mine) for day in made)
    for day, change in made.items():
        mine[day] = max(change, mine.get(day, change))
    paid = _paid(draft, [built.get(name, {}) for name in followers])
    for day in paid:
        del draft.changed[day]
    for name, numbered in built.items():
        left = {day: change for day, change in numbered.items() if day in draft.changed}
        if left != kept.get(name, {}):
            draft.put(BUILT, name, days=pack(left))
    draft.keep_changed()
    return paid


def _is_late(draft: Draft, day: date, built: Numbered) -> bool:
    """Whether a day that an asset takes in now was looked at in pages without it."""
    change = draft.changed.get(day)
    return change is not None and built.get(day, -1) < change <= draft.looked_at


def _paid(draft: Draft, built: Collection[Numbered]) -> set[date]:
    """The changed days that all have taken in, and that wait for no bronze."""
    taken_in = set(draft.changed)
    for numbered in built:
        taken_in -= {day for day in taken_in if numbered.get(day, -1) < draft.changed[day]}
    if not taken_in:
        return set()
    return taken_in - set().union(*waiting_of(draft.state, None).values())


def _trimming(run_id: str) -> Callable[[Draft], None]:
    def work(draft: Draft) -> None:
        run = draft.find((RUN, run_id))
        if run is not None:
            gold = days_of(run)
            left = {day: change for day, change in gold.items() if day in draft.changed}
            _put_run(draft, run, left)

    return work


def _put_run(draft: Draft, run: Item, gold: Numbered) -> None:
    draft.put(RUN, run["name"], **_said(run) | {"days": pack(gold)})


def _add_days(draft: Draft, key: Key, changes: Changes, **said: str) -> None:
    """Number days anew in an item that keeps them by dataset."""
    new = {dataset: dict.fromkeys(days, draft.last_change) for dataset, days in changes.items()}
    days = _merged(unpack_datasets_of(draft.find(key)), new)
    draft.put(*key, days=pack_datasets(days), **said)


def _merged(days: ByDataset, newer: ByDataset) -> ByDataset:
    return {name: days.get(name, {}) | newer.get(name, {}) for name in days.keys() | newer.keys()}


def _numbers_in(days: ByDataset) -> Iterable[tuple[date, int]]:
    for numbered in days.values():
        yield from numbered.items()


def _has_day(item: Item, first: date, last: date) -> bool:
    return any(first <= day <= last for day, _ in _numbers_in(unpack_datasets_of(item)))


def _said(item: Item) -> Item:
    """What an item says beside its keys."""
    return {name: value for name, value in item.items() if name not in ("kind", "name")}


def unpack_datasets_of(item: Item | None) -> ByDataset:
    return unpack_datasets(item.get("days")) if item else {}


def _looks_of(item: Item | None) -> dict[date, tuple[int, str]]:
    rows = expanded(item["pages"]) if item else []
    return {date.fromisoformat(day): (change, state) for day, change, state in rows}


def _put_looks(draft: Draft, user_id: str, looks: Mapping[date, tuple[int, str]]) -> None:
    rows = [(day.isoformat(), *look) for day, look in sorted(looks.items())]
    draft.put(LOOKS, _of(user_id), user_id=user_id, pages=compressed(rows))


def _of(user_id: str) -> str:
    """A user as a sort key, which is never empty."""
    return f"of {user_id}"
