"""What is told of findings: their figures, what was not found, and never a cause."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.ask.claims import finding_answers, finding_sentences
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS, READINESS_FORECAST, SELF_EXPERIMENT
from bio_lakehouse_tests.ask.made_up_findings import (
    TODAY,
    MadeUpLake,
    finding,
    planned,
    relation,
)

CAUSAL = re.compile(
    r"\b(cause[sd]?|because|affect\w*|improv\w+|boost\w*|due to|leads? to|led to|thanks to|makes?|"
    r"raise[sd]?|lowered|reduce[sd]?|drives?|influence\w*|impact\w*|results? in|harm\w*|hurt\w*)\b",
    re.IGNORECASE,
)
CLEARANCE = re.compile(r"no signs?\b|nothing wrong|all clear|you are fine|safe to", re.IGNORECASE)
FOUND = relation("sleep_readiness", "next_day", "found", (4.5, 2.6, 6.4), n=149, q=0.0004)
NOT_FOUND = relation("workout_recovery", "yoga_vs_rest", "not found", (-2.2, -5.4, 1.0), q=0.8)
TOO_FEW = finding("workout_recovery", "walking_vs_rest", "not enough data", n=5, needed=8)
SAME_MORNING = finding(
    "sleep_readiness", "same_day", "described", effect=0.22, interval_low=0.03, interval_high=0.39
)
HIGH = relation("intensity_impact", "high_vs_low", "not found", (-7.1, -10.1, -4.1), q=0.01)
HIGH_ONLY_NINE = HIGH | {"finding_values": '{"objections": ["nine days"]}'}


def test_what_was_found_is_told_in_points_with_interval_days_and_q(tmp_path: Path) -> None:
    sentence, caveats = MadeUpLake(tmp_path, insights=[FOUND]).told("does sleep affect readiness")
    assert sentence == (
        "On days alike in other ways, 31 May – 26 November 2026, readiness of the next day was 4.5 "
        "points higher for every 10 points more sleep score (95 % interval 2.6 to 6.4; 149 pairs "
        "of days; q < 0.001)."
    )
    assert "As of 26 November 2026." in caveats
    assert any("cannot tell" in caveat and "experiment start" in caveat for caveat in caveats)


def test_what_was_looked_for_and_not_found_is_named_with_what_remains_possible(
    tmp_path: Path,
) -> None:
    lake = MadeUpLake(tmp_path, insights=[NOT_FOUND, TOO_FEW])
    sentence, _ = lake.told("do my workouts affect my readiness")
    assert "looked for and not found in readiness of the next day" in sentence
    assert "5.4 points lower to 1.0 points higher remains possible" in sentence
    assert "Not enough days to look yet: walking (5 of 8 days)." in sentence


def test_only_the_kind_that_was_asked_about_is_told(tmp_path: Path) -> None:
    lake = MadeUpLake(tmp_path, insights=[NOT_FOUND, TOO_FEW])
    assert "yoga" not in lake.told("does walking affect my readiness")[0]
    assert lake.told("does rowing affect my readiness")[0] == (
        "No day with rowing is among the days that were looked at."
    )


def test_what_does_not_hold_without_nine_days_says_so(tmp_path: Path) -> None:
    lake = MadeUpLake(tmp_path, insights=[HIGH_ONLY_NINE])
    sentence, _ = lake.told("do hard workouts hurt my readiness")
    assert "it is there only with nine days in a row" in sentence


def test_an_interval_without_zero_that_is_not_found_says_why(tmp_path: Path) -> None:
    apart = relation("workout_recovery", "yoga_vs_rest", "not found", (-2.2, -4.0, -0.4), q=0.3)
    sentence, _ = MadeUpLake(tmp_path, insights=[apart]).told("does yoga affect my readiness")
    assert "q = 0.30; it does not stand out among all that was tested" in sentence


def test_a_correlation_says_what_was_tested_and_what_is_partly_the_same(tmp_path: Path) -> None:
    lake = MadeUpLake(tmp_path, insights=[FOUND, SAME_MORNING])
    sentence, _ = lake.told("What's the correlation between my sleep and readiness?")
    assert (
        "partial r is 0.30 (95 % interval 0.10 to 0.50); as recorded Pearson r is 0.20" in sentence
    )
    assert "partly the same measurement" in sentence


def test_what_is_not_tested_beside_it_is_said(tmp_path: Path) -> None:
    lake = MadeUpLake(tmp_path, insights=[FOUND])
    _, caveats = lake.told("does sleep or coffee affect my readiness")
    assert "Coffee: not tested here, so nothing is said of it." in caveats


def test_without_insights_it_says_how_they_are_built(tmp_path: Path) -> None:
    lake = MadeUpLake(tmp_path)
    for question in ("does sleep affect readiness", "what moved this week", "how will tomorrow be"):
        sentence, _ = lake.told(question)
        assert "`bio-lakehouse report`" in sentence


def test_findings_of_long_ago_say_so(tmp_path: Path) -> None:
    old = FOUND | {"day": TODAY - timedelta(days=30)}
    _, caveats = MadeUpLake(tmp_path, insights=[old]).told("does sleep affect readiness")
    assert any("later days were not looked at" in caveat for caveat in caveats)


def test_findings_of_later_days_are_not_read(tmp_path: Path) -> None:
    later = NOT_FOUND | {"day": TODAY + timedelta(days=1)}
    lake = MadeUpLake(tmp_path, insights=[later])
    assert (
        "No insights are built yet up to 26 November 2026"
        in lake.told("does yoga affect readiness")[0]
    )


def daily(back: int, readiness: int | None, **fields: Any) -> dict[str, Any]:
    day = {"user_id": "me", "day": TODAY - timedelta(days=back), "readiness_score": readiness}
    return day | fields


def test_overtraining_says_what_was_seen_and_gives_no_all_clear(tmp_path: Path) -> None:
    days = [daily(back, 80, had_workout=True) for back in range(20)]
    lake = MadeUpLake(tmp_path, daily_readiness_performance=days)
    sentence, caveats = lake.told("Am I overtraining?")
    assert "Readiness is 70 or above." in sentence
    assert "low on 14 days" in sentence
    assert "Training load is not known of these days." in sentence
    assert any("no all-clear and no diagnosis" in caveat for caveat in caveats)
    assert not CLEARANCE.search(sentence)


def test_overtraining_says_why_no_level_can_be_given(tmp_path: Path) -> None:
    undecided = [daily(0, 66), daily(1, 80, had_workout=True)]
    lake = MadeUpLake(tmp_path / "undecided", daily_readiness_performance=undecided)
    assert "No level can be given, as a day or a workout" in lake.told("Am I overtraining?")[0]
    unread = [daily(0, None, had_workout=True), daily(1, 80, had_workout=True)]
    lake = MadeUpLake(tmp_path / "unread", daily_readiness_performance=unread)
    assert "The readiness of the day is not known." in lake.told("Am I overtraining?")[0]


def test_a_day_of_which_nothing_is_known_is_no_day_without_a_workout(tmp_path: Path) -> None:
    first = [daily(0, 78, had_workout=True)]
    lake = MadeUpLake(tmp_path / "first", daily_readiness_performance=first)
    sentence, _ = lake.told("Am I overtraining?")
    assert "1 known workout day among the last three." in sentence
    assert "of the last 3 days" not in sentence
    untold = [daily(back, score) for back, score in enumerate((63, 70, 80))]
    lake = MadeUpLake(tmp_path / "untold", daily_readiness_performance=untold)
    sentence, _ = lake.told("Am I overtraining?")
    assert (
        "Readiness is 63, 12.0 below the mean of what is known of the three days before. The "
        "lake's rule calls that high risk by readiness alone: whether there were workouts on the "
        "last three days is unknown." in sentence
    )
    rested = [daily(0, 63, had_workout=False), *untold[1:]]
    lake = MadeUpLake(tmp_path / "rested", daily_readiness_performance=rested)
    sentence, _ = lake.told("Am I overtraining?")
    assert "by readiness alone: there are no known workout days among the last three." in sentence


def test_a_trend_is_two_months_side_by_side_and_a_week_that_is_tested(tmp_path: Path) -> None:
    days = [daily(back, None, hrv_rmssd_ms=60.0 if back < 60 else 50.0) for back in range(180)]
    week = {
        **{"user_id": "me", "day": TODAY, "measure": "hrv_rmssd_ms", "difference": 0.5},
        **{"interval_low": -9.4, "interval_high": 10.5, "p": 0.9, "q": 1.0},
    }
    lake = MadeUpLake(tmp_path, daily_readiness_performance=days, week_comparison=[week])
    sentence, _ = lake.told("is my HRV improving")
    assert "HRV averaged 60.0 ms in the 30 days up to 26 November 2026 (30 known)" in sentence
    assert "50.0 ms in the 30 days from 31 May 2026 (30 known)" in sentence
    assert "described and not tested" in sentence
    assert "not found to stand out: HRV 0.5 ms higher (95 % interval −9.4 to +10.5)" in sentence
    moved = week | {"interval_low": 0.1, "p": 0.001, "q": 0.01}
    lake = MadeUpLake(tmp_path / "moved", week_comparison=[moved])
    assert "HRV 0.5 ms higher (95 % interval +0.1 to +10.5): that stands out" in lake.told(
        "what moved this week"
    )[0]  # fmt: skip


def test_two_months_that_share_days_are_not_held_against_each_other(tmp_path: Path) -> None:
    days = [daily(back, 80) for back in range(40)]
    sentence, _ = MadeUpLake(tmp_path, daily_readiness_performance=days).told(
        "is my readiness improving"
    )
    assert "averaged" not in sentence
    assert "not enough days for two months side by side (40 of 60 are known)" in sentence


def forecast(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(column.name for column in READINESS_FORECAST.columns)
    row |= {"user_id": "me", "day": TODAY, "forecast_day": TODAY + timedelta(days=1)}
    row |= {"readiness_score": 76.0, "interval_low": 66.0, "interval_high": 85.0}
    row |= {"past_forecasts": 90, "needed": 30, "is_today_known": True, "mean_error": 4.5}
    return row | {"beats_all": True, "narrative": "Narrative."} | fields


def test_tomorrow_is_told_only_where_the_forecast_was_better_than_simple_rules(
    tmp_path: Path,
) -> None:
    sentence, _ = MadeUpLake(tmp_path, readiness_forecast=[forecast()]).told("how will tomorrow be")
    assert sentence == "Friday 27 November: readiness about 76 (80 % between 66 and 85)."
    worse = MadeUpLake(tmp_path / "worse", readiness_forecast=[forecast(beats_all=False)])
    assert "76" not in worse.told("how will tomorrow be")[0]
    stale = forecast(day=TODAY - timedelta(days=3), forecast_day=TODAY - timedelta(days=2))
    _, caveats = MadeUpLake(tmp_path / "stale", readiness_forecast=[stale]).told(
        "how will tomorrow be"
    )
    assert "The newest forecast was made on 23 November 2026, not today." in caveats


def experiment_day(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(column.name for column in EXPERIMENT_DAYS.columns)
    row |= {"user_id": "me", "day": TODAY, "experiment_id": "one", "name": "no alcohol"}
    row |= {"unit_kind": "week", "unit": 2, "units": 16, "pair": 1, "arm": "usual"}
    row |= {"is_counted": True, "outcome": "hrv_rmssd_ms", "outcome_day": TODAY}
    row |= {"is_outcome_known": False, "commitment": "a" * 64, "is_stopped": False}
    row |= {"first_day": TODAY - timedelta(days=9), "analysed_on": date(2027, 3, 1)}
    return row | fields


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"unit": 16, "analysed_on": TODAY},
            "“no alcohol”, begun 26 November 2026, is over: its result may be told from 26 "
            "November 2026 on, but it is not in this lake yet. `bio-lakehouse experiment result` "
            "tells it, or what it lacks; `bio-lakehouse report` adds it to the lake.",
        ),
        (
            {"unit": 16, "analysed_on": TODAY - timedelta(days=60)},
            "“no alcohol”, begun 26 November 2026, is over: its result may be told from 27 "
            "September 2026 on, but it is not in this lake yet. `bio-lakehouse experiment result` "
            "tells it, or what it lacks.",
        ),
        (
            {"is_stopped": True},
            "“no alcohol”, begun 26 November 2026, was stopped early; of such an experiment no "
            "result is told.",
        ),
    ],
)
def test_an_experiment_that_is_over_is_not_said_to_go_on(
    tmp_path: Path, fields: dict[str, Any], said: str
) -> None:
    lake = MadeUpLake(tmp_path, experiment_days=[experiment_day(**fields)])
    for question in ("did the experiment work", "does alcohol affect my hrv"):
        assert lake.told(question)[0] == said


def test_an_experiment_is_told_once_it_has_a_result(tmp_path: Path) -> None:
    known = {column.name for column in EXPERIMENT_DAYS.columns}
    day = {name: value for name, value in experiment_day().items() if name in known}
    going_on = MadeUpLake(tmp_path, experiment_days=[day]).told("did the experiment work")[0]
    assert "“no alcohol” has no result: week 2 of 16" in going_on
    assert "after the planned end, 1 March 2027, and not before" in going_on
    result: dict[str, Any] = dict.fromkeys(column.name for column in SELF_EXPERIMENT.columns)
    result |= {"user_id": "me", "day": TODAY, "experiment_id": "one", "name": "no alcohol"}
    result |= {"narrative": "In your experiment, assigning a week to “no alcohol” raised HRV."}
    lake = MadeUpLake(tmp_path / "over", experiment_days=[day], self_experiment=[result])
    assert lake.told("did the experiment work")[0] == result["narrative"]
    assert (
        "no experiment of yours" in MadeUpLake(tmp_path / "none").told("did it experiment work")[0]
    )


def test_no_kind_of_workout_is_called_best_and_groups_say_how_small(tmp_path: Path) -> None:
    sentence = finding_answers.told(planned("best workout type"), groups_of_workouts())[0]
    caveats = finding_answers.told(planned("best workout type"), groups_of_workouts())[1]
    assert sentence.startswith("No kind of workout is shown to be best")
    assert "79.0 after walking (3 days)" in sentence
    assert "Few to go by: walking (only 3 days)." in caveats


def test_workouts_of_days_without_a_readiness_are_counted_too(tmp_path: Path) -> None:
    days = [daily(back, None if back % 2 else 60 + back) for back in range(8)]
    rides = [
        {"user_id": "me", "day": TODAY - timedelta(days=back), "fitness_discipline": "Cycling"}
        for back in (1, 3, 4)
    ]
    lake = MadeUpLake(tmp_path, daily_readiness_performance=days, peloton_workouts=rides)
    sentence, caveats = lake.told("best workout type")
    assert "Where it is known, on all days on record, described and not tested" in sentence
    assert "next day averaged 61.0 after cycling (2 days)" in sentence
    assert "Few to go by: cycling (only 2 days)." in caveats
    (row,) = lake.rows(planned("best workout type")).to_pylist()
    assert (row["days"], row["days_with_next_day"]) == (3, 2)
    assert row["avg_next_day_readiness"] == 61.0
    assert row["avg_readiness"] == 64.0
    (below,) = lake.rows(planned("best workout type when readiness is below 75")).to_pylist()
    assert below["days"] == 1


def groups_of_workouts() -> pa.Table:
    tested = {"against_rest": None, "points": None, "points_low": None, "points_high": None}
    more = {"n": None, "needed": None, "q": None, "avg_readiness": 80.0, "day": None}
    more |= {"insight": None, "finding": None}
    window = {"window_first_day": None, "window_last_day": None}
    groups = [("cycling", 77, 67.7), ("walking", 3, 79.0)]
    return pa.Table.from_pylist(
        [
            {"workout_type": name, "days": days, "avg_next_day_readiness": mean}
            | {"days_with_next_day": days} | tested | more | window
            for name, days, mean in groups
        ]
    )  # fmt: skip


def test_small_groups_are_named_with_their_count() -> None:
    rows: list[dict[str, Any]] = [
        {"type": "Yoga", "workouts": 3},
        {"type": "Run", "workouts": 30},
        {"type": "Walk", "workouts": 0},
    ]
    few = finding_answers.small_groups_of(rows, "type", "workouts")
    assert few == ("Few to go by: Yoga (only 3 workouts).",)
    assert finding_answers.small_groups_of(rows[1:], "type", "workouts") == ()


def test_a_plan_of_others_is_not_told_here() -> None:
    with pytest.raises(ValueError, match="no findings"):
        finding_answers.told(Plan("SELECT 1", "", "value", "semantic model"), pa.table({"n": [1]}))


@pytest.mark.parametrize("module", [finding_sentences, finding_answers])
def test_nothing_is_written_with_a_cause_or_an_all_clear(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    written = " ".join(value for value in values if isinstance(value, str) and "\n" not in value)
    assert len(written) > 2_000
    assert CAUSAL.findall(written) == []
    assert CLEARANCE.findall(written) == []


STATUSES = st.sampled_from(["found", "not found", "not enough data", "described"])
FIGURE = st.one_of(st.none(), st.floats(-50, 50, allow_nan=False))
NAMED = st.sampled_from(
    [
        ("sleep_readiness", "next_day"),
        ("sleep_readiness", "same_day"),
        ("workout_recovery", "yoga_vs_rest"),
        ("workout_recovery", "cycling_vs_rest"),
        ("intensity_impact", "high_vs_low"),
        ("intensity_impact", "output"),
    ]
)


@st.composite
def any_row(draw: st.DrawFn) -> dict[str, Any]:
    insight, name = draw(NAMED)
    figures = ("points", "points_low", "points_high", "effect", "interval_low", "interval_high")
    row: dict[str, Any] = {column: draw(FIGURE) for column in figures}
    return row | {
        **{"insight": insight, "finding": name, "status": draw(STATUSES), "day": TODAY},
        **{"n": draw(st.integers(0, 400)), "needed": draw(st.integers(1, 60)), "n_eff": None},
        "q": draw(st.one_of(st.none(), st.floats(0, 1))),
        "as_recorded": draw(FIGURE),
        "median_output_kj": draw(st.one_of(st.none(), st.floats(0, 2000))),
        "objection": draw(st.sampled_from([None, "nine days", "night after", "unheard of"])),
        "claim": "Sleep causes readiness because it improves it.",
        "narrative": "Sleep causes readiness because it improves it.",
        **{"window_first_day": TODAY - timedelta(days=179), "window_last_day": TODAY},
    }


@given(
    st.sampled_from(["what affects my readiness", "correlation between sleep and readiness"]),
    st.lists(any_row(), min_size=1, max_size=8),
)
def test_whatever_the_rows_say_no_sentence_names_a_cause(
    question: str, rows: list[dict[str, Any]]
) -> None:
    sentence, caveats = finding_answers.told(planned(question), pa.Table.from_pylist(rows))
    assert CAUSAL.findall(" ".join((sentence, *caveats))) == []
    assert not CLEARANCE.search(sentence)
    assert "None" not in sentence
