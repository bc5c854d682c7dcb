"""Tomorrow's readiness in a line, or why none is told."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.gold.schemas import BASELINES, READINESS_FORECAST
from bio_lakehouse.insights.expected_readiness import Forecast
from bio_lakehouse.insights.readiness_forecast import to_rows
from bio_lakehouse.insights.tomorrow import expected, tomorrow_line
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings

TODAY = date(2026, 11, 25)
MADE = Forecast(
    "me",
    TODAY + timedelta(1),
    n=90,
    needed=30,
    value=78.4,
    interval=(71.2, 84.9),
    mean_error=4.0,
    baseline_errors=dict.fromkeys(BASELINES, 6.0),
    beats_all=True,
)
DAY = "Thursday 26 November"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"{DAY}: readiness about 78 (80 % between 71 and 85)."),
        (
            {"beats_all": False},
            f"{DAY}: no forecast is told, as past ones were not clearly better than simple rules.",
        ),
        (
            {"n": 12, "value": None, "interval": None, "beats_all": None},
            f"{DAY}: no forecast yet, 12 of 30 past ones are there to judge it by.",
        ),
        (
            {"is_today_known": False, "value": None, "interval": None, "beats_all": None},
            f"{DAY}: no forecast, as the readiness of the day before is not known.",
        ),
    ],
)
def test_a_forecast_is_told_where_past_ones_were_better(
    changes: dict[str, object], said: str
) -> None:
    assert expected(replace(MADE, **changes)) == said


def test_only_the_forecast_of_this_evening_is_of_tomorrow(tmp_path: Path) -> None:
    lake = Lakehouse.open(load_settings(home=tmp_path, timezone="UTC", today_override=TODAY))
    assert tomorrow_line(lake, "me", TODAY) == "Tomorrow: none was forecast today yet."
    lake.tables.replace(READINESS_FORECAST, to_rows([MADE]), TODAY, TODAY)
    assert tomorrow_line(lake, "me", TODAY).startswith(f"Tomorrow, {DAY}: readiness about 78")
    for user_id, today in (("me", TODAY + timedelta(1)), ("ada", TODAY)):
        assert tomorrow_line(lake, user_id, today) == "Tomorrow: none was forecast today yet."
