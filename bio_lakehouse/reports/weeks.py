"""Which week a report is of, when nobody says."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.build.day_rows import first_days
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.own_rows import rows_of
from bio_lakehouse.settings import WEEKDAYS, Settings

WEEK = timedelta(7)
SIGNS_OF_LIFE = ("readiness_score", "sleep_score", "activity_score", "steps", "workout_count")


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


def newest_day_with_data(lake: Lakehouse, user_id: str) -> date:
    """The newest day up to today of which the user has a score, steps or a workout; `ReportError`
    without one.

    A clock that was set back, or BIO_TODAY_OVERRIDE, leaves later days in the lake.
    """
    today = lake.settings.today(user_id)
    daily = rows_of(lake, DAILY, user_id, ("day", *SIGNS_OF_LIFE), last=today)
    known = daily[daily[list(SIGNS_OF_LIFE)].notna().any(axis=1)]
    if known.empty:
        raise ReportError(
            f"there is nothing to report on: no day of {user_id!r} has data; run `bio-lakehouse "
            "ingest FILE`"
        )
    newest: date = pd.to_datetime(known["day"]).max().date()
    return newest
