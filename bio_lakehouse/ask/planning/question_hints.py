"""Hints beside figures: an instructor's name, a unit, the morning after a night, tomorrow."""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.ask.planning import naming, question_words
from bio_lakehouse.ask.planning.draft import Draft
from bio_lakehouse.ask.planning.intent import Condition
from bio_lakehouse.ask.planning.lexicon import WORKOUTS
from bio_lakehouse.ask.planning.naming import is_workout_noun
from bio_lakehouse.ask.planning.reading_rules import (
    AS_WORKOUT,
    UNIT_OF,
    Stop,
)
from bio_lakehouse.ask.planning.time_phrases import Unresolved
from bio_lakehouse.english import capital, inner, listed

MINUTES = {"minutes", "mins"}
KILOMETERS = {"km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"}
PER_HOUR = {"kmh", "kph"}
FITTING = {"unit_hours": {"h"}, "unit_percent": {"%"}, "unit_minutes": {"h", "min"}}

_CALLED = {"named", "called", "name", "whose", "is"}
"""Words before a name that are none of it."""
_NO_NAMES = question_words.words_of(
    """minute minutes hour hours length duration distance time count number size speed month week
    year day weekday type kind title instructor me myself friends others"""
)
"""Words that are nobody's name: `types by minutes`."""


def check_periods(draft: Draft) -> None:
    for phrase in draft.parts.phrases:
        meaning = phrase.meaning
        if not isinstance(meaning, Unresolved):
            continue
        if meaning.words.startswith("tomorrow") and _as_forecast(draft):
            continue
        raise Stop(meaning.sentence, meaning.meanings)


def _as_forecast(draft: Draft) -> bool:
    """`What will my readiness be tomorrow` asks for the forecast."""
    forecast = draft.lexicon.metrics.get(naming.FORECAST)
    names = [metric.name for _, metric in draft.figures]
    if forecast is None or names not in (["readiness"], [naming.FORECAST]):
        return False
    draft.figures[0] = (draft.figures[0][0], forecast)
    return True


def name_instructor(draft: Draft) -> None:
    """`rides with Jules`: unknown words just after `with` or `by` name an instructor."""
    words, unused = draft.parts.words, list(draft.parts.unused)
    is_about = draft.is_about_workouts or any(is_workout_noun(m) for m in draft.parts.mentions)
    is_about = is_about or any(m.column in AS_WORKOUT for _, m in draft.figures)
    if not is_about or not unused:
        return
    start = unused[0]
    run = [place for place in unused if place - start == unused.index(place)]
    before = words[start - 1] if start else ""
    is_name = all(words[place].isalpha() for place in run) and len(run) <= 3
    is_name = is_name and not {"or", "vs", "not"} & {words[place] for place in run}
    if run != unused or not is_name or before not in {"with", "by", "instructor", "from", "coach"}:
        return
    name = " ".join(words[place] for place in run if words[place] not in _CALLED)
    if not name or not _NO_NAMES.isdisjoint(name.split()):
        return
    draft.parts = replace(draft.parts, unused=())
    condition = Condition(
        WORKOUTS, "instructor_name", "contains", (name,), words=f"instructor {name}"
    )
    draft.conditions.append(condition)
    draft.guesses.append(f"“{name}” was read as an instructor's name.")
    for mention in draft.parts.mentions:
        if mention.end == start and mention.role == "by":
            draft.take(mention)
    for mention, meaning in list(draft.fields):
        if meaning.column == "instructor_name":
            draft.take(mention)
            draft.fields.remove((mention, meaning))


def find_units(draft: Draft) -> None:
    """`in minutes`, `in km`: the unit in which the figures are shown as well."""
    words = draft.parts.words
    said = set(words)
    if said & MINUTES:
        draft.unit = "minutes"
    elif said & {"hours", "hrs"}:
        draft.unit = "hours"
    if said & (KILOMETERS | PER_HOUR):
        place = next(n for n, word in enumerate(words) if word in KILOMETERS | PER_HOUR)
        is_speed = said & PER_HOUR or words[place + 1 : place + 2] in (("h",), ("per",))
        draft.unit = "km_h" if is_speed else "km"
    mentions = [m for m in draft.parts.mentions if m.role.startswith("unit_")]
    own = {metric.unit for _, metric in draft.figures}
    if mentions and not own and draft.unit in {"km", "km_h"}:
        metric = draft.lexicon.metrics["distance" if draft.unit == "km" else "speed"]
        draft.figures.append((mentions[0], metric))
        own = {metric.unit}
    if draft.unit == "minutes" and own and own <= {"h", "min"}:
        draft.ignored |= MINUTES
    for mention in mentions:
        fitting = FITTING.get(mention.role) or {UNIT_OF.get(draft.unit, ""), "mph"}
        if own and own <= fitting:
            draft.take(mention)


def take_nights(draft: Draft) -> None:
    """The morning after a night is the day under which the night is filed."""
    nights = list(draft.roles("night"))
    for mention in list(draft.roles("after")):
        is_night = any(0 <= night.start - mention.end <= 1 for night in nights) or any(
            0 <= each.start - mention.end <= 1 and {"night", "nights"} & set(each.words.split())
            for each, _ in draft.values
        )
        if is_night:
            draft.take(mention)
            draft.guesses.append("A night is filed under the morning on which it ends.")


def check_meanings(draft: Draft) -> None:
    """A word with several meanings, of which nothing chooses one, is asked back."""
    for mention in draft.parts.mentions:
        is_named = any(mention is each for each, _ in draft.figures)
        if mention.options and mention.start not in draft.taken and not is_named:
            metrics = [draft.lexicon.metrics[name] for name in mention.options]
            titles = [inner(metric.title) for metric in metrics]
            words = draft.parts.words
            before, after = words[: mention.start], words[mention.end :]
            meanings = tuple(
                capital(" ".join((*before, title, *after))).replace(" ?", "?") for title in titles
            )
            told = listed(titles, "or")
            raise Stop(f"“{capital(mention.words)}” may be {told}; which is meant?", meanings)
