"""How large the effects are that the demo person's data holds."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Effects:
    """What moves the demo person, in points of the readiness score unless said otherwise; 0
    switches an effect off.

    `previous_night` is the part-whole relation: points a point of the same night's sleep score.
    `sleep_next_day` is the effect a day later: points a point of yesterday's sleep score, beyond
    that. `hard_day` are points lost on the day after, for each 100 kJ of output. `fatigue` are
    points lost for each point by which acute training load (7 days) exceeds chronic load (42 days).
    `illness` are points lost at the height of a week of illness (with it: fever, low HRV, no
    workouts). `fitness` are points gained a week over the current training block (with it: power
    and HRV rise, resting heart rate falls).
    """

    previous_night: float = 0.2
    sleep_next_day: float = 0.35
    hard_day: float = 2.5
    fatigue: float = 0.08
    illness: float = 38.0
    fitness: float = 0.8

    @classmethod
    def none(cls) -> Effects:
        """A person whom nothing moves: every series is noise around a level."""
        return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    def without(self, *names: str) -> Effects:
        """The same effects with those of `names` switched off."""
        return replace(self, **dict.fromkeys(names, 0.0))
