"""On which scale an effect is drawn, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass

from bio_lakehouse.insights.finding import Finding

OF_GROUPS = ("point-biserial r", "rank-biserial")
OF_CORRELATIONS = ("partial r", "Pearson r", "Spearman ρ")
SLOPE_REACHES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Where the scale of a slope may end, in points a week: the first that holds the interval."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from `-reach` to `reach`, and what its two ends mean in a word."""

    reach: float
    below: str
    above: str


def scale_of(finding: Finding) -> Scale:
    """Correlations and comparisons of groups reach from −1 to 1, so that they can be held against
    each other."""
    if finding.effect_name in OF_GROUPS:
        return Scale(1.0, "lower", "higher")
    if finding.effect_name in OF_CORRELATIONS:
        return Scale(1.0, "opposite", "together")
    farthest = max(abs(value) for value in (finding.effect or 0.0, *(finding.interval or ())))
    return Scale(
        next((reach for reach in SLOPE_REACHES if farthest <= reach), farthest), "falling", "rising"
    )
