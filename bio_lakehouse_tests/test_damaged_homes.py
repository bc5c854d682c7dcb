"""Each derived file damaged in each way: a command answers as it would undamaged, and names the
file."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.small_answers import READINESS, SLEEP

TODAY = "2026-03-04"
QUESTION = """
SELECT day, s.score, s.source_file, s.ingested_at, d.readiness_score, d.sleep_score, e.energy_state
FROM oura_daily_sleep AS s
FULL OUTER JOIN daily_readiness_performance AS d USING (user_id, day)
FULL OUTER JOIN energy_state AS e USING (user_id, day)
ORDER BY day"""
"""Of a table of silver, one of gold and a view, since each question starts a process."""
WAYS: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "empty": lambda path: os.truncate(path, 0),
    "missing": lambda path: path.unlink(),
}
FILES = {
    "silver data": "warehouse/bio_silver/oura_daily_sleep/data/**/*.parquet",
    "gold data": "warehouse/bio_gold/daily_readiness_performance/data/**/*.parquet",
    "metadata": "warehouse/bio_silver/oura_daily_sleep/metadata/*.metadata.json",
    "manifest": "warehouse/bio_silver/oura_daily_sleep/metadata/*-m0.avro",
    "manifest list": "warehouse/bio_silver/oura_daily_sleep/metadata/snap-*.avro",
    "bronze": "bronze/oura/daily_sleep/month=2026-03/*.jsonl.gz",
    "quarantine": "quarantine/me/*.jsonl",
    "view": "views/energy_state.sql",
    "catalog": "catalog.db",
    "log": "log.db",
    "runs": "dagster/history/runs.db",
    "events": "dagster/history/runs/index.db",
}
EVERY_FILE_IN_EVERY_WAY = [(file, way) for file in FILES for way in WAYS]
ONCE = [("silver data", "cut"), ("bronze", "cut"), ("log", "garbage")]
AS_WELL = [("metadata", "garbage"), ("catalog", "missing"), ("view", "cut")]
ALWAYS_RIGHT = {("runs", "empty"), ("runs", "missing"), ("events", "empty"), ("events", "missing")}
"""Dagster begins these by itself, as in a new home."""


def answer(home: Path) -> str:
    result = run(home, "query", QUESTION, "--format", "json")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def _a_day_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIO_TODAY_OVERRIDE", TODAY)
    monkeypatch.setenv("BIO_FIRST_DAY", "2026-02-20")
    monkeypatch.setenv("BIO_TIMEZONE", "UTC")


def built_in(folder: Path) -> Path:
    """A home of three days in a folder, of which one row is in quarantine and one file has left
    landing."""
    for name, rows in {"daily_sleep": SLEEP, "daily_readiness": READINESS}.items():
        (folder / f"{name}.json").write_text(json.dumps(rows))
    home = folder / "home"
    brought = run(home, "ingest", *(str(path) for path in sorted(folder.glob("*.json"))))
    assert brought.exit_code == 1, brought.output
    (home / "landing" / "me" / "daily_readiness.json").unlink()
    return home


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("damage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIO_TODAY_OVERRIDE", TODAY)
        patch.setenv("BIO_FIRST_DAY", "2026-02-20")
        patch.setenv("BIO_TIMEZONE", "UTC")
        yield built_in(folder)


@pytest.fixture(scope="module")
def right(whole: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIO_TODAY_OVERRIDE", TODAY)
        patch.setenv("BIO_FIRST_DAY", "2026-02-20")
        patch.setenv("BIO_TIMEZONE", "UTC")
        found = answer(whole)
    scores = [row["score"] for row in json.loads(found)]
    assert scores == [71, 72, None], "of the third day the only row is in quarantine"
    return found


@pytest.fixture
def home(whole: Path) -> Iterator[Path]:
    """That home, for one test."""
    with kept(whole):
        yield whole


def landing_of(home: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in (home / "landing").rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def damage(home: Path, file: str, way: str) -> list[Path]:
    paths = sorted(home.glob(FILES[file]))
    assert paths
    for path in paths:
        WAYS[way](path)
    return paths


def marks_of(damage: tuple[str, str]) -> tuple[pytest.MarkDecorator, ...]:
    if damage in ONCE:
        return ()
    return (pytest.mark.thorough if damage in AS_WELL else pytest.mark.slow,)


@pytest.mark.parametrize(
    ("file", "way"),
    [pytest.param(file, way, marks=marks_of((file, way))) for file, way in EVERY_FILE_IN_EVERY_WAY],
)
def test_what_is_damaged_is_made_again(home: Path, right: str, file: str, way: str) -> None:
    """By the first command that meets it, else by `repair`."""
    check_made_again(home, right, file, way)


def check_made_again(home: Path, right: str, file: str, way: str) -> bool:
    """Damage a file in a way, and see that a command answers right and names it; whether that took
    a `repair`."""
    landing, paths = landing_of(home), damage(home, file, way)
    said = run(home, "query", QUESTION, "--format", "json")
    assert said.exit_code == 0, said.output
    assert said.stdout == right
    is_silent = not any(path.name in said.stderr for path in paths)
    if is_silent:
        said = run(home, "repair")
    if (file, way) not in ALWAYS_RIGHT:
        assert any(path.name in "".join(said.output.split()) for path in paths), said.output
    assert answer(home) == right
    assert landing_of(home) == landing
    return is_silent


def test_a_missing_warehouse_is_built_again(home: Path, right: str) -> None:
    shutil.rmtree(home / "warehouse")
    assert answer(home) == right


@pytest.mark.thorough
def test_all_tables_at_once_are_made_again_in_a_home_without_trouble(tmp_path: Path) -> None:
    """Where the log knows that files were built into tables."""
    file, home = tmp_path / "daily_sleep.json", tmp_path / "home"
    file.write_text(json.dumps([row for row in SLEEP if row["id"] == "a"]))
    assert run(home, "ingest", str(file), "--dataset", "daily_sleep").exit_code == 0
    right = answer(home)
    shutil.rmtree(home / "warehouse")
    repaired = run(home, "repair")
    assert repaired.exit_code == 0, repaired.output
    assert "bio_silver/oura_daily_sleep" in "".join(repaired.output.split())
    assert answer(home) == right
    assert "71" in right


@pytest.mark.thorough
def test_neither_catalog_nor_log_nor_warehouse_is_missed(home: Path, right: str) -> None:
    for name in ("catalog.db", "log.db"):
        (home / name).unlink()
    shutil.rmtree(home / "warehouse")
    result = run(home, "query", QUESTION, "--format", "json")
    assert "log.db" in result.stderr
    assert "arrival times" in result.stderr
    assert answer(home) == right


def test_a_catalog_that_is_gone_does_not_shrink_by_what_arrives_next(
    home: Path, right: str, tmp_path: Path
) -> None:
    (home / "catalog.db").unlink()
    later = tmp_path / "later.json"
    later.write_text(json.dumps([SLEEP[0] | {"id": "z", "day": "2026-03-04", "score": 99}]))
    result = run(home, "ingest", str(later), "--dataset", "daily_sleep")
    assert result.exit_code == 0, result.output
    found = json.loads(answer(home))
    assert found[:-1] == json.loads(right)
    assert found[-1]["score"] == 99


def test_a_repair_that_was_killed_is_done_again(home: Path, right: str) -> None:
    lake = Lakehouse.open(Settings(home=home))
    lake.tables.catalog.writable.drop_table("bio_silver.oura_daily_sleep")
    (home / ".repair-unfinished").touch()
    assert answer(home) == right


def test_a_value_that_was_changed_in_a_table_is_found_by_repair(home: Path, right: str) -> None:
    """A change that reads well: only the comparison with landing shows it."""
    path = home / "bronze" / "oura" / "daily_sleep" / "month=2026-03" / "me.api.jsonl.gz"
    lines = gzip.decompress(path.read_bytes())
    assert b'"score":72' in lines
    path.write_bytes(gzip.compress(lines.replace(b'"score":72', b'"score":12')))
    result = run(home, "repair")
    assert path.name in result.stdout
    assert answer(home) == right


def test_users_that_are_not_utf8_are_a_sentence(home: Path) -> None:
    (home / "users.toml").write_bytes("[me]\n# \xe4".encode("latin-1"))
    for command in ("status", "refresh", "repair"):
        result = run(home, command)
        assert result.exit_code == 1
        assert "users.toml" in result.output
