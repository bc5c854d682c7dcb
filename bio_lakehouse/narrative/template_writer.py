"""Chooses the claims by fixed rules: the writer that is always there and sends nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from bio_lakehouse.narrative.claims import STORY, Claim, claim_of, offers_of
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.must_tell import complete, moved_of
from bio_lakehouse.narrative.telling import text_of
from bio_lakehouse.narrative.writer import Narrative

MOST_WORDS = 125
MOST_AS_USUAL = 2
MOST_FINDINGS = 3
MOST_NOT_FOUND = 6


class TemplateWriter:
    """Tells the story, what stood out and moved, the training, then what was looked for."""

    def write(self, facts: Facts) -> Narrative:
        claims = claims_for(facts)
        return Narrative("templates", claims, text_of(claims, facts), facts.version)


def claims_for(facts: Facts) -> tuple[Claim, ...]:
    """What must be told, and of the rest what there is room for, in a fixed order."""
    chosen: list[Claim] = []
    wanted = list(_wanted(facts))
    by_weight = sorted(range(len(wanted)), key=lambda place: _weight(wanted[place], facts))
    kept: set[int] = set()
    for place in by_weight:
        tried = [claim for at, claim in enumerate(wanted) if at in kept | {place}]
        if _words(tried, facts) <= MOST_WORDS:
            kept.add(place)
            chosen = tried
    return complete(chosen, facts)


def _wanted(facts: Facts) -> Iterator[Claim]:
    """Everything worth saying, in the order of a letter."""
    offers = offers_of(facts)
    if "story" in offers:
        yield claim_of("story", [STORY])
    if facts.days:
        yield claim_of("day", offers["day"])
    yield from _measures(facts)
    if "count" in offers:
        yield claim_of("count", offers["count"], emphasis=2)
    rare = [high.id for high in facts.highs if high.since]
    yield from (claim_of("high", [one]) for one in rare[:1])
    yield from (claim_of("finding", [one]) for one in _found(facts))
    looked_for = [one.id for one in facts.findings if one.status == "not found"]
    if looked_for:
        yield claim_of("not_found", looked_for[:MOST_NOT_FOUND], emphasis=0)


def _measures(facts: Facts) -> Iterator[Claim]:
    """What moved; where nothing did, how the first measures stand."""
    moved = moved_of(facts)
    body = [measure for measure in facts.measures if measure.group == "body"]
    tested = [measure.id for measure in body if measure.standing == "usual"]
    levels = [measure.id for measure in body if measure.standing == "untested"]
    if moved:
        yield claim_of("compare", moved)
    elif tested:
        yield claim_of("compare", tested[:MOST_AS_USUAL])
    elif levels:
        yield claim_of("level", levels[:MOST_AS_USUAL])


def _found(facts: Facts) -> list[str]:
    """Some of what was found; which stands first differs from week to week, as findings stay the
    same for months. What is only described stands on its card."""
    found = [one.id for one in facts.findings if one.status == "found" and one.sentence]
    start = crc32(facts.version.encode()) % max(len(found), 1)
    return [*found[start:], *found[:start]][:MOST_FINDINGS]


def _weight(claim: Claim, facts: Facts) -> tuple[int, int]:
    """What is kept first where there is no room for all."""
    order = ("story", "day", "compare", "finding", "count", "level", "not_found", "high")
    is_second = claim.say == "finding" and claim.of != _found(facts)[0]
    return int(is_second), order.index(claim.say)


def _words(claims: list[Claim], facts: Facts) -> int:
    return len(text_of(complete(claims, facts), facts).split())
