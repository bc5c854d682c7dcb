"""A lake as it is used, with runs, insights, reports and answers of two people: of the one who left
no file has anything, and the other's is as it was."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from bio_lakehouse.build import experiment_events
from bio_lakehouse.engines.register import SCHEMAS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.lake.speaking_of import places

pytestmark = pytest.mark.slow
GONE, STAYS = "zaragoza", "benedict"
CANARY = "Qvexley Trambo"
IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def files_of(user_id: str, seed: int, folder: Path) -> list[Path]:
    """A demo person's files; of the one who leaves, every instructor has a name of their own."""
    person = demo.simulate(75, seed, date.today(), timezone="UTC")  # noqa: DTZ011
    files = demo.write_files(person, folder)
    for path in [path for path in files if "workouts" in path.name and user_id == GONE]:
        with path.open(newline="") as file:
            found = list(csv.DictReader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, found[0].keys())
            writer.writeheader()
            writer.writerows(row | {"Instructor Name": CANARY} for row in found)
    return files


def rows_of(home: Path, user_id: str) -> dict[str, bytes]:
    lake, found = Lakehouse.open(Settings(home=home)), {}
    for name, schema in SCHEMAS.items():
        rows = lake.tables.read(schema, None, None, user_id).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        found[name] = sink.getvalue().to_pybytes()
    return found


def test_nothing_is_left_of_one_and_all_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIO_TIMEZONE", "UTC")
    home, identities = tmp_path / "home", set[str]()
    for seed, user_id in enumerate((STAYS, GONE), start=5):
        files = files_of(user_id, seed, tmp_path / user_id)
        texts = [path.read_text() for path in files]
        if user_id == GONE:
            identities = {one for text in texts for one in IDENTITY.findall(text)}
        words = ["ingest", *map(str, files), "--user", user_id]
        assert run(home, *words).exit_code in (0, 1)
        assert run(home, "report", "--user", user_id).exit_code == 0
        assert run(home, "ask", "how was my sleep?", "--user", user_id).exit_code == 0
        lake = Lakehouse.open(Settings(home=home))
        name = f"no tea of {user_id}"
        experiment_events.start(lake, user_id, name, "day", None, "readiness", None)
    kept = rows_of(home, STAYS)
    told = run(home, "query", "SELECT * FROM energy_state", "--user", STAYS).stdout
    assert len(places(home, GONE, CANARY)) > 100
    done = run(home, "forget", "--user", GONE, "--yes")
    assert done.exit_code == 0, done.output
    chosen = sorted(identities)[:: max(len(identities) // 200, 1)]
    assert len(chosen) > 100
    assert places(home, GONE, CANARY, *chosen) == []
    assert rows_of(home, STAYS) == kept
    assert run(home, "query", "SELECT * FROM energy_state", "--user", STAYS).stdout == told
    assert run(home, "repair").exit_code == 0
    assert places(home, GONE, CANARY) == []
    for words in (["--yes"], ["--dry-run"]):
        again = run(home, "forget", "--user", GONE, *words)
        assert again.exit_code == 1
        assert f"there is no user '{GONE}' in this lake" in again.stderr
