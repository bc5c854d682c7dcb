"""Five years of events in Dagster's log: how long they take to write, and how much room, in SQLite
and in PostgreSQL, in batches and one by one.

Run it with `python -m bio_lakehouse_tests.benchmarks.event_logs [--days 1825] [--assets 3]`. It
prints figures and fails on none. A run writes two events a day and asset; a lake has 24 assets with
days.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
from sqlalchemy import text

from bio_lakehouse.automation.event_batches import BATCH_SIZE_VARIABLE
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.postgres_server import Server, engine_of, postgres_server, programs

FIRST = date(2021, 1, 1)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
DAYS = dg.DailyPartitionsDefinition(str(FIRST))
BATCHED, ONE_BY_ONE = 1000, 1


def assets(count: int) -> Iterator[dg.AssetsDefinition]:
    """Assets that tell of each day what ours tell."""
    for number in range(count):

        @dg.asset(
            name=f"asset_{number}",
            partitions_def=DAYS,
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def told(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            for place, day in enumerate(context.partition_keys):
                facts = {"dagster/partition_row_count": place, "dagster/data_version": f"v{place}"}
                context.add_asset_metadata(facts, partition_key=day)
            return dg.MaterializeResult()

        yield told


def seconds_to_write(settings: Settings, days: int, asset_count: int) -> float:
    """How long a run of the assets over the days takes."""
    os.environ[BATCH_SIZE_VARIABLE] = str(settings.event_batch_size)
    last = FIRST + timedelta(days - 1)
    tags = {
        "dagster/asset_partition_range_start": str(FIRST),
        "dagster/asset_partition_range_end": str(last),
    }
    made = dg.Definitions(assets=list(assets(asset_count))).resolve_implicit_global_asset_job_def()
    with open_instance(settings) as instance:
        begun = time.perf_counter()
        result = made.execute_in_process(instance=instance, tags=tags, run_config=QUIET)
        assert result.success
        return time.perf_counter() - begun


def megabytes(settings: Settings, address: str | None) -> float:
    """What the record of runs takes."""
    if address is None:
        files = (settings.home / "dagster" / "history").rglob("*.db*")
        return sum(path.stat().st_size for path in files) / 1e6
    with engine_of(address).connect() as connection:
        size = connection.scalar(text("SELECT pg_database_size(current_database())"))
    return float(size) / 1e6


def measure(server: Server, folder: Path, days: int, asset_count: int) -> None:
    events = 2 * days * asset_count
    for place in ("SQLite", "PostgreSQL"):
        for batch_size in (BATCHED, ONE_BY_ONE):
            address = server.new_database() if place == "PostgreSQL" else None
            settings = load_settings(
                home=folder / f"{place}{batch_size}",
                event_batch_size=batch_size,
                dagster_postgres_url=address,
            )
            seconds = seconds_to_write(settings, days, asset_count)
            how = "in batches" if batch_size > 1 else "one by one"
            print(
                f"{place:<11}{how}: {events} events in {seconds:6.1f} s, "
                f"{seconds / events * 1000:5.2f} ms each, {megabytes(settings, address):6.1f} MB"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825)
    parser.add_argument("--assets", type=int, default=3)
    chosen = parser.parse_args()
    folder = programs()
    if folder is None:
        raise SystemExit("PostgreSQL is not installed (Debian's package `postgresql`)")
    with tempfile.TemporaryDirectory() as home, postgres_server(folder) as server:
        measure(server, Path(home), chosen.days, chosen.assets)


if __name__ == "__main__":
    main()
