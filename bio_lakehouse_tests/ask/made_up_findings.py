"""Findings as rows of gold.insights, made up, in a lake in memory that answers SQL over them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from bio_lakehouse.ask.claims import finding_answers, findings
from bio_lakehouse.ask.plan import Circumstances, NoPlan, Plan
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.gold.schemas import INSIGHTS
from bio_lakehouse.gold.schemas import SCHEMAS as GOLD
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.silver.schemas import SCHEMAS as SILVER
from bio_lakehouse_tests.engines.memory_lake import MemoryTables

TODAY = date(2026, 11, 26)
CIRCUMSTANCES = Circumstances("me", TODAY, newest_day=TODAY)
MODEL = SemanticModel("", "", "", {}, {}, {}, (), ())
SCHEMAS = {schema.full_name: schema for schema in (*SILVER.values(), *GOLD.values())}


def finding(insight: str, name: str, status: str, **fields: Any) -> dict[str, Any]:
    """A row of gold.insights; `values` are its further figures."""
    values = fields.pop("values", {})
    row: dict[str, Any] = dict.fromkeys(column.name for column in INSIGHTS.columns)
    row |= {
        "user_id": "me",
        "day": TODAY,
        "insight": insight,
        "finding": name,
        "position": 0,
        "title": "Title",
        "claim": "Claim.",
        "status": status,
        "narrative": "Narrative.",
        "test": "A test",
        "is_tested": status not in ("described",),
        "window_first_day": TODAY - timedelta(days=179),
        "window_last_day": TODAY,
        "n": 40,
        "caveats": "[]",
        "finding_values": json.dumps(values),
    }
    return row | fields


def relation(
    insight: str, name: str, status: str, points: tuple[float, float, float], **fields: Any
) -> dict[str, Any]:
    """A tested relation of so many points with the ends of its interval."""
    middle, low, high = points
    kind = "per" if name in ("next_day", "output") else "difference"
    values = {
        f"adjusted_{kind}": middle,
        f"adjusted_{kind}_low": low,
        f"adjusted_{kind}_high": high,
        "raw_effect": 0.2,
    }
    figures = {"effect": 0.3, "interval_low": 0.1, "interval_high": 0.5, "q": 0.01, "n_eff": 30.0}
    return finding(insight, name, status, values=values, **figures | fields)


class MadeUpLake:
    """Tables by short name, each as rows; questions are put to it as a person would."""

    def __init__(self, folder: Path, **tables: list[dict[str, Any]]) -> None:
        full_names = {schema.name: full_name for full_name, schema in SCHEMAS.items()}
        held = {full_names[name]: rows for name, rows in tables.items()}
        arrow = {
            full_name: pa.Table.from_pylist(rows, schema=SCHEMAS[full_name].arrow)
            for full_name, rows in held.items()
        }
        self.engine = DuckDbSql(MemoryTables(arrow), FolderStore(folder), SCHEMAS)
        for view in VIEWS.values():
            self.engine.create_view(view)

    def rows(self, plan: Plan) -> pa.Table:
        return self.engine.query(plan.sql, "me")

    def told(self, question: str) -> tuple[str, tuple[str, ...]]:
        plan = planned(question)
        return finding_answers.told(plan, self.rows(plan))


def planned(question: str, before: Plan | None = None) -> Plan:
    """The plan of a question that must have one."""
    plan = findings.plan(question, MODEL, Circumstances("me", TODAY, None, TODAY, before=before))
    assert isinstance(plan, Plan), question
    return plan


def refused(question: str) -> NoPlan:
    """Why a question that must be declined has no answer."""
    plan = findings.plan(question, MODEL, CIRCUMSTANCES)
    assert isinstance(plan, NoPlan), question
    return plan
