"""What builders read: a range of days as pandas has it, and since when there is anything."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from bio_lakehouse.build.people import read_of_people
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema


def rows_between(
    lake: Lakehouse,
    schema: TableSchema,
    first: date,
    last: date,
    people: Collection[str] | None = None,
) -> pd.DataFrame:
    """Some users' rows of the days `first` to `last`, or all users', with days as timestamps."""
    rows = read_of_people(lake, schema, first, last, people)
    return pd.DataFrame(rows.to_pandas(date_as_object=False))


def first_days(lake: Lakehouse, last: date) -> dict[str, date]:
    """The first day in gold's daily table of each user who has one up to `last`, by user."""
    if not lake.tables.exists(DAILY.full_name):
        return {}
    days = lake.tables.scan(DAILY.full_name, last=last, columns=["user_id", "day"])
    firsts = days.group_by("user_id").aggregate([("day", "min")]).sort_by("user_id")
    return dict(zip(firsts["user_id"].to_pylist(), firsts["day_min"].to_pylist(), strict=True))
