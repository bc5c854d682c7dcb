"""Sound files of each format, small, from which fuzzers begin."""

from __future__ import annotations

import json
from typing import NamedTuple

from bio_lakehouse_tests.fuzzing.sound_files import (
    DAILY_DOWNLOAD,
    READINGS,
    activity,
    answer,
    export,
    metric,
    period,
    ride,
    sleep,
    trends,
    workouts,
)
from bio_lakehouse_tests.sources.test_oura_api_answer import TYPED, UNTYPED
from bio_lakehouse_tests.sources.test_peloton_api import WORKOUT


class Seed(NamedTuple):
    name: str
    content: bytes


_RIDES = workouts(ride(4, title="One, two"), ride(5, total="", avg_watts="None"))
_SECOND_DAY = trends().splitlines()[1].replace("03-05", "03-06")
_BUNDLE = {"daily_sleep": [sleep()], "sleep": {"data": [period()]}, "heartrate": []}
_LINES = f"{json.dumps(sleep())}\n{json.dumps(sleep('2026-03-02'))}\n"

SEEDS: dict[str, tuple[Seed, ...]] = {
    "workouts": (
        Seed("workouts.csv", _RIDES.encode()),
        Seed("workouts.csv", metric(_RIDES).encode()),
    ),
    "export": (
        Seed("dailysleep.csv", export(export().splitlines()[1].replace("12-03", "12-04")).encode()),
    ),
    "download": (
        Seed("oura_daily-sleep_2024-06-04T09-46-08.csv", DAILY_DOWNLOAD.encode()),
        Seed("oura_heartrate.csv", READINGS.encode()),
    ),
    "trends": (Seed("trends.csv", trends(_SECOND_DAY).encode()),),
    "answer": (
        *(Seed("answer.json", answer(record).encode()) for record in TYPED.values()),
        Seed("answer.json", answer(activity(), activity(day="2026-03-02")).encode()),
        Seed("answer.json", _LINES.encode()),
    ),
    "bundle": (
        Seed("bundle.json", json.dumps(_BUNDLE).encode()),
        *(Seed("bundle.json", json.dumps([record]).encode()) for record, _ in UNTYPED.values()),
        Seed("bundle.json", json.dumps({"data": [WORKOUT], "page": 0}).encode()),
    ),
}
