"""An intent in words: what a question was taken to mean."""

from __future__ import annotations

from datetime import date

from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent
from bio_lakehouse.ask.planning.lexicon import WORKOUTS, Lexicon
from bio_lakehouse.english import WEEKDAYS, dated, inner, listed, span
from bio_lakehouse.numbers import short_text

_TAKEN = {
    "avg": "mean",
    "sum": "total",
    "median": "median",
    "min": "lowest",
    "max": "highest",
    "count": "number of",
    "stddev": "standard deviation of",
}
_COMPARED = {"=": "is", "<": "below", "<=": "at most", ">": "above", ">=": "at least"}


def reading_of(intent: Intent, lexicon: Lexicon) -> str:
    """`mean readiness, 16–22 November 2026`."""
    asked = _asked(intent, lexicon)
    if intent.ask == "mean of groups":
        asked = f"mean of the {asked}"
    parts = [asked, *(_condition(each, lexicon) for each in intent.conditions)]
    if intent.weekdays:
        parts.append(f"on {listed([WEEKDAYS[number - 1] + 's' for number in intent.weekdays])}")
    if intent.group and intent.ask in {"groups", "mean of groups"}:
        parts.append(f"by {intent.group.replace('_', ' ')}")
    if intent.sides:
        parts.append(" against ".join(side.label for side in intent.sides))
    days = days_of(intent.first, intent.last)
    return ", ".join([*parts, days] if days else parts)


def days_of(first: date | None, last: date | None) -> str:
    """The days in words; empty for all of them."""
    if first and last:
        return dated(first) if first == last else span(first, last)
    if first:
        return f"since {dated(first)}"
    return f"up to {dated(last)}" if last else ""


def _asked(intent: Intent, lexicon: Lexicon) -> str:
    if intent.ask == "kinds":
        return f"number of different {intent.columns[0].replace('_', ' ')}s"
    if intent.ask == "coverage":
        return "first and last day with data"
    if intent.ask == "share":
        return "share of days"
    figures = [_figure(figure, lexicon) for figure in intent.figures]
    figures += [column.replace("_", " ") for column in intent.columns] if not figures else []
    named = listed(figures)
    thing = "workouts" if intent.dataset == WORKOUTS else "days"
    if intent.ask == "count" or not named:
        return f"number of {intent.counted}" if intent.ask != "rows" else thing
    if intent.ask == "extreme":
        return f"{'highest' if intent.order == 'desc' else 'lowest'} {named}"
    if intent.ask == "latest":
        return f"{'newest' if intent.order != 'asc' else 'first'} {named}"
    return named


def _figure(figure: Figure, lexicon: Lexicon) -> str:
    title = inner(lexicon.metrics[figure.metric].title)
    taken = _TAKEN.get(figure.aggregation, "")
    return f"{taken} {title}" if taken else title


def _condition(condition: Condition, lexicon: Lexicon) -> str:
    metric = lexicon.metrics.get(condition.metric)
    name = inner(metric.title) if metric else condition.column.replace("_", " ")
    if condition.operator == "known":
        return f"{name} known"
    if condition.operator == "between":
        low, high = condition.values
        return f"{name} from {short_text(float(low))} to {short_text(float(high))}"
    if not metric and condition.words:
        return condition.words
    if condition.operator in {"in", "contains"} or not metric:
        return f"{name} {listed([str(value) for value in condition.values], 'or')}"
    value = condition.values[0]
    shown = short_text(value) if isinstance(value, float) else str(value)
    return f"{name} {_COMPARED.get(condition.operator, condition.operator)} {shown}"
