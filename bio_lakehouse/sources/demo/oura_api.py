"""Answers of Oura's API v2, saved to files: an earlier fetch whose last days the ring had not
synced, and a later."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bio_lakehouse.sources.demo.minutes import MinuteSheet
from bio_lakehouse.sources.demo.nights import EPOCH
from bio_lakehouse.sources.demo.oura_periods import heart_rate_records, period_records
from bio_lakehouse.sources.demo.oura_records import (
    activity_record,
    readiness_record,
    sleep_score_record,
    spo2_record,
    written,
)
from bio_lakehouse.sources.demo.truth import Truth

HEART_RATE_DAYS = 14
EARLIER_ENDS_BEFORE_END = 10
OVERLAP_DAYS = 7
LATE_SECONDS = 60 * EPOCH
SYNCED_AT_MINUTE = 7 * 60 + 11

Answers = dict[str, list[dict[str, Any]]]


def answers(truth: Truth, sheets: list[MinuteSheet]) -> dict[str, str]:
    """File name → text of every saved answer."""
    days = truth.delivery.api
    zone = ZoneInfo(truth.timezone)
    earlier, later = _fetches(days)
    files: dict[str, str] = {}
    if earlier:
        files |= _files(
            truth,
            earlier,
            _late(_collect(truth, earlier, sheets, zone), truth, earlier, sheets, zone),
        )
    files |= _files(truth, later, _collect(truth, later, sheets, zone))
    readings = days[-HEART_RATE_DAYS:]
    return files | _files(truth, readings, {"heartrate": heart_rate_records(truth, readings, zone)})


def _fetches(days: range) -> tuple[range, range]:
    """The days of an earlier and a later fetch; the later one asks for the earlier one's last week
    again."""
    if len(days) < EARLIER_ENDS_BEFORE_END + 2 * OVERLAP_DAYS:
        return range(0), days
    split = days.stop - EARLIER_ENDS_BEFORE_END
    return range(days.start, split), range(split - OVERLAP_DAYS, days.stop)


def _collect(truth: Truth, days: range, sheets: list[MinuteSheet], zone: ZoneInfo) -> Answers:
    seed, lived = truth.seed, [truth.days[index] for index in days]
    return {
        "daily_readiness": [record for day in lived if (record := readiness_record(seed, day))],
        "daily_sleep": [record for day in lived if (record := sleep_score_record(seed, day))],
        "daily_activity": [
            activity_record(seed, truth.days[index], sheets[index], zone) for index in days
        ],
        "daily_spo2": [record for day in lived if (record := spo2_record(seed, day))],
        "sleep": [record for index in days for record in period_records(truth, index, zone)],
    }


def _late(
    given: Answers, truth: Truth, days: range, sheets: list[MinuteSheet], zone: ZoneInfo
) -> Answers:
    """The same answers as they stood before the ring's late sync: the last day had hardly begun,
    and the two before it were scored on a night that was cut short."""
    last = truth.days[days[-1]].day.isoformat()
    before = [truth.days[index].day.isoformat() for index in days[-3:-1]]
    late: Answers = {name: _without(last, records) for name, records in given.items()}
    for name in ("daily_readiness", "daily_sleep"):
        late[name] = [
            _scored_lower(record) if record["day"] in before else record for record in late[name]
        ]
    late["sleep"] = [
        _cut_short(record) if record["day"] in before else record for record in late["sleep"]
    ]
    unfinished = activity_record(
        truth.seed, truth.days[days[-1]], sheets[days[-1]], zone, SYNCED_AT_MINUTE
    )
    late["daily_activity"].append(unfinished)
    return late


def _scored_lower(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"score": None if record["score"] is None else max(record["score"] - 4, 1)}


def _cut_short(record: dict[str, Any]) -> dict[str, Any]:
    """The period without its last half hour of light sleep; short periods stay as they are."""
    if record["type"] != "long_sleep":
        return record
    end = datetime.fromisoformat(record["bedtime_end"]).timestamp() - LATE_SECONDS
    zone = datetime.fromisoformat(record["bedtime_end"]).tzinfo
    asleep, in_bed = (
        record["total_sleep_duration"] - LATE_SECONDS,
        record["time_in_bed"] - LATE_SECONDS,
    )
    return record | {
        "bedtime_end": written(datetime.fromtimestamp(end, zone)),
        "light_sleep_duration": record["light_sleep_duration"] - LATE_SECONDS,
        "total_sleep_duration": asleep,
        "time_in_bed": in_bed,
        "efficiency": round(100 * asleep / in_bed),
    }


def _files(truth: Truth, days: range, given: Answers) -> dict[str, str]:
    first, last = truth.days[days[0]].day, truth.days[days[-1]].day
    return {
        f"oura_{name}_{first}_{last}.json": json.dumps(
            {"data": records, "next_token": None}, separators=(", ", ": ")
        )
        for name, records in given.items()
        if records
    }


def _without(day: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record["day"] != day]
