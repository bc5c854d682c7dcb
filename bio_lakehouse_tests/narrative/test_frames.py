"""The frames one by one: each is used, none explains or advises, and no wrong text can be made."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bio_lakehouse.narrative.frames import FRAMES, listing
from bio_lakehouse.narrative.must_tell import moved_of
from bio_lakehouse_tests.narrative.every_sentence import every_sentence
from bio_lakehouse_tests.narrative.example_facts import ALL_FACTS, example_facts

CASES = Path(__file__).parents[3] / "shared" / "cases" / "narrative_wrong.tsv"
ITEMS = {
    "a level among several",
    "one that moved among several",
    "one as usual among several",
    "a sum among several",
    "a high among several",
    "a low among several",
    "one of the same day",
    "an unusual day among several",
    "a day outside among several",
    "the first of a day outside",
    "another of a day outside",
}
WRONG_WORDS = re.compile(
    r"\b(because|cause[sd]?|due|thanks|therefore|hence|thus|led|leads?|result\w*|affect\w*|"
    r"effects?|after|better|worse|good|bad|great|well|best|worst|improv\w+|declin\w+|healthy?|"
    r"should|must|try|need|never|always|still|again|row|streak|today|tonight|morning|night)\b",
    re.IGNORECASE,
)


def test_no_frame_explains_judges_or_advises() -> None:
    found = [frame for frames in FRAMES.values() for frame in frames if WRONG_WORDS.search(frame)]
    assert found == []


def test_no_list_of_days_outside_says_that_there_are_no_others() -> None:
    """Of each watched measure only the furthest day on its bad side is told."""
    openings = [frame.removesuffix("{items}.") for frame in FRAMES["days outside"]]
    assert all(not opening or "week’s lowest or highest" in opening for opening in openings)
    said = [frame for frames in FRAMES.values() for frame in frames]
    assert not [
        frame for frame in said if re.match("(furthest |days? )?outside your usual", frame, re.I)
    ]


def test_every_frame_can_be_said() -> None:
    used = {one.frame for facts in ALL_FACTS for one in every_sentence(facts).values()}
    all_frames = {frame for form, of in FRAMES.items() if form not in ITEMS for frame in of}
    assert all_frames - used == set()
    assert FRAMES.keys() >= ITEMS


def test_each_form_of_a_sentence_has_its_choice_of_frames() -> None:
    for form, frames in FRAMES.items():
        assert len(set(frames)) == len(frames)
        if form not in {*ITEMS, "story", "finding"}:
            assert 3 <= len(frames) <= 5, form


def test_all_frames_are_printed_by_one_command() -> None:
    words = [sys.executable, "-m", "bio_lakehouse.narrative.frames"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == listing()
    assert all(frame in done.stdout for frames in FRAMES.values() for frame in frames)


SLOTS = {
    "r.week": "81",
    "r.before": "79",
    "r.direction": "not clearly different from before",
    "s.week": "83",
    "s.before": "84",
    "s.direction": "not clearly different from before",
    "s.days": "6 of 7 days",
    "h.week": "61 ms",
    "h.before": "55 ms",
    "h.direction": "higher than in the four weeks before",
    "h.size": "a difference of 6 ms",
    "h.interval": "95 % interval 2 to 10 ms",
    "p.week": "52 bpm",
    "p.before": "56 bpm",
    "p.direction": "lower than in the four weeks before",
    "w.week": "5 workouts",
    "w.before": "3.5 workouts a week",
    "t.week": "8,214 a day",
    "high.h.label": "the week’s highest HRV",
    "high.h.value": "74 ms",
    "high.h.weekday": "Thursday",
    "high.h.rank": "the highest since 3 May 2024",
    "high.r.label": "the week’s highest readiness",
    "high.r.value": "91",
    "high.r.weekday": "Tuesday",
    "found.told": "on a typical day after a sleep score of 85 or more readiness was 84, after one "
    "of 74 or less 76 (48 and 47 days)",
    "found.effect": "r = 0.41",
    "found.interval": "95 % interval 0.21 to 0.58",
    "found.n": "142 pairs of days",
    "found.q": "q = 0.004",
    "ride.told": "on a typical day after cycling readiness was 70, after rest 81 (78 and 53 days); "
    "Oura's readiness itself counts the activity of the day before",
    "lift.told": "a difference in the next day’s readiness between rest and strength was looked "
    "for and not found",
    "line.told": "a trend in readiness was looked for and not found",
    "period.before": "the four weeks before",
}
"""What the short names of the wrong texts stand for."""


def wrong_texts() -> list[str]:
    if not CASES.exists():
        return []
    lines = CASES.read_text("utf-8").splitlines()[1:]
    return [line.partition("\t")[2] for line in lines if line]


def is_sayable(text: str) -> bool:
    """Whether every sentence of a text is one that frames make, and all that moved is among them;
    capitals apart."""
    known = {said.lower(): one for said, one in every_sentence(example_facts()).items()}
    sentences = re.split(r"(?<=\.)\s+(?:¶\s+)?", text.strip().lower())
    if not all(sentence in known for sentence in sentences):
        return False
    told = {one for sentence in sentences for one in known[sentence].ids}
    return set(moved_of(example_facts())) <= told


def test_a_right_text_is_sayable() -> None:
    assert is_sayable(
        "HRV averaged 61 ms, higher than the 55 ms of the four weeks before. Resting heart rate "
        "averaged 52 bpm, lower than the 56 bpm of the four weeks before. You logged 5 workouts."
    )


@pytest.mark.skipif(not CASES.exists(), reason="the folder of cases is not there")
def test_no_wrong_text_can_be_said() -> None:
    texts = wrong_texts()
    assert len(texts) > 100
    written = [re.sub(r"\{([^{}]*)\}", lambda m: SLOTS.get(m[1], m[0]), text) for text in texts]
    assert [text for text in written if is_sayable(text)] == []
