"""Tomorrow's readiness, from the days up to today, and how well such forecasts would have done."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, sqrt

import numpy as np
import scipy
from numpy.typing import NDArray

from bio_lakehouse.gold.schemas import BASELINES
from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.expected_readiness import Forecast
from bio_lakehouse.insights.statistics import (
    bias_corrected,
    effective_size,
    lag1_autocorrelation,
    trailing_mean,
)
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series

MINIMUM_TRAINING = 60
MINIMUM_EVALUATED = 30
EVALUATED_DAYS = 90
COVERAGE = 0.8
LEVEL_DAYS = 28
WARM_UP = 15
LEVEL_STEP = 0.05
PENALTIES = np.logspace(-1, 4, 16)
LEARNT_FROM = (
    "readiness_score",
    "sleep_score",
    "had_workout",
    "total_output_kj",
    "workout_minutes",
)
"""Columns of gold.daily_readiness_performance that a forecast is made from."""

Matrix = NDArray[np.float64]


def forecast(data: InsightData) -> Forecast:
    """Ridge regression of readiness on the days before it, judged by walking forward through the
    past.

    What is used is known on the evening before: readiness, its 7-day mean and readiness of the day
    before, each as it differs from the 28-day mean; the sleep score and its 7-day mean, output and
    minutes of workouts (0 on a rest day) and their 7-day means; tomorrow's weekday; no score of the
    day itself. What is
    learnt is how far tomorrow differs from the 28-day mean, so that a body that gets fitter is not
    forecast from what it was half a year ago. A group of columns that is unknown today is left out;
    days on which a column is unknown are not learnt from, as nothing is filled in. Each past
    forecast is made from the days before it alone. The interval reaches as far as such misses do.
    """
    readiness, features = data.with_lead_in("readiness_score"), _known_today(_features(data))
    tomorrow = data.as_of + timedelta(days=1)
    if features is None:
        return Forecast(data.user_id, tomorrow, 0, MINIMUM_EVALUATED, is_today_known=False)
    past = _walk_forward(features, readiness)
    n = int(_complete(past).sum())
    if n < MINIMUM_EVALUATED:
        return Forecast(data.user_id, tomorrow, n, MINIMUM_EVALUATED)
    value = _expected(features, readiness, trailing_mean(readiness, LEVEL_DAYS))
    return _judged(data.user_id, tomorrow, value, past)


def _features(data: InsightData) -> list[Matrix]:
    """Groups of columns (days, columns): readiness, that of the day before, tomorrow's weekday,
    sleep, output, minutes."""
    readiness = data.with_lead_in("readiness_score")
    rested = data.with_lead_in("had_workout") == 0
    efforts = (data.with_lead_in(column) for column in ("total_output_kj", "workout_minutes"))
    others = (
        data.with_lead_in("sleep_score"),
        *(np.where(rested, 0.0, effort) for effort in efforts),
    )
    level = trailing_mean(readiness, LEVEL_DAYS)
    before = np.concatenate([[np.nan], readiness[:-1]])
    return [
        np.column_stack([readiness - level, trailing_mean(readiness, 7) - level]),
        (before - level)[:, None],
        _weekday_of_tomorrow(data.as_of, len(readiness)),
        *(np.column_stack([other, trailing_mean(other, 7)]) for other in others),
    ]


def _weekday_of_tomorrow(last: date, days: int) -> Matrix:
    """A column a weekday, 1 on the days whose day after it is."""
    tomorrow = last.weekday() + 1 - np.arange(days)[::-1]
    matrix: Matrix = np.eye(7)[tomorrow % 7]
    return matrix


def _known_today(groups: list[Matrix]) -> Matrix | None:
    """The groups known on the last day, beside each other; None when today's readiness is
    unknown."""
    known = [group for group in groups if not np.isnan(group[-1]).any()]
    return np.hstack(known) if not np.isnan(groups[0][-1]).any() else None


def _walk_forward(features: Matrix, readiness: Series) -> Matrix:
    """A row for each calendar day from the first past forecast to the last: truth, forecast and the
    baselines'.

    NaN where a day could not be forecast or its truth is unknown.
    """
    learnable: Mask = _complete(features)[:-1] & ~np.isnan(readiness[1:])
    learnt_before: NDArray[np.int64] = np.cumsum(learnable) - learnable
    made = np.flatnonzero(learnable & (learnt_before >= MINIMUM_TRAINING))[-EVALUATED_DAYS:]
    rows = np.full((len(readiness), 2 + len(BASELINES)), np.nan)
    level, week = (trailing_mean(readiness, days) for days in (LEVEL_DAYS, 7))
    for day in made:
        until = slice(day + 1)
        value = _expected(features[until], readiness[until], level[until])
        rows[day] = (
            readiness[day + 1],
            value,
            readiness[day],
            week[day],
            np.nanmean(readiness[until]),
        )
    return rows[made[0] : made[-1] + 1] if len(made) else rows[:0]


def _expected(features: Matrix, readiness: Series, level: Series) -> float:
    """The score expected on the day after the last one; `level` is each day's 28-day mean."""
    difference = _predicted(features[:-1], readiness[1:] - level[:-1], features[-1])
    return float(np.clip(level[-1] + difference, 0, 100))


def _complete(features: Matrix) -> Mask:
    """The days of which every column is known."""
    complete: Mask = np.asarray(~np.isnan(features).any(axis=1))
    return complete


def _predicted(features: Matrix, outcomes: Series, today: Series) -> float:
    """Ridge prediction for `today` learnt from the rows whose outcome is that of the day after.

    The penalty is the one with the least generalised cross-validation error (Golub, Heath & Wahba
    1979).
    """
    rows = _complete(features) & ~np.isnan(outcomes)
    learnt, truths = features[rows], outcomes[rows]
    centre, scale = learnt.mean(axis=0), learnt.std(axis=0)
    scale[scale == 0] = 1.0
    left, singular, right = np.linalg.svd((learnt - centre) / scale, full_matrices=False)
    rotated = left.T @ (truths - truths.mean())
    shrinkage = singular**2 / (singular**2 + PENALTIES[:, None])
    residual = (
        ((truths - truths.mean()) ** 2).sum()
        - (rotated**2).sum()
        + (((1 - shrinkage) * rotated) ** 2).sum(axis=1)
    )
    best = int(np.argmin(residual / (len(truths) - 1 - shrinkage.sum(axis=1)) ** 2))
    inverse = np.divide(shrinkage[best], singular, out=np.zeros_like(singular), where=singular > 0)
    weights = right.T @ (inverse * rotated)
    return float(truths.mean() + (today - centre) / scale @ weights)


def _judged(user_id: str, day: date, value: float, past: Matrix) -> Forecast:
    by_day = np.abs(past[:, 1:] - past[:, :1])
    errors = by_day[_complete(by_day)]
    own, *rules = errors.mean(axis=0).tolist()
    reach = _reach(errors[:, 0])
    return Forecast(
        user_id=user_id,
        day=day,
        n=len(errors),
        needed=MINIMUM_EVALUATED,
        value=value,
        interval=(max(value - reach, 0.0), min(value + reach, 100.0)),
        mean_error=own,
        baseline_errors=dict(zip(BASELINES, rules, strict=True)),
        beats_all=own < min(rules) and _beats(by_day[:, -1] - by_day[:, 0]),
    )


def _reach(misses: Series) -> float:
    """Half the 80 % interval of the next forecast, from past ones' absolute misses, oldest first.

    Split-conformal (Lei et al. 2018, JASA 113:1094) at a level that rises after each past miss
    outside its interval and falls after each inside (adaptive conformal inference: Gibbs & Candès
    2021, NeurIPS 34:1660). So four in five hold for a body that changes too: a training block, an
    illness.
    """
    outside = 1 - COVERAGE
    for earlier in range(WARM_UP, len(misses)):
        missed = misses[earlier] > _quantile(misses[:earlier], 1 - outside)
        outside += LEVEL_STEP * (1 - COVERAGE - missed)
    return _quantile(misses, 1 - outside)


def _quantile(misses: Series, share: float) -> float:
    """The conformal quantile, between the least and the largest miss."""
    place = int(np.clip(ceil((len(misses) + 1) * share), 1, len(misses)))
    return float(np.sort(misses)[place - 1])


def _beats(gains: Series) -> bool:
    """Whether the mean gain is above 0 (Diebold & Mariano 1995, on the independent days that the
    gains are worth).

    `gains` is a calendar series.
    """
    n = int((~np.isnan(gains)).sum())
    spread = float(np.nanstd(gains, ddof=1))
    if not spread:
        return False
    worth = effective_size(n, bias_corrected(lag1_autocorrelation(gains), n), 1.0)
    return bool(
        np.nanmean(gains) / (spread / sqrt(worth)) > scipy.stats.t.ppf(0.95, max(worth - 1, 1))
    )
