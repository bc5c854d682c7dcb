from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from bio_lakehouse.gold.schemas import INSIGHTS as INSIGHTS_TABLE
from bio_lakehouse.insights import ANALYZERS, INSIGHTS, InsightData, insights_of, narrate, visualize
from bio_lakehouse.insights.adjustment import OF_RELATIONS, OF_THE_WEEK, q_values
from bio_lakehouse.insights.table import from_rows, to_rows
from bio_lakehouse.insights.week_comparison import week_tests


@pytest.fixture
def days(person, as_of):
    """A person with gaps of whom some things can be found and of others there is not enough
    data."""
    random = np.random.default_rng(51)
    sleep = random.normal(80, 6, 150).round()
    readiness = np.append(78, 0.9 * (sleep[:-1] - 80) + 78 + random.normal(0, 3, 149)).round()
    sleep[10:14] = np.nan
    had = random.random(150) < 0.5
    workouts = [
        {
            "day": as_of - timedelta(days=149 - int(i)),
            "fitness_discipline": "Cycling",
            "total_output_kj": 300.0,
        }
        for i in np.flatnonzero(had)
    ]
    output = np.where(had, random.integers(200, 400, 150), np.nan)
    columns = {"sleep_score": sleep, "readiness_score": readiness, "had_workout": had.tolist()}
    return person(columns | {"total_output_kj": output}, workouts)


@pytest.fixture
def report(days):
    """All five insights of that person."""
    return insights_of(days)


def test_five_insights_in_the_contracts_order(report) -> None:
    assert tuple(insight.name for insight in report) == INSIGHTS == tuple(ANALYZERS)


def test_rows_and_back_is_exact(report) -> None:
    rows = to_rows(report)
    assert rows.schema.equals(INSIGHTS_TABLE.arrow)
    assert from_rows(rows) == report
    assert [narrate(insight) for insight in from_rows(rows)] == [
        narrate(insight) for insight in report
    ]
    for before, after in zip(report, from_rows(rows), strict=True):
        assert visualize(after) == visualize(before)


def test_the_order_of_rows_does_not_matter(report) -> None:
    rows = to_rows(report)
    shuffled = rows.take(np.random.default_rng(0).permutation(rows.num_rows))
    assert from_rows(shuffled) == report


def test_rows_keep_the_schemas_rules(report) -> None:
    frame = to_rows(report).to_pandas()
    assert not frame.duplicated(list(INSIGHTS_TABLE.grain)).any()
    for column in INSIGHTS_TABLE.columns:
        values = frame[column.name].dropna()
        assert len(values) == len(frame) or not column.required, column.name
        assert column.minimum is None or (values >= column.minimum).all(), column.name
        assert column.maximum is None or (values <= column.maximum).all(), column.name
    assert set(frame["status"]) <= {"found", "described", "not found", "not enough data"}
    assert frame.groupby("insight")["series"].count().eq(1).all()


def test_q_is_over_all_tests_of_the_days_report(report, days) -> None:
    """Those of the insights and the comparisons of the week, of which there are two here: readiness
    and sleep."""
    frame = to_rows(report).to_pandas()
    tested = frame[frame["p"].notna()]
    moved = [test.p for test in week_tests(days) if test.p is not None]
    assert len(tested) >= 4
    assert len(moved) == 2
    shares = [OF_RELATIONS / len(tested)] * len(tested) + [OF_THE_WEEK / 2] * 2
    expected = q_values([*tested["p"], *moved], shares)
    assert tested["q"].to_numpy() == pytest.approx(expected[: len(tested)])
    assert ((tested["q"] <= 0.05) == (tested["status"] == "found")).all()


def test_refused_findings_hold_no_number(report) -> None:
    frame = to_rows(report).to_pandas()
    refused = frame[frame["status"] == "not enough data"]
    assert len(refused)
    assert (
        refused[["effect", "interval_low", "interval_high", "n_eff", "p", "q"]]
        .isna()
        .all(axis=None)
    )
    assert (refused["n"] < refused["needed"]).all()


def test_nobodys_days_make_rows_too(as_of) -> None:
    columns = [
        "day",
        "readiness_score",
        "sleep_score",
        "hrv_rmssd_ms",
        "total_output_kj",
        "had_workout",
    ]
    workouts = pd.DataFrame(
        columns=["day", "started_at", "fitness_discipline", "total_output_kj", "length_minutes"]
    )
    nobody = insights_of(InsightData("nobody", as_of, pd.DataFrame(columns=columns), workouts))
    rows = to_rows(nobody)
    assert set(rows["status"].to_pylist()) == {"not enough data"}
    assert from_rows(rows) == nobody


def test_an_empty_table_holds_no_insights() -> None:
    assert from_rows(INSIGHTS_TABLE.arrow.empty_table()) == []
