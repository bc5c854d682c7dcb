"""What a question was taken to mean: a plan with its SQL, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Shape = Literal["value", "row", "list", "groups", "series", "comparison", "relation", "finding"]
"""What the rows are: one figure, one row, days that were asked for, a row a group, a row a day or
week, two or more stretches or groups side by side, a correlation, or rows of `gold.insights`."""
Source = Literal["verified question", "semantic model", "findings", "language model", "candidate"]
"""By which way it was understood; a candidate is SQL that nobody has verified yet."""
Confidence = Literal["high", "medium", "low"]
Why = Literal["not understood", "ambiguous", "declined", "failed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as one SELECT in Athena's SQL.

    `reading` says in words what it was taken to mean (`mean readiness, 16 to 22 November 2026`),
    `covers` the first and last day that were asked for (None: every day there is), `assumptions`
    what the question left open and how it was read, a sentence each. `metrics` are names of the
    semantic model whose values the rows show, by the column of the answer. `intent` is what a
    follow-up question starts from, JSON-able. `explanation` is what a language model says that
    the statement does: its own words, shown as such and in no sentence of ours.
    """

    sql: str
    reading: str
    shape: Shape
    source: Source
    confidence: Confidence = "high"
    covers: tuple[date, date] | None = None
    assumptions: tuple[str, ...] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    intent: Mapping[str, Any] = field(default_factory=dict)
    verified_by: str = ""
    verified_on: date | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class NoPlan:
    """Why a question has no plan, in a sentence for its reader, with questions that have one.

    `ambiguous` asks back: `offers` are then the question's possible meanings.
    """

    why: Why
    sentence: str
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a question is read with: whose it is, the person's today, the days that have data, the
    day of the week on which weeks end, and the plan of the question before it."""

    user_id: str
    today: date
    first_day: date | None = None
    newest_day: date | None = None
    week_ends_on: str = "sunday"
    before: Plan | None = None
