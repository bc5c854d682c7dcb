"""The schemas of gold's tables of insights, training load and forecasts. Needs no statistics."""

from __future__ import annotations

from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema

BASELINES = ("today's value", "the 7-day mean", "the mean of all days before")
"""Rules that a forecast of readiness is compared with."""
BASELINE_COLUMNS = (
    "mean_error_of_today",
    "mean_error_of_seven_day_mean",
    "mean_error_of_long_mean",
)


def _bounded(name: str, comment: str, minimum: int | None = 0) -> tuple[Column, Column, Column]:
    return (
        Column(name, "double", f"{comment}; the middle of its bounds.", minimum),
        Column(f"{name}_low", "double", f"Lower bound of `{name}`.", minimum),
        Column(f"{name}_high", "double", f"Upper bound of `{name}`.", minimum),
    )


def _score(name: str, comment: str) -> Column:
    return Column(name, "double", comment, 0, 100)


INSIGHTS = TableSchema(
    database="bio_gold",
    name="insights",
    description=(
        "What the five insights found, looked for and did not find, or cannot say yet, as of a day. One row a finding; "
        "the latest computation of each day."
    ),
    grain=("user_id", "day", "insight", "finding"),
    columns=(
        USER_ID,
        Column(
            "day",
            "date",
            "The day as of which this holds: later days were not looked at.",
            required=True,
        ),
        Column("insight", "string", "Name of the insight, such as sleep_readiness.", required=True),
        Column("finding", "string", "Name of the finding within the insight.", required=True),
        Column(
            "position",
            "int",
            "Place of the finding within its insight, from 0.",
            minimum=0,
            required=True,
        ),
        Column("title", "string", "The insight's title.", required=True),
        Column("claim", "string", "What was looked for.", required=True),
        Column(
            "status", "string", "found, described, not found, or not enough data.", required=True
        ),
        Column("narrative", "string", "The finding in plain words.", required=True),
        Column("test", "string", "The test, or the rule by which days were picked.", required=True),
        Column(
            "is_tested", "boolean", "False when it is described only: no p, no q.", required=True
        ),
        Column("window_first_day", "date", "First day looked at.", required=True),
        Column("window_last_day", "date", "Last day looked at.", required=True),
        Column("effect_name", "string", "Scale of the effect, such as Pearson r."),
        Column("effect", "double", "Effect size on that scale."),
        Column("interval_low", "double", "Lower end of the effect's 95 % interval."),
        Column("interval_high", "double", "Upper end of the effect's 95 % interval."),
        Column("n", "int", "Days or pairs of days looked at.", minimum=0, required=True),
        Column("n_eff", "double", "Independent days or pairs that they are worth.", minimum=0),
        Column("p", "double", "Raw p-value.", minimum=0, maximum=1),
        Column(
            "q",
            "double",
            "Benjamini-Hochberg over all tests of that day's report.",
            minimum=0,
            maximum=1,
        ),
        Column(
            "needed",
            "int",
            "The minimum that n falls short of; null when there is enough.",
            minimum=0,
        ),
        Column("caveats", "string", "Caveats (JSON list of sentences).", required=True),
        Column(
            "finding_values",
            "string",
            "Further figures of the finding (JSON object).",
            required=True,
        ),
        Column(
            "series",
            "string",
            "What the insight's figure is drawn from (JSON object; on position 0 only).",
        ),
    ),
)

TRAINING_LOAD = TableSchema(
    database="bio_gold",
    name="training_load",
    description=(
        "Training load of each day, and chronic load, acute load and form that follow from it, "
        "each with the bounds that it lies between."
    ),
    grain=("user_id", "day"),
    columns=(
        USER_ID,
        DAY,
        Column(
            "training_load",
            "double",
            "Load of the day's workouts (100: an hour at threshold) where all of them were "
            "measured; 0 on a rest day.",
        ),
        *_bounded(
            "load",
            "Load of the day's workouts (100: an hour at threshold). A workout without power and "
            "heart rate lies between 0 and what own workouts of its kind and length reach, an "
            "unknown day between 0 and the usual load of a training day; null before the first "
            "day of which a Peloton download speaks",
        ),
        Column(
            "is_estimated",
            "boolean",
            "True when average power stands in for normalised power; null when not measured.",
        ),
        Column(
            "methods",
            "string",
            "How the workouts' loads were found: bounded, heart_rate, power; null on a rest day.",
        ),
        Column(
            "unknown_workouts",
            "int",
            "Workouts with neither power nor heart rate to go by, whose load is bounded.",
            minimum=0,
            required=True,
        ),
        *_bounded("chronic_load", "Load weighted over 42 days"),
        *_bounded("acute_load", "Load weighted over 7 days"),
        *_bounded("form", "Chronic minus acute load of the day before", minimum=None),
        Column(
            "known_days",
            "int",
            "Days in a row with a measured load up to this one; 0 on a day without.",
            minimum=0,
            required=True,
        ),
        Column("state_days", "int", "Days over which the state has been built.", minimum=0),
        Column(
            "state",
            "string",
            "building until 42 days are carried, then steady; null before the first of them.",
        ),
    ),
)

READINESS_FORECAST = TableSchema(
    database="bio_gold",
    name="readiness_forecast",
    description=(
        "The readiness expected for the next day, as known on the evening before, with what such forecasts missed by. "
        "Worth showing only where `beats_all` is true."
    ),
    grain=("user_id", "day"),
    columns=(
        USER_ID,
        Column(
            "day",
            "date",
            "The evening on which it is made: later days were not looked at.",
            required=True,
        ),
        Column("forecast_day", "date", "The day it is about, the day after.", required=True),
        _score(
            "readiness_score",
            "Readiness expected; null without enough past forecasts or without today's score.",
        ),
        _score("interval_low", "Lower end of the 80 % interval."),
        _score("interval_high", "Upper end of the 80 % interval."),
        Column(
            "past_forecasts",
            "int",
            "Past forecasts that it is judged by.",
            minimum=0,
            required=True,
        ),
        Column("needed", "int", "Past forecasts that are needed.", minimum=0, required=True),
        Column(
            "is_today_known", "boolean", "Whether the readiness of `day` is known.", required=True
        ),
        Column(
            "mean_error", "double", "Mean absolute miss of the past forecasts (points).", minimum=0
        ),
        *(
            Column(name, "double", f"The same of {rule} as forecast (points).", minimum=0)
            for name, rule in zip(BASELINE_COLUMNS, BASELINES, strict=True)
        ),
        Column(
            "beats_all",
            "boolean",
            "Whether it missed by less than each, than the last by more than chance.",
        ),
        Column("narrative", "string", "The forecast in plain words.", required=True),
    ),
)
