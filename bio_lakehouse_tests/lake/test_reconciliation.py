"""What the API says now against what bronze had before, also when the sensor was faster and bronze
holds both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.reconciliation import Differences, reconcile
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.marking import build_pending
from bio_lakehouse_tests.sources.oura_server import Fault, OuraServer, connection_to, signed_in
from bio_lakehouse_tests.whole_log import entries_of

TODAY = date(2025, 3, 20)
FIRST = TODAY - timedelta(days=12)
RESTATED = TODAY - timedelta(days=9)


@pytest.fixture
def server() -> Iterator[OuraServer]:
    with OuraServer(date(2025, 3, 1), date(2025, 3, 25), page_size=50) as running:
        yield running


@pytest.fixture
def lake(tmp_path: Path, server: OuraServer) -> Lakehouse:
    lake = Lakehouse.open(Settings(home=tmp_path, timezone="Europe/Berlin", today_override=TODAY))
    signed_in(server, fetching.oura_tokens(lake.settings, "me"))
    return lake


def fetch(lake: Lakehouse, server: OuraServer) -> list[str]:
    outcome = fetching.fetch_oura(lake, "me", FIRST, TODAY, connection=connection_to(server))
    assert outcome.error is None
    return outcome.landed


def reconciled(lake: Lakehouse, server: OuraServer, *, sensor_is_faster: bool) -> Differences:
    """Fetch again and compare the days before the look-back."""
    landed = fetch(lake, server)
    if sensor_is_faster:
        build_pending(lake)
    return reconcile(lake, "me", landed, fetching.look_back(lake.settings, "me")[0])


@pytest.mark.parametrize("sensor_is_faster", [False, True])
def test_what_has_not_changed_is_no_difference(
    lake: Lakehouse, server: OuraServer, sensor_is_faster: bool
) -> None:
    fetch(lake, server)
    build_pending(lake)
    for _ in range(2):
        found = reconciled(lake, server, sensor_is_faster=sensor_is_faster)
        assert (str(found), found.days) == ("", set())
        assert found.compared == 5 * (4 + 2 + 6)


@pytest.mark.parametrize("sensor_is_faster", [False, True])
def test_what_changed_came_and_went_is_found(
    lake: Lakehouse, server: OuraServer, sensor_is_faster: bool
) -> None:
    fetch(lake, server)
    build_pending(lake)
    for record in server.records["daily_readiness"]:
        if record["day"] == str(RESTATED):
            record["score"] = 1
    server.records["sleep"] = [r for r in server.records["sleep"] if r["day"] != str(RESTATED)]
    server.records["daily_spo2"].append(
        server.records["daily_spo2"][0] | {"id": "late", "day": str(RESTATED)}
    )
    server.records["heartrate"] = [
        r | {"bpm": 99} if r["timestamp"].startswith(f"{RESTATED}T12") else r
        for r in server.records["heartrate"]
    ]
    found = reconciled(lake, server, sensor_is_faster=sensor_is_faster)
    assert found.missing == {"oura/daily_spo2": 1}
    assert found.different == {"oura/daily_readiness": 1, "oura/heartrate": 1}
    assert found.gone == {"oura/sleep": 2}
    assert found.days == {RESTATED}


def test_days_that_no_earlier_answer_spoke_of_are_not_compared(
    lake: Lakehouse, server: OuraServer
) -> None:
    assert reconciled(lake, server, sensor_is_faster=False).compared == 0


def test_records_of_no_day_are_left_to_quarantine(lake: Lakehouse, server: OuraServer) -> None:
    page = {
        "data": [{"id": "a", "day": None}, {"id": "b", "day": "yesterday"}, {"id": "c"}],
        "next_token": None,
    }
    server.faults["daily_spo2"].extend([Fault(200, text=json.dumps(page))] * 2)
    fetch(lake, server)
    build_pending(lake)
    found = reconciled(lake, server, sensor_is_faster=True)
    assert sum(entry.quarantined_count for entry in entries_of(lake.log)) == 6
    assert (str(found), found.compared) == ("", 5 * (4 + 2 + 6) - 5)
