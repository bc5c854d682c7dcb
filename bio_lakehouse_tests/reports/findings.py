"""A made-up finding, changed as a test needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bio_lakehouse.insights import Finding

SUNDAY = date(2025, 3, 9)


def finding(name: str, **changes: Any) -> Finding:
    """A found correlation."""
    found = Finding(
        name=name,
        claim="Sleep score and next-day readiness move together.",
        status="found",
        test="Pearson correlation, t test on n_eff",
        window=(SUNDAY - timedelta(days=179), SUNDAY),
        effect_name="Pearson r",
        effect=0.412,
        interval=(0.214, 0.578),
        n=171,
        n_eff=88.3,
        p=0.00012,
        q=0.0014,
        caveats=("Readiness contains the night before it.",),
    )
    return replace(found, **changes)
