"""Which chart fits an answer, and that it can be drawn in both modes with the gaps that it has."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from bio_lakehouse.ask.answer import Chart
from bio_lakehouse.ask.answers import charting
from bio_lakehouse.ask.answers.answer_columns import columns_of
from bio_lakehouse.ask.plan import Plan, Shape
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.engines.guard import check
from bio_lakehouse.viz.answer_chart import figure
from bio_lakehouse.viz.theme import GROUNDS, Mode

MODEL = semantic_model.load()
TABLES = frozenset(dataset.full_name for dataset in MODEL.datasets.values())
DAYS = [date(2026, 3, 1) + timedelta(number) for number in range(6)]
DAILY = "SELECT day, readiness_score, steps FROM daily_readiness_performance ORDER BY day"
GROUPED = "SELECT disciplines, avg(sleep_score) AS score, count(*) AS days"
GROUPED += " FROM daily_readiness_performance GROUP BY disciplines"
PAIRS = "SELECT sleep_score, readiness_score FROM daily_readiness_performance"
ONE = "SELECT avg(hrv_rmssd_ms) AS hrv, count(*) AS days FROM daily_readiness_performance"


def chart_of(sql: str, columns: dict[str, list[object]], shape: Shape) -> Chart | None:
    rows = pa.table(columns)
    described = columns_of(rows, check(sql, TABLES), MODEL)
    return charting.fitting(Plan(sql, "a test", shape, "semantic model"), rows, described)


def test_days_become_a_line_of_one_unit() -> None:
    columns: dict[str, list[object]] = {
        "day": [*DAYS],
        "readiness_score": [70, 71, None, 73, 74, 75],
        "steps": [8000] * 6,
    }
    assert chart_of(DAILY, columns, "series") == Chart(
        "line", "day", ("readiness_score",), ("Readiness (0–100)",), is_score=True
    )


def test_groups_become_bars_without_their_counts() -> None:
    columns: dict[str, list[object]] = {
        "disciplines": ["Yoga", "Cycling", None],
        "score": [80.0, 81.0, 82.0],
        "days": [10, 20, 30],
    }
    expected = Chart("bar", "disciplines", ("score",), ("Sleep score (0–100)",), is_score=True)
    assert chart_of(GROUPED, columns, "groups") == expected


def test_pairs_become_points_with_both_titles() -> None:
    columns: dict[str, list[object]] = {
        "sleep_score": [70, 80, 90],
        "readiness_score": [75, 76, 77],
    }
    titles = ("Readiness (0–100)", "Sleep score (0–100)")
    expected = Chart("points", "sleep_score", ("readiness_score",), titles, is_score=True)
    assert chart_of(PAIRS, columns, "relation") == expected


def test_one_value_is_a_number_and_an_unknown_one_is_none() -> None:
    expected = Chart("number", "", ("hrv",), ("HRV (ms)",), is_score=False)
    assert chart_of(ONE, {"hrv": [61.5], "days": [30]}, "value") == expected
    assert chart_of(ONE, {"hrv": [None], "days": [0]}, "value") is None


@pytest.mark.parametrize(
    ("sql", "columns", "shape"),
    [
        (DAILY, {"day": DAYS[:2], "readiness_score": [1, 2], "steps": [1, 2]}, "series"),
        (DAILY, {"day": DAYS[:1] * 3, "readiness_score": [1] * 3, "steps": [1] * 3}, "series"),
        (GROUPED, {"disciplines": ["a"] * 2, "score": [1.0, 2], "days": [1, 2]}, "groups"),
        (
            GROUPED,
            {
                "disciplines": [str(number) for number in range(40)],
                "score": [1.0] * 40,
                "days": [1] * 40,
            },
            "groups",
        ),
        (DAILY, {"day": DAYS, "readiness_score": [None] * 6, "steps": [None] * 6}, "series"),
        (ONE, {"hrv": [61.5], "days": [30]}, "finding"),
    ],
)
def test_what_does_not_fit_has_no_chart(
    sql: str, columns: dict[str, list[object]], shape: Shape
) -> None:
    assert chart_of(sql, columns, shape) is None


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_day_without_a_row_is_a_gap(mode: Mode) -> None:
    rows = pa.table({"day": [*DAYS[:2], *DAYS[3:]], "score": [70, 71, 73, None, 75]})
    drawn = figure(Chart("line", "day", ("score",), ("Score",)), rows, mode)
    (line,) = drawn.data
    assert list(line.x) == DAYS
    assert list(line.y) == [70, 71, None, 73, None, 75]
    assert line.connectgaps is False
    assert "markers" in line.mode
    assert drawn.layout.template.layout.paper_bgcolor == GROUNDS[mode].paper


def test_weeks_have_no_days_between_them() -> None:
    weeks = [date(2026, 1, 5) + timedelta(7 * number) for number in (0, 1, 3)]
    drawn = figure(
        Chart("line", "week", ("km",), ("km",)), pa.table({"week": weeks, "km": [1, 2, 4]})
    )
    assert list(drawn.data[0].y) == [1, 2, None, 4]


def test_texts_of_data_are_no_html() -> None:
    rows = pa.table({"title": ["<b onclick=x>", "a\x1b[31m", None], "kj": [1.0, 2.0, 3.0]})
    drawn = figure(Chart("bar", "title", ("kj",), ("kJ",)), rows)
    assert drawn.data[0].y == ("&lt;b onclick=x&gt;", "a�[31m", "unknown")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_number_and_points_are_drawn(mode: Mode) -> None:
    number = figure(Chart("number", "", ("hrv",), ("HRV (ms)",)), pa.table({"hrv": [61.26]}), mode)
    assert [one.text for one in number.layout.annotations] == ["61.3", "HRV (ms)"]
    points = figure(
        Chart("points", "a", ("b",), ("B", "A")), pa.table({"a": [1, 2], "b": [3, None]}), mode
    )
    assert points.layout.xaxis.title.text == "A"
    assert list(points.data[0].y) == [3, None]


@pytest.mark.parametrize(
    "chart",
    [
        Chart("bar", "gone", ("kj",), ("kJ",)),
        Chart("bar", "kj", (), ()),
        Chart("pie", "kj", ("kj",), ("kJ",)),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_drawn_is_said(chart: Chart) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        figure(chart, pa.table({"kj": [1]}))
