"""What a reader assumed or left out is told where the file is brought in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from bio_lakehouse import display
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.workflows import IngestOutcome

BUNDLE = {
    "daily_sleep": [{"day": "2026-03-01", "score": 80}],
    "daily_readiness": {"data": [{"day": "2026-03-01", "score": 77}]},
    "personal_info": {"email": "a@example.org"},
}


def test_ingest_prints_what_was_left_out_of_a_bundle(tmp_path: Path) -> None:
    lake = Lakehouse.open(Settings(home=tmp_path / "home", today_override=date(2026, 3, 20)))
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(BUNDLE))
    (arrival,) = arrivals.ingest(lake, file, "me")
    assert arrival.entry.datasets == ("oura/daily_sleep", "oura/daily_readiness")
    assert arrival.entry.record_count == 2
    with display.OUT.capture() as printed:
        display.ingest_table(lake, IngestOutcome([arrival]))
    assert "personal_info was left out" in printed.get()
