"""Where a point of a drawing lies. No figure that a person reads: those are rounded in
`numbers`."""

from __future__ import annotations


def coordinate(value: float) -> float:
    """A coordinate to a tenth of a unit, so that a drawing stays short."""
    return round(value, 1)


def tick(number: int, step: float) -> float:
    """The place of a tick on its scale, without binary dust."""
    return round(number * step, 6)
