"""A semantic model of the registers alone, and a good answer of a language model over it."""

from __future__ import annotations

from typing import Any

from bio_lakehouse.ask.semantic_model import Dataset, Field, Metric, SemanticModel
from bio_lakehouse.engines.register import DESCRIBED

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
    "metrics": [{"column": "readiness", "metric": "readiness_score"}],
    "why": "",
    "choices": [],
}


def small_model() -> SemanticModel:
    """Every table of the lake, and readiness as its one metric."""
    datasets = {
        schema.name: Dataset(schema, {column.name: Field(column) for column in schema.columns})
        for schema in DESCRIBED.values()
    }
    readiness = Metric(
        "readiness_score", "daily_readiness_performance", "readiness_score", "avg", "Readiness"
    )
    return SemanticModel("lake", "", "", datasets, {readiness.name: readiness}, {}, (), ())
