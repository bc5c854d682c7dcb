"""Which week a report is of, when nobody says."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.weeks import newest_week, week_end
from bio_lakehouse.settings import load_settings

SUNDAY = date(2025, 3, 16)
THURSDAY = SUNDAY + timedelta(4)


def lake_with(folder: Path, first: date, last: date, today: date) -> Lakehouse:
    settings = load_settings(home=folder, timezone="Europe/Berlin", today_override=today)
    lake = Lakehouse.open(settings)
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    rows = [{"user_id": "me", "day": day, "readiness_score": 80} for day in days]
    table = pa.Table.from_pylist(rows, DAILY.arrow)
    lake.tables.replace(DAILY, table, first, last)
    return lake


@pytest.mark.parametrize(
    ("first", "last", "today", "week"),
    [
        (SUNDAY - timedelta(60), THURSDAY, THURSDAY, SUNDAY),
        (SUNDAY - timedelta(60), SUNDAY, SUNDAY, SUNDAY - timedelta(7)),
        (SUNDAY - timedelta(60), SUNDAY, SUNDAY + timedelta(1), SUNDAY),
        (SUNDAY - timedelta(60), THURSDAY, THURSDAY + timedelta(90), SUNDAY + timedelta(7)),
        (SUNDAY + timedelta(2), THURSDAY, THURSDAY, THURSDAY),
    ],
    ids=["a week begun", "its last day", "the day after", "data that ended", "a first week"],
)
def test_the_newest_week_that_is_over_is_reported(
    tmp_path: Path, first: date, last: date, today: date, week: date
) -> None:
    assert newest_week(lake_with(tmp_path, first, last, today), "me") == week


def test_weeks_end_on_the_day_that_is_set() -> None:
    ends = {
        weekday: week_end(load_settings(week_ends_on=weekday), THURSDAY)
        for weekday in ("wednesday", "thursday", "sunday")
    }
    assert ends == {
        "wednesday": THURSDAY + timedelta(6),
        "thursday": THURSDAY,
        "sunday": SUNDAY + timedelta(7),
    }
