"""Claude writes, the gate judges, and the templates stand in: a narrative comes out within bounded
time, always."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.claude.prices import cost_of
from bio_lakehouse.claude.request import Request
from bio_lakehouse.claude.transport import ask
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.gate import Objection, objections
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.prompt import prompt_of
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.narrative.writer import Narrative, Writer

MOST_TRIES = 2
MOST_OBJECTIONS = 30


def writer_for(access: ClaudeAccess | None) -> Writer:
    """Claude's writer with leave to ask, else the templates, which import and send nothing."""
    return TemplateWriter() if access is None else ClaudeWriter(access)


class ClaudeFailed(Exception):  # noqa: N818
    """Claude gave no text that holds; the message is fit to be shown."""


@dataclass(frozen=True, slots=True)
class ClaudeWriter:
    """Asks Claude, once more with the gate's objections, then leaves it to the templates."""

    access: ClaudeAccess

    def write(self, facts: Facts) -> Narrative:
        if facts.is_empty:
            return TemplateWriter().write(facts)
        attempt = _Attempt(self.access, facts, time.monotonic() + self.access.seconds)
        try:
            draft = attempt.draft()
        except ClaudeFailed as failure:
            return self._from_templates(facts, attempt, str(failure))
        return Narrative(
            author="Claude", draft=draft, text=fill(draft, facts), **self._account(facts, attempt)
        )

    def _from_templates(self, facts: Facts, attempt: _Attempt, reason: str) -> Narrative:
        written = TemplateWriter().write(facts)
        account = self._account(facts, attempt)
        return Narrative(
            author="templates", draft=written.draft, text=written.text, reason=reason, **account
        )

    def _account(self, facts: Facts, attempt: _Attempt) -> dict[str, Any]:
        return {
            "facts_version": facts.version,
            "model": self.access.model,
            "tries": len(attempt.used),
            "usage": sum(attempt.used, Usage()),
            "cost_usd": cost_of(attempt.used, self.access.model, self.access.prices),
            "refused": tuple(map(str, attempt.refused)),
        }


@dataclass(slots=True)
class _Attempt:
    """The requests of one narrative, and what each used up."""

    access: ClaudeAccess
    facts: Facts
    deadline: float
    used: list[Usage] = field(default_factory=list)
    refused: list[Objection] = field(default_factory=list)

    def draft(self) -> str:
        """A text that passed the gate; raises `ClaudeFailed`."""
        text, objected = "", tuple[Objection, ...]()
        while len(self.used) < MOST_TRIES:
            request = prompt_of(self.facts, self.access, text, objected[:MOST_OBJECTIONS])
            text = self._answer(request)
            objected = objections(text, self.facts)
            if not objected:
                return text
            self.refused += objected
        raise ClaudeFailed("the gate refused what Claude wrote, twice")

    def _answer(self, request: Request) -> str:
        answer = ask(self.access, request, self.deadline)
        self.used.append(answer.usage)
        if answer.failure:
            raise ClaudeFailed(answer.failure)
        return answer.text
