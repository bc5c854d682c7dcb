"""No line and no axis reaches where there is no data."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.insights import InsightData, insights_of, visualize
from bio_lakehouse.sources import demo

END = date(2026, 6, 30)


def test_the_trend_line_stands_only_where_there_are_averages() -> None:
    person = demo.simulate(90, 1, END)
    data = InsightData(
        "me", END, pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    )
    (trend,) = [insight for insight in insights_of(data) if insight.name == "readiness_trend"]
    figure = visualize(trend)
    (line,) = [trace for trace in figure.data if trace.name == "Straight line"]
    first = END - timedelta(days=89)
    drawn = [day for day, height in zip(line.x, line.y, strict=True) if height is not None]
    assert min(drawn) == first.isoformat()
    assert max(drawn) == END.isoformat()
    assert list(figure.layout.xaxis.range) == [first.isoformat(), END.isoformat()]
