"""One of two processes that write to one log at once; see `test_dynamo_log`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bio_lakehouse.lake.dynamo_log import DynamoLog
from bio_lakehouse.lake.log import FileDay, LogEntry
from bio_lakehouse.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = date(2026, 3, 1)
LAST = FIRST + timedelta(70)
DATASET, ASSET = "oura/trends", "gold/a"
FILES_EACH = 3


def write(log: DynamoLog, writer: str) -> None:
    """Files of days that the other writer's files are of, too; each built before the next comes."""
    for count in range(FILES_EACH):
        name = f"{writer}-{count}"
        path = f"landing/me/{name}.csv"
        entry = LogEntry(path, name, "me", NOW, 1, NOW, "ingesting", data_type=DATASET)
        row = FileDay(path, DATASET, FIRST, 1, 1)
        log.record(entry, {DATASET: {FIRST + timedelta(count)}}, [row])
        build(log, f"run {name}")


def build(log: DynamoLog, run_id: str) -> None:
    log.owed.begin_run(run_id)
    log.mark_gold_built(run_id, [DATASET], FIRST, LAST)
    log.owed.pay(ASSET, run_id, FIRST, LAST, [ASSET])


def main() -> None:
    home, address, log_table, state_table, writer = sys.argv[1:]
    log = DynamoLog(
        Settings(
            home=Path(home),
            profile="aws",
            aws_endpoint_url=address,
            ingestion_log_table=log_table,
            lake_state_table=state_table,
        )
    )
    print("ready", flush=True)
    sys.stdin.readline()
    write(log, writer)


if __name__ == "__main__":
    main()
