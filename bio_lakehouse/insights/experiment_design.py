"""The design of a self-experiment: a randomised trial of one person (an N-of-1 trial), in pairs of
weeks or of days.

Terms are those of CENT 2015 (Vohra et al. 2015, BMJ 350:h1738), the guideline for reporting such
trials: randomised blocks of two periods, intention to treat, washout.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bio_lakehouse.errors import ExperimentError
from bio_lakehouse.gold.measures import Measure, compared_with
from bio_lakehouse.insights.experiment_days import unit_mean
from bio_lakehouse.insights.statistics.randomisation import (
    ALPHA,
    Differences,
    detectable,
    smallest_p,
)
from bio_lakehouse.lake.experiment_log import UNIT_DAYS, Plan, Unit
from bio_lakehouse.numbers import probability_text
from bio_lakehouse.terminal import TURNING

FEWEST_PAIRS = next(pairs for pairs in range(1, 99) if smallest_p(pairs) <= ALPHA)
MOST_PAIRS: Mapping[Unit, int] = {"week": 12, "day": 60}
"""So that the days of all plans, and the four weeks in which a result is told, are in the window of
an insight."""
USUAL_PAIRS: Mapping[Unit, int] = {"week": 8, "day": 20}
WASHOUT_DAYS: Mapping[Unit, int] = {"week": 1, "day": 0}
PAST_DAYS = 180
LONGEST_WAIT_DAYS = 366
FEWEST_PAST_DIFFERENCES = 20
LONGEST_NAME, LONGEST_NOTE = 60, 300
OUTCOMES: Mapping[str, Measure] = {
    measure.short_name.replace(" ", "-"): measure for measure in compared_with("days")
}
"""What an experiment may be about, by the word on the command line."""
BY_COLUMN = {measure.column: measure for measure in OUTCOMES.values()}


def lag_of(measure: Measure) -> int:
    """How many days after the day that it counts for an outcome is measured: what a night or a
    morning says belongs to the day before."""
    return 1 if {"night", "morning"} & set(measure.taken) else 0


def draw_plan(
    user_id: str,
    name: str,
    unit: Unit,
    measure: Measure,
    first_day: date,
    pairs: int,
    draw: Callable[[int], int] = secrets.randbits,
) -> Plan:
    """A plan whose assignments are drawn: of each pair of units a fair coin says which comes
    first.

    `draw` gives so many random bits; `ExperimentError` where the plan could not tell anything.
    """
    refuse_pairs(unit, pairs)
    bits = draw(pairs)
    firsts = [bool(bits >> pair & 1) for pair in range(pairs)]
    return Plan(
        experiment_id=f"{first_day.isoformat()}-{secrets.token_hex(4)}",
        user_id=user_id,
        name=safe_text(name, LONGEST_NAME, "name"),
        unit=unit,
        outcome=measure.column,
        lag_days=lag_of(measure),
        washout_days=WASHOUT_DAYS[unit],
        first_day=first_day,
        arms=tuple(arm for first in firsts for arm in (first, not first)),
        made_at=datetime.now(UTC),
        nonce=secrets.token_hex(16),
    )


def refuse_pairs(unit: Unit, pairs: int) -> None:
    """Raise `ExperimentError` for a plan that cannot reach p ≤ 0.05, or is longer than the lake
    looks back."""
    if pairs < FEWEST_PAIRS:
        raise ExperimentError(
            f"{pairs} pairs of {unit}s cannot tell anything: the smallest p that they can reach is "
            f"{probability_text(smallest_p(max(pairs, 1)))}, and {ALPHA} is asked for. It takes "
            f"{FEWEST_PAIRS} pairs at least"
        )
    if pairs > MOST_PAIRS[unit]:
        raise ExperimentError(
            f"{pairs} pairs of {unit}s are more than the {MOST_PAIRS[unit]} that the lake looks "
            "back on: take fewer, or days in the place of weeks"
        )


def first_day_of(unit: Unit, today: date, week_ends_on: int, asked: date | None) -> date:
    """The day on which a plan begins: tomorrow, or with the next whole week, or as `asked`.

    `week_ends_on` is the weekday on which a week ends, 0 for Monday. `ExperimentError` for a day
    that is over, or on which no week begins.
    """
    if asked is None:
        tomorrow = today + timedelta(1)
        return week_begin(tomorrow, week_ends_on) if unit == "week" else tomorrow
    if asked < today:
        raise ExperimentError(f"{asked} is over: an experiment is drawn before it begins")
    if asked > today + timedelta(LONGEST_WAIT_DAYS):
        raise ExperimentError(f"{asked} is more than a year away: begin sooner")
    begin = week_begin(asked, week_ends_on)
    if unit == "week" and begin != asked:
        raise ExperimentError(
            f"no week begins on {asked}: the next one does on {begin} (BIO_WEEK_ENDS_ON says how "
            "weeks end)"
        )
    return asked


def week_begin(day: date, week_ends_on: int) -> date:
    """The first day, from `day` on, with which a whole week begins."""
    return day + timedelta((week_ends_on + 1 - day.weekday()) % 7)


def safe_text(text: str, longest: int, what: str) -> str:
    """A person's words on one line; `ExperimentError` where they are empty, too long, or hold what
    would command a terminal or turn a line around."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if not plain:
        raise ExperimentError(f"the {what} is empty: say what it is, in a few words")
    if len(plain) > longest:
        raise ExperimentError(f"the {what} has {len(plain)} characters; {longest} is the most")
    if any(is_control(character) for character in plain):
        raise ExperimentError(f"the {what} has characters that cannot be printed: leave them out")
    return plain


def is_control(character: str) -> bool:
    """Whether a character commands a terminal, is never printed or turns a line around."""
    is_unprintable = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
    return is_unprintable or unicodedata.bidirectional(character) in TURNING


def past_differences(
    unit: Unit, measure: Measure, outcomes: Mapping[date, float], today: date
) -> Differences:
    """The differences between units that followed each other in the last 180 days, begun on every
    day: what a pair comes to without an intervention."""
    lag, washout, length = lag_of(measure), WASHOUT_DAYS[unit], UNIT_DAYS[unit]
    found = []
    for back in range(PAST_DAYS, 2 * length - 1, -1):
        begin = today - timedelta(back)
        first, second = (
            unit_mean(begin + timedelta(number * length), length, lag, washout, outcomes)
            for number in (0, 1)
        )
        found += [] if first is None or second is None else [second - first]
    return np.array(found, dtype=np.float64)


def detectable_difference(plan: Plan, outcomes: Mapping[date, float], today: date) -> float | None:
    """The difference that a plan finds with a chance of 80 %, by simulation on the person's own
    last 180 days; None where too little is known of these."""
    past = past_differences(plan.unit, BY_COLUMN[plan.outcome], outcomes, today)
    if len(past) < FEWEST_PAST_DIFFERENCES:
        return None
    return detectable(past, plan.pairs, seed=plan.pairs)
