"""A spread that a few far days do not move, and days that are held within it."""

from __future__ import annotations

import numpy as np

from bio_lakehouse.insights.statistics.autocorrelation import Series

MAD_TO_SD = 1.482602218505602
"""A normal series' standard deviation over its median absolute deviation."""
HELD_TO = 2.5
"""Robust standard deviations from the median to which a day counts."""


def held(values: Series, within: Series | None = None) -> Series:
    """The series with its days held to median ± 2.5 robust standard deviations, so that no few days
    carry a finding; the bounds are those of `within` when given.

    Unchanged where more than half of the days are the same.
    """
    known = values if within is None else within
    known = known[~np.isnan(known)]
    if not len(known):
        return values
    middle = float(np.median(known))
    reach = HELD_TO * MAD_TO_SD * float(np.median(np.abs(known - middle)))
    return np.clip(values, middle - reach, middle + reach) if reach else values
