"""What a text must tell whoever chose its claims: nothing twice, and nothing that matters left out.

The story, what moved, what was flagged and the furthest day outside the usual range are always
said. Where the chosen claims leave one out, it is put in behind the story, else at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bio_lakehouse.narrative.claims import STORY, Claim, Say, claim_of, offers_of
from bio_lakehouse.narrative.facts import Facts

Said = set[tuple[Say, str]]


def complete(chosen: Sequence[Claim], facts: Facts) -> tuple[Claim, ...]:
    """The chosen claims in their order, each thing said once, with what they had to say."""
    claims = list(_each_once(_compared(chosen, facts)))
    said = {(claim.say, one) for claim in claims for one in claim.ids}
    if facts.story is not None and ("story", STORY) not in said:
        claims.insert(0, claim_of("story", [STORY]))
    place = next((at + 1 for at, claim in enumerate(claims) if claim.say == "story"), 0)
    claims[place:place] = _left_out(facts, said)
    return tuple(claims)


def _left_out(facts: Facts, said: Said) -> Iterator[Claim]:
    days = [day.id for day in facts.days if ("day", day.id) not in said]
    moved = [one for one in moved_of(facts) if ("compare", one) not in said]
    if days:
        yield claim_of("day", days)
    if moved:
        yield claim_of("compare", moved)


def moved_of(facts: Facts) -> list[str]:
    """Ids of the measures that moved."""
    return [measure.id for measure in facts.measures if measure.standing == "moved"]


def _compared(chosen: Sequence[Claim], facts: Facts) -> Iterator[Claim]:
    """A level that is compared anyhow, or that moved, is said once: as the comparison."""
    asked = {one for claim in chosen if claim.say == "compare" for one in claim.ids}
    both = asked.union(moved_of(facts)) & set(offers_of(facts).get("compare", ()))
    for claim in chosen:
        if claim.say != "level":
            yield claim
            continue
        compared = [one for one in claim.ids if one in both]
        left = [one for one in claim.ids if one not in both]
        parts: list[tuple[Say, list[str]]] = [("compare", compared), ("level", left)]
        for say, ids in parts if claim.of in both else parts[::-1]:
            yield from _of_kind(claim, say, ids)


def _each_once(claims: Iterable[Claim]) -> Iterator[Claim]:
    said: Said = set()
    for claim in claims:
        new = [one for one in dict.fromkeys(claim.ids) if (claim.say, one) not in said]
        said |= {(claim.say, one) for one in new}
        yield from _of_kind(claim, claim.say, new)


def _of_kind(claim: Claim, say: Say, ids: Sequence[str]) -> Iterator[Claim]:
    if ids:
        yield claim_of(say, ids, claim.join, claim.emphasis)
