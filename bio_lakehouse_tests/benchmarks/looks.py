"""How long the arrival sensor's looks take, whatever lies in landing: a folder, and S3 on this
machine.

`python -m bio_lakehouse_tests.benchmarks.looks` prints the longest look of each landing. A tick has
60 s.
"""

from __future__ import annotations

import io
import logging
import os
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import dagster as dg
from moto.server import ThreadedMotoServer

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.automation.watched import TODAY, Watched, trends, watch

KNOWN = 20_000
NEW = 500
FETCHED = 1_000


def known(watched: Watched) -> None:
    """Files that were taken before."""
    lake, store = watched.lake, watched.lake.landing_objects
    store.put_many({f"landing/me/{number:05d}.csv": b"%d" % number for number in range(KNOWN)})
    for info in store.list("landing"):
        entry = LogEntry(
            info.key,
            info.key,
            "me",
            info.modified,
            info.size,
            info.modified,
            "ingested",
            tag=info.tag,
        )
        lake.log.record(entry)


def known_and_new(watched: Watched) -> None:
    known(watched)
    new(watched)


def new(watched: Watched) -> None:
    """Small exports of a day each."""
    for number in range(NEW):
        watched.drop(f"new{number}.csv", trends({TODAY - timedelta(number + 1): 70}))


def fetched(watched: Watched) -> None:
    """Years of daily answers, and then an export that speaks about all their days."""
    for number in range(FETCHED):
        day = TODAY - timedelta(number + 1)
        watched.drop(f"daily_sleep_{number}.json", sleep_answer(day.isoformat(), number))
    while watched.tick().run_requests or watched.kept["seen"]:
        watched.mark_built()
    rows = [
        f"{number};{{}};{TODAY - timedelta(number + 1)};{number % 100};"
        for number in range(FETCHED)
    ]
    watched.drop(
        "dailysleep.csv", "\n".join(["id;contributors;day;score;timestamp", *rows, ""]).encode()
    )


def sleep_answer(day: str, number: int) -> bytes:
    record = f'{{"id": "{number}", "day": "{day}", "score": {number % 100}, "contributors": {{}}}}'
    return f'{{"data": [{record}], "next_token": null}}'.encode()


def heart_rate(rows: int) -> bytes:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    lines = (
        f"a{n};{60 + n % 50};awake;{(start + timedelta(minutes=5 * n)).isoformat()}"
        for n in range(rows)
    )
    return "\n".join(["id;bpm;source;timestamp", *lines, ""]).encode()


def large(watched: Watched) -> None:
    """19 MB, and a zip of 2 MB that holds as much."""
    content = heart_rate(440_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("App Data/heartrate.csv", content)
    watched.drop("heartrate.csv", content)
    watched.drop("export.zip", packed.getvalue())


def almost_large(watched: Watched) -> None:
    """The most that a tick reads at once."""
    watched.drop("heartrate.csv", heart_rate(90_000))


def garbage(watched: Watched) -> None:
    """300 MB that are no export."""
    watched.drop("film.mov", random.Random(1).randbytes(300_000_000))


CASES: dict[str, Callable[[Watched], None]] = {
    f"{KNOWN:,} known files": known,
    f"and {NEW} new ones": known_and_new,
    f"{NEW} new files": new,
    f"an export over {FETCHED:,} answers": fetched,
    "19 MB, and a zip that unpacks to them": large,
    "4 MB": almost_large,
    "300 MB of garbage": garbage,
}


def longest_look(watched: Watched) -> tuple[float, int]:
    """Seconds of the longest look until nothing is left for the next one, and how many that
    took."""
    seconds: list[float] = []
    while not seconds or watched.kept["seen"]:
        started = time.monotonic()
        watched.tick()
        seconds.append(time.monotonic() - started)
    return max(seconds), len(seconds)


def in_a_bucket(settings: Settings, server: str, name: str) -> Settings:
    boto3.client("s3", endpoint_url=server).create_bucket(Bucket=name)
    return settings.model_copy(
        update={"landing_url": f"s3://{name}/mine", "s3_endpoint_url": server}
    )


def measure(fill: Callable[[Watched], None], server: str | None, number: int) -> str:
    with tempfile.TemporaryDirectory() as folder, dg.instance_for_test() as instance:
        settings = load_settings(
            home=Path(folder), timezone="Europe/Berlin", today_override=TODAY, settle_seconds=0
        )
        watched = watch(settings, instance)
        if server:
            watched.lake = Lakehouse.open(in_a_bucket(settings, server, f"body-{number}"))
        fill(watched)
        seconds, looks = longest_look(watched)
        return f"{seconds:.1f} s ({looks})"


def main(chosen: str = "") -> None:
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    s3 = ThreadedMotoServer(port=0, verbose=False)
    s3.start()
    server = "http://{}:{}".format(*s3.get_host_and_port())
    print("| Landing | Longest look (looks), folder | S3 |\n|---|---|---|")
    for number, (name, fill) in enumerate(CASES.items()):
        if chosen in name:
            print(
                f"| {name} | {measure(fill, None, number)} | {measure(fill, server, number)} |",
                flush=True,
            )
    s3.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
