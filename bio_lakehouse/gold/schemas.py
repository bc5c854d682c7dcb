"""The register of gold's tables: every one that there is, with its columns. Needs no Spark."""

from __future__ import annotations

from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.sources import registry

DATABASE = "bio_gold"

BASELINES = ("today's value", "the 7-day mean", "the mean of all days before")
"""Rules that a forecast of readiness is compared with."""
BASELINE_COLUMNS = (
    "mean_error_of_today",
    "mean_error_of_seven_day_mean",
    "mean_error_of_long_mean",
)


_TESTED = (
    Column("p", "double", "Raw p-value.", minimum=0, maximum=1),
    Column(
        "q",
        "double",
        "Benjamini-Hochberg over all tests of that day's report.",
        minimum=0,
        maximum=1,
    ),
)


def _score(name: str, comment: str) -> Column:
    return Column(name, "int", f"{comment}, 0 to 100.", 0, 100)


def _measure(name: str, comment: str) -> Column:
    return Column(name, "double", comment, 0)


def _bounded(name: str, comment: str, minimum: int | None = 0) -> tuple[Column, Column, Column]:
    return (
        Column(name, "double", f"{comment}; the middle of its bounds.", minimum),
        Column(f"{name}_low", "double", f"Lower bound of `{name}`.", minimum),
        Column(f"{name}_high", "double", f"Upper bound of `{name}`.", minimum),
    )


def _expected_score(name: str, comment: str) -> Column:
    return Column(name, "double", comment, 0, 100)


DAILY_READINESS_PERFORMANCE = TableSchema(
    DATABASE,
    "daily_readiness_performance",
    (
        "A user's day: how ready the body was and what it did. Every day with a record and every "
        "covered day is there."
    ),
    ("user_id", "day"),
    (
        USER_ID,
        DAY,
        _score("readiness_score", "Readiness score"),
        _score("sleep_score", "Sleep score of the night that ended that morning"),
        _score("activity_score", "Activity score"),
        _score("hrv_balance_score", "Readiness contributor: HRV balance"),
        _score("resting_hr_score", "Readiness contributor: resting heart rate"),
        _score("previous_night_score", "Readiness contributor: previous night"),
        _score("recovery_index_score", "Readiness contributor: recovery index"),
        Column(
            "temperature_deviation",
            "double",
            "Night's skin temperature against the long-term baseline (°C).",
        ),
        _score("deep_sleep_score", "Sleep contributor: deep sleep"),
        _score("rem_sleep_score", "Sleep contributor: REM sleep"),
        _score("sleep_efficiency_score", "Sleep contributor: efficiency"),
        _score("total_sleep_score", "Sleep contributor: total sleep"),
        _measure(
            "sleep_duration_h",
            "Time asleep in the day's longest night (h): a `long_sleep` with the periods of the "
            "same day less than two hours apart.",
        ),
        _measure("hrv_rmssd_ms", "Mean RMSSD of the longest night, weighted by time asleep (ms)."),
        _measure("resting_heart_rate_bpm", "Lowest heart rate of the longest night (beats/min)."),
        Column("spo2_average_pct", "double", "Mean blood oxygen saturation asleep (%).", 0, 100),
        Column("steps", "int", "Steps taken.", 0),
        _measure("active_calories", "Energy burned by activity (kcal)."),
        _measure("total_calories", "Energy burned in all (kcal)."),
        Column(
            "workout_count",
            "int",
            "Peloton workouts; 0 only on a day that Peloton's coverage includes.",
            0,
        ),
        _measure("total_output_kj", "Work of the workouts whose output is known (kJ)."),
        _measure("workout_calories", "Energy of the workouts for which it is known (kcal)."),
        _measure("workout_minutes", "Length of the workouts for which it is known (min)."),
        _measure("avg_watts", "Mean over workouts of their mean power (W)."),
        _measure("max_avg_heart_rate_bpm", "Highest mean heart rate of a workout (beats/min)."),
        _measure("avg_output_per_minute", "Mean over workouts of their output a minute (kJ/min)."),
        Column(
            "disciplines",
            "string",
            "Disciplines of the workouts: sorted, distinct, joined with a comma.",
        ),
        Column(
            "workout_categories",
            "string",
            "Categories of the workouts: sorted, distinct, joined with a comma.",
        ),
        Column(
            "had_workout",
            "boolean",
            "False only on a day that Peloton's coverage includes; else unknown.",
        ),
        _measure(
            "readiness_to_output_ratio", "`total_output_kj / readiness_score`, 2 decimals (kJ)."
        ),
        Column(
            "combined_wellness_score",
            "double",
            (
                "0.6 readiness + 0.4 sleep, 1 decimal; the one that is there when the other is "
                "unknown."
            ),
            0,
            100,
        ),
    ),
)

GAP_LEDGER = TableSchema(
    DATABASE,
    "gap_ledger",
    "Every day of a source's table that has no data, with the one cause that was found.",
    ("user_id", "day", "dataset"),
    (
        USER_ID,
        DAY,
        Column("dataset", "string", "Silver table that has no row of the day.", required=True),
        Column("source", "string", f"The vendor: {registry.vendor_names()}.", required=True),
        Column("cause", "string", "Why the day is missing.", required=True),
    ),
)

INSIGHTS = TableSchema(
    database=DATABASE,
    name="insights",
    description=(
        "What the five insights found, looked for and did not find, or cannot say yet, as of a "
        "day. One row a finding; the latest computation of each day."
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
        *_TESTED,
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

WEEK_COMPARISON = TableSchema(
    database=DATABASE,
    name="week_comparison",
    description=(
        "Whether each measure's mean over the seven days up to a day differs from that over the 28 "
        "days before, as the report of that day tells it."
    ),
    grain=("user_id", "day", "measure"),
    columns=(
        USER_ID,
        Column("day", "date", "The week's last day: later days were not looked at.", required=True),
        Column("measure", "string", "Column of daily_readiness_performance.", required=True),
        Column(
            "difference",
            "double",
            "Mean of the week minus mean before, in the measure's unit; null with too few days.",
        ),
        Column("interval_low", "double", "Lower end of the difference's 95 % interval."),
        Column("interval_high", "double", "Upper end of the difference's 95 % interval."),
        *_TESTED,
    ),
)

TRAINING_LOAD = TableSchema(
    database=DATABASE,
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
            "Workouts of which neither power nor heart rate tells the load, which is bounded.",
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
    database=DATABASE,
    name="readiness_forecast",
    description=(
        "The readiness expected for the next day, as known on the evening before, with what such "
        "forecasts missed by. Worth showing only where `beats_all` is true."
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
        _expected_score(
            "readiness_score",
            "Readiness expected; null without enough past forecasts or without today's score.",
        ),
        _expected_score("interval_low", "Lower end of the 80 % interval."),
        _expected_score("interval_high", "Upper end of the 80 % interval."),
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

EXPERIMENT_DAYS = TableSchema(
    database=DATABASE,
    name="experiment_days",
    description=(
        "Each assigned day of a self-experiment up to today: what the lake drew for it, whether "
        "the person kept to it, and the day whose outcome counts for it."
    ),
    grain=("user_id", "day"),
    columns=(
        USER_ID,
        DAY,
        Column("experiment_id", "string", "The experiment's own name in the lake.", required=True),
        Column("name", "string", "What the person called the intervention.", required=True),
        Column("unit_kind", "string", "What is assigned: week or day.", required=True),
        Column("unit", "int", "Number of the day's week or day, from 1.", 1, required=True),
        Column("units", "int", "Weeks or days that the plan has.", 2, required=True),
        Column("pair", "int", "Number of the pair that the unit is of, from 1.", 1, required=True),
        Column("arm", "string", "What was drawn: intervention or usual.", required=True),
        Column(
            "is_counted",
            "boolean",
            "False on the first day of a week, which carries over from the week before (washout).",
            required=True,
        ),
        Column(
            "kept",
            "boolean",
            "Whether the person kept to what was assigned; null where they have not said.",
        ),
        Column("note", "string", "What the person noted of the day."),
        Column("outcome", "string", "Column of daily_readiness_performance.", required=True),
        Column(
            "outcome_day",
            "date",
            "Day whose outcome counts for this one: the next where a night or morning measures it.",
            required=True,
        ),
        Column("is_outcome_known", "boolean", "Whether that outcome is known.", required=True),
        Column("first_day", "date", "First day of the experiment.", required=True),
        Column("analysed_on", "date", "First day on which it may be analysed.", required=True),
        Column(
            "is_stopped",
            "boolean",
            "True on the day on which the person ended it early, which is then its last.",
            required=True,
        ),
        Column(
            "commitment",
            "string",
            "SHA-256 of the plan with all assignments, as it was fixed at the start.",
            required=True,
        ),
    ),
)

SELF_EXPERIMENT = TableSchema(
    database=DATABASE,
    name="self_experiment",
    description=(
        "What a self-experiment came to, as of each day of the four weeks from its planned end on; "
        "nothing before, and nothing of one that was stopped."
    ),
    grain=("user_id", "day", "experiment_id"),
    columns=(
        USER_ID,
        Column(
            "day",
            "date",
            "The day as of which this holds: later days were not looked at.",
            required=True,
        ),
        Column("experiment_id", "string", "The experiment's own name in the lake.", required=True),
        Column("name", "string", "What the person called the intervention.", required=True),
        Column("status", "string", "effect, inconclusive, or not enough data.", required=True),
        Column("unit_kind", "string", "What was assigned: week or day.", required=True),
        Column("outcome", "string", "Column of daily_readiness_performance.", required=True),
        Column("first_day", "date", "First assigned day.", required=True),
        Column("last_day", "date", "Last assigned day.", required=True),
        Column(
            "effect",
            "double",
            "Mean over pairs of the outcome as assigned to the intervention less as usual, in the "
            "outcome's unit; null without enough pairs.",
        ),
        Column("interval_low", "double", "Lower end of the effect's 95 % interval."),
        Column("interval_high", "double", "Upper end of the effect's 95 % interval."),
        Column("p", "double", "Two-sided p of the randomisation test.", 0, 1),
        Column("assignments", "int", "Assignments that the test compared.", 1),
        Column("is_exact", "boolean", "Whether these were all that could have been drawn."),
        Column("pairs", "int", "Pairs with known outcomes on both sides.", 0, required=True),
        Column("pairs_planned", "int", "Pairs that the plan had.", 0, required=True),
        Column("needed", "int", "Pairs that are needed.", 0, required=True),
        Column("days_kept", "int", "Days marked as kept.", 0, required=True),
        Column("days_not_kept", "int", "Days marked as not kept.", 0, required=True),
        Column("days_unmarked", "int", "Days that nobody marked.", 0, required=True),
        Column("commitment", "string", "SHA-256 of the plan.", required=True),
        Column("narrative", "string", "The result in plain words.", required=True),
    ),
)

SCHEMAS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        DAILY_READINESS_PERFORMANCE,
        GAP_LEDGER,
        INSIGHTS,
        WEEK_COMPARISON,
        TRAINING_LOAD,
        READINESS_FORECAST,
        EXPERIMENT_DAYS,
        SELF_EXPERIMENT,
    )
}
