"""Whether a written page is whole, and the one that its name says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import reported_users
from bio_lakehouse.reports.outdated import PageState, page_states
from bio_lakehouse.reports.pages import report_key, written_reports

ABOUT = re.compile(r'<meta name="bio-lakehouse:report" content="([^"]*)">')

Page = tuple[str, date]
"""Whose, and the last day of its week."""


def written_pages(lake: Lakehouse) -> list[Page]:
    """The pages that there are of everybody."""
    return [(user, day) for user in sorted(lake.log.users()) for day in written_reports(lake, user)]


def pages_of(lake: Lakehouse, weeks: Iterable[date]) -> list[Page]:
    """The pages that there must be of weeks that were reported."""
    return [(user, day) for day in weeks for user in reported_users(lake, day)]


def faults(lake: Lakehouse, pages: Iterable[Page]) -> list[str]:
    """What is wrong with the pages, in words."""
    found = ((report_key(*page), fault(lake, *page)) for page in pages)
    return [f"{key} {wrong}" for key, wrong in found if wrong]


def fault(lake: Lakehouse, user_id: str, day: date) -> str | None:
    """What is wrong with a page; None when it is there, whole, and about that person's week."""
    key = report_key(user_id, day)
    if not lake.objects.exists(key):
        return "is not there"
    try:
        page = lake.objects.get(key).decode()
    except UnicodeDecodeError:
        return "is no text"
    if not page.rstrip().endswith("</html>"):
        return "ends before its end"
    about = ABOUT.search(page)
    said = about[1] if about else "nothing that it names"
    return None if said == f"{user_id} {day}" else f"is about {said}"


def outdated(lake: Lakehouse, pages: Iterable[Page]) -> list[str]:
    """The pages that are outdated, or may be, in words."""
    by_user: dict[str, list[date]] = {}
    for user, day in pages:
        by_user.setdefault(user, []).append(day)
    found = []
    for user, days in by_user.items():
        states = page_states(lake, user, since=min(days))
        for day in days:
            if states.get(day, PageState.CURRENT) is not PageState.CURRENT:
                found.append(f"{report_key(user, day)} is {states[day]}")
    return found
