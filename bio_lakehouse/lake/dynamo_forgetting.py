"""A person taken out of the DynamoDB tables of a lake: their entries one by one, so that what is
counted stays right, and then every item that names them."""

from __future__ import annotations

from collections.abc import Callable

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.lake import dynamo_entries, landing
from bio_lakehouse.lake.dynamo_entries import drop_entry, entry_at
from bio_lakehouse.lake.dynamo_items import DynamoTable, Item
from bio_lakehouse.lake.dynamo_state import Draft, LakeState
from bio_lakehouse.lake.leases import LOCK
from bio_lakehouse.lake.owed_days import settings_of

PATHS = ("file_path", "whole_path", "object_key", "cause")
OWNERS = ("user_id", "owner")


def forget_user(state: LakeState, user_id: str) -> None:
    """Remove all that the log and the lake's state have of a user."""
    for entry in list(dynamo_entries.of_user(state.tables.state, user_id)):
        state.change(_dropping(entry.file_path))
    for table in (state.tables.log, state.tables.state):
        _sweep(table, user_id)


def _dropping(file_path: str) -> Callable[[Draft], None]:
    def work(draft: Draft) -> None:
        entry = entry_at(draft.tables, file_path)
        if entry is not None:
            drop_entry(draft, entry)

    return work


def _sweep(table: DynamoTable, user_id: str) -> None:
    """Delete every item that names a user, whatever was left of it by an earlier version or by a
    change that ended in the middle."""
    for item in list(table.everything()):
        if _is_of(item, user_id):
            table.delete((item[table.keys.partition], item[table.keys.sort]))


def _is_of(item: Item, user_id: str) -> bool:
    owners = [item[name] for name in OWNERS if name in item]
    paths = [item[name] for name in PATHS if name in item]
    kind, name = item.get("kind", ""), item.get("name", "")
    return (
        user_id in owners
        or (user_id == "me" and item.get("owner") == "")
        or any(_is_path_of(path, user_id) for path in paths)
        or (kind, name) == (dynamo_entries.USER, user_id)
        or kind in dynamo_entries.kinds_of(user_id)
        or (kind == LOCK and _is_of_login(name, user_id))
    )


def _is_of_login(lock: str, user_id: str) -> bool:
    """Whether a lock is that of somebody's login, `… /lake/oura/ann …`: no table, and no folder
    that is called as they are."""
    return any("/" in word and word.rpartition("/")[2] == user_id for word in lock.split())


def _is_path_of(path: str, user_id: str) -> bool:
    if path == settings_of(user_id):
        return True
    if not path.startswith(f"{landing.PREFIX}/"):
        return False
    try:
        return landing.user_of(landing.split_path(path)[0]) == user_id
    except UnsupportedFile:
        return False
