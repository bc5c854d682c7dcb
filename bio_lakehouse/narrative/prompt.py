"""What is asked of Claude for a report: which claims to make of the facts, and in which order."""

from __future__ import annotations

import json

from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.claude.request import Request, body_of, request_of, text_block
from bio_lakehouse.narrative.claims import MOST_CLAIMS, MOST_TOGETHER, schema_of
from bio_lakehouse.narrative.facts import Facts

SYSTEM = f"""You choose what the short letter at the top of a person's weekly report says about \
their own body data from an Oura ring and Peloton workouts, in which order and with what emphasis. \
You write no sentence: code writes each of your claims, with its figures, dates and direction. You \
are given the facts of the week as JSON, by kind and id.

A claim
- "say" is its kind, "of" the id of the fact it is about, "with" ids that are told together with \
it ([] for none), at most {MOST_TOGETHER}.
- "join" is how these stand together: "and", "while" (two measures that moved apart), or "new \
sentence". Facts of different groups are never told in one sentence, so that nothing reads as a \
cause.
- "emphasis": 0 is plain and short, 1 is usual, 2 is full. Give 2 to one claim or two.

Kinds
- story: the turning point of the week, as code found it. It belongs first.
- day: a day that stood out, unusual or outside the person's usual range.
- compare: a measure's week against the four weeks before. "moved" has a direction; "usual" is \
told as not clearly different.
- level: a measure's mean of the week alone.
- high, low: the highest or lowest value of the week and its day.
- count: workouts of the week, with their minutes and output.
- finding: what was found over many weeks, in natural units.
- not_found: what was looked for and not found, or not yet known from enough days; list several in \
one claim.

What makes a good letter
- First what the person would want to know first: the story, days that stood out, what moved. \
Then training, then what was found, and last what was looked for and not found.
- Four to eight claims, {MOST_CLAIMS} at most, about 120 words once written. Leave out what is \
ordinary. Name each fact once.
- The story, days that stood out and what moved are told in any case: what you leave out of these \
is added behind the story."""


def prompt_of(facts: Facts, access: ClaudeAccess, objection: str = "") -> Request:
    """The first request; with `objection`, that of the second try, which says what was wrong.

    The answer is bound to the schema of these facts; the facts are what a second try reads from the
    cache.
    """
    content = [text_block(json.dumps(facts.as_json(), ensure_ascii=False), cached=True)]
    if objection:
        again = f"Your answer was not of the schema: {objection}. Answer again."
        content.append(text_block(again))
    return request_of(access, SYSTEM, content, schema_of(facts))


def egress(facts: Facts, access: ClaudeAccess) -> str:
    """The body of the first request, to the byte; nothing is sent.

    A second request, if the first answer is not of the schema, sends the same and one sentence that
    says so.
    """
    return body_of(prompt_of(facts, access))
