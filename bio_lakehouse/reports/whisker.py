"""Where a finding's dot and whisker have their points, in the units of their view box."""

from __future__ import annotations

from dataclasses import dataclass

from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.scale import Scale, scale_of
from bio_lakehouse.viz.whiskers import place

WIDTH = 280


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
    """The drawing of a finding; None where it has no effect or no interval. What is not tested has
    an open dot."""
    if finding.effect is None or finding.interval is None:
        return None
    scale = scale_of(finding)
    low, dot, high, zero = (
        place(value, scale.reach, WIDTH)
        for value in (finding.interval[0], finding.effect, finding.interval[1], 0.0)
    )
    return Whisker(scale, low, dot, high, zero, finding.status == "found")
