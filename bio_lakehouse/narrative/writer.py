"""What every writer of narratives offers, and what a written narrative says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from bio_lakehouse.claude.usage import Usage, spent
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.gate import objections
from bio_lakehouse.narrative.placeholders import fill

Author = Literal["Claude", "templates"]


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text that has passed the gate, and how it came to be.

    `draft` has placeholders, `text` their values (empty when nothing is known of the week).
    `facts_version` names the facts that it tells. `tries` counts the requests to Claude, `cost_usd`
    is None when no price is known, `reason` says why templates stepped in for Claude (empty when
    they did not), `refused` are the gate's objections on the way.
    """

    author: Author
    draft: str
    text: str
    facts_version: str
    model: str | None = None
    tries: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    reason: str = ""
    refused: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Who wrote it and what it cost, in one sentence or two."""
        spent_on_it = spent(self.tries, self.usage, self.cost_usd)
        if self.author == "Claude":
            return f"Written by Claude ({self.model}) in {spent_on_it}."
        if not self.reason:
            return "Written from templates."
        asked = f" Asking Claude ({self.model}) took {spent_on_it}." if self.tries else ""
        return f"Written from templates: {self.reason}.{asked}"


class Writer(Protocol):
    """Writes a narrative of facts; raises nothing for a service that fails."""

    def write(self, facts: Facts) -> Narrative: ...


def to_json(narrative: Narrative) -> str:
    """The narrative as JSON, to be kept beside a report."""
    return json.dumps(asdict(narrative) | {"text": None}, indent=1)


def from_json(kept: str | bytes, facts: Facts) -> Narrative | None:
    """A kept narrative of the very same facts, gated again; None when the facts have changed or it
    does not hold.

    With it a report that is made again says the same and costs nothing.
    """
    try:
        fields: dict[str, Any] = json.loads(kept)
        return _restored(fields, facts)
    except (ValueError, TypeError, KeyError):
        return None


def _restored(fields: Mapping[str, Any], facts: Facts) -> Narrative | None:
    draft = fields["draft"]
    if fields["facts_version"] != facts.version or (draft and objections(draft, facts)):
        return None
    usage, refused = Usage(**fields["usage"]), tuple(fields["refused"])
    return Narrative(**{**fields, "usage": usage, "refused": refused, "text": fill(draft, facts)})
