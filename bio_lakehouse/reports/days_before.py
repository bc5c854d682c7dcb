"""What stood before a morning in a person's own days, where that is rare for them: a workout, a
bedtime, days without a workout.

Told as what came before and never as a cause. Rare is what did not happen for four weeks or longer
among enough of its kind, so that a workout before a given morning is told by chance in about 3 of
100 mornings, a bedtime in about 3, and days without a workout in fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bio_lakehouse import english
from bio_lakehouse.gold.daily_columns import ASLEEP
from bio_lakehouse.gold.measures import WORKOUT_MINUTES, WORKOUT_OUTPUT, Measure
from bio_lakehouse.narrative import story
from bio_lakehouse.numbers import rounded
from bio_lakehouse.reports.week import known

LOOKBACK_DAYS = 180
"""How far back anything is held against the person's own days."""
RARE_AFTER = 28
"""Days for which there was nothing like it."""
BEATEN = 8
"""Workouts of its kind that a rare one must exceed."""
NIGHTS = 20
"""Known bedtimes that a late one must be later than."""
LATE_HOURS = 1.0
"""How much later than the median of these it must be."""
IDLE_DAYS = 4
"""The shortest stretch without a workout that is told."""
USUAL_WORKOUTS = 8
"""Workouts in the eight weeks before a stretch, below which having none is nothing new."""
EVENING_BEGINS = 17
NOON = 12.0

Flags = NDArray[np.bool_]

NOUNS = {
    "cycling": "ride",
    "running": "run",
    "walking": "walk",
    "rowing": "rowing workout",
    "strength": "strength workout",
    "circuit": "circuit workout",
    "cardio": "cardio workout",
    "bike bootcamp": "bike bootcamp",
    "tread bootcamp": "tread bootcamp",
    "row bootcamp": "row bootcamp",
}
"""What a workout of a discipline is called. Of others, which are for recovery, no rank is told."""


@dataclass(frozen=True, slots=True)
class RareWorkout:
    """A workout that exceeds all of its kind since a day (None: all that are known, since
    `first_known`), by output where that is known, else by its minutes."""

    day: date
    noun: str
    measure: Measure
    value: float
    since: date | None
    first_known: date
    in_the_evening: bool
    same_day: int

    @property
    def days_back(self) -> int:
        """How many days ago the last one as large was, or the first that is known."""
        return (self.day - (self.since or self.first_known)).days

    @property
    def since_text(self) -> str:
        """`since 18 June`."""
        return english.since(self.since, self.first_known, english.short_day)

    @property
    def title(self) -> str:
        """`biggest ride since 18 June`."""
        return f"{self.word} {self.noun} {self.since_text}"

    @property
    def rank(self) -> str:
        """`biggest since 18 June`."""
        return f"{self.word} {self.since_text}"

    @property
    def word(self) -> str:
        """`biggest` of output, `longest` of minutes."""
        return "biggest" if self.measure is WORKOUT_OUTPUT else "longest"

    @property
    def figure(self) -> str:
        """`685 kJ`."""
        return self.measure.text(self.value)


class DaysBefore:
    """One user's workouts, rest days and bedtimes up to a day, ready to be asked what of them stood
    before a morning. `had_workout` is a calendar series of 1, 0 and NaN."""

    def __init__(
        self, workouts: pd.DataFrame, nights: pd.DataFrame, had_workout: pd.Series[float]
    ) -> None:
        self._workouts = _ranked(workouts)
        self._bedtimes = bedtimes_of(nights)
        self._had_workout = had_workout

    def told(self, morning: date) -> tuple[str, ...]:
        """What rare things came before that morning: the workout of the day before, the bedtime of
        its night, the days without a workout that it follows."""
        workout = self.workout(morning - timedelta(1))
        said = (
            _after_workout(workout) if workout else "",
            self._after_bedtime(morning),
            self._after_idle_days(morning),
        )
        return tuple(part for part in said if part)

    def workout(self, day: date) -> RareWorkout | None:
        """The rarest workout of a day, if one of them is rare."""
        of_day = self._workouts[self._workouts["day"] == pd.Timestamp(day)]
        found = [self._rank(row, len(of_day)) for row in of_day.to_dict("records")]
        rare = [one for one in found if one is not None]
        return max(rare, key=lambda one: (one.days_back, one.value, one.noun), default=None)

    def _rank(self, row: dict[Any, Any], same_day: int) -> RareWorkout | None:
        measure = WORKOUT_MINUTES if np.isnan(row["total_output_kj"]) else WORKOUT_OUTPUT
        value, day = row[measure.column], row["day"]
        alike = self._workouts[self._workouts["kind"] == row["kind"]]
        earlier = alike[alike["day"] < day].set_index("day")[measure.column].dropna()
        since = last_as_high(earlier, value)
        beaten = earlier if since is None else earlier[earlier.index > since]
        if np.isnan(value) or len(beaten) < BEATEN:
            return None
        found = RareWorkout(
            day=day.date(),
            noun=NOUNS[row["kind"]],
            measure=measure,
            value=float(value),
            since=since.date() if since is not None else None,
            first_known=earlier.index.min().date(),
            in_the_evening=bool(row["hour"] >= EVENING_BEGINS),
            same_day=same_day,
        )
        return found if found.days_back >= RARE_AFTER else None

    def _after_bedtime(self, morning: date) -> str:
        before = self._bedtimes[self._bedtimes.index < pd.Timestamp(morning)]
        bedtime = known(self._bedtimes.get(pd.Timestamp(morning)))
        if bedtime is None or len(before) < NIGHTS:
            return ""
        since = last_as_high(before, bedtime)
        later_than = before if since is None else before[before.index > since]
        days_back = (pd.Timestamp(morning) - (since or before.index[0])).days
        is_rare = days_back >= RARE_AFTER and len(later_than) >= NIGHTS
        if not is_rare or bedtime < later_than.median() + LATE_HOURS:
            return ""
        earlier, first_known = since.date() if since else None, before.index[0].date()
        since_text = english.since(earlier, first_known, english.short_day)
        return story.after_bedtime(_clock(bedtime), since_text)

    def _after_idle_days(self, morning: date) -> str:
        rested = (self._had_workout[: pd.Timestamp(morning - timedelta(1))] == 0).to_numpy()
        length = _run_at_end(rested)
        before = self._had_workout.iloc[: len(rested) - length].iloc[-2 * RARE_AFTER :]
        usual = int((before == 1).sum())
        longest = _longest_run((before != 1).to_numpy())
        if length < IDLE_DAYS or longest >= length or usual < USUAL_WORKOUTS:
            return ""
        return story.after_idle_days(length)


def last_as_high(earlier: pd.Series[float], value: float) -> pd.Timestamp | None:
    """The last day on which a value was as high; None without one."""
    as_high = earlier.index[earlier >= value]
    return as_high.max() if len(as_high) else None


def bedtimes_of(nights: pd.DataFrame) -> pd.Series[float]:
    """When the night that ended on each day began: hours after the noon before, on the
    person's own clock. Nights of which the clock is unknown are left out.

    `nights` are rows of silver.oura_sleep.
    """
    asleep = nights[nights["type"].isin(ASLEEP)].dropna(
        subset=["bedtime_start", "utc_offset_minutes"]
    )
    offset = pd.to_timedelta(asleep["utc_offset_minutes"].astype("float64"), unit="min")
    local = pd.to_datetime(asleep["bedtime_start"]) + offset
    noon = pd.to_datetime(asleep["day"]) - pd.Timedelta(hours=NOON)
    hours = (local - noon).dt.total_seconds() / 3600
    series = pd.Series(hours.to_numpy(dtype=np.float64), index=pd.DatetimeIndex(asleep["day"]))
    # Of a broken night the first part is the bedtime.
    return series[(series >= 0) & (series < 24)].groupby(level=0).min().sort_index()


def _ranked(workouts: pd.DataFrame) -> pd.DataFrame:
    """Workouts of the disciplines that are told: day, kind, output, minutes and local hour."""
    kinds = workouts["fitness_discipline"].map(_kind, na_action="ignore")
    started = pd.to_datetime(workouts["started_at_local"])
    numbers = ("total_output_kj", "length_minutes")
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(workouts["day"]),
            "kind": kinds,
            "hour": started.dt.hour,
            **{
                name: pd.to_numeric(workouts[name]).to_numpy(dtype=np.float64, na_value=np.nan)
                for name in numbers
            },
        }
    )
    told = frame.rename(columns={"length_minutes": WORKOUT_MINUTES.column})
    return told[told["kind"].isin(list(NOUNS))].sort_values("day", kind="stable")


def _kind(discipline: object) -> str:
    return " ".join(str(discipline).lower().split())


def _after_workout(workout: RareWorkout) -> str:
    return story.after_workout(
        workout.title, workout.figure, workout.in_the_evening, workout.same_day
    )


def _clock(hours_after_noon: float) -> str:
    minutes = int(rounded(hours_after_noon * 60)) + 12 * 60
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _run_at_end(flags: Flags) -> int:
    others = np.flatnonzero(~flags)
    return len(flags) - (int(others[-1]) + 1 if len(others) else 0)


def _longest_run(flags: Flags) -> int:
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return int(max(edges[1::2] - edges[::2], default=0))
