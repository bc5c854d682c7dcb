"""What the parsers let through becomes a value in silver: the same text, read by Python and by the
engines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.silver.typed_columns import (
    cell_texts,
    object_texts,
    object_type,
    offset_minutes,
    typed,
)
from bio_lakehouse.sources.checking import RowProblem, check, instant, is_unknown, number_of
from bio_lakehouse.sources.declared_fields import UNKNOWN_TEXTS, Field, canonical_header

DOUBLE = Field("value", "value", "double", "")
INT = Field("value", "value", "int", "")
TIMESTAMP = Field("value", "value", "timestamp", "")

PATIENT = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])

SPELLINGS = [
    "71",
    "+71",
    "-71",
    "71.",
    ".5",
    "-.5",
    "071",
    "7.1e1",
    "7.1E+1",
    "1e-7",
    " 71 ",
    "0",
    "-0",
    "1e300",
]
MISSPELLINGS = [
    "",
    "None",
    "NaN",
    "null",
    "inf",
    "1,000",
    "1_000",
    "0x10",
    "12d",
    "71%",
    "--",
    "٣",
    "1e999",
    "True",
]
NUMBERS = st.one_of(
    st.sampled_from(SPELLINGS + MISSPELLINGS),
    st.integers(-(2**31), 2**31),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,6}\.?[0-9]{0,6}(e[+-]?[0-9]{1,2})?", fullmatch=True),
    st.booleans(),
    st.none(),
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2098-12-31"), timezones=OFFSETS
)


def records(values: list[Any]) -> pa.Table:
    lines = [json.dumps({"value": value}) for value in values]
    return pa.table({"n": pa.array(range(len(values)), pa.int32()), "record": lines})


def read(spark: SparkSession, field: Field, values: list[Any]) -> list[Any]:
    """What silver makes of API values, in their order."""
    rows = typed(object_texts(to_spark(spark, records(values)), [field]), [field])
    return list(rows.select("n", "value").toArrow().sort_by("n").column("value").to_pylist())


def accepted(field: Field, value: Any) -> bool:
    """Whether a parser keeps a row with this value."""
    try:
        check(field, value)
    except RowProblem:
        return False
    return True


@PATIENT
@given(values=st.lists(NUMBERS, min_size=1, max_size=60))
def test_an_accepted_number_is_that_number(sail: SparkSession, values: list[Any]) -> None:
    """To the last bit but one: Sail's JSON reader may round the 17th digit of a number
    otherwise."""
    kept = [value for value in values if accepted(DOUBLE, value)] or [None]
    expected = [None if is_unknown(value) else number_of("value", value) for value in kept]
    assert read(sail, DOUBLE, kept) == [
        value if value is None else pytest.approx(value, rel=1e-15) for value in expected
    ]


@PATIENT
@given(
    values=st.lists(st.decimals(-10_000, 1_000_000, places=4).map(float), min_size=1, max_size=200)
)
def test_a_number_of_usual_length_is_exact(sail: SparkSession, values: list[float]) -> None:
    assert read(sail, DOUBLE, values) == values


@PATIENT
@given(values=st.lists(NUMBERS, min_size=1, max_size=60))
def test_an_accepted_whole_number_is_that_number(sail: SparkSession, values: list[Any]) -> None:
    kept = [value for value in values if accepted(INT, value)] or [None]
    assert read(sail, INT, kept) == [
        None if is_unknown(value) else int(number_of("value", value)) for value in kept
    ]


@PATIENT
@given(moments=st.lists(MOMENTS, min_size=1, max_size=40), separator=st.sampled_from("T "))
def test_an_accepted_time_is_that_moment(
    sail: SparkSession, moments: list[datetime], separator: str
) -> None:
    texts = [moment.isoformat(separator) for moment in moments]
    assert all(accepted(TIMESTAMP, text) for text in texts)
    assert read(sail, TIMESTAMP, texts) == [
        instant("value", text).astimezone(UTC) for text in texts
    ]


@PATIENT
@given(moments=st.lists(MOMENTS, min_size=1, max_size=40))
def test_the_offset_is_the_one_in_the_text(sail: SparkSession, moments: list[datetime]) -> None:
    texts = pa.table(
        {"n": pa.array(range(len(moments)), pa.int32()), "at": [m.isoformat() for m in moments]}
    )
    rows = (
        to_spark(sail, texts)
        .select("n", offset_minutes("at").alias("offset"))
        .toArrow()
        .sort_by("n")
    )
    assert rows.column("offset").to_pylist() == [
        round(m.utcoffset() / timedelta(minutes=1)) for m in moments
    ]  # type: ignore[operator]


@pytest.mark.jvm
def test_spark_reads_the_same_numbers_and_times(
    sail: SparkSession, spark_jvm: SparkSession
) -> None:
    moments = [
        "2024-03-01T00:15:00Z",
        "2024-03-01 00:15:00.5-03:30",
        "1999-12-31T23:59:59.123456789+14:00",
    ]
    for field, values in ((DOUBLE, SPELLINGS), (INT, SPELLINGS), (TIMESTAMP, moments)):
        kept = [value for value in values if accepted(field, value)]
        assert len(kept) > 2
        assert read(spark_jvm, field, kept) == read(sail, field, kept)


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
@pytest.mark.parametrize("text", sorted(UNKNOWN_TEXTS))
def test_unknown_texts_are_null_in_any_case(
    request: pytest.FixtureRequest, engine: str, text: str
) -> None:
    field = Field("value", "value", "string", "")
    spellings = [text, text.upper(), text.title(), f" {text}\t", f"\u00a0{text}\u2003"]
    assert read(request.getfixturevalue(engine), field, spellings) == [None] * len(spellings)


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
def test_text_keeps_everything_but_the_blanks_around_it(
    request: pytest.FixtureRequest, engine: str
) -> None:
    field = Field("value", "value", "string", "")
    texts = [
        "Alex & Tunde  ",
        '30 min "XOXO", Cody',
        "Ünïcödé 🚴",
        "a\\b",
        "none of it",
        "line\nbreak",
        "{}",
    ]
    assert read(request.getfixturevalue(engine), field, texts) == [text.strip() for text in texts]


def test_headers_with_points_and_signs_are_only_names(sail: SparkSession) -> None:
    fields = [
        Field("watts", "Avg. Watts", "double", ""),
        Field("speed", "Avg. Speed (mph)", "double", "", synonyms=("Speed",)),
        Field("temperature", "Temperature (°C)", "double", ""),
    ]
    row = {
        "Avg. Watts": "1",
        "AVG.  SPEED (MPH)": "",
        "speed": "2",
        "temperature ( °c )": "3",
        "AvgX Watts": "4",
    }
    rows = typed(
        cell_texts(to_spark(sail, pa.table({"record": [json.dumps(row)]})), fields), fields
    )
    assert rows.select("watts", "speed", "temperature").toArrow().to_pylist() == [
        {"watts": 1.0, "speed": 2.0, "temperature": 3.0}
    ]


@pytest.mark.parametrize("engine", ["sail", pytest.param("spark_jvm", marks=pytest.mark.jvm)])
@pytest.mark.parametrize("blank", [" ", "  ", "\t", "\n", " \t", "\u00a0", "\u2003", "\u3000 "])
def test_headers_are_one_whatever_blanks_they_have(
    request: pytest.FixtureRequest, engine: str, blank: str
) -> None:
    fields = [Field("score", "sleep score", "int", ""), Field("none", "sleepscore", "int", "")]
    header = f"{blank}Sleep{blank}Score{blank}"
    assert canonical_header(header) == "sleep score"
    rows = pa.table({"record": [json.dumps({"Sleep.Score": "1", header: "2"})]})
    read = typed(cell_texts(to_spark(request.getfixturevalue(engine), rows), fields), fields)
    assert read.select("score", "none").toArrow().to_pylist() == [{"score": 2, "none": None}]


def test_dotted_paths_become_one_object_each() -> None:
    kind = object_type(
        ["score", "contributors.timing", "contributors.latency", "spo2_percentage.average"]
    )
    assert kind.simpleString() == (
        "struct<score:string,contributors:struct<timing:string,latency:string>,spo2_percentage:struct<average:string>>"
    )
