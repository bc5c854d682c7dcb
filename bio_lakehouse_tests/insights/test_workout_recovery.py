from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import adjust, workout_recovery


@pytest.fixture
def plan():
    """150 days of cycling, rest and some yoga, drawn day by day."""
    random = np.random.default_rng(11)
    return random.choice(["Cycling", "rest", "Yoga"], 150, p=[0.5, 0.4, 0.1])


@pytest.fixture
def trained(person, plan, as_of):
    """A person whose readiness is eight points lower after cycling."""
    random = np.random.default_rng(12)
    readiness = np.append(78.0, np.where(plan[:-1] == "Cycling", 72, 80)) + random.normal(0, 4, 150)
    workouts = [
        {"day": as_of - timedelta(days=149 - i), "fitness_discipline": kind, "length_minutes": 30}
        for i, kind in enumerate(plan)
        if kind != "rest"
    ]
    columns = {
        "readiness_score": readiness.round(),
        "had_workout": [bool(kind != "rest") for kind in plan],
    }
    return person(columns, workouts)


def by_name(insight):
    return {finding.name: finding for finding in insight.findings}


def test_each_type_against_rest_as_recorded_by_mann_whitney(trained, plan) -> None:
    found = by_name(adjust([workout_recovery.analyze(trained)])[0])
    assert set(found) == {"cycling_vs_rest", "yoga_vs_rest"}
    readiness = trained.next_day("readiness_score")[-150:]
    cycling, rest = (
        readiness[(plan == kind) & ~np.isnan(readiness)] for kind in ("Cycling", "rest")
    )
    values = found["cycling_vs_rest"].values
    u = stats.mannwhitneyu(cycling, rest).statistic
    assert values["u"] == u
    assert values["raw_effect"] == pytest.approx(2 * u / (len(cycling) * len(rest)) - 1)
    assert values["median_first"] == np.median(cycling)
    assert (values["n_first"], values["n_second"]) == (len(cycling), len(rest))


def test_the_difference_on_days_alike_is_that_which_was_put_in(trained) -> None:
    found = by_name(adjust([workout_recovery.analyze(trained)])[0])
    cycling, yoga = found["cycling_vs_rest"], found["yoga_vs_rest"]
    assert (cycling.status, yoga.status) == ("found", "not found")
    low, high = (cycling.values[f"adjusted_difference_{end}"] for end in ("low", "high"))
    assert low < -8 < high < 0


def test_sentence_takes_its_word_from_the_sign(trained) -> None:
    insight = adjust([workout_recovery.analyze(trained)])[0]
    finding = by_name(insight)["cycling_vs_rest"]
    said = workout_recovery.sentence(finding)
    assert said.startswith(
        "Readiness on the next day tended to be lower after cycling than after rest, by "
    )
    assert "point-biserial r −0." in said
    assert "Oura's readiness itself counts the activity of the day before" in said
    plain = workout_recovery.plain(insight, finding)
    assert plain is not None
    assert plain.startswith("On a typical day after cycling readiness was 72, after rest 80 (")


def test_medians_that_point_the_other_way_are_not_told(trained) -> None:
    insight = adjust([workout_recovery.analyze(trained)])[0]
    finding = by_name(insight)["cycling_vs_rest"]
    turned = replace(finding, values=finding.values | {"median_first": 90.0})
    plain = workout_recovery.plain(insight, turned)
    assert plain is not None
    assert plain.startswith("On otherwise similar days readiness was ")
    assert "points lower after cycling than after rest" in plain
    assert "median" not in plain


def test_seven_days_are_too_few(person, as_of) -> None:
    workouts = [
        {
            "day": as_of - timedelta(days=2 * i + 1),
            "fitness_discipline": "Rowing",
            "length_minutes": 30,
        }
        for i in range(7)
    ]
    had = [i % 2 == 1 and i < 14 for i in range(40)][::-1]
    insight = workout_recovery.analyze(
        person({"readiness_score": np.full(40, 80.0), "had_workout": had}, workouts)
    )
    finding = by_name(insight)["rowing_vs_rest"]
    assert (finding.status, finding.n, finding.needed, finding.effect) == (
        "not enough data",
        7,
        8,
        None,
    )
    assert workout_recovery.narrate(insight) == (
        "Readiness after rowing: not enough data (7 of 8 days after rowing with a readiness score)."
    )


def test_a_person_without_workouts_hears_that_there_are_none(person) -> None:
    insight = workout_recovery.analyze(person({"readiness_score": np.full(40, 80.0)}))
    assert [finding.status for finding in insight.findings] == ["not enough data"]
    notes = [note.text for note in workout_recovery.visualize(insight).layout.annotations]
    assert "Not enough data (0 of 8 days)" in notes


def test_few_days_are_dots_without_a_box(trained) -> None:
    insight = workout_recovery.analyze(trained)
    groups = {group["type"]: group["readiness"] for group in insight.series["groups"]}
    assert next(iter(groups)) == "rest"
    figure = workout_recovery.visualize(insight)
    assert [len(trace.y) for trace in figure.data] == [len(values) for values in groups.values()]
    short = [trace for trace in figure.data if "too few" in trace.name]
    assert {trace.line.color for trace in short} <= {"rgba(0,0,0,0)"}
    assert len(short) == sum(len(values) < 8 for values in groups.values())


def test_a_plan_by_the_weekday_cannot_be_told_apart_from_it(person, as_of) -> None:
    random = np.random.default_rng(13)
    days = [as_of - timedelta(days=149 - i) for i in range(150)]
    rides = [day.weekday() in (1, 3, 5) for day in days]
    workouts = [
        {"day": day, "fitness_discipline": "Cycling", "length_minutes": 30}
        for day, ridden in zip(days, rides, strict=True)
        if ridden
    ]
    readiness = random.normal(78, 5, 150) + 6 * np.array([day.weekday() == 2 for day in days])
    insight = adjust(
        [
            workout_recovery.analyze(
                person({"readiness_score": readiness.round(), "had_workout": rides}, workouts)
            )
        ]
    )[0]
    finding = by_name(insight)["cycling_vs_rest"]
    assert (finding.status, finding.tested, finding.effect) == ("described", False, None)
    assert "cannot be told apart from weekday" in workout_recovery.sentence(finding)
    assert workout_recovery.plain(insight, finding) is None
