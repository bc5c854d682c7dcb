"""What the package offers under its own name; loaded when the first of it is asked for."""

from __future__ import annotations

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
from bio_lakehouse.insights.data import InsightData, first_day_needed
from bio_lakehouse.insights.finding import INSIGHTS, Finding, Insight, Status
from bio_lakehouse.insights.rules import WINDOW_DAYS

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
