"""The template writer: always there, a short letter in a fixed order, without any SDK."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.template_writer import MOST_WORDS, TemplateWriter, claims_for
from bio_lakehouse.narrative.writer import from_json, to_json
from bio_lakehouse_tests.narrative.example_facts import ALL_FACTS, STORY, example_facts, full_facts
from bio_lakehouse_tests.narrative.test_telling import check, check_english


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_a_letter_is_right_and_short(facts: Facts) -> None:
    written = TemplateWriter().write(facts)
    check(written.claims, facts)
    check_english(written.text, facts)
    assert len(written.text.split()) <= MOST_WORDS
    assert written.note == "Chosen by fixed rules, written by code."
    assert written == TemplateWriter().write(facts)


def test_a_letter_goes_from_the_story_to_what_was_not_found() -> None:
    facts = replace(example_facts(), story=STORY)
    said = [claim.say for claim in claims_for(facts)]
    order = ["story", "day", "compare", "level", "count", "high", "finding", "not_found"]
    assert said == sorted(said, key=order.index)
    assert said[0] == "story"
    assert {"compare", "count", "finding"} <= set(said)


def test_where_nothing_moved_the_first_measures_are_compared() -> None:
    facts = example_facts()
    quiet = replace(facts, measures=facts.measures[2:])
    text = TemplateWriter().write(quiet).text
    assert "neither" in text
    assert "higher" not in text


def test_what_there_is_no_room_for_is_what_matters_least() -> None:
    told = {claim.say for claim in claims_for(full_facts())}
    assert {"story", "day", "compare"} <= told
    assert "not_found" not in told


def test_of_nothing_nothing_is_told() -> None:
    assert TemplateWriter().write(Facts()).text == ""


def test_a_letter_is_the_same_after_it_was_kept() -> None:
    facts = example_facts()
    written = TemplateWriter().write(facts)
    assert from_json(to_json(written), facts) == written


WITHOUT_KEY = """
import sys
from bio_lakehouse.claude.access import preview_access
from bio_lakehouse.narrative.claude_writer import writer_for
from bio_lakehouse.narrative.prompt import egress
from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.narrative.example_facts import example_facts
facts = example_facts()
assert writer_for(None).write(facts).author == "templates"
assert egress(facts, preview_access(load_settings(home="/nowhere")))
loaded = {"anthropic", "genai_prices", "httpx2", "httpx", "dagster", "pandas"} & set(sys.modules)
assert not loaded, loaded
"""


def test_without_a_key_the_sdk_is_not_even_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KEY], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
