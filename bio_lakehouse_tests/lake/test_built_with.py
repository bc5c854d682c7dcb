"""A changed time zone or measure is noticed, told once, and rebuilds exactly what it touches."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.errors import DamagedFile, SettingsError
from bio_lakehouse.lake import arrivals, bronze_plan, built_with
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings, machine_timezone
from bio_lakehouse_tests.lake.marking import begun
from bio_lakehouse_tests.lake.test_arrivals import TODAY, build, peloton, ride, trends
from bio_lakehouse_tests.whole_log import entries_of

LOAD = "gold/training_load"

ZONES = ("America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "UTC")
WORKOUTS, HEART_RATES = "peloton/workouts", "oura/heartrate"


def opened(home: Path, zone: str = "America/Los_Angeles", **values: Any) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone=zone, today_override=TODAY, **values))


def heart_rates(*hours: int) -> bytes:
    beats = [
        {"timestamp": f"2026-03-{2 + hour // 24:02d}T{hour % 24:02d}:30:00+00:00", "bpm": 50 + hour}
        for hour in hours
    ]
    return json.dumps({"data": [beat | {"source": "rest"} for beat in beats]}).encode()


def bring(lake: Lakehouse, name: str, content: bytes) -> None:
    path = lake.settings.home.parent / name
    path.write_bytes(content)
    arrivals.ingest(lake, path, "me")
    built_with.notice(lake)


def filled(home: Path, zone: str, beats: bytes) -> Lakehouse:
    lake = opened(home, zone)
    bring(lake, "workouts.csv", peloton(ride(2, 200), ride(9, 220)))
    bring(lake, "heartrate.json", beats)
    bring(lake, "trends.csv", trends(d01=80, d02=81))
    build(lake)
    return lake


def bronze_of(lake: Lakehouse) -> dict[str, list[tuple[str, str]]]:
    """Key and record of each line, by day file."""
    found = {}
    for dataset in (WORKOUTS, HEART_RATES, "oura/trends"):
        days = (lake.settings.first_day, TODAY)
        existing = lake.bronze.contents(dataset, *days)
        wanted = bronze_plan.day_files(lake, dataset, days, "me", existing)
        assert lake.bronze.changes(wanted, existing) == {}
        found |= {key.name: day.contents for key, day in wanted.items()}
    return found


@settings(max_examples=12)
@given(
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    hours=st.sets(st.integers(0, 47), min_size=1, max_size=6),
)
def test_a_lake_whose_zone_changed_is_the_lake_of_the_new_zone(
    zones: tuple[str, str], hours: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, beats = tmp_path_factory.mktemp("lakes"), heart_rates(*sorted(hours))
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    filled(folder / "a" / "home", zones[0], beats)
    moved = opened(folder / "a" / "home", zones[1])
    told = built_with.notice(moved)
    assert bool(told) == (zones[0] != zones[1])
    assert built_with.notice(moved) == []
    build(moved)
    assert bronze_of(moved) == bronze_of(filled(folder / "b" / "home", zones[1], beats))
    assert arrivals.pending(moved) == {}
    assert all(moved.log.counts(entry.file_path).balanced for entry in entries_of(moved.log))


def test_a_change_of_the_zone_is_one_line_and_owes_the_old_days_and_the_new(tmp_path: Path) -> None:
    filled(tmp_path / "home", "America/Los_Angeles", heart_rates(5))
    lake = opened(tmp_path / "home", "Europe/Berlin")
    waits = built_with.not_noticed(lake, "me")
    assert waits == "time zone of me changed from America/Los_Angeles to Europe/Berlin"
    (told,) = built_with.notice(lake)
    assert built_with.not_noticed(lake, "me") == ""
    said = "time zone of me changed from America/Los_Angeles to Europe/Berlin: "
    assert re.fullmatch(rf"{said}[3-5] days are built anew\.", told)
    pending = arrivals.pending(lake)
    assert pending[HEART_RATES] == {date(2026, 3, 1), date(2026, 3, 2)}
    assert {date(2026, 3, 2), date(2026, 3, 9)} <= pending[WORKOUTS]
    assert "oura/trends" not in pending


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"max_heart_rate": 190}, "maximum heart rate of me changed from unknown to 190"),
        (
            {"heart_rate_zones": (50, 60, 70, 80)},
            "heart-rate zones of me changed from 60,70,80,90 to 50,60,70,80",
        ),
    ],
)
def test_what_workouts_are_made_with_rebuilds_them(
    values: dict[str, Any], said: str, tmp_path: Path
) -> None:
    filled(tmp_path / "home", "UTC", heart_rates(5))
    lake = opened(tmp_path / "home", "UTC", **values)
    (told,) = built_with.notice(lake)
    assert told == f"{said}: 2 days are built anew."
    assert arrivals.pending(lake) == {WORKOUTS: built_with.workout_days(lake, "me")}


@pytest.mark.parametrize("name", ["ftp", "threshold_heart_rate"])
def test_what_load_is_made_with_rebuilds_load_from_the_first_workout(
    name: str, tmp_path: Path
) -> None:
    before = filled(tmp_path / "home", "UTC", heart_rates(5))
    run_id = begun(before)
    before.log.owed.pay(LOAD, run_id, date.min, date.max, [LOAD])
    lake = opened(tmp_path / "home", "UTC", **{name: 200})
    assert len(built_with.notice(lake)) == 1
    assert arrivals.pending(lake) == {}
    assert set(lake.log.owed.to([LOAD])[LOAD]) == {min(built_with.workout_days(lake, "me"))}


def test_files_that_say_nothing_say_nothing_in_another_zone(tmp_path: Path) -> None:
    lake = filled(tmp_path / "home", ZONES[0], heart_rates(1))
    lake.objects.put("landing/me/empty.json", json.dumps({"data": []}).encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("workouts.csv", peloton(ride(3, 210)))
        archive.writestr("temperature.csv", "timestamp;skin_temp\n2026-03-02T00:00:00Z;34.1\n")
    lake.objects.put("landing/me/export.zip", packed.getvalue())
    taken = arrivals.scan(lake)
    assert [(one.refused, len(one.entry.datasets)) for one in taken] == [
        (False, 0),
        (False, 0),
        (False, 1),
    ]
    build(lake)
    (said,) = built_with.notice(opened(lake.settings.home, ZONES[1]))
    assert said.startswith(f"time zone of me changed from {ZONES[0]} to {ZONES[1]}: ")


def test_only_the_person_whose_zone_changed_is_built_anew(tmp_path: Path) -> None:
    lake = filled(tmp_path / "home", "UTC", heart_rates(5))
    (tmp_path / "home" / "users.toml").write_text('[ada]\ntimezone = "Asia/Tokyo"\n')
    again = opened(tmp_path / "home", "UTC")
    assert built_with.notice(again) == []
    (tmp_path / "home" / "users.toml").write_text('[ada]\ntimezone = "Europe/Berlin"\n')
    (told,) = built_with.notice(opened(tmp_path / "home", "UTC"))
    assert told.startswith("time zone of ada changed from Asia/Tokyo to Europe/Berlin: 0 days")
    assert arrivals.pending(lake) == {}


def test_a_damaged_note_is_named(tmp_path: Path) -> None:
    lake = opened(tmp_path / "home")
    (tmp_path / "home" / built_with.KEY).write_text("[")
    with pytest.raises(DamagedFile, match=r"built_with\.json is damaged: remove it"):
        built_with.notice(lake)
    assert built_with.not_noticed(lake, "me") == ""


def test_the_machines_zone_is_kept_at_the_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIO_TIMEZONE", raising=False)
    home = tmp_path / "home"
    assert machine_timezone() == load_settings(home=home).timezone
    Lakehouse.open(load_settings(home=home))
    kept = home / "timezone"
    assert kept.read_text() == f"{machine_timezone()}\n"
    kept.write_text("Asia/Tokyo\n")
    Lakehouse.open(load_settings(home=home))
    assert load_settings(home=home).timezone == "Asia/Tokyo"
    assert load_settings(home=home, timezone="UTC").timezone == "UTC"
    kept.write_text("Nowhere")
    with pytest.raises(SettingsError, match="names no time zone"):
        load_settings(home=home)
