"""Which week a report is of, when nobody says."""

from __future__ import annotations

from datetime import date, timedelta

from bio_lakehouse.build.day_rows import first_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.composition import newest_day_with_data
from bio_lakehouse.settings import WEEKDAYS, Settings

WEEK = timedelta(7)


def week_end(settings: Settings, day: date) -> date:
    """The last day of the week that `day` is in (`BIO_WEEK_ENDS_ON`)."""
    return day + timedelta((WEEKDAYS.index(settings.week_ends_on) - day.weekday()) % 7)


def newest_week(lake: Lakehouse, user_id: str) -> date:
    """The last day of the newest week that is over and of which the user may have data; their
    newest day when they have no data of such a week yet.

    Raises `ReportError` when they have none at all.
    """
    newest = newest_day_with_data(lake, user_id)
    week = week_end(lake.settings, newest)
    if week < lake.settings.today(user_id):
        return week
    has_week_before = first_days(lake, newest)[user_id] <= week - WEEK
    return week - WEEK if has_week_before else newest
