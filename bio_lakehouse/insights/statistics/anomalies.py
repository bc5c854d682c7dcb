"""Days that stand out from a person's own days, and stretches of days."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bio_lakehouse.gold.measures import Side
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.insights.statistics.robust import MAD_TO_SD

FAR_DEVIATIONS = 1.5
UNUSUAL_DEVIATIONS = 3.5
TRAILING_DAYS = 60
MINIMUM_DAYS = 28
SKEWNESS_DAYS = 180
ONSET_DAYS = 7
TAILS = np.array([0.025, 0.05, 0.1])
TAIL_DEVIATIONS = np.array([1.9599639845400545, 1.6448536269514729, 1.2815515655446004])
"""Of a normal distribution, `scipy.stats.norm.isf(TAILS)`, whose import takes half a second."""
MOST_SKEWNESS = 1.0
MEAN_DEVIATION_TO_SD = 1.2533141373155001


def far_days(values: Series, side: Side) -> Mask:
    """Days more than 1.5 standard deviations beyond the mean of the series' known days, on a
    side."""
    limit = limit_of(values, side)
    if limit is None:
        return np.zeros(len(values), dtype=np.bool_)
    far: Mask = values < limit if side == "lower" else values > limit
    return far


def limit_of(values: Series, side: Side) -> float | None:
    """Where the days begin that lie so far; None for fewer than two known days."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return None
    reach = FAR_DEVIATIONS * known.std(ddof=1)
    return float(known.mean() - reach if side == "lower" else known.mean() + reach)


def unusual_days(values: Series, side: Side) -> tuple[Mask, Mask]:
    """Days far from their own days before on a side, and the days that could be judged, as two
    masks.

    Far is a modified z-score beyond 3.5 (Iglewicz & Hoaglin 1993): distance from the median over
    1.4826·MAD of the 60 calendar days before, the day itself left out, 28 of them known at least.
    Where the 180 days before trail off to that side, 3.5 grows to the distance that is as rare in a
    distribution of that skewness (`reach_of`). Days found unusual before are left out of the
    skewness, and so are the last 7 days: the onset of an illness must not hide its height. So about
    1 in 1,000 ordinary days is found, whatever their skewness. Where more than
    half of the 60 days are alike the MAD is 0 and the mean absolute deviation stands in for it
    (ibid.), though never less than the smallest step between two values; with no variation at all a
    day cannot be judged.
    """
    turned = values if side == "lower" else -values
    distances = _robust_distances(turned)
    judged: Mask = ~np.isnan(distances)
    unusual = np.zeros(len(values), dtype=np.bool_)
    ordinary = turned.copy()
    for day in np.flatnonzero(distances > UNUSUAL_DEVIATIONS).tolist():
        end = max(day - ONSET_DAYS, 0)
        before = ordinary[max(end - SKEWNESS_DAYS, 0) : end]
        if distances[day] > reach_of(skewness_down(before)):
            unusual[day], ordinary[day] = True, np.nan
    return unusual, judged


def reach_of(skewness: float) -> float:
    """How many robust standard deviations are as rare as 3.5 of them are in a normal distribution.

    `skewness` is Tukey's g (Hoaglin 1985), above 0 where the side looked at is the longer one:
    such values are those of (exp(g·z) − 1) / g for a standard normal z.
    """
    if skewness <= 0:
        return UNUSUAL_DEVIATIONS
    return float(np.expm1(UNUSUAL_DEVIATIONS * skewness) / skewness)


def skewness_down(values: Series) -> float:
    """Tukey's g of the known values towards below: how much further low quantiles lie than high
    ones.

    The mean over three pairs of quantiles, within 0 and 1. Half a step between values is added to
    both sides, as rounded values may lie anywhere within it.
    """
    known = values[~np.isnan(values)]
    steps = np.diff(np.unique(known))
    if not len(steps):
        return 0.0
    half = float(steps.min()) / 2
    low, middle, high = (np.quantile(known, p) for p in (TAILS, 0.5, 1 - TAILS))
    ratios = (middle - low + half) / (high - middle + half)
    g = float(np.mean(np.log(ratios) / TAIL_DEVIATIONS))
    return min(max(g, 0.0), MOST_SKEWNESS)


def _robust_distances(values: Series) -> Series:
    """How far each day lies below the median of its 60 days before, in robust standard deviations.

    NaN where that cannot be judged.
    """
    before = sliding_window_view(
        np.concatenate([np.full(TRAILING_DAYS, np.nan), values[:-1]]), TRAILING_DAYS
    )
    known = ~np.isnan(values) & ((~np.isnan(before)).sum(axis=1) >= MINIMUM_DAYS)
    distances = np.full(len(values), np.nan)
    if known.any():
        centre, scale = _centre_and_scale(before[known])
        varied = np.where(scale > 0, scale, np.nan)
        distances[known] = (centre - values[known]) / varied
    return distances


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
