"""A range of days of a table, as pandas has it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema


def rows_between(lake: Lakehouse, schema: TableSchema, first: date, last: date) -> pd.DataFrame:
    """All users' rows of the days `first` to `last`, with days as timestamps."""
    return pd.DataFrame(lake.tables.read(schema, first, last).to_pandas(date_as_object=False))
