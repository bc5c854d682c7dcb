"""What is true about the demo person: every day, every workout, and the effects that were put
in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from bio_lakehouse.sources.demo.calendar import Delivery
from bio_lakehouse.sources.demo.planted_effects import Effects


@dataclass(frozen=True, slots=True)
class Night:
    """The main sleep filed under a day. Stages, `awake` and `latency` in seconds; times local, with
    offset.

    `contributors` are those of the sleep score; `average_hrv` is RMSSD in ms, heart rates in beats
    a minute.
    """

    bedtime_start: datetime
    bedtime_end: datetime
    deep: int
    rem: int
    light: int
    awake: int
    latency: int
    restless_periods: int
    efficiency: int
    average_hrv: int
    average_heart_rate: float
    lowest_heart_rate: int
    average_breath: float
    spo2_average: float
    breathing_disturbance_index: int
    score: int
    contributors: dict[str, int]

    @property
    def total_sleep(self) -> int:
        return self.deep + self.rem + self.light

    @property
    def time_in_bed(self) -> int:
        return self.total_sleep + self.awake


@dataclass(frozen=True, slots=True)
class Readiness:
    """Readiness as computed that morning; temperatures in °C against the person's own baseline."""

    score: int
    temperature_deviation: float
    temperature_trend_deviation: float
    contributors: dict[str, int]


@dataclass(frozen=True, slots=True)
class Activity:
    """Minutes of the day by class (they add up to 1,440), steps, energy in kcal; no score when the
    ring was off."""

    non_wear: int
    rest: int
    sedentary: int
    low: int
    medium: int
    high: int
    steps: int
    active_calories: int
    total_calories: int
    score: int | None
    contributors: dict[str, int]


@dataclass(frozen=True, slots=True)
class Workout:
    """One Peloton workout as its download states it; None where the download has no figure.

    `started_at` is local with offset. `load` is the training load put into the model (100 for an
    hour at threshold).
    """

    day: date
    started_at: datetime
    class_at: datetime | None
    kind: str
    discipline: str
    category: str
    title: str
    class_type: str | None
    instructor: str | None
    is_live: bool | None
    minutes: int
    length: int | None
    load: float
    output: int | None = None
    watts: int | None = None
    resistance: int | None = None
    cadence: int | None = None
    speed: float | None = None
    distance: float | None = None
    calories: int | None = None
    heart_rate: float | None = None
    pace: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day. Without the ring there is no night and no readiness.

    `readiness_scored` and `sleep_scored` are False on a day whose record came without a score.
    """

    day: date
    activity: Activity
    night: Night | None
    readiness: Readiness | None
    readiness_scored: bool
    sleep_scored: bool
    severity: float

    @property
    def worn(self) -> bool:
        return self.night is not None

    @property
    def readiness_score(self) -> int | None:
        return self.readiness.score if self.readiness and self.readiness_scored else None

    @property
    def sleep_score(self) -> int | None:
        return self.night.score if self.night and self.sleep_scored else None


@dataclass(frozen=True)
class Truth:
    """The demo person from `first_day` to `last_day`, and how the days came to be delivered.

    `illnesses` are (first, last day); `not_worn` days have activity but no night; `missed_sync`
    days were lived and never delivered by the ring's vendor (`delivery` says which way the others
    came).
    """

    seed: int
    timezone: str
    effects: Effects
    days: tuple[Day, ...]
    workouts: tuple[Workout, ...]
    illnesses: tuple[tuple[date, date], ...]
    delivery: Delivery
    _workouts_by_day: dict[date, list[Workout]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[date, list[Workout]] = {}
        for workout in self.workouts:
            grouped.setdefault(workout.day, []).append(workout)
        object.__setattr__(self, "_workouts_by_day", grouped)

    @property
    def first_day(self) -> date:
        return self.days[0].day

    @property
    def last_day(self) -> date:
        return self.days[-1].day

    @property
    def not_worn(self) -> tuple[date, ...]:
        return tuple(day.day for day in self.days if not day.worn)

    @property
    def missed_sync(self) -> tuple[date, ...]:
        return tuple(self.days[index].day for index in self.delivery.missed)

    def workouts_of(self, day: date) -> list[Workout]:
        """That day's workouts in the order in which they were done."""
        return self._workouts_by_day.get(day, [])
