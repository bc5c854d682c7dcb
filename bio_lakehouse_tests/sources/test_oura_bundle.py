"""JSON files that hold more than one answer: bundles under endpoints' names, and JSON Lines."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources import parse
from bio_lakehouse_tests.sources.conftest import CONTEXT, Read
from bio_lakehouse_tests.sources.test_oura_api_answer import (
    PERIOD,
    READINESS,
    READING,
    SLEEP_SCORE,
    TYPED,
    answer,
)

BARE = {"daily_sleep": [SLEEP_SCORE], "daily_readiness": [READINESS]}
ENVELOPES = {name: {"data": rows, "next_token": None} for name, rows in BARE.items()}
BOTH = ("oura/daily_sleep", "oura/daily_readiness")


@pytest.mark.parametrize(
    ("bundle", "whole"),
    [
        (BARE, False),
        (ENVELOPES, True),
        ({"data": BARE}, False),
        ({"data": ENVELOPES, "exported_at": "2025-12-04"}, True),
        ({"daily-sleep": [SLEEP_SCORE], "Readiness": {"data": READINESS}}, False),
    ],
)
def test_several_answers_in_one_file_are_each_read(
    read: Read, bundle: dict[str, Any], whole: bool
) -> None:
    parsed = read(json.dumps(bundle), "everything.json")
    assert (parsed.origin, parsed.datasets, parsed.whole) == ("api", BOTH, whole)
    assert [(record.dataset, record.content) for record in parsed.records] == [
        ("oura/daily_sleep", SLEEP_SCORE),
        ("oura/daily_readiness", READINESS),
    ]
    assert [record.line for record in parsed.records] == [1, 2]
    assert (parsed.notes, parsed.unknown_fields) == ((), ())


def test_an_empty_answer_in_a_bundle_is_no_error_and_speaks_for_no_day(read: Read) -> None:
    empty = {"data": [], "next_token": None}
    parsed = read(json.dumps(ENVELOPES | {"daily_activity": empty}))
    assert parsed.datasets == (*BOTH, "oura/daily_activity")
    assert (parsed.row_count, parsed.whole) == (2, False)
    assert set(parsed.coverage_by_dataset or ()) == set(BOTH)


def test_answers_about_different_days_are_not_whole_together(read: Read) -> None:
    later = READINESS | {"day": "2025-12-05"}
    bundle = ENVELOPES | {"daily_readiness": {"data": [later], "next_token": None}}
    parsed = read(json.dumps(bundle))
    assert (parsed.whole, parsed.coverage) == (False, (date(2025, 12, 3), date(2025, 12, 5)))
    assert parsed.coverage_by_dataset == {
        "oura/daily_sleep": (date(2025, 12, 3), date(2025, 12, 3)),
        "oura/daily_readiness": (date(2025, 12, 5), date(2025, 12, 5)),
    }


@pytest.mark.parametrize(
    ("bundle", "dataset"),
    [
        ({"heart_rate": [READING]}, "oura/heartrate"),
        ({"heartrate": {"data": [READING]}}, "oura/heartrate"),
        ({"sleep": [PERIOD]}, "oura/sleep"),
        ({"sleep": [SLEEP_SCORE]}, "oura/daily_sleep"),
        ({"daily_sleep": [{"day": "2025-12-03", "score": 71}]}, "oura/daily_sleep"),
        (PERIOD | {"heart_rate": {"interval": 300, "items": [60]}}, "oura/sleep"),
    ],
)
def test_a_name_decides_only_what_the_fields_leave_open(
    read: Read, bundle: dict[str, Any], dataset: str
) -> None:
    parsed = read(json.dumps(bundle), "file.json")
    assert (parsed.datasets, parsed.row_count) == ((dataset,), 1)


def test_what_a_bundle_holds_besides_is_left_out_and_said(read: Read) -> None:
    more = {"personal_info": {"email": "a@example.org"}, "daily_stress": {"detail": "no scope"}}
    parsed = read(json.dumps(BARE | more | {"sleep": [{"day": "2025-12-03", "score": 1}]}))
    assert parsed.datasets == BOTH
    refused, unread = parsed.notes
    assert refused.startswith("file (sleep) could be any of")
    assert unread.startswith("personal_info, daily_stress was left out")


def test_json_lines_are_read_and_a_broken_one_costs_itself(read: Read) -> None:
    later = SLEEP_SCORE | {"day": "2025-12-04"}
    lines = [json.dumps(SLEEP_SCORE), "", '{"day": ', json.dumps(later)]
    parsed = read("\n".join(lines) + "\n")
    assert [(record.line, record.day.day) for record in parsed.records] == [(1, 3), (4, 4)]
    (rejected,) = parsed.rejected
    assert (rejected.line, rejected.reason, rejected.raw) == (3, "the line is no JSON", '{"day": ')


def test_json_lines_may_be_pages(read: Read) -> None:
    pages = [answer(SLEEP_SCORE, next_token="more"), answer(SLEEP_SCORE | {"day": "2025-12-04"})]
    parsed = read("\n".join(pages))
    assert [record.line for record in parsed.records] == [1, 2]
    assert parsed.whole
    assert read("\n".join(map(json.dumps, [BARE, BARE]))).row_count == 4


def test_json_lines_that_stop_within_one_were_cut_off(read: Read) -> None:
    with pytest.raises(UnsupportedFile, match="cut off: line 3"):
        read("\n".join([*[json.dumps(SLEEP_SCORE)] * 2, '{"id": "s']))


Bundle = dict[str, list[dict[str, Any]]]


@given(st.sets(st.sampled_from(sorted(TYPED))), st.integers(1, 3), st.booleans(), st.booleans())
def test_a_bundle_reads_as_its_answers_do(
    datasets: set[str], times: int, enveloped: bool, below: bool
) -> None:
    if not datasets:
        return
    parts: dict[str, Any] = {
        name.removeprefix("oura/"): [TYPED[name]] * times for name in sorted(datasets)
    }
    if enveloped:
        parts = {name: {"data": rows} for name, rows in parts.items()}
    text = json.dumps({"data": parts} if below else parts)
    found = parse("b.json", text.encode(), CONTEXT)
    alone = [
        parse("a.json", json.dumps([TYPED[name]] * times).encode(), CONTEXT)
        for name in sorted(datasets)
    ]
    assert set(found.datasets) == datasets
    assert [(r.dataset, r.key, r.content) for r in found.records] == [
        (r.dataset, r.key, r.content) for part in alone for r in part.records
    ]
