"""A report reads what is built: it computes nothing, and says what the tables say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import FunctionType
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from bio_lakehouse.build.insights import build_insights
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.build.reported import build_for_report, missing
from bio_lakehouse.cli import main
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import INSIGHTS, TRAINING_LOAD, WEEK_COMPARISON
from bio_lakehouse.insights.analyzers import ANALYZERS
from bio_lakehouse.insights.finding import INSIGHTS as NAMES
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import load_settings
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS
from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.reports.lakes import write

SUNDAY = date(2025, 11, 16)
LONG_AGO = SUNDAY - timedelta(days=400)
STATISTICS = "bio_lakehouse.insights.statistics"
COMPUTERS = {"training_load", "decided", "decide", "adjust", "analyze", "week_tests"}


def lake_in(home: Path) -> Lakehouse:
    settings = load_settings(home=home, timezone="UTC", today_override=SUNDAY, local_only=True)
    return Lakehouse.open(settings)


def written(home: Path) -> Lakehouse:
    """200 days of the demo person, of whom nothing is built after gold's daily table, and one day
    of `ada` more than a year ago."""
    lake, truth = lake_in(home), simulate(200, 4, SUNDAY)
    ada = {"user_id": "ada", "day": LONG_AGO, "readiness_score": 70, "had_workout": False}
    write(lake, DAILY, [*daily_rows(truth), ada], SUNDAY)
    done = [row | {"workout_id": str(number)} for number, row in enumerate(workout_rows(truth))]
    write(lake, PELOTON_WORKOUTS, done, SUNDAY)
    (home / "landing").mkdir()
    return lake


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is written, of which no report can be made."""
    return written(tmp_path_factory.mktemp("written") / "home").settings.home


@pytest.fixture
def lake(home: Path) -> Iterator[Lakehouse]:
    with kept(home):
        yield lake_in(home)


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with what a report reads, and its page."""
    lake = written(tmp_path_factory.mktemp("built") / "home")
    build_for_report(lake, SUNDAY)
    composition.make(lake, "me", SUNDAY)
    return lake.settings.home


@pytest.fixture
def built(built_home: Path) -> Iterator[Lakehouse]:
    with kept(built_home):
        yield lake_in(built_home)


def poison(monkeypatch: pytest.MonkeyPatch) -> int:
    """Make all that analyses fail, wherever it was imported to; how many names that were."""
    found = 0
    for module in [m for name, m in sys.modules.items() if name.startswith("bio_lakehouse.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and computes(value):
                monkeypatch.setattr(module, name, fails(name))
                found += 1
    return found


def computes(function: FunctionType) -> bool:
    if function.__module__.startswith(STATISTICS):
        return True
    return function.__name__ in COMPUTERS and "insights" in function.__module__


def fails(name: str) -> Callable[..., Any]:
    def computed(*_: object, **__: object) -> None:
        pytest.fail(f"{name} was computed")

    return computed


def page_of(lake: Lakehouse) -> str:
    """The page as it is."""
    return lake.objects.get(report_key("me", SUNDAY)).decode()


def made_anew(lake: Lakehouse) -> str:
    composition.make(lake, "me", SUNDAY)
    return page_of(lake)


def test_a_page_is_made_without_computing(
    built: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = page_of(built)
    built.objects.delete(report_key("me", SUNDAY))

    assert poison(monkeypatch) >= len(ANALYZERS) + len(COMPUTERS) - 1
    assert made_anew(built) == before
    composition.show_egress(built, "me", SUNDAY)
    with pytest.raises(pytest.fail.Exception, match="was computed"):
        build_insights(built, SUNDAY, SUNDAY)


def changed(row: dict[str, Any], **values: Any) -> dict[str, Any]:
    return row | {name: value for name, value in values.items() if row[name] is not None}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (INSIGHTS, {"narrative": "A sentence that was written by hand."}),
        (INSIGHTS, {"effect": 0.987}),
        (WEEK_COMPARISON, {"q": 0.001}),
        (
            TRAINING_LOAD,
            {"chronic_load": 71.0, "chronic_load_low": 71.0, "chronic_load_high": 71.0},
        ),
    ],
    ids=["sentence", "effect", "week", "load"],
)
def test_the_page_says_what_the_tables_say(
    built: Lakehouse, schema: TableSchema, values: dict[str, Any]
) -> None:
    before = page_of(built)
    kept = built.tables.read(schema, date(2015, 1, 1), SUNDAY).to_pylist()
    rows = pa.Table.from_pylist([changed(row, **values) for row in kept], schema=schema.arrow)
    built.tables.replace(schema, rows, date(2015, 1, 1), SUNDAY)

    assert made_anew(built) != before


BUILDERS: dict[str, Callable[[Lakehouse], Any]] = {
    INSIGHTS.name: lambda lake: build_insights(lake, SUNDAY, SUNDAY, NAMES),
    WEEK_COMPARISON.name: lambda lake: build_insights(lake, SUNDAY, SUNDAY, [WEEK_COMPARISON.name]),
    TRAINING_LOAD.name: lambda lake: build_training_load(lake, LONG_AGO, SUNDAY),
}


@pytest.mark.parametrize("left_out", BUILDERS)
def test_what_is_not_built_is_named_with_the_command(lake: Lakehouse, left_out: str) -> None:
    for name, builder in BUILDERS.items():
        if name != left_out:
            builder(lake)

    assert missing(lake, SUNDAY) == {left_out}
    with pytest.raises(
        ReportError,
        match=f"^{left_out} of 'me' .* run `bio-lakehouse report --week-ending {SUNDAY}`",
    ):
        composition.make(lake, "me", SUNDAY)


def test_training_load_of_a_part_of_the_days_is_not_enough(lake: Lakehouse) -> None:
    build_training_load(lake, LONG_AGO, SUNDAY)
    assert TRAINING_LOAD.name not in missing(lake, SUNDAY)
    newest = lake.tables.read(TRAINING_LOAD, SUNDAY, SUNDAY)
    lake.tables.replace(TRAINING_LOAD, newest, LONG_AGO, SUNDAY)

    assert TRAINING_LOAD.name in missing(lake, SUNDAY)


def test_egress_builds_what_is_missing_and_says_so(lake: Lakehouse) -> None:
    home = lake.settings.home
    command = ["report", "--home", str(home), "--week-ending", str(SUNDAY), "--show-egress"]
    environment = {"BIO_TIMEZONE": "UTC", "BIO_TODAY_OVERRIDE": str(SUNDAY)}
    first, second = (CliRunner().invoke(main, command, env=environment) for _ in range(2))

    names = "insights, training_load, week_comparison"
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert first.stdout.startswith("{")
    assert missing(lake_in(home), SUNDAY) == set()
    assert f"so built first: {names}" in first.stderr
    assert "built first" not in second.stderr


def test_a_person_of_whom_nothing_was_recorded_for_a_year_has_a_page(built: Lakehouse) -> None:
    made = composition.make(built, "ada", SUNDAY)

    assert len(made.model.insights) == 5
    assert {card.status for card in made.model.insights} == {"not enough data"}


def test_old_findings_never_stand_beside_new_figures(built: Lakehouse) -> None:
    restated = [
        row | {"readiness_score": 20} if row["day"] == SUNDAY - timedelta(days=2) else row
        for row in daily_rows(simulate(200, 4, SUNDAY))
    ]
    write(built, DAILY, restated, SUNDAY)
    with pytest.raises(
        ReportError,
        match=f"insights of 'me' as of {SUNDAY} were made before its days changed: materialize",
    ):
        composition.make(built, "me", SUNDAY)
    build_for_report(built, SUNDAY)
    assert composition.make(built, "me", SUNDAY).changed
