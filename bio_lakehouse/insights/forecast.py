"""Tomorrow's readiness, from the days up to today, and how well such forecasts would have done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.statistics import effective_size, lag1_autocorrelation, trailing_mean
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series
from bio_lakehouse.narrative import insight_sentences as sentences

MINIMUM_TRAINING = 60
MINIMUM_EVALUATED = 30
EVALUATED_DAYS = 90
COVERAGE = 0.8
PENALTIES = np.logspace(-1, 4, 16)
BASELINES = ("today's value", "the 7-day mean", "the mean of all days before")
LEARNT_FROM = ("readiness_score", "sleep_score", "had_workout", "total_output_kj", "workout_minutes")
"""Columns of gold.daily_readiness_performance that a forecast is made from."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The readiness score expected on `day`, as known on the evening before.

    `value` and the 80 % `interval` are None when there are fewer than `needed` past forecasts to judge it by (`n` of
    them), or when today's readiness is unknown. `mean_error` is the mean absolute miss of those past forecasts in
    points, `baseline_errors` that of today's value, of the 7-day mean and of the mean of all days before, on the same
    days: the last since on days that do not hang together at all it beats the first two and yet knows nothing of
    tomorrow. `beats_all` says whether the forecast was better than each of them by more than chance (one-sided 5 %
    each, on independent days' worth).
    """

    user_id: str
    day: date
    n: int
    needed: int
    is_today_known: bool = True
    value: float | None = None
    interval: tuple[float, float] | None = None
    mean_error: float | None = None
    baseline_errors: dict[str, float] | None = None
    beats_all: bool | None = None


def forecast(data: InsightData) -> Forecast:
    """Ridge regression of readiness on the days before it, judged by walking forward through the past.

    What is used is known on the evening before: readiness of the last two days and its 7-day mean, the sleep score and
    its 7-day mean, output and minutes of workouts (0 on a rest day) and their 7-day means; no score of the day itself.
    A group of columns that is unknown today is left out; days on which a column is unknown are not learnt from. Each
    past forecast is made from the days before it alone. The interval is the split-conformal one of their misses (Lei
    et al. 2018, JASA 113:1094).
    """
    readiness = data.with_lead_in("readiness_score")
    features = _known_today(_features(data))
    tomorrow = data.as_of + timedelta(days=1)
    if features is None:
        return Forecast(data.user_id, tomorrow, 0, MINIMUM_EVALUATED, is_today_known=False)
    past = _walk_forward(features, readiness)
    if len(past) < MINIMUM_EVALUATED:
        return Forecast(data.user_id, tomorrow, len(past), MINIMUM_EVALUATED)
    value = _predicted(features[:-1], readiness[1:], features[-1])
    return _judged(data.user_id, tomorrow, value, past)


def narrate(result: Forecast) -> str:
    """The forecast in plain words, with what it is worth."""
    if not result.is_today_known:
        return sentences.no_forecast(result.day)
    if result.value is None or result.interval is None or result.mean_error is None or not result.baseline_errors:
        return sentences.not_enough_data("readiness tomorrow", result.n, result.needed, "past forecasts to judge it by")
    return sentences.tomorrow(
        result.day,
        result.value,
        result.interval,
        result.n,
        result.mean_error,
        result.baseline_errors,
        result.beats_all,
    )


def _features(data: InsightData) -> list[Matrix]:
    """Groups of columns (days, columns): readiness, sleep, output, minutes."""
    readiness = data.with_lead_in("readiness_score")
    rested = data.with_lead_in("had_workout") == 0
    efforts = (data.with_lead_in(column) for column in ("total_output_kj", "workout_minutes"))
    others = (data.with_lead_in("sleep_score"), *(np.where(rested, 0.0, effort) for effort in efforts))
    before = np.concatenate([[np.nan], readiness[:-1]])
    return [
        np.column_stack([readiness, np.where(np.isnan(before), readiness, before), trailing_mean(readiness, 7)]),
        *(np.column_stack([other, trailing_mean(other, 7)]) for other in others),
    ]


def _known_today(groups: list[Matrix]) -> Matrix | None:
    """The groups known on the last day, beside each other; None when today's readiness is unknown."""
    known = [group for group in groups if not np.isnan(group[-1]).any()]
    return np.hstack(known) if not np.isnan(groups[0][-1]).any() else None


def _walk_forward(features: Matrix, readiness: Series) -> Matrix:
    """Rows of truth, forecast and the baselines' for each past day that can be forecast, oldest first."""
    rows = list(_past_forecasts(features, readiness))
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2 + len(BASELINES))


def _past_forecasts(features: Matrix, readiness: Series) -> Iterator[tuple[float, ...]]:
    learnable: Mask = _complete(features)[:-1] & ~np.isnan(readiness[1:])
    learnt_before: NDArray[np.int64] = np.cumsum(learnable) - learnable
    for day in np.flatnonzero(learnable & (learnt_before >= MINIMUM_TRAINING))[-EVALUATED_DAYS:]:
        value = _predicted(features[:day], readiness[1 : day + 1], features[day])
        yield readiness[day + 1], value, features[day, 0], features[day, 2], float(np.nanmean(readiness[: day + 1]))


def _complete(features: Matrix) -> Mask:
    """The days of which every column is known."""
    complete: Mask = np.asarray(~np.isnan(features).any(axis=1))
    return complete


def _predicted(features: Matrix, outcomes: Series, today: Series) -> float:
    """Ridge prediction for `today` learnt from the rows whose outcome is that of the day after.

    The penalty is the one with the least generalised cross-validation error (Golub, Heath & Wahba 1979).
    """
    rows = _complete(features) & ~np.isnan(outcomes)
    learnt, truths = features[rows], outcomes[rows]
    centre, scale = learnt.mean(axis=0), learnt.std(axis=0)
    scale[scale == 0] = 1.0
    left, singular, right = np.linalg.svd((learnt - centre) / scale, full_matrices=False)
    rotated = left.T @ (truths - truths.mean())
    shrinkage = singular**2 / (singular**2 + PENALTIES[:, None])
    residual = (
        ((truths - truths.mean()) ** 2).sum() - (rotated**2).sum() + (((1 - shrinkage) * rotated) ** 2).sum(axis=1)
    )
    best = int(np.argmin(residual / (len(truths) - 1 - shrinkage.sum(axis=1)) ** 2))
    inverse = np.divide(shrinkage[best], singular, out=np.zeros_like(singular), where=singular > 0)
    weights = right.T @ (inverse * rotated)
    return float(np.clip(truths.mean() + (today - centre) / scale @ weights, 0, 100))


def _judged(user_id: str, day: date, value: float, past: Matrix) -> Forecast:
    errors = np.abs(past[:, 1:] - past[:, :1])
    reach = float(np.sort(errors[:, 0])[min(ceil((len(past) + 1) * COVERAGE), len(past)) - 1])
    return Forecast(
        user_id=user_id,
        day=day,
        n=len(past),
        needed=MINIMUM_EVALUATED,
        value=value,
        interval=(max(value - reach, 0.0), min(value + reach, 100.0)),
        mean_error=float(errors[:, 0].mean()),
        baseline_errors=dict(zip(BASELINES, errors[:, 1:].mean(axis=0).tolist(), strict=True)),
        beats_all=all(_beats(miss - errors[:, 0]) for miss in errors.T[1:]),
    )


def _beats(gains: Series) -> bool:
    """Whether the mean gain is above 0 (Diebold & Mariano 1995, on the independent days that the gains are worth)."""
    spread = float(gains.std(ddof=1))
    if not spread:
        return False
    resemblance = max(lag1_autocorrelation(gains), 0.0)
    worth = effective_size(len(gains), resemblance, 1.0)
    return bool(gains.mean() / (spread / sqrt(worth)) > stats.t.ppf(0.95, max(worth - 1, 1)))
