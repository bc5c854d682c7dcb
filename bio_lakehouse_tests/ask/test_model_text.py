"""The semantic model as text: short, whole, always the same; and what a wrong name is told."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bio_lakehouse.ask.semantics import model_file, model_text, semantic_model
from bio_lakehouse.cli import main
from bio_lakehouse.lake.lakehouse import Lakehouse

MODEL = semantic_model.load()
TEXT = model_text.describe(MODEL)
CHARACTERS = 40_000
"""Some 10,000 tokens."""


def test_it_names_every_table_and_every_column_that_is_asked_about() -> None:
    lines = TEXT.splitlines()
    for dataset in MODEL.datasets.values():
        start = next(number for number, line in enumerate(lines) if line.startswith(dataset.name))
        block = lines[start + 1 : start + 1 + len(dataset.fields)]
        named = {line.split()[1] for line in block if line.startswith("- ")}
        assert dataset.fields.keys() - model_text.UNTOLD <= named, dataset.name


def test_it_is_short_and_the_same_when_it_is_read_again() -> None:
    again = model_text.describe(model_file.read(model_file.text()))

    assert again == TEXT
    assert len(TEXT) < CHARACTERS


def test_every_value_of_a_class_is_in_it() -> None:
    for dataset in MODEL.datasets.values():
        for field in dataset.fields.values():
            if field.column.type == "string":
                assert all(value in TEXT for value in field.values.values()), field.name


def test_a_column_is_explained_once() -> None:
    assert TEXT.count("Readiness contributor: HRV balance") == 1
    assert "- readiness_score integer\n" in TEXT


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "rhr",
            "There is no column rhr; "
            "resting heart rate is resting_heart_rate_bpm in daily_readiness_performance.",
        ),
        ("readines", "readiness is readiness_score in daily_readiness_performance"),
        ("deep_sleep", "avg(deep_sleep_s / 3600.0) of sleeps where kind = 'night'"),
        ("Deep_Sleep_S", "Deep_Sleep_S is a column of sleeps or oura_sleep."),
        ("instructor", "instructor is instructor_name in peloton_workouts"),
        ("data_coverage", "data coverage is the table coverage"),
    ],
)
def test_a_wrong_name_is_told_what_it_may_mean(name: str, said: str) -> None:
    assert said in (model_text.hint(name, MODEL) or "")


def test_a_name_that_is_near_to_nothing_is_told_nothing() -> None:
    assert model_text.hint("horoscope", MODEL) is None


@pytest.mark.parametrize(
    ("message", "added"),
    [
        (
            "There is no column rhr in what the statement reads.",
            " Resting heart rate is resting_heart_rate_bpm in daily_readiness_performance.",
        ),
        ("There is no table naps_table.", " Naps table is the table sleeps."),
        ("There is no table gold.overtraining.", " Overtraining is the table overtraining_risk."),
        ("There is no table hrv.", " Hrv is in the table daily_readiness_performance."),
        ("There is no table horoscope.", ""),
        ("One statement at a time, please.", ""),
    ],
)
def test_an_engines_message_goes_on_with_what_an_unknown_name_may_mean(
    message: str, added: str
) -> None:
    assert model_text.with_hint(message, MODEL) == message + added


def test_a_query_with_an_unknown_column_is_told_where_it_is(demo_lake: Lakehouse) -> None:
    home = str(demo_lake.settings.home)

    told = CliRunner().invoke(main, ["query", "--home", home, "SELECT rhr FROM energy_state"])

    assert told.exit_code == 1
    assert "Resting heart rate is resting_heart_rate_bpm in" in told.stderr
