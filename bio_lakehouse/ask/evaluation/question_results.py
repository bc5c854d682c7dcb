"""Putting the evaluation's questions to a lake, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bio_lakehouse.ask.evaluation.judging import GoldRows, Outcome, outcome_of

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.answer import Answer
    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.ask.evaluation.questions import Question

Progress = Callable[[int, int], None]
"""Told a question's number from 1, and how many there are."""


@dataclass(frozen=True, slots=True)
class Result:
    """A question, its answer, and whether that is right."""

    question: Question
    answer: Answer
    outcome: Outcome

    @property
    def is_accepted(self) -> bool:
        """Whether it was answered, rightly or wrongly."""
        return self.answer.why is None

    @property
    def answered_by(self) -> str:
        """Who answered: a model by its name, else the way that the answer came; empty where nobody
        did."""
        if not self.is_accepted:
            return ""
        by_model = self.answer.source == "language model"
        return self.answer.model if by_model else self.answer.source or ""


def results(
    asking: Asking, questions: Iterable[Question], user_id: str, progress: Progress
) -> Iterator[Result]:
    """Each question's result, in order."""
    all_of_them = tuple(questions)
    gold_rows = golds_of(asking, user_id)
    for number, question in enumerate(all_of_them, start=1):
        progress(number, len(all_of_them))
        answer = answered(asking, question, user_id)
        yield Result(question, answer, outcome_of(question, answer, gold_rows))


def answered(asking: Asking, question: Question, user_id: str) -> Answer:
    """The answer to a question, asked after the one that it goes on from."""
    before = asking.ask(question.after, user_id).plan if question.after else None
    return asking.ask(question.question, user_id, before)


def golds_of(asking: Asking, user_id: str) -> GoldRows:
    """What gives the rows of a gold, each found once."""

    @cache
    def rows(sql: str) -> pa.Table:
        return asking.engine.query(sql, user_id)

    return rows
