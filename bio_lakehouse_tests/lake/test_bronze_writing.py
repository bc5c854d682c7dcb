"""Bronze is the same whether all days are written at once or a month after the other."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.bronze import BronzeWrite
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.test_arrivals import peloton, ride

HEART_RATE = "oura/heartrate"
FIRST, TODAY = date(2026, 1, 20), date(2026, 6, 30)


def with_readings(home: Path, days: int) -> Lakehouse:
    """A lake into which a download came of three readings a day."""
    lake = Lakehouse.open(Settings(home=home, timezone="UTC", today_override=TODAY))
    rows = [
        f"{FIRST + timedelta(day)}T{hour:02}:00:00Z,{60 + hour},awake"
        for day in range(days)
        for hour in (1, 9, 17)
    ]
    path = home / "oura_heartrate_2026-06-01T08-00-00.csv"
    path.write_text("\n".join(["timestamp,bpm,source", *rows, ""]))
    arrivals.ingest(lake, path, "me")
    return lake


def written(lake: Lakehouse) -> tuple[BronzeWrite, list[bytes], list[FileDay]]:
    days = arrivals.pending(lake)[HEART_RATE]
    span = min(days), max(days)
    done = bronze_writing.write_bronze(lake, HEART_RATE, *span)
    lines = lake.bronze.contents(HEART_RATE, *span)
    return (
        done,
        [content.partition(b"ingested_at")[0] for content in lines.values()],
        sorted(lake.log.days(*span), key=lambda one: one.day),
    )


def pieces(lake: Lakehouse, first: date, last: date) -> list[tuple[date, date]]:
    """The days of heart rates that are written at once."""
    records = bronze_writing._records(lake, HEART_RATE, first, last, None)
    return list(bronze_writing._at_once(first, last, records["me"]))


def test_a_write_in_pieces_is_the_write_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    at_once = written(with_readings(tmp_path / "one", 70))
    lake = with_readings(tmp_path / "other", 70)
    monkeypatch.setattr(bronze_writing, "RECORDS_AT_ONCE", 60)
    assert pieces(lake, FIRST, date(2026, 3, 30)) == [
        (FIRST, date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 30)),
    ]
    in_pieces = written(lake)
    assert in_pieces[0].lines_by_day == at_once[0].lines_by_day
    assert (in_pieces[0].written, in_pieces[0].unchanged) == (70, 0)
    assert len(in_pieces[0].versions) == 70
    assert len(in_pieces[1]) == len(at_once[1]) == 70
    assert in_pieces[2] == at_once[2]


def test_few_records_are_written_at_once(tmp_path: Path) -> None:
    lake = with_readings(tmp_path, 70)
    span = FIRST, date(2026, 3, 30)
    assert pieces(lake, *span) == [span]


def test_rows_are_counted_in_pieces_as_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = with_readings(tmp_path, 70)
    written(lake)
    span = FIRST, date(2026, 3, 30)
    bronze_writing.recount(lake, *span)
    at_once = sorted(lake.log.days(*span), key=lambda one: one.day)
    assert [one.current for one in at_once] == [3] * 70
    written(lake)
    monkeypatch.setattr(bronze_writing, "RECORDS_AT_ONCE", 60)
    pieces = list(bronze_writing._few_at_once(at_once, *span))
    assert pieces == [(FIRST, date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 30))]
    bronze_writing.recount(lake, *span)
    assert sorted(lake.log.days(*span), key=lambda one: one.day) == at_once


@pytest.mark.parametrize("name", ["rides.csv", "both.zip"])
def test_rows_of_a_file_at_the_root_of_landing_are_those_of_me(tmp_path: Path, name: str) -> None:
    """Days made of some people alone count each of their files once, wherever it lies."""
    lake = Lakehouse.open(Settings(home=tmp_path, timezone="UTC", today_override=TODAY))
    content = peloton(ride(3, 100), ride(4, 110))
    lake.landing_objects.put(f"landing/{name}", zipped({"a/b.csv": content}, name) or content)
    (arrival,) = arrivals.scan(lake)
    (dataset,) = arrival.entry.datasets
    for _ in range(2):
        bronze_writing.write_bronze(lake, dataset, FIRST, TODAY, {"me"})
        bronze_writing.recount(lake, FIRST, TODAY, {"me"})
        assert lake.log.counts(arrival.path).balanced
        assert lake.log.counts(arrival.path).current == 2


def zipped(members: dict[str, bytes], name: str) -> bytes:
    """A zip of these, where `name` is that of one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return packed.getvalue() if name.endswith(".zip") else b""
