"""Whatever is chosen, the text is right: whole, each thing once, and made of known sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings

from bio_lakehouse.narrative.claims import Claim, claim_of, claims_in
from bio_lakehouse.narrative.facts import Facts, StoryFact
from bio_lakehouse.narrative.must_tell import complete, moved_of
from bio_lakehouse.narrative.telling import text_of, told
from bio_lakehouse_tests.narrative.every_sentence import (
    answers_of,
    every_sentence,
    sentences_of,
)
from bio_lakehouse_tests.narrative.example_facts import ALL_FACTS, example_facts, full_facts

FIGURE = re.compile(r"\d[\d.,]*\d|\d")
TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)


def said_by(claim: Claim) -> list[tuple[str, str]]:
    """What a claim says; a level may be told as a comparison."""
    return [(claim.say.replace("level", "compare"), one) for one in claim.ids]


def check(claims: Sequence[Claim], facts: Facts) -> None:
    """That the text of claims is whole, tells each thing once, and is made of known sentences."""
    paragraphs = told(complete(claims, facts), facts)
    sentences = [sentence for paragraph in paragraphs for sentence in paragraph]
    text = text_of(complete(claims, facts), facts)
    assert text
    assert text == text_of(complete(claims, facts), facts)
    for sentence in sentences:
        assert sentence in sentences_of(facts, sentence.say, sentence.ids)
    assert len({sentence.text for sentence in sentences}) == len(sentences)
    said = [(one.say.replace("level", "compare"), id_) for one in sentences for id_ in one.ids]
    assert len(said) == len(set(said))
    assert {("compare", one) for one in moved_of(facts)} <= set(said)
    assert {("day", day.id) for day in facts.days} <= set(said)
    assert facts.story is None or text.count(facts.story.sentence) == 1
    wanted = list(dict.fromkeys(pair for claim in claims for pair in said_by(claim)))
    assert set(wanted) <= set(said)


def check_english(text: str, facts: Facts) -> None:
    figures = set(FIGURE.findall(json.dumps(asdict(facts), ensure_ascii=False)))
    assert set(FIGURE.findall(text)) <= figures
    assert not TWICE.search(text)
    assert not re.search(r"  | [.,;:]|[.,;:]{2}|\(\)|hRV|hrv|None|[{}_]", text)
    for paragraph in text.split("\n\n"):
        assert paragraph[0].isupper()
        assert paragraph.endswith(".")


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_every_answer_of_the_schema_is_shown_whole_and_right(facts: Facts) -> None:
    @settings(max_examples=60, deadline=None)
    @given(answers_of(facts))
    def shown(answer: dict[str, Any]) -> None:
        claims = claims_in(json.dumps(answer), facts)
        check(claims, facts)
        check_english(text_of(complete(claims, facts), facts), facts)

    shown()


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_every_sentence_reads_as_english(facts: Facts) -> None:
    for text in every_sentence(facts):
        check_english(text, facts)
        assert len(text.split()) <= 75


def test_the_order_of_claims_is_kept_and_what_was_left_out_follows_the_story() -> None:
    facts = full_facts()
    chosen = [claim_of("count", ["workout_count"]), claim_of("story", ["story"])]
    chosen += [claim_of("high", ["readiness_score"]), claim_of("level", ["steps"])]
    told_of = [claim.say for claim in complete(chosen, facts)]
    assert told_of == ["count", "story", "day", "compare", "high", "level"]
    without = complete([claim_of("count", ["workout_count"])], replace(facts, story=None))
    assert [claim.say for claim in without] == ["day", "compare", "count"]
    first = complete([claim_of("count", ["workout_count"])], facts)
    assert [claim.say for claim in first] == ["story", "day", "compare", "count"]


def test_measures_of_different_kinds_never_share_a_sentence() -> None:
    facts = full_facts()
    groups = {measure.id: measure.group for measure in facts.measures}
    standings = {measure.id: measure.standing for measure in facts.measures}
    for sentence in every_sentence(facts).values():
        if sentence.say in ("level", "compare"):
            assert len({groups[one] for one in sentence.ids}) == 1
        if sentence.say == "compare":
            assert len({standings[one] for one in sentence.ids}) == 1


def test_a_direction_is_told_only_of_what_moved() -> None:
    for facts in ALL_FACTS:
        moved = set(moved_of(facts))
        for text, sentence in every_sentence(facts).items():
            if sentence.say in ("level", "compare", "count"):
                assert not re.search(r"higher|lower", text) or set(sentence.ids) <= moved


def test_while_stands_between_what_moved_apart_alone() -> None:
    facts = example_facts()
    claim = Claim("compare", "hrv_rmssd_ms", ("resting_heart_rate_bpm",), "while", 0)
    assert text_of([claim], facts) == (
        "Compared with the four weeks before, HRV was higher (61 ms, against 55 ms), while resting "
        "heart rate was lower (52 bpm, against 56 bpm)."
    )
    alike = replace(facts.measures[1], direction="higher")
    facts = replace(facts, measures=(facts.measures[0], alike, *facts.measures[2:]))
    assert "while" not in text_of([claim], facts)


EXAMPLES: dict[str, tuple[Claim, str]] = {
    "a level": (claim_of("level", ["sleep_score"], emphasis=0), "The sleep score averaged 83."),
    "a level of known days": (
        claim_of("level", ["sleep_score"], emphasis=2),
        "The sleep score averaged 83 over the 6 days that are known.",
    ),
    "levels of two groups": (
        claim_of("level", ["readiness_score", "steps", "sleep_score"], emphasis=0),
        "Readiness averaged 81 and the sleep score 83. Steps averaged 8,214 a day.",
    ),
    "sentences of their own": (
        claim_of("level", ["readiness_score", "sleep_score"], "new sentence", 0),
        "Readiness averaged 81. Your sleep score averaged 83 this week.",
    ),
    "what moved": (
        claim_of("compare", ["hrv_rmssd_ms"], emphasis=2),
        "HRV averaged 61 ms, 6 ms higher than the 55 ms of the four weeks before, which is more "
        "than weeks like yours usually differ by.",
    ),
    "moved and usual": (
        claim_of("compare", ["hrv_rmssd_ms", "readiness_score"], emphasis=0),
        "HRV averaged 61 ms, higher than the 55 ms of the four weeks before. At 81 on average, "
        "readiness was not clearly different from the 79 of the four weeks before.",
    ),
    "a high": (
        claim_of("high", ["hrv_rmssd_ms"], emphasis=2),
        "On Thursday HRV reached 74 ms, and that is the highest since 3 May 2024.",
    ),
    "workouts": (
        claim_of("count", ["workout_count"], emphasis=2),
        "You logged 5 workouts, against 3.5 workouts a week in the four weeks before.",
    ),
    "what was not found": (
        claim_of(
            "not_found",
            ["workout_recovery.strength_vs_rest", "workout_recovery.rowing_vs_rest"],
            emphasis=0,
        ),
        "Looked for and not found: a difference in the next day’s readiness between rest and "
        "strength. Too few days yet to tell: a difference in the next day’s readiness between rest "
        "and rowing (4 of 8 days).",
    ),
}


@pytest.mark.parametrize(("claim", "text"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_examples(claim: Claim, text: str) -> None:
    assert text_of([claim], example_facts()) == text


def test_findings_stand_in_a_paragraph_of_their_own_the_first_with_its_days() -> None:
    facts = full_facts()
    ids = [finding.id for finding in facts.findings if finding.sentence]
    claims = [claim_of("level", ["steps"]), claim_of("finding", ids, emphasis=0)]
    assert text_of(claims, facts).split("\n\n")[1] == (
        "Over the 180 days up to 9 March 2025, on a typical day after a sleep score of 85 or more "
        "readiness was 84, after one of 74 or less 76 (48 and 47 days). On a typical day after "
        "cycling readiness was 70, after rest 81 (78 and 53 days); Oura's readiness itself counts "
        "the activity of the day before. Over the same days, on a typical day after an output "
        "above 300 kJ readiness was 71, after one up to 300 kJ 77 (41 and 42 days); the same holds "
        "here."
    )


def test_a_sentence_that_looks_like_a_frame_is_told_as_it_stands() -> None:
    story = StoryFact(sentence="A ride called {week} {0} {name.__class__}.", about=())
    facts = replace(example_facts(), story=story)
    assert text_of([claim_of("story", ["story"])], facts) == story.sentence
