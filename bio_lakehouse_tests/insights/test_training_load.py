from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import exp
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.gold.schemas import TRAINING_LOAD
from bio_lakehouse.insights.load_bounds import is_figure
from bio_lakehouse.insights.training_load import (
    ACUTE_DECAY,
    CHRONIC_DECAY,
    NOTHING_YET,
    DayLoad,
    states,
    training_load,
)
from bio_lakehouse.insights.workout_load import (
    MEN,
    WOMEN,
    Effort,
    OwnWorkout,
    between,
    heart_rate_load,
    power_load,
    trimp,
    workout_load,
)
from bio_lakehouse.settings import UserProfile
from bio_lakehouse.sources import demo

FIRST = date(2025, 1, 1)
PROFILE = UserProfile(
    user_id="me", timezone="UTC", max_heart_rate=190, threshold_heart_rate=170, ftp=200
)
REST = 50

SIXTY_DAYS = """
 1|45/186/151         |45.0469|1.0599|5.9967|-
 2|rest               |0.0000|1.0349|5.1984|-4.9369
 3|30/-/124           |16.8260|1.4065|6.7463|-4.1635
 4|20/150/- 30/204/160|49.1458|2.5297|12.3906|-5.3398
 5|rest               |0.0000|2.4702|10.7412|-9.8609
 6|60/168/-           |49.0000|3.5650|15.8343|-8.2710
 7|rest               |0.0000|3.4811|13.7264|-12.2693
 8|45/186/151         |45.0469|4.4590|17.8958|-10.2453
 9|rest               |0.0000|4.3541|15.5135|-13.4368
10|30/-/-             |0.0000 26.7397 53.4793|4.2517 4.8808 5.5100|13.4483 17.0079 20.5676|-11.1594
11|20/150/- 30/204/160|49.1458|5.3080 5.9223 6.5366|18.2004 21.2862 24.3720|-15.0576 -12.1271 -9.1966
12|rest               |0.0000|5.1831 5.7830 6.3828|15.7776 18.4525 21.1275|-17.8353 -15.3639 -12.8925
13|60/168/-           |49.0000|6.2140 6.7998 7.3856|20.2002 22.5191 24.8380|-14.7447 -12.6696 -10.5945
14|rest               |0.0000|6.0678 6.6398 7.2118|17.5111 19.5213 21.5315|-17.4524 -15.7193 -13.9862
15|45/186/151         |45.0469|6.9849 7.5435 8.1020|21.1767 22.9193 24.6619|-14.3197 -12.8815 -11.4433
16|rest               |0.0000|6.8206 7.3660 7.9114|18.3576 19.8682 21.3789|-16.5599 -15.3759 -14.1918
17|45/-/171           |80.2190|8.5475 9.0801 9.6126|26.5928 27.9023 29.2118|-13.4675 -12.5023 -11.5370
18|20/150/- 30/204/160|49.1458|9.5027 10.0228 10.5428|29.5951 30.7303 31.8654|-19.5992 -18.8222 -18.0452
19|rest               |0.0000|9.2792 9.7869 10.2947|25.6553 26.6394 27.6235|-21.3227 -20.7075 -20.0923
20|60/168/-           |49.0000|10.2137 10.7096 11.2054|28.7630 29.6161 30.4691|-17.3287 -16.8524 -16.3762
21|rest               |0.0000|9.9734 10.4576 10.9418|24.9340 25.6735 26.4130|-19.2637 -18.9065 -18.5493
22|45/186/151         |45.0469|10.7986 11.2714 11.7442|27.6115 28.2525 28.8936|-15.4713 -15.2159 -14.9606
23|rest               |0.0000|10.5446 11.0062 11.4679|23.9358 24.4915 25.0472|-17.1494 -16.9811 -16.8129
24|rest               |0.0000|10.2965 10.7473 11.1981|20.7494 21.2311 21.7129|-13.5794 -13.4853 -13.3912
25|rest               |0.0000|10.0542 10.4944 10.9346|17.9872 18.4048 18.8224|-10.5148 -10.4839 -10.4529
26|rest               |0.0000|9.8176 10.2475 10.6773|15.5927 15.9547 16.3167|-7.9330 -7.9104 -7.8878
27|60/168/-           |49.0000|10.7395 11.1593 11.5790|20.0400 20.3538 20.6676|-5.7751 -5.7072 -5.6394
28|rest               |0.0000|10.4869 10.8967 11.3065|17.3722 17.6442 17.9163|-9.3004 -9.1945 -9.0886
29|45/186/151         |45.0469|11.3000 11.7002 12.1004|21.0563 21.2921 21.5280|-6.8853 -6.7475 -6.6097
30|rest               |0.0000|11.0341 11.4249 11.8157|18.2532 18.4577 18.6621|-9.7563 -9.5919 -9.4276
31|90/160/140         |66.6667|12.3431 12.7247 13.1062|24.6981 24.8754 25.0526|-7.2191 -7.0328 -6.8464
32|20/150/- 30/204/160|49.1458|13.2090 13.5816 13.9542|27.9527 28.1063 28.2599|-12.3551 -12.1507 -11.9463
33|rest               |0.0000|12.8982 13.2620 13.6259|24.2316 24.3647 24.4979|-14.7437 -14.5247 -14.3057
34|60/168/-           |49.0000|13.7476 14.1029 14.4582|27.5288 27.6442 27.7597|-11.3334 -11.1027 -10.8720
35|rest               |0.0000|13.4241 13.7711 14.1180|23.8641 23.9642 24.0643|-13.7812 -13.5413 -13.3015
36|45/186/151         |45.0469|14.1682 14.5069 14.8457|26.6840 26.7707 26.8575|-10.4399 -10.1931 -9.9463
37|rest               |0.0000|13.8348 14.1656 14.4964|23.1318 23.2070 23.2822|-12.5158 -12.2638 -12.0118
38|30/-/124           |16.8260|13.9052 14.2282 14.5512|22.2923 22.3575 22.4227|-9.2969 -9.0414 -8.7858
39|10/-/98 30/-/132   |23.3923|14.1284 14.4438 14.7592|22.4388 22.4953 22.5518|-8.3871 -8.1293 -7.8715
40|rest               |0.0000|13.7960 14.1040 14.4120|19.4517 19.5007 19.5496|-8.3103 -8.0515 -7.7926
41|60/168/-           |49.0000|14.6243 14.9250 15.2258|23.3852 23.4277 23.4701|-5.6557 -5.3967 -5.1377
42|rest               |0.0000|14.2802 14.5739 14.8675|20.2721 20.3089 20.3457|-8.7609 -8.5026 -8.2444
43|45/186/151         |45.0469|15.0041 15.2908 15.5776|23.5702 23.6021 23.6340|-5.9919 -5.7351 -5.4782
44|rest               |0.0000|14.6511 14.9311 15.2111|20.4325 20.4601 20.4878|-8.5661 -8.3113 -8.0564
45|60/240/-           |100.0000|16.6592 16.9326 17.2060|31.0247 31.0486 31.0726|-5.7814 -5.5291 -5.2767
46|20/150/- 30/204/160|49.1458|17.4235 17.6905 17.9575|33.4370 33.4578 33.4786|-14.3655 -14.1160 -13.8666
47|rest               |0.0000|17.0136 17.2743 17.5350|28.9858 29.0038 29.0218|-16.0135 -15.7673 -15.5211
48|60/168/-           |49.0000|17.7662 18.0208 18.2753|31.6501 31.6657 31.6814|-11.9722 -11.7295 -11.4868
49|rest               |0.0000|17.3482 17.5968 17.8453|27.4368 27.4503 27.4639|-13.8839 -13.6450 -13.4060
50|45/186/151         |45.0469|17.9999 18.2426 18.4853|29.7811 29.7928 29.8046|-10.0886 -9.8536 -9.6185
51|rest               |0.0000|17.5764 17.8134 18.0504|25.8166 25.8267 25.8369|-11.7812 -11.5502 -11.3192
52|30/-/124           |16.8260|17.5587 17.7902 18.0216|24.6197 24.6285 24.6374|-8.2402 -8.0134 -7.7865
53|20/-/118           |9.4590|17.3681 17.5941 17.8201|22.6015 22.6091 22.6168|-7.0610 -6.8384 -6.6158
54|rest               |0.0000|16.9595 17.1802 17.4009|19.5927 19.5994 19.6060|-5.2334 -5.0150 -4.7967
55|60/168/-           |49.0000|17.7134 17.9288 18.1443|23.5075 23.5132 23.5190|-2.6332 -2.4192 -2.2051
56|rest               |0.0000|17.2966 17.5070 17.7174|20.3781 20.3831 20.3881|-5.7941 -5.5844 -5.3747
57|45/186/151         |45.0469|17.9495 18.1550 18.3605|23.6621 23.6664 23.6707|-3.0815 -2.8761 -2.6707
58|rest               |0.0000|17.5272 17.7278 17.9285|20.5121 20.5159 20.5196|-5.7126 -5.5114 -5.3103
59|30/-/124           |16.8260|17.5107 17.7066 17.9025|20.0214 20.0247 20.0279|-2.9850 -2.7881 -2.5912
60|20/150/- 30/204/160|49.1458|18.2550 18.4463 18.6376|23.8985 23.9013 23.9042|-2.5107 -2.3181 -2.1254
"""
"""Day | workouts (minutes/watts/beats a minute) | load | chronic | acute | form, `-` unknown.

Each figure stands alone, or as low, middle and high. Worked out from the formulas with 50 decimal
digits and no line of the package. Resting heart rate 52, maximum 190, threshold 168, FTP 240, male.
Nothing was measured in the workout of day 10 but calories.
"""
SIXTY_PROFILE = UserProfile(
    user_id="me",
    timezone="UTC",
    max_heart_rate=190,
    threshold_heart_rate=168,
    ftp=240,
    sex="male",
)


def sixty_days() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in SIXTY_DAYS.strip().splitlines()]


def number(cell: str) -> float | None:
    return None if cell == "-" else float(cell)


def bounds(cell: str) -> list[float | None]:
    """Low, middle and high."""
    figures = [number(figure) for figure in cell.split()]
    return figures * 3 if len(figures) == 1 else figures


def lived() -> list[tuple[int, float | None, float | None, float | None]]:
    """The table's workouts as rows of `rides`."""
    return [
        (int(day) - 1, *map(number, workout.split("/")))
        for day, workouts, *_ in sixty_days()
        if workouts != "rest"
        for workout in workouts.split()
    ]


def test_decays_are_those_of_42_and_7_days() -> None:
    assert pytest.approx(0.976472, abs=5e-7) == CHRONIC_DECAY
    assert pytest.approx(0.866878, abs=5e-7) == ACUTE_DECAY


def test_sixty_days_by_hand() -> None:
    had = [workouts != "rest" for _, workouts, *_ in sixty_days()]
    daily = days(60, had_workout=had, resting_heart_rate_bpm=[52.0, None, 52.0] * 20)
    done = rides(*lived()).assign(calories_kcal=250.0)
    found = training_load(daily, done, SIXTY_PROFILE).to_pylist()
    names = ("load", "chronic_load", "acute_load", "form")
    for row, (day, _, *expected) in zip(found, sixty_days(), strict=True):
        assert row["day"] == FIRST + timedelta(days=int(day) - 1)
        for name, cell in zip(names, expected, strict=True):
            told = [row[f"{name}_low"], row[name], row[f"{name}_high"]]
            if cell == "-":
                assert told == [None] * 3
            else:
                assert told == pytest.approx(bounds(cell), abs=6e-5, rel=0), (day, name)
    assert [row["training_load"] is None for row in found] == [day == 10 for day in range(1, 61)]
    assert [row["state"] for row in found] == ["building"] * 41 + ["steady"] * 19
    assert [row["known_days"] for row in found] == [*range(1, 10), 0, *range(1, 51)]
    assert [row["state_days"] for row in found] == list(range(1, 61))
    assert [row["is_estimated"] for row in found[:4]] == [True, False, False, True]
    assert (found[9]["methods"], found[9]["unknown_workouts"]) == ("bounded", 1)


def certain(*loads: float) -> list[DayLoad]:
    return [DayLoad(between(load, load)) for load in loads]


def states_by_day(days: Sequence[DayLoad]) -> list[dict[str, Any]]:
    columns = states(days)
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def test_form_is_shown_the_next_day() -> None:
    for yesterday, today in pairwise(states_by_day(certain(*[100.0, 0.0, 0.0, 50.0, 0.0] * 9))):
        assert today["form"] == pytest.approx(yesterday["chronic_load"] - yesterday["acute_load"])


def test_the_state_begins_with_the_first_day_of_which_something_is_known() -> None:
    before, first, second = states_by_day([NOTHING_YET, *certain(80.0, 0.0)])
    assert before == dict.fromkeys(before) | {"known_days": 0}
    assert first["chronic_load"] == 80.0 * (1 - CHRONIC_DECAY)
    assert (first["state_days"], second["state_days"]) == (1, 2)


def test_an_unknown_day_widens_the_bounds_and_nothing_begins_again() -> None:
    known = states_by_day(certain(*[40.0, 0.0] * 30))
    days_lived = certain(*[40.0, 0.0] * 30)
    days_lived[30] = DayLoad(between(0.0, 40.0), is_measured=False)
    wide = states_by_day(days_lived)
    assert wide[:30] == known[:30]
    for row, certain_row in zip(wide[30:], known[30:], strict=True):
        assert row["chronic_load_low"] < row["chronic_load"] < row["chronic_load_high"]
        assert row["chronic_load_high"] == pytest.approx(certain_row["chronic_load"])
    widths = [row["chronic_load_high"] - row["chronic_load_low"] for row in wide[30:]]
    assert widths == sorted(widths, reverse=True)
    assert [row["state"] for row in wide] == ["building"] * 41 + ["steady"] * 19


lengths_of_loads = st.lists(
    st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=1, max_size=80
)


@given(lengths_of_loads, st.data())
def test_whatever_the_loads_were_between_their_bounds_every_state_lies_between_its_own(
    ends: list[tuple[float, float]], data: st.DataObject
) -> None:
    days_lived = [DayLoad(between(min(pair), max(pair)), is_measured=False) for pair in ends]
    shares = data.draw(st.lists(st.floats(0, 1), min_size=len(ends), max_size=len(ends)))
    true = certain(
        *[
            low + share * (high - low)
            for share, (low, high) in zip(shares, map(sorted, ends), strict=True)
        ]
    )
    for row, lived_row in zip(states_by_day(days_lived), states_by_day(true), strict=True):
        for name in ("chronic_load", "acute_load", "form"):
            if row[name] is not None:
                assert row[f"{name}_low"] - 1e-9 <= lived_row[name] <= row[f"{name}_high"] + 1e-9


def test_building_until_42_days_are_carried() -> None:
    found = [state["state"] for state in states_by_day(certain(*[10.0] * 41, *[0.0] * 3))]
    assert found == ["building"] * 41 + ["steady"] * 3


def test_a_figure_stands_alone_within_a_fifth() -> None:
    assert is_figure(10, 8, 12)
    assert not is_figure(10, 7.9, 12)
    assert is_figure(-10, -12, -8)
    assert is_figure(0, 0, 0)


def test_power_load_is_100_for_an_hour_at_threshold() -> None:
    assert power_load(60, 200, 200) == 100
    assert power_load(30, 160, 200) == pytest.approx(32)


def test_heart_rate_load_is_100_for_an_hour_at_threshold() -> None:
    assert heart_rate_load(60, 170, REST, 190, 170) == pytest.approx(100)
    share = (140 - 50) / 140
    assert trimp(45, 140, 50, 190) == pytest.approx(45 * share * 0.64 * exp(1.92 * share))
    threshold = (170 - 50) / 140
    expected = 100 * 45 * share * exp(1.92 * share) / (60 * threshold * exp(1.92 * threshold))
    assert heart_rate_load(45, 140, 50, 190, 170) == pytest.approx(expected)
    assert trimp(30, 45, 50, 190) == 0.0


@pytest.mark.parametrize(
    ("effort", "rest", "load", "method"),
    [
        (Effort(None, 60, 200, 150), REST, 100.0, "power"),
        (Effort(None, 60, None, 170), REST, 100.0, "heart_rate"),
        (Effort(None, None, 0, None), REST, 0.0, "power"),
        (Effort(None, 0, 150, None), REST, 0.0, "power"),
        (Effort(None, None, 200, 150, output_kj=720), REST, 100.0, "power"),
        (Effort(None, None, 100, 170, output_kj=360), REST, 25.0, "power"),
    ],
)
def test_power_then_heart_rate(effort, rest, load, method) -> None:
    found = workout_load(effort, rest, PROFILE)
    assert [found.load.low, found.load.middle, found.load.high] == pytest.approx([load] * 3)
    assert found.method == method


@pytest.mark.parametrize(
    ("effort", "rest", "high"),
    [
        (Effort("Strength", 30), REST, heart_rate_load(30, 171, REST, 190, 170)),
        (Effort("Yoga", 30), REST, heart_rate_load(30, 133, REST, 190, 170, WOMEN)),
        (Effort("Stretching ", 30), REST, heart_rate_load(30, 133, REST, 190, 170, WOMEN)),
        (Effort("Strength", 30, None, 150), None, 100 * 0.5 * 1.05**2),
        (Effort("Meditation", 30), None, 100 * 0.5 * 0.75**2),
        (Effort("Cycling", None, 150), REST, heart_rate_load(120, 171, REST, 190, 170)),
    ],
)
def test_without_figures_a_load_lies_between_0_and_the_top_of_a_zone(effort, rest, high) -> None:
    found = workout_load(effort, rest, PROFILE)
    assert found.method == "bounded"
    assert (found.load.low, found.load.high) == (0.0, pytest.approx(high))


def test_own_workouts_of_that_kind_and_length_bound_a_load() -> None:
    alike = [OwnWorkout("Cycling", 30.0, float(load)) for load in range(1, 12)]
    others = [OwnWorkout("Cycling", 60.0, 90.0), OwnWorkout("Running", 30.0, 95.0)] * 20
    found = workout_load(Effort("Cycling", 32), REST, PROFILE, [*alike, *others])
    assert found.load == between(0.0, 10.0)
    too_few = workout_load(Effort("Cycling", 32), REST, PROFILE, [*alike[:9], *others])
    assert too_few.load.high > 30
    unknown_length = workout_load(Effort("Running"), REST, PROFILE, others)
    assert unknown_length.load == between(0.0, 95.0)


def test_a_heart_rate_gives_the_range_of_both_sexes_until_one_is_set() -> None:
    effort = Effort(None, 45, None, 140)
    men, women = (heart_rate_load(45, 140, REST, 190, 170, sex) for sex in (MEN, WOMEN))
    assert workout_load(effort, REST, PROFILE).load == between(men, women)
    for sex, load in (("male", men), ("female", women)):
        profile = PROFILE.model_copy(update={"sex": sex})
        assert workout_load(effort, REST, profile).load == between(load, load)
    assert trimp(45, 140, 50, 190, WOMEN) == pytest.approx(
        45 * (90 / 140) * 0.86 * exp(1.67 * 90 / 140)
    )


def test_calories_change_nothing() -> None:
    daily = days(3, had_workout=[True] * 3)
    done = rides((0, 30, None, None), (1, None, None, None), (2, 45, 150, None))
    assert training_load(daily, done.assign(calories_kcal=900.0), PROFILE).equals(
        training_load(daily, done, PROFILE)
    )


def test_what_is_not_set_of_a_person_is_not_guessed() -> None:
    bare = UserProfile(user_id="me", timezone="UTC")
    assert workout_load(Effort(None, 60, 200, 150), REST, bare).method == "bounded"
    powerless = PROFILE.model_copy(update={"ftp": None})
    assert workout_load(Effort(None, 60, 200, 170), REST, powerless).method == "heart_rate"


@pytest.mark.parametrize("sex", [None, "male"])
def test_the_demo_persons_chronic_load_of_24_november(sex: str | None) -> None:
    """As `bio-lakehouse demo` made it on 25 November 2026: 180 days, seed 1."""
    person = demo.simulate(180, 1, date(2026, 11, 25), timezone="UTC")
    profile = UserProfile(
        user_id="me",
        timezone="UTC",
        max_heart_rate=demo.MAX_HEART_RATE,
        threshold_heart_rate=demo.THRESHOLD_HEART_RATE,
        ftp=round(demo.THRESHOLD_POWER),
        sex=sex,
    )
    daily = pd.DataFrame(demo.daily_rows(person))
    workouts = pd.DataFrame(demo.workout_rows(person))
    newest = training_load(daily, workouts, profile).to_pylist()[-2]
    assert newest["day"] == date(2026, 11, 24)
    assert newest["chronic_load_low"] <= 24.5 <= newest["chronic_load_high"] + 0.01
    assert newest["chronic_load"] == pytest.approx(24.5, abs=0.03 if sex else 0.15)
    assert newest["state"] == "steady"


def days(count: int, **columns: list[object]) -> pd.DataFrame:
    rows = {"user_id": "me", "day": [FIRST + timedelta(days=i) for i in range(count)]}
    return pd.DataFrame(
        rows | {"had_workout": [False] * count, "resting_heart_rate_bpm": [50.0] * count} | columns
    )


def rides(*rows: tuple[int, float | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["user_id", "day", "length_minutes", "avg_watts", "avg_heart_rate_bpm"]
    done = pd.DataFrame(
        [("me", FIRST + timedelta(days=day), *rest) for day, *rest in rows], columns=columns
    )
    return done.assign(fitness_discipline="Cycling", total_output_kj=None)


def test_rows_of_a_short_life() -> None:
    daily = days(6, had_workout=[True, False, None, True, True, False])
    found = training_load(
        daily, rides((0, 60, 200, None), (0, 30, None, 170), (3, 60, None, None)), PROFILE
    )
    assert found.schema.equals(TRAINING_LOAD.arrow)
    rows = {row["day"].day: row for row in found.to_pylist()}
    assert rows[1]["training_load"] == pytest.approx(150)
    assert (rows[1]["is_estimated"], rows[1]["methods"]) == (True, "heart_rate,power")
    assert (rows[2]["training_load"], rows[2]["is_estimated"], rows[2]["methods"]) == (
        0.0,
        False,
        None,
    )
    assert (rows[3]["training_load"], rows[3]["load"], rows[3]["load_high"]) == (None, 75.0, 150.0)
    assert (rows[4]["training_load"], rows[4]["unknown_workouts"]) == (None, 1)
    assert rows[5]["training_load"] is None
    assert (rows[6]["training_load"], rows[6]["known_days"], rows[6]["state_days"]) == (0.0, 1, 6)


def test_a_calendar_day_without_a_row_is_unknown() -> None:
    daily = days(5).drop(index=2)
    found = training_load(daily, rides(), PROFILE).to_pylist()
    assert [row["training_load"] for row in found] == [0.0, 0.0, None, 0.0, 0.0]
    assert [row["known_days"] for row in found] == [1, 2, 0, 1, 2]
    assert found[2]["load_high"] > 0


def test_days_before_anything_is_known_of_training_have_no_state() -> None:
    daily = days(4, had_workout=[None, None, False, True])
    found = training_load(daily, rides((3, 60, 200, None)), PROFILE).to_pylist()
    assert [row["chronic_load"] is None for row in found] == [True, True, False, False]
    assert [row["state_days"] for row in found] == [None, None, 1, 2]
    assert [row["load"] for row in found] == [None, None, 0.0, 100.0]


MEASURES = {"threshold_heart_rate": 170, "ftp": 200}


def test_resting_heart_rate_is_the_median_so_far_and_later_days_change_nothing() -> None:
    daily = days(4, resting_heart_rate_bpm=[None, 48.0, 60.0, 52.0], had_workout=[True] * 4)
    done = rides(*[(day, 45, None, 140) for day in range(4)])
    found = training_load(daily, done, SIXTY_PROFILE.model_copy(update=MEASURES)).to_pylist()
    loads = [row["training_load"] for row in found]
    expected = [heart_rate_load(45, 140, rest, 190, 170) for rest in (48, 54, 52)]
    assert loads[0] is None
    assert loads[1:] == pytest.approx(expected)
    earlier = training_load(daily.head(3), done.head(3), PROFILE).to_pylist()
    assert earlier == training_load(daily, done, PROFILE).to_pylist()[:3]


def test_other_users_take_no_part() -> None:
    other = days(3, had_workout=[True] * 3).assign(user_id="you")
    mixed = pd.concat([other, days(3)])
    assert training_load(mixed, rides(), PROFILE).num_rows == 3
    assert training_load(other, rides(), PROFILE).num_rows == 0
