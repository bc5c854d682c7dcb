"""Pages that arrivals made outdated: those of the last twelve weeks are made anew, the others say
that they are outdated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from time import monotonic

from bio_lakehouse.build.day_rows import first_days
from bio_lakehouse.errors import BioLakehouseError, ReportError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import MadeReport, composed, written
from bio_lakehouse.reports.fingerprint import inputs_of
from bio_lakehouse.reports.outdated import (
    PageState,
    fingerprints_in,
    head_of,
    mark_pages,
    note_checked,
    states_of,
)
from bio_lakehouse.reports.pages import Fingerprints, Page, report_key, reported_weeks
from bio_lakehouse.reports.weeks import WEEK, week_end
from bio_lakehouse.settings import Settings

RENEWED_DAYS = 7 * 12
"""Pages of weeks that ended longer ago stay as they were written."""
SLICE = 52
"""Pages that are looked at together: a year of weeks takes about a second."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the written pages stand that were looked at, by user and day, and how many are left to be
    looked at."""

    states: dict[Page, str]
    left: int

    def weeks(self, lake: Lakehouse) -> list[date]:
        """The weeks, by their last days, of which pages are to be made anew: of whom there are
        days, and outdated."""
        outdated = [page for page, state in self.states.items() if state != PageState.CURRENT]
        recent = [(user, day) for user, day in outdated if is_renewed(lake.settings, day)]
        begun = first_days(lake, lake.settings.today()) if recent else {}
        return sorted({day for user, day in recent if begun.get(user, date.max) <= day})


def look_over(lake: Lakehouse) -> list[date]:
    """The weeks, by their last days, whose pages are to be made anew since days changed.

    Every page that is outdated says so from now on. Nothing is looked at when nothing has changed
    since the last time that no page was left to be made anew.
    """
    newest = lake.log.owed.newest()
    if lake.log.owed.looked_over() == newest:
        return []
    weeks = look_on(lake, newest).weeks(lake)
    if not weeks:
        lake.log.owed.mark_looked_over(newest)
    return weeks


def look_on(lake: Lakehouse, change: int, seconds: float = inf) -> Look:
    """Go on looking at the pages that were not looked at since that change, for so many seconds.

    Pages of the last weeks come first, and then those whose last look is longest ago. Each slice is
    kept when it was looked at, and those that are outdated say so.
    """
    deadline = monotonic() + seconds
    for user_id, days in slices_left(lake, change):
        found = states_of(lake, user_id, days)
        mark_pages(lake, user_id, found)
        lake.log.owed.keep_looks(user_id, change, dict(found))
        if monotonic() >= deadline:
            break
    kept = lake.log.owed.looks()
    pages = pages_of_all(lake)
    states = {page: kept[page][1] for page in pages if page in kept and kept[page][0] >= change}
    return Look(states, len(pages) - len(states))


def slices_left(lake: Lakehouse, change: int) -> list[tuple[str, list[date]]]:
    """Pages to look at since that change: of one user each, and not too many at once."""
    kept, newest = lake.log.owed.looks(), lake.settings.today() - timedelta(RENEWED_DAYS)
    left: defaultdict[tuple[bool, int, str], list[date]] = defaultdict(list)
    for user_id, day in pages_of_all(lake):
        seen, _ = kept.get((user_id, day), (-1, ""))
        if seen < change:
            left[day < newest, seen, user_id].append(day)
    return [
        (user_id, days[begin : begin + SLICE])
        for (_, _, user_id), days in sorted(left.items())
        for begin in range(0, len(days), SLICE)
    ]


def pages_of_all(lake: Lakehouse) -> list[Page]:
    """The pages that have been written, of each user the newest first."""
    found = reported_weeks(lake).items()
    return [(user, day) for user, days in found for day in sorted(days, reverse=True)]


def is_renewed(settings: Settings, day: date) -> bool:
    """Whether the page up to `day` is of a week that is over, and not of long ago."""
    back = settings.today() - day
    return week_end(settings, day) == day and timedelta(0) < back <= timedelta(RENEWED_DAYS)


def renew_pages(lake: Lakehouse, week: date) -> list[MadeReport]:
    """Make the pages that were written of a week anew, of insights that are built.

    A page that would say the same stays as it is, to the byte; so does that of somebody of whom
    there is no day up to then. Raises `ReportError` for those that could not be made when all
    others are.
    """
    begun = first_days(lake, week)
    made, failed = [], []
    for user_id, weeks in reported_weeks(lake).items():
        if week in weeks and user_id in begun:
            try:
                made.append(renew(lake, user_id, week))
            except BioLakehouseError as error:
                failed.append(f"{report_key(user_id, week)}: {error}")
    if failed:
        raise ReportError("; ".join(failed))
    return made


def renew(lake: Lakehouse, user_id: str, week: date) -> MadeReport:
    """Write a page again where its facts are others now; Claude is not asked."""
    made = renewed(lake, user_id, week)
    lake.log.owed.keep_state(user_id, week, PageState.CURRENT)
    look_at_next(lake, user_id, week + WEEK)
    return made


def look_at_next(lake: Lakehouse, user_id: str, day: date) -> None:
    """Keep how the page of `day` stands now, if there is one: it tells what changed since the page
    before it, which may have been made of other insights until now."""
    if lake.objects.exists(report_key(user_id, day)):
        found = states_of(lake, user_id, [day])
        mark_pages(lake, user_id, found)
        lake.log.owed.keep_state(user_id, day, found[day])


def renewed(lake: Lakehouse, user_id: str, week: date) -> MadeReport:
    """The page, written again or found to say the same."""
    inputs = inputs_of(lake, user_id, [week])[week]
    composition = composed(lake, user_id, week)
    found, before = Fingerprints(inputs, composition.facts), head_of(lake, user_id, week)
    if fingerprints_in(before).facts != found.facts:
        return written(lake, composition, found)
    note_checked(lake, user_id, week, found)
    mark_pages(lake, user_id, {week: PageState.CURRENT})
    key = report_key(user_id, week)
    size = lake.objects.info(key).size
    return MadeReport(key, lake.objects.uri(key), composition.model, size, changed=False)
