"""A question to one SELECT by a language model: checked, tried on an engine without a row, and
repaired at most twice; a plan or a sentence comes out within bounded time, always.

What a model may not decide is decided by code: which tables there are, whose rows they are, what
counts as a claim, and which days an answer covers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bio_lakehouse.ask.answers.statement_reading import reading_of
from bio_lakehouse.ask.answers.statement_shape import shape_of
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.planning import declining
from bio_lakehouse.ask.semantics.model_text import with_hint
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
from bio_lakehouse.ask.translation.language_models import LanguageModel
from bio_lakehouse.ask.translation.model_sql import checked, covered
from bio_lakehouse.ask.translation.translation_prompt import again, content_of, system_of
from bio_lakehouse.ask.translation.translation_reply import Reply, ReplyError, reply_in, schema
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.english import capital
from bio_lakehouse.errors import BioLakehouseError, QueryError

MOST_TRIES = 3
"""The first, and two repairs."""
MOST_OFFERS = 3
OF_A_CLAIM = (
    "Whether one thing affects another, or which is best, is told only from what was tested over "
    "your days, and none of the tests is about this. Ask for the figures themselves instead, such "
    "as an average by group."
)
UNREADABLE = "The statement could not be read here; write it more plainly."
TrySql = Callable[[str], None]
"""Raises QueryError for a statement that the engine cannot bind."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What came of a question, and what all its tries used up. `model` is who read it."""

    plan: Plan | NoPlan
    model: str
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    tries: int = 0


def translate(
    question: str,
    model: SemanticModel,
    circumstances: Circumstances,
    language_model: LanguageModel,
    try_sql: TrySql,
    examples: Sequence[VerifiedQuestion] = (),
) -> Translation:
    """The plan that `language_model` has for a question, or why there is none, in a sentence.

    `try_sql` binds a statement without a row of anybody, so that nothing of the person's data is
    in what it says, which is sent back for a repair. `examples` are the nearest verified
    questions. Raises nothing for whatever a model or its server does; `BioLakehouseError` where
    the home's own files are damaged.
    """
    attempt = _Attempt(question, model, circumstances, language_model, try_sql, examples)
    plan = attempt.plan()
    cost = language_model.cost(attempt.used) if attempt.used else None
    usage = sum(attempt.used, Usage())
    return Translation(plan, language_model.name, usage, cost, len(attempt.used))


class _Failed(Exception):  # noqa: N818 - what it is
    """No reply came; the message is fit to be shown."""


@dataclass(slots=True)
class _Attempt:
    """The requests of one question, and what each used up."""

    question: str
    model: SemanticModel
    circumstances: Circumstances
    language_model: LanguageModel
    try_sql: TrySql
    examples: Sequence[VerifiedQuestion]
    used: list[Usage] = field(default_factory=list)

    def plan(self) -> Plan | NoPlan:
        content = [content_of(self.question, self.circumstances, self.examples)]
        deadline = time.monotonic() + self.language_model.seconds
        objection = ""
        while len(self.used) < MOST_TRIES:
            sql = ""
            try:
                reply = reply_in(self._answer(content, deadline))
                sql = reply.sql
                return self._plan_of(reply)
            except _Failed as failure:
                return self._no_plan(f"{capital(str(failure)).rstrip('.')}.")
            except (ReplyError, QueryError) as error:
                objection = with_hint(str(error), self.model)
                content.append(again(sql, objection))
            except BioLakehouseError:
                raise  # The home is damaged, which no other statement mends.
            except Exception:  # noqa: BLE001 - whatever a statement does to what reads it
                objection = UNREADABLE
                content.append(again(sql, objection))
        return self._no_plan(self._given_up(objection))

    def _answer(self, content: Sequence[str], deadline: float) -> str:
        if time.monotonic() >= deadline:
            raise _Failed(f"{self.language_model.company} did not answer in time")
        system = system_of(self.model)
        answer = self.language_model.answer(system, content, schema(), deadline)
        self.used.append(answer.usage)
        if answer.failure:
            raise _Failed(answer.failure)
        return answer.text

    def _plan_of(self, reply: Reply) -> Plan | NoPlan:
        if reply.outcome != "answer":
            return self._without_statement(reply)
        query = checked(reply, self.model)
        covers = covered(reply, query, self.circumstances)
        self.try_sql(reply.sql)
        return Plan(
            reply.sql,
            reading_of(query, covers, self.model),
            shape_of(query),
            "language model",
            reply.confidence,
            covers,
            reply.assumptions,
            explanation=reply.explanation,
        )

    def _without_statement(self, reply: Reply) -> NoPlan:
        name = self.language_model.name
        if reply.outcome == "claim":
            return NoPlan("declined", OF_A_CLAIM, self._offers())
        if reply.outcome == "medical":
            return NoPlan("declined", declining.SENTENCE, declining.OFFERS)
        if reply.outcome == "ask back":
            return NoPlan("ambiguous", _quoted(f"{name} asks back", reply.why), reply.choices)
        missing = _quoted(f"{name} found nothing in the lake that answers this", reply.why)
        return NoPlan("not understood", missing, self._offers())

    def _given_up(self, objection: str) -> str:
        tries = len(self.used)
        return (
            f"{self.language_model.name} was asked {tries} times and gave no statement that can be "
            f"run: {objection.rstrip('.')}."
        )

    def _no_plan(self, sentence: str) -> NoPlan:
        return NoPlan("failed", sentence, self._offers())

    def _offers(self) -> tuple[str, ...]:
        return tuple(example.question for example in self.examples[:MOST_OFFERS])


def _quoted(before: str, words: str) -> str:
    """A model's words as its own."""
    return f"{before}: “{words}”" if words else f"{before}."
