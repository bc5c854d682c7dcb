"""From two series and their conditions to a finding: the relation on days alike in all else is
tested, the pair as it was recorded is kept beside it and described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.hypotheses import Hypothesis
from bio_lakehouse.insights.rules import NINE_DAYS
from bio_lakehouse.insights.statistics.adjusted import (
    Adjusted,
    Columns,
    Residuals,
    complete,
    judged,
    residuals,
    strongest_days,
    without,
)
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.insights.statistics.correlation import Correlation
from bio_lakehouse.insights.statistics.groups import GroupComparison

HOLDS_AT = 0.05
"""The raw p that a relation must keep without the days that carry most of it."""

PAIRS_BEYOND_CONDITIONS = 20

NOT_SEPARABLE = "These days differ in nothing that their weekday and other conditions do not say."


@dataclass(frozen=True)
class Pair:
    """A series `x` and the outcome `y` of each day, and the columns in which days are made alike;
    what is known of no day is no condition.

    `among` are the days that may help to estimate what the columns do; `counted` those that the
    finding is about.
    """

    x: Series
    y: Series
    conditions: Columns
    among: Mask
    counted: Mask

    @cached_property
    def given(self) -> Columns:
        """The conditions of which anything is known."""
        measured = ~np.all(np.isnan(self.conditions), axis=0)
        columns: Columns = self.conditions[:, measured]
        return columns

    @cached_property
    def used(self) -> Mask:
        """The days of which everything is known."""
        known: Mask = self.among & complete(self.x, self.y, self.given)
        return known

    @property
    def n(self) -> int:
        """Days of which everything is known and that the finding is about."""
        return int((self.used & self.counted).sum())

    @cached_property
    def left(self) -> Residuals:
        """What is left of both series when they are freed of the conditions."""
        return residuals(self.x, self.y, self.given, self.used)

    @cached_property
    def adjusted(self) -> Adjusted | None:
        """The relation on days alike in the conditions; None where they leave nothing to tell."""
        return judged(self.left, self.counted)

    @property
    def needed(self) -> int:
        """Days that it takes to tell: 20 more than there are conditions that differ."""
        differ = np.fmax.reduce(self.given) > np.fmin.reduce(self.given)
        return PAIRS_BEYOND_CONDITIONS + int(differ.sum())


@dataclass(frozen=True, slots=True)
class Recorded:
    """The pair as it was recorded, of all days of which both are known: described, not tested."""

    name: str
    effect: float
    interval: tuple[float, float]
    n_eff: float
    further: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_correlation(cls, name: str, result: Correlation, **further: Any) -> Recorded:
        """Of two series that were recorded together."""
        return cls(name, result.r, result.interval, result.n_eff, {"raw_n": result.n} | further)

    @classmethod
    def of_groups(cls, result: GroupComparison, **further: Any) -> Recorded:
        """Of two groups of days that were recorded."""
        counted = {
            "n_first": result.n_first,
            "n_second": result.n_second,
            "u": result.u,
            "common_language": result.common_language,
        }
        effect, interval = result.rank_biserial, result.interval
        return cls("rank-biserial", effect, interval, result.n_eff, counted | further)

    @property
    def values(self) -> dict[str, Any]:
        """As figures of a finding: `raw_…`."""
        low, high = self.interval
        raw = {"effect_name": self.name, "effect": self.effect, "n_eff": self.n_eff}
        ends = {"interval_low": low, "interval_high": high}
        return {f"raw_{name}": value for name, value in (raw | ends).items()} | dict(self.further)


def tested(
    hypothesis: Hypothesis, test: str, effect_name: str, pair: Pair, recorded: Recorded
) -> Finding:
    """The finding of the adjusted relation, undecided; described where the days cannot be told
    apart from their conditions."""
    result = pair.adjusted
    if result is None:
        caveats = (*hypothesis.caveats, NOT_SEPARABLE)
        raw = {"tested": False, "caveats": caveats, "values": recorded.values}
        return hypothesis.finding("described", test, pair.n, **raw)
    return hypothesis.finding(
        "not found",
        test,
        pair.n,
        effect_name=effect_name,
        effect=result.r,
        interval=result.interval,
        n_eff=result.n_eff,
        p=result.p,
        values=recorded.values | robustness(pair, hypothesis),
    )


def robustness(pair: Pair, hypothesis: Hypothesis) -> dict[str, Any]:
    """The nine days in a row that carry most of the relation, its p without them, and whether that
    is an objection."""
    days = strongest_days(pair.left)
    rest = without(days, pair.x, pair.y, pair.given, pair.used, pair.counted)
    whole = pair.adjusted
    holds = (
        rest is not None
        and whole is not None
        and rest.p <= HOLDS_AT
        and rest.slope * whole.slope > 0
    )
    first = hypothesis.window[0].toordinal() + days.start
    return {
        "nine_days": [_iso(first), _iso(first + days.stop - days.start - 1)],
        "p_without_nine_days": None if rest is None else rest.p,
        "objections": [] if holds else [NINE_DAYS],
    }


def in_units(result: Adjusted, name: str, step: float = 1.0) -> dict[str, float]:
    """The slope for a `step` of the first series, with its 95 % interval: `adjusted_<name>`."""
    low, high = result.slope_interval
    ends = {"": result.slope, "_low": low, "_high": high}
    return {f"adjusted_{name}{end}": step * value for end, value in ends.items()}


def thirds(x: Series, y: Series) -> dict[str, Any]:
    """The outcome's medians in the upper and the lower third of `x`, over all days with both."""
    both = complete(x, y)
    lower_to, upper_from = (float(end) for end in np.quantile(x[both], (1 / 3, 2 / 3)))
    upper, lower = both & (x >= upper_from), both & (x <= lower_to)
    return {
        "upper_from": upper_from,
        "lower_to": lower_to,
        "median_upper": float(np.median(y[upper])),
        "median_lower": float(np.median(y[lower])),
        "n_upper": int(upper.sum()),
        "n_lower": int(lower.sum()),
    }


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
