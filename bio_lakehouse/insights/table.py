"""gold.insights: one row a finding, so that what was found, and what was looked for, can be asked
for in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from bio_lakehouse.gold.schemas import INSIGHTS as INSIGHTS_TABLE
from bio_lakehouse.insights.analyzers import sentence
from bio_lakehouse.insights.finding import INSIGHTS, Finding, Insight


def to_rows(insights: Iterable[Insight]) -> pa.Table:
    """Insights that went through `adjust` as rows of gold.insights, in the schema's order."""
    rows = [
        _row(insight, position) for insight in insights for position in range(len(insight.findings))
    ]
    return pa.Table.from_pylist(rows, schema=INSIGHTS_TABLE.arrow)


def from_rows(rows: pa.Table) -> list[Insight]:
    """The insights that `to_rows` was given, whatever order the rows are in; by user, day and the
    report's order."""
    ordered = sorted(rows.to_pylist(), key=lambda row: (*_identity(row), row["position"]))
    return [_insight(list(group)) for _, group in groupby(ordered, key=_identity)]


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["user_id"], row["day"], INSIGHTS.index(row["insight"])


def _row(insight: Insight, position: int) -> dict[str, Any]:
    finding = insight.findings[position]
    low, high = finding.interval or (None, None)
    return {
        "user_id": insight.user_id,
        "day": insight.as_of,
        "insight": insight.name,
        "finding": finding.name,
        "position": position,
        "title": insight.title,
        "claim": finding.claim,
        "status": finding.status,
        "narrative": sentence(insight, finding),
        "test": finding.test,
        "is_tested": finding.tested,
        "window_first_day": finding.window[0],
        "window_last_day": finding.window[1],
        "effect_name": finding.effect_name or None,
        "effect": finding.effect,
        "interval_low": low,
        "interval_high": high,
        "n": finding.n,
        "n_eff": finding.n_eff,
        "p": finding.p,
        "q": finding.q,
        "needed": finding.needed,
        "caveats": _json(list(finding.caveats)),
        "finding_values": _json(finding.values),
        "series": _json(insight.series) if position == 0 else None,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _insight(rows: Sequence[Mapping[str, Any]]) -> Insight:
    first = rows[0]
    return Insight(
        name=first["insight"],
        title=first["title"],
        user_id=first["user_id"],
        as_of=first["day"],
        findings=tuple(_finding(row) for row in rows),
        series=json.loads(first["series"]),
    )


def _finding(row: Mapping[str, Any]) -> Finding:
    low, high = row["interval_low"], row["interval_high"]
    return Finding(
        name=row["finding"],
        claim=row["claim"],
        status=row["status"],
        test=row["test"],
        window=(row["window_first_day"], row["window_last_day"]),
        effect_name=row["effect_name"] or "",
        effect=row["effect"],
        interval=None if low is None else (low, high),
        n=row["n"],
        n_eff=row["n_eff"],
        p=row["p"],
        q=row["q"],
        needed=row["needed"],
        tested=row["is_tested"],
        caveats=tuple(json.loads(row["caveats"])),
        values=json.loads(row["finding_values"]),
    )
