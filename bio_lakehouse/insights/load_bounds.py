"""When training load is known well enough: its days, and how near its bounds lie."""

from __future__ import annotations

BUILDING_DAYS = 42
FIGURE_WITHIN = 0.2
"""Share of a figure that its bounds may lie from it; wider ones are shown as a band."""


def is_figure(middle: float, low: float, high: float) -> bool:
    """Whether the bounds lie near enough to the middle for it to be shown alone."""
    reach = FIGURE_WITHIN * abs(middle)
    return middle - low <= reach and high - middle <= reach
