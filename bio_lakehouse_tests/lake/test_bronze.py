"""Day files: the same set of versions in any order gives the same lines, and every row is accounted
for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import bronze
from bio_lakehouse.lake.bronze import DayFile, DayKey, Line, Statement
from bio_lakehouse.lake.bronze_schema import ARROW
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.kept_records import kept
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.record_text import to_json
from bio_lakehouse.sources.records import Record

ARRIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = DayKey("oura/daily_sleep", date(2026, 1, 5), "me", "api")


def line(key: str, rank: int, score: int | None) -> Line:
    version = f"{' ' * 27}|2026-01-05|{rank:010d}|sha{rank}|0000002|000000001"
    record = to_json({"day": "2026-01-05", "score": score})
    return Line(key, version, 1, f"landing/me/{rank}.json", ARRIVED.isoformat(), "{}", record)


def score_of(kept: Line) -> int | None:
    score: int | None = json.loads(kept.record)["score"]
    return score


versions = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.sampled_from([None, 70, 80])),
    unique_by=lambda version: version[:2],
)


@given(versions, st.randoms())
def test_merging_is_order_free_and_counts_every_row(
    rows: list[tuple[str, int, int | None]], random: object
) -> None:
    lines = [line(*row) for row in rows]
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    merged = bronze.merge(lines)
    assert bronze.merge(shuffled) == merged
    assert merged.landed.total() == len(lines)
    counts = bronze.file_days(KEY, merged.landed, merged.lines)
    assert sum(count.duplicates for count in counts) == len(lines) - len(merged.lines)
    assert all(0 <= count.duplicates <= count.landed for count in counts)


@given(versions)
def test_the_newest_version_of_each_record_is_kept_last(
    rows: list[tuple[str, int, int | None]],
) -> None:
    merged = bronze.merge([line(*row) for row in rows]).lines
    for key in {row[0] for row in rows}:
        newest = max((row for row in rows if row[0] == key), key=lambda row: row[1])
        assert score_of([kept for kept in merged if kept.key == key][-1]) == newest[2]


def test_a_value_that_comes_back_is_a_version_of_its_own() -> None:
    merged = bronze.merge([line("a", 1, 70), line("a", 2, 80), line("a", 3, 70), line("a", 4, 70)])
    assert [score_of(kept) for kept in merged.lines] == [70, 80, 70]
    counts = bronze.file_days(KEY, merged.landed, merged.lines)
    assert {count.file_path: count.duplicates for count in counts if count.duplicates} == {
        "landing/me/4.json": 1
    }


def test_lines_survive_encoding() -> None:
    lines = [line("a", 1, None), line('ä\u2028\n,"record":{', 2, 80)]
    assert bronze.decode(bronze.encode(KEY, lines)) == lines


def test_a_day_is_written_only_when_what_it_says_changes(tmp_path: Path) -> None:
    layer = Bronze(FolderStore(tmp_path))
    wanted = {KEY: bronze.merge([line("a", 1, 70)])}
    layer.apply(layer.changes(wanted, {}))
    existing = layer.contents(KEY.dataset, KEY.day, KEY.day)
    assert layer.changes(wanted, existing) == {}
    assert layer.changes({KEY: bronze.merge([line("a", 2, 70)])}, existing) == {}
    assert set(layer.changes({KEY: bronze.merge([line("a", 1, 71)])}, existing)) == {KEY}
    assert layer.changes({}, existing) == {KEY: b""}
    layer.apply({KEY: b""})
    assert layer.keys(KEY.dataset, KEY.day, KEY.day) == []


def test_reading_gives_the_columns_that_the_transforms_take(tmp_path: Path) -> None:
    layer = Bronze(FolderStore(tmp_path))
    layer.apply(layer.changes({KEY: DayFile([line("a", 1, None)], bronze.Counter())}, {}))
    table = layer.read(KEY.dataset, KEY.day, KEY.day)
    assert table.schema == ARROW
    assert table.to_pylist()[0] | {"version": ""} == {
        "user_id": "me",
        "day": KEY.day,
        "origin": "api",
        "record_key": "a",
        "version": "",
        "line": 1,
        "source_file": "landing/me/1.json",
        "ingested_at": ARRIVED.replace(tzinfo=None),
        "provisional_at": "",
        "withdrawn": False,
        "hints": "{}",
        "record": '{"day":"2026-01-05","score":null}',
    }
    assert layer.read(KEY.dataset, date(2026, 2, 1), date(2026, 2, 2)).num_rows == 0


texts = st.text() | st.sampled_from(['"', '","record":', ',"hints":{}', "\\", "\u2028", "Ö \t"])


@given(
    texts, texts, texts, st.dictionaries(texts, texts), st.dictionaries(texts, texts | st.none())
)
def test_a_line_is_one_json_object_that_is_read_as_it_was_written(
    key: str, version: str, path: str, hints: dict[str, str], record: dict[str, str | None]
) -> None:
    written = Line(key, version, 7, path, ARRIVED.isoformat(), to_json(hints), to_json(record))
    content = bronze.encode(KEY, [written, written])
    assert bronze.decode(content) == [written, written]
    about = {
        "user_id": "me",
        "day": "2026-01-05",
        "origin": "api",
        "dataset": "oura/daily_sleep",
        "key": key,
    }
    rest = {"version": version, "source_file": path, "line": 7, "ingested_at": ARRIVED.isoformat()}
    assert json.loads(content.splitlines()[0]) == about | rest | {"hints": hints, "record": record}


LINE = bronze.encode(KEY, [Line("a", "v", 1, "f", ARRIVED.isoformat(), "{}", '{"score":1}')])


@pytest.mark.parametrize("record", ['{"score": 1.50e1,"score":15}', '{"big":12345678901234567890}'])
def test_a_record_is_kept_to_the_byte(record: str) -> None:
    content = LINE.replace(b'{"score":1}', record.encode())
    bronze.check(content, "")
    (line,) = bronze.decode(content)
    assert line.record == record
    assert bronze.encode(KEY, [line]) == content


DAMAGED = {
    "a letter": LINE.replace(b"score", b"sc\xffre"),
    "a comma": LINE.replace(b":1}", b":1,}"),
    "no record": LINE.replace(b',"record":{"score":1}', b""),
    "no key": LINE.replace(b'"key":"a",', b""),
    "garbage after it": LINE.replace(b"\n", b"}\n"),
    "cut": LINE[:-9],
    "empty": b"",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_line_is_named_and_the_whole_ones_are_read(content: bytes) -> None:
    with pytest.raises(DamagedFile, match=r"me\.api\.jsonl"):
        bronze.check(content, "me.api.jsonl")
    assert bronze.readable_lines(LINE + content) == bronze.decode(LINE)


def ranked(checksum: str = "e", rows: int = 9, **said: Any) -> str:
    """The version of a file of nine rows, of which the newest is of 2 January."""
    known = {
        "last_day": date(2026, 1, 2),
        "file_time": ARRIVED,
        "upload_timestamp": ARRIVED,
    }
    return LogEntry(
        file_path="landing/me/file",
        checksum=checksum,
        user_id="me",
        size=1,
        modified=ARRIVED,
        status="ingested",
        record_count=rows,
        **known | said,
    ).version


LATER = ARRIVED.replace(microsecond=1)
FIRST_OF_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (ranked(last_day=FIRST_OF_YEAR, stamp=ARRIVED), ranked(stamp=LATER)),
        (ranked(stamp=ARRIVED), ranked(stamp=LATER, last_day=FIRST_OF_YEAR)),
        (ranked(file_time=LATER), ranked(stamp=ARRIVED, last_day=FIRST_OF_YEAR)),
        (ranked(last_day=FIRST_OF_YEAR, file_time=LATER), ranked()),
        (ranked(upload_timestamp=LATER, rows=10), ranked(file_time=LATER)),
        (ranked(rows=10), ranked(upload_timestamp=LATER)),
        (ranked("f"), ranked("e", rows=10)),
        (ranked("e"), ranked("f")),
    ],
    ids=[
        *("later stamp and newer day", "later stamp", "a stamp beats none", "newest day"),
        *("file time", "first seen", "rows", "checksum"),
    ],
)
def test_versions_rank_by_what_is_known_of_their_age(lower: str, higher: str) -> None:
    assert lower < higher
    assert len(lower) == len(higher)


def statement(rank: int) -> Statement:
    """A whole file of that rank, which holds what `line` of the same rank says, and nothing
    else."""
    version = f"{' ' * 27}|2026-01-05|{rank:010d}|sha{rank}"
    return Statement(version, f"landing/me/{rank}.json", ARRIVED.isoformat())


whole_ranks = st.sets(st.integers(1, 9))


@given(versions, whole_ranks, st.randoms())
def test_a_record_is_withdrawn_when_a_later_whole_file_lacks_it(
    rows: list[tuple[str, int, int | None]], whole: set[int], random: object
) -> None:
    lines, statements = [line(*row) for row in rows], [statement(rank) for rank in whole]
    merged = bronze.merge(lines, statements)
    random.shuffle(lines)  # type: ignore[attr-defined]
    random.shuffle(statements)  # type: ignore[attr-defined]
    assert bronze.merge(lines, statements) == merged
    for key in {row[0] for row in rows}:
        newest = max(rank for name, rank, _ in rows if name == key)
        last = [kept for kept in merged.lines if kept.key == key][-1]
        assert last.withdrawn == any(rank > newest for rank in whole)
    assert merged.landed.total() == len(lines)
    assert bronze.decode(bronze.encode(KEY, merged.lines)) == merged.lines


@given(versions, whole_ranks)
def test_a_record_that_was_withdrawn_starts_anew(
    rows: list[tuple[str, int, int | None]], whole: set[int]
) -> None:
    lines, statements = [line(*row) for row in rows], [statement(rank) for rank in whole]
    kept = bronze.merge(lines, statements).lines
    for key in {row[0] for row in rows}:
        ranks = sorted(rank for name, rank, _ in rows if name == key)
        told = [(int(one.version.split("|")[2]), one.withdrawn) for one in kept if one.key == key]
        expected = {
            min(between)
            for rank, after in zip(ranks, [*ranks[1:], 10], strict=True)
            if (between := [number for number in whole if rank < number < after])
        }
        assert {rank for rank, withdrawn in told if withdrawn} == expected
        assert told == sorted(told)


@given(versions, whole_ranks)
def test_records_of_one_version_each_merge_as_any_others(
    rows: list[tuple[str, int, int | None]], whole: set[int]
) -> None:
    lines, ordered = [line(*row) for row in rows], sorted(statement(rank) for rank in whole)
    if bronze._stand_alone(lines, ordered):
        merged = bronze.merge(lines, ordered)
        assert merged == bronze._merge_versions(lines, ordered)
        assert len(merged.lines) == len(rows)


def test_one_version_that_nothing_withdraws_stands_alone() -> None:
    assert bronze._stand_alone([line("a", 2, 70), line("b", 3, 80)], [statement(1)])
    assert not bronze._stand_alone([line("a", 2, 70), line("a", 3, 80)], [])
    assert not bronze._stand_alone([line("a", 2, 70)], [statement(3)])
    assert not bronze._stand_alone([statement(1).withdrawing("a")], [])


def test_a_record_that_comes_back_stands_again() -> None:
    merged = bronze.merge([line("a", 1, 70), line("a", 3, 70)], [statement(2), statement(3)])
    assert [kept.withdrawn for kept in merged.lines] == [False, True, False]
    counts = bronze.file_days(KEY, merged.landed, merged.lines)
    assert [(count.landed, count.duplicates) for count in counts] == [(1, 0), (1, 0)]


def test_a_withdrawal_of_which_no_earlier_version_is_left_is_dropped() -> None:
    assert bronze.merge([statement(1).withdrawing("a"), line("a", 2, 70)]).lines == [
        line("a", 2, 70)
    ]


def test_what_is_said_again_after_its_day_is_final() -> None:
    while_going_on = line("a", 1, 70)._replace(provisional_at="2026-01-05T09:00:00")
    assert bronze.merge([while_going_on]).lines == [while_going_on]
    (final,) = bronze.merge([while_going_on, line("a", 2, 70)]).lines
    assert final == while_going_on._replace(provisional_at="")


@pytest.mark.parametrize(
    ("said_at", "provisional"),
    [
        ("2026-01-05T04:59:59+00:00", True),
        ("2026-01-05T05:00:00+00:00", True),
        ("2026-01-06T04:59:59+00:00", True),
        ("2026-01-06T05:00:00+00:00", False),
    ],
)
def test_a_record_is_provisional_until_its_day_is_over_where_the_person_lives(
    said_at: str, provisional: bool
) -> None:
    entry = LogEntry(
        file_path="landing/me/file",
        checksum="e",
        user_id="me",
        upload_timestamp=ARRIVED,
        size=1,
        modified=ARRIVED,
        status="ingested",
        stamp=datetime.fromisoformat(said_at),
    )
    record = Record("oura/daily_sleep", KEY.day, str(KEY.day), 1, {})
    made = bronze.Said(entry, ZoneInfo("America/New_York")).line(KEY.day, kept(record))
    assert bool(made.provisional_at) == provisional
