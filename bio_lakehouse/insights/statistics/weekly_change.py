"""A week against the four weeks before it, in a calendar series whose days resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy

from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.insights.statistics.autoregression import fit_autoregression
from bio_lakehouse.insights.statistics.robust import held

WEEK = 7
BEFORE = 28
HISTORY_DAYS = 180
WEEK_NEEDS = 4
BEFORE_NEEDS = 14
HISTORY_NEEDS = 56


@dataclass(frozen=True, slots=True)
class Movement:
    """A week's mean minus that of the four weeks before.

    `shift` is that of the days as they are and `error` its standard error, `held_shift` and
    `held_error` are those of the days held to their bounds, `freedom` the degrees of freedom of
    both errors.
    """

    shift: float
    error: float
    held_shift: float
    held_error: float
    freedom: float

    @property
    def p(self) -> float:
        """Two-sided, of the held days."""
        t = abs(self.held_shift) / self.held_error
        return float(2 * scipy.stats.t.sf(t, self.freedom))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the shift of the days as they are."""
        reach = float(scipy.stats.t.ppf(0.975, self.freedom)) * self.error
        return self.shift - reach, self.shift + reach


def movement(values: Series) -> Movement | None:
    """The last 7 days' mean against that of the 28 before; None when too few days are known.

    `values` is a calendar series of 187 days or less; earlier ones are ignored. Days are held to
    the median of the 180 days before the week ± 2.5 robust standard deviations (Winsor's way:
    Tukey 1962, Ann. Math. Stat. 33:1), those of the comparison as well: one far day, or a long
    tail, is then no change of the week, and does not hide one either. The variance of the
    difference is that of the autoregressive process of these 180 days (`fit_autoregression`). It is
    an estimate, hence Student's t with Satterthwaite's degrees of freedom. The interval is of the
    days as they are: the same process with their variance.
    """
    history, compared = values[-WEEK - HISTORY_DAYS : -WEEK], values[-WEEK - BEFORE :]
    known = ~np.isnan(history)
    if known.sum() < HISTORY_NEEDS or not _enough(compared) or np.ptp(history[known]) == 0:
        return None
    held_history, held_compared = (held(days, history) for days in (history, compared))
    process = fit_autoregression(held_history)
    weights = _mean_of(compared, slice(BEFORE, None)) - _mean_of(compared, slice(BEFORE))
    relative = sqrt(process.variance_of(weights)) / float(np.nanstd(held_history))
    return Movement(
        shift=float(np.nansum(weights * compared)),
        error=relative * _spread(history, compared),
        held_shift=float(np.nansum(weights * held_compared)),
        held_error=relative * _spread(held_history, held_compared),
        freedom=process.freedom_of(weights),
    )


def _spread(history: Series, compared: Series) -> float:
    """Standard deviation of a day: over the whole history or lately, whichever is greater, so that
    a restless month is held against itself."""
    before, week = compared[:BEFORE], compared[BEFORE:]
    lately = np.concatenate([before - np.nanmean(before), week - np.nanmean(week)])
    freedom = int((~np.isnan(lately)).sum()) - 2
    return max(float(np.nanstd(history)), sqrt(float(np.nansum(lately**2)) / freedom))


def _enough(compared: Series) -> bool:
    known: Mask = ~np.isnan(compared)
    return bool(known[:BEFORE].sum() >= BEFORE_NEEDS and known[BEFORE:].sum() >= WEEK_NEEDS)


def _mean_of(values: Series, days: slice) -> Series:
    """Weights that make the mean of the known ones of those days."""
    weights = np.zeros(len(values))
    weights[days] = ~np.isnan(values[days])
    mean: Series = weights / weights.sum()
    return mean
