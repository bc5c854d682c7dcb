"""What an answer may name, and what becomes of one that is not of its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.narrative.claims import (
    KINDS,
    MOST_CLAIMS,
    MOST_TOGETHER,
    ClaimsError,
    claims_in,
    offers_of,
    schema_of,
)
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse_tests.narrative.every_sentence import answers_of
from bio_lakehouse_tests.narrative.example_facts import (
    ALL_FACTS,
    HIGH_OUTPUT,
    example_facts,
    full_facts,
    thin_facts,
)

LEVEL = {"say": "level", "of": "steps", "with": [], "join": "and", "emphasis": 1}
KNOWN_TO_THE_API = {
    *("type", "properties", "required", "additionalProperties"),
    *("items", "minItems", "anyOf", "enum"),
}


def keywords(schema: Any) -> Iterator[str]:
    for name, value in schema.items():
        yield name
        parts = value.values() if name == "properties" else value if name == "anyOf" else [value]
        for part in parts if isinstance(parts, list | type({}.values())) else ():
            yield from keywords(part) if isinstance(part, dict) else ()


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_the_schema_has_only_what_structured_output_knows(facts: Facts) -> None:
    import jsonschema

    schema = schema_of(facts)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(keywords(schema)) <= KNOWN_TO_THE_API


def test_each_kind_names_what_it_can_be_said_of_and_no_more() -> None:
    facts = full_facts()
    offers = offers_of(facts)
    assert tuple(offers) == KINDS
    assert offers["compare"] == tuple(
        one.id for one in facts.measures if one.standing in ("moved", "usual")
    )
    assert HIGH_OUTPUT.id in offers["high"]
    assert HIGH_OUTPUT.id not in offers["level"]
    assert {one.status for one in facts.findings if one.id in offers["finding"]} == {"found"}
    unfound = {one.status for one in facts.findings if one.id in offers["not_found"]}
    assert unfound == {"not found", "not enough data"}
    assert set(offers_of(thin_facts())) == {"level", "count"}
    assert offers_of(Facts()) == {}


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_an_answer_of_the_schema_is_read_as_it_stands(facts: Facts) -> None:
    import jsonschema

    @settings(max_examples=15, deadline=None)
    @given(answers_of(facts))
    def read(answer: dict[str, Any]) -> None:
        jsonschema.validate(answer, schema_of(facts))
        claims = claims_in(json.dumps(answer), facts)
        assert len(claims) == min(len(answer["claims"]), MOST_CLAIMS)
        for claim, said in zip(claims, answer["claims"], strict=False):
            assert claim.as_json() == said | {"with": said["with"][:MOST_TOGETHER]}

    read()


def test_what_is_too_long_is_cut() -> None:
    many = LEVEL | {"with": ["steps"] * 40}
    claims = claims_in(json.dumps({"claims": [many] * 40}), example_facts())
    assert len(claims) == MOST_CLAIMS
    assert {len(claim.others) for claim in claims} == {MOST_TOGETHER}


INVALID: dict[str, str] = {
    "nothing": "",
    "prose": "HRV averaged 63 ms.",
    "torn": json.dumps({"claims": [LEVEL]})[:-3],
    "prose around it": f"Here it is: {json.dumps({'claims': [LEVEL]})}",
    "a list": json.dumps([LEVEL]),
    "no claim": json.dumps({"claims": []}),
    "more than claims": json.dumps({"claims": [LEVEL], "text": "HRV is 99."}),
    "a claim with a text": json.dumps({"claims": [LEVEL | {"text": "HRV is 99."}]}),
    "a field less": json.dumps({"claims": [{k: v for k, v in LEVEL.items() if k != "join"}]}),
    "another kind": json.dumps({"claims": [LEVEL | {"say": "advice"}]}),
    "no kind": json.dumps({"claims": [LEVEL | {"say": ["level"]}]}),
    "an unknown measure": json.dumps({"claims": [LEVEL | {"of": "mood"}]}),
    "a high of what has none": json.dumps({"claims": [LEVEL | {"say": "high"}]}),
    "a finding that was not found": json.dumps(
        {"claims": [LEVEL | {"say": "finding", "of": "workout_recovery.strength_vs_rest"}]}
    ),
    "beside what has none": json.dumps({"claims": [LEVEL | {"with": ["workout_count"]}]}),
    "no list": json.dumps({"claims": [LEVEL | {"with": "steps"}]}),
    "another join": json.dumps({"claims": [LEVEL | {"join": "because"}]}),
    "much emphasis": json.dumps({"claims": [LEVEL | {"emphasis": 3}]}),
    "true as a number": json.dumps({"claims": [LEVEL | {"emphasis": True}]}),
    "deep": "[" * 9_000,
    "endless": " " * 30_000,
}


@pytest.mark.parametrize("answer", INVALID.values(), ids=INVALID.keys())
def test_what_is_not_of_the_schema_is_refused_in_our_own_words(answer: str) -> None:
    with pytest.raises(ClaimsError) as refused:
        claims_in(answer, example_facts())
    assert "99" not in str(refused.value)
    assert "mood" not in str(refused.value)


@settings(max_examples=60, deadline=None)
@given(st.text() | st.lists(st.none() | st.integers() | st.text()).map(json.dumps))
def test_whatever_else_is_answered_is_refused(answer: str) -> None:
    with pytest.raises(ClaimsError):
        claims_in(answer, example_facts())


def test_the_same_facts_have_the_same_version() -> None:
    versions = [facts.version for facts in (*ALL_FACTS, example_facts())]
    assert len(set(versions)) == len(ALL_FACTS)
    assert versions[0] == versions[-1]
