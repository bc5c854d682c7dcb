"""What the newest day's classes say, and what they rest on: fixed words for each class, no reason
and no reassurance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bio_lakehouse.english import count, long_day

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
UNKNOWN = "unknown"


def energy(state: str | None) -> str:
    """The class of energy; without one it is sleep that is unknown, as readiness is not."""
    return _sentence(ENERGY, state, "the sleep score of that day is unknown")


def training(intensity: str | None) -> str:
    """What is recommended; without it, why nothing is."""
    return _sentence(TRAINING, intensity, "the sleep score of that day is unknown")


def risk(level: str | None, seen: str | None) -> str:
    """The class of risk and what was `seen`, in the view's own words."""
    why = (
        "with readiness from 65 to 69 the workouts of the last three days and the day's output "
        "against your own decide, and not all of these are known"
    )
    said = _sentence(RISK, level, why)
    return f"{said} {seen}" if level and seen else said


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
    return f"{', '.join(said)} on {long_day(day)}; {_workout_days(workout_days)}."


def _workout_days(known: int | None) -> str:
    if known is None:
        return "whether there were workouts on the last three days is unknown"
    return f"{count(known, 'known workout day')} among the last three"


def _sentence(words: Mapping[str, str], value: str | None, reason: str) -> str:
    if value is None:
        return f"cannot be told: {reason}."
    return f"{words.get(value, value.replace('_', ' '))}."
