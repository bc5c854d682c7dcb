"""Written report pages: where they lie, and of which newer data exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bio_lakehouse.backends import is_in_home
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import DEFAULT_HOME, Settings, home_in_command
from bio_lakehouse.silver.schemas import COVERAGE

HEAD_BYTES = 65_536
"""In these a page tells of itself: how it was made, its style, and how its text begins."""
DATA_UP_TO = re.compile(rb'<meta name="bio-lakehouse:data-up-to" content="([^"]*)">')
ADDRESS = re.compile(r"^reports/([^/]+)/weekly-(\d{4}-\d\d-\d\d)\.html$")

Page = tuple[str, date]
"""Whose a page is, and the last day of its week."""
Arrivals = Sequence[tuple[date, datetime]]
"""Of each file the first day that it speaks about, and when it was landed (UTC)."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What a page was made from, and the facts that it tells; empty where that is not known."""

    inputs: str = ""
    facts: str = ""


UNKNOWN = Fingerprints()


def report_key(user_id: str, day: date) -> str:
    """`reports/<user>/weekly-YYYY-MM-DD.html`."""
    return f"reports/{user_id}/weekly-{day.isoformat()}.html"


def renewing_command(user_id: str, day: date, where: str = "") -> str:
    """The command line that makes the report up to `day` anew; `where` is as of `home_option`."""
    user = "" if user_id == "me" else f" --user {user_id}"
    return f"bio-lakehouse report --week-ending {day.isoformat()}{user}{where}"


def home_option(settings: Settings) -> str:
    """The words by which a command finds this lake from any terminal: none of a home in its usual
    place and of a lake that is in no home.

    What the environment says does not count: a page is read where it may say something else.
    """
    usual = DEFAULT_HOME.expanduser().resolve()
    if settings.home == usual or not is_in_home(settings):
        return ""
    return home_in_command(settings.home)


def written_reports(lake: Lakehouse, user_id: str) -> list[date]:
    """Last days of the user's reports that have been written, oldest first."""
    return sorted(day for _, day in _pages(lake, f"reports/{user_id}/"))


def reported_days(lake: Lakehouse) -> set[date]:
    """Last days of all reports that have been written, of whomever."""
    return {day for _, day in _pages(lake, "reports/")}


def reported_weeks(lake: Lakehouse) -> dict[str, set[date]]:
    """Last days of the reports that have been written, by user in the order of their names."""
    found: dict[str, set[date]] = {}
    for user_id, day in sorted(_pages(lake, "reports/")):
        found.setdefault(user_id, set()).add(day)
    return found


def _pages(lake: Lakehouse, prefix: str) -> list[Page]:
    """User and last day of each page."""
    matches = (ADDRESS.search(stored.key) for stored in lake.objects.list(prefix))
    return [(match[1], date.fromisoformat(match[2])) for match in matches if match]


def was_made_before(page: bytes, newest: datetime | None) -> bool:
    """Whether a page was made before `newest`, the newest arrival of its days; True without a
    mark."""
    mark = DATA_UP_TO.search(page[:HEAD_BYTES])
    if mark is None:
        return True
    made_from = datetime.fromisoformat(mark[1].decode()) if mark[1] else None
    return newest is not None and (made_from is None or newest > made_from)


def newest_arrival(lake: Lakehouse, user_id: str, day: date) -> datetime | None:
    """When the newest of the user's files that speak about days up to `day` was landed (UTC); None
    without one."""
    return newest_of(arrivals_of(lake, user_id), day)


def newest_of(arrivals: Arrivals, day: date) -> datetime | None:
    """When the newest of the files that speak about days up to `day` was landed."""
    return max((landed for first, landed in arrivals if first <= day), default=None)


def arrivals_of(lake: Lakehouse, user_id: str) -> Arrivals:
    """What bio_silver.coverage says of a user's files."""
    if not lake.tables.exists(COVERAGE.full_name):
        return []
    columns = ("first_day", "ingested_at")
    rows = lake.tables.scan(COVERAGE.full_name, user_id=user_id, columns=columns)
    return list(zip(*(rows[name].to_pylist() for name in columns), strict=True))
