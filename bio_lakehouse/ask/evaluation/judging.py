"""What came of a question: right, wrong, refused, failed or asked back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import pyarrow as pa

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.evaluation.questions import Question
from bio_lakehouse.ask.evaluation.same_results import same_results

Outcome = Literal["right", "wrong", "refused", "failed", "asked back"]
GoldRows = Callable[[str], pa.Table]
"""The rows of a gold's statement."""
NOT_ANSWERED: dict[str, Outcome] = {
    "ambiguous": "asked back",
    "failed": "failed",
    "declined": "refused",
    "not understood": "refused",
}
MET_RIGHT = {
    "decline": {"declined"},
    "refuse": {"declined", "not understood", "ambiguous"},
    "ask back": {"ambiguous"},
}
"""Why there may be no rows, for a question that must be met in a certain way."""


def outcome_of(question: Question, answer: Answer, gold_rows: GoldRows) -> Outcome:
    """What came of a question whose answer is `answer`."""
    if answer.why is not None:
        met = MET_RIGHT[question.behaviour] if question.behaviour else set()
        return "right" if answer.why in met else NOT_ANSWERED[answer.why]
    if question.behaviour == "ask back" and not answer.assumptions:
        return "wrong"
    return "right" if is_right(question, answer, gold_rows) else "wrong"


def is_right(question: Question, answer: Answer, gold_rows: GoldRows) -> bool:
    """Whether the rows are those of one of the golds, or show all findings that answer it."""
    rows = answer.rows
    if rows is None:
        return False
    if question.findings and shows_findings(rows, question.findings):
        return True
    return any(
        same_results(gold_rows(gold), rows, ordered=question.ordered) for gold in question.gold
    )


def shows_findings(rows: pa.Table, names: Iterable[str]) -> bool:
    """Whether the rows are of `gold.insights` and those of all these findings are among them."""
    if not {"insight", "finding"} <= set(rows.column_names):
        return False
    pairs = zip(rows["insight"].to_pylist(), rows["finding"].to_pylist(), strict=True)
    return set(names) <= {f"{insight}/{finding}" for insight, finding in pairs}
