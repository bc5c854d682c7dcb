"""Sentences of answers: the value with its days, what is not on record, and never a number that the
rows do not hold."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.ask.answers import answer_sentences
from bio_lakehouse.ask.answers.answer_columns import columns_of
from bio_lakehouse.ask.answers.answer_sentences import Known, Told
from bio_lakehouse.ask.plan import Circumstances, Plan, Shape
from bio_lakehouse.ask.planning import planner
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.engines.guard import check

MODEL = semantic_model.load()
TABLES = frozenset(dataset.full_name for dataset in MODEL.datasets.values())
WEEK = (date(2026, 11, 16), date(2026, 11, 22))
MEAN = (
    "SELECT avg(readiness_score) AS readiness, count(readiness_score) AS days"
    " FROM daily_readiness_performance WHERE day BETWEEN DATE '2026-11-16' AND DATE '2026-11-22'"
)
NOTHING_KNOWN = Known()


def told(
    sql: str,
    columns: dict[str, list[object]],
    shape: Shape,
    *,
    reading: str = "what was asked",
    covers: tuple[date, date] | None = None,
    known: Known = NOTHING_KNOWN,
) -> Told:
    """What is told of rows as if they were the answer to `sql`."""
    checked, rows = check(sql, TABLES), pa.table(columns)
    plan = Plan(sql, reading, shape, "semantic model", covers=covers)
    described = columns_of(rows, checked, MODEL)
    return answer_sentences.told(plan, rows, checked, described, known)


@pytest.mark.parametrize(
    ("readiness", "days", "sentence"),
    [
        (78.4, 7, "Your average readiness was 78 from Monday 16 to Sunday 22 November 2026, over 7"
         " known days."),
        (78.5, 5, "Your average readiness was 79 from Monday 16 to Sunday 22 November 2026, over 5"
         " known days of 7."),
        (70.0, 1, "Your average readiness was 70 from Monday 16 to Sunday 22 November 2026, over 1"
         " known day of 7."),
    ],
)  # fmt: skip
def test_a_mean_says_its_days_and_how_many_are_known(
    readiness: float, days: int, sentence: str
) -> None:
    columns: dict[str, list[object]] = {"readiness": [readiness], "days": [days]}
    assert told(MEAN, columns, "value", covers=WEEK).sentence == sentence


def test_what_is_not_on_record_is_never_a_zero() -> None:
    newest = Known(newest=lambda column: date(2026, 11, 3))
    columns: dict[str, list[object]] = {"readiness": [None], "days": [0]}
    said = told(MEAN, columns, "value", covers=WEEK, known=newest).sentence
    assert said == (
        "Nothing is on record of readiness from Monday 16 to Sunday 22 November 2026. The newest"
        " day of which readiness is known is Tuesday 3 November 2026."
    )


def test_a_count_of_days_about_which_nothing_is_known_is_not_known() -> None:
    sql = "SELECT count(*) AS workouts FROM peloton_workouts WHERE day >= DATE '2019-01-01'"
    year = (date(2019, 1, 1), date(2019, 12, 31))
    data = Known(extent=lambda: (date(2025, 3, 1), date(2026, 3, 1)))
    said = told(sql, {"workouts": [0]}, "value", covers=year, known=data).sentence
    assert "not known" in said
    assert not re.search(r"\b0\b", said)
    own_year = (date(2026, 1, 1), date(2026, 1, 31))
    said = told(sql, {"workouts": [0]}, "value", reading="workouts", covers=own_year, known=data)
    assert said.sentence == "Workouts: 0."


def test_days_before_the_data_are_not_counted_as_if_they_were_known() -> None:
    sql = "SELECT count(*) AS workouts FROM peloton_workouts WHERE day >= DATE '2025-01-01'"
    data = Known(extent=lambda: (date(2025, 10, 23), date(2026, 3, 1)))
    year = (date(2025, 1, 1), date(2025, 12, 31))
    said = told(sql, {"workouts": [41]}, "value", reading="workouts", covers=year, known=data)
    assert said.caveats == (
        "The data begins on Thursday 23 October 2025: nothing is known of the days before.",
    )
    later = (date(2025, 11, 1), date(2025, 12, 31))
    said = told(sql, {"workouts": [41]}, "value", reading="workouts", covers=later, known=data)
    assert said.caveats == ()


def test_what_narrows_rows_down_is_said() -> None:
    sql = (
        "SELECT avg(readiness_score) AS readiness FROM daily_readiness_performance WHERE steps > 9"
    )
    said = told(sql, {"mean": [80.0]}, "value", reading="mean readiness, steps above 9")
    assert said.sentence == "Mean readiness, steps above 9: 80."


@pytest.mark.parametrize(
    "rest",
    [
        "WHERE had_workout",
        "WHERE day_of_week(day) > 5",
        "WHERE day IN (SELECT day FROM energy_state)",
        "WHERE readiness_score = 80 OR day > DATE '2026-01-01'",
        "JOIN energy_state USING (day)",
        "LIMIT 1",
    ],
)
def test_no_figure_of_some_days_stands_for_all(rest: str) -> None:
    sql = f"SELECT avg(steps) AS steps FROM daily_readiness_performance {rest}"
    said = told(sql, {"steps": [8000.0]}, "value", reading="some of the days").sentence
    assert said.startswith("Some of the days: ")


def test_days_that_nobody_named_are_not_all_days() -> None:
    said = told(MEAN, {"readiness": [80.0], "days": [7]}, "value", reading="and then?")
    assert said.sentence == "And then? 80, over 7 known days."


def test_a_list_counts_and_names_its_first_days() -> None:
    sql = "SELECT day, readiness_score FROM daily_readiness_performance WHERE readiness_score < 70"
    days = [date(2026, 11, 2) + timedelta(2 * number) for number in range(5)]
    said = told(sql, {"day": days, "readiness_score": [60, 61, 62, 63, 64]}, "list", reading="low")
    assert said.sentence == (
        "Low: 5 days – Monday 2 November 2026 (60), Wednesday 4 November 2026 (61), Friday 6"
        " November 2026 (62) and 2 more."
    )


def test_sides_are_told_with_their_difference_and_what_it_does_not_show() -> None:
    sql = (
        "SELECT CASE WHEN day_of_week(day) > 5 THEN 'weekend' ELSE 'weekday' END AS compared,"
        " avg(sleep_duration_h) AS hours, count(sleep_duration_h) AS nights"
        " FROM daily_readiness_performance GROUP BY 1"
    )
    columns: dict[str, list[object]] = {
        "compared": ["weekday", "weekend"],
        "hours": [7.0, 7.5],
        "nights": [250, 100],
    }
    said = told(sql, columns, "comparison", reading="time asleep")
    assert said.sentence == (
        "Time asleep: weekday 7 h 00 min (250 nights) and weekend 7 h 30 min (100 nights). Weekday:"
        " 30 min lower than weekend."
    )
    assert said.caveats == (answer_sentences.NOT_A_TEST,)


def test_groups_of_which_nothing_is_known_are_neither_highest_nor_lowest() -> None:
    sql = (
        "SELECT fitness_discipline, avg(avg_cadence_rpm) AS cadence, count(*) AS workouts"
        " FROM peloton_workouts GROUP BY 1"
    )
    columns: dict[str, list[object]] = {
        "fitness_discipline": ["Cycling", "Yoga", "Strength", "Rowing"],
        "cadence": [74.6, None, None, None],
        "workouts": [50, 20, 10, 5],
    }
    said = told(sql, columns, "groups", reading="cadence")
    assert said.sentence == "Cadence: known of 1 of 4 groups: Cycling 74.6 rpm (50 workouts)."


def test_a_series_is_told_without_a_trend() -> None:
    sql = "SELECT day, steps FROM daily_readiness_performance ORDER BY day"
    days = [date(2026, 11, 2) + timedelta(number) for number in range(4)]
    said = told(sql, {"day": days, "steps": [9000, None, 7000, 8000]}, "series", reading="steps")
    assert said.sentence == (
        "Steps: 9,000 on Monday 2 November 2026, 8,000 on Thursday 5 November 2026; 3 values, 1"
        " unknown, between 7,000 and 9,000."
    )


def test_months_are_called_by_their_names() -> None:
    sql = (
        "SELECT CAST(date_trunc('month', day) AS date) AS month_start, avg(hrv_rmssd_ms) AS hrv"
        " FROM daily_readiness_performance GROUP BY 1"
    )
    months = [date(2026, 9, 1), date(2026, 10, 1)]
    said = told(
        sql, {"month_start": months, "hrv": [60.0, 55.25]}, "series", reading="HRV by month"
    )
    assert "60.0 ms in September 2026, 55.3 ms in October 2026" in said.sentence


def test_a_correlation_of_rows_says_what_it_does_not_say() -> None:
    sql = "SELECT corr(sleep_score, readiness_score) AS r FROM daily_readiness_performance"
    said = told(sql, {"r": [0.4189]}, "relation", reading="correlation")
    assert (said.sentence, said.caveats) == ("Correlation: 0.42.", (answer_sentences.NO_CAUSE,))


def test_a_mean_of_sums_is_no_mean_of_what_was_summed() -> None:
    sql = (
        "SELECT avg(total) AS avg_total FROM (SELECT sum(total_output_kj) AS total"
        " FROM daily_readiness_performance GROUP BY day_of_week(day)) AS each_one"
    )
    said = told(sql, {"avg_total": [1234.0]}, "value", reading="output by weekday")
    assert said.sentence == "Output by weekday: 1,234.0 kJ on average."


NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")
VALUES = st.one_of(st.none(), st.floats(0, 100), st.integers(0, 100))
SHAPES: tuple[Shape, ...] = ("value", "row", "list", "groups", "series", "comparison", "relation")


def numbers_in(text: str) -> set[float]:
    return {float(number.replace(",", "")) for number in NUMBERS.findall(text)}


@given(
    values=st.lists(VALUES, min_size=1, max_size=9),
    counts=st.lists(st.integers(0, 900), min_size=9, max_size=9),
    shape=st.sampled_from(SHAPES),
    grouped=st.booleans(),
)
def test_no_number_is_claimed_that_the_rows_do_not_hold(
    values: list[float | None], counts: list[int], shape: Shape, grouped: bool
) -> None:
    key = "cast(day AS varchar)" if grouped else "day"
    sql = (
        f"SELECT {key} AS label, avg(sleep_score) AS score, count(sleep_score) AS days"
        " FROM daily_readiness_performance GROUP BY 1"
    )
    days = [date(2026, 11, 2) + timedelta(number) for number in range(len(values))]
    labels: list[object] = [chr(97 + place) for place in range(len(days))] if grouped else [*days]
    shown = [None if value is None else float(value) for value in values]
    columns: dict[str, list[object]] = {
        "label": labels,
        "score": list(shown),
        "days": list(counts[: len(days)]),
    }
    said = told(sql, columns, shape, reading="scores")
    known = [value for value in shown if value is not None]
    held = {float(day) for each in days for day in (each.day, each.year)}
    held |= {*map(float, counts), float(len(values)), float(len(values) - len(known))}
    held |= {float(len(known)), float(len(values) - 3)}
    differences = [abs(one - other) for one in known for other in known]
    for number in numbers_in(said.sentence) - held:
        assert any(abs(number - one) <= 0.5 + 1e-9 for one in [*known, *differences])


@pytest.mark.parametrize(
    ("extent", "said"),
    [
        (
            (date(2026, 1, 1), date(2026, 11, 26)),
            "No workout is on record on Thursday 26 November 2026.",
        ),
        (
            (date(2026, 1, 1), date(2026, 11, 25)),
            "Whether there was a workout on Thursday 26 November 2026 is not known: workouts are "
            "known from Thursday 1 January to Wednesday 25 November 2026.",
        ),
        (None, "No workout is on record."),
    ],
)
def test_a_day_without_a_workout_is_not_told_of_a_figure(
    extent: tuple[date, date] | None, said: str
) -> None:
    circumstances = Circumstances("me", date(2026, 11, 27), None, date(2026, 11, 27))
    plan = planner.plan("did I work out yesterday", MODEL, circumstances)
    assert isinstance(plan, Plan)
    checked = check(plan.sql, TABLES)
    names = [str(column.alias_or_name) for column in checked.expression.selects]
    rows = pa.table({name: pa.array([], pa.string()) for name in names})
    known = Known(extent=lambda: extent)
    columns = columns_of(rows, checked, MODEL, plan.metrics)
    found = answer_sentences.told(plan, rows, checked, columns, known)
    assert (found.sentence, found.is_known) == (said, False)
