"""The questions of the evaluation, each with what is right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from bio_lakehouse import safe_yaml
from bio_lakehouse.errors import BioLakehouseError

Part = Literal["open", "held-out"]
Behaviour = Literal["decline", "refuse", "ask back"]
FILES: dict[Part, str] = {"open": "questions.yaml", "held-out": "held_out.yaml"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is right.

    `gold` are statements of which any one has the right rows, in their order where `ordered`;
    `findings` (`insight/finding`) those of `gold.insights` that answer it as well. `behaviour` says
    how it must be met instead: `decline` (a question for a doctor), `refuse` (not in the data), or
    `ask back`, where an answer that says what it assumed is right too. `after` is the question
    that comes before it.
    """

    id: str
    kind: str
    question: str
    part: Part = "open"
    gold: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    behaviour: Behaviour | None = None
    after: str | None = None
    ordered: bool = False

    @property
    def has_answer(self) -> bool:
        """Whether it has an answer, so that a refusal of it is a loss."""
        return self.behaviour is None


@lru_cache
def questions_of(part: Part) -> tuple[Question, ...]:
    """The questions of a part, in the order of their file."""
    text = files(__package__).joinpath(FILES[part]).read_text("utf-8")
    return tuple(_question(entry, part) for entry in safe_yaml.load(text))


def _question(entry: dict[str, Any], part: Part) -> Question:
    lists = {name: tuple(entry.get(name, ())) for name in ("gold", "findings")}
    question = Question(**entry | lists, part=part)
    says_what_is_right = question.gold or question.findings or question.behaviour
    if not says_what_is_right:
        raise BioLakehouseError(f"the question {question.id!r} does not say what is right")
    return question
