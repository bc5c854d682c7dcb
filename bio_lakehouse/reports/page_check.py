"""Whether a written page is whole, and the one that its name says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import reported_users
from bio_lakehouse.reports.outdated import outdated_reports
from bio_lakehouse.reports.pages import (
    Page,
    home_option,
    renewing_command,
    report_key,
    reported_weeks,
    written_reports,
)

MOST_NAMED = 12
ABOUT = re.compile(r'<meta name="bio-lakehouse:report" content="([^"]*)">')


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


def outdated(lake: Lakehouse) -> list[str]:
    """The written pages that are outdated, or may be, in words, the newest first; of many the
    newest."""
    users = reported_weeks(lake)
    states = {user: outdated_reports(lake, user) for user in users}
    pages = {(user, day): state for user in users for day, state in states[user].items()}
    return told_of(pages, home_option(lake.settings))


def told_of(outdated_pages: Mapping[Page, str], where: str) -> list[str]:
    """Pages that are outdated, or may be, in words, the newest first; of many the newest. `where`
    are the words that name their home in a command."""
    found = [
        (day, f"{report_key(user, day)} is {state} (`{renewing_command(user, day, where)}`)")
        for (user, day), state in outdated_pages.items()
    ]
    told = [text for _, text in sorted(found, reverse=True)]
    more = len(told) - MOST_NAMED
    return [*told[:MOST_NAMED], f"and {more} older ones"] if more > 0 else told
