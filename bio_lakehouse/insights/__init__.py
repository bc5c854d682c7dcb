"""Five analyzers that say of one person's days what holds, what was not found, and what cannot be
said yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bio_lakehouse.insights.offered import (
        ANALYZERS,
        INSIGHTS,
        WINDOW_DAYS,
        Finding,
        Insight,
        InsightData,
        Plain,
        Status,
        adjust,
        first_day_needed,
        insights_of,
        narrate,
        plain,
        sentence,
        visualize,
    )

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


def __getattr__(name: str) -> Any:
    """Who only reads what was found loads no statistics."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bio_lakehouse.insights import offered

    return getattr(offered, name)
