"""All sentences that frames can make of facts, written out; and answers of the schema, drawn at
random."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cache
from itertools import permutations, product
from typing import Any

from hypothesis import strategies as st

from bio_lakehouse.narrative.claims import JOINS, Say, offers_of, schema_of
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.forms import FORMS, KIND_OF, OF_FINDINGS, Part
from bio_lakehouse.narrative.frames import applicable, filled
from bio_lakehouse.narrative.telling import MOST_IN_A_SENTENCE, MOST_OF_A_KIND, Sentence


@cache
def every_sentence(facts: Facts) -> dict[str, Sentence]:
    """By its text each sentence that can be told of facts: of each kind of claim, all facts that
    may stand together in any order, joined in every way, in every frame."""
    found: dict[str, Sentence] = {}
    for say, ids in together(facts):
        found |= {sentence.text: sentence for sentence in sentences_of(facts, say, ids)}
    return found


def sentences_of(facts: Facts, say: Say, ids: tuple[str, ...]) -> Iterator[Sentence]:
    """What can be told of some facts in one sentence."""
    for join, said in product(JOINS, said_before(say, facts)):
        form = FORMS[say](Part(facts, ids, join, said))
        for frame in applicable(form.name, form.fields):
            yield Sentence(filled(frame, form.fields), say, form.name, frame, ids)


def said_before(say: Say, facts: Facts) -> Iterator[tuple[tuple[Say, str], ...]]:
    """What may have been said before a sentence, as far as it makes a difference: of findings each
    other of them, or what was not found."""
    yield ()
    if say in OF_FINDINGS:
        yield (("not_found", ""),)
        yield from ((("finding", one),) for one in offers_of(facts).get("finding", ()))


def together(facts: Facts) -> Iterator[tuple[Say, tuple[str, ...]]]:
    """Kinds of claims with the ids that one sentence may tell."""
    for say, ids in offers_of(facts).items():
        kinds: dict[Hashable, list[str]] = {}
        for one in ids:
            kinds.setdefault(KIND_OF[say](facts, one), []).append(one)
        for of_kind in kinds.values():
            most = min(MOST_OF_A_KIND.get(say, MOST_IN_A_SENTENCE), len(of_kind))
            for number in range(1, most + 1):
                yield from ((say, chosen) for chosen in permutations(of_kind, number))


def answers_of(facts: Facts) -> st.SearchStrategy[Any]:
    """Parsed answers that are of the schema."""
    return values_of(schema_of(facts))


def values_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the parts of JSON schema that the answer's has."""
    if "anyOf" in schema:
        return st.one_of([values_of(branch) for branch in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    made: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "object": lambda: st.fixed_dictionaries(
            {name: values_of(part) for name, part in schema["properties"].items()}
        ),
        "array": lambda: st.lists(
            values_of(schema["items"]), min_size=schema.get("minItems", 0), max_size=9
        ),
    }
    return made[schema["type"]]()
