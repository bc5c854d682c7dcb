"""From a statistic to a finding: one shape for every correlation, comparison of groups, and
refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

import numpy as np

from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.statistics import Correlation, GroupComparison, Line
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series

MINIMUM_PAIRS = 20
MINIMUM_GROUP = 8
MINIMUM_TREND_DAYS = 60
MINIMUM_ANOMALY_DAYS = 28

NEVER_CHANGED = "One of the two never changed in this window, so nothing can be said about them."
READINESS_CONTAINS_ACTIVITY = (
    "Oura's readiness contains the activity of the day before, "
    "so a part of any difference is the same measurement."
)
CHOSEN_DAYS = "People choose their workouts; days with different workouts differ in other ways too."


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is looked for: `name` within the insight, the statement in words, the days looked at,
    and its caveats."""

    name: str
    text: str
    window: tuple[date, date]
    caveats: tuple[str, ...] = ()
    tested: bool = True


def not_enough(hypothesis: Hypothesis, test: str, n: int, needed: int, **values: Any) -> Finding:
    """The finding that refuses: `n` of `needed` and no other figure."""
    return Finding(
        name=hypothesis.name,
        claim=hypothesis.text,
        status="not enough data",
        test=test,
        window=hypothesis.window,
        n=n,
        needed=needed,
        tested=hypothesis.tested,
        caveats=hypothesis.caveats,
        values=values,
    )


def correlated(
    hypothesis: Hypothesis,
    test: str,
    effect_name: str,
    result: Correlation,
    line: Line | None = None,
) -> Finding:
    """The finding of a correlation; one of two constant series is described as such, not tested."""
    constant = not isfinite(result.r)
    tested = hypothesis.tested and not constant
    return Finding(
        name=hypothesis.name,
        claim=hypothesis.text,
        status="not found" if tested else "described",
        test=test,
        window=hypothesis.window,
        effect_name=effect_name,
        effect=None if constant else result.r,
        interval=None if constant else result.interval,
        n=result.n,
        n_eff=result.n_eff,
        p=result.p if tested else None,
        tested=tested,
        caveats=(*hypothesis.caveats, NEVER_CHANGED) if constant else hypothesis.caveats,
        values={} if line is None or constant else line_values(line),
    )


def line_values(line: Line) -> dict[str, Any]:
    """Slope and intercept with the slope's interval (None where it has no bounds)."""
    low, high = line.slope_interval
    bounded = isfinite(low) and isfinite(high)
    return {
        "slope": line.slope,
        "intercept": line.intercept,
        "slope_low": low if bounded else None,
        "slope_high": high if bounded else None,
    }


def compared(
    hypothesis: Hypothesis,
    result: GroupComparison,
    values: Series,
    first: Mask,
    second: Mask,
    **further: Any,
) -> Finding:
    """The finding of two groups of days; `values` are the days' outcomes, of which the medians are
    kept."""
    return Finding(
        name=hypothesis.name,
        claim=hypothesis.text,
        status="not found",
        test="Mann-Whitney U, p by block permutation of runs of labels"
        if result.in_runs
        else "Mann-Whitney U",
        window=hypothesis.window,
        effect_name="rank-biserial",
        effect=result.rank_biserial,
        interval=result.interval,
        n=result.n_first + result.n_second,
        n_eff=result.n_eff,
        p=result.p,
        tested=hypothesis.tested,
        caveats=hypothesis.caveats,
        values={
            "u": result.u,
            "n_first": result.n_first,
            "n_second": result.n_second,
            "median_first": float(np.nanmedian(values[first])),
            "median_second": float(np.nanmedian(values[second])),
            "common_language": result.common_language,
            "p_mann_whitney": result.p_mann_whitney,
        }
        | further,
    )
