from datetime import date, timedelta

import pandas as pd
import pytest

from bio_lakehouse.insights.training_load import lacking_of, training_load
from bio_lakehouse.insights.workout_load import Lacking
from bio_lakehouse.reports.training import LOAD_CHART, load_figure, training_of
from bio_lakehouse.settings import UserProfile

SUNDAY = date(2025, 3, 9)
OF_90 = SUNDAY - timedelta(days=89), SUNDAY
PROFILE = UserProfile(user_id="me", timezone="UTC", ftp=200)


def rows(
    days: int, unknown: int | None = None, profile: UserProfile = PROFILE
) -> list[dict[str, object]]:
    """An hour at threshold power every second day; `unknown` days ago without power."""
    dates = [SUNDAY - timedelta(days=back) for back in range(days - 1, -1, -1)]
    trained = [(SUNDAY - day).days % 2 == 0 for day in dates]
    daily = pd.DataFrame({"day": dates, "had_workout": trained, "resting_heart_rate_bpm": None})
    done = [day for day, had in zip(dates, trained, strict=True) if had]
    watts = [None if (SUNDAY - day).days == unknown else 200.0 for day in done]
    workouts = workouts_of(done).assign(avg_watts=watts)
    return training_load(daily, workouts, profile).to_pylist()


def workouts_of(days: list[date]) -> pd.DataFrame:
    return pd.DataFrame({"day": days}).assign(
        fitness_discipline="Cycling",
        length_minutes=60.0,
        avg_watts=None,
        avg_heart_rate_bpm=None,
        total_output_kj=None,
    )


def test_a_steady_state_is_told_with_form() -> None:
    made, newest = training_of(rows(120), SUNDAY), rows(120)[-1]
    chronic, acute, difference = (
        round(float(str(newest[name]))) for name in ("chronic_load", "acute_load", "form")
    )
    form = f"{'+' if difference > 0 else '−' if difference < 0 else ''}{abs(difference)}"
    assert made.sentences[0] == (
        f"On Sunday 9 March 2025 chronic load was {chronic} (42 days) and acute load {acute} (7 "
        f"days). Form on that day: {form} (chronic minus acute load of the day before)."
    )
    assert made.sentences[1].startswith("Loads by power are estimates")


def test_a_state_that_is_building_is_said_to_be() -> None:
    said = training_of(rows(20), SUNDAY).sentences[0]
    assert said.startswith(
        "Building: 20 of 42 days are known, and until then chronic load reads low."
    )


def test_a_bounded_load_widens_the_state_and_is_named() -> None:
    made = training_of(rows(120, unknown=20), SUNDAY, [Lacking(None, None)])
    assert made.series is not None
    assert made.sentences[0].startswith("On Sunday 9 March 2025 chronic load was 4")
    assert made.sentences[1].startswith(
        "Of the 90 days, 1 workout has no measured load and counts as a range from 0 to what such "
        "a workout can reach: 1 with neither power nor heart rate."
    )
    load, chronic = made.series.load, made.series.chronic
    opened = [(low, high) for low, high in zip(load.low, load.high, strict=True) if low != high]
    assert opened == [(0.0, 100.0)]
    assert load.is_open
    assert chronic.high[-20] > chronic.middle[-20] > chronic.low[-20]
    assert chronic.high[-30] == chronic.low[-30]


def test_a_band_stands_where_the_bounds_lie_far_apart() -> None:
    newest = rows(120)[-1]
    wide = newest | {"acute_load": 30.0, "acute_load_low": 20.4, "acute_load_high": 39.6}
    said = training_of([wide], SUNDAY).sentences[0]
    assert "acute load between 20 and 40 (7 days)" in said
    signs = newest | {"form": 0.4, "form_low": -2.6, "form_high": 3.4}
    assert "Form on that day: between −3 and +3" in training_of([signs], SUNDAY).sentences[0]


def test_days_of_which_nothing_is_known_are_named_as_such() -> None:
    daily = pd.DataFrame(
        {
            "day": [SUNDAY - timedelta(days=back) for back in (3, 2, 1, 0)],
            "had_workout": [False, None, None, False],
            "resting_heart_rate_bpm": None,
        }
    )
    made = training_of(training_load(daily, workouts_of([]), PROFILE).to_pylist(), SUNDAY)
    assert made.sentences[1] == (
        "Of 2 days among the 90 it is not known whether there was a workout; "
        "they count as a range from 0 to your usual training day."
    )
    assert not any("no workout" in sentence for sentence in made.sentences)


def test_the_series_has_each_of_the_90_days_and_a_load_as_high_as_it_was() -> None:
    made = training_of(rows(40), SUNDAY)
    assert made.series is not None
    assert (len(made.series.days), made.series.days[-1]) == (90, "2025-03-09")
    assert made.series.load.middle[:50] == (None,) * 50
    assert made.series.load.middle[-4:] == (0.0, 100.0, 0.0, 100.0)
    assert not made.series.load.is_open
    drawn = load_figure(made)[LOAD_CHART].data
    assert [trace.name for trace in drawn if trace.showlegend is not False] == [
        "Load of a day",
        "Chronic load (42 days)",
        "Acute load (7 days)",
    ]


def test_nothing_known_draws_nothing_and_says_no_workout_of_no_day() -> None:
    made = training_of([], SUNDAY)
    assert made.series is None
    assert load_figure(made) == {}
    assert made.sentences == (
        "Training load is not known: nothing has arrived that tells of workouts or rest days "
        "up to this week.",
    )


def test_without_any_measure_set_the_page_shows_bands_and_says_what_is_needed() -> None:
    bare = UserProfile(user_id="me", timezone="UTC")
    done = [SUNDAY - timedelta(days=back) for back in range(0, 120, 2)]
    lacks = lacking_of(days_of(done), workouts_of(done).assign(avg_watts=200.0), bare, *OF_90)
    made = training_of(rows(120, profile=bare), SUNDAY, lacks)
    assert "chronic load was between 0 and " in made.sentences[0]
    assert made.sentences[1].endswith(
        "can reach: 45 with power, without FTP (BIO_FTP, or users.toml)."
    )
    assert made.series is not None
    assert not any(made.series.load.low)


def days_of(done: list[date], resting: float | None = None) -> pd.DataFrame:
    return pd.DataFrame({"day": done, "had_workout": True, "resting_heart_rate_bpm": resting})


FTP = "FTP (BIO_FTP, or users.toml)"
MAXIMUM = "maximum heart rate (BIO_MAX_HEART_RATE, or users.toml)"
THRESHOLD = "threshold heart rate (BIO_THRESHOLD_HEART_RATE, or users.toml)"
RESTING = "resting heart rate (from nights with Oura)"
SET = {"max_heart_rate": 185, "threshold_heart_rate": 165}


@pytest.mark.parametrize(
    ("measured", "resting", "known", "told"),
    [
        ({"avg_heart_rate_bpm": 140.0}, None, SET, f"with heart rate, without {RESTING}"),
        ({"avg_heart_rate_bpm": 140.0}, 50.0, {}, f"without {MAXIMUM} and {THRESHOLD}"),
        ({"avg_heart_rate_bpm": 140.0}, 50.0, {"max_heart_rate": 185}, f"without {THRESHOLD}"),
        (
            {"avg_heart_rate_bpm": 140.0, "avg_watts": 150.0},
            None,
            SET,
            f"with power, without {FTP}, or with heart rate, without {RESTING}",
        ),
        ({"avg_watts": 150.0, "length_minutes": None}, None, {"ftp": 200}, "without length"),
        ({}, 50.0, SET, "with neither power nor heart rate"),
    ],
)
def test_what_a_workout_without_a_measured_load_lacks_is_named_and_nothing_else(
    measured: dict[str, float | None],
    resting: float | None,
    known: dict[str, int],
    told: str,
) -> None:
    profile = UserProfile(user_id="me", timezone="UTC", **known)  # type: ignore[arg-type]
    daily, workouts = days_of([SUNDAY], resting), workouts_of([SUNDAY]).assign(**measured)
    lacks = lacking_of(daily, workouts, profile, *OF_90)
    said = training_of(training_load(daily, workouts, profile).to_pylist(), SUNDAY, lacks)
    assert f": 1 {told}." in said.sentences[1] or said.sentences[1].endswith(f" {told}.")
    for name in (FTP, MAXIMUM, THRESHOLD, RESTING):
        assert (name in said.sentences[1]) == (name in told)


def test_a_measured_workout_lacks_nothing() -> None:
    profile = UserProfile(
        user_id="me", timezone="UTC", max_heart_rate=185, threshold_heart_rate=165
    )
    workouts = workouts_of([SUNDAY]).assign(avg_heart_rate_bpm=140.0)
    assert lacking_of(days_of([SUNDAY], 50.0), workouts, profile, *OF_90) == []
