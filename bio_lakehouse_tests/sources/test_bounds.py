"""Every number has bounds: no broken one gets in, and no real one is kept out."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.sources import checking, parse
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS_FIELDS
from bio_lakehouse.sources.peloton.fields import CSV_FIELDS
from bio_lakehouse_tests.sources.conftest import CONTEXT, Read
from bio_lakehouse_tests.sources.test_oura_api_answer import ACTIVITY, PERIOD, TYPED

API = [(name, field) for name, fields in API_FIELDS.items() for field in fields]
TRENDS = [field for fields in TRENDS_FIELDS.values() for field in fields]
NUMBERS = ("int", "double")
RIDE = {"Workout Timestamp": "2025-12-03 07:30", "Fitness Discipline": "Cycling", "Title": "Ride"}


def numeric(fields: list[Field]) -> list[Field]:
    return [field for field in fields if field.type in NUMBERS]


def with_value(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    *above, last = path.split(".")
    inner = changed
    for name in above:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return changed


@pytest.mark.parametrize(
    "field", numeric([*(field for _, field in API), *TRENDS, *CSV_FIELDS]), ids=lambda f: f.path
)
def test_every_number_has_both_bounds(field: Field) -> None:
    assert field.minimum is not None
    assert field.maximum is not None
    assert field.maximum <= 1_000_000


@pytest.mark.parametrize("value", [1e308, -1e308, 10**15, "1e308", "9" * 400])
@pytest.mark.parametrize(
    ("dataset", "field"), [(name, field) for name, field in API if field.type in NUMBERS]
)
def test_no_answer_gets_a_broken_number_in(
    read: Read, dataset: str, field: Field, value: Any
) -> None:
    record = with_value(TYPED[dataset], field.path, value)
    parsed = read(json.dumps([record]))
    assert (parsed.records, parsed.rejected[0].field) == ([], field.path)


@pytest.mark.parametrize("value", ["1e308", "-1e308", "99999999999", "9" * 400])
@pytest.mark.parametrize("field", numeric(TRENDS), ids=lambda f: f.path)
def test_no_trends_export_gets_a_broken_number_in(read: Read, field: Field, value: str) -> None:
    parsed = read(f"date,Move Every Hour Score,{field.path}\n2025-12-03,80,{value}\n")
    assert (parsed.records, parsed.rejected[0].field) == ([], field.path)


@pytest.mark.parametrize("value", ["1e308", "-1e308", "99999999999", "9" * 400])
@pytest.mark.parametrize("field", numeric(list(CSV_FIELDS)), ids=lambda f: f.path)
def test_no_workout_gets_a_broken_number_in(read: Read, field: Field, value: str) -> None:
    cells = RIDE | {field.path: value}
    parsed = read(f"{','.join(cells)}\n{','.join(cells.values())}\n")
    assert (parsed.records, parsed.rejected[0].field) == ([], field.path)


@pytest.mark.parametrize("value", [1e308, "1e308", 10**12, 101])
def test_no_minute_of_activity_is_a_broken_number(read: Read, value: Any) -> None:
    parsed = read(json.dumps([with_value(ACTIVITY, "met.items", [0.9, None, value])]))
    assert (parsed.records, parsed.rejected[0].field) == ([], "met.items")


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Avg. Resistance", "93%"),
        ("Avg. Resistance", "100%"),
        ("Avg. Heartrate", "136.62"),
        ("Avg. Watts", "2500"),
        ("Avg. Cadence (RPM)", "0"),
        ("Distance (km)", "1030"),
        ("Length (minutes)", "1440"),
    ],
)
def test_what_somebody_has_done_is_kept(read: Read, header: str, cell: str) -> None:
    cells = RIDE | {header: cell}
    assert not read(f"{','.join(cells)}\n{','.join(cells.values())}\n").rejected


@pytest.mark.parametrize("beats", ["251", "400"])
@pytest.mark.parametrize("field", numeric([*(field for _, field in API), *CSV_FIELDS]))
def test_no_heart_beats_so_fast(field: Field, beats: str) -> None:
    """What a person may set as their maximum heart rate ends there too."""
    if field.column.endswith("bpm"):
        checking.check(field, "250")
        with pytest.raises(checking.RowProblem, match="must be 0 to 250"):
            checking.check(field, beats)


START, END = "2025-12-02T23:05:12.000-08:00", "2025-12-03T06:44:00.000-08:00"


def test_a_night_that_ends_before_it_begins_is_told(read: Read) -> None:
    turned = PERIOD | {"bedtime_start": END, "bedtime_end": START}
    (answer,) = read(json.dumps([turned])).rejected
    header = "date,Sleep Score,Bedtime Start,Bedtime End"
    (trends,) = read(f"{header}\n2025-12-03,80,{END},{START}\n").rejected
    assert (answer.field, trends.field) == ("bedtime_end", "bedtime end")
    assert f"bedtime_end '{START}' is before bedtime_start '{END}'" in answer.reason
    assert f"bedtime end '{START}' is before bedtime start '{END}'" in trends.reason


@pytest.mark.parametrize(
    ("start", "end"), [(START, END), (START, START), (None, END), (START, None), (START, "")]
)
def test_a_night_in_order_is_kept(read: Read, start: str | None, end: str | None) -> None:
    period = PERIOD | {"bedtime_start": start, "bedtime_end": end}
    assert not read(json.dumps([period])).rejected


@given(st.floats(allow_nan=False) | st.integers(), st.sampled_from(API))
def test_what_is_kept_lies_within_its_bounds(value: float, place: tuple[str, Field]) -> None:
    dataset, field = place
    if field.type not in NUMBERS or field.minimum is None or field.maximum is None:
        return
    record = with_value(TYPED[dataset], field.path, value)
    parsed = parse("file.json", json.dumps([record]).encode(), CONTEXT)
    if parsed.records:
        assert field.minimum <= value <= field.maximum


FIELDS = [field for fields in API_FIELDS.values() for field in fields]
values_of_cells = (
    st.none()
    | st.text(max_size=4)
    | st.integers(-(10**11), 10**11).flatmap(lambda number: st.sampled_from([number, str(number)]))
    | st.integers(0, 300).flatmap(lambda number: st.sampled_from([number, str(number)]))
    | st.floats()
    | st.booleans()
    | st.lists(st.none())
    | st.sampled_from(["²", "٣", "007", " 7", "1_0", "+5"])
)


@given(st.sampled_from(FIELDS), values_of_cells)
def test_what_a_quick_look_lets_pass_passes_the_slow_one(field: Field, value: object) -> None:
    if checking._is_surely_fine(field, value):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checking, "_is_surely_fine", lambda *_: False)
            checking.check(field, value)
