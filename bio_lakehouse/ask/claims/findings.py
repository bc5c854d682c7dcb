"""Questions whether something holds are answered from what the insights found, looked for and did
not find: never from a bare correlation of the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from bio_lakehouse.ask.claims import finding_queries
from bio_lakehouse.ask.claims.claim_kinds import (
    COLUMNS,
    INTENSITY_IMPACT,
    SLEEP_READINESS,
    TITLES,
    TRENDING,
    WORKOUT_RECOVERY,
    Claim,
    Kind,
)
from bio_lakehouse.ask.claims.claim_recognition import STRETCH, claim_in
from bio_lakehouse.ask.claims.claim_words import READINESS, Words, words_of
from bio_lakehouse.ask.claims.claim_words import SUBJECTS as SUBJECT_WORDS
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning.words import without_why
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.english import capital, listed
from bio_lakehouse.gold.measures import MEASURES

CLAIM = "claim"
"""Where a plan's intent keeps what was asked."""

OFFERS = (
    "Does my sleep affect my readiness?",
    "Does a hard workout affect my readiness?",
    "Which kinds of workout go with my readiness the next day?",
    "Is my readiness improving?",
)
TESTED_HERE = (
    "What is tested here is readiness of the next day: with the sleep score, with each kind of "
    "workout against rest, and with output."
)
OUTCOMES = {
    "readiness": "readiness",
    "sleep": "sleep",
    "HRV": "hrv",
    "resting heart rate": "resting-heart-rate",
    "time asleep": "time-asleep",
    "the activity score": "activity",
}
"""Outcomes that an experiment can have, as the command calls them."""
_MEASURED = (*TRENDING, *COLUMNS, "watts", "fitness", "parts of sleep")
MEASURED = {phrase for subject in _MEASURED for phrase in SUBJECT_WORDS.get(subject, ())} | {
    *TITLES.values()
}
"""What cannot be assigned to a week, as it is only measured."""
NOT_CHOSEN = frozenset(
    (
        *("period", "stress", "stressed", "weather", "heat", "humidity", "moon", "season", "work"),
        *("weekend", "weekends", "weekday", "weekdays", "kids", "baby", "mood", "anxiety", "job"),
        *("energy", "energetic", "energized"),
        *("age", "weight", "glucose", "cortisol", "pregnancy", "menstruation", "noise", "altitude"),
    )
)
"""What nobody decides on from one week to the next."""
MEDICINES = frozenset({"medication", "medicine", "pill", "pills", "melatonin", "cbd", "cannabis"})
OWN_WINDOW = "Findings look at a window of days of their own, whatever stretch is asked."
NOT_THAT_DAY = "Why a single day was as it was is not known: this is what goes with readiness."
LONG_FOLLOW_UP = 6
"""Words from which a question stands for itself."""


def plan(question: str, model: SemanticModel, circumstances: Circumstances) -> Plan | NoPlan | None:
    """A question whether something holds as a SELECT over the findings; a NoPlan that says so for
    what no insight looks at; None for any other question,
    such as one for a figure that goes on with `and why`.

    `circumstances` gives today and the plan before it, of which `and HRV?` goes on.
    """
    plain = without_why(question)
    if plain and claim_in(words_of(plain)) is None:
        return None
    first, *others = _questions_in(question)
    if others and claim_in(words_of(first)):
        answered = _planned(first, circumstances)
        return _with_left_out(answered, others) if isinstance(answered, Plan) else answered
    if any(claim_in(words_of(other)) for other in others):
        offers = tuple(f"{capital(one)}?" for one in (first, *others))
        return NoPlan("ambiguous", "These are several questions; which one first?", offers)
    return _planned(question, circumstances)


def _planned(question: str, circumstances: Circumstances) -> Plan | NoPlan | None:
    words = words_of(question)
    claim = claim_in(words) or _follow_up(words, circumstances.before)
    if claim is None:
        return None
    if claim.kind == "untested" or (claim.kind == "tried" and {*claim.untested} <= NOT_CHOSEN):
        return _untested(claim)
    as_of = min(circumstances.today, circumstances.newest_day or circumstances.today)
    is_of_today = claim.kind in ("tomorrow", "forecast worth", "experiment", "tried")
    last = circumstances.today if is_of_today else as_of
    said = assumptions(claim, words)
    is_of_other_days = not {OWN_WINDOW, NOT_THAT_DAY, *_OF_NEWEST.values()}.isdisjoint(said)
    return Plan(
        sql=QUERIES[claim.kind](claim, last),
        reading=reading(claim),
        shape="finding",
        source="findings",
        confidence="medium" if is_of_other_days else "high",
        assumptions=said,
        intent={CLAIM: _as_json(claim), "today": circumstances.today.isoformat()},
    )


_PARTING = re.compile(
    r"(?:[?.;]\s+|,?\s+(?:and|also|plus)\s+)(?=(?:how|what|when|which|who|show|list|give|is|are|was|"
    r"does|do|did|am|should|will|why|can|compare)\b)",
    re.IGNORECASE,
)
FEWEST_WORDS = 3
"""Words of which a question of its own has at least so many."""


def _questions_in(question: str) -> list[str]:
    """The questions that a text holds: one, unless each part could stand alone."""
    parts = [part.strip(" ?.,;") for part in _PARTING.split(question)]
    is_several = all(len(part.split()) >= FEWEST_WORDS for part in parts)
    return parts if is_several and len(parts) > 1 else [question]


def _with_left_out(plan: Plan, others: Sequence[str]) -> Plan:
    named = listed([f"“{other}”" for other in others])
    said = f"These are several questions and this answers the first; ask {named} by itself."
    return replace(plan, assumptions=(*plan.assumptions, said))


QUERIES: Mapping[Kind, Callable[[Claim, date], str]] = {
    "relation": finding_queries.relation,
    "best workout": finding_queries.best_workout,
    "overtraining": finding_queries.overtraining,
    "trend": finding_queries.trend,
    "fitness": finding_queries.trend,
    "week": finding_queries.week,
    "experiment": finding_queries.experiment,
    "tomorrow": finding_queries.tomorrow,
    "forecast worth": finding_queries.tomorrow,
    "tried": finding_queries.tried,
    "unusual": finding_queries.unusual,
    "advice": finding_queries.advice,
}


def claim_of(made: Plan) -> Claim | None:
    """What a plan of this module was asked; None for any other plan."""
    kept = made.intent.get(CLAIM)
    if not isinstance(kept, Mapping):
        return None
    looked_up = tuple((str(insight), str(finding)) for insight, finding in kept["looked_up"])
    lists = {name: tuple(kept[name]) for name in ("columns", "untested")}
    return Claim(**{**kept, **lists, "looked_up": looked_up})


def _as_json(claim: Claim) -> dict[str, Any]:
    kept = asdict(claim)
    return kept | {
        "looked_up": [list(pair) for pair in claim.looked_up],
        "columns": list(claim.columns),
        "untested": list(claim.untested),
    }


def _follow_up(words: Words, before: Plan | None) -> Claim | None:
    """`And HRV?` after a trend, `what about yoga` after a relation."""
    earlier = claim_of(before) if before else None
    if earlier is None or len(words.words) > LONG_FOLLOW_UP or not words.subjects:
        return None
    if words.words[0] not in ("and", "or", "also", "what", "how"):
        return None
    if earlier.kind in ("trend", "week"):
        return claim_in(words_of(f"is my {' '.join(words.words)} improving"))
    if earlier.kind == "relation" and READINESS not in words.subjects:
        return claim_in(words_of(f"does {' '.join(words.words)} affect my readiness"))
    return None


def _untested(claim: Claim) -> NoPlan:
    """What no insight looks at, what they do look at, and how an experiment would tell."""
    if claim.outcome == "tomorrow":
        named = listed([_title(column) for column in claim.untested])
        sentence = f"Only readiness is forecast, not {named}."
        return NoPlan("declined", sentence, ("What will my readiness be tomorrow?",))
    if bounds := bounds_text(claim):
        named = listed(claim.untested)
        sentence = (
            f"What goes with readiness is tested over all days; days {bounds} are not tested alone."
        )
        return NoPlan("declined", sentence, (f"Does {named} affect my readiness?",))
    return NoPlan("declined", untested_sentence(claim), OFFERS)


def untested_sentence(claim: Claim) -> str:
    """That no insight looks at something, what they look at, and how an experiment would tell."""
    return f"{_pair(claim)} {TESTED_HERE} {_how_to_try(claim)}"


def _pair(claim: Claim) -> str:
    outcome = claim.outcome
    if not claim.untested:
        return f"No insight looks at what {outcome or 'that'} goes with, so nothing is claimed."
    named = listed([f"“{one}”" for one in claim.untested])
    if not outcome:
        return f"What goes with {named} is not tested here."
    go = "go" if len(claim.untested) > 1 else "goes"
    return (
        f"Whether {named} {go} with “{outcome}” is not tested here, and two figures that move "
        "together on some days would not show it."
    )


def _how_to_try(claim: Claim) -> str:
    """That an experiment would tell, and how it is begun."""
    column = OUTCOMES.get(claim.outcome)
    outcome = f" --outcome {column}" if column else ""
    own = [one for one in claim.untested if one not in MEASURED | NOT_CHOSEN]
    tried = " ".join(own) or "what you want to try"
    if not MEDICINES.isdisjoint(tried.split()):
        return "What to take is a question for a doctor or a pharmacist."
    return (
        "An experiment of your own, in which chance decides in which weeks you do something, can "
        f'tell: `bio-lakehouse experiment start "{tried}"{outcome}`.'
    )


def reading(claim: Claim) -> str:
    """What a question was taken to mean, in words."""
    if claim.kind == "relation":
        return f"what was looked for and found of {_looked_up_text(claim)}"
    if claim.kind == "best workout":
        return f"kinds of workout and readiness of the next day{_on_days(claim)}"
    if claim.kind == "tried":
        return f"your own experiments with {listed(claim.untested)}"
    named = listed([_title(column) for column in claim.columns])
    return READINGS[claim.kind].format(named=named or "each measure")


READINGS: Mapping[Kind, str] = {
    "overtraining": "what was seen of readiness and training load in the newest days",
    "trend": "the last month of {named} beside the first, and the newest week",
    "fitness": "training load, {named} of the last month beside the first",
    "week": "whether the newest week of {named} moved",
    "experiment": "what came of your own experiments",
    "tomorrow": "the newest forecast of readiness",
    "forecast worth": "what past forecasts of readiness missed by",
    "unusual": "days that stood out",
    "advice": "what the rules recommend for the newest day, and what was seen",
}
SUBJECTS = {
    SLEEP_READINESS: "sleep and readiness",
    WORKOUT_RECOVERY: "workouts and readiness of the next day",
    INTENSITY_IMPACT: "output and readiness of the next day",
}


def _looked_up_text(claim: Claim) -> str:
    insights = dict.fromkeys(insight for insight, _ in claim.looked_up)
    return listed([SUBJECTS[insight] for insight in insights])


def _on_days(claim: Claim) -> str:
    bounds = bounds_text(claim)
    return f", on days {bounds}" if bounds else ""


def bounds_text(claim: Claim) -> str:
    """`with readiness below 75`; empty where all days are asked about."""
    if claim.below is not None:
        return f"with readiness below {claim.below}"
    return "" if claim.from_ is None else f"with readiness of {claim.from_} or more"


_ONE_DAY = (
    r"on \d+(?:st|nd|rd|th)?|on \w+ \d+|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|"
    r"today|this morning"
)
"""A single day that a question names."""
_OF_NEWEST: Mapping[Kind, str] = {
    "overtraining": "What was seen is of the newest days, whatever stretch is asked.",
    "unusual": "Days that stand out are looked for in a window of their own, whatever is asked.",
}


_NEXT_DAY = "next|following|day after|tomorrow"


def assumptions(claim: Claim, words: Words) -> tuple[str, ...]:
    """What a question left open, and how it was read."""
    found: list[str] = []
    insights = {insight for insight, _ in claim.looked_up}
    if claim.kind == "relation" and SLEEP_READINESS in insights:
        found.append("Sleep is read as the sleep score of the night.")
    if claim.kind == "relation" and not words.has(_NEXT_DAY):
        found.append("Readiness is read as that of the next day, which is what is tested.")
    if claim.kind == "best workout":
        found.append("“Best” is read as followed by a higher readiness on the next day.")
    is_of_months = claim.kind in ("relation", "trend", "fitness", "best workout")
    if is_of_months and words.has(STRETCH):
        found.append(OWN_WINDOW)
    elif claim.kind == "relation" and words.has(_ONE_DAY):
        found.append(NOT_THAT_DAY)
    if claim.kind in _OF_NEWEST and words.has(STRETCH):
        found.append(_OF_NEWEST[claim.kind])
    if claim.kind == "trend" and not _columns_named(words):
        found.append("Nothing was named, so the measures of recovery are shown.")
    return tuple(found)


def _columns_named(words: Words) -> bool:
    return bool(words.subjects)


def _title(column: str) -> str:
    return next(
        (one.in_sentence for one in MEASURES if one.key == column), column.replace("_", " ")
    )
