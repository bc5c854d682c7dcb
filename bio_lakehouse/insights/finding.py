"""The typed record of one claim that was tested, and of one insight made of such claims."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from bio_lakehouse.english import inner

Status = Literal["found", "described", "not found", "not enough data"]
INSIGHTS = (
    "sleep_readiness",
    "workout_recovery",
    "readiness_trend",
    "anomaly_detection",
    "intensity_impact",
)
RELATIONS = ("sleep_readiness", "workout_recovery", "intensity_impact")
"""Insights whose findings are relations: each claim says something of the days."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One tested claim.

    `effect` is on the scale that `effect_name` says (`partial r`, `point-biserial r`), `interval`
    its 95 % interval, `n` the observations and `n_eff` the independent ones they are worth, `p` the
    raw p-value and `q` the Benjamini-Hochberg one over all tests of the same report (filled in by
    `adjust`; None until then, and nothing is "found" until then), `window` the first and last day
    looked at. `needed` is the minimum when `status` is "not enough data"; then every figure is
    None. What is never tested (`tested` False) is "described": it is shown, has no p and no q, and
    takes no part in the adjustment. `values` are the finding's further figures, JSON-able: of a
    tested relation the pair as it was recorded (`raw_effect` and others, medians), the relation in
    points (`adjusted_difference`, or `adjusted_per` with its `step`, both with `_low` and `_high`),
    and `objections`, with which nothing is "found".
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

    @property
    def decided_q(self) -> float | None:
        """`q`, None for what is not tested; raises ValueError for a test that has not been through
        `adjust`."""
        if self.p is not None and self.q is None:
            raise ValueError(
                f"the finding {self.name!r} is not decided yet: call insights.adjust on its report "
                "first"
            )
        return self.q


@dataclass(frozen=True, slots=True)
class Insight:
    """All that one analyzer found for one user as of one day. `series` is what its figure needs,
    JSON-able."""

    name: str
    title: str
    user_id: str
    as_of: date
    findings: tuple[Finding, ...]
    series: dict[str, Any] = field(default_factory=dict)

    def looked_for(self, finding: Finding) -> str:
        """What one of its findings looked for, within a sentence and without a full stop.

        A claim that says something of the days is a question: only `found` says that it holds.
        """
        said = inner(finding.claim).removesuffix(".")
        return f"whether {said}" if self.name in RELATIONS else said
