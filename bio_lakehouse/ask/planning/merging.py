"""Two intents as one, where the same rows tell both."""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.ask.planning.intent import Figure, Intent
from bio_lakehouse.ask.planning.lexicon import DAILY, WORKOUTS, Lexicon
from bio_lakehouse.ask.planning.understanding import Understood


def merged(one: Understood, other: Understood, lexicon: Lexicon) -> Understood | None:
    """Both on the days that either names; None where one row cannot tell both."""
    first, second = _of_days(one.intent), _of_days(other.intent)
    days = {(i.first, i.last) for i in (first, second)} - {(None, None)}
    if len(days) > 1 or first.weekdays != second.weekdays:
        return None
    shapes = {first.ask, second.ask}
    if shapes == {"latest", "rows"}:
        first, second = _on_days(first), _on_days(second)
    same = (first.ask, first.conditions, first.group, first.sides) == (
        second.ask, second.conditions, second.group, second.sides,
    )  # fmt: skip
    if not same or first.ask not in {"value", "rows"} or first.group or first.sides:
        return None
    both = _on_one(first, second, lexicon)
    if both is None:
        return None
    begin, end = days.pop() if days else (None, None)
    return Understood(
        replace(both, first=begin, last=end),
        (*one.periods, *other.periods),
        (*one.notes, *other.notes),
        (*one.guesses, *other.guesses, *_same_days(one, other)),
    )


def _same_days(one: Understood, other: Understood) -> tuple[str, ...]:
    if bool(one.periods) == bool(other.periods):
        return ()
    return ("The days that are named were taken for both questions.",)


def _of_days(intent: Intent) -> Intent:
    """A count of all workouts as the sum of the days' workouts."""
    if intent.ask == "count" and intent.dataset == WORKOUTS and not intent.conditions:
        return replace(intent, ask="value", dataset=DAILY, figures=(Figure("workouts", "sum"),))
    return intent


def _on_days(intent: Intent) -> Intent:
    return replace(intent, ask="rows", order="", limit=0)


def _on_one(first: Intent, second: Intent, lexicon: Lexicon) -> Intent | None:
    """Both on the dataset that has the figures and columns of each."""
    for target in dict.fromkeys((first.dataset, second.dataset)):
        figures = []
        for intent in (first, second):
            figures += [_in(figure, target, lexicon) for figure in intent.figures]
        columns = dict.fromkeys((*first.columns, *second.columns))
        on_other = [i for i in (first, second) if i.columns and i.dataset != target]
        if all(figures) and not on_other:
            kept = dict.fromkeys(figure for figure in figures if figure)
            return replace(first, dataset=target, figures=tuple(kept), columns=tuple(columns))
    return None


def _in(figure: Figure, dataset: str, lexicon: Lexicon) -> Figure | None:
    metric = lexicon.metrics[figure.metric]
    if metric.dataset == dataset:
        return figure
    own = f"{dataset}.{metric.column}"
    return replace(figure, metric=own) if own in lexicon.metrics and not metric.condition else None
