"""A week's story: the one thing that a reader should take from it, and its sentences.

The sentences are plain functions of plain values. They say what came before a day and never why a
day was as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bio_lakehouse.english import MONTHS, capital, listed, weekday, with_article
from bio_lakehouse.gold.measures import Measure

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
DAYS_OF_A_WEEK = 7
LONGER_THAN_MONTHS_TELL, LONGEST_YEAR = 330, 366
"""Days back from which the name of a month alone could be this year's, and those of a year."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a week's report is headed by, found and written by code.

    `headline` names no figure; `sentence` says it with its figures and ends with a full stop, or is
    several sentences. `tells` are the measures' keys and days that the sentence tells of, so that
    nothing else has to say them again: their figures, or that they were unusual. It says no mean
    of the week. `short` is the headline for the subject of a mail.
    """

    headline: str
    sentence: str
    tells: frozenset[tuple[str, date]]
    short: str = ""


def in_words(number: int) -> str:
    """`three`; figures from eleven on."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def named(measure: Measure) -> str:
    """A measure as the subject of a sentence: `readiness`, `HRV`, `the sleep score`."""
    return with_article(measure.in_sentence)


def days_named(days: Sequence[date]) -> str:
    """`Tuesday and Friday`; three days or more in a row as `Tuesday to Thursday`."""
    in_a_row = (days[-1] - days[0]).days == len(days) - 1
    if len(days) > 2 and in_a_row:
        return f"{weekday(days[0])} to {weekday(days[-1])}"
    return listed([weekday(day) for day in days])


def on_days(days: Sequence[date]) -> str:
    """`on Tuesday and Friday`, `from Tuesday to Thursday`."""
    named = days_named(days)
    return f"from {named}" if " to " in named else f"on {named}"


def after_workout(title: str, figure: str, in_the_evening: bool, same_day: int) -> str:
    """`the morning after your biggest ride since 18 June (685 kJ)`; of a ride earlier in that day,
    or at an hour that is not known, `the day after …`."""
    when = "the morning after" if in_the_evening else "the day after"
    others = "" if same_day == 1 else f", one of {in_words(same_day)} workouts that day"
    return f"{when} your {title} ({figure}{others})"


def after_bedtime(clock: str, since_text: str) -> str:
    """`after your latest bedtime since 3 October (01:52)`."""
    return f"after your latest bedtime {since_text} ({clock})"


def after_idle_days(days: int) -> str:
    """`after six days without a workout, your longest break in two months`."""
    return f"after {in_words(days)} days without a workout, your longest break in two months"


def followed(before: Sequence[str]) -> str:
    """`, the morning after … and after …`; empty where nothing is told."""
    return f", {listed(list(before))}" if before else ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Days on which a measure was unusual; `worst` is its value on the worst of them."""

    name: str
    higher: bool
    days: tuple[date, ...]
    worst: str

    @property
    def word(self) -> str:
        """`high` or `low`."""
        return "high" if self.higher else "low"


def one_flag(flag: Flag, median: str, before: Sequence[str]) -> str:
    """`On Wednesday, the day after …, HRV was unusually low: 31 ms (your four-week median: 52
    ms).`"""
    opening = f"On {weekday(flag.days[0])}{followed(before)}{', ' if before else ' '}"
    figure = f"{flag.worst} (your four-week median: {median})" if median else flag.worst
    return f"{opening}{flag.name} was unusually {flag.word}: {figure}."


def flags_of_a_day(day: date, flags: Sequence[Flag], before: Sequence[str]) -> str:
    """`On Wednesday readiness (54) and HRV (31 ms) were unusually low, and …`"""
    clauses = [_flags_on_a_side(flags, higher) for higher in (False, True)]
    opening = f"On {weekday(day)}{followed(before)}{', ' if before else ' '}"
    return f"{opening}{', and '.join(clause for clause in clauses if clause)}."


def _flags_on_a_side(flags: Sequence[Flag], higher: bool) -> str:
    same = [flag for flag in flags if flag.higher is higher]
    if not same:
        return ""
    names = listed([f"{flag.name} ({flag.worst})" for flag in same])
    return f"{names} {'was' if len(same) == 1 else 'were'} unusually {same[0].word}"


def flags_of_days(flags: Sequence[Flag]) -> str:
    """`Readiness was unusually low on Monday and Wednesday (down to 43), as was HRV on Tuesday (31
    ms), and the temperature deviation was unusually high from Monday to Thursday (up to 1.16 °C).`
    """
    clauses = [_flags_over_days(flags, higher) for higher in (False, True)]
    return f"{capital(', and '.join(clause for clause in clauses if clause))}."


def _flags_over_days(flags: Sequence[Flag], higher: bool) -> str:
    same = [flag for flag in flags if flag.higher is higher]
    if not same:
        return ""
    first, *others = same
    opening = f"{first.name} was unusually {first.word} {_when(first)}"
    more = listed([f"{flag.name} {_when(flag)}" for flag in others])
    return f"{opening}, as {'was' if len(others) == 1 else 'were'} {more}" if others else opening


def _when(flag: Flag) -> str:
    reach = "up to " if flag.higher else "down to "
    return f"{on_days(flag.days)} ({reach if len(flag.days) > 1 else ''}{flag.worst})"


def no_better(flag: Flag, values: Mapping[date, str]) -> str:
    """`Readiness was no higher on Saturday (48) and Sunday (49).`, of days that are not called
    unusual."""
    said = listed([f"{weekday(day)} ({value})" for day, value in values.items()])
    return f"{capital(flag.name)} was no {'lower' if flag.higher else 'higher'} on {said}."


def first_came(day: date, before: Sequence[str]) -> str:
    """`Tuesday was the day after your biggest ride since 18 June (685 kJ).`"""
    if not before:
        return ""
    verb = "was" if before[0].startswith("the ") else "came"
    return f"{weekday(day)} {verb} {listed(list(before))}."


def back_in_usual(name: str, day: date, value: str) -> str:
    """`Readiness was back in your usual range on Friday (81).`"""
    return f"{capital(name)} was back in your usual range on {weekday(day)} ({value})."


def furthest(
    name: str,
    higher: bool,
    days: Sequence[date],
    value: str,
    before: Sequence[str],
    *,
    plural: bool = False,
) -> str:
    """`Readiness was lowest on Thursday (61), the morning after …`"""
    verb, word = "were" if plural else "was", "highest" if higher else "lowest"
    return f"{capital(name)} {verb} {word} {on_days(days)} ({value}){followed(before)}."


def day_before(day: date, first: date) -> str:
    """`Tuesday`; `the Sunday before` of a day before the week."""
    return weekday(day) if day >= first else f"the {weekday(day)} before"


def fell(
    name: str, day: date, value: str, earlier: str, from_value: str, before: Sequence[str]
) -> str:
    """`Readiness fell from 84 on Tuesday to 69 on Wednesday, the morning after …`, without the
    full stop."""
    return (
        f"{capital(name)} fell from {from_value} on {earlier} to {value} on {weekday(day)}"
        f"{followed(before)}"
    )


def rose(
    name: str, day: date, value: str, earlier: str, from_value: str, before: Sequence[str]
) -> str:
    """`Readiness rose from 66 to 84 between Tuesday and Wednesday`, without the full stop."""
    return (
        f"{capital(name)} rose from {from_value} to {value} between {earlier} and {weekday(day)}"
        f"{followed(before)}"
    )


def then(day: date, value: str, *, back: bool) -> str:
    """`; on Thursday it was back at 82` after a dip, `; on Thursday it was 70` after a peak."""
    return f"; on {weekday(day)} it was {'back at ' if back else ''}{value}"


def largest_step(is_drop: bool) -> str:
    """That no step of four weeks was as large."""
    word = "drop" if is_drop else "rise"
    return f"It was the largest {word} from one day to the next in four weeks or longer."


def lowest(name: str, day: date, value: str, since_text: str, before: Sequence[str]) -> str:
    """`Readiness was 69 on Wednesday, the morning after …, your lowest since 3 September`, without
    the full stop."""
    return (
        f"{capital(name)} was {value} on {weekday(day)}, your lowest {since_text}{followed(before)}"
    )


def outside_on_both_sides(name: str, below: int, above: int, usual: str) -> str:
    """`Readiness lay below your usual 72 to 86 on two days and above it on three`."""
    days = f"{in_words(below)} {'day' if below == 1 else 'days'}"
    return (
        f"{capital(name)} lay below your usual {usual} on {days} and above it on {in_words(above)}"
    )


def outside_on_a_side(
    name: str, outside: int, others: int, known: int, higher: bool, usual: str
) -> str:
    """`Readiness lay below your usual 72 to 86 on five of seven days and above it on one`."""
    side, other = ("above", "below") if higher else ("below", "above")
    more = f" and {other} it on {in_words(others)}" if others else ""
    return f"{capital(name)} lay {side} your usual {usual} on {_of_days(outside, known)}{more}"


def extreme(higher: bool, days: Sequence[date], value: str) -> str:
    """`, lowest on Thursday (61)`."""
    return f", {'highest' if higher else 'lowest'} {on_days(days)} ({value})"


def ends(low_day: date, low: str, high_day: date, high: str) -> str:
    """`, from 58 on Tuesday to 92 on Saturday`; the earlier day first."""
    first, last = sorted([(low_day, low), (high_day, high)])
    return f", from {first[1]} on {weekday(first[0])} to {last[1]} on {weekday(last[0])}"


def workout(day: date, noun: str, rank: str, figure: str) -> str:
    """`Saturday’s ride was your biggest since 18 June (685 kJ)`."""
    return f"{weekday(day)}’s {noun} was your {rank} ({figure})"


def next_morning(name: str, value: str, place: str, usual: str) -> str:
    """`The next morning readiness was 81, within your usual 72 to 86.`"""
    return f"The next morning {name} was {value}, {place} your usual {usual}."


def since_month(said: str, day: date, days_back: int) -> str:
    """`since September` for what is told as `since 6 September`: no figure stands in a headline."""
    month = MONTHS[(day - timedelta(days_back)).month - 1]
    if days_back >= LONGER_THAN_MONTHS_TELL:
        return "in over a year" if days_back > LONGEST_YEAR else f"since last {month}"
    return f"since at least {month}" if " at least " in said else f"since {month}"


def high(days: str, name: str, value: str, since_text: str) -> str:
    """`HRV reached 71 ms on Sunday, your highest since 3 May 2025.`"""
    return f"{capital(name)} reached {value} on {days}, your highest {since_text}."


def no_workout(before: Sequence[int]) -> str:
    """`None of the seven days had a workout; the four weeks before had 3, 4, 2 and 3.`"""
    said = listed([str(number) for number in before])
    return f"None of the seven days had a workout; the four weeks before had {said}."


def steady(name: str, low: str, high: str, known: int, usual: str) -> str:
    """`Readiness stayed between 79 and 87, all seven days within your usual 72 to 90.`"""
    figures = f"was {low} every day" if low == high else f"stayed between {low} and {high}"
    return f"{capital(name)} {figures}, {_of_days(known, known)} within your usual {usual}."


def within(name: str, inside: int, known: int, usual: str) -> str:
    """`Readiness was within your usual 72 to 86 on six of seven days`."""
    return f"{capital(name)} was within your usual {usual} on {_of_days(inside, known)}"


def headline(tail: str, *, is_usual: bool, is_preview: bool) -> str:
    """`A usual week with a sharp dip on Wednesday`; of a preview the tail alone."""
    week = "A usual week" if is_usual else "A week"
    return capital(tail) if is_preview else f"{week} with {tail}"


def _of_days(some: int, known: int) -> str:
    """`five of seven days`, `all seven days`, `none of the six known days`."""
    of = in_words(known)
    days = f"{of} days" if known == DAYS_OF_A_WEEK else f"{of} known days"
    if some == known:
        return f"all {days}"
    return f"{in_words(some)} of {days}" if some else f"none of the {days}"
