from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.insights.training_load import training_load
from bio_lakehouse.reports.training import HEIGHT, MARGIN, TOP, training_of
from bio_lakehouse.settings import UserProfile

SUNDAY = date(2025, 3, 9)
PROFILE = UserProfile(user_id="me", timezone="UTC", ftp=200)


def rows(days: int, unknown: int | None = None) -> list[dict[str, object]]:
    """An hour at threshold power every second day; `unknown` days ago without power."""
    dates = [SUNDAY - timedelta(days=back) for back in range(days - 1, -1, -1)]
    trained = [(SUNDAY - day).days % 2 == 0 for day in dates]
    daily = pd.DataFrame({"day": dates, "had_workout": trained, "resting_heart_rate_bpm": None})
    done = pd.DataFrame({"day": [day for day, had in zip(dates, trained, strict=True) if had]})
    watts = [None if (SUNDAY - day).days == unknown else 200.0 for day in done["day"]]
    workouts = done.assign(length_minutes=60.0, avg_watts=watts, avg_heart_rate_bpm=None)
    return training_load(daily, workouts, PROFILE).to_pylist()


def test_a_steady_state_is_told_with_form() -> None:
    made, newest = training_of(rows(120), SUNDAY), rows(120)[-1]
    chronic, acute, difference = (
        round(float(str(newest[name]))) for name in ("chronic_load", "acute_load", "form")
    )
    form = f"{'+' if difference > 0 else '−' if difference < 0 else ''}{abs(difference)}"
    assert made.sentences[0] == (
        f"On Sunday 9 March 2025 chronic load was {chronic} (42 days) and acute load {acute} (7 days). Form on that "
        f"day: {form} (chronic minus acute load of the day before)."
    )
    assert made.sentences[1].startswith("Loads by power are estimates")


def test_a_state_that_is_building_is_said_to_be() -> None:
    said = training_of(rows(20), SUNDAY).sentences[0]
    assert said.startswith(
        "Building: 20 of 42 days in a row are known, and until then chronic load reads low."
    )


def test_an_unknown_load_breaks_the_lines_and_is_named() -> None:
    made = training_of(rows(120, unknown=20), SUNDAY)
    assert made.drawing is not None
    assert len(made.drawing.chronic) == len(made.drawing.acute) == 2
    assert made.sentences[0].startswith("Building: 20 of 42 days")
    assert "1 workout had no known load" in made.sentences[1]


def test_bars_are_as_high_as_their_loads() -> None:
    drawing = training_of(rows(90), SUNDAY).drawing
    assert drawing is not None
    assert drawing.highest == 100
    assert {y for _, y in drawing.bars} == {float(TOP)}
    assert len(drawing.bars) == 45
    assert all(TOP <= y <= HEIGHT - MARGIN for line in drawing.chronic for _, y in line)


def test_nothing_known_draws_nothing() -> None:
    made = training_of([], SUNDAY)
    assert (made.sentences, made.drawing) == (
        ("Training load is not known for any day of this week.",),
        None,
    )


def test_without_any_known_load_no_zero_is_shown_as_a_state() -> None:
    daily = rows(90)
    unknown = [
        row | {"training_load": None if row["training_load"] else 0.0, "unknown_workouts": 1}
        for row in daily
    ]
    made = training_of(unknown, SUNDAY)
    assert (
        made.sentences[0]
        == "Training load cannot be told: no workout of the last 90 days has a known load."
    )
    assert "A load is told from power and FTP, or from heart rate" in made.sentences[1]
    assert made.drawing is None
