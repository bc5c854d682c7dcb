"""Which daily measures are compared, this week against the four weeks before, in the report of any
day."""

from __future__ import annotations

from bio_lakehouse.gold.measures import compared_with
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.statistics.weekly_change import movement


def movement_tests(data: InsightData) -> list[float]:
    """The p-value of each comparison that the report as of that day makes: they share its error
    rate with findings."""
    columns = [measure.column for measure in compared_with("days")]
    made = (movement(data.all_days(column)) for column in columns)
    return [moved.p for moved in made if moved is not None]
