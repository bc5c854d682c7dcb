"""Whatever arrives: rows are never lost, and nothing but a refusal is raised."""

from __future__ import annotations

import csv
import io
import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import parse, registry
from bio_lakehouse.sources.delimited import content_names, data_rows, lines_of, split_cells
from bio_lakehouse.sources.records import ParsedFile
from bio_lakehouse_tests.sources.conftest import CONTEXT
from bio_lakehouse_tests.sources.test_oura_account_export import HEADER as EXPORT_HEADER
from bio_lakehouse_tests.sources.test_oura_account_export import ROW as EXPORT_ROW
from bio_lakehouse_tests.sources.test_oura_account_export import doubled
from bio_lakehouse_tests.sources.test_oura_api_answer import TYPED, UNTYPED
from bio_lakehouse_tests.sources.test_oura_trends import HEADER_2020, ROW_2020
from bio_lakehouse_tests.sources.test_peloton_api import WORKOUT
from bio_lakehouse_tests.sources.test_peloton_csv import HEADER, RIDE

FILES = (
    "\n".join([HEADER, *[RIDE] * 3]),
    "\n".join([HEADER_2020, *[ROW_2020] * 3]) + "\n",
    "\n".join([EXPORT_HEADER, EXPORT_ROW, doubled(EXPORT_ROW), EXPORT_ROW]),
    *(json.dumps({"data": [record] * 2, "next_token": None}) for record in TYPED.values()),
    *(json.dumps([record]) for record, _ in UNTYPED.values()),
    json.dumps({"data": [WORKOUT, WORKOUT], "page": 0}),
)
SCRAPS = (
    b'"',
    b",",
    b";",
    b"\n",
    b"\r",
    b"{",
    b"}",
    b"[",
    b"\\",
    b"\0",
    b"\xff",
    b"None",
    b"1e999",
    b"-",
    b"NaN",
    b"\\ud800",
)


def parsed(content: bytes, name: str = "daily_sleep.json") -> ParsedFile | None:
    try:
        return parse(name, content, CONTEXT)
    except UnsupportedFile:
        return None


def check(result: ParsedFile | None) -> None:
    if result is None:
        return
    assert result.row_count == len(result.records) + result.rejected_count
    assert set(result.datasets) <= set(registry.bronze_datasets())
    assert {registry.source_of(name).name for name in result.datasets} == {result.source}
    assert result.origin in registry.source_named(result.source).origins
    for record in result.records:
        assert record.dataset in result.datasets
        assert CONTEXT.first_day <= record.day <= CONTEXT.last_day
        json.dumps([record.content, record.key], allow_nan=False, ensure_ascii=False).encode()
    for row in result.rejected:
        assert row.reason
        (row.raw + row.reason + str(row.field)).encode()


@given(st.binary(max_size=300))
@example(b"[" * 990 + b"]" * 990)
@example(b'[{"day": ' + b"[" * 900 + b"]" * 900 + b"}]")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    check(parsed(content))


@given(st.text(alphabet='abcdayscore2025-1203,;"{}[]:\n\r \\Naun', max_size=200))
def test_any_text_after_a_known_header_is_read_or_refused(text: str) -> None:
    for header in (HEADER, HEADER_2020, EXPORT_HEADER):
        check(parsed(f"{header}\n{text}".encode()))


@settings(max_examples=400)
@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from((b"", *SCRAPS))),
        min_size=1,
        max_size=6,
    ),
)
def test_a_damaged_file_loses_no_row(text: str, damage: list[tuple[float, int, bytes]]) -> None:
    content = text.encode()
    for place, removed, scrap in damage:
        at = int(place * len(content))
        content = content[:at] + scrap + content[at + removed :]
    check(parsed(content))


@given(st.lists(st.integers(-20, 120), min_size=1, max_size=20))
def test_every_bad_score_is_rejected_on_its_own_line(scores: list[int]) -> None:
    rows = (EXPORT_ROW.replace(";71;", f";{score};") for score in scores)
    result = parse("x.csv", "\n".join((EXPORT_HEADER, *rows)).encode(), CONTEXT)
    bad = {line for line, score in enumerate(scores, 2) if not 0 <= score <= 100}
    assert {row.line for row in result.rejected} == bad
    assert len(result.records) == len(scores) - len(bad)


@pytest.mark.parametrize("text", FILES[:2])
@given(st.randoms(use_true_random=False))
def test_the_order_of_columns_does_not_matter(text: str, chance: random.Random) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    shuffled = io.StringIO()
    csv.writer(shuffled).writerows([[row[place] for place in order] for row in rows])
    before, after = parsed(text.encode()), parsed(shuffled.getvalue().encode())
    assert before is not None
    assert after is not None
    assert [(r.key, r.day, r.hints) for r in after.records] == [
        (r.key, r.day, r.hints) for r in before.records
    ]
    assert after.coverage == before.coverage


@given(
    st.lists(
        st.lists(st.text(alphabet="ab\",;\n '", max_size=6), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_what_csv_writes_is_read_back_with_its_line_numbers(rows: list[list[str]]) -> None:
    written, lines = io.StringIO(), []
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["one", "two"])
    for row in rows:
        lines.append(written.getvalue().count("\n") + 1)
        writer.writerow(row)
    read = list(
        data_rows("f", lines_of(written.getvalue()), 0, lambda line: split_cells(line, ","), 2)
    )
    assert [(row.line, row.content) for row in read] == list(zip(lines, rows, strict=True))


@given(st.lists(st.sampled_from(["a", "b", "a (2)", "a (3)", ""]), max_size=12))
def test_no_two_columns_share_a_name(headers: list[str]) -> None:
    names = content_names(headers)
    assert len(set(names)) == len(headers)
    assert all(name.startswith(header) for name, header in zip(names, headers, strict=True))
