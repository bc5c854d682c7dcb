"""Claude's writer against a loopback server, with the real SDK: a right narrative comes out every
time."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bio_lakehouse.claude.access import NO_KEY
from bio_lakehouse.claude.prices import Prices
from bio_lakehouse.claude.request import SHORTEST_CACHED_TOKENS
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.narrative.claims import claims_in, schema_of
from bio_lakehouse.narrative.claude_writer import INVALID, ClaudeWriter, writer_for
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.prompt import SYSTEM, egress
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.narrative.writer import Narrative, from_json, to_json
from bio_lakehouse_tests.claude.anthropic_server import (
    AnthropicServer,
    Reply,
    access_to,
    breaks_off,
    refuses,
    says,
    says_nothing,
    serving,
)
from bio_lakehouse_tests.narrative.example_facts import STORY, example_facts

MOVED = {
    "say": "compare",
    "of": "hrv_rmssd_ms",
    "with": ["resting_heart_rate_bpm"],
    "join": "new sentence",
    "emphasis": 0,
}
HIGH = {"say": "high", "of": "hrv_rmssd_ms", "with": [], "join": "and", "emphasis": 0}
GOOD = json.dumps({"claims": [HIGH, MOVED]})
TOLD = (
    "HRV was highest on Thursday, at 74 ms. HRV averaged 61 ms, higher than the 55 ms of the four "
    "weeks before. Resting heart rate was lower than in the four weeks before: 52 bpm on average, "
    "against 56 bpm."
)
BAD = {
    "prose": "HRV averaged 61 ms.",
    "markdown with a script": "**HRV** <script>fetch('//evil.example')</script>",
    "an unknown fact": json.dumps({"claims": [HIGH | {"of": "mood"}]}),
    "nothing": "",
}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return example_facts()


def ask(facts: Facts, *replies: Reply, seconds: float = 20.0) -> tuple[Narrative, AnthropicServer]:
    with serving(*replies) as server:
        return ClaudeWriter(access_to(server, seconds)).write(facts), server


def is_template(narrative: Narrative, facts: Facts) -> bool:
    template = TemplateWriter().write(facts)
    return (
        narrative.author == "templates"
        and narrative.text == template.text
        and narrative.claims == template.claims
    )


def test_what_claude_chooses_is_written_by_code(facts: Facts) -> None:
    narrative, server = ask(facts, says(GOOD))
    assert (narrative.author, narrative.text) == ("Claude", TOLD)
    assert narrative.claims == claims_in(GOOD, facts)
    assert (narrative.tries, narrative.reason) == (1, "")
    assert len(server.asked) == 1
    assert server.asked[0].path == "/v1/messages"


def test_what_it_cost_is_said(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    assert narrative.usage == Usage(800, 250, 1200, 300)
    assert narrative.cost_usd == pytest.approx((800 * 2 + 250 * 10 + 1200 * 2.5 + 300 * 0.1) / 1e6)
    assert narrative.note == (
        "Chosen by Claude (claude-sonnet-5-5) in 1 request: 2,550 tokens, about $0.0071; written "
        "by code."
    )


def test_cost_is_unknown_without_a_price_and_follows_set_ones(facts: Facts) -> None:
    with serving(says(GOOD)) as server:
        unknown = replace(access_to(server), model="claude-of-tomorrow")
        assert (
            ClaudeWriter(unknown)
            .write(facts)
            .note.endswith("2,550 tokens, cost unknown; written by code.")
        )
        priced = replace(unknown, prices=Prices(100, 200, 300, 400))
        assert ClaudeWriter(priced).write(facts).cost_usd == pytest.approx(
            0.08 + 0.05 + 0.36 + 0.12
        )


def test_egress_is_what_is_sent_to_the_byte(facts: Facts) -> None:
    with serving(says(GOOD)) as server:
        access = access_to(server)
        shown = egress(facts, access)
        assert server.asked == []
        ClaudeWriter(access).write(facts)
    assert server.asked[0].body == shown.encode()


def test_what_is_sent_is_the_facts_and_nothing_else(facts: Facts) -> None:
    with serving(says(GOOD)) as server:
        sent = json.loads(egress(facts, access_to(server)))
    assert sent["system"] == [
        {"text": SYSTEM, "type": "text", "cache_control": {"type": "ephemeral"}}
    ]
    assert len(sent["messages"]) == 1
    (block,) = sent["messages"][0]["content"]
    assert json.loads(block["text"]) == json.loads(json.dumps(facts.as_json()))
    assert block["cache_control"] == {"type": "ephemeral"}
    output = {"schema": schema_of(facts), "type": "json_schema"}
    assert sent["output_config"] == {"effort": "medium", "format": output}


def test_of_the_story_only_its_subject_is_sent(facts: Facts) -> None:
    with serving(says(GOOD)) as server:
        sent = egress(replace(facts, story=STORY), access_to(server))
    assert "readiness on Wednesday" in sent
    assert "biggest ride" not in sent


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_second_try_hears_what_was_wrong_in_our_words(facts: Facts, bad: str) -> None:
    narrative, server = ask(facts, says(bad), says(GOOD))
    assert (narrative.author, narrative.text, narrative.tries) == ("Claude", TOLD, 2)
    assert narrative.usage == Usage(1600, 500, 2400, 600)
    first, second = (asked.json["messages"][0]["content"] for asked in server.asked)
    assert second[0] == first[0]
    assert second[1]["text"].startswith("Your answer was not of the schema: ")
    assert "mood" not in second[1]["text"]
    assert "evil" not in second[1]["text"]


def test_after_two_answers_that_are_not_of_the_schema_the_template_speaks(facts: Facts) -> None:
    narrative, server = ask(facts, says(BAD["prose"]))
    assert is_template(narrative, facts)
    assert len(server.asked) == narrative.tries == 2
    assert narrative.reason == INVALID
    assert narrative.cost_usd == pytest.approx(2 * 0.00713)
    assert "about $0.0143" in narrative.note


FAILING = {
    "by status": (refuses(529, "overloaded_error", retry_after_ms="1"), Usage()),
    "too many requests": (refuses(429, "rate_limit_error", retry_after_ms="1"), Usage()),
    "a refusal": (says("No.", "refusal"), Usage(800, 250, 1200, 300)),
    "the end of its tokens": (says(GOOD[:50], "max_tokens"), Usage(800, 250, 1200, 300)),
    "whole, but at the end of its tokens": (says(GOOD, "max_tokens"), Usage(800, 250, 1200, 300)),
    "torn": (breaks_off(GOOD), Usage(800, 1, 1200, 300, complete=False)),
    "never": (says_nothing, Usage(complete=False)),
}


@pytest.mark.parametrize(("reply", "usage"), FAILING.values(), ids=FAILING.keys())
def test_where_claude_fails_the_template_speaks(facts: Facts, reply: Reply, usage: Usage) -> None:
    narrative, _ = ask(facts, reply, seconds=0.6 if reply is says_nothing else 20.0)
    assert is_template(narrative, facts)
    assert (narrative.tries, narrative.usage) == (1, usage)
    assert narrative.note.startswith(f"Chosen by fixed rules: {narrative.reason}. Asking Claude")
    assert narrative.reason


def test_tokens_of_a_cut_answer_are_told_as_the_least(facts: Facts) -> None:
    narrative, _ = ask(facts, breaks_off(GOOD))
    assert "1 request: at least 2,301 tokens, at least $0.00" in narrative.note


def test_what_a_second_try_sends_again_is_long_enough_to_be_cached(facts: Facts) -> None:
    # A token is a word or a sign at most: no tokenizer joins two of these.
    again = SYSTEM + json.dumps(facts.as_json(), ensure_ascii=False)
    assert len(re.findall(r"\w+|[^\w\s]", again)) > SHORTEST_CACHED_TOKENS


def test_of_an_unknown_week_nothing_is_asked() -> None:
    narrative, server = ask(Facts(), says(GOOD))
    assert (narrative.author, narrative.text, narrative.tries) == ("templates", "", 0)
    assert server.asked == []


def test_a_kept_narrative_is_the_same_again_and_asks_nobody(facts: Facts) -> None:
    narrative, _ = ask(facts, says("HRV was up."), says(GOOD))
    kept = to_json(narrative)
    assert from_json(kept, facts) == narrative
    assert "HRV was" not in kept


def test_a_kept_narrative_of_other_facts_or_of_another_hand_does_not_hold(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    kept = json.loads(to_json(narrative))
    assert from_json(json.dumps(kept), replace(facts, window="")) is None
    assert from_json(json.dumps(kept | {"claims": [HIGH | {"of": "mood"}]}), facts) is None
    assert from_json(json.dumps(kept | {"claims": []}), facts) is None
    assert from_json("{}", facts) is None
    assert from_json("[]", facts) is None
    assert from_json(b"\xff", facts) is None


def test_what_an_earlier_version_kept_does_not_hold(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    kept = json.loads(to_json(narrative))
    del kept["claims"]
    draft = "HRV averaged {hrv_rmssd_ms.week}."
    assert from_json(json.dumps(kept | {"draft": draft, "refused": []}), facts) is None


def test_a_kept_text_is_written_anew(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    forged = json.dumps(json.loads(to_json(narrative)) | {"text": "HRV is 99 ms."})
    kept = from_json(forged, facts)
    assert kept is not None
    assert kept.text == TOLD


def test_without_leave_there_is_only_the_template(facts: Facts) -> None:
    assert isinstance(writer_for(None), TemplateWriter)
    with serving(says(GOOD)) as server:
        assert isinstance(writer_for(access_to(server)), ClaudeWriter)
        unsent = ClaudeWriter(replace(access_to(server), api_key=NO_KEY)).write(facts)
        assert is_template(unsent, facts)
        assert server.asked == []
