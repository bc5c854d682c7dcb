"""gold.insights: one row a finding, so that what was found, and what was looked for, can be asked for in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from bio_lakehouse.insights.analyzers import sentence
from bio_lakehouse.insights.finding import INSIGHTS, Finding, Insight
from bio_lakehouse.lake.schema import USER_ID, Column, TableSchema

SCHEMA = TableSchema(
    database="bio_gold",
    name="insights",
    description=(
        "What the five insights found, looked for and did not find, or cannot say yet, as of a day. One row a finding; "
        "the latest computation of each day."
    ),
    grain=("user_id", "day", "insight", "finding"),
    columns=(
        USER_ID,
        Column(
            "day",
            "date",
            "The day as of which this holds: later days were not looked at.",
            required=True,
        ),
        Column("insight", "string", "Name of the insight, such as sleep_readiness.", required=True),
        Column("finding", "string", "Name of the finding within the insight.", required=True),
        Column(
            "position",
            "int",
            "Place of the finding within its insight, from 0.",
            minimum=0,
            required=True,
        ),
        Column("title", "string", "The insight's title.", required=True),
        Column("claim", "string", "What was looked for.", required=True),
        Column(
            "status", "string", "found, described, not found, or not enough data.", required=True
        ),
        Column("narrative", "string", "The finding in plain words.", required=True),
        Column("test", "string", "The test, or the rule by which days were picked.", required=True),
        Column(
            "is_tested", "boolean", "False when it is described only: no p, no q.", required=True
        ),
        Column("window_first_day", "date", "First day looked at.", required=True),
        Column("window_last_day", "date", "Last day looked at.", required=True),
        Column("effect_name", "string", "Scale of the effect, such as Pearson r."),
        Column("effect", "double", "Effect size on that scale."),
        Column("interval_low", "double", "Lower end of the effect's 95 % interval."),
        Column("interval_high", "double", "Upper end of the effect's 95 % interval."),
        Column("n", "int", "Days or pairs of days looked at.", minimum=0, required=True),
        Column("n_eff", "double", "Independent days or pairs that they are worth.", minimum=0),
        Column("p", "double", "Raw p-value.", minimum=0, maximum=1),
        Column(
            "q",
            "double",
            "Benjamini-Hochberg over all tests of that day's report.",
            minimum=0,
            maximum=1,
        ),
        Column(
            "needed",
            "int",
            "The minimum that n falls short of; null when there is enough.",
            minimum=0,
        ),
        Column("caveats", "string", "Caveats (JSON list of sentences).", required=True),
        Column(
            "finding_values",
            "string",
            "Further figures of the finding (JSON object).",
            required=True,
        ),
        Column(
            "series",
            "string",
            "What the insight's figure is drawn from (JSON object; on position 0 only).",
        ),
    ),
)


def to_rows(insights: Iterable[Insight]) -> pa.Table:
    """Insights that went through `adjust` as rows of gold.insights, in the schema's order."""
    rows = [
        _row(insight, position) for insight in insights for position in range(len(insight.findings))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA.arrow)


def from_rows(rows: pa.Table) -> list[Insight]:
    """The insights that `to_rows` was given, whatever order the rows are in; by user, day and the report's order."""
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
