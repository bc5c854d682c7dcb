"""Silver's tables from bronze, and the table of what files and fetches cover from the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bio_lakehouse import silver
from bio_lakehouse.at_once import in_turn
from bio_lakehouse.build.people import rows_of_others
from bio_lakehouse.lake.content_versions import (
    changed_days,
    stretches_by_day,
    versions_of_covered_days,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import LogEntry, stretches_without
from bio_lakehouse.lake.schema import QUARANTINE
from bio_lakehouse.lake.tables import Commit, conform
from bio_lakehouse.settings import Settings
from bio_lakehouse.silver.schemas import COVERAGE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MANY_PEOPLE, AT_ONCE = 25, 2
"""From so many people on, so many pieces are with the engine at a time."""
SPEAKER = ("user_id", "source", "origin")
"""Who speaks about a day, in the table of what files cover."""
USERS = pa.schema(
    [
        ("user_id", pa.string()),
        ("timezone", pa.string()),
        ("max_heart_rate", pa.int32()),
        ("threshold_heart_rate", pa.int32()),
        ("ftp", pa.int32()),
        *((f"heart_rate_zone_{number}", pa.int32()) for number in range(2, 6)),
    ]
)


def build_silver(
    lake: Lakehouse,
    spark: SparkSession,
    table: str,
    first: date,
    last: date,
    people: Collection[str] | None = None,
) -> Commit:
    """Rebuild days `first` to `last` of a silver table from bronze; of some people alone where
    said, and the rows of all others stay."""
    schema = silver.SCHEMAS[table]
    with exclusively(lake, schema.full_name):
        parts = [rows_of_others(lake, schema, first, last, people)]
        parts += _rows_made(lake, spark, table, (first, last), people)
        return lake.tables.replace(schema, pa.concat_tables(parts), first, last)


def _rows_made(
    lake: Lakehouse,
    spark: SparkSession,
    table: str,
    days: tuple[date, date],
    people: Collection[str] | None,
) -> Iterator[pa.Table]:
    """A silver table's rows of some days, made from bronze piece by piece.

    Of many people the next pieces are read and made while the engine is at one; of few a process
    stays as small as one piece lets it.
    """
    from bio_lakehouse.engines.spark import message_bytes

    count = len(lake.log.users() if people is None else people)
    made = partial(_made, lake, spark, table)
    pieces = _pieces(lake, table, days, people, message_bytes(count))
    if count < MANY_PEOPLE:
        yield from map(made, pieces)
    else:
        yield from in_turn(made, pieces, AT_ONCE)


def _pieces(
    lake: Lakehouse,
    table: str,
    days: tuple[date, date],
    people: Collection[str] | None,
    largest: int,
) -> Iterator[list[pa.Table]]:
    """What a table is made from, in parts of up to `largest` bytes with whole days."""
    from bio_lakehouse.engines.spark import chunks_by_day

    for piece in lake.bronze.pieces(silver.TRANSFORMS[table].inputs, *days, largest, people):
        if any(rows.num_rows for rows in piece):
            yield from chunks_by_day(piece, largest)
        # Else Arrow keeps what it has freed of a piece, beside what Sail takes for the next.
        pa.default_memory_pool().release_unused()


def _made(lake: Lakehouse, spark: SparkSession, table: str, bronze: Sequence[pa.Table]) -> pa.Table:
    """A silver table's rows of what bronze has of its datasets."""
    from bio_lakehouse.engines.spark import arrow_of, to_spark

    inputs = [to_spark(spark, rows) for rows in bronze]
    users = to_spark(spark, users_of(lake.settings, *bronze))
    made = silver.TRANSFORMS[table].function(*inputs, users=users)
    return conform(arrow_of(made), silver.SCHEMAS[table])


def build_coverage(lake: Lakehouse, spark: SparkSession) -> Commit:
    """Rebuild the whole table of which days each file and fetch speaks about, from the ingestion
    log.

    A day has changed when somebody speaks about it who did not, or no longer does: one more file of
    those who do says nothing new of it.
    """
    from bio_lakehouse.engines.spark import arrow_of, to_spark
    from bio_lakehouse.silver import coverage

    first, last = lake.settings.first_day, lake.settings.today()
    with exclusively(lake, COVERAGE.full_name):
        rows = to_spark(spark, coverage_rows(lake))
        before = lake.tables.read(COVERAGE, first, last)
        commit = lake.tables.replace(COVERAGE, arrow_of(coverage.transform(rows)), first, last)
        after = lake.tables.read(COVERAGE, first, last)
    versions = versions_of_covered_days(after, first, last, SPEAKER)
    known = versions_of_covered_days(before, first, last, SPEAKER)
    return replace(
        commit,
        rows_by_day=stretches_by_day(after, first, last),
        versions=versions,
        changed_days=changed_days(known, versions),
    )


def coverage_rows(lake: Lakehouse) -> pa.Table:
    """What the ingestion log says about the days that files and fetches cover."""
    with lake.log.together():
        entries = [
            entry
            for user_id in sorted(lake.log.users())
            for entry in lake.log.of_user(user_id)
            if entry.usable and (entry.covers_days or entry.unread)
        ]
    told = [(entry, *stretch) for entry in entries for stretch in stretches_of(entry)]
    return pa.table(
        {
            "user_id": pa.array([e.user_id for e, *_ in told], pa.string()),
            "source": pa.array([e.source for e, *_ in told], pa.string()),
            "origin": pa.array([origin for *_, origin in told], pa.string()),
            "source_file": pa.array([e.file_path for e, *_ in told], pa.string()),
            "first_day": pa.array([first for _, first, _, _ in told], pa.date32()),
            "last_day": pa.array([last for _, _, last, _ in told], pa.date32()),
            "ingested_at": pa.array(
                [e.upload_timestamp.replace(tzinfo=None) for e, *_ in told], pa.timestamp("us")
            ),
        }
    )


def stretches_of(entry: LogEntry) -> Iterator[tuple[date, date, str | None]]:
    """The days about which a file speaks, from the first to the last of each stretch, and one by
    one those of which it has a row in quarantine."""
    unread = entry.unread_days
    if entry.covered_first and entry.covered_last:
        for stretch in stretches_without((entry.covered_first, entry.covered_last), unread):
            yield *stretch, entry.origin
    for day in sorted(unread):
        yield day, day, QUARANTINE


def users_of(settings: Settings, *tables: pa.Table) -> pa.Table:
    """What the settings say of every user in `tables`, one row a user."""
    ids = {user_id for table in tables for user_id in table.column("user_id").unique().to_pylist()}
    return pa.Table.from_pylist(users_rows(settings, ids), schema=USERS)


def users_rows(settings: Settings, ids: Iterable[str]) -> list[dict[str, Any]]:
    """What the settings say of the users `ids`, a row each, in the columns of `USERS`."""
    zones = {
        f"heart_rate_zone_{number}": bound
        for number, bound in enumerate(settings.heart_rate_zones, start=2)
    }
    told = set(USERS.names)
    return [
        settings.user_profile(user_id).model_dump(include=told) | zones for user_id in sorted(ids)
    ]
