"""The tables and small rules by which questions are read, and the way out of a reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bio_lakehouse.ask.planning.intent import Condition, Side
from bio_lakehouse.ask.planning.lexicon import DAILY, SLEEPS, WORKOUTS
from bio_lakehouse.ask.planning.time_phrases import DaysOfWeek, Period
from bio_lakehouse.ask.semantics.semantic_model import Metric
from bio_lakehouse.english import capital, listed

AS_WORKOUT = {
    "total_output_kj": "workout_output",
    "workout_calories": "calories_per_workout",
    "workout_minutes": "class_length",
    "avg_watts": "watts",
    "max_avg_heart_rate_bpm": "workout_heart_rate",
    "avg_output_per_minute": "output_per_minute",
}
"""Figures of a day's workouts, and of each of them."""
SUMMED = {"sum", "count"}
TIME_GROUPS = ("by_week", "by_month", "by_quarter", "by_year", "by_weekday")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIMES_OF_DAY = {"morning", "noon", "afternoon", "evening"}
WEEKLY = {
    "workout_days": "workout_days", "readiness": "avg_readiness", "sleep_score": "avg_sleep",
    "steps": "weekly_steps", "output": "weekly_output_kj", "wellness": "avg_wellness",
    "active_calories": "weekly_active_calories", "workout_calories": "weekly_calories",
}  # fmt: skip
"""What a day's figure comes to in a week, as `weekly_trends` has it."""
OF_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, str] | None]] = {
    "readiness_performance_correlation": (("segment",), ("sample_size",), ("segment", "All Days")),
    "workout_type_optimization": (
        ("readiness_bucket", "workout_type"), ("sample_workouts", "sample_days"), None,
    ),
}  # fmt: skip
"""Views without days: the columns that name a group, those that count it, and the usual group."""
NOT_WHOLE = {DAILY, WORKOUTS, "insights", "oura_heartrate", "coverage", SLEEPS}
"""Tables that no question asks for as a whole."""
SHORT = {"dashboard_30day", "weekly_trends", "self_experiment", "experiment_days", "gap_ledger"}
"""Tables of which all rows are shown where no days are named."""
TAKING = ("avg", "sum", "median", "stddev", "count", "how_much", "how_long", "how_often")
"""Roles of words that take values together."""
VERBS = frozenset(
    [
        "was",
        "is",
        "were",
        "are",
        "did",
        "do",
        "does",
        "have",
        "has",
        "had",
        "been",
        "be",
        "how",
        "what",
    ]
)
ORDERING = ("max", "min", "best", "worst", "hardest", "frequent")
TIME_SPENT = {"hours", "hrs", "minutes", "mins", "time"}
SPREAD = {"distribution", "breakdown", "split"}
OPPOSITE = {(1, 2, 3, 4, 5), (6, 7)}
MORE_IS_BEST = {
    "output", "workout_output", "steps", "distance", "watts", "speed", "workouts", "workout_days",
    "time_asleep", "deep_sleep", "rem_sleep", "output_per_minute", "workout_minutes", "cadence",
    "next_day_readiness", "next_day_output",
}  # fmt: skip
FIGURE_OF_WORD = {
    "longest": "class_length", "shortest": "class_length", "fastest": "speed", "slowest": "speed",
    "hardest": "workout_output", "toughest": "workout_output", "intense": "workout_output",
    "strongest": "workout_output", "biggest": "workout_output", "record": "workout_output",
    "pr": "workout_output", "pb": "workout_output", "best": "workout_output",
}  # fmt: skip
GUESS_OF_WORD = {
    word: [f"“{capital(word)}” was read as of the highest output."]
    for word in (
        "hardest",
        "toughest",
        "intense",
        "strongest",
        "biggest",
        "record",
        "pr",
        "pb",
        "best",
    )
}
FIGURE_OF_COMPARATIVE = {
    "faster": "speed", "slower": "speed", "quicker": "speed",
    "longer": "class_length", "shorter": "class_length",
    "harder": "workout_output", "easier": "workout_output",
}  # fmt: skip
"""The figure of a workout that a word holds against another's."""
HELD_AGAINST = {
    **dict.fromkeys(("faster", "slower", "quicker"), frozenset({"mi/h", "mph", "min", "rpm"})),
    **dict.fromkeys(("longer", "shorter"), frozenset({"h", "min", "s", "mi"})),
    **dict.fromkeys(("harder", "easier"), frozenset({"kJ", "W", "kJ/min", "%", "kcal"})),
    **dict.fromkeys(("earlier", "later"), frozenset({"clock"})),
    "deeper": frozenset(),
}
"""The units of the figures of which a word can be said; any other word can of each."""
WORKOUT_COLUMNS = ("length_minutes", "total_output_kj")
EXPLAINED_BY = {
    "energy_state": ("guidance",),
    "recommended_intensity": ("recommendation_text",),
    "overtraining_risk": ("risk_guidance",),
}
UNIT_OF = {"minutes": "h", "hours": "min", "km": "mi", "km_h": "mi/h"}


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why there is no intent; `meanings` where there are several."""

    sentence: str
    meanings: tuple[str, ...] = ()


class Stop(Exception):  # noqa: N818
    """Why a reading ends without an intent."""

    def __init__(self, sentence: str, meanings: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.reason = NotUnderstood(sentence, meanings)


def good_side(metric: Metric) -> str | None:
    return metric.good or (metric.measure.good if metric.measure else None)


def either_of(alternatives: Sequence[Condition]) -> Condition:
    values = tuple(dict.fromkeys(c.values[0] for c in alternatives))
    if len(values) == 1:
        return alternatives[0]
    words = listed([condition.words for condition in alternatives], "or")
    return replace(alternatives[0], operator="in", values=values, words=words)


def side_of_period(period: Period) -> Side:
    return Side(period.words, period.first, period.last)


def side_of_weekdays(days: DaysOfWeek) -> Side:
    label = {(1, 2, 3, 4, 5): "weekday", (6, 7): "weekend"}.get(days.days)
    return Side(label or WEEKDAY_NAMES[days.days[0] - 1], weekdays=days.days)


def other_days(days: DaysOfWeek) -> DaysOfWeek:
    rest = tuple(number for number in range(1, 8) if number not in days.days)
    return DaysOfWeek(rest, "other days")
