"""The gap ledger from what the lake knows: tables, the log's coverage and its failed fetches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bio_lakehouse.build.known_days import (
    CAUSES,
    NO_CAUSE,
    Calendar,
    known_by_table,
)
from bio_lakehouse.gold.schemas import GAP_LEDGER
from bio_lakehouse.lake.content_versions import changed_days
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.schema import rows_within
from bio_lakehouse.lake.tables import Commit, conform, rows_by_day, versions_of
from bio_lakehouse.sources import registry


def build_gap_ledger(lake: Lakehouse) -> Commit:
    """Make `bio_gold.gap_ledger` what it must be up to today, for every user.

    What arrives about some days is news of others too: those between it and what there was are
    missing now, and a day that was not due yet is due. Only what differs is written, from the first
    such day to the last.
    """
    with exclusively(lake, GAP_LEDGER.full_name):
        first, last = lake.settings.first_day, newest_today(lake)
        rows = conform(ledger_rows(lake, first, last), GAP_LEDGER)
        versions = versions_of(rows, GAP_LEDGER)
        differing = changed_days(versions_of(ledger_before(lake), GAP_LEDGER), versions)
        days = (min(differing, default=last), max(differing, default=last))
        commit = lake.tables.replace(GAP_LEDGER, rows_within(rows, *days), *days)
        counts = rows_by_day(rows, GAP_LEDGER)
        return replace(commit, rows=rows.num_rows, rows_by_day=counts, versions=versions)


def ledger_before(lake: Lakehouse) -> pa.Table:
    """All rows that the ledger has, also of days that are none of the lake's any more."""
    return lake.tables.read(GAP_LEDGER, None, None)


def newest_today(lake: Lakehouse) -> date:
    """Today where it is latest, of all users' clocks."""
    settings = lake.settings
    return max([settings.today(), *map(settings.today, lake.log.users())])


def ledger_rows(lake: Lakehouse, first: date, last: date) -> pa.Table:
    """A row for each user, silver table and day of the range that is missing, from the first day on
    of which a record, a file or a fetch (be it one that failed) speaks: so a dataset that never
    came is there with its cause as well."""
    parts = [GAP_LEDGER.arrow.empty_table()]
    for table, known in known_by_table(lake, first, last):
        spoken_of = known.recorded | known.covered | known.unread | known.failed
        causes = known.causes(spoken_of)
        parts.append(missing_rows(table, known.calendar, causes))
    return pa.concat_tables(parts)


def missing_rows(table: str, calendar: Calendar, causes: npt.NDArray[np.int8]) -> pa.Table:
    """The ledger's rows of one table."""
    users, days = np.nonzero(causes != NO_CAUSE)
    begins = (calendar.first - date(1970, 1, 1)).days
    constant = {"dataset": table, "source": registry.source_of_table(table).name}
    columns = {
        "user_id": pa.array(calendar.users, pa.string()).take(pa.array(users)),
        "day": pa.array((days + begins).astype(np.int32)).cast(pa.date32()),
        "cause": pa.array(map(str, CAUSES), pa.string()).take(pa.array(causes[users, days])),
        **{name: pa.repeat(pa.scalar(text), len(users)) for name, text in constant.items()},
    }
    return pa.table({name: columns[name] for name in GAP_LEDGER.column_names}, GAP_LEDGER.arrow)
