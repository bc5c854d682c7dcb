"""A night in two parts is one night in every answer, as in the daily table."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bio_lakehouse.ask.answers import answer_sentences
from bio_lakehouse.ask.answers.answer_columns import columns_of
from bio_lakehouse.ask.plan import Circumstances, Plan
from bio_lakehouse.ask.planning import planner
from bio_lakehouse.ask.planning.lexicon import OF_PARTS, SLEEPS
from bio_lakehouse.ask.semantics import semantic_model
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.silver import SCHEMAS as SILVER
from bio_lakehouse_tests.ask.made_up_findings import MadeUpLake

TODAY = date(2026, 11, 8)
MODEL = semantic_model.load()


def row_of(schema: TableSchema, **fields: Any) -> dict[str, Any]:
    return dict.fromkeys(schema.column_names) | {"user_id": "me"} | fields


def period(
    day: int, name: str, kind: str, hours: tuple[int, int], asleep_h: float
) -> dict[str, Any]:
    """A sleep period of November 2026, a fifth of it deep sleep; hours before 0 are of the evening
    before."""
    midnight = datetime.fromisoformat(f"2026-11-{day:02}")
    start, end = (midnight + timedelta(hours=hour) for hour in hours)
    return row_of(
        SILVER["oura_sleep"],
        day=date(2026, 11, day),
        period_id=name,
        type=kind,
        bedtime_start=start,
        bedtime_end=end,
        utc_offset_minutes=0,
        total_sleep_s=asleep_h * 3600,
        deep_sleep_s=asleep_h * 720,
        latency_s=300.0 if hours[0] < 0 else 60.0,
        efficiency=round(100 * asleep_h / (hours[1] - hours[0])) * 1.0,
        source_origin="api",
        source_file="a.json",
        ingested_at=midnight,
    )


PERIODS = [
    period(4, "a", "long_sleep", (-1, 6), 6),
    period(5, "b", "long_sleep", (-1, 3), 3.2),
    period(5, "c", "sleep", (4, 6), 1.8),
    period(6, "d", "long_sleep", (-2, 2), 3),
    period(6, "e", "long_sleep", (3, 7), 3),
    period(6, "f", "sleep", (14, 15), 0.5),
    period(7, "g", "long_sleep", (-1, 6), 5.5),
]
HOURS = {4: 6.0, 5: 5.0, 6: 6.0, 7: 5.5}
ASKED = [
    ("time in bed on november 5", "Your time in bed was 6 h 00 min on Thursday 5 November 2026."),
    ("deep sleep on november 5", "Your deep sleep was 1 h 00 min on Thursday 5 November 2026."),
    ("sleep efficiency on november 5", "was 83 % on"),
    ("bedtime on november 6", "Your bedtime was 22:00 on Friday 6 November 2026."),
    ("wake time on november 6", "Your wake time was 07:00 on Friday 6 November 2026."),
    ("time to fall asleep on november 6", "was 5 min on"),
    ("naps on november 5", "5 November 2026: 0."),
    ("naps on november 6", "6 November 2026: 1."),
    ("naps this month", "1–8 November 2026: 1."),
    ("latest bedtime this month", "23:00"),
    ("average bedtime this month", "22:45"),
    ("average time in bed this month", "7 h 00 min"),
    ("when do I usually go to bed", "22:45"),
    ("how much deep sleep do I get", "1 h 08 min"),
    ("which night did I get the least deep sleep", "Thursday 5 November 2026"),
    ("how did I sleep on november 5", "time asleep 5 h 00 min, deep sleep 1 h 00 min"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> MadeUpLake:
    days = [
        row_of(DAILY, day=date(2026, 11, day), sleep_duration_h=hours)
        for day, hours in HOURS.items()
    ]
    tables = {"oura_sleep": PERIODS, "daily_readiness_performance": days}
    return MadeUpLake(tmp_path_factory.mktemp("lake"), **tables)


def answered(lake: MadeUpLake, question: str) -> tuple[str, list[dict[str, Any]]]:
    circumstances = Circumstances("me", TODAY, None, date(2026, 11, 4))
    plan = planner.verified(question, MODEL, circumstances)
    plan = plan or planner.plan(question, MODEL, circumstances)
    assert isinstance(plan, Plan), plan
    checked, rows = lake.engine.check(plan.sql), lake.rows(plan)
    known = answer_sentences.Known(extent=lambda: (date(2026, 11, 4), date(2026, 11, 7)))
    columns = columns_of(rows, checked, MODEL, plan.metrics)
    return answer_sentences.told(plan, rows, checked, columns, known).sentence, rows.to_pylist()


@pytest.mark.parametrize(("question", "said"), ASKED)
def test_a_night_in_parts_is_one(lake: MadeUpLake, question: str, said: str) -> None:
    assert said in answered(lake, question)[0]


@pytest.mark.parametrize(
    "question", ["bedtime this month", "deep sleep this month", "time in bed this month"]
)
def test_a_day_has_one_row(lake: MadeUpLake, question: str) -> None:
    days = [row["day"] for row in answered(lake, f"list my {question} day by day")[1]]
    assert days == [date(2026, 11, day) for day in HOURS]


def test_the_nights_that_are_counted_are_days(lake: MadeUpLake) -> None:
    for question in ("average bedtime this month", "average deep sleep this month"):
        (row,) = answered(lake, question)[1]
        assert row["nights_counted"] == len(HOURS)


def test_no_figure_and_no_verified_question_is_of_parts_of_a_night() -> None:
    assert {m.name for m in MODEL.metrics.values() if m.dataset == OF_PARTS} == set()
    of_sleeps = [metric for metric in MODEL.metrics.values() if metric.dataset == SLEEPS]
    assert {metric.condition for metric in of_sleeps} == {"kind = 'night'", "kind = 'nap'"}
    assert [one.question for one in MODEL.verified if OF_PARTS in one.sql] == []
    assert set(DESCRIBED) >= {f"bio_gold.{SLEEPS}", f"bio_silver.{OF_PARTS}"}
