"""Findings as clauses without figures; the direction word follows the sign, and what was not found
says so."""

from __future__ import annotations


def related(first: str, second: str, effect: float) -> str:
    """A correlation that was found: `a higher sleep score went with a higher readiness score`."""
    return f"a higher {first} went with a {_comparative(effect)} {second}"


def differing(outcome: str, first: str, second: str, effect: float) -> str:
    """Two groups of days that differ; `effect` is that of the first against the second."""
    return f"{outcome} tended to be {_comparative(effect)} after {first} than after {second}"


def moving(subject: str, slope: float) -> str:
    """A trend that was found; it says of which days, as a text may name it beside the week."""
    return f"{subject} was {'rising' if slope > 0 else 'falling'} over the days looked at"


def no_relation(first: str, second: str) -> str:
    return f"a relation between {first} and {second} was looked for and not found"


def no_difference(outcome: str, first: str, second: str) -> str:
    return f"a difference in {outcome} between {first} and {second} was looked for and not found"


def no_trend(subject: str) -> str:
    return f"a trend in {subject} was looked for and not found"


def too_few(looked_for: str, n: int, needed: int, unit: str) -> str:
    """`there is not enough data yet for a trend in readiness (41 of 60 days)`."""
    return f"there is not enough data yet for {looked_for} ({n} of {needed} {unit})"


def _comparative(sign: float) -> str:
    return "higher" if sign > 0 else "lower"
