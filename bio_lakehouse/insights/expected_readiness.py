"""A forecast of tomorrow's readiness as it is kept and told: who only reads one loads no
statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bio_lakehouse.insights import sentences


@dataclass(frozen=True, slots=True)
class Forecast:
    """The readiness score expected on `day`, as known on the evening before.

    `value` and the 80 % `interval` are None when there are fewer than `needed` past forecasts to
    judge it by (`n` of them), or when today's readiness is unknown. `mean_error` is the mean
    absolute miss of those past forecasts in points, `baseline_errors` that of today's value, of the
    7-day mean and of the mean of all days before, on the same days: the last since on days that do
    not hang together at all it beats the first two and yet knows nothing of tomorrow. `beats_all`
    says whether the forecast missed by less than each of them, than the last by more than chance
    (one-sided 5 %, on independent days' worth): who learnt nothing comes out like that mean, not
    like the first two.
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


def narrate(result: Forecast) -> str:
    """The forecast in plain words, with what it is worth."""
    if not result.is_today_known:
        return sentences.no_forecast(result.day)
    if (
        result.value is None
        or result.interval is None
        or result.mean_error is None
        or not result.baseline_errors
    ):
        return sentences.not_enough_data(
            "readiness tomorrow", result.n, result.needed, "past forecasts to judge it by"
        )
    return sentences.tomorrow(
        result.day,
        result.value,
        result.interval,
        result.n,
        result.mean_error,
        result.baseline_errors,
        result.beats_all,
    )
