"""What came of a question: right, wrong, refused, failed or asked back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

import pyarrow as pa

from bio_lakehouse.ask.answer import Answer
from bio_lakehouse.ask.evaluation.questions import Question
from bio_lakehouse.ask.evaluation.same_results import same_results

Outcome = Literal["right", "wrong", "refused", "failed", "asked back"]
GoldRows = Callable[[str], pa.Table]
"""The rows of a gold's statement."""
NEWEST_FINDINGS = (
    "SELECT insight, finding, narrative FROM bio_gold.insights "
    "WHERE day = (SELECT max(day) FROM bio_gold.insights)"
)
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
    if question.findings and shows_findings(rows, question.findings, gold_rows(NEWEST_FINDINGS)):
        return True
    return any(
        same_results(gold_rows(gold), rows, ordered=question.ordered) for gold in question.gold
    )


def shows_findings(rows: pa.Table, names: Collection[str], findings: pa.Table) -> bool:
    """Whether the rows show all these findings (`insight/finding`): by name, or in their words."""
    cells = {str(cell) for column in rows.columns for cell in column.to_pylist()}
    in_words = {_name(one) for one in findings.to_pylist() if one["narrative"] in cells}
    has_names = {"insight", "finding"} <= set(rows.column_names)
    by_name = set(map(_name, rows.to_pylist())) if has_names else set()
    return set(names) <= in_words | by_name


def _name(finding: Mapping[str, Any]) -> str:
    return f"{finding['insight']}/{finding['finding']}"
