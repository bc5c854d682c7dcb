"""Days that stand out from a person's own days, and stretches of days."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series

LOW_DEVIATIONS = 1.5
UNUSUAL_DEVIATIONS = 3.5
TRAILING_DAYS = 60
MINIMUM_DAYS = 28
MAD_TO_SD = 1.482602218505602
MEAN_DEVIATION_TO_SD = 1.2533141373155001


def low_days(values: Series) -> Mask:
    """Days more than 1.5 standard deviations below the mean of the series' known days."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return np.zeros(len(values), dtype=np.bool_)
    low: Mask = values < known.mean() - LOW_DEVIATIONS * known.std(ddof=1)
    return low


def unusual_days(values: Series) -> tuple[Mask, Mask]:
    """Days far below their own trailing 60 days, and the days that could be judged, as two masks.

    Far below is a modified z-score under −3.5 (Iglewicz & Hoaglin 1993): distance from the median
    over 1.4826·MAD of the 60 calendar days before, the day itself left out, 28 of them known at
    least. Where more than half of those days are alike the MAD is 0 and the mean absolute deviation
    stands in for it (ibid.), though never less than the smallest step between two values; with no
    variation at all a day cannot be judged.
    """
    before = sliding_window_view(
        np.concatenate([np.full(TRAILING_DAYS, np.nan), values[:-1]]), TRAILING_DAYS
    )
    judged = ~np.isnan(values) & ((~np.isnan(before)).sum(axis=1) >= MINIMUM_DAYS)
    unusual = np.zeros(len(values), dtype=np.bool_)
    if judged.any():
        centre, scale = _centre_and_scale(before[judged])
        unusual[judged] = values[judged] - centre < -UNUSUAL_DEVIATIONS * scale
        judged[judged] = scale > 0
    return unusual & judged, judged


def _centre_and_scale(samples: Series) -> tuple[Series, Series]:
    """Median and robust standard deviation of each row of `samples` (rows, days), unknown days left
    out."""
    centre = np.nanmedian(samples, axis=1)
    distances = np.abs(samples - centre[:, None])
    spread = np.nanmedian(distances, axis=1) * MAD_TO_SD
    step = np.nanmin(np.where(distances > 0, distances, np.inf), axis=1)
    instead = np.maximum(
        np.nanmean(distances, axis=1) * MEAN_DEVIATION_TO_SD, np.where(np.isinf(step), 0.0, step)
    )
    return centre, np.where(spread > 0, spread, instead)


def trailing_mean(values: Series, days: int) -> Series:
    """Mean of the known days among the last `days` calendar days, each day itself included; NaN
    without one."""
    known = ~np.isnan(values)
    sums = _trailing_sum(np.where(known, values, 0.0), days)
    counts = _trailing_sum(known.astype(np.float64), days)
    means: Series = np.divide(sums, counts, out=np.full(len(values), np.nan), where=counts > 0)
    return means


def _trailing_sum(values: Series, days: int) -> Series:
    sums: Series = sliding_window_view(np.concatenate([np.zeros(days - 1), values]), days).sum(
        axis=1
    )
    return sums


def streaks(flags: Mask, shortest: int) -> list[tuple[int, int]]:
    """First and last position of each unbroken run of at least `shortest` true days."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    runs = zip(edges[::2], edges[1::2] - 1, strict=True)
    return [(int(first), int(last)) for first, last in runs if last - first + 1 >= shortest]
