"""Numbers as a person reads them, and that no other module rounds any."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse import numbers

PACKAGE = Path(numbers.__file__).parent
FIGURES = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (78.5, 0, "79"),
        (77.5, 0, "78"),
        (-0.5, 0, "−1"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "−0.13"),
        (2.675, 2, "2.68"),
        (-0.304, 2, "−0.30"),
        (-0.001, 2, "0.00"),
        (10412.0, 0, "10,412"),
        (-12.0, 0, "−12"),
    ],
)
def test_half_goes_away_from_zero(value: float, decimals: int, text: str) -> None:
    assert numbers.number_text(value, decimals) == text


@given(FIGURES, st.integers(0, 4))
def test_a_figure_is_at_most_half_a_step_from_its_value(value: float, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    distance = abs(numbers.rounded(value, decimals) - Decimal(value))
    assert distance <= step / 2 + Decimal("1e-9")


@given(FIGURES, st.integers(0, 4))
def test_the_sign_changes_nothing_else(value: float, decimals: int) -> None:
    above, below = (numbers.rounded(v, decimals) for v in (value, -value))
    assert above == -below
    if above:
        assert numbers.signed_text(value, decimals)[1:] == numbers.signed_text(-value, decimals)[1:]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.125, "0.13"), (-0.62, "−0.62"), (12.34, "12.3"), (123.4, "123"), (-0.001, "0.00")],
)
def test_an_effect_has_three_digits_at_most(value: float, text: str) -> None:
    assert numbers.effect_text(value) == text
    expected = f"+{text}" if value > 0 else text
    assert numbers.signed_effect_text(value) == expected


@pytest.mark.parametrize(
    ("q", "text"), [(0.0002, "< 0.001"), (0.0034, "0.003"), (0.0499, "0.050"), (0.234, "0.23")]
)
def test_a_probability(q: float, text: str) -> None:
    assert numbers.probability_text(q) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(7.2, "7 h 12 min"), (6.999, "7 h 00 min"), (-0.5, "−0 h 30 min"), (0.0, "0 h 00 min")],
)
def test_hours(hours: float, text: str) -> None:
    assert numbers.hours_text(hours) == text


@pytest.mark.parametrize("value", [1e300, -1e300, 1e15, 1e22, math.inf, -math.inf, math.nan])
def test_what_is_beyond_all_digits_is_written_short(value: float) -> None:
    short = numbers.short_text(value)
    assert numbers.number_text(value, 2) == numbers.effect_text(value) == short
    sign = "+" if value > 0 else ""
    assert numbers.signed_text(value) == numbers.signed_effect_text(value) == f"{sign}{short}"
    assert numbers.hours_text(value) == f"{short} h"
    assert numbers.clock_text(value) == numbers.NO_VALUE


def test_short_texts_and_sizes() -> None:
    shorts = [numbers.short_text(value) for value in (0.05, 2.0, 1.5e6, 3.5, 1.5e20, 2.5e-7)]
    assert shorts == ["0.05", "2", "1,500,000", "3.5", "1.5e+20", "2.5e-7"]
    assert [numbers.decimals_text(v, 4) for v in (0.00125, 2.0, 0.3)] == ["0.0013", "2.0", "0.3"]
    assert [numbers.bytes_text(size) for size in (3 << 19, 3 << 29)] == ["2 MB", "1.5 GB"]
    assert numbers.mebibytes_text(3 << 19, 1) == "1.5 MiB"
    assert numbers.seconds_text(2.5) == "3 s"


# No other module rounds what a person reads.

COMPUTES = {
    "numbers.py",
    "viz/geometry.py",  # places in a drawing
    "silver/peloton.py",  # columns that VIEWS.md prescribes with their decimals
    "gold/daily_readiness_performance.py",
    "sources/demo",  # a made-up vendor's files
}
"""What rounds by itself: it computes or draws, and writes nothing for a reader."""
ROUNDING_NAMES = {"round", "quantize", "ROUND_HALF_UP", "ROUND_HALF_EVEN"}
ROUNDING_FORMAT = re.compile(r"\.\d+[efg%]|[efg%]$")
PLOTLY_FORMAT = re.compile(r"%\{[xyz]:[^}]*[efg]\}")


def roundings(path: Path) -> Iterator[str]:
    """Every place of a module that rounds a number, or has one rounded."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name) and node.id in ROUNDING_NAMES:
            yield f"{path.name}:{node.lineno} {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in ROUNDING_NAMES:
            yield f"{path.name}:{node.lineno} {node.attr}"
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.literal_eval(ast.unparse(node.format_spec).removeprefix("f"))
            if ROUNDING_FORMAT.search(spec) and not is_coordinate(node, path):
                yield f"{path.name}:{node.lineno} :{spec}"
        elif isinstance(node, ast.Constant) and PLOTLY_FORMAT.search(str(node.value)):
            yield f"{path.name}:{node.lineno} {node.value}"


def is_coordinate(node: ast.FormattedValue, path: Path) -> bool:
    """`{x:g}` in a drawing: a place that has been rounded to a tenth already, or a tick."""
    return path.parent.name == "viz" and ast.unparse(node.format_spec) in ("f'g'",)  # type: ignore[arg-type]


def is_exempt(path: Path) -> bool:
    place = path.relative_to(PACKAGE).as_posix()
    return any(place == exempt or place.startswith(f"{exempt}/") for exempt in COMPUTES)


def test_only_numbers_rounds_what_a_person_reads() -> None:
    modules = [path for path in sorted(PACKAGE.rglob("*.py")) if not is_exempt(path)]
    found: list[str] = []
    for module in modules:
        found.extend(roundings(module))
    assert found == []


def test_templates_do_not_round() -> None:
    templates = sorted(PACKAGE.rglob("*.j2"))
    assert len(templates) >= 5
    for template in templates:
        text = template.read_text("utf-8")
        assert not re.search(r"\|\s*round|Math\.round|toFixed", text)
        assert not re.search(r"[\"']%[^\"' ]*[efg][\"']", text)
