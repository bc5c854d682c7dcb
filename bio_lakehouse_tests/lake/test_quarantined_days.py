"""A row in quarantine whose day is readable: nothing is known of that day by its file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.build.silver import stretches_of
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import stretches_without
from bio_lakehouse.settings import Settings

HEADER = "Workout Timestamp,Fitness Discipline,Title,Total Output"
GOOD, BAD = "200", '"1,050"'
FIRST, LAST = date(2025, 11, 3), date(2025, 11, 7)
DAYS = [date(2025, 11, number) for number in (3, 5, 7)]


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    settings = Settings(home=tmp_path / "home", timezone="UTC", today_override=date(2025, 12, 1))
    return Lakehouse.open(settings)


def download(lake: Lakehouse, name: str, output: str) -> arrivals.Arrival:
    """A download of three rides, of which that of the second day put out so much."""
    outputs = (GOOD, output, GOOD)
    rows = (f"{day} 06:00,Cycling,Ride,{kj}" for day, kj in zip(DAYS, outputs, strict=True))
    path = lake.settings.home.parent / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    (arrival,) = arrivals.ingest(lake, path, "me")
    return arrival


def test_the_log_keeps_the_day_and_the_file_does_not_cover_it(lake: Lakehouse) -> None:
    entry = download(lake, "one.csv", BAD).entry
    assert entry.unread_by_dataset == {"peloton/workouts": frozenset({DAYS[1]})}
    assert DAYS[1] not in entry.covered_days
    assert list(stretches_of(entry)) == [
        (FIRST, date(2025, 11, 4), "csv_export"),
        (date(2025, 11, 6), LAST, "csv_export"),
        (DAYS[1], DAYS[1], "quarantine"),
    ]
    (kept,) = lake.log.of_user("me")
    assert kept.unread == entry.unread


def test_the_day_is_to_be_built_when_a_later_download_reads_well(lake: Lakehouse) -> None:
    first = download(lake, "one.csv", BAD)
    assert first.new_days + first.changed_days == 5
    lake.log.mark_gold_built("run", ("peloton/workouts",), FIRST, LAST)
    download(lake, "two.csv", "105")
    assert DAYS[1] in arrivals.pending(lake)["peloton/workouts"]


def test_a_file_without_such_rows_says_nothing_of_quarantine(lake: Lakehouse) -> None:
    entry = download(lake, "one.csv", GOOD).entry
    assert (entry.unread, entry.stretches) == (None, {"peloton/workouts": [(FIRST, LAST)]})


@pytest.mark.parametrize(
    ("left_out", "left"),
    [
        ((), [(3, 7)]),
        ((3,), [(4, 7)]),
        ((7,), [(3, 6)]),
        ((4, 5), [(3, 3), (6, 7)]),
        ((3, 4, 5, 6, 7), []),
        ((1, 9), [(3, 7)]),
    ],
)
def test_a_stretch_without_some_days(
    left_out: tuple[int, ...], left: list[tuple[int, int]]
) -> None:
    def day(number: int) -> date:
        return date(2025, 11, number)

    found = stretches_without((FIRST, LAST), map(day, left_out))
    assert list(found) == [(day(first), day(last)) for first, last in left]
