"""An evaluation as tables for people: one with a column for each model, and one for each model with
a row for each part and kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich import box
from rich.table import Table

from bio_lakehouse.ask.evaluation.evaluate import Runs
from bio_lakehouse.ask.evaluation.judging import Outcome
from bio_lakehouse.ask.evaluation.question_results import Result
from bio_lakehouse.ask.evaluation.scores import (
    OUTCOMES,
    Score,
    by_kind,
    by_part,
    by_source,
    score,
)
from bio_lakehouse.claude.usage import spent
from bio_lakehouse.numbers import number_text, seconds_text

UNKNOWN = "–"


def tables(runs: Runs) -> list[Table]:
    """What came of the questions: of each run, and of its parts, kinds and ways of answering."""
    compared = _compared({name: score(results) for name, results in runs.items()})
    return [compared, *(_grouped(name, results) for name, results in runs.items())]


def _compared(scores: Mapping[str, Score]) -> Table:
    """A column for each run."""
    table = _table("What came of the questions", ["", *scores])
    for title, text in FIGURES.items():
        table.add_row(title, *map(text, scores.values()))
    return table


def _count(outcome: Outcome) -> Callable[[Score], str]:
    return lambda one: f"{one.outcomes[outcome]}"


def _cost(one: Score) -> str:
    return spent(one.requests, one.usage, one.cost_usd) if one.requests else "none"


FIGURES: Mapping[str, Callable[[Score], str]] = {
    "questions": lambda one: f"{one.questions}",
    **{outcome: _count(outcome) for outcome in OUTCOMES},
    "answered, of those that have an answer": lambda one: share(one.accepted, one.answerable),
    "right, of the answers": lambda one: share(one.answered_right, one.answered),
    "median time": lambda one: seconds_text(one.median_seconds, 2),
    "worst time": lambda one: seconds_text(one.worst_seconds, 2),
    "sent to models": _cost,
}


def _grouped(name: str, results: Sequence[Result]) -> Table:
    """A row for each part, each kind, and each way in which answers came."""
    head = [name, "all", *OUTCOMES, "% answered", "% of it right"]
    table = _table("By part, by kind, and by who answered", head)
    for groups in (by_part(results), by_kind(results), by_source(results)):
        for group, one in groups.items():
            table.add_row(group, *_cells(one))
        table.add_section()
    return table


def _cells(one: Score) -> list[str]:
    counts = [f"{one.outcomes[outcome] or UNKNOWN}" for outcome in OUTCOMES]
    answered = percent(one.accepted, one.answerable)
    return [f"{one.questions}", *counts, answered, percent(one.answered_right, one.answered)]


def _table(title: str, head: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for name in head:
        first = name == head[0]
        table.add_column(name, justify="left" if first else "right", no_wrap=first)
    return table


def share(count: int, of: int) -> str:
    """`9 of 12 (75 %)`."""
    return f"{count} of {of} ({percent(count, of)} %)" if of else UNKNOWN


def percent(count: int, of: int) -> str:
    """`75`."""
    return number_text(100 * count / of) if of else UNKNOWN
