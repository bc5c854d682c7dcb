"""By which rules something is looked for, told and left untold: windows, minima and levels.

Nothing here needs more than Python itself, so that a sentence about findings can be written without
what they were worked out with.
"""

from __future__ import annotations

WINDOW_DAYS = 180
MONTH = 30
MONTH_NEEDS = 10
MINIMUM_PAIRS = 20
MINIMUM_GROUP = 8
MINIMUM_TREND_DAYS = 60
MINIMUM_ANOMALY_DAYS = 28

SLEEP_STEP = 10.0
"""Points of sleep score for which the points of readiness are told."""
OUTPUT_STEP = 100.0
"""Kilojoules of output for which the points of readiness are told."""

NINE_DAYS, NIGHT_AFTER = "nine days", "night after"
"""Why a relation is not told although its q is small enough: it is there only with nine days in a
row, or hardly more of the night before than of the night after."""

FALSE_DISCOVERY_RATE = 0.05
RARER_THAN = 0.005
"""What the p of a week that moved lies below, however many other tests of its report hold."""


def has_moved(p: float | None, q: float | None, interval: tuple[float, float] | None) -> bool:
    """Whether a week is said to have moved: by more than its own variation makes likely, among all
    tests of its report (q at most 0.05) and by itself (p below 0.005), and so that the interval of
    the days as they are does not hold 0."""
    if p is None or q is None or interval is None:
        return False
    low, high = interval
    return q <= FALSE_DISCOVERY_RATE and p < RARER_THAN and not low <= 0 <= high
