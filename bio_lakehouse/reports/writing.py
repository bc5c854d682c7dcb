"""The report's text: Claude's where there is a key, kept beside the page, so that the same facts
cost only once."""

from __future__ import annotations

import logging
from dataclasses import replace

from bio_lakehouse.claude.access import ClaudeAccess, preview_access
from bio_lakehouse.lake.objects import ObjectStore
from bio_lakehouse.narrative.claude_writer import writer_for
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.prompt import egress
from bio_lakehouse.narrative.writer import Narrative, from_json, to_json
from bio_lakehouse.settings import Settings

logger = logging.getLogger(__name__)

NOT_ASKED = (
    "what Claude chose to say of this week does not hold for these figures, and it was not asked "
    "again"
)


def narrative_of(
    objects: ObjectStore, key: str, facts: Facts, access: ClaudeAccess | None
) -> Narrative:
    """The text of these facts: of what Claude chose of the very same ones before, kept under `key`,
    else a new one.

    With no `access` nothing is sent, and what was kept is used all the same; where it is of other
    facts, the new text says that Claude was not asked. What fixed rules choose is not kept. Where
    they stand in for Claude, a warning says why.
    """
    was_kept = objects.exists(key)
    kept = from_json(objects.get(key), facts) if was_kept else None
    if kept is not None:
        return kept
    written = writer_for(access).write(facts)
    if written.author == "Claude":
        objects.put(key, to_json(written).encode())
    if written.reason:
        logger.warning("A report's text was chosen by fixed rules: %s.", written.reason)
    if was_kept and access is None:
        return replace(written, reason=NOT_ASKED)
    return written


def would_send(facts: Facts, settings: Settings) -> str:
    """The body of the request to Anthropic that a report of these facts makes, to the byte. Nothing
    is sent."""
    return egress(facts, preview_access(settings))
