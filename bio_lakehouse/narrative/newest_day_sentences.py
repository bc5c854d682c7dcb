"""What the newest day's classes say, and what they rest on: fixed words for each class, no reason
and no reassurance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bio_lakehouse.english import count, inner, long_day

ENERGY: Mapping[str, str] = {
    "peak": "at its peak",
    "high": "high",
    "moderate": "moderate",
    "low": "low",
    "recovery_needed": "very low",
}
TRAINING: Mapping[str, str] = {
    "high_intensity": "a hard session, such as intervals or a race",
    "moderate_intensity": "a steady session at moderate effort",
    "low_intensity": "an easy session, such as a light ride, a walk, yoga or stretching",
    "rest_day": "a day of rest",
}
RISK: Mapping[str, str] = {"high_risk": "high", "moderate_risk": "moderate", "low_risk": "low"}
LOW_RISK = "low_risk"
OVERTRAINING = "Risk of overtraining"
LOW_READINESS = "Low readiness"
UNKNOWN = "unknown"
WORKOUTS_UNKNOWN = "whether there were workouts on the last three days is unknown"


def energy(state: str | None) -> str:
    """The class of energy; without one it is sleep that is unknown, as readiness is not."""
    return _sentence(ENERGY, state, "the sleep score of that day is unknown")


def training(intensity: str | None) -> str:
    """What is recommended; without it, why nothing is."""
    return _sentence(TRAINING, intensity, "the sleep score of that day is unknown")


def risk(level: str | None, seen: str | None, workout_days: int | None) -> tuple[str, str]:
    """What a class of risk is about, and the class with what was `seen`, in the view's own words.

    `workout_days` are the known ones among the last three. Without any the class rests on readiness
    alone: then a low readiness is told as no more than that, and so is a risk that is low.
    """
    why = (
        "with readiness from 65 to 69 the workouts of the last three days and the day's output "
        "against your own decide, and not all of these are known"
    )
    if level is None or not seen:
        return OVERTRAINING, _sentence(RISK, level, why)
    if level != LOW_RISK and not workout_days:
        return LOW_READINESS, f"{inner(seen)} {rule_of_readiness(level, workout_days)}"
    if workout_days is None:
        return OVERTRAINING, f"{RISK[level]} by readiness alone: {WORKOUTS_UNKNOWN}. {seen}"
    return OVERTRAINING, f"{_sentence(RISK, level, why)} {seen}"


def rule_of_readiness(level: str, workout_days: int | None) -> str:
    """What the view's rule calls a readiness with no known workout behind it."""
    known = WORKOUTS_UNKNOWN if workout_days is None else f"there are {_known(workout_days)}"
    return f"The lake's rule calls that {RISK[level]} risk by readiness alone: {known}."


def readiness_unknown(day: date) -> str:
    """Why nothing is told of a day."""
    return (
        f"Readiness on {long_day(day)} is unknown, so neither energy nor a recommendation nor a "
        "risk can be told."
    )


def basis(day: date, scores: Mapping[str, int | None], workout_days: int | None) -> str:
    """`Readiness 78, sleep 82, HRV balance 70 on Sunday 23 November 2025; …`: what the classes rest
    on."""
    said = [f"{name} {UNKNOWN if score is None else score}" for name, score in scores.items()]
    return f"{', '.join(said)} on {long_day(day)}; {workouts_of_three_days(workout_days)}."


def workouts_of_three_days(known: int | None) -> str:
    """`2 known workout days among the last three`: a day of which nothing is known is no day
    without a workout."""
    return WORKOUTS_UNKNOWN if known is None else _known(known)


def _known(workout_days: int) -> str:
    return f"{count(workout_days, 'known workout day')} among the last three"


def _sentence(words: Mapping[str, str], value: str | None, reason: str) -> str:
    if value is None:
        return f"cannot be told: {reason}."
    return f"{words.get(value, value.replace('_', ' '))}."
