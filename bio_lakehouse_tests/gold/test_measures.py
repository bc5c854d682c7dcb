"""The register of measures: it agrees with the tables, is said once, and one entry is enough."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bio_lakehouse
from bio_lakehouse.gold import measures
from bio_lakehouse.gold.measures import (
    HRV,
    MEASURES,
    READINESS,
    STEPS,
    TEMPERATURE,
    TIME_ASLEEP,
    Measure,
)
from bio_lakehouse.gold.schemas import SCHEMAS as GOLD
from bio_lakehouse.lake.schema import Column
from bio_lakehouse.silver.schemas import SCHEMAS as SILVER

PACKAGE = Path(bio_lakehouse.__file__).parent
UNITS_IN_COMMENTS = {"bpm": "beats/min"}
UNITS_IN_NAMES = {"h": "h", "ms": "ms", "bpm": "bpm", "pct": "%", "kj": "kJ", "minutes": "min"}
BY_ID = {"ids": lambda measure: measure.key}


def column_of(measure: Measure) -> Column:
    schemas = {schema.full_name: schema for schema in (*GOLD.values(), *SILVER.values())}
    return next(c for c in schemas[measure.table].columns if c.name == measure.column)


@pytest.mark.parametrize("measure", MEASURES, **BY_ID)
def test_a_measure_is_a_column_of_a_registered_table_and_has_its_unit(measure: Measure) -> None:
    column = column_of(measure)
    assert column.type in ("int", "double")
    said = re.search(r"\(([^()]+)\)", column.comment)
    assert (said[1] if said else "") == UNITS_IN_COMMENTS.get(measure.unit, measure.unit)
    named = UNITS_IN_NAMES.get(measure.column.rpartition("_")[2])
    assert named in (None, measure.unit)
    assert measure.is_score == (column.comment.endswith("0 to 100.") and not measure.unit)


def test_no_two_measures_have_one_name() -> None:
    for names in (
        [measure.key for measure in MEASURES],
        [measure.title for measure in MEASURES],
        [measure.short_name for measure in MEASURES],
    ):
        assert len(set(names)) == len(names)
    called = [measure.in_sentence.lower() for measure in MEASURES]
    assert len(set(called)) == len(called)


def test_what_is_watched_has_a_bad_side() -> None:
    assert [measure.short_name for measure in measures.watched()][:3] == [
        "readiness",
        "sleep",
        "hrv",
    ]
    assert all(measure.bad is not None for measure in measures.watched())


def said_again(path: Path) -> Iterator[str]:
    """Places in which a measure's column stands beside its title, its name or its unit."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call | ast.Tuple | ast.Dict | ast.List):
            continue
        parts = [child for child in ast.walk(node) if isinstance(child, ast.Constant)]
        texts = {part.value for part in parts if isinstance(part.value, str)}
        for measure in MEASURES:
            words = {measure.title, measure.axis_title()} - {measure.column}
            if measure.column in texts and texts & words:
                yield f"{path.name}:{node.lineno} {measure.column}"


@pytest.mark.parametrize("folder", ["reports", "narrative", "insights", "viz", "assets"])
def test_nothing_about_a_measure_is_said_twice(folder: str) -> None:
    found: list[str] = []
    for module in sorted((PACKAGE / folder).rglob("*.py")):
        found.extend(said_again(module))
    assert found == []


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (READINESS, 78.5, "79"),
        (READINESS, 77.5, "78"),
        (READINESS, None, "–"),
        (HRV, 41.2, "41 ms"),
        (STEPS, 10412.0, "10,412"),
        (STEPS, 0.0, "0"),
        (TEMPERATURE, -0.126, "−0.13 °C"),
        (TIME_ASLEEP, 7.2, "7 h 12 min"),
        (TIME_ASLEEP, 6.999, "7 h 00 min"),
        (TIME_ASLEEP, None, "–"),
    ],
)
def test_a_value_is_written_with_its_unit_rounded_half_away_from_zero(
    measure: Measure, value: float | None, text: str
) -> None:
    assert measure.text(value) == text


@pytest.mark.parametrize(
    ("measure", "week", "before", "text"),
    [
        (READINESS, 63.4, 57.6, "+5"),  # 63 and 58, although 5.8 apart
        (READINESS, 46.6, 47.4, "±0"),
        (HRV, 60.5, 66.4, "−5 ms"),
        (TIME_ASLEEP, 7.5, 7.2, "+18 min"),
        (TIME_ASLEEP, 7.01, 7.0, "+1 min"),
        (TIME_ASLEEP, 7.005, 7.0, "±0 min"),
        (TIME_ASLEEP, 6.0, 7.5, "−90 min"),
        (STEPS, 9966.0, 8000.0, "+1,966"),
        (HRV, None, 60.0, "–"),
        (HRV, 60.0, None, "–"),
    ],
)
def test_a_difference_is_that_of_the_figures_beside_it(
    measure: Measure, week: float | None, before: float | None, text: str
) -> None:
    assert measure.change_text(week, before) == text


def test_a_column_of_numbers_says_its_unit_once() -> None:
    assert (HRV.number(41.2), HRV.change(41.2, 46.7), HRV.unit_label) == ("41", "−6", "ms")
    assert (TIME_ASLEEP.number(7.2), TIME_ASLEEP.change(7.5, 7.2), TIME_ASLEEP.unit_label) == (
        "7 h 12",
        "+18",
        "change in min",
    )
