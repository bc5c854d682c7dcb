"""The model of the demo person: from a seed to every day of a life with known effects."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bio_lakehouse.sources.demo.activity import Movement, move
from bio_lakehouse.sources.demo.body import FITNESS_AT_WHICH_POWER_DOUBLES, Body, fitness, respond
from bio_lakehouse.sources.demo.calendar import WARM_UP_DAYS, Calendar, make_calendar
from bio_lakehouse.sources.demo.nights import Nights, sleep
from bio_lakehouse.sources.demo.planted_effects import Effects
from bio_lakehouse.sources.demo.random_streams import Integers
from bio_lakehouse.sources.demo.truth import Activity, Day, Night, Readiness, Truth
from bio_lakehouse.sources.demo.workouts import THRESHOLD_POWER, daily_totals, train

DEFAULT_EFFECTS = Effects()


def simulate(
    days: int,
    seed: int,
    end: date,
    effects: Effects = DEFAULT_EFFECTS,
    timezone: str = "America/New_York",
) -> Truth:
    """The demo person's `days` days up to `end`; the same arguments always give the same person.

    Illness needs 60 days of room, the missed sync 90. `timezone` (IANA) is where the person lives.
    Raises ValueError when `days` is less than 1.
    """
    if days < 1:
        raise ValueError(f"a demo needs at least 1 day, not {days}")
    zone = ZoneInfo(timezone)
    calendar = make_calendar(days, seed, end, with_illness=effects.illness > 0)
    form = fitness(calendar.days, effects.fitness)
    power = THRESHOLD_POWER * np.exp2(form / FITNESS_AT_WHICH_POWER_DOUBLES)
    workouts = train(calendar, seed, zone, power)
    load, output, exertion = daily_totals(calendar.days, workouts)
    nights = sleep(calendar, seed)
    body = respond(calendar, seed, effects, nights, load, output, form)
    movement = move(calendar, seed, nights, load, exertion)
    shown = range(WARM_UP_DAYS, WARM_UP_DAYS + days)
    first = calendar.days[WARM_UP_DAYS]
    return Truth(
        seed=seed,
        timezone=timezone,
        effects=effects,
        days=tuple(_day(calendar, nights, body, movement, zone, index) for index in shown),
        workouts=tuple(workout for workout in workouts if workout.day >= first),
        illnesses=calendar.illnesses,
        delivery=calendar.delivery,
    )


def _day(
    calendar: Calendar, nights: Nights, body: Body, movement: Movement, zone: ZoneInfo, index: int
) -> Day:
    worn = bool(calendar.worn[index])
    return Day(
        day=calendar.days[index],
        activity=_activity(movement, index, worn),
        night=_night(calendar.days[index], nights, body, zone, index) if worn else None,
        readiness=_readiness(body, index) if worn else None,
        readiness_scored=bool(calendar.readiness_scored[index]),
        sleep_scored=bool(calendar.sleep_scored[index]),
        severity=float(calendar.severity[index]),
    )


def _night(day: date, nights: Nights, body: Body, zone: ZoneInfo, index: int) -> Night:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    start = midnight + timedelta(seconds=int(nights.bedtime[index]))
    end = start + timedelta(seconds=int(nights.in_bed[index]))
    return Night(
        bedtime_start=start.astimezone(zone),
        bedtime_end=end.astimezone(zone),
        deep=int(nights.deep[index]),
        rem=int(nights.rem[index]),
        light=int(nights.light[index]),
        awake=int(nights.awake[index]),
        latency=int(nights.latency[index]),
        restless_periods=int(nights.restless[index]),
        efficiency=int(nights.efficiency[index]),
        average_hrv=int(body.hrv[index]),
        average_heart_rate=float(body.average_heart_rate[index]),
        lowest_heart_rate=int(body.lowest_heart_rate[index]),
        average_breath=float(body.breath[index]),
        spo2_average=float(body.spo2[index]),
        breathing_disturbance_index=int(body.breathing_disturbances[index]),
        score=int(nights.score[index]),
        contributors=_at(nights.contributors, index),
    )


def _readiness(body: Body, index: int) -> Readiness:
    return Readiness(
        score=int(body.readiness[index]),
        temperature_deviation=float(body.temperature[index]),
        temperature_trend_deviation=float(body.temperature_trend[index]),
        contributors=_at(body.contributors, index),
    )


def _activity(movement: Movement, index: int, worn: bool) -> Activity:
    return Activity(
        **_at(movement.minutes, index),
        steps=int(movement.steps[index]),
        active_calories=int(movement.active_calories[index]),
        total_calories=int(movement.total_calories[index]),
        score=int(movement.score[index]) if worn else None,
        contributors=_at(movement.contributors, index) if worn else {},
    )


def _at(columns: dict[str, Integers], index: int) -> dict[str, int]:
    return {name: int(columns[name][index]) for name in sorted(columns)}
