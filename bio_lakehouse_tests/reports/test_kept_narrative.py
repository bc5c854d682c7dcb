"""What Claude chose of a week is kept beside its page: the same facts are asked about once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.reports.writing import NOT_ASKED, narrative_of
from bio_lakehouse_tests.claude.anthropic_server import access_to, says, serving
from bio_lakehouse_tests.narrative.example_facts import example_facts

KEY = "reports/me/weekly-2025-03-09.narrative.json"
CLAIM = {"say": "level", "of": "steps", "with": [], "join": "and", "emphasis": 0}
CHOSEN = json.dumps({"claims": [CLAIM]})
KEPT_BY_AN_EARLIER_VERSION = {
    "author": "Claude",
    "draft": "Steps averaged {steps.week}.",
    "text": None,
    "facts_version": example_facts().version,
    "model": "claude-sonnet-5-5",
    "tries": 1,
    "usage": {"input_tokens": 800, "output_tokens": 250},
    "cost_usd": 0.01,
    "reason": "",
    "refused": [],
}


def test_the_same_facts_are_asked_about_once(tmp_path: Path) -> None:
    store, facts = FolderStore(tmp_path), example_facts()
    with serving(says(CHOSEN)) as server:
        first = narrative_of(store, KEY, facts, access_to(server))
        again = narrative_of(store, KEY, facts, access_to(server))
        assert len(server.asked) == 1
    assert narrative_of(store, KEY, facts, None) == again == first
    assert "Steps averaged 8,214 a day." in first.text
    assert json.loads(store.get(KEY))["claims"] == [CLAIM]


def test_of_other_facts_templates_write_and_say_that_nobody_was_asked(tmp_path: Path) -> None:
    store, facts = FolderStore(tmp_path), example_facts()
    with serving(says(CHOSEN)) as server:
        narrative_of(store, KEY, facts, access_to(server))
        other = replace(facts, window="")
        written = narrative_of(store, KEY, other, None)
        assert len(server.asked) == 1
    assert (written.author, written.reason) == ("templates", NOT_ASKED)
    assert written.text == TemplateWriter().write(other).text


def test_what_an_earlier_version_kept_is_made_anew_without_asking(tmp_path: Path) -> None:
    store, facts = FolderStore(tmp_path), example_facts()
    store.put(KEY, json.dumps(KEPT_BY_AN_EARLIER_VERSION).encode())
    written = narrative_of(store, KEY, facts, None)
    assert (written.author, written.reason) == ("templates", NOT_ASKED)
    assert written.text == TemplateWriter().write(facts).text


def test_a_claude_that_cannot_be_asked_is_a_warning_and_nothing_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, facts = FolderStore(tmp_path), example_facts()
    with serving(says(CHOSEN)) as server:
        access = access_to(server)
    written = narrative_of(store, KEY, facts, access)
    told = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert told == ["A report's text was chosen by fixed rules: Anthropic could not be reached."]
    assert written.text == TemplateWriter().write(facts).text
    assert not store.exists(KEY)
    caplog.clear()
    narrative_of(store, KEY, facts, None)
    assert "WARNING" not in {one.levelname for one in caplog.records}
