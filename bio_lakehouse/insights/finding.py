"""The typed record of one claim that was tested, and of one insight made of such claims."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Status = Literal["found", "not found", "not enough data"]
INSIGHTS = ("sleep_readiness", "workout_recovery", "readiness_trend", "anomaly_detection", "intensity_impact")


@dataclass(frozen=True, slots=True)
class Finding:
    """One tested claim.

    `effect` is on the scale that `effect_name` says (`Pearson r`, `points a week`, `rank-biserial`), `interval` its
    95 % interval, `n` the observations and `n_eff` the independent ones they are worth, `p` the raw p-value and
    `q` the Benjamini-Hochberg one over all tests of the same report (filled in by `adjust`), `window` the first and
    last day looked at. `needed` is the minimum when `status` is "not enough data"; then every figure is None.
    A finding that is described but never tested (`tested` False) takes no part in the adjustment.
    """

    name: str
    claim: str
    status: Status
    test: str
    window: tuple[date, date]
    effect_name: str = ""
    effect: float | None = None
    interval: tuple[float, float] | None = None
    n: int = 0
    n_eff: float | None = None
    p: float | None = None
    q: float | None = None
    needed: int | None = None
    tested: bool = True
    caveats: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insight:
    """All that one analyzer found for one user as of one day. `series` is what its figure needs, JSON-able."""

    name: str
    title: str
    user_id: str
    as_of: date
    findings: tuple[Finding, ...]
    series: dict[str, Any] = field(default_factory=dict)
