"""Claude chooses the claims, code writes them, and fixed rules stand in: a narrative comes out
within bounded time, always."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.claude.prices import cost_of
from bio_lakehouse.claude.request import Request
from bio_lakehouse.claude.transport import ask
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.narrative.claims import Claim, ClaimsError, claims_in, offers_of
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.must_tell import complete
from bio_lakehouse.narrative.prompt import prompt_of
from bio_lakehouse.narrative.telling import text_of
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.narrative.writer import Narrative, Writer

MOST_TRIES = 2
INVALID = "what Claude answered was not of the schema, twice"


def writer_for(access: ClaudeAccess | None) -> Writer:
    """Claude's writer with leave to ask, else the templates, which import and send nothing."""
    return TemplateWriter() if access is None else ClaudeWriter(access)


class ClaudeFailed(Exception):  # noqa: N818
    """Claude chose nothing that can be told; the message is fit to be shown."""


@dataclass(frozen=True, slots=True)
class ClaudeWriter:
    """Asks Claude, once more where its answer is not of the schema, then leaves it to the
    templates."""

    access: ClaudeAccess

    def write(self, facts: Facts) -> Narrative:
        if not offers_of(facts):
            return TemplateWriter().write(facts)
        attempt = _Attempt(self.access, facts, time.monotonic() + self.access.seconds)
        try:
            claims = attempt.claims()
        except ClaudeFailed as failure:
            return self._from_templates(facts, attempt, str(failure))
        text = text_of(complete(claims, facts), facts)
        return Narrative("Claude", claims, text, **self._account(facts, attempt))

    def _from_templates(self, facts: Facts, attempt: _Attempt, reason: str) -> Narrative:
        written = TemplateWriter().write(facts)
        account = self._account(facts, attempt)
        return Narrative("templates", written.claims, written.text, reason=reason, **account)

    def _account(self, facts: Facts, attempt: _Attempt) -> dict[str, Any]:
        return {
            "facts_version": facts.version,
            "model": self.access.model,
            "tries": len(attempt.used),
            "usage": sum(attempt.used, Usage()),
            "cost_usd": cost_of(attempt.used, self.access.model, self.access.prices),
        }


@dataclass(slots=True)
class _Attempt:
    """The requests of one narrative, and what each used up."""

    access: ClaudeAccess
    facts: Facts
    deadline: float
    used: list[Usage] = field(default_factory=list)

    def claims(self) -> tuple[Claim, ...]:
        """Claims that can be said of the facts; raises `ClaudeFailed`."""
        objection = ""
        while len(self.used) < MOST_TRIES:
            answer = self._answer(prompt_of(self.facts, self.access, objection))
            try:
                return claims_in(answer, self.facts)
            except ClaimsError as error:
                objection = str(error)
        raise ClaudeFailed(INVALID)

    def _answer(self, request: Request) -> str:
        answer = ask(self.access, request, self.deadline)
        self.used.append(answer.usage)
        if answer.failure:
            raise ClaudeFailed(answer.failure)
        return answer.text
