"""Columns of Peloton's workout CSV that feed silver, their other spellings, and what a time zone
label means.

Not declared here, because silver derives them: `workout_id` (from the identity in the record's
key), `started_at`, `started_at_local` and `utc_offset_minutes` (from what `start.read_start` found,
in the record's hints), `workout_category`, `output_per_minute`, `heart_rate_zone`. A percentage
reads `41%`. Metric members' speed and distance stand under `METRIC_HEADERS`.
"""

from __future__ import annotations

from bio_lakehouse.sources.declared_fields import Field

WORKOUTS = "peloton/workouts"
API_WORKOUTS = "peloton/api_workouts"

START_HEADER = "Workout Timestamp"
DISCIPLINE_HEADER = "Fitness Discipline"
TITLE_HEADER = "Title"

# Bounds lie where no person's value does, so that a broken number is told and a rare one is kept.
_MINUTES = 2_880  # two days
_KILOJOULES = 100_000  # a day of racing across a country is about 30,000
_WATTS = 5_000  # the strongest sprints known are about 2,500
_REVOLUTIONS = 500  # a minute; track sprinters reach about 300
_SPEED = 300  # miles or km an hour
_DISTANCE = 3_000  # miles or km; the most ever ridden in a day is about 640 miles
_KILOCALORIES = 100_000  # the hardest days known burn about 15,000
_BEATS = 250  # a minute, and a mean: hearts that raced at 300 did so for moments

CSV_FIELDS: tuple[Field, ...] = (
    Field(
        "fitness_discipline",
        "Fitness Discipline",
        "string",
        "Peloton's discipline, such as `Cycling`.",
    ),
    Field(
        "class_type", "Type", "string", "Kind of class within the discipline, such as `Intervals`."
    ),
    Field("title", "Title", "string", "Title of the class or workout."),
    Field("instructor_name", "Instructor Name", "string", "Instructor of the class."),
    Field(
        "is_live",
        "Live/On-Demand",
        "boolean",
        "True for `Live`, false for `On Demand`, unknown when empty.",
    ),
    Field(
        "length_minutes",
        "Length (minutes)",
        "double",
        "Length of the class (min); 0 is kept.",
        0,
        _MINUTES,
    ),
    Field("total_output_kj", "Total Output", "double", "Work done (kJ).", 0, _KILOJOULES),
    Field("avg_watts", "Avg. Watts", "double", "Mean power (W).", 0, _WATTS),
    Field("avg_resistance_pct", "Avg. Resistance", "double", "Mean resistance (%).", 0, 100),
    Field(
        "avg_cadence_rpm",
        "Avg. Cadence (RPM)",
        "double",
        "Mean cadence (revolutions/min).",
        0,
        _REVOLUTIONS,
    ),
    Field("avg_speed_mph", "Avg. Speed (mph)", "double", "Mean speed (mi/h).", 0, _SPEED),
    Field(
        "distance_mi",
        "Distance (mi)",
        "double",
        "Distance (mi).",
        0,
        _DISTANCE,
        ("Distance (miles)",),
    ),
    Field("calories_kcal", "Calories Burned", "double", "Energy burned (kcal).", 0, _KILOCALORIES),
    Field(
        "avg_heart_rate_bpm", "Avg. Heartrate", "double", "Mean heart rate (beats/min).", 0, _BEATS
    ),
)

METRIC_HEADERS: dict[str, tuple[str, float]] = {
    "avg_speed_mph": ("Avg. Speed (kph)", 1 / 1.609344),
    "distance_mi": ("Distance (km)", 1 / 1.609344),
}
"""Column → (metric header, factor from the metric unit to the column's)."""

LIVE_LABELS: dict[str, bool] = {"live": True, "on demand": False}

OTHER_HEADERS = (
    "Class Timestamp",
    "Avg. Incline",
    "Avg. Pace (min/mi)",
    "Avg. Pace (min/mile)",
    "Avg. Pace (min/km)",
)
"""Known headers that stay in bronze."""

ZONE_LABELS: dict[str, str] = {
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("AST", "ADT"), "America/Halifax"),
    **dict.fromkeys(("AKST", "AKDT"), "America/Anchorage"),
    "HST": "Pacific/Honolulu",
    **dict.fromkeys(("UTC", "Z"), "UTC"),
    **dict.fromkeys(("GMT", "BST"), "Europe/London"),
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Helsinki"),
    "MSK": "Europe/Moscow",
    "IDT": "Asia/Jerusalem",
    "PKT": "Asia/Karachi",
    "IST": "Asia/Kolkata",
    "ICT": "Asia/Bangkok",
    "WIB": "Asia/Jakarta",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    **dict.fromkeys(("ACST", "ACDT"), "Australia/Adelaide"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
    "SAST": "Africa/Johannesburg",
    "EAT": "Africa/Nairobi",
    "CAT": "Africa/Maputo",
    "WAT": "Africa/Lagos",
    "BRT": "America/Sao_Paulo",
}
"""The zone that an abbreviation usually means, where it is not the person's own.

A label tells the zone in which the file was downloaded, not the offset on the workout's day.
"""
