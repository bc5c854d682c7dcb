"""The insights find what was put into the demo person, and nothing when nothing was. Minutes long:
run with -m slow."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bio_lakehouse.sources.demo import Effects, Truth, simulate
from bio_lakehouse_tests.benchmarks.power import (
    DAYS,
    EFFECTS_FOUND,
    END,
    NEEDED,
    PEOPLE,
    WHOLE_WINDOW,
    Findings,
    findings_of,
    found_in,
    people,
)

SEEDS = range(PEOPLE)


@pytest.fixture(scope="module")
def moved() -> list[tuple[Truth, Findings]]:
    return people()


@pytest.fixture(scope="module")
def unmoved() -> list[tuple[Truth, Findings]]:
    return people(effects=Effects.none())


@pytest.fixture(scope="module")
def moved_for_a_whole_window() -> list[tuple[Truth, Findings]]:
    return people(WHOLE_WINDOW)


@pytest.mark.slow
@pytest.mark.parametrize("name", EFFECTS_FOUND)
def test_an_effect_that_was_put_in_is_found(
    name: str,
    moved_for_a_whole_window: list[tuple[Truth, Findings]],
    moved: list[tuple[Truth, Findings]],
) -> None:
    assert found_in(name, moved_for_a_whole_window) >= NEEDED[name]
    assert found_in(name, moved) >= 0.4
    for _, findings in (*moved_for_a_whole_window, *moved):
        if findings[name].status == "found":
            assert (findings[name].effect or 0.0) * EFFECTS_FOUND[name] > 0


@pytest.mark.slow
def test_a_week_of_illness_stands_out(
    moved_for_a_whole_window: list[tuple[Truth, Findings]],
) -> None:
    recognised = 0
    for truth, findings in moved_for_a_whole_window:
        unusual = set(findings["anomaly_detection/readiness"].values["unusual_days"])
        height = {day.day.isoformat() for day in truth.days if day.severity >= 0.9}
        recognised += len(unusual & height) >= 2
    assert recognised >= 0.55 * len(SEEDS)


@pytest.mark.slow
def test_a_week_of_illness_stands_out_in_temperature(moved: list[tuple[Truth, Findings]]) -> None:
    warm = 0
    for truth, findings in moved:
        unusual = set(findings["anomaly_detection/temperature"].values["unusual_days"])
        ill = {day.day.isoformat() for day in truth.days if day.severity >= 0.5}
        warm += bool(unusual & ill)
    assert warm >= 0.9 * len(SEEDS)


@pytest.mark.slow
def test_a_week_of_illness_is_a_streak_without_workouts(
    moved: list[tuple[Truth, Findings]],
) -> None:
    for truth, findings in moved:
        first, last = (end.isoformat() for end in truth.illnesses[0])
        streaks = findings["anomaly_detection/missed_workouts"].values["streaks"]
        assert any(begin <= first and end >= last for begin, end in streaks)


@pytest.mark.slow
def test_with_nothing_put_in_no_test_finds_anything_more_often_than_it_may(
    unmoved: list[tuple[Truth, Findings]],
) -> None:
    found = Counter(
        name
        for _, findings in unmoved
        for name, finding in findings.items()
        if finding.tested and finding.status == "found"
    )
    tested = {
        name
        for _, findings in unmoved
        for name, finding in findings.items()
        if finding.p is not None
    }
    assert tested >= EFFECTS_FOUND.keys()
    assert {name: count for name, count in found.items() if count > 0.05 * len(SEEDS)} == {}


@pytest.mark.slow
def test_with_nothing_put_in_no_week_looks_like_illness(
    unmoved: list[tuple[Truth, Findings]],
) -> None:
    mistaken = 0
    for _, findings in unmoved:
        days = [
            date.fromisoformat(day)
            for day in findings["anomaly_detection/readiness"].values["unusual_days"]
        ]
        mistaken += any(later - earlier < timedelta(days=7) for earlier, later in pairwise(days))
    assert mistaken <= 0.1 * len(SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effect", "names"),
    [
        ("sleep_next_day", ["sleep_readiness/next_day"]),
        ("hard_day", ["intensity_impact/high_vs_low", "intensity_impact/output"]),
    ],
)
def test_one_effect_switched_off_is_found_far_less_often(effect: str, names: list[str]) -> None:
    off = ("previous_night", "illness") if effect == "sleep_next_day" else ("fatigue",)
    truths = [simulate(DAYS, seed, END, Effects().without(effect, *off)) for seed in SEEDS]
    found = [
        findings
        for findings in map(findings_of, truths)
        if any(findings[name].status == "found" for name in names)
    ]
    assert len(found) <= 0.1 * len(SEEDS)
