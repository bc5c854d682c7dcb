"""When a workout started, whichever zone its download was made in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.peloton.fields import ZONE_LABELS
from bio_lakehouse.sources.peloton.start import Start, read_start

NEW_YORK = ZoneInfo("America/New_York")
PHOENIX = ZoneInfo("America/Phoenix")
BERLIN = ZoneInfo("Europe/Berlin")

PEOPLES_ZONES = [
    *("America/New_York", "America/Phoenix", "America/St_Johns", "Europe/Berlin"),
    *(
        "Asia/Kolkata",
        "Asia/Tokyo",
        "Australia/Brisbane",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
    ),
]
FIRST = datetime(2016, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def utc(cell: str, person: ZoneInfo = NEW_YORK) -> datetime | None:
    start = read_start(cell, person)
    return start.utc.replace(tzinfo=None) if start.utc else None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2020-07-01 12:29 (PST)", "2020-07-01 19:29"),
        ("2020-07-01 12:29 (PDT)", "2020-07-01 19:29"),
        ("2020-01-01 12:29 (EDT)", "2020-01-01 17:29"),
        ("2020-07-01 12:29 (-08)", "2020-07-01 20:29"),
        ("2020-07-01 12:29 (-0330)", "2020-07-01 15:59"),
        ("2020-07-01 12:29 (+05:30)", "2020-07-01 06:59"),
        ("2020-07-01 12:29 (GMT+1)", "2020-07-01 11:29"),
        ("2020-07-01 12:29 (UTC-04:00)", "2020-07-01 16:29"),
        ("2020-07-01 12:29 (CET)", "2020-07-01 10:29"),
        ("2020-07-01 12:29 (MEZ)", "2020-07-01 10:29"),
        ("2020-01-01 12:29 (MESZ)", "2020-01-01 11:29"),
        ("2020-07-01 12:29 (GMT)", "2020-07-01 11:29"),
        ("2020-07-01 12:29 (UTC)", "2020-07-01 12:29"),
        ("2020-07-01 12:29 (EET)", "2020-07-01 09:29"),
        ("2020-07-01 12:29 (IST)", "2020-07-01 06:59"),
        ("2020-07-01 12:29 (JST)", "2020-07-01 03:29"),
        ("2020-07-01 12:29 (ACST)", "2020-07-01 02:59"),
        ("2020-07-01 12:29 (Europe/Berlin)", "2020-07-01 10:29"),
        ("2020-07-01 12:29 (Japan)", "2020-07-01 03:29"),
        ("2020-07-01 12:29 (EST5EDT)", "2020-07-01 16:29"),
        ("2020-07-01 12:29 (Etc/GMT+5)", "2020-07-01 17:29"),
        ("2020-07-01   12:29:31  (UTC)", "2020-07-01 12:29:31"),
    ],
)
def test_a_label_names_a_zone_and_a_number_the_offset_itself(cell: str, expected: str) -> None:
    assert utc(cell) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("label", [*ZONE_LABELS, "-04", "+01", "-0430", "+05:30", "GMT+1"])
def test_every_known_label_gives_a_time_in_utc(label: str) -> None:
    assert utc(f"2021-04-17 12:29 ({label})") is not None


@pytest.mark.parametrize("label", ["AWST", "NDT", "XYZ", "+19", "Mars/Olympus", "Factory", ""])
def test_an_unknown_label_is_no_label(label: str) -> None:
    labelled = read_start(f"2024-07-11 06:00 ({label})", PHOENIX)
    assert labelled == read_start("2024-07-11 06:00", PHOENIX)
    assert labelled.utc is None
    assert labelled.local == datetime.fromisoformat("2024-07-11 06:00")


@pytest.mark.parametrize(
    ("zone", "cell", "offset_hours"),
    [
        ("America/Phoenix", "2024-07-10 06:00 (MST)", -7),
        ("America/Phoenix", "2024-01-10 06:00 (MST)", -7),
        ("America/Denver", "2024-07-10 06:00 (MST)", -6),
        ("Australia/Brisbane", "2024-01-10 06:00 (AEST)", 10),
        ("Australia/Sydney", "2024-01-10 06:00 (AEST)", 11),
        ("Australia/Perth", "2024-07-10 06:00 (AWST)", 8),
        ("America/Regina", "2024-07-10 06:00 (CST)", -6),
        ("Asia/Jerusalem", "2024-07-10 06:00 (IST)", 3),
    ],
)
def test_the_persons_own_zone_wins_where_it_uses_the_label(
    zone: str, cell: str, offset_hours: int
) -> None:
    start = read_start(cell, ZoneInfo(zone))
    assert start.utc is not None
    assert start.local is not None
    assert start.local - start.utc.replace(tzinfo=None) == timedelta(hours=offset_hours)
    assert start.local == datetime.fromisoformat(cell[:16])


def test_the_day_is_the_persons_own() -> None:
    assert read_start("2026-03-04 03:30 (UTC)", NEW_YORK).day == date(2026, 3, 3)
    assert read_start("2026-03-03 22:30 (EST)", BERLIN).day == date(2026, 3, 4)
    assert read_start("2018-03-01", NEW_YORK) == Start(date(2018, 3, 1))


@pytest.mark.parametrize("cell", ["", "17/04/2021 12:29", "2021-02-30 12:29", "2021-04-17 25:00"])
def test_what_is_no_time_is_a_problem_of_its_row(cell: str) -> None:
    with pytest.raises(RowProblem):
        read_start(cell, NEW_YORK)


def written_in(moment: datetime, zone: str) -> str:
    """The cell of a workout in a download that was made in `zone`; skips the hour that it has
    twice."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    read_back = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assume(read_back == moment)
    return f"{wall:%Y-%m-%d %H:%M} ({zone})"


@given(
    moment=MOMENTS,
    person=st.sampled_from(PEOPLES_ZONES),
    zones=st.lists(st.sampled_from([*PEOPLES_ZONES, "Etc/UTC"]), min_size=2, max_size=4),
)
def test_one_workout_is_one_whichever_zone_it_was_downloaded_in(
    moment: datetime, person: str, zones: list[str]
) -> None:
    starts = {read_start(written_in(moment, zone), ZoneInfo(person)) for zone in zones}
    assert len(starts) == 1
    (start,) = starts
    assert start.utc == moment
    assert start.day == moment.astimezone(ZoneInfo(person)).date()


@given(moment=MOMENTS, labels=st.sampled_from([("EST", "EDT"), ("PST", "PDT"), ("CET", "CEST")]))
def test_summer_and_winter_downloads_of_one_zone_meet(
    moment: datetime, labels: tuple[str, str]
) -> None:
    wall = f"{moment.replace(tzinfo=None):%Y-%m-%d %H:%M}"
    summer, winter = (read_start(f"{wall} ({label})", NEW_YORK) for label in labels)
    assert summer == winter


@given(moment=MOMENTS, person=st.sampled_from(PEOPLES_ZONES))
def test_a_row_without_a_label_meets_one_with_the_persons_own(
    moment: datetime, person: str
) -> None:
    wall = f"{moment.replace(tzinfo=None):%Y-%m-%d %H:%M}"
    bare = read_start(wall, ZoneInfo(person))
    labelled = read_start(f"{wall} ({person})", ZoneInfo(person))
    assert bare.identity == labelled.identity
    assert bare.utc is None


@given(person=st.sampled_from(PEOPLES_ZONES), moment=MOMENTS, hours=st.integers(1, 500))
def test_two_moments_are_two_unless_the_clock_shows_them_alike(
    person: str, moment: datetime, hours: int
) -> None:
    zone, later = ZoneInfo(person), moment + timedelta(hours=hours)
    one, other = (read_start(f"{at:%Y-%m-%d %H:%M} (UTC)", zone) for at in (moment, later))
    clocks = {at.astimezone(zone).replace(tzinfo=None, fold=0) for at in (moment, later)}
    assert (one.identity == other.identity) == (len(clocks) == 1)
