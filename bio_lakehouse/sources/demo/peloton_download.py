"""Peloton's workout CSV: an earlier download and the newer superset of it, with the vendor's
quirks."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bio_lakehouse.sources.demo.truth import Truth, Workout
from bio_lakehouse.sources.peloton.fields import ZONE_LABELS

HEADER = (
    "Workout Timestamp",
    "Live/On-Demand",
    "Instructor Name",
    "Length (minutes)",
    "Fitness Discipline",
    "Type",
    "Title",
    "Class Timestamp",
    "Total Output",
    "Avg. Watts",
    "Avg. Resistance",
    "Avg. Cadence (RPM)",
    "Avg. Speed (mph)",
    "Distance (mi)",
    "Calories Burned",
    "Avg. Heartrate",
    "Avg. Incline",
    "Avg. Pace (min/mi)",
)
EARLIER_SHARE = 0.6
DUPLICATE_EVERY = 29
NUMERIC_LABEL_EVERY = 41
RESTATED_TYPES = {"Music": "Theme"}
"""Type as it is now → as the earlier download called it."""


def downloads(truth: Truth) -> dict[str, str]:
    """File name → text: what was downloaded a while ago (when there is room), and what is
    downloaded on the last day.

    The newer file holds every row of the earlier one; only labels and some types differ.
    """
    zone = ZoneInfo(truth.timezone)
    files: dict[str, str] = {}
    earlier_day = truth.days[int(len(truth.days) * EARLIER_SHARE)].day
    earlier = [workout for workout in truth.workouts if workout.day < earlier_day]
    if earlier:
        files["river_m_workouts.csv"] = _text(earlier, earlier_day, zone, newest=False)
    if truth.workouts:
        files["river_m_workouts (1).csv"] = _text(truth.workouts, truth.last_day, zone, newest=True)
    return files


def _text(
    workouts: list[Workout] | tuple[Workout, ...], downloaded: date, zone: ZoneInfo, *, newest: bool
) -> str:
    """The file: some rows twice, some with an offset for a label, no newline at the end."""
    label = _label(downloaded, zone)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for number, workout in enumerate(workouts, start=1):
        row = _row(workout, None if number % NUMERIC_LABEL_EVERY == 0 else label, newest=newest)
        writer.writerows([row] * (2 if number % DUPLICATE_EVERY == 0 else 1))
    return buffer.getvalue().removesuffix("\n")


def _label(downloaded: date, zone: ZoneInfo) -> str | None:
    """The abbreviation of the day of download, when it names the zone; else None, and offsets stand
    instead."""
    name = datetime(downloaded.year, downloaded.month, downloaded.day, 12, tzinfo=zone).strftime(
        "%Z"
    )
    return name if ZONE_LABELS.get(name) == zone.key else None


def _row(workout: Workout, label: str | None, *, newest: bool) -> list[str]:
    class_type = workout.class_type or ""
    return [
        _stamp(workout.started_at, label),
        "" if workout.is_live is None else "Live" if workout.is_live else "On Demand",
        workout.instructor or "",
        "None" if workout.length is None else str(workout.length),
        workout.discipline,
        class_type if newest else RESTATED_TYPES.get(class_type, class_type),
        workout.title,
        "" if workout.class_at is None else _stamp(workout.class_at, label),
        _whole(workout.output),
        _whole(workout.watts),
        "" if workout.resistance is None else f"{workout.resistance}%",
        _whole(workout.cadence),
        "" if workout.speed is None else f"{workout.speed:.2f}",
        "" if workout.distance is None else f"{workout.distance:.2f}",
        _whole(workout.calories),
        "" if workout.heart_rate is None else str(workout.heart_rate),
        "",
        workout.pace or "",
    ]


def _stamp(moment: datetime, label: str | None) -> str:
    """`2025-04-17 12:29 (EDT)`, or with the moment's own offset, `(-04)` or `(+0530)`."""
    return f"{moment:%Y-%m-%d %H:%M} ({label or moment.strftime('%z').removesuffix('00')})"


def _whole(value: int | None) -> str:
    return "" if value is None else str(value)
