"""The gate: every wrong version of a right text is refused, and every right text passes."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from bio_lakehouse.narrative import gate
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.gate import MOST_CHARACTERS, objections
from bio_lakehouse.narrative.objection import Rule
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.vocabulary import VOCABULARY, is_known, objected_as
from bio_lakehouse_tests.narrative.example_facts import example_facts
from bio_lakehouse_tests.narrative.good_texts import drafts, written_out
from bio_lakehouse_tests.narrative.mutations import CLAIMS, MUTATIONS, Mutation, mutations
from bio_lakehouse_tests.narrative.wrong_texts import wrong_texts

GOOD = drafts()


@pytest.fixture(scope="module")
def facts() -> Facts:
    return example_facts()


def reasons(draft: str, facts: Facts) -> list[str]:
    return [str(objection) for objection in objections(draft, facts)]


def test_good_texts_pass(facts: Facts) -> None:
    assert len(set(GOOD)) >= 170
    assert {draft: reasons(draft, facts) for draft in GOOD if objections(draft, facts)} == {}


def test_good_texts_say_something(facts: Facts) -> None:
    assert all("{" in draft and "{" not in fill(draft, facts) for draft in GOOD)


@pytest.mark.parametrize(("reason", "text"), wrong_texts())
def test_wrong_texts_are_refused_for_what_is_wrong_in_them(
    reason: str, text: str, facts: Facts
) -> None:
    assert any(reason in said for said in reasons(text, facts))


@pytest.mark.parametrize("rule", gate.RULES[1:], ids=lambda rule: rule.__name__.strip("_"))
def test_without_any_of_its_rules_the_gate_would_let_a_wrong_text_pass(
    rule: Rule, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "RULES", tuple(other for other in gate.RULES if other is not rule))
    assert any(
        not objections(text, facts) for text in (*CLAIMS, *(text for _, text in wrong_texts()))
    )


def test_there_are_many_wrong_texts() -> None:
    assert len({text for _, text in wrong_texts()}) >= 250


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__.strip("_"))
def test_every_mutation_is_refused(mutation: Mutation, facts: Facts) -> None:
    kept = slice(None, None, 20) if mutation.__name__ == "_claims" else slice(None)
    wrong = [text for draft in GOOD[kept] for text in mutation(draft, facts) if text != draft]
    assert len(wrong) >= 60
    assert [text for text in wrong if not objections(text, facts)] == []


def test_there_are_more_than_300_mutations(facts: Facts) -> None:
    wrong = {text for draft in GOOD for text in islice(mutations(draft, facts), 20)}
    assert len(wrong - set(GOOD)) > 1500


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_wrong_sentence_is_refused_alone_too(claim: str, facts: Facts) -> None:
    assert objections(claim, facts)


def test_figures_of_a_text_are_those_of_the_facts(facts: Facts) -> None:
    texts = {value.text for value in facts.values.values()}
    allowed = {figure for text in texts for figure in re.findall(r"\d+", text)}
    assert all(set(re.findall(r"\d+", fill(draft, facts))) <= allowed for draft in GOOD)


OBJECTIONS = {
    "HRV rose to {h.week}.": "Sentence 1, “rose”: a direction outside a placeholder; name a value of the JSON instead",
    "HRV averaged 61 ms.": "Sentence 1, “61”: a number outside a placeholder; name a value of the JSON instead",
    "HRV averaged sixty-one.": "Sentence 1, “sixty”: a number outside a placeholder",
    "HRV averaged {h.week}. It was Tuesday.": "Sentence 2, “Tuesday”: a date outside a placeholder",
    "HRV averaged {h.weak}.": "Sentence 1, “{hrv_rmssd_ms.weak}”: no such value in the JSON",
    "HRV was {h.direction} due to rest.": "Sentence 1, “due”: a cause, which this text may not state",
    "HRV was {h.direction}. Treat it.": "Sentence 2, “Treat”: a medical claim, which this text may not state",
    "HRV was not {h.direction}.": "Sentence 1, “not”: a negation, which this text may not state",
    "HRV was a marvel, {h.week}.": "Sentence 1, “marvel”: not a word of the vocabulary",
    "HRV averaged {s.week}.": (
        "Sentence 1, “{sleep_score.week}”: is Sleep score, mean of the week but stands beside HRV; "
        "put it by the name of what it is about"
    ),
    "It averaged {h.week}.": "Sentence 1, “{hrv_rmssd_ms.week}”: is HRV, mean of the week but stands without a name",
    "HRV averaged {h.before}.": "Sentence 1, “{hrv_rmssd_ms.before}”: is of the four weeks before; say so beside it",
    "In {period.before}, HRV averaged {h.week}.": (
        "Sentence 1, “{period.before}”: stands by {hrv_rmssd_ms.week}, which is of another time"
    ),
    "{high.h.label} came on {high.r.weekday}.": (
        "Sentence 1, “{high.readiness_score.weekday}”: belongs to {high.readiness_score.label} and "
        "must stand beside it"
    ),
    "Workouts averaged {w.week}.": "Sentence 1, “averaged”: stands by {workout_count.week}, which is Workouts, total",
    "HRV averaged {h.week} in sleep.": "Sentence 1, “sleep”: is named in a sentence without a value of it",
    "HRV averaged {high.h.weekday}.": "“averaged”",
    "HRV averaged {h.week} {h.size}.": "stands right after {hrv_rmssd_ms.week}; put words between them",
    "HRV averaged {h.week} nights.": "Sentence 1, “nights”: would be the unit of {hrv_rmssd_ms.week}",
    "HRV averaged x{h.week}.": "nothing may touch a placeholder but a space, a bracket or . , ; :",
    "HRV averaged {h.week": "Sentence 1, “{”: a brace that is no placeholder",
    "HRV came from training, {w.week}.": "Sentence 1, “from”: states a cause",
    "Scores of nights.": "Sentence 1, “of”: “scores of” states a number; a placeholder must come next",
    "HRV averaged {h.week}": "Each paragraph ends with a full stop.",
    "Here is the week.": "The text names no value; tell the week by placeholders.",
}


@pytest.mark.parametrize(("short", "reason"), OBJECTIONS.items(), ids=OBJECTIONS.keys())
def test_an_objection_says_what_where_and_what_to_do(short: str, reason: str, facts: Facts) -> None:
    assert any(reason in said for said in reasons(written_out(short), facts))


def test_a_text_that_is_too_long_is_told_by_how_much(facts: Facts) -> None:
    draft = " ".join([GOOD[0]] * 40)
    assert (
        f"The text has {len(fill(draft, facts))} characters; {MOST_CHARACTERS} at most."
        in reasons(draft, facts)
    )
    endless = GOOD[0] * 2000
    assert reasons(endless, facts) == [
        f"The draft has {len(endless)} characters; 1200 at most once filled."
    ]
    paragraphs = "\n\n".join([GOOD[0]] * 4)
    assert reasons(paragraphs, facts) == ["The text has 4 paragraphs; 3 at most."]


def test_no_word_of_the_vocabulary_is_forbidden() -> None:
    assert {word: objected_as(word) for word in VOCABULARY if objected_as(word) != "unknown"} == {}


FORBIDDEN = {
    "a number": (
        "Half twice dozen percent seventeenth twenty ninety once couple both several most none ½ ² "
        "Ⅷ"
    ),
    "a direction": (
        "rose FELL higher improved declining better Worse more less up below than same steady "
        "soared"
    ),
    "a date": "Monday tuesdays yesterday March weekend next months",
    "a cause": "because causes boosted led thus why thanks reflects by as",
    "a medical claim": "healthy diagnose diseases infection fever treatment doctor overtraining stressed",
    "a relation": "linked together correlated went followed",
    "advice": "should try must consider",
    "a negation": "not nor without isn't didn’t",
    "a judgement": "good poor impressive decent",
    "a comparison": "usual unusually normal",
    "a size": "slightly clearly very only significant",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_forbidden_words_are_unknown_and_named(kind: str) -> None:
    words = FORBIDDEN[kind].split()
    assert [word for word in words if is_known(word)] == []
    assert {word: objected_as(word) for word in words} == dict.fromkeys(words, kind)


def test_text_without_facts_is_refused() -> None:
    assert objections("Readiness averaged {readiness_score.week}.", Facts({}, {}))
