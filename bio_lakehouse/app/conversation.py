"""Questions and answers as the page Ask shows them, and who reads the questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.answers.answer_columns import AnswerColumn, columns_of
from bio_lakehouse.ask.answers.answer_table import said_twice
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.ask.translation import language_models
from bio_lakehouse.ask.translation.leave import leave_to_ask
from bio_lakehouse.engines.plain_rows import distinct_names
from bio_lakehouse.numbers import NO_VALUE
from bio_lakehouse.settings import Settings

if TYPE_CHECKING:
    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.ask.translation.language_models import LanguageModel

EXAMPLES = (
    "What was my average readiness score last week?",
    "Am I overtraining?",
    "Compare my weekday and weekend sleep",
    "What is my best workout type when readiness is below 75?",
    "How many workouts did I do this month?",
    "Show me days where my readiness dropped below 70",
)
"""What somebody may ask who does not know what can be asked."""
MOST_ROWS = 1_000
"""Rows of an answer that the page shows."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the questions: a language model, where there is leave; or could, with leave."""

    model: LanguageModel | None
    could: LanguageModel | None
    was_asked: bool

    @property
    def is_offered(self) -> bool:
        """Whether nobody has said yet if questions may go there."""
        return self.model is None and self.could is not None and not self.was_asked


def reader_of(settings: Settings) -> Reader:
    """Who reads questions of this home."""
    could = language_models.candidate(settings)
    leave = leave_to_ask(settings.home, could.address) if could else None
    return Reader(language_models.chosen(settings), could, leave is not None)


def would_leave(asking: Asking, user_id: str, model: LanguageModel) -> str:
    """What the first example would send, in words and to the letter; nothing is sent."""
    return asking.what_is_sent(EXAMPLES[0], user_id, model)


def last_plan(answers: Sequence[Answer]) -> Plan | None:
    """What the next question may go on from: the newest one that was answered."""
    return next((one.plan for one in reversed(answers) if one.why is None), None)


def styled(answer: Answer, asking: Asking) -> Any:
    """The rows as a table whose values are written as everywhere, and sort as numbers."""
    rows = answer.rows
    assert rows is not None
    metrics = answer.plan.metrics if answer.plan else {}
    columns = columns_of(rows, asking.checked(answer.sql), asking.model, metrics)
    own = distinct_names(rows.column_names)
    twice = said_twice(own)
    names = [name.replace("_", " ") for name in own]
    frame = rows.slice(0, MOST_ROWS).rename_columns(names).to_pandas()
    written = {
        name: writer(column)
        for name, column, known in zip(names, columns, own, strict=True)
        if known not in twice
    }
    return frame[list(written)].style.format(written, na_rep=NO_VALUE)


def writer(column: AnswerColumn) -> Callable[[Any], str]:
    """What writes a column's values, those that are unknown too."""

    def written(value: Any) -> str:
        return NO_VALUE if pd.isna(value) else column.cell(plain(value))

    return written


def plain(value: Any) -> Any:
    """A value of pandas or NumPy as Python's own."""
    return value.item() if hasattr(value, "item") else value
