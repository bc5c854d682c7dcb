"""Five analyzers that say of one person's days what holds, what was not found, and what cannot be
said yet."""

from bio_lakehouse.insights.adjustment import adjust
from bio_lakehouse.insights.analyzers import (
    ANALYZERS,
    Plain,
    insights_of,
    narrate,
    plain,
    sentence,
    visualize,
)
from bio_lakehouse.insights.data import WINDOW_DAYS, InsightData, first_day_needed
from bio_lakehouse.insights.finding import INSIGHTS, Finding, Insight, Status

__all__ = [
    "ANALYZERS",
    "INSIGHTS",
    "WINDOW_DAYS",
    "Finding",
    "Insight",
    "InsightData",
    "Plain",
    "Status",
    "adjust",
    "first_day_needed",
    "insights_of",
    "narrate",
    "plain",
    "sentence",
    "visualize",
]
