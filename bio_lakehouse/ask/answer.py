"""An answer as everybody who shows one needs it: a sentence, rows, a chart's description, the SQL,
and how sure it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from bio_lakehouse.ask.plan import Confidence, Plan, Source, Why
from bio_lakehouse.claude.usage import Usage
from bio_lakehouse.engines.plain_rows import distinct_names, json_records

if TYPE_CHECKING:
    import pyarrow as pa

ChartKind = Literal["line", "bar", "points", "number"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a description: columns of the answer's rows, never code.

    `y` are the columns that are drawn, each with its axis title; `is_score` says that the axis is
    one of 0 to 100.
    """

    kind: ChartKind
    x: str
    y: tuple[str, ...]
    titles: tuple[str, ...]
    is_score: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    `why` says why there are no rows (None where there are): `sentence` then is the reason and
    `offers` the nearest questions or the possible meanings. `caveats` are sentences that belong to
    the answer (small groups, what was looked for and not found), `freshness` how new the data is.
    `seconds` is the whole time, `usage` and `cost_usd` what a language model used up; `is_cached`
    is True where an earlier answer of the same data was given again.
    """

    question: str
    user_id: str
    sentence: str
    why: Why | None = None
    plan: Plan | None = None
    rows: pa.Table | None = None
    chart: Chart | None = None
    caveats: tuple[str, ...] = ()
    freshness: str = ""
    offers: tuple[str, ...] = ()
    model: str = ""
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    is_cached: bool = False

    @property
    def sql(self) -> str:
        return self.plan.sql if self.plan else ""

    @property
    def assumptions(self) -> tuple[str, ...]:
        return self.plan.assumptions if self.plan else ()

    @property
    def is_told_whole(self) -> bool:
        """Whether the sentence holds all that the rows do."""
        rows = self.rows
        return rows is None or not rows.num_rows or (rows.num_rows == 1 and rows.num_columns == 1)

    @property
    def covers(self) -> tuple[date, date] | None:
        return self.plan.covers if self.plan else None

    @property
    def source(self) -> Source | None:
        return self.plan.source if self.plan else None

    @property
    def confidence(self) -> Confidence | None:
        return self.plan.confidence if self.plan else None


def as_json(answer: Answer) -> dict[str, Any]:
    """`answer` as an object of JSON, with its rows as a list of objects.

    Days are ISO dates, what is unknown is null; `rows` is null where there is no answer.
    """
    plan = answer.plan
    return {
        "question": answer.question,
        "user_id": answer.user_id,
        "sentence": answer.sentence,
        "why": answer.why,
        "offers": list(answer.offers),
        "reading": plan.reading if plan else None,
        "shape": plan.shape if plan else None,
        "explanation": plan.explanation or None if plan else None,
        "assumptions": list(answer.assumptions),
        "covers": [day.isoformat() for day in answer.covers] if answer.covers else None,
        "caveats": list(answer.caveats),
        "freshness": answer.freshness,
        "columns": None if answer.rows is None else distinct_names(answer.rows.column_names),
        "rows": None if answer.rows is None else list(json_records(answer.rows)),
        "chart": asdict(answer.chart) if answer.chart else None,
        "sql": answer.sql or None,
        "source": answer.source,
        "confidence": answer.confidence,
        "verified_by": plan.verified_by or None if plan else None,
        "verified_on": plan.verified_on.isoformat() if plan and plan.verified_on else None,
        "model": answer.model or None,
        "seconds": answer.seconds,
        "usage": asdict(answer.usage),
        "cost_usd": answer.cost_usd,
        "is_cached": answer.is_cached,
    }
