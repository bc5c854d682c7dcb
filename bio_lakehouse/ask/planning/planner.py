"""The planner: a question to a plan by the semantic model alone, without a language model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan, Shape
from bio_lakehouse.ask.planning import (
    data_questions,
    declining,
    follow_up,
    intent_sql,
    merging,
    question_words,
    time_phrases,
)
from bio_lakehouse.ask.planning import lexicon as lexicons
from bio_lakehouse.ask.planning.intent import Intent, as_json, from_json
from bio_lakehouse.ask.planning.intent_reading import reading_of
from bio_lakehouse.ask.planning.lexicon import Lexicon
from bio_lakehouse.ask.planning.nearest import nearest
from bio_lakehouse.ask.planning.question_parts import Mention, Parts, take_apart
from bio_lakehouse.ask.planning.reading_rules import NotUnderstood
from bio_lakehouse.ask.planning.time_phrases import Calendar, Period
from bio_lakehouse.ask.planning.understanding import Understood, understand
from bio_lakehouse.ask.planning.words import without_why
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
from bio_lakehouse.english import MONTHS, capital, span
from bio_lakehouse.settings import WEEKDAYS

NOTHING = (
    "That was no question; ask about a figure and days, such as “average readiness last week”."
)
CLAIM = (
    "Whether one thing goes with another, or becomes better, is told from the findings, and I have "
    "none that this question is about."
)
JUDGEMENT = (
    "I can show what was measured, but not judge whether it is good or enough. Ask for the figure "
    "itself."
)
WHY = "Why something happened is not in the data; ask what was measured instead."


def plan(question: str, model: SemanticModel, circumstances: Circumstances) -> Plan | NoPlan:
    """What a question asks for, as one SELECT; or a sentence that says why it was not understood,
    with the nearest questions that are."""
    refusal = declining.declined(question)
    if refusal:
        return refusal
    lexicon = lexicons.of(model)
    parts = take_apart(question, lexicon, _calendar(circumstances))
    reason = _out_of_reach(parts)
    first = without_why(question)
    if first and reason == WHY:
        return _without_reason(first, model, circumstances)
    if reason:
        return _not_understood(question, reason, model)
    understood = _understood(parts, model, lexicon, circumstances)
    if isinstance(understood, NotUnderstood):
        if first:
            return _without_reason(first, model, circumstances)
        return (
            _two(question, model, circumstances)
            or _vague(parts)
            or _refused(question, understood, model)
        )
    return _planned(understood, model, lexicon, circumstances)


def _without_reason(
    question: str, model: SemanticModel, circumstances: Circumstances
) -> Plan | NoPlan:
    """The first half of `the worst day, and why`, with the word that the other cannot be told."""
    found = verified(question, model, circumstances) or plan(question, model, circumstances)
    if isinstance(found, NoPlan):
        return found
    return replace(found, assumptions=(*found.assumptions, WHY))


def verified(
    question: str,
    model: SemanticModel,
    circumstances: Circumstances,
    of: Sequence[VerifiedQuestion] | None = None,
) -> Plan | None:
    """The verified question that this one is, but for case, slips of the keyboard and days; None
    where it is none of them. It is one `of` those given, of the model's own when None."""
    lexicon = lexicons.of(model)
    calendar = _calendar(circumstances)
    asked = take_apart(question, lexicon, calendar)
    known = model.verified if of is None else tuple(of)
    found = _keys(known, lexicon, replace(calendar, before=None)).get(_without_days(asked))
    return _same_question(asked, *found, lexicon, calendar) if found else None


def _calendar(circumstances: Circumstances) -> Calendar:
    before = circumstances.before.covers if circumstances.before else None
    ends_on = WEEKDAYS.index(circumstances.week_ends_on) + 1
    return Calendar(circumstances.today, ends_on, before)


def _out_of_reach(parts: Parts) -> str | None:
    """Why a question is not for the planner, whatever figures it names."""
    words = [word for word in parts.words if word != "?"]
    if not words:
        return NOTHING
    named = {
        place
        for mention in parts.mentions
        if _is_name(mention, words)
        for place in range(mention.start, mention.end)
    }
    free = [word for place, word in enumerate(parts.words) if place not in named]
    if "why" in free and not (data_questions.is_missing(parts) or {"recommend"} & _stems(words)):
        return WHY
    claims = question_words.CLAIMS
    if len(parts.phrases) > 1 and {"than", "or"} & set(words):
        claims -= question_words.COMPARATIVES
    if any(word in claims for word in free):
        return CLAIM
    if {"did", "was", "intensity"} & set(words):
        free = [word for word in free if not word.startswith("recommend")]
    if any(word in question_words.JUDGED for word in free):
        return JUDGEMENT
    absent = [word for word in free if word in question_words.NOT_MEASURED]
    if absent:
        return f"Nothing here measures “{absent[0]}”."
    return None


def _is_name(mention: Mention, words: Sequence[str]) -> bool:
    """Whether a phrase names something, whatever its words say alone; `getting better` is a class
    of weeks only where weeks are spoken of."""
    if len(mention.words.split()) == 1 and mention.of("role"):
        return False
    if {"correlation", "correlations"} & set(mention.words.split()):
        return False
    is_of_weeks = mention.meanings and mention.meanings[0].dataset == "weekly_trends"
    is_claim = bool(set(mention.words.split()) & question_words.CLAIMS)
    has_weeks = bool({"week", "weeks", "weekly", "trend", "trends"} & set(words))
    return not (is_of_weeks and is_claim) or has_weeks


def _stems(words: Sequence[str]) -> set[str]:
    return {word.removesuffix("ed").removesuffix("ation") for word in words}


def _understood(
    parts: Parts, model: SemanticModel, lexicon: Lexicon, circumstances: Circumstances
) -> Understood | NotUnderstood:
    before = from_json(circumstances.before.intent) if circumstances.before else None
    if before:
        followed = follow_up.understand(parts, before, model, lexicon)
        if followed and _can_be_joined(followed.intent, model):
            return followed
    return understand(parts, model, lexicon)


def _can_be_joined(intent: Intent, model: SemanticModel) -> bool:
    """Whether every condition's dataset has the days by which it is joined."""
    sides = [condition for side in intent.sides for condition in side.conditions]
    others = {c.dataset for c in (*intent.conditions, *sides)} - {intent.dataset}
    datasets = [intent.dataset, *others] if others else []
    return all("day" in model.datasets[name].fields for name in datasets)


def _refused(question: str, reason: NotUnderstood, model: SemanticModel) -> NoPlan:
    if reason.meanings:
        return NoPlan("ambiguous", reason.sentence, reason.meanings)
    return _not_understood(question, reason.sentence, model)


def _not_understood(question: str, sentence: str, model: SemanticModel) -> NoPlan:
    offers = nearest(question, (known.question for known in model.verified))
    return NoPlan("not understood", sentence, offers)


_WELL = question_words.words_of(
    """doing well good bad off okay ok fine great healthy wrecked tired numbers stats status
    summary overview today yesterday everything feeling ready rested shape up going progress
    all data news"""
)


def _vague(parts: Parts) -> NoPlan | None:
    """A question that names no figure at all is asked back."""
    is_named = any(
        m.of("metric") or m.of("value") or m.of("field") or m.options for m in parts.mentions
    )
    rest = {parts.words[place] for place in parts.unused}
    if is_named or parts.numbers or not rest <= _WELL or len(parts.words) > 9:
        return None
    days = next((f" {p.words}" for p in _periods(parts)), "")
    prefix = "in" if days and days.split()[0] in _MONTHS else ""
    days = f" {prefix}{days}" if prefix else days
    names = ("average readiness", "average sleep score")
    offers = tuple(f"What was my {name}{days}?" for name in names)
    return NoPlan(
        "ambiguous", "Which figure is meant: readiness, sleep, activity or workouts?", offers
    )


_MONTHS = frozenset(month.casefold() for month in MONTHS)
_PARTING = re.compile(
    r"\?\s+(?=\S)|;\s+|,?\s+and\s+(?=(?:also\s+)?(?:what|how|when|which|did|show|where|who|list)\b)"
    r"|\.\s+(?=\S)|,\s+(?=(?:also|what|how|when|which)\b)",
    re.I,
)


def _two(question: str, model: SemanticModel, circumstances: Circumstances) -> Plan | NoPlan | None:
    """Two questions in one: one statement where it can tell both, else one at a time."""
    parts = [part.strip(" ?") for part in _PARTING.split(question) if part and part.strip(" ?")]
    if len(parts) != 2:
        return None
    lexicon = lexicons.of(model)
    calendar = _calendar(circumstances)
    taken = [take_apart(part, lexicon, calendar) for part in parts]
    understood = [understand(each, model, lexicon) for each in taken]
    one, other = understood
    if isinstance(one, NotUnderstood) or isinstance(other, NotUnderstood):
        return None
    if any(_out_of_reach(each) for each in taken):
        return None
    both = merging.merged(one, other, lexicon)
    if both:
        return _planned(both, model, lexicon, circumstances)
    offers = tuple(f"{capital(part)}?" for part in parts)
    return NoPlan("ambiguous", "These are two questions; which one first?", offers)


# A plan of an intent

_SHAPES: dict[str, Shape] = {
    "value": "value",
    "mean of groups": "value",
    "count": "value",
    "share": "value",
    "extreme": "row",
    "latest": "row",
    "groups": "groups",
    "coverage": "row",
    "kinds": "value",
    "rows": "list",
}


def _planned(
    understood: Understood, model: SemanticModel, lexicon: Lexicon, circumstances: Circumstances
) -> Plan:
    intent = understood.intent
    calendar = _calendar(circumstances)
    statement = intent_sql.statement(intent, model, lexicon, calendar.week_ends_on)
    return Plan(
        sql=statement.sql,
        reading=reading_of(intent, lexicon),
        shape=_shape(intent),
        source="semantic model",
        confidence="medium" if understood.guesses else "high",
        covers=_covers(intent, circumstances),
        assumptions=tuple(dict.fromkeys((*understood.guesses, *understood.notes))),
        metrics=statement.metrics,
        intent=as_json(intent),
    )


def _shape(intent: Intent) -> Shape:
    if intent.sides:
        return "comparison"
    if intent.ask == "groups" and intent.group in {"week", "month", "quarter", "year"}:
        return "series" if not intent.limit else "row"
    if intent.ask == "rows" and intent.first and intent.first == intent.last:
        return "row" if len(intent.figures) else "list"
    is_whole = not (intent.conditions or intent.order)
    if intent.ask == "rows" and intent.figures and is_whole:
        return "list" if intent.dataset == lexicons.WORKOUTS else "series"
    if intent.ask == "latest" and intent.limit > 1:
        return "list"
    return _SHAPES[intent.ask]


def _covers(intent: Intent, circumstances: Circumstances) -> tuple[date, date] | None:
    """The first and last day that were asked for."""
    sides = [side for side in intent.sides if side.first or side.last]
    firsts = [side.first for side in sides] or [intent.first]
    lasts = [side.last for side in sides] or [intent.last]
    begun = [day for day in firsts if day]
    ended = [day for day in lasts if day]
    if not begun and not ended:
        return None
    last = max(ended) if len(ended) == len(lasts) else circumstances.today
    first = min(begun) if len(begun) == len(firsts) else circumstances.first_day
    return min(first or last, last), last


# Verified questions


_SMALL = question_words.SKIPPED | question_words.COURTESY | {"?"}
Key = tuple[str, ...]
Known = tuple[VerifiedQuestion, str]
_KEYS: list[tuple[tuple[VerifiedQuestion, ...], date, dict[Key, Known]]] = []


def _keys(
    known: tuple[VerifiedQuestion, ...], lexicon: Lexicon, calendar: Calendar
) -> dict[Key, Known]:
    """Verified questions by their words without days, each with the words that it has them of;
    made once a day for each set of them."""
    for made_of, day, keys in _KEYS:
        if made_of is known and day == calendar.today:
            return keys
    keys = {}
    for each in known:
        for said in (each.question, *each.paraphrases):
            keys.setdefault(_without_days(take_apart(said, lexicon, calendar)), (each, said))
    _KEYS[:] = [(known, calendar.today, keys), *_KEYS[:3]]
    return keys


def _same_question(
    asked: Parts, known: VerifiedQuestion, said: str, lexicon: Lexicon, calendar: Calendar
) -> Plan | None:
    periods = _periods(asked)
    if known.needs_days:
        is_one = len(periods) == len(asked.phrases) == 1
        return _verified_plan(known, periods[0], asked) if is_one else None
    of_known = take_apart(said, lexicon, replace(calendar, before=None))
    if _said_days(asked) == _said_days(of_known):
        return _verified_plan(known, None, asked)
    return None


def _without_days(parts: Parts) -> tuple[str, ...]:
    """A question's words as they are compared, each phrase of time as one word."""
    starts = {phrase.start: phrase.end for phrase in parts.phrases}
    inside = {n for start, end in starts.items() for n in range(start, end)}
    found = []
    for place, word in enumerate(parts.words):
        if place in starts:
            found.append("<days>")
        elif place not in inside and word not in _SMALL:
            found.append(lexicons.word_compared(word))
    return tuple(found)


def _periods(parts: Parts) -> list[Period]:
    return [phrase.meaning for phrase in parts.phrases if isinstance(phrase.meaning, Period)]


def _said_days(parts: Parts) -> list[time_phrases.Meaning]:
    return [phrase.meaning for phrase in parts.phrases]


def _verified_plan(known: VerifiedQuestion, period: Period | None, asked: Parts) -> Plan | None:
    sql = known.sql
    covers = None
    notes: Sequence[str] = ()
    if period:
        if period.first is None or period.last is None:
            return None
        sql = known.filled(period.first, period.last)
        covers = (period.first, period.last)
        notes = tuple(_filled(period.guess, period.note))
    slips = (f"“{one}” was read as “{other}”." for one, other in asked.slips)
    return Plan(
        sql=sql,
        reading=", ".join(
            _filled(known.reading or known.question, span(*covers) if covers else "")
        ),
        shape=known.shape,
        source="verified question",
        covers=covers,
        assumptions=(*known.assumptions, *notes, *slips),
        metrics=known.metrics,
        verified_by=known.verified_by,
        verified_on=known.verified_on,
    )


def _filled(*texts: str) -> Iterator[str]:
    yield from (text for text in texts if text)
