"""Where a finding's dot and whisker have their points, in the units of their view box."""

from __future__ import annotations

from dataclasses import dataclass

from bio_lakehouse.insights.finding import Finding

WIDTH = 280
MARGIN = 10
SLOPE_REACHES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Where the scale of a slope may end, in points a week: the first that holds the interval."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from `-reach` to `reach`, and what its two ends mean in a word."""

    reach: float
    below: str
    above: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """An effect (`dot`) with its 95 % interval on a scale around `zero`; x in a view box of 280."""

    scale: Scale
    low: float
    dot: float
    high: float
    zero: float
    found: bool


def whisker(finding: Finding) -> Whisker | None:
    """The drawing of a finding; None where it has no effect or no interval. What is not tested has an open dot."""
    if finding.effect is None or finding.interval is None:
        return None
    scale = scale_of(finding)
    low, dot, high, zero = (
        _x(value, scale.reach) for value in (finding.interval[0], finding.effect, finding.interval[1], 0.0)
    )
    return Whisker(scale, low, dot, high, zero, finding.status == "found")


def scale_of(finding: Finding) -> Scale:
    """Correlations and comparisons of groups reach from −1 to 1, so that they can be held against each other."""
    if finding.effect_name == "rank-biserial":
        return Scale(1.0, "lower", "higher")
    if finding.effect_name in ("Pearson r", "Spearman ρ"):
        return Scale(1.0, "opposite", "together")
    farthest = max(abs(value) for value in (finding.effect or 0.0, *(finding.interval or ())))
    return Scale(next((reach for reach in SLOPE_REACHES if farthest <= reach), farthest), "falling", "rising")


def _x(value: float, reach: float) -> float:
    share = max(-1.0, min(1.0, value / reach))
    return round(WIDTH / 2 + share * (WIDTH / 2 - MARGIN), 1)
