"""How a person's written pages stand, kept for whoever asks next while all is as it was.

To look at five years of pages takes two seconds, and nearly always nothing has changed since. What
is kept counts for the same tables, views, arrivals, pages, settings and version alone, on whatever
day: a page does not change by getting older. A damaged file counts as none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256

from bio_lakehouse import __version__
from bio_lakehouse.backends import is_in_home
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse

States = dict[date, str]


def kept_or(lake: Lakehouse, user_id: str, look: Callable[[], States]) -> States:
    """The states that were kept, else those that `look` finds, which are kept then.

    A lake on AWS has no cheap word for the state of its tables: there it is looked at each time.
    """
    if not is_in_home(lake.settings):
        return look()
    key = f"reports/{user_id}/states.json"
    now = _all_that_counts(lake, user_id, key)
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(lake.objects.find_many([key]).get(key) or "{}")
        if kept["of"] == now:
            return {date.fromisoformat(day): state for day, state in kept["states"].items()}
    found = look()
    if found:
        told = {"of": now, "states": {day.isoformat(): state for day, state in found.items()}}
        # Where nothing can be written, nothing is kept.
        with suppress(OSError, BioLakehouseError):
            lake.objects.put(key, json.dumps(told).encode())
    return found


def _all_that_counts(lake: Lakehouse, user_id: str, but: str) -> str:
    """What pages are made from and what is written, as a short text that any change changes."""
    settings = lake.settings
    written = [*lake.objects.list("views"), *lake.objects.list(f"reports/{user_id}/")]
    parts = (
        __version__,
        str(settings.first_day),
        settings.insight_window_days,
        repr(lake.log.of_user(user_id)),
        [(name, lake.tables.state(name)) for name in lake.tables.names()],
        [(info.key, info.tag) for info in written if info.key != but],
    )
    return sha256(json.dumps(parts).encode()).hexdigest()
