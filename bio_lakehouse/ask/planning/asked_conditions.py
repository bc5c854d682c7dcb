"""Conditions in a question: `readiness below 70`, `at least 45 minutes`, `more than 10000 steps`,
classes, days of the week."""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.ask.planning.draft import Draft
from bio_lakehouse.ask.planning.intent import Condition, Operator
from bio_lakehouse.ask.planning.lexicon import DAILY, WORKOUTS, Meaning
from bio_lakehouse.ask.planning.naming import LEVELS, SLEEP, TIME_ASLEEP, is_workout_noun
from bio_lakehouse.ask.planning.question_parts import Mention, Number
from bio_lakehouse.ask.semantics.semantic_model import Metric
from bio_lakehouse.numbers import short_text

_OPERATORS: dict[str, Operator] = {
    "above": ">",
    "below": "<",
    "at_least": ">=",
    "at_most": "<=",
    "equal": "=",
    "or_more": ">=",
    "or_less": "<=",
}
_LONGEST_NIGHT = 14


class Unfit(Exception):  # noqa: N818
    """A condition that cannot be meant: the words say which."""


def find(draft: Draft) -> None:
    """Take the conditions on numbers out of the draft, then those on classes."""
    _between(draft)
    _of_fields(draft)
    for number in list(draft.numbers):
        operator = _operator(draft, number)
        if operator:
            _compare(draft, number, operator, (number.value,))
    _lengths(draft)
    _levels(draft)


def _levels(draft: Draft) -> None:
    """`low readiness days` without a number; `low sleep (<80)` with one needs no other class."""
    for mention, metric in draft.figures:
        first = mention.words.split()[0]
        is_said = mention.start in draft.compared
        if first in LEVELS and metric.name == "readiness" and not is_said:
            operator, values = LEVELS[first]
            words = f"{first} readiness"
            draft.conditions.append(
                Condition(metric.dataset, metric.column, operator, values, metric.name, words)
            )
            draft.take(mention)
            draft.compared.append(mention.start)
            draft.guesses.append(f"“{words}” was read as {_TOLD[first]}.")
        if is_said:
            before = [
                each
                for each in draft.parts.mentions
                if each.end == mention.start and each.words in LEVELS
            ]
            draft.values = [value for value in draft.values if value[0] not in before]
            for each in before:
                draft.take(each)


def _of_fields(draft: Draft) -> None:
    """`heart rate zone 4`: a number as a class of the column that is named before it."""
    for mention, meaning in list(draft.fields):
        column = draft.model.datasets[meaning.dataset].fields[meaning.column].column
        for number in list(draft.numbers):
            if number.start == mention.end and column.type == "int" and not number.unit:
                draft.numbers.remove(number)
                draft.fields.remove((mention, meaning))
                draft.take(mention)
                words = f"{mention.words} {short_text(number.value)}"
                draft.conditions.append(
                    Condition(meaning.dataset, meaning.column, "=", (number.value,), words=words)
                )


_TOLD = {"high": "85 or more", "medium": "from 70 to 84", "low": "below 70"}


def _between(draft: Draft) -> None:
    for mention in list(draft.roles("between")):
        following = [number for number in draft.numbers if number.start >= mention.end][:2]
        is_near = len(following) == 2 and following[0].start == mention.end
        if not is_near or following[1].start - following[0].end != 1:
            continue
        draft.take(mention)
        low, high = sorted(number.value for number in following)
        draft.numbers.remove(following[1])
        unit = following[1].unit or following[0].unit
        first = replace(following[0], end=following[1].end, unit=unit)
        draft.numbers[draft.numbers.index(following[0])] = first
        _compare(draft, first, "between", (low, high), mention)


def _operator(draft: Draft, number: Number) -> Operator | None:
    """How a number is compared, by the phrase just before or after it."""
    for mention in list(draft.roles("or_more", "or_less")):
        if 0 <= mention.start - number.end <= 1:
            draft.take(mention)
            return _OPERATORS[mention.role]
    for mention in list(draft.roles(*_OPERATORS)):
        between = draft.parts.words[mention.end : number.start]
        is_before = mention.end <= number.start and set(between) <= {"a", "an", "the", "of", "than"}
        if is_before and mention.role not in {"or_more", "or_less"}:
            draft.take(mention)
            return _OPERATORS[mention.role]
    return None


def _compare(
    draft: Draft,
    number: Number,
    operator: Operator,
    values: tuple[float, ...],
    opening: Mention | None = None,
) -> None:
    found = _figure_near(draft, number, opening)
    if found is None:
        return
    mention, metric = found
    if metric.aggregation == "count" and not draft.sees("week"):
        raise Unfit(f"{metric.title} are counted; they cannot be held against a number here.")
    draft.numbers.remove(number)
    metric, scaled = _scaled(draft, metric, mention, number, values)
    words = f"{metric.title} {operator} {' and '.join(map(short_text, values))}"
    condition = Condition(
        metric.dataset, metric.column, operator, scaled, metric=metric.name, words=words
    )
    condition = _as_drop(mention, condition)
    if mention.role != "night":
        draft.take(mention)
    draft.conditions.append(condition)
    draft.compared.append(mention.start)


_DROPS = {"drop", "dropped", "drops", "fell", "fall", "decline", "declined", "dip", "dipped"}


def _as_drop(mention: Mention, condition: Condition) -> Condition:
    """`readiness dropped more than 10` is a change below -10."""
    is_change = condition.column.endswith(("_delta", "_change")) or "vs_3day" in condition.column
    if not (is_change and _DROPS & set(mention.words.split())):
        return condition
    turned: dict[Operator, Operator] = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
    values = tuple(-float(value) for value in condition.values)
    return replace(
        condition, operator=turned.get(condition.operator, condition.operator), values=values
    )


def _figure_near(
    draft: Draft, number: Number, opening: Mention | None
) -> tuple[Mention, Metric] | None:
    """The figure just after a number (`more than 10000 steps`), else the nearest before it."""
    nouns = _workouts_after(draft, number)
    if nouns:
        return nouns
    words = draft.parts.words
    after = [
        (m, f)
        for m, f in draft.figures
        if m.start >= number.end and set(words[number.end : m.start]) <= {"of"}
    ]
    if number.end - number.start == 2:
        after += [(m, f) for m, f in draft.figures if m.start == number.end - 1]
    if after:
        return after[0]
    start = opening.start if opening else number.start
    before = [(m, f) for m, f in draft.figures if m.end <= start and m.start not in draft.compared]
    if before:
        return before[-1]
    return _by_unit(draft, number)


def _workouts_after(draft: Draft, number: Number) -> tuple[Mention, Metric] | None:
    """`at least 2 workouts` compares a day's workouts."""
    metric = draft.lexicon.metrics.get("workouts")
    for mention in draft.parts.mentions:
        if metric and mention.start == number.end and is_workout_noun(mention):
            return mention, metric
    return None


def _by_unit(draft: Draft, number: Number) -> tuple[Mention, Metric] | None:
    """`rides over 45 minutes` compares their length."""
    length = draft.lexicon.metrics.get("class_length")
    asleep = draft.lexicon.metrics.get(TIME_ASLEEP)
    for mention in draft.parts.mentions:
        if asleep and mention.role == "night" and number.unit == "h":
            return mention, asleep
        is_workout = is_workout_noun(mention) or any(
            meaning.dataset == WORKOUTS for meaning in mention.of("value")
        )
        if is_workout and number.unit in {"min", "h"} and length:
            return mention, length
    return None


def _scaled(
    draft: Draft, metric: Metric, mention: Mention, number: Number, values: tuple[float, ...]
) -> tuple[Metric, tuple[float, ...]]:
    """The values in the metric's own unit."""
    hours = draft.lexicon.metrics.get(TIME_ASLEEP)
    is_sleep = metric.name == SLEEP and "score" not in mention.words
    is_short = number.unit in {"h", "min"} or max(values) <= _LONGEST_NIGHT
    if is_sleep and hours and is_short:
        metric = hours
    unit = metric.unit
    if not number.unit or number.unit == unit or (number.unit == "steps" and "step" in metric.name):
        return metric, values
    if unit == "h" and number.unit == "min":
        return metric, tuple(value / 60 for value in values)
    if unit == "min" and number.unit == "h":
        return metric, tuple(value * 60 for value in values)
    if unit in {"mi/h", "mph"} and number.unit == "mph":
        return metric, values
    if unit == "h" and metric.form == "hours":
        return metric, values
    raise Unfit(f"{metric.title} is not counted in {number.unit or 'that'}.")


def _is_of_workouts(mention: Mention) -> bool:
    datasets = {meaning.dataset for meaning in mention.of("value")}
    return is_workout_noun(mention) or WORKOUTS in datasets


def _lengths(draft: Draft) -> None:
    """`30 minute rides`, `45 min classes` are of that length."""
    length = draft.lexicon.metrics.get("class_length")
    for number in list(draft.numbers):
        following = [m for m in draft.parts.mentions if 0 <= m.start - number.end <= 1]
        is_workout = any(map(_is_of_workouts, following))
        if length and number.unit == "min" and is_workout:
            draft.numbers.remove(number)
            draft.conditions.append(
                Condition(
                    length.dataset,
                    length.column,
                    "=",
                    (number.value,),
                    metric=length.name,
                    words=f"{short_text(number.value)} minutes long",
                )
            )


def of_value(draft: Draft, mention: Mention, meaning: Meaning) -> Condition:
    """A class as a condition: `yoga`, `peak energy`, `rest days`."""
    column = draft.model.datasets[meaning.dataset].fields[meaning.column].column
    value: str | bool | float = meaning.value
    if column.type == "boolean":
        value = meaning.value.casefold() == "true"
    elif column.type in {"int", "long", "double"}:
        value = float(meaning.value)
    return Condition(meaning.dataset, meaning.column, "=", (value,), words=mention.words)


def is_daily(condition: Condition) -> bool:
    return condition.dataset == DAILY
