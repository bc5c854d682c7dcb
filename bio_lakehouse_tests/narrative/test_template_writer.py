"""The template writer: always there, always through the gate, without any SDK."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.narrative import phrases
from bio_lakehouse.narrative.facts import Facts, FactsBuilder
from bio_lakehouse.narrative.gate import MOST_CHARACTERS, objections
from bio_lakehouse.narrative.template_writer import TemplateWriter
from bio_lakehouse.narrative.writer import from_json, to_json
from bio_lakehouse_tests.narrative.example_facts import WEEK, WINDOW, example_facts

MEASURES = (
    ("readiness_score", "Readiness"),
    ("sleep_score", "Sleep score"),
    ("hrv_rmssd_ms", "HRV"),
    ("temperature_deviation", "Temperature deviation"),
    ("spo2_average_pct", "Blood oxygen"),
    ("total_output_kj", "Output"),
)
TEXT = st.sampled_from(["0", "81", "−0.12 °C", "7 h 12 min", "1,204 kJ", "96.4 %"])

measures = st.lists(
    st.tuples(
        st.sampled_from(MEASURES),
        TEXT,
        st.none() | TEXT,
        st.sampled_from(["mean", "total"]),
        st.floats(-5, 5),
        st.sampled_from(["moved", "usual", None]),
        st.none() | TEXT,
    ),
    max_size=6,
)
highs = st.lists(
    st.tuples(
        st.sampled_from(MEASURES),
        TEXT,
        st.integers(0, 6),
        st.none() | st.just("since at least 3 May 2024"),
    ),
    max_size=3,
)
findings = st.lists(
    st.tuples(
        st.sampled_from(["found", "not found", "not enough data", "described"]),
        st.floats(-1, 1),
        st.none() | st.just("r = −0.30"),
        st.none() | st.just("95 % interval −0.50 to −0.10"),
    ),
    max_size=5,
)


@st.composite
def weeks(draw: st.DrawFn) -> Facts:
    builder = FactsBuilder(WEEK, draw(st.none() | st.just(WINDOW)))
    for (key, name), week, before, statistic, difference, standing, size in draw(measures):
        builder.measure(
            key,
            name,
            week,
            before,
            statistic=statistic,
            difference=difference,
            standing=standing,
            size=size,
        )
    for (key, name), value, days, since in draw(highs):
        builder.high(key, name, value, [WEEK[0] + timedelta(days=days)], since)
    for number, (status, effect, figure, interval) in enumerate(draw(findings)):
        told = {
            "found": phrases.related("sleep score", "readiness", effect),
            "not found": phrases.no_relation("sleep score", "readiness"),
        }.get(status, phrases.too_few("a relation", 12, 20, "pairs"))
        about = {"sleep_score": "sleep score", "readiness_score": "readiness"}
        builder.finding(
            f"f{number}",
            status,
            told,
            about,
            effect=figure,
            interval=interval,
            n="142 pairs of days",
        )
    return builder.build()


@given(weeks())
@settings(max_examples=150)
def test_templates_pass_the_gate_whatever_the_week(facts: Facts) -> None:
    narrative = TemplateWriter().write(facts)
    assert objections(narrative.draft, facts) == () or narrative.draft == ""
    assert len(narrative.text) <= MOST_CHARACTERS
    assert "{" not in narrative.text
    assert bool(narrative.text) != facts.is_empty or not narrative.draft
    assert from_json(to_json(narrative), facts) == narrative


def test_the_example_week() -> None:
    narrative = TemplateWriter().write(example_facts())
    assert narrative.text.startswith(
        "HRV was higher than in the four weeks before: it averaged 61 ms, against 55 ms before (a "
        "difference of 6.2 ms, 95 % interval 2 to 10 ms). Resting heart rate was lower than in the "
        "four weeks before: it averaged 52 bpm, against 56 bpm before (a difference of 3.6 bpm). "
        "Readiness averaged 81 (against 79 before), sleep score 83 (against 84 before) and steps "
        "8,214 a day. You logged 5 workouts, against 3.5 workouts a week in the four weeks "
        "before.\n\n"
    )
    assert (
        "The week’s highest HRV was 74 ms on Thursday, the highest since 3 May 2024. "
        "The week’s highest readiness was 91 on Tuesday."
    ) in narrative.text
    assert narrative.text.endswith(
        "Across the 180 days up to 9 March 2025, a higher sleep score went with a higher readiness "
        "score on the day after (r = 0.41, 95 % interval 0.21 to 0.58, 142 pairs of days, q = "
        "0.004). Readiness on the next day tended to be lower after cycling than after rest "
        "(rank-biserial −0.35, 48 and 61 days)."
    )
    assert narrative.note == "Written from templates."


def test_without_findings_it_says_what_was_looked_for() -> None:
    builder = FactsBuilder(WEEK, WINDOW)
    builder.measure("readiness_score", "Readiness", "81")
    builder.finding(
        "trend",
        "not found",
        phrases.no_trend("readiness"),
        {"readiness_score": "readiness"},
        n="142 days",
    )
    assert TemplateWriter().write(builder.build()).text == (
        "Readiness averaged 81.\n"
        "\n"
        "Across the 180 days up to 9 March 2025, a trend in readiness was looked for and not found "
        "(142 days)."
    )


def test_of_a_quiet_week_the_first_measure_is_told_with_its_standing() -> None:
    builder = FactsBuilder(WEEK)
    builder.measure("readiness_score", "Readiness", "81", "79", difference=2.1, standing="usual")
    builder.measure("sleep_score", "Sleep score", "83", difference=2.1, standing="usual")
    assert TemplateWriter().write(builder.build()).text == (
        "Readiness was not clearly different from before: it averaged 81, against 79 in the four "
        "weeks before. Sleep score averaged 83."
    )


def test_of_an_unknown_week_nothing_is_said() -> None:
    narrative = TemplateWriter().write(FactsBuilder(WEEK).build())
    assert (narrative.text, narrative.draft, narrative.author) == ("", "", "templates")


def test_a_high_alone() -> None:
    builder = FactsBuilder(WEEK)
    builder.high("readiness_score", "Readiness", "91", [date(2025, 3, 4)])
    assert (
        TemplateWriter().write(builder.build()).text
        == "The week’s highest readiness was 91 on Tuesday."
    )


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
