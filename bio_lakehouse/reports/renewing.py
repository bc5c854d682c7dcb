"""Pages that arrivals made outdated: those of the last twelve weeks are made anew, the others say
that they are outdated."""

from __future__ import annotations

from datetime import date, timedelta

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import MadeReport, composed, written
from bio_lakehouse.reports.fingerprint import Fingerprints, inputs_of
from bio_lakehouse.reports.outdated import (
    PageState,
    fingerprints_in,
    head_of,
    mark_pages,
    note_checked,
    page_states,
)
from bio_lakehouse.reports.pages import report_key, reported_weeks
from bio_lakehouse.reports.weeks import week_of
from bio_lakehouse.settings import Settings

RENEWED_DAYS = 7 * 12
"""Pages of weeks that ended longer ago stay as they were written."""


def look_over(lake: Lakehouse) -> list[date]:
    """The weeks, by their last days, whose pages are to be made anew since days changed.

    Every page that is outdated says so from now on. Nothing is looked at when nothing has changed
    since the last time that no page was left to be made anew.
    """
    newest = lake.log.owed.newest()
    if lake.log.owed.looked_over() == newest:
        return []
    weeks = set[date]()
    for user_id in reported_weeks(lake):
        states = page_states(lake, user_id)
        mark_pages(lake, user_id, states)
        outdated = [day for day, state in states.items() if state is not PageState.CURRENT]
        weeks |= {day for day in outdated if is_renewed(lake.settings, day)}
    if not weeks:
        lake.log.owed.mark_looked_over(newest)
    return sorted(weeks)


def is_renewed(settings: Settings, day: date) -> bool:
    """Whether the page up to `day` is of a week that is over, and not of long ago."""
    back = settings.today() - day
    return week_of(settings, day) == day and timedelta(0) < back <= timedelta(RENEWED_DAYS)


def renew_pages(lake: Lakehouse, week: date) -> list[MadeReport]:
    """Make the pages that were written of a week anew, of insights that are built.

    A page that would say the same stays as it is, to the byte.
    """
    users = [user_id for user_id, weeks in reported_weeks(lake).items() if week in weeks]
    return [renew(lake, user_id, week) for user_id in users]


def renew(lake: Lakehouse, user_id: str, week: date) -> MadeReport:
    """Write a page again where its facts are others now; Claude is not asked."""
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
