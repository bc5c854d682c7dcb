"""Tomorrow's readiness in a line, told on the evening on which it was forecast."""

from __future__ import annotations

from datetime import date

from bio_lakehouse.english import short_day, weekday
from bio_lakehouse.gold.schemas import READINESS_FORECAST
from bio_lakehouse.insights import readiness_forecast
from bio_lakehouse.insights.expected_readiness import Forecast
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.numbers import number_text


def tomorrow_line(lake: Lakehouse, user_id: str, today: date) -> str:
    """`Tomorrow, Thursday 27 November: readiness about 78 (80 % between 71 and 85).`

    A forecast that was made today is told where past ones were better than simple rules; else why
    none is told.
    """
    rows = lake.tables.read(READINESS_FORECAST, today, today, user_id)
    made = readiness_forecast.from_rows(rows)
    return f"Tomorrow, {expected(made[0])}" if made else "Tomorrow: none was forecast today yet."


def expected(made: Forecast) -> str:
    """`Thursday 27 November: readiness about 78 (80 % between 71 and 85).`, or why it is not
    told."""
    return f"{weekday(made.day)} {short_day(made.day)}: {_told(made)}."


def _told(made: Forecast) -> str:
    if not made.is_today_known:
        return "no forecast, as the readiness of the day before is not known"
    if made.value is None or made.interval is None:
        return f"no forecast yet, {made.n} of {made.needed} past ones are there to judge it by"
    if not made.beats_all:
        return "no forecast is told, as past ones were not clearly better than simple rules"
    low, high = map(number_text, made.interval)
    return f"readiness about {number_text(made.value)} (80 % between {low} and {high})"
