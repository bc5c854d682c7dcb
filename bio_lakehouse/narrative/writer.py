"""What every writer of narratives offers, and what a written narrative says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bio_lakehouse.claude.usage import Usage, spent
from bio_lakehouse.narrative.claims import Claim, claims_from
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.must_tell import complete
from bio_lakehouse.narrative.telling import text_of

Author = Literal["Claude", "templates"]
KEPT = ("author", "facts_version", "model", "tries", "cost_usd")


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text that code made of claims, and how it came to be.

    `claims` are those of the writer, `text` says them and what must be told besides (empty when
    nothing is known of the week). `facts_version` names the facts that it tells. `tries` counts the
    requests to Claude, `cost_usd` is None when no price is known, `reason` says why templates
    stepped in for Claude (empty when they did not).
    """

    author: Author
    claims: tuple[Claim, ...]
    text: str
    facts_version: str
    model: str | None = None
    tries: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    reason: str = ""

    @property
    def note(self) -> str:
        """Who chose what it says and what that cost, in one sentence or two."""
        spent_on_it = spent(self.tries, self.usage, self.cost_usd)
        if self.author == "Claude":
            return f"Chosen by Claude ({self.model}) in {spent_on_it}; written by code."
        if not self.reason:
            return "Chosen by fixed rules, written by code."
        asked = f" Asking Claude ({self.model}) took {spent_on_it}." if self.tries else ""
        return f"Chosen by fixed rules: {self.reason}.{asked}"


class Writer(Protocol):
    """Writes a narrative of facts; raises nothing for a service that fails."""

    def write(self, facts: Facts) -> Narrative: ...


def to_json(narrative: Narrative) -> str:
    """The narrative's claims as JSON, to be kept beside a report; its text is made of them anew."""
    kept = {name: getattr(narrative, name) for name in KEPT}
    usage = {name: getattr(narrative.usage, name) for name in Usage.__dataclass_fields__}
    claims = [claim.as_json() for claim in narrative.claims]
    return json.dumps({**kept, "usage": usage, "claims": claims}, indent=1)


def from_json(kept: str | bytes, facts: Facts) -> Narrative | None:
    """A kept narrative of the very same facts; None when the facts have changed, when its claims
    cannot be said of them, and for a text that an earlier version kept.

    With it a report that is made again says the same and costs nothing.
    """
    try:
        fields: dict[str, Any] = json.loads(kept)
        return _restored(fields, facts)
    except (ValueError, TypeError, KeyError):
        return None


def _restored(fields: Mapping[str, Any], facts: Facts) -> Narrative | None:
    if fields["facts_version"] != facts.version:
        return None
    claims, usage = claims_from(fields["claims"], facts), Usage(**fields["usage"])
    text = text_of(complete(claims, facts), facts)
    own = {name: fields[name] for name in KEPT}
    return Narrative(**own, claims=claims, usage=usage, text=text)
