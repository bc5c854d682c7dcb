from datetime import date, timedelta
from itertools import pairwise
from math import exp

import pandas as pd
import pytest

from bio_lakehouse.insights.training_load import (
    ACUTE_DECAY,
    CHRONIC_DECAY,
    SCHEMA,
    heart_rate_load,
    power_load,
    states,
    training_load,
    trimp,
    workout_load,
)
from bio_lakehouse.settings import UserProfile

FIRST = date(2025, 1, 1)
PROFILE = UserProfile(
    user_id="me", timezone="UTC", max_heart_rate=190, threshold_heart_rate=170, ftp=200
)
REST = 50

SIXTY_DAYS = """
 1 | 45/186/151            |  45.046875000000 |  1.059876990337 |  5.996734609691 |                -
 2 | rest                  |   0.000000000000 |  1.034939872398 |  5.198436703808 |  -4.936857619354
 3 | 30/-/124              |  16.825995140075 |  1.406476768828 |  6.746321703622 |  -4.163496831410
 4 | 20/150/- 30/204/160   |  49.145833333333 |  2.529703309098 | 12.390633741335 |  -5.339844934793
 5 | rest                  |   0.000000000000 |  2.470183656965 | 10.741166554263 |  -9.860930432237
 6 | 60/168/-              |  49.000000000000 |  3.564951755897 | 15.834262815667 |  -8.270982897298
 7 | rest                  |   0.000000000000 |  3.481074453915 | 13.726372493738 | -12.269311059770
 8 | 45/186/151            |  45.046875000000 |  4.459047633714 | 17.895823568251 | -10.245298039823
 9 | rest                  |   0.000000000000 |  4.354133763755 | 15.513493949145 | -13.436775934538
10 | 30/-/-                |                - |               - |               - | -11.159360185390
11 | 20/150/- 30/204/160   |  49.145833333333 |  1.156318566403 |  6.542396551861 |                -
12 | rest                  |   0.000000000000 |  1.129112340843 |  5.671458982210 |  -5.386077985458
13 | 60/168/-              |  49.000000000000 |  2.255433585923 | 11.439445363259 |  -4.542346641367
14 | rest                  |   0.000000000000 |  2.202367037778 |  9.916602370809 |  -9.184011777336
15 | 45/186/151            |  45.046875000000 |  3.210426046344 | 14.593218045555 |  -7.714235333030
16 | rest                  |   0.000000000000 |  3.134890136346 | 12.650538209927 | -11.382791999211
17 | 45/-/171              |  80.219012147670 |  4.948549513165 | 21.645395371195 |  -9.515648073582
18 | 20/150/- 30/204/160   |  49.145833333333 |  5.988437056006 | 25.306311430505 | -16.696845858030
19 | rest                  |   0.000000000000 |  5.847539232489 | 21.937482103300 | -19.317874374499
20 | 60/168/-              |  49.000000000000 |  6.862843851153 | 25.540101323757 | -16.089942870811
21 | rest                  |   0.000000000000 |  6.701372710567 | 22.140149394945 | -18.677257472603
22 | 45/186/151            |  45.046875000000 |  7.603577703910 | 25.189540817336 | -15.438776684378
23 | rest                  |   0.000000000000 |  7.424678345128 | 21.836256239404 | -17.585963113427
24 | rest                  |   0.000000000000 |  7.249988186518 | 18.929367947221 | -14.411577894276
25 | rest                  |   0.000000000000 |  7.079408192698 | 16.409450729686 | -11.679379760704
26 | rest                  |   0.000000000000 |  6.912841658423 | 14.224990184604 |  -9.330042536988
27 | 60/168/-              |  49.000000000000 |  7.903081507800 | 18.854312527438 |  -7.312148526181
28 | rest                  |   0.000000000000 |  7.717135329672 | 16.344386845019 | -10.951231019637
29 | 45/186/151            |  45.046875000000 |  8.595441141826 | 20.165322350605 |  -8.627251515347
30 | rest                  |   0.000000000000 |  8.393204909279 | 17.480872287078 | -11.569881208780
31 | 90/160/140            |  66.666666666667 |  9.764281177365 | 24.028588537345 |  -9.087667377799
32 | 20/150/- 30/204/160   |  49.145833333333 | 10.690862676612 | 27.372248917075 | -14.264307359980
33 | rest                  |   0.000000000000 | 10.439324709598 | 23.728397652674 | -16.681386240464
34 | 60/168/-              |  49.000000000000 | 11.346592360732 | 27.092606433828 | -13.289072943075
35 | rest                  |   0.000000000000 | 11.079626180240 | 23.485981764115 | -15.746014073096
36 | 45/186/151            |  45.046875000000 | 11.878818254032 | 26.356213154938 | -12.406355583875
37 | rest                  |   0.000000000000 | 11.599329695950 | 22.847618705121 | -14.477394900906
38 | 30/-/124              |  16.825995140075 | 11.722304318283 | 22.046007529228 | -11.248289009171
39 | 10/-/98 30/-/132      |  23.392320570905 | 11.996880117449 | 22.225231548930 | -10.323703210945
40 | rest                  |   0.000000000000 | 11.714613762850 | 19.266562046598 | -10.228351431481
41 | 60/168/-              |  49.000000000000 | 12.591876013530 | 23.224739754602 |  -7.551948283748
42 | rest                  |   0.000000000000 | 12.295610409047 | 20.133013620714 | -10.632863741073
43 | 45/186/151            |  45.046875000000 | 13.066192424878 | 23.449599172858 |  -7.837403211667
44 | rest                  |   0.000000000000 | 12.758766955244 | 20.327939280950 | -10.383406747979
45 | 60/240/-              | 100.000000000000 | 14.811406023165 | 30.934051335101 |  -7.569172325707
46 | 20/150/- 30/204/160   |  49.145833333333 | 15.619237187535 | 33.358442003998 | -16.122645311936
47 | rest                  |   0.000000000000 | 15.251742880734 | 28.917696143364 | -17.739204816463
48 | 60/168/-              |  49.000000000000 | 16.045782449176 | 31.591094610614 | -13.665953262630
49 | rest                  |   0.000000000000 | 15.668252251802 | 27.385621746859 | -15.545312161438
50 | 45/186/151            |  45.046875000000 | 16.359481693547 | 29.736724872961 | -11.717369495056
51 | rest                  |   0.000000000000 | 15.974570682055 | 25.778109603321 | -13.377243179413
52 | 30/-/124              |  16.825995140075 | 15.994603263495 | 24.586385324297 |  -9.803538921267
53 | 20/-/118              |   9.459034100664 | 15.840832344326 | 22.572600558190 |  -8.591782060802
54 | rest                  |   0.000000000000 | 15.468124277239 | 19.567688563784 |  -6.731768213865
55 | 60/168/-              |  49.000000000000 | 16.257072756382 | 23.485779677380 |  -4.099564286545
56 | rest                  |   0.000000000000 | 15.874571254453 | 20.359303360722 |  -7.228706920997
57 | 45/186/151            |  45.046875000000 | 16.560946358054 | 23.645764747411 |  -4.484732106269
58 | rest                  |   0.000000000000 | 16.171295222807 | 20.497990882222 |  -7.084818389357
59 | 30/-/124              |  16.825995140075 | 16.186699207609 | 20.009167096919 |  -4.326695659416
60 | 20/150/- 30/204/160   |  49.145833333333 | 16.962172042990 | 23.887901300589 |  -3.822467889311
"""
"""Day | workouts (minutes/watts/beats a minute) | load | chronic | acute | form, `-` unknown.

Worked out from the formulas with 50 decimal digits and no line of the package. Resting heart rate 52, maximum 190,
threshold 168, FTP 240. Nothing was measured in the workout of day 10 but calories. Day 52 is the 42nd known in a row.
"""
SIXTY_PROFILE = UserProfile(
    user_id="me", timezone="UTC", max_heart_rate=190, threshold_heart_rate=168, ftp=240
)


def sixty_days() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in SIXTY_DAYS.strip().splitlines()]


def number(cell: str) -> float | None:
    return None if cell == "-" else float(cell)


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
    names = ("training_load", "chronic_load", "acute_load", "form")
    for row, (day, _, *expected) in zip(found, sixty_days(), strict=True):
        assert row["day"] == FIRST + timedelta(days=int(day) - 1)
        for name, cell in zip(names, expected, strict=True):
            assert row[name] == (
                None if cell == "-" else pytest.approx(float(cell), abs=1e-9, rel=0)
            ), (day, name)
    assert [row["state"] for row in found] == ["building"] * 9 + [None] + ["building"] * 41 + [
        "steady"
    ] * 9
    assert [row["known_days"] for row in found] == [*range(1, 10), 0, *range(1, 51)]
    assert [row["is_estimated"] for row in found[:4]] == [True, False, False, True]


def test_form_is_shown_the_next_day() -> None:
    for yesterday, today in pairwise(states([100.0, 0.0, 0.0, 50.0, 0.0] * 9)):
        assert today["form"] == yesterday["chronic_load"] - yesterday["acute_load"]


def test_an_unknown_day_makes_the_state_null_and_it_begins_again_at_0() -> None:
    *_, before, unknown, after, next_one = states([80.0, 0.0, None, 50.0, 0.0])
    assert (
        unknown["chronic_load"],
        unknown["acute_load"],
        unknown["state"],
        unknown["known_days"],
    ) == (
        None,
        None,
        None,
        0,
    )
    assert unknown["form"] == before["chronic_load"] - before["acute_load"]
    assert after["form"] is None
    assert after["chronic_load"] == 50.0 * (1 - CHRONIC_DECAY)
    assert after["known_days"] == 1
    assert next_one["form"] == after["chronic_load"] - after["acute_load"]


def test_building_until_42_days_in_a_row_are_known() -> None:
    states_of = [state["state"] for state in states([10.0] * 41 + [0.0] * 3)]
    assert states_of == ["building"] * 41 + ["steady"] * 3


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
    ("minutes", "watts", "heart_rate", "rest", "load", "method"),
    [
        (60, 200, 150, REST, 100.0, "power"),
        (60, None, 170, REST, 100.0, "heart_rate"),
        (60, None, None, REST, None, None),
        (60, None, 150, None, None, None),
        (None, 150, 150, REST, None, None),
        (None, 0, None, REST, 0.0, "power"),
        (0, 150, None, REST, 0.0, "power"),
    ],
)
def test_power_then_heart_rate_then_unknown(minutes, watts, heart_rate, rest, load, method) -> None:
    found = workout_load(minutes, watts, heart_rate, rest, PROFILE)
    assert found.load == pytest.approx(load)
    assert found.method == method


def test_what_is_not_set_of_a_person_is_not_guessed() -> None:
    bare = UserProfile(user_id="me", timezone="UTC")
    assert workout_load(60, 200, 150, REST, bare).load is None
    powerless = PROFILE.model_copy(update={"ftp": None})
    assert workout_load(60, 200, 170, REST, powerless).method == "heart_rate"


def days(count: int, **columns: list[object]) -> pd.DataFrame:
    rows = {"user_id": "me", "day": [FIRST + timedelta(days=i) for i in range(count)]}
    return pd.DataFrame(
        rows | {"had_workout": [False] * count, "resting_heart_rate_bpm": [50.0] * count} | columns
    )


def rides(*rows: tuple[int, float | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["user_id", "day", "length_minutes", "avg_watts", "avg_heart_rate_bpm"]
    return pd.DataFrame(
        [("me", FIRST + timedelta(days=day), *rest) for day, *rest in rows], columns=columns
    )


def test_rows_of_a_short_life() -> None:
    daily = days(6, had_workout=[True, False, None, True, True, False])
    found = training_load(
        daily, rides((0, 60, 200, None), (0, 30, None, 170), (3, 60, None, None)), PROFILE
    )
    assert found.schema.equals(SCHEMA.arrow)
    rows = {row["day"].day: row for row in found.to_pylist()}
    assert rows[1]["training_load"] == pytest.approx(150)
    assert (rows[1]["is_estimated"], rows[1]["methods"]) == (True, "heart_rate,power")
    assert (rows[2]["training_load"], rows[2]["is_estimated"], rows[2]["methods"]) == (
        0.0,
        False,
        None,
    )
    assert (rows[3]["training_load"], rows[3]["chronic_load"]) == (None, None)
    assert (rows[4]["training_load"], rows[4]["unknown_workouts"]) == (None, 1)
    assert rows[5]["training_load"] is None
    assert (rows[6]["training_load"], rows[6]["chronic_load"], rows[6]["known_days"]) == (
        0.0,
        0.0,
        1,
    )


def test_a_calendar_day_without_a_row_is_unknown() -> None:
    daily = days(5).drop(index=2)
    found = training_load(daily, rides(), PROFILE).to_pylist()
    assert [row["training_load"] for row in found] == [0.0, 0.0, None, 0.0, 0.0]
    assert [row["known_days"] for row in found] == [1, 2, 0, 1, 2]


def test_resting_heart_rate_is_the_median_so_far_and_later_days_change_nothing() -> None:
    daily = days(4, resting_heart_rate_bpm=[None, 48.0, 60.0, 52.0], had_workout=[True] * 4)
    done = rides(*[(day, 45, None, 140) for day in range(4)])
    loads = [row["training_load"] for row in training_load(daily, done, PROFILE).to_pylist()]
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
