"""An answer as everybody who shows one needs it: a sentence, rows, a chart's description, the SQL,
and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from bio_lakehouse.ask.plan import Confidence, Plan, Source, Why
from bio_lakehouse.claude.usage import Usage

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
    def covers(self) -> tuple[date, date] | None:
        return self.plan.covers if self.plan else None

    @property
    def source(self) -> Source | None:
        return self.plan.source if self.plan else None

    @property
    def confidence(self) -> Confidence | None:
        return self.plan.confidence if self.plan else None
