"""A person taken out of Dagster's snapshots of jobs, which are compressed: what they keep of a
resource's settings is whose home it is, that person's measures and where their mail goes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, MetaData, select, update

SNAPSHOTS = "snapshots"
DEFAULT = "default_value_as_json_str"
OWNER = "user"
MEASURES = ("max_heart_rate", "threshold_heart_rate", "ftp", "sex", "heart_rate_zones")
PERSONAL = frozenset({OWNER, "mail_to", "mail_from", *MEASURES})


def forget_in_snapshots(engine: Engine, known: MetaData, user_id: str, is_trial: bool) -> int:
    """Rewrite what snapshots have of settings when they were that person's; how many had."""
    if SNAPSHOTS not in known.tables:
        return 0
    table, changed = known.tables[SNAPSHOTS], list[tuple[int, bytes]]()
    with engine.connect() as connection:
        for number, body in connection.execute(select(table.c.id, table.c.snapshot_body)):
            new = _without(bytes(body), user_id)
            changed += [(number, new)] if new else []
    if not is_trial:
        with engine.begin() as connection:
            for number, new in changed:
                chosen = update(table).where(table.c.id == number)
                connection.execute(chosen.values(snapshot_body=new))
    return len(changed)


def _without(body: bytes, user_id: str) -> bytes | None:
    """A snapshot without that person's settings; None where it has none."""
    try:
        snapshot = json.loads(zlib.decompress(body))
    except (zlib.error, ValueError):
        return None
    cleared = _cleared(snapshot, user_id)
    return None if cleared == snapshot else zlib.compress(json.dumps(cleared).encode())


def _cleared(value: Any, user_id: str) -> Any:
    if isinstance(value, list):
        return [_cleared(item, user_id) for item in value]
    if not isinstance(value, dict):
        return value
    told = {name: _cleared(item, user_id) for name, item in value.items()}
    if isinstance(told.get(DEFAULT), str):
        told[DEFAULT] = rewritten(
            told[DEFAULT], lambda settings: _settings_without(settings, user_id)
        )
    return told


def rewritten(text: str, clear: Callable[[Any], Any]) -> str:
    """The JSON `text` with its value cleared; the text itself where nothing changes, or where it is
    no JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    cleared = clear(value)
    return text if cleared == value else json.dumps(cleared)


def _settings_without(settings: Any, user_id: str) -> Any:
    """What stands beside their name; a single setting has none beside it, and may be anybody's."""
    if isinstance(settings, list):
        return [_settings_without(item, user_id) for item in settings]
    if not isinstance(settings, dict):
        return None if settings == user_id else settings
    told = {name: _settings_without(item, user_id) for name, item in settings.items()}
    if settings.get(OWNER) != user_id:
        return told
    return {name: item for name, item in told.items() if name not in PERSONAL}
