"""What a language model answers is held to its schema, and its statement to what it says of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.ask.answers.statement_reading import reading_of
from bio_lakehouse.ask.answers.statement_shape import shape_of
from bio_lakehouse.ask.plan import Circumstances
from bio_lakehouse.ask.semantics.semantic_model import load
from bio_lakehouse.ask.translation.model_sql import checked, covered
from bio_lakehouse.ask.translation.translation_reply import Reply, ReplyError, reply_in
from bio_lakehouse.errors import QueryError
from bio_lakehouse_tests.ask.model_answers import GOOD, SQL

MODEL = load()
CIRCUMSTANCES = Circumstances("ann", date(2026, 11, 25), date(2025, 1, 1), date(2026, 11, 24))
SCALARS = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


def changed(**fields: Any) -> dict[str, Any]:
    return GOOD | fields


def objection_to(answer: Any) -> str:
    """Why an answer is of no use; empty where it is."""
    try:
        reply = reply_in(answer if isinstance(answer, str) else json.dumps(answer))
        covered(reply, checked(reply, MODEL), CIRCUMSTANCES)
    except (ReplyError, QueryError) as error:
        return str(error)
    return ""


UNUSABLE = {
    "prose": ("Your readiness was fine.", "not JSON"),
    "another shape": ('{"query": "SELECT 1"}', "“outcome” is none of"),
    "a list": ("[1, 2]", "not a JSON object"),
    "no statement": (changed(sql=" "), "“sql” is empty"),
    "no text": (changed(sql=["SELECT 1"]), "“sql” is not a text"),
    "no day": (changed(first_day="last week"), "“first_day” is not a day"),
    "endless": ("[" * 50_000, "too long"),
    "deeply nested": ("[" * 30_000, "not JSON"),
    "a write": (changed(sql="INSERT INTO gold.energy_state VALUES (1)"), "SELECT"),
    "a drop": (changed(sql="DROP TABLE gold.energy_state"), "SELECT"),
    "two statements": (changed(sql=f"{SQL}; DELETE FROM gold.energy_state"), "One statement"),
    "a file": (changed(sql="SELECT * FROM read_csv('/etc/passwd')"), "read_csv"),
    "a table of the system": (changed(sql="SELECT * FROM information_schema.tables"), "schema"),
    "a correlation": (
        changed(sql="SELECT corr(sleep_score, readiness_score) FROM gold.energy_state"),
        "correlates bare rows",
    ),
    "a view of correlations": (
        changed(sql="SELECT * FROM gold.readiness_performance_correlation"),
        "correlates bare rows",
    ),
    "the clock": (
        changed(sql="SELECT readiness_score FROM gold.energy_state WHERE day = current_date"),
        "reads the clock",
    ),
    "days that it does not ask for": (
        changed(last_day="2026-11-22"),
        "does not begin or end on it",
    ),
    "days that it does not tell": (changed(first_day="", last_day=""), "is empty"),
    "one day of many": (changed(last_day="2026-11-09"), "does not begin or end on it"),
    "days that bound nothing": (
        changed(
            sql="SELECT day, day > DATE '2026-11-09' AS a FROM gold.energy_state "
            "WHERE date_trunc('month', day) = DATE '2026-11-15'",
            first_day="2026-11-09",
        ),
        "reckons a day",
    ),
    "days by year and month": (
        changed(
            sql="SELECT readiness_score FROM gold.energy_state WHERE month(day) = 1",
            first_day="2026-01-01",
            last_day="2026-01-31",
        ),
        "does not begin or end on it",
    ),
    "days turned around": (
        changed(first_day="2026-11-15", last_day="2026-11-09"),
        "before first_day",
    ),
}


@pytest.mark.parametrize(("answer", "said"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_used_is_said(answer: Any, said: str) -> None:
    assert said in objection_to(answer)


def test_what_can_be_used_is_not_objected_to() -> None:
    assert objection_to(GOOD) == ""
    assert objection_to(f"Here it is:\n```json\n{json.dumps(GOOD)}\n```") == ""


MADE_UP = [
    "SELECT 'Sleep decides it' AS answer",
    "SELECT 95 AS readiness FROM gold.energy_state",
    "WITH a AS (SELECT 95 AS readiness FROM gold.energy_state) SELECT readiness FROM a",
    "SELECT r FROM gold.energy_state CROSS JOIN (VALUES (95)) AS t(r)",
    "SELECT r FROM gold.energy_state CROSS JOIN UNNEST(ARRAY[95, 96]) AS t(r)",
    "SELECT 95 AS a FROM gold.energy_state UNION ALL SELECT 96 FROM gold.energy_state",
    "SELECT avg(readiness_score) AS worse_because_of_sleep FROM gold.energy_state",
    "SELECT CASE WHEN readiness_score > 1 THEN 'Sleep causes readiness' END AS a "
    "FROM gold.energy_state",
    "SELECT (avg(sleep_score * readiness_score) - avg(sleep_score) * avg(readiness_score)) / "
    "(stddev_pop(sleep_score) * stddev_pop(readiness_score)) AS r FROM gold.energy_state",
]


@pytest.mark.parametrize("sql", MADE_UP)
def test_what_a_model_wrote_is_never_shown_as_data(sql: str) -> None:
    assert objection_to(changed(sql=sql, first_day="", last_day=""))


FROM_DATA = [
    "SELECT 'weekend' AS part, avg(readiness_score) AS r, count(*) AS days FROM gold.energy_state "
    "WHERE day_of_week(day) > 5 UNION ALL SELECT 'weekday', avg(readiness_score), count(*) "
    "FROM gold.energy_state WHERE day_of_week(day) < 6",
    "SELECT CASE WHEN readiness_score < 70 THEN 'below 70' ELSE 'others' END AS part, "
    "count(*) AS days FROM gold.energy_state GROUP BY 1",
    "SELECT sum(sleep_score * readiness_score) / sum(sleep_score) AS r FROM gold.energy_state",
    "SELECT avg(date_diff('minute', TIMESTAMP '2000-01-01 12:00:00', bedtime_start)) AS bedtime "
    "FROM oura_sleep WHERE type = 'long_sleep'",
]


@pytest.mark.parametrize("sql", FROM_DATA)
def test_labels_and_reckoning_with_columns_are_data(sql: str) -> None:
    assert objection_to(changed(sql=sql, first_day="", last_day="")) == ""


@given(VALUES)
def test_any_answer_is_a_reply_or_an_objection(answer: Any) -> None:
    assert objection_to(answer)


@given(st.fixed_dictionaries(dict.fromkeys(GOOD, VALUES)))
def test_any_values_of_the_fields_are_a_reply_or_an_objection(answer: dict[str, Any]) -> None:
    objection_to(answer | {"outcome": "answer"})


def reply(sql: str, first: str = "", last: str = "") -> Reply:
    return reply_in(json.dumps(changed(sql=sql, first_day=first, last_day=last)))


DAILY = "FROM gold.daily_readiness_performance"
COVERED = [
    (f"SELECT day {DAILY}", "", "", None),
    (f"SELECT day {DAILY}", "2025-01-01", "2026-11-25", None),
    (
        f"SELECT day {DAILY} WHERE day >= DATE '2026-11-01' AND day < DATE '2026-12-01'",
        "2026-11-01",
        "2026-11-30",
        (date(2026, 11, 1), date(2026, 11, 30)),
    ),
    (
        f"SELECT day {DAILY} WHERE day >= DATE '2026-11-01'",
        "2026-11-01",
        "2026-11-25",
        (date(2026, 11, 1), date(2026, 11, 25)),
    ),
    (
        f"SELECT day {DAILY} WHERE day <= CAST('2026-11-01' AS date)",
        "2025-01-01",
        "2026-11-01",
        (date(2025, 1, 1), date(2026, 11, 1)),
    ),
    (
        f"SELECT avg(readiness_score) AS r, (SELECT avg(readiness_score) {DAILY}) AS ever {DAILY} "
        "WHERE day BETWEEN DATE '2026-11-01' AND DATE '2026-11-02'",
        "2026-11-01",
        "2026-11-02",
        None,
    ),
    (
        f"WITH a AS (SELECT day, lag(readiness_score) OVER (ORDER BY day) AS r {DAILY}) "
        "SELECT avg(r) AS r FROM a WHERE day IN (DATE '2026-11-01', DATE '2026-11-02')",
        "2026-11-01",
        "2026-11-02",
        (date(2026, 11, 1), date(2026, 11, 2)),
    ),
]


@pytest.mark.parametrize(("sql", "first", "last", "days"), COVERED)
def test_days_are_covered_as_far_as_the_statement_bears_them_out(
    sql: str, first: str, last: str, days: tuple[date, date] | None
) -> None:
    said = reply(sql, first, last)
    assert covered(said, checked(said, MODEL), CIRCUMSTANCES) == days


CHAINED = ", ".join(
    f"a{number} AS (SELECT x.day FROM a{number - 1} x JOIN a{number - 1} y ON x.day = y.day)"
    for number in range(1, 300)
)
LONG = f"WITH a0 AS (SELECT day {DAILY}), {CHAINED} SELECT day FROM a299"
FAR = [
    f"{LONG} WHERE day > DATE '9999-12-31'",
    LONG,
    f"SELECT day {DAILY} WHERE day < DATE '0001-01-01'",
]


@pytest.mark.parametrize("sql", FAR, ids=["the last day", "no day", "the first day"])
def test_neither_many_queries_nor_the_ends_of_time_are_a_fault(sql: str) -> None:
    said = reply(sql, "2026-11-01", "2026-11-02")
    with pytest.raises(QueryError, match="does not begin or end on it"):
        covered(said, checked(said, MODEL), CIRCUMSTANCES)


SHAPES = [
    (f"SELECT avg(readiness_score) AS r {DAILY}", "value"),
    (f"SELECT avg(readiness_score) AS r, count(*) AS n {DAILY}", "row"),
    (f"SELECT day, readiness_score {DAILY}", "list"),
    (f"SELECT day, readiness_score {DAILY} ORDER BY 2 DESC LIMIT 1", "row"),
    (f"SELECT day_of_week(day) AS weekday, avg(readiness_score) AS r {DAILY} GROUP BY 1", "groups"),
    (
        f"SELECT date_trunc('week', day) AS week, avg(readiness_score) AS r {DAILY} GROUP BY 1",
        "series",
    ),
    (f"SELECT round(avg(readiness_score), 1) AS r {DAILY}", "value"),
    (f"SELECT day, avg(readiness_score) OVER (ORDER BY day) AS r {DAILY}", "list"),
    (f"SELECT day, (SELECT max(day) {DAILY}) AS newest {DAILY}", "list"),
    (f"WITH a AS (SELECT avg(sleep_score) AS s {DAILY}) SELECT s, s + 1 AS t FROM a", "row"),
    (f"WITH a AS (SELECT day {DAILY}) SELECT day FROM a", "list"),
    (f"SELECT s FROM (SELECT max(sleep_score) AS s {DAILY}) x", "value"),
    (f"SELECT day {DAILY} UNION SELECT day {DAILY}", "list"),
]


@pytest.mark.parametrize(("sql", "shape"), SHAPES)
def test_what_the_rows_are_follows_from_the_statement(sql: str, shape: str) -> None:
    assert shape_of(checked(reply(sql), MODEL)) == shape


NOVEMBER = (date(2026, 11, 9), date(2026, 11, 15))
READINGS = [
    (
        f"{SQL} AND sleep_score > 80",
        NOVEMBER,
        "average readiness, 9–15 November 2026, where day_of_week(day) >= 6 and sleep_score > 80",
    ),
    (f"SELECT day, sleep_score {DAILY}", None, "sleep score"),
    (f"SELECT day {DAILY}", None, "day"),
    (f"SELECT * {DAILY}", None, "rows of daily readiness performance"),
    (
        f"SELECT day, sleep_score {DAILY} ORDER BY 2 DESC LIMIT 1",
        None,
        "sleep score, the first by sleep score, descending",
    ),
    (
        "SELECT avg(deep_sleep_s) / 3600.0 AS deep_hours FROM silver.oura_sleep "
        "WHERE type = 'long_sleep' OR day = DATE '2026-11-09'",
        None,
        "deep hours, where type = 'long_sleep' OR day = CAST('2026-11-09' AS DATE)",
    ),
    (
        f"SELECT avg(CASE WHEN sleep_score > 80 THEN sleep_score END) AS good {DAILY}",
        None,
        "good",
    ),
    (
        "SELECT avg(sleep_score) FILTER (WHERE readiness_score > 80) AS a, "
        f"avg(sleep_score) FILTER (WHERE readiness_score < 80) AS b {DAILY}",
        None,
        "a and b, under conditions that its SQL shows",
    ),
    (
        f"WITH nights AS (SELECT sleep_score AS s {DAILY} WHERE sleep_score > 80) "
        "SELECT avg(s) AS mean FROM nights",
        None,
        "average s, under conditions that its SQL shows",
    ),
]


@pytest.mark.parametrize(("sql", "covers", "told"), READINGS)
def test_what_a_statement_means_is_told_from_the_statement(
    sql: str, covers: tuple[date, date] | None, told: str
) -> None:
    assert reading_of(checked(reply(sql), MODEL), covers, MODEL) == told
