"""A table of two people's days, for tests of what is kept beside a table."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.lake.test_plain_scan import SCHEMA


def write_scores(lake: Lakehouse, score: float, first: date, last: date) -> None:
    """Replace days `first` to `last` of both by that score."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    rows = [{"user_id": user, "day": day, "score": score} for user in ("me", "ann") for day in days]
    lake.tables.replace(SCHEMA, pa.Table.from_pylist(rows, SCHEMA.arrow), first, last)
