"""What is looked for, how many days that needs, and the findings that describe or refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from bio_lakehouse.insights.finding import Finding, Status
from bio_lakehouse.insights.statistics import Correlation, Line

ALL_KNOWN = "days on which all conditions are known"

NEVER_CHANGED = "One of the two never changed in this window, so nothing can be said about them."
CHOSEN_DAYS = "People choose their workouts, so the days may differ in ways that were not measured."


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is looked for: `name` within the insight, the statement in words, the days looked at,
    and its caveats."""

    name: str
    text: str
    window: tuple[date, date]
    caveats: tuple[str, ...] = ()
    tested: bool = True

    def finding(self, status: Status, test: str, n: int, **more: Any) -> Finding:
        """What became of it, with `n` days or pairs looked at and `more` of a finding's fields."""
        fields: dict[str, Any] = {"tested": self.tested, "caveats": self.caveats} | more
        return Finding(self.name, self.text, status, test, self.window, n=n, **fields)


def not_enough(hypothesis: Hypothesis, test: str, n: int, needed: int, **values: Any) -> Finding:
    """The finding that refuses: `n` of `needed` and no other figure."""
    return hypothesis.finding("not enough data", test, n, needed=needed, values=values)


def described(
    hypothesis: Hypothesis, test: str, effect_name: str, result: Correlation, line: Line | None
) -> Finding:
    """The finding of a correlation that is shown and not tested."""
    constant = not isfinite(result.r)
    return hypothesis.finding(
        "described",
        test,
        result.n,
        effect_name=effect_name,
        effect=None if constant else result.r,
        interval=None if constant else result.interval,
        n_eff=result.n_eff,
        tested=False,
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
