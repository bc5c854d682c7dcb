"""Where a lake begins, and of which datasets anything came."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.extent import Extent, extent_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings

TODAY = date(2025, 3, 20)
LANDED = date(2025, 3, 5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", timezone="UTC", today_override=TODAY)


def land(settings: Settings, *days: date) -> None:
    lake = Lakehouse.open(settings)
    rows = "".join(f"{day},70,75\n" for day in days)
    lake.landing_objects.put(
        f"landing/me/{days[0]}.csv", f"date,Sleep Score,Readiness Score\n{rows}".encode()
    )
    arrivals.scan(lake)


def test_to_ask_makes_no_home_and_no_log(settings: Settings) -> None:
    assert extent_of(settings) == Extent(date(2015, 1, 1), frozenset())
    assert not settings.home.exists()
    Lakehouse.open(settings)
    assert extent_of(settings) == Extent(date(2015, 1, 1), frozenset())
    assert not (settings.home / "log.db").exists()


def test_a_lake_begins_on_the_first_day_that_landed(settings: Settings) -> None:
    land(settings, LANDED, date(2025, 3, 7))
    assert extent_of(settings) == Extent(LANDED, frozenset({"oura/trends"}))
    land(settings, date(2024, 2, 29))
    assert extent_of(settings).first_day == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"partitions_from": date(2025, 1, 1)}, date(2025, 1, 1)),
        ({"partitions_from": date(2025, 3, 10)}, LANDED),
        ({"partitions_from": date(2010, 1, 1)}, date(2015, 1, 1)),
        ({"first_day": date(2025, 3, 6)}, date(2025, 3, 6)),
        ({"today_override": date(2025, 3, 1)}, date(2025, 3, 1)),
    ],
)
def test_a_setting_can_say_an_earlier_day(
    settings: Settings, changes: dict[str, date], first: date
) -> None:
    land(settings, LANDED)
    assert extent_of(settings.model_copy(update=changes)).first_day == first


def test_a_day_that_is_owed_is_one_of_the_lakes(settings: Settings) -> None:
    """A record that was read into another day leaves its old one to be built without it."""
    land(settings, LANDED)
    log = Lakehouse.open(settings).log
    log.owed.add("settings of me", {"oura/trends": {date(2025, 3, 4), date(2014, 12, 31)}})
    assert extent_of(settings).first_day == date(2025, 3, 4)


def test_a_file_without_a_usable_record_gives_no_dataset(settings: Settings) -> None:
    land(settings, date(2014, 1, 1))
    assert extent_of(settings).datasets == frozenset()
