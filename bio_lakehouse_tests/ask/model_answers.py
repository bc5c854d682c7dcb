"""A good answer of a language model."""

from __future__ import annotations

from typing import Any

SQL = (
    "SELECT avg(readiness_score) AS readiness, count(readiness_score) AS days "
    "FROM gold.daily_readiness_performance "
    "WHERE day BETWEEN DATE '2026-11-09' AND DATE '2026-11-15' AND day_of_week(day) >= 6"
)
GOOD: dict[str, Any] = {
    "outcome": "answer",
    "sql": SQL,
    "explanation": "It averages readiness over the weekend of that week.",
    "assumptions": ["A weekend is Saturday and Sunday."],
    "confidence": "medium",
    "first_day": "2026-11-09",
    "last_day": "2026-11-15",
    "why": "",
    "choices": [],
}
