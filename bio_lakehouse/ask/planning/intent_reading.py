"""An intent in words: what a question was taken to mean."""

from __future__ import annotations

import re
from datetime import date

from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent
from bio_lakehouse.ask.planning.lexicon import WORKOUTS, Lexicon
from bio_lakehouse.ask.semantics.semantic_model import Metric
from bio_lakehouse.english import WEEKDAYS, dated, inner, listed, proper, span
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
    if intent.ask == "groups" and intent.order and intent.limit:
        asked = f"{'highest' if intent.order == 'desc' else 'lowest'} {asked}"
    parts = [asked, *(_condition(each, lexicon) for each in intent.conditions)]
    if intent.weekdays:
        parts.append(f"on {listed([WEEKDAYS[number - 1] + 's' for number in intent.weekdays])}")
    if intent.group and intent.ask in {"groups", "mean of groups"}:
        parts.append(f"by {intent.group.replace('_', ' ')}")
    if intent.sides:
        parts.append(" against ".join(proper(side.label) for side in intent.sides))
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
    if is_of_workouts_as_such(intent):
        return _workouts_as_such(intent)
    figures = [_figure(figure, lexicon) for figure in intent.figures]
    figures += [column.replace("_", " ") for column in intent.columns] if not figures else []
    named = listed(figures)
    thing = _THINGS.get(intent.dataset, "days")
    if intent.ask == "latest" and not named:
        return f"{'newest' if intent.order != 'asc' else 'first'} {thing.removesuffix('s')}"
    if intent.ask == "count" or not named:
        return f"number of {intent.counted}" if intent.ask != "rows" else thing
    if intent.ask == "extreme":
        return _extreme(intent, lexicon)
    if intent.ask == "latest":
        return f"{'newest' if intent.order != 'asc' else 'first'} {named}"
    return named


_THINGS = {WORKOUTS: "workouts", "gap_ledger": "days without data"}
_DETAILS = {"class_length", "workout_output", "length_minutes", "total_output_kj"}
"""What is shown of workouts where nothing was named."""


def is_of_workouts_as_such(intent: Intent) -> bool:
    """Whether workouts are asked for, and no figure of theirs."""
    named = {*(figure.metric for figure in intent.figures), *intent.columns}
    is_plain = intent.ask in ("rows", "latest") and not intent.order.startswith("desc")
    is_newest = intent.ask == "latest"
    shows_both = len(named & _DETAILS) > 1 and named <= {*_DETAILS, *_compared(intent)}
    return intent.dataset == WORKOUTS and (is_plain or is_newest) and shows_both


def _compared(intent: Intent) -> set[str]:
    """The figures and columns of the conditions, which are shown beside."""
    return {each.metric or each.column for each in intent.conditions}


def _workouts_as_such(intent: Intent) -> str:
    if intent.ask == "rows":
        return "workouts"
    which = "newest" if intent.order != "asc" else "first"
    return f"{which} workout" if intent.limit <= 1 else f"{which} workouts"


_EXTREMES = {"clock": ("earliest", "latest"), "hours": ("shortest", "longest")}
_LENGTH = "length of a "


def _extreme(intent: Intent, lexicon: Lexicon) -> str:
    """`highest output`, `longest time asleep`, `longest workout`, `latest bedtime`."""
    metric = lexicon.metrics[intent.figures[0].metric]
    title, is_high = inner(metric.title), intent.order == "desc"
    form = "hours" if title.startswith(_LENGTH) else metric.form
    words = _EXTREMES.get(form, ("lowest", "highest"))
    if title.startswith("avg "):
        title = f"mean {title.removeprefix('avg ')}"
    title = title.removesuffix(" kj")
    mean = "mean " if metric.is_mean else ""
    return f"{words[is_high]} {mean}{title.removeprefix(_LENGTH)}"


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
        unit = _unit(metric)
        return f"{name} from {short_text(float(low))} to {short_text(float(high))}{unit}"
    if not metric and condition.words:
        return re.sub(r"\bi\b", "I", condition.words)
    if condition.operator in {"in", "contains"} or not metric:
        return f"{name} {listed([str(value) for value in condition.values], 'or')}"
    value = condition.values[0]
    shown = short_text(value) if isinstance(value, float) else str(value)
    compared = _COMPARED.get(condition.operator, condition.operator)
    return f"{name} {compared} {shown}{_unit(metric)}"


def _unit(metric: Metric | None) -> str:
    """` kJ` behind a number, where the figure has a unit that can stand there."""
    unit = metric.written_as.unit if metric else ""
    return f" {unit}" if unit and metric and metric.form in ("number", "hours") else ""
