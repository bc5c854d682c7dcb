"""Structured claims: what is to be said of a week, in which order and with what emphasis.

A claim names facts by their ids and says nothing itself; code writes its sentence. The schema of
an answer is made of the facts, so that an answer of that schema can name nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bio_lakehouse.claude.request import object_of
from bio_lakehouse.narrative.facts import Facts

Say = Literal["level", "compare", "high", "low", "finding", "not_found", "count", "day", "story"]
Join = Literal["and", "while", "new sentence"]

STORY = "story"
KINDS: tuple[Say, ...] = get_args(Say)
JOINS: tuple[Join, ...] = get_args(Join)
EMPHASES = (0, 1, 2)
FIELDS = ("say", "of", "with", "join", "emphasis")
MOST_CLAIMS = 12
MOST_TOGETHER = 6
LONGEST_ANSWER = 20_000


class ClaimsError(ValueError):
    """An answer is not of the schema; the message is our own words and fit to be shown."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing to be said: its kind, the fact it is said of, and facts that are said with it.

    `join` is how these stand together, `emphasis` (0 to 2) how much is made of them.
    """

    say: Say
    of: str
    others: tuple[str, ...] = ()
    join: Join = "and"
    emphasis: int = 1

    @property
    def ids(self) -> tuple[str, ...]:
        """All facts that it names, that which it is said of first."""
        return (self.of, *self.others)

    def as_json(self) -> dict[str, Any]:
        """As an answer has it."""
        values = (self.say, self.of, list(self.others), self.join, self.emphasis)
        return dict(zip(FIELDS, values, strict=True))


def claim_of(say: Say, ids: Sequence[str], join: Join = "and", emphasis: int = 1) -> Claim:
    """The claim of one fact or of several."""
    return Claim(say, ids[0], tuple(ids[1:]), join, emphasis)


def offers_of(facts: Facts) -> Mapping[Say, tuple[str, ...]]:
    """The ids that each kind of claim can be said of; kinds without any are left out."""
    findings = facts.findings
    offered: dict[Say, Iterable[str]] = {
        "level": (measure.id for measure in facts.measures),
        "compare": (one.id for one in facts.measures if one.standing != "untested"),
        "high": (high.id for high in facts.highs),
        "low": (low.id for low in facts.lows),
        "finding": (finding.id for finding in findings if finding.sentence),
        "not_found": (finding.id for finding in findings if not finding.sentence),
        "count": (total.id for total in facts.totals),
        "day": (day.id for day in facts.days),
        "story": (STORY for _ in range(facts.story is not None)),
    }
    known = {say: tuple(ids) for say, ids in offered.items()}
    return {say: ids for say, ids in known.items() if ids}


def schema_of(facts: Facts) -> dict[str, Any]:
    """The JSON schema of an answer: one branch for each kind that something can be said of.

    Structured output knows no greatest length of a list: what is beyond `MOST_CLAIMS` and
    `MOST_TOGETHER` is left out when an answer is read.
    https://platform.claude.com/docs/en/build-with-claude/structured-outputs
    """
    branches = [_branch(say, ids) for say, ids in offers_of(facts).items()]
    claims = {"type": "array", "minItems": 1, "items": {"anyOf": branches}}
    return object_of({"claims": claims})


def _branch(say: Say, ids: Sequence[str]) -> dict[str, Any]:
    named = {"type": "string", "enum": list(ids)}
    return object_of(
        {
            "say": {"type": "string", "enum": [say]},
            "of": named,
            "with": {"type": "array", "items": named},
            "join": {"type": "string", "enum": list(JOINS)},
            "emphasis": {"type": "integer", "enum": list(EMPHASES)},
        }
    )


def claims_in(answer: str, facts: Facts) -> tuple[Claim, ...]:
    """The claims of an answer; raises `ClaimsError` for one that is not of the schema of these
    facts."""
    if len(answer) > LONGEST_ANSWER:
        raise ClaimsError("the answer is too long")
    try:
        parsed = json.loads(answer)
    except (ValueError, RecursionError):
        raise ClaimsError("the answer is not JSON") from None
    if not isinstance(parsed, dict) or list(parsed) != ["claims"]:
        raise ClaimsError("the answer is not an object with a list of claims")
    return claims_from(parsed["claims"], facts)


def claims_from(listed: object, facts: Facts) -> tuple[Claim, ...]:
    """Claims of parsed JSON; raises `ClaimsError` where one cannot be said of these facts."""
    if not isinstance(listed, list) or not listed:
        raise ClaimsError("the answer has no list of claims")
    offers = offers_of(facts)
    return tuple(_claim(entry, offers) for entry in listed[:MOST_CLAIMS])


def _claim(entry: object, offers: Mapping[Say, tuple[str, ...]]) -> Claim:
    if not isinstance(entry, dict) or set(entry) != set(FIELDS):
        raise ClaimsError(f"a claim has the fields {', '.join(FIELDS)} and no others")
    said, of, others, join, emphasis = (entry[field] for field in FIELDS)
    say = next((kind for kind in offers if kind == said), None)
    if say is None:
        raise ClaimsError("a claim says what cannot be said of this week")
    if not isinstance(others, list):
        raise ClaimsError("what stands in “with” is not a list")
    if not all(isinstance(named, str) and named in offers[say] for named in (of, *others)):
        raise ClaimsError(f"a claim of the kind {say} names what it cannot be said of")
    if join not in JOINS or type(emphasis) is not int or emphasis not in EMPHASES:
        raise ClaimsError("“join” or “emphasis” has a value that it cannot have")
    return Claim(say, of, tuple(others[:MOST_TOGETHER]), join, emphasis)
