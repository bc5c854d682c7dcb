"""A week's story: handmade weeks and their exact sentences, and what no story may say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bio_lakehouse.english import WEEKDAYS
from bio_lakehouse.gold.measures import HRV, READINESS, STEPS, compared_with
from bio_lakehouse.insights import Finding, Insight
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.narrative.story import Story, since_month
from bio_lakehouse.reports.comparison import by_day, compare, workout_weeks
from bio_lakehouse.reports.days_before import DaysBefore
from bio_lakehouse.reports.turning_point import Week, flagged_days, sharp_steps, story_of
from bio_lakehouse.reports.week import weekly_highs

SUNDAY = date(2025, 11, 23)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, _ = (
    SUNDAY - timedelta(back) for back in range(6, -1, -1)
)
ORDINARY = (80, 76, 84, 78, 82, 74, 86)
"""Every week before: changes of 2 to 12 points from day to day, 74 to 86 usual."""
WEEKS = 26
EVERYTHING = (-1e6, 1e6)
WORKOUT = {"fitness_discipline": "Cycling", "length_minutes": 45.0}
NIGHT = {"type": "long_sleep", "utc_offset_minutes": 60.0}
CALENDAR = [SUNDAY - timedelta(back) for back in range(7 * WEEKS - 1, -1, -1)]


def ride(day: date, output: float | None, hour: int = 19, **changes: Any) -> dict[str, Any]:
    started = pd.Timestamp(day) + pd.Timedelta(hours=hour)
    return WORKOUT | {"day": day, "total_output_kj": output, "started_at_local": started} | changes


def rides_before(*last: dict[str, Any]) -> pd.DataFrame:
    """A ride of 400 kJ each Monday and Friday evening, one of 700 kJ on 18 July, and `last`."""
    days = [day for day in CALENDAR if day < MONDAY and day.weekday() in (0, 4)]
    rows = [ride(day, 700.0 if day == date(2025, 7, 18) else 400.0) for day in days]
    return pd.DataFrame([*rows, *last])


def nights(*hours: float) -> pd.DataFrame:
    """Bedtimes of the days up to the last Sunday, in hours after the noon before, local time."""
    days = CALENDAR[-len(hours) :]
    starts = [
        pd.Timestamp(day) + pd.Timedelta(hours=hour - 13)
        for day, hour in zip(days, hours, strict=True)
    ]
    return pd.DataFrame({"day": days, "bedtime_start": starts}).assign(**NIGHT)


def week_of(
    readiness: Sequence[float | None] = ORDINARY,
    *,
    columns: Mapping[str, Sequence[float | None]] | None = None,
    workouts: pd.DataFrame | None = None,
    bedtimes: pd.DataFrame | None = None,
    moved: Mapping[str, float] | None = None,
    flagged: Mapping[str, tuple[date, ...]] | None = None,
    is_preview: bool = False,
    is_tested: bool = True,
    shuffled: bool = False,
) -> Week:
    """The week of that readiness after 25 ordinary ones; `columns` are whole series up to it."""
    days = {"readiness_score": [*ORDINARY * (WEEKS - 1), *readiness], **(columns or {})}
    daily = pd.DataFrame({"day": pd.to_datetime(CALENDAR)} | {k: list(v) for k, v in days.items()})
    done = rides_before() if workouts is None else workouts
    slept = nights(12.0) if bedtimes is None else bedtimes
    if shuffled:
        daily, done, slept = (f.sample(frac=1, random_state=3) for f in (daily, done, slept))
    measures = compared_with("days")
    tests = [
        WeekTest("me", SUNDAY, m.column, 0.0, EVERYTHING, 0.5, (moved or {}).get(m.column, 0.9))
        for m in measures
        if m.column in days and is_tested
    ]
    comparisons = compare(daily, measures, SUNDAY, tests)
    return Week(
        last=SUNDAY,
        comparisons=comparisons,
        moved=tuple(c for c in comparisons if c.measure.column in (moved or {})),
        highs=weekly_highs(daily, done, SUNDAY),
        workout_weeks=workout_weeks(daily, SUNDAY),
        flagged=flagged or {},
        scores={READINESS.column: by_day(daily, READINESS.column, SUNDAY)},
        before=DaysBefore(done, slept, by_day(daily, "workout_count", SUNDAY)),
        is_preview=is_preview,
    )


BIG = ride(TUESDAY, 685.0)
ENDS = (80, 72, 82, 78, 80, 80, 88)
DIP = (80, 84, 52, 82, 80, 78, 80)
HRVS = [50.0, 54.0, 58.0, 52.0, 56.0, 48.0, 60.0] * WEEKS
TEMPERATURES = [0.0, 0.1, -0.1, 0.05, -0.05, 0.0, 0.1] * WEEKS
STEPS_OF_DAYS = [7000.0, 8000.0] * (WEEKS * 7 // 2 - 4) + [12000.0] * 6 + [12400.0, 12000.0]


def changed(series: Sequence[float], **days: float) -> list[float]:
    """The series with other values on days of the last week, by name."""
    values = list(series)
    for name, value in days.items():
        values[len(values) - 7 + WEEKDAYS.index(name.capitalize())] = value
    return values


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a dip the morning after a big ride": (
        {"readiness": DIP, "workouts": rides_before(BIG)},
        "A usual week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday, the morning after your biggest ride "
        "since 18 July (685 kJ); on Thursday it was back at 82. It was the largest drop from one "
        "day to the next in four weeks or longer.",
    ),
    "a ride in the morning": (
        {"readiness": DIP, "workouts": rides_before(ride(TUESDAY, 685.0, hour=7))},
        "A usual week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday, the day after your biggest ride "
        "since 18 July (685 kJ); on Thursday it was back at 82. It was the largest drop from one "
        "day to the next in four weeks or longer.",
    ),
    "a ride on the day itself came after the morning": (
        {"readiness": DIP, "workouts": rides_before(ride(WEDNESDAY, 685.0, hour=7))},
        "A usual week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday; on Thursday it was back at 82. It "
        "was the largest drop from one day to the next in four weeks or longer.",
    ),
    "an ordinary ride is not told": (
        {"readiness": DIP, "workouts": rides_before(ride(TUESDAY, 380.0))},
        "A usual week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday; on Thursday it was back at 82. It "
        "was the largest drop from one day to the next in four weeks or longer.",
    ),
    "two rides that evening, and a late night": (
        {
            "readiness": DIP,
            "workouts": rides_before(BIG, ride(TUESDAY, 120.0, hour=20)),
            "bedtimes": nights(*[11.0, 11.5] * 30, 13.9, 11.0, 11.0, 11.0, 11.0),
        },
        "A usual week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday, the morning after your biggest ride "
        "since 18 July (685 kJ, one of two workouts that day) and after your latest bedtime since "
        "at least 20 September (01:54); on Thursday it was back at 82. It was the largest drop "
        "from one day to the next in four weeks or longer.",
    ),
    "a drop that stays": (
        {"readiness": (80, 84, 52, 54, 56, 58, 58)},
        "A week with a sharp drop on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday. It was the largest drop from one "
        "day to the next in four weeks or longer.",
    ),
    "a rise": (
        {"readiness": (76, 70, 99, 95, 84, 80, 80)},
        "A usual week with a sharp rise on Wednesday",
        "Readiness rose from 70 to 99 between Tuesday and Wednesday. It was the largest rise from "
        "one day to the next in four weeks or longer.",
    ),
    "a drop to Monday": (
        {"readiness": (50, 54, 60, 70, 70, 74, 74)},
        "A week with a sharp drop on Monday",
        "Readiness fell from 86 on the Sunday before to 50 on Monday. It was the largest drop from "
        "one day to the next in four weeks or longer.",
    ),
    "a preview of a dip": (
        {"readiness": DIP, "is_preview": True},
        "A sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday; on Thursday it was back at 82. It "
        "was the largest drop from one day to the next in four weeks or longer.",
    ),
    "a low day without a sharp step": (
        {"readiness": (80, 74, 70, 79, 80, 84, 80), "workouts": rides_before(BIG)},
        "A usual week with a low Wednesday",
        "Readiness was 70 on Wednesday, your lowest since at least 26 May, the morning after your "
        "biggest ride since 18 July (685 kJ); on Thursday it was 79.",
    ),
    "a day as bad after an unusual one": (
        {
            "columns": {HRV.column: changed(HRVS, wednesday=31.0, thursday=31.0, saturday=30.0)},
            "flagged": {HRV.column: (WEDNESDAY,)},
        },
        "Unusually low HRV on Wednesday",
        "On Wednesday HRV was unusually low: 31 ms (your four-week median: 54 ms). HRV was no "
        "higher on Thursday (31 ms) and Saturday (30 ms).",
    ),
    "one unusual day": (
        {
            "columns": {HRV.column: changed(HRVS, wednesday=31.0)},
            "flagged": {HRV.column: (WEDNESDAY,)},
            "workouts": rides_before(BIG),
        },
        "Unusually low HRV on Wednesday",
        "On Wednesday, the morning after your biggest ride since 18 July (685 kJ), HRV was "
        "unusually low: 31 ms (your four-week median: 54 ms).",
    ),
    "a day unusual in several measures": (
        {
            "readiness": DIP,
            "columns": {
                HRV.column: changed(HRVS, wednesday=31.0),
                "temperature_deviation": changed(TEMPERATURES, wednesday=1.04),
            },
            "flagged": {
                READINESS.column: (WEDNESDAY,),
                HRV.column: (WEDNESDAY,),
                "temperature_deviation": (WEDNESDAY,),
            },
        },
        "An unusual Wednesday",
        "On Wednesday readiness (52) and HRV (31 ms) were unusually low, and the temperature "
        "deviation (1.04 °C) was unusually high. Readiness was back in your usual range on "
        "Thursday (82).",
    ),
    "an illness": (
        {
            "readiness": (80, 60, 50, 55, 70, 70, 70),
            "columns": {
                HRV.column: changed(HRVS, wednesday=31.0),
                "temperature_deviation": changed(
                    TEMPERATURES, tuesday=0.9, wednesday=1.2, thursday=1.1
                ),
                "resting_heart_rate_bpm": [50.0, 51.0] * (WEEKS * 7 // 2 - 3) + [56.0] * 6,
            },
            "flagged": {
                READINESS.column: (TUESDAY, THURSDAY),
                HRV.column: (WEDNESDAY,),
                "temperature_deviation": (TUESDAY, WEDNESDAY, THURSDAY),
            },
            "moved": {"resting_heart_rate_bpm": 0.001},
        },
        "Three unusual days, Tuesday to Thursday",
        "Readiness was unusually low on Tuesday and Thursday (down to 55), as was HRV on Wednesday "
        "(31 ms), and the temperature deviation was unusually high from Tuesday to Thursday (up to "
        "1.20 °C). Readiness was no higher on Wednesday (50).",
    ),
    "one measure moved": (
        {"readiness": (70, 71, 66, 69, 70, 68, 71), "moved": {READINESS.column: 0.01}},
        "Readiness was lower than usual",
        "Readiness was lowest on Wednesday (66).",
    ),
    "a plural moved": (
        {"columns": {STEPS.column: STEPS_OF_DAYS}, "moved": {STEPS.column: 0.01}},
        "Steps were higher than usual",
        "Steps were highest on Saturday (12,400).",
    ),
    "a preview of what moved": (
        {
            "readiness": (70, 71, 66, 69, 70, 68, 71),
            "moved": {READINESS.column: 0.01},
            "is_preview": True,
        },
        "Readiness was lower than usual so far",
        "Readiness was lowest on Wednesday (66).",
    ),
    "ups and downs": (
        {"readiness": (72, 88, 73, 88, 73, 89, 80)},
        "A week of ups and downs",
        "Readiness lay below your usual 74 to 86 on three days and above it on three, from 72 on "
        "Monday to 89 on Saturday.",
    ),
    "on the low side": (
        {"readiness": (73, 73, 80, 73, 73, 80, 82)},
        "Readiness on the low side",
        "Readiness lay below your usual 74 to 86 on four of seven days, lowest on Monday, Tuesday, "
        "Thursday and Friday (73).",
    ),
    "a big ride and an ordinary morning after": (
        {"workouts": rides_before(ride(SATURDAY, 685.0, hour=9))},
        "A usual week with your biggest ride since July",
        "Saturday’s ride was your biggest since 18 July (685 kJ). The next morning readiness was "
        "86, within your usual 74 to 86.",
    ),
    "a long run": (
        {
            "workouts": rides_before(
                *[
                    ride(day, None, fitness_discipline="Running", length_minutes=30.0)
                    for day in CALENDAR[:-30:7]
                ],
                ride(SUNDAY, None, fitness_discipline="Running", length_minutes=62.0),
            )
        },
        "A usual week with your longest run since at least May",
        "Sunday’s run was your longest since at least 26 May (62 min).",
    ),
    "no workout": (
        {"columns": {"workout_count": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0] * 25 + [0.0] * 7}},
        "A week without a workout",
        "None of the seven days had a workout; the four weeks before had 2, 2, 2 and 2.",
    ),
    "steady": (
        {"readiness": (80, 78, 82, 80, 79, 83, 80)},
        "A steady week",
        "Readiness stayed between 78 and 83, all seven days within your usual 74 to 86.",
    ),
    "usual": (
        {},
        "A usual week",
        "Readiness was within your usual 74 to 86 on all seven days.",
    ),
    "usual with a low and a high": (
        {"columns": {READINESS.column: [*ORDINARY * 23, 70, 90, *ORDINARY[2:], *ORDINARY, *ENDS]}},
        "A usual week",
        "Readiness was within your usual 74 to 86 on five of seven days, lowest on Tuesday (72), "
        "highest on Sunday (88).",
    ),
    "another measure mostly outside": (
        {"columns": {HRV.column: changed(HRVS, monday=40, wednesday=41, thursday=42, sunday=40)}},
        "No clear change this week",
        "Readiness was within your usual 74 to 86 on all seven days.",
    ),
    "another measure outside on some days": (
        {"columns": {HRV.column: changed(HRVS, monday=40, wednesday=41, thursday=42)}},
        "A usual week",
        "Readiness was within your usual 74 to 86 on all seven days.",
    ),
    "a dip while another measure is mostly outside": (
        {
            "readiness": DIP,
            "columns": {HRV.column: changed(HRVS, monday=40, wednesday=41, thursday=42, sunday=40)},
        },
        "A week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday; on Thursday it was back at 82. It "
        "was the largest drop from one day to the next in four weeks or longer.",
    ),
    "few workouts and nothing else": (
        {
            "columns": {
                "workout_count": [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0] * 25 + [1.0] + [0.0] * 6
            }
        },
        "No clear change this week",
        "Readiness was within your usual 74 to 86 on all seven days.",
    ),
    "more workouts and a dip": (
        {"readiness": DIP, "columns": {"workout_count": [0.0, 0.0, 1.0] * 58 + [1.0] * 8}},
        "A week with a sharp dip on Wednesday",
        "Readiness fell from 84 on Tuesday to 52 on Wednesday; on Thursday it was back at 82. It was "
        "the largest drop from one day to the next in four weeks or longer.",
    ),
    "a preview": (
        {"readiness": (80, 78, None, None, 79, None, 80), "is_preview": True},
        "No clear change so far",
        "Readiness was within your usual 74 to 86 on all four known days.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_week_is_told(name: str) -> None:
    given_, headline, sentence = CASES[name]
    found = story_of(week_of(**given_))
    assert found is not None
    assert (found.headline, found.sentence) == (headline, sentence)
    assert not re.search(r"\d", found.headline + found.short)


@pytest.mark.parametrize("name", CASES)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    given_, *_ = CASES[name]
    assert story_of(week_of(**given_, shuffled=True)) == story_of(week_of(**given_))


def test_of_few_days_there_is_no_story_but_an_unusual_one_is_told() -> None:
    few = (None, None, 52.0, None, None, None, None)
    assert story_of(week_of(few, is_tested=False)) is None
    told = story_of(week_of(few, is_tested=False, flagged={READINESS.column: (WEDNESDAY,)}))
    assert told is not None
    assert told.headline == "Unusually low readiness on Wednesday"
    assert told.tells == {(READINESS.key, WEDNESDAY)}


def test_days_without_a_workout_are_told_where_they_are_many() -> None:
    counts = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0] * 25 + [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    before = week_of(columns={"workout_count": counts}).before
    said = ("after five days without a workout, your longest break in two months",)
    assert before.told(FRIDAY) == said
    assert before.told(THURSDAY) == (
        "after four days without a workout, your longest break in two months",
    )
    assert before.told(SATURDAY) == ()


def test_flagged_days_are_those_of_the_week() -> None:
    days = [str(MONDAY - timedelta(1)), str(WEDNESDAY), str(MONDAY)]
    finding = Finding("hrv", "", "described", "", (MONDAY, SUNDAY), values={"unusual_days": days})
    insight = Insight("anomaly_detection", "", "me", SUNDAY, (finding,))
    assert flagged_days([insight], SUNDAY) == {HRV.column: (MONDAY, WEDNESDAY)}


SCORES = st.lists(st.none() | st.integers(40, 99).map(float), min_size=7, max_size=7)
DAYS = st.lists(st.integers(0, 6), max_size=3, unique=True)


@given(
    readiness=SCORES, unusual=DAYS, rides=st.dictionaries(st.integers(0, 6), st.integers(300, 900))
)
@example(readiness=[None, None, None, 74.0, 74.0, 74.0, 74.0], unusual=[], rides={2: 401})
def test_a_story_says_only_what_is_in_the_data(
    readiness: list[float | None], unusual: list[int], rides: dict[int, int]
) -> None:
    flagged = tuple(sorted(MONDAY + timedelta(n) for n in unusual if readiness[n] is not None))
    workouts = rides_before(*[ride(MONDAY + timedelta(n), float(kj)) for n, kj in rides.items()])
    week = week_of(readiness, workouts=workouts, flagged={READINESS.column: flagged})
    found = story_of(week)
    assert found is not None
    check_figures(week, found, rides)
    outside = week.of(READINESS).days_on("below") + week.of(READINESS).days_on("above")
    if flagged or (outside and outside * 2 >= week.of(READINESS).week.n):
        assert "usual week" not in found.headline
    if flagged:
        assert "steady" not in found.headline
        assert "nusual" in found.headline


def check_figures(week: Week, found: Story, rides: Mapping[int, int]) -> None:
    """Each figure that the sentence says is one of the week's, of its usual range or of a date."""
    comparison = week.of(READINESS)
    known = [value for value in comparison.week_values if value is not None]
    band, measure = comparison.band, comparison.measure
    assert band is not None
    values: list[float | None] = [
        *known,
        comparison.week.mean,
        band.low,
        band.median,
        band.high,
        ORDINARY[-1],
    ]
    figures = {measure.text(value) for value in values} | {str(kj) for kj in rides.values()}
    said = re.sub(r"since (at least )?\d+ \w+( \d{4})?", "", found.sentence)
    assert set(re.findall(r"\d+", said)) <= figures
    for key, day in found.tells:
        value = week.value(comparison, day)
        if key == READINESS.key and value is not None and day not in week.flagged[key]:
            assert measure.text(value) in said
            assert WEEKDAYS[day.weekday()] in days_said(found.sentence)


def days_said(sentence: str) -> set[str]:
    """The weekdays that a sentence names, those of `from Tuesday to Thursday` one by one, and the
    day after `Wednesday’s ride …. The next morning`."""
    said = {day for day in WEEKDAYS if day in sentence}
    for first, last in re.findall(r"from (\w+day) to (\w+day)", sentence):
        said |= set(WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last) + 1])
    for day in re.findall(r"(\w+day)’s [^.]*\. The next morning", sentence):
        said.add(WEEKDAYS[WEEKDAYS.index(day) + 1])
    return said


@pytest.mark.parametrize("carried", [0.0, 0.5, 0.8])
def test_steps_stand_out_rarely_where_nothing_is_there(carried: float) -> None:
    """Of 300 people with nothing but carry-over from day to day 9 are expected, 3 in 100; 24 would
    come by chance in fewer than 1 of 10,000."""
    random = np.random.default_rng(7)
    noise = random.standard_normal((300, 160))
    for day in range(1, 160):
        noise[:, day] += carried * noise[:, day - 1]
    index = pd.date_range(end=SUNDAY, periods=120)
    people = np.round(78 + 6 * noise[:, 40:])
    found = [bool(sharp_steps(pd.Series(days, index=index), SUNDAY)) for days in people]
    assert sum(found) < 24


@pytest.mark.parametrize(
    ("said", "days_back", "told"),
    [
        ("since 6 September", 70, "since September"),
        ("since at least 6 September", 70, "since at least September"),
        ("since 20 November 2024", 360, "since last November"),
        ("since 3 May 2024", 560, "in over a year"),
    ],
)
def test_a_headline_and_its_sentence_name_one_time(said: str, days_back: int, told: str) -> None:
    assert since_month(said, date(2025, 11, 15), days_back) == told
