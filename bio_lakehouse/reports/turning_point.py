"""A week's turning point, found by rules and told as a sequence, never as a cause.

The first shape that a week has is told:

| Shape | Headline | Sentence |
|---|---|---|
| days unusual in a measure | An unusual Wednesday | On Wednesday, the day after …, HRV (31 ms) … |
| a mean that moved | Readiness was lower than usual | Readiness was lowest on Thursday … |
| a sharp step | A usual week with a sharp dip on Wednesday | Readiness fell from 84 on … |
| days outside on both sides | A week of ups and downs | Readiness lay below your usual … |
| days outside on one side | Readiness on the low side | Readiness lay below your usual … |
| a rare low | A usual week with a low Wednesday | Readiness was 69 on Wednesday, the … |
| a rare workout | A usual week with your biggest ride since June | Saturday’s ride was … |
| a rare high | A usual week with your highest HRV in nine weeks | HRV reached 71 ms on Sunday … |
| no workout | A week without a workout | None of the seven days … |
| all days alike and within the usual | A steady week | Readiness stayed between 79 and … |
| anything else that is known | A usual week | Readiness was within your usual … |
| no score is known | No clear change this week | None of the nine measures differs … |

What came before a day is told where it is rare for the person (`days_before`). A day is unusual
where gold's insights say so, and a week with one is never called usual, nor is one with more or
fewer workouts than each of the four weeks before, or with a watched measure that lay outside its
usual range on half of its known days or more. A step stands out where it is more than 3 robust
standard deviations of the day-to-day changes of the 60 days before, larger than each of the last 28
in its direction, and has an end outside the usual range. Where nothing is there that is so in about
3 of 100 weeks, however the days hang together (AR(1) of 0 to 0.8, a slow state, a weekly echo), in
11 where single days stray far (t with 3 degrees of freedom) and in 23 where they stray to one side
(skewness −2.9): these steps are as large as they are said to be. A low and a high that are the
first for eight weeks are in 9 to 12 of 100 such weeks each; they are told as that, not as a change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bio_lakehouse import english
from bio_lakehouse.english import capital, listed, weekday
from bio_lakehouse.gold.measures import OUTPUT, READINESS, SLEEP, WORKOUT_OUTPUT, Measure, watched
from bio_lakehouse.insights import Insight
from bio_lakehouse.insights.anomaly_detection import NAME as ANOMALY_DETECTION
from bio_lakehouse.insights.statistics.robust import MAD_TO_SD
from bio_lakehouse.insights.statistics.weekly_change import WEEK_NEEDS
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.narrative import story as text
from bio_lakehouse.narrative.story import Flag, Story
from bio_lakehouse.reports.comparison import Comparison, Floats, Side, WorkoutWeek
from bio_lakehouse.reports.days_before import DaysBefore, RareWorkout
from bio_lakehouse.reports.week import WeeklyHigh, days_of

STEP_DEVIATIONS = 3.0
STEP_DAYS = 60
STEPS_NEEDED = 40
LARGEST_OF_DAYS = 28
FEW_DAYS = 2
"""Days above and days below the usual range of a week of ups and downs."""
ENOUGH_DAYS = 6
WORTH_A_HEADLINE = 56
"""Days without anything like it, from which on a workout, a high or a low heads a week."""
STEADY_POINTS = 10
"""The most by which the scores of a steady week differ."""
FEWEST_WORKOUTS = 2

OUTSIDE: tuple[tuple[Side, bool], ...] = (("below", False), ("above", True))
"""The sides outside a usual range, and whether it is the higher one."""

Tells = list[tuple[str, date]]


@dataclass(frozen=True, slots=True)
class Week:
    """What a week's story is found in.

    `moved` are the comparisons that moved, the least likely by chance first; `flagged` the days on
    which each measure was unusual; `scores` calendar series up to the week's last day, by column.
    """

    last: date
    comparisons: tuple[Comparison, ...]
    moved: tuple[Comparison, ...]
    highs: tuple[WeeklyHigh, ...]
    workout_weeks: tuple[WorkoutWeek, ...]
    flagged: Mapping[str, tuple[date, ...]]
    scores: Mapping[str, pd.Series[float]]
    before: DaysBefore
    is_preview: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days, oldest first."""
        return days_of(self.last)

    @property
    def lead(self) -> Comparison | None:
        """Readiness, else the sleep score, of which enough is known to have a usual range."""
        for measure in (READINESS, SLEEP):
            found = self.of(measure)
            if found.band and found.p is not None and found.week.n >= WEEK_NEEDS:
                return found
        return None

    @property
    def is_usual(self) -> bool:
        """Whether no watched measure lay mostly outside its usual range, and there were as many
        workouts as in weeks before, as far as that is known."""
        if any(_is_mostly_outside(self.of(measure)) for measure in watched()):
            return False
        *before, this = self.workout_weeks
        counts = [one.workouts for one in before if one.is_complete and one.workouts is not None]
        if len(counts) < len(before) or not this.is_complete or this.workouts is None:
            return True
        return min(counts) <= this.workouts <= max(counts)

    def of(self, measure: Measure) -> Comparison:
        """The comparison of a measure."""
        return next(c for c in self.comparisons if c.measure.key == measure.key)

    def value(self, comparison: Comparison, day: date) -> float | None:
        """A measure's value on a day of the week; None where it is unknown."""
        place = (day - self.days[0]).days
        return comparison.week_values[place] if 0 <= place < len(self.days) else None


@dataclass(frozen=True, slots=True)
class Step:
    """A change from one day to the next that stands out, `size` in robust standard deviations."""

    day: date
    earlier: float
    value: float
    size: float

    @property
    def is_drop(self) -> bool:
        """Whether it goes down."""
        return self.value < self.earlier


def story_of(week: Week) -> Story | None:
    """The week's story; None where too little is known to tell one."""
    for shape in SHAPES:
        told = shape(week)
        if told is not None:
            return told
    return None


def flagged_days(insights: Sequence[Insight], last: date) -> dict[str, tuple[date, ...]]:
    """The days of the week up to `last` on which a measure was unusual, by its column."""
    found: dict[str, tuple[date, ...]] = {}
    names = {measure.short_name: measure.column for measure in watched()}
    anomalies = (insight for insight in insights if insight.name == ANOMALY_DETECTION)
    for finding in (finding for insight in anomalies for finding in insight.findings):
        days = sorted(map(date.fromisoformat, finding.values.get("unusual_days", ())))
        of_week = tuple(day for day in days if days_of(last)[0] <= day <= last)
        if finding.name in names and of_week:
            found[names[finding.name]] = of_week
    return found


def sharp_steps(series: pd.Series[float], last: date) -> list[Step]:
    """The changes of the week up to `last` that stand out of a calendar series, oldest first."""
    values = series.to_numpy(dtype=np.float64)
    changes: Floats = np.diff(values)
    found = []
    for back, day in enumerate(reversed(days_of(last))):
        place = len(changes) - 1 - back
        before = changes[max(place - STEP_DAYS, 0) : max(place, 0)]
        size = _step_size(changes[place], before) if place >= 0 else 0.0
        if size > STEP_DEVIATIONS:
            found.append(Step(day, float(values[place]), float(values[place + 1]), size))
    return found[::-1]


def _step_size(change: float, before: Floats) -> float:
    """How many robust standard deviations a change has; 0 where it cannot be told or one of the
    last 28 days was as large in its direction."""
    known, lately = before[~np.isnan(before)], before[-LARGEST_OF_DAYS:]
    if np.isnan(change) or len(known) < STEPS_NEEDED:
        return 0.0
    spread = float(np.median(np.abs(known))) * MAD_TO_SD
    is_largest = change < np.nanmin(lately) if change < 0 else change > np.nanmax(lately)
    return abs(float(change)) / spread if is_largest and spread > 0 else 0.0


def _flagged(week: Week) -> Story | None:
    flags = _flags(week)
    if not flags:
        return None
    days = sorted({day for _, flag in flags for day in flag.days})
    before = week.before.told(days[0])
    tells = [(c.measure.key, day) for c, flag in flags for day in flag.days]
    said = [
        _flag_sentence(flags, days, before),
        *(sentence for flag in flags for sentence in _no_better(week, *flag, tells)),
        *_recovery(week, days, tells),
    ]
    return _story(_flag_headline(flags, days), " ".join(said), tells)


def _flags(week: Week) -> list[tuple[Comparison, Flag]]:
    found = []
    for measure in watched():
        comparison = week.of(measure)
        values = {day: week.value(comparison, day) for day in week.flagged.get(measure.column, ())}
        known = {day: value for day, value in values.items() if value is not None}
        if known:
            worst = max(known.values()) if measure.bad == "higher" else min(known.values())
            higher, text_of_worst = measure.bad == "higher", measure.text(worst)
            flag = Flag(text.named(measure), higher, tuple(sorted(known)), text_of_worst)
            found.append((comparison, flag))
    return found


def _no_better(week: Week, comparison: Comparison, flag: Flag, tells: Tells) -> list[str]:
    """That a measure was no better on days that are not called unusual, as they are held against
    days that were bad themselves."""
    sign = -1 if flag.higher else 1
    flagged = [week.value(comparison, day) for day in flag.days]
    worst = min(sign * value for value in flagged if value is not None)
    pairs = zip(week.days, comparison.week_values, strict=True)
    known = {day: value for day, value in pairs if value is not None and day not in flag.days}
    as_bad = {day: value for day, value in known.items() if sign * value <= worst}
    tells += [(comparison.measure.key, day) for day in as_bad]
    figures = {day: comparison.measure.text(value) for day, value in as_bad.items()}
    return [text.no_better(flag, figures)] if figures else []


def _flag_sentence(
    flags: Sequence[tuple[Comparison, Flag]], days: Sequence[date], before: Sequence[str]
) -> str:
    alone = [flag for _, flag in flags]
    if len(days) > 1:
        return f"{text.flags_of_days(alone)} {text.first_came(days[0], before)}".strip()
    if len(flags) > 1:
        return text.flags_of_a_day(days[0], alone, before)
    ((comparison, flag),) = flags
    median = comparison.measure.text(comparison.band.median) if comparison.band else ""
    return text.one_flag(flag, median, before)


def _flag_headline(flags: Sequence[tuple[Comparison, Flag]], days: Sequence[date]) -> str:
    if len(days) > 1:
        return f"{capital(text.in_words(len(days)))} unusual days, {text.days_named(days)}"
    if len(flags) > 1:
        return f"An unusual {weekday(days[0])}"
    ((comparison, flag),) = flags
    name = comparison.measure.in_sentence.removesuffix(" deviation")
    return f"Unusually {flag.word} {name} on {weekday(days[0])}"


def _recovery(week: Week, days: Sequence[date], tells: Tells) -> list[str]:
    """That readiness was back in its usual range after the last unusual day, where it was."""
    readiness = week.of(READINESS)
    later = [day for day in week.days if day > days[-1]]
    known = [(day, week.value(readiness, day)) for day in later]
    day, value = next(((d, v) for d, v in known if v is not None), (None, None))
    was_low = READINESS.column in week.flagged
    if day is None or value is None or not was_low or readiness.side_of(value) != "within":
        return []
    tells.append((READINESS.key, day))
    return [text.back_in_usual(READINESS.in_sentence, day, READINESS.text(value))]


def _moved(week: Week) -> Story | None:
    if not week.moved:
        return None
    changes = [_change(c) for c in week.comparisons if c in week.moved]
    headline, short = sentences.directions(changes), sentences.short_directions(changes)
    if week.is_preview:
        headline = f"{headline} so far"
    tells: Tells = []
    step = _step_of(week)
    turn = f"{_step_sentence(week, *step, tells)}." if step else _furthest(week, tells)
    return _story(headline, turn, tells, short)


def _change(comparison: Comparison) -> sentences.Change:
    return sentences.Change(
        comparison.measure.title,
        higher=(comparison.difference or 0) > 0,
        plural=comparison.measure.adds_up,
    )


def _furthest(week: Week, tells: Tells) -> str:
    """The days that lay furthest to the side to which the first of the measures moved."""
    comparison = week.moved[0]
    higher = (comparison.difference or 0) > 0
    days, best = _extreme_days(week, comparison, higher)
    measure = comparison.measure
    tells += [(measure.key, one) for one in days]
    before = week.before.told(days[0]) if len(days) == 1 else ()
    name, figure = text.named(measure), measure.text(best)
    return text.furthest(name, higher, days, figure, before, plural=measure.adds_up)


def _step(week: Week) -> Story | None:
    found = _step_of(week)
    if found is None:
        return None
    comparison, step = found
    tells: Tells = []
    tail = f"a sharp {_step_name(week, comparison, step)} on {weekday(step.day)}"
    sentence = f"{_step_sentence(week, comparison, step, tells)}."
    said = f"{sentence} {text.largest_step(step.is_drop)}"
    return _usual_story(week, tail, said, tells)


def _step_of(week: Week) -> tuple[Comparison, Step] | None:
    """The sharpest step of readiness, else of the sleep score, of those that are told. A rise out
    of a dip is part of it."""
    comparison = week.lead
    if comparison is None:
        return None
    series = week.scores[comparison.measure.column]
    steps = [step for step in sharp_steps(series, week.last) if _is_outside(step, comparison)]
    drops = {step.day for step in steps if step.is_drop}
    own = [s for s in steps if s.is_drop or s.day - timedelta(1) not in drops]
    return (comparison, max(own, key=lambda step: step.size)) if own else None


def _is_outside(step: Step, comparison: Comparison) -> bool:
    side = comparison.side_of(step.value)
    if step.is_drop:
        return side == "below"
    return side == "above" or comparison.side_of(step.earlier) == "below"


def _next_value(week: Week, comparison: Comparison, step: Step) -> float | None:
    return week.value(comparison, step.day + timedelta(1))


def _returns(week: Week, comparison: Comparison, step: Step) -> bool:
    """Whether at least half of the step was undone on the next day."""
    after = _next_value(week, comparison, step)
    return after is not None and (after - step.value) / (step.earlier - step.value) >= 0.5


def _step_name(week: Week, comparison: Comparison, step: Step) -> str:
    if not step.is_drop:
        return "rise"
    return "dip" if _returns(week, comparison, step) else "drop"


def _step_sentence(week: Week, comparison: Comparison, step: Step, tells: Tells) -> str:
    measure, earlier = comparison.measure, step.day - timedelta(1)
    said = (text.fell if step.is_drop else text.rose)(
        text.named(measure),
        step.day,
        measure.text(step.value),
        text.day_before(earlier, week.days[0]),
        measure.text(step.earlier),
        week.before.told(step.day),
    )
    tells += [(measure.key, earlier), (measure.key, step.day)]
    after = _next_value(week, comparison, step)
    if after is None or not _returns(week, comparison, step):
        return said
    next_day = step.day + timedelta(1)
    tells.append((measure.key, next_day))
    return f"{said}{text.then(next_day, measure.text(after), back=step.is_drop)}"


def _rare_low(week: Week) -> Story | None:
    """A day of the week that is below the usual range and the lowest in eight weeks or longer."""
    comparison = week.lead
    if comparison is None:
        return None
    day, value = _extreme_day(week, comparison, higher=False)
    before = week.scores[comparison.measure.column][: pd.Timestamp(day - timedelta(1))].dropna()
    as_low = before.index[before <= value]
    back = pd.Timestamp(day) - (as_low[-1] if len(as_low) else before.index[0])
    if comparison.side_of(value) != "below" or back.days < WORTH_A_HEADLINE:
        return None
    measure = comparison.measure
    tells: Tells = [(measure.key, day)]
    earlier = as_low[-1].date() if len(as_low) else None
    since = english.since(earlier, before.index[0].date(), english.short_day)
    said = text.lowest(text.named(measure), day, measure.text(value), since, week.before.told(day))
    sentence = f"{said}{_day_after(week, comparison, day, tells)}."
    return _usual_story(week, f"a low {weekday(day)}", sentence, tells)


def _day_after(week: Week, comparison: Comparison, day: date, tells: Tells) -> str:
    next_day, measure = day + timedelta(1), comparison.measure
    after = week.value(comparison, next_day)
    if after is None:
        return ""
    tells.append((measure.key, next_day))
    return text.then(next_day, measure.text(after), back=False)


def _ups_and_downs(week: Week) -> Story | None:
    comparison = week.lead
    if comparison is None:
        return None
    low, high = comparison.days_on("below"), comparison.days_on("above")
    if min(low, high) < FEW_DAYS or not _is_mostly_outside(comparison):
        return None
    tells: Tells = []
    name, usual = text.named(comparison.measure), comparison.usual
    said = text.outside_on_both_sides(name, low, high, usual)
    sentence = f"{said}{_ends(week, comparison, tells)}."
    return _story("A week of ups and downs", sentence, tells)


def _on_one_side(week: Week) -> Story | None:
    comparison = week.lead
    if comparison is None:
        return None
    low, high = comparison.days_on("below"), comparison.days_on("above")
    if low == high or not _is_mostly_outside(comparison):
        return None
    higher, measure = high > low, comparison.measure
    name, known = text.named(measure), comparison.week.n
    more, fewer = max(low, high), min(low, high)
    said = text.outside_on_a_side(name, more, fewer, known, higher, comparison.usual)
    tells: Tells = []
    sentence = f"{said}{_extreme(week, comparison, higher, tells)}."
    side = "high" if higher else "low"
    return _story(f"{capital(measure.in_sentence)} on the {side} side", sentence, tells)


def _is_mostly_outside(comparison: Comparison) -> bool:
    """Whether half of the known days or more lie outside; by chance one in five does."""
    outside = comparison.days_on("below") + comparison.days_on("above")
    return outside > 0 and 2 * outside >= comparison.week.n


def _extreme(week: Week, comparison: Comparison, higher: bool, tells: Tells) -> str:
    days, value = _extreme_days(week, comparison, higher)
    tells += [(comparison.measure.key, day) for day in days]
    return text.extreme(higher, days, comparison.measure.text(value))


def _extreme_days(week: Week, comparison: Comparison, higher: bool) -> tuple[list[date], float]:
    """The lowest or highest value of the week, and all days that have it."""
    _, value = _extreme_day(week, comparison, higher)
    pairs = zip(week.days, comparison.week_values, strict=True)
    return [day for day, other in pairs if other == value], value


def _extreme_day(week: Week, comparison: Comparison, higher: bool) -> tuple[date, float]:
    pairs = zip(week.days, comparison.week_values, strict=True)
    known = [(day, value) for day, value in pairs if value is not None]
    return (max if higher else min)(known, key=lambda pair: pair[1])


def _ends(week: Week, comparison: Comparison, tells: Tells) -> str:
    (low_day, low), (high_day, high) = (
        _extreme_day(week, comparison, higher) for higher in (False, True)
    )
    tells += [(comparison.measure.key, low_day), (comparison.measure.key, high_day)]
    measure = comparison.measure
    return text.ends(low_day, measure.text(low), high_day, measure.text(high))


def _rare_workout(week: Week) -> Story | None:
    days = [week.before.workout(day) for day in week.days]
    rare = [one for one in days if one is not None and one.days_back >= WORTH_A_HEADLINE]
    if not rare or week.lead is None:
        return None
    workout = max(rare, key=lambda one: (one.days_back, one.value, one.day))
    tells: Tells = [(WORKOUT_OUTPUT.key, workout.day)] if _is_output(workout) else []
    said = text.workout(workout.day, workout.noun, workout.rank, workout.figure)
    sentence = f"{said}.{_next_morning(week, workout.day, tells)}"
    since = text.since_month(workout.since_text, workout.day, workout.days_back)
    tail = f"your {workout.word} {workout.noun} {since}"
    return _usual_story(week, tail, sentence, tells)


def _is_output(workout: RareWorkout) -> bool:
    return workout.measure is WORKOUT_OUTPUT


def _next_morning(week: Week, day: date, tells: Tells) -> str:
    """Readiness of the morning after, where it is known and within the week."""
    readiness, morning = week.of(READINESS), day + timedelta(1)
    value = week.value(readiness, morning)
    side = None if value is None else readiness.side_of(value)
    if side is None:
        return ""
    tells.append((READINESS.key, morning))
    figure = READINESS.text(value)
    return f" {text.next_morning(READINESS.in_sentence, figure, side, readiness.usual)}"


def _rare_high(week: Week) -> Story | None:
    found = [high for high in week.highs if high.measure not in (WORKOUT_OUTPUT, OUTPUT)]
    rare = [high for high in found if high.since and (high.days_back or 0) >= WORTH_A_HEADLINE]
    if not rare or week.lead is None:
        return None
    high = max(rare, key=lambda one: one.days_back or 0)
    values = week.of(high.measure).week_values
    days = [day for day, value in zip(week.days, values, strict=True) if value == high.value]
    since = text.since_month(high.since or "", high.day, high.days_back or 0)
    tail = f"your highest {high.measure.in_sentence} {since}"
    measure, named = high.measure, listed([weekday(day) for day in days])
    said = text.high(named, text.named(measure), measure.text(high.value), high.since)
    return _usual_story(week, tail, said, [(measure.key, day) for day in days])


def _no_workout(week: Week) -> Story | None:
    *before, this = week.workout_weeks
    counts = [one.workouts for one in before if one.is_complete and one.workouts is not None]
    was_usual = len(counts) == len(before) and min(counts, default=0) >= FEWEST_WORKOUTS
    if week.lead is None or this.workouts != 0 or not this.is_complete or not was_usual:
        return None
    headline = "No workout so far" if week.is_preview else "A week without a workout"
    return _story(headline, text.no_workout(counts), [])


def _steady(week: Week) -> Story | None:
    comparison = week.lead
    if comparison is None:
        return None
    known = [value for value in comparison.week_values if value is not None]
    is_steady = max(known) - min(known) <= STEADY_POINTS
    if len(known) < ENOUGH_DAYS or comparison.days_on("within") < len(known) or not is_steady:
        return None
    measure = comparison.measure
    low, high = measure.text(min(known)), measure.text(max(known))
    said = text.steady(text.named(measure), low, high, len(known), comparison.usual)
    return _story(f"A steady week{' so far' if week.is_preview else ''}", said, [])


def _usual_week(week: Week) -> Story | None:
    comparison = week.lead
    if comparison is None:
        return None
    measure, tells = comparison.measure, list[tuple[str, date]]()
    said = text.within(
        text.named(measure), comparison.days_on("within"), comparison.week.n, comparison.usual
    )
    sides = [higher for side, higher in OUTSIDE if comparison.days_on(side)]
    extremes = [_extreme(week, comparison, higher, tells) for higher in sides]
    no_change = f"No clear change {'so far' if week.is_preview else 'this week'}"
    headline = "A usual week" if week.is_usual and not week.is_preview else no_change
    return _story(headline, f"{said}{''.join(extremes)}.", tells)


def _nothing_moved(week: Week) -> Story | None:
    """Of a week whose scores are not known, though other measures are."""
    tested = sum(comparison.p is not None for comparison in week.comparisons)
    if not tested:
        return None
    when = "so far" if week.is_preview else "this week"
    return _story(f"No clear change {when}", sentences.nothing_moved(tested), [])


def _usual_story(week: Week, tail: str, sentence: str, tells: Tells) -> Story:
    headline = text.headline(tail, is_usual=week.is_usual, is_preview=week.is_preview)
    return _story(headline, sentence, tells, tail)


def _story(headline: str, sentence: str, tells: Tells, short: str = "") -> Story:
    return Story(headline, sentence, frozenset(tells), short or headline)


SHAPES: tuple[Callable[[Week], Story | None], ...] = (
    _flagged,
    _moved,
    _step,
    _ups_and_downs,
    _on_one_side,
    _rare_low,
    _rare_workout,
    _rare_high,
    _no_workout,
    _steady,
    _usual_week,
    _nothing_moved,
)
"""In the order in which they are tried; the module's table describes them."""
