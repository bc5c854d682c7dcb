"""The commands as a person types them: what they print, what they leave behind, and how they
fail."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse import workflows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.command_line import run
from bio_lakehouse_tests.small_answers import SLEEP
from bio_lakehouse_tests.whole_log import entries_of

HEAVY = (
    *("pydantic", "rich", "asyncio", "numpy", "pyarrow", "duckdb", "sqlglot", "pandas", "scipy"),
    *("plotly", "pyiceberg", "sqlalchemy", "dagster", "pyspark", "anthropic", "boto3"),
)
"""What takes long to load. Each command is held to those that it cannot do without."""
REAL = Path(__file__).parents[1].parent / "shared" / "real"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo person's lake of 75 days."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    result = run(folder, "demo", "--days", "75", "--seed", "5")
    assert result.exit_code == 0, result.output
    ending = (
        r"Files: \d+ came\. 7\d days were brought up to date\. Next: bio-lakehouse ui --home .*"
    )
    assert re.fullmatch(ending, result.stdout.splitlines()[-1])
    notes = [line for line in result.stdout.splitlines() if line.startswith("note ")]
    assert notes
    assert all(line.startswith("note me/") for line in notes), "where the files lay is gone"
    return folder


def rows(home: Path, sql: str, *options: str) -> list[dict[str, object]]:
    result = run(home, "query", sql, "--format", "json", *options)
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_the_demo_ends_with_a_report_that_is_there(home: Path) -> None:
    again = run(home, "report")
    assert again.exit_code == 0, again.output
    page = Path(again.stdout.strip())
    assert page.parent == home / "reports" / "me"
    text = page.read_text("utf-8")
    assert "<h1" in text
    assert "http://" not in text.split("<script", 1)[0]


def test_a_report_of_which_nothing_is_news_loads_nothing_that_writes_tables(home: Path) -> None:
    assert "pyiceberg" not in loaded("report", "--home", str(home))


@pytest.mark.parametrize(
    ("work", "words", "said"),
    [
        ("run_ingest", ["ingest", "x.csv"], "what landed is kept, and the same command goes on"),
        ("run_refresh", ["refresh"], "what is built is kept, and the same command builds"),
        ("run_demo", ["demo"], "the same command begins the demo afresh"),
        ("run_repair", ["repair"], "what is not made again yet is made by the same command"),
        ("run_restore", ["restore", "x"], "where the home is still empty, give the same command"),
        ("run_report", ["report"], "what was done is kept, and the same command can be given"),
    ],
)
def test_what_is_stopped_from_the_keyboard_says_what_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch, work: str, words: list[str], said: str
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workflows, work, stopped)
    result = run(home, *words)
    assert result.exit_code == 1
    assert f"Stopped: {said}" in result.stderr


def test_files_of_others_that_waited_are_built_and_told_apart(tmp_path: Path) -> None:
    home, trends = tmp_path / "home", tmp_path / "trends.csv"
    trends.write_text("date,Sleep Score,Readiness Score\n2026-03-02,70,71\n")
    lake = Lakehouse.open(Settings(home=home))
    lake.objects.put("landing/bob/bobs.csv", trends.read_bytes())
    lake.objects.put("landing/bob/holiday.csv", b"beach,sun\n1,2\n")
    lake.objects.put("landing/ann/before.csv", trends.read_bytes() + b"2026-03-03,72,73\n")
    result = run(home, "ingest", "--user", "ann", str(trends))
    assert result.exit_code == 0, result.output
    told = " ".join(result.stdout.split())
    assert "Files: 2 came. And 2 files of bob that waited in landing, 1 of them not taken" in told
    assert "bio-lakehouse status --user bob" in told
    assert "refused bob/holiday.csv" in told
    assert "bobs.csv" not in told
    assert told.endswith(f"Next: bio-lakehouse report --open --user ann --home {home}")
    nobodys = " ".join(run(home, "status").stdout.split())
    assert "Nothing of me has come; there is something of ann and bob: give --user NAME." in nobodys
    assert "Nothing of" not in run(home, "status", "--user", "ann").stdout
    (home / "users.toml").write_text("[zoe]\n")
    nobodys = " ".join(run(home, "status", "--user", "zoe").stdout.split())
    assert "Nothing of zoe has come; there is something of ann and bob: give" in nobodys
    statuses = {entry.file_path: entry.status for entry in entries_of(lake.log)}
    assert statuses["landing/bob/bobs.csv"] == "ingested"
    again = run(home, "ingest", "--user", "ann", str(trends))
    assert "Files: 1 known before. Nothing changed" in again.stdout


def test_of_a_home_that_was_copied_what_waited_for_nobody_is_not_told_again(tmp_path: Path) -> None:
    home, sleep = tmp_path / "home", tmp_path / "daily_sleep.json"
    sleep.write_text(json.dumps(SLEEP))
    lake = Lakehouse.open(Settings(home=home))
    lake.objects.put("landing/me/holiday.csv", b"beach,sun\n1,2\n")
    lake.objects.put("landing/bob/daily_sleep.json", sleep.read_bytes())
    lake.objects.put("landing/bob/daily_sleep (1).json", sleep.read_bytes())
    lake.objects.put("landing/bob/empty.json", b'{"data": [], "next_token": null}')
    words = ("ingest", str(sleep), "--dataset", "daily_sleep")
    assert run(home, *words).exit_code == 1
    copied = Path(shutil.copytree(home, tmp_path / "copied", copy_function=shutil.copy))
    again = run(copied, *words)
    assert again.exit_code == 0, again.output
    assert "Files: 1 known before. Nothing changed" in again.stdout
    assert "waited" not in again.stdout
    assert "quarantined" not in again.stdout


def test_others_on_the_machine_can_open_nothing_of_a_lake(home: Path) -> None:
    there = list(home.rglob("*"))
    kinds = {path.relative_to(home).parts[0] for path in there}
    assert {"landing", "bronze", "warehouse", "reports", "dagster", "log.db"} <= kinds
    assert [path for path in (home, *there) if path.stat().st_mode & 0o077] == []


def test_every_row_of_the_demo_is_accounted_for(home: Path) -> None:
    log = Lakehouse.open(Settings(home=home)).log
    entries = entries_of(log)
    assert {entry.status for entry in entries} == {"ingested"}
    assert all(log.counts(entry.file_path).balanced for entry in entries)
    assert sum(log.counts(entry.file_path).superseded for entry in entries) > 0


def test_a_query_says_the_same_in_every_format(home: Path) -> None:
    sql = "SELECT day, energy_state, readiness_delta FROM energy_state ORDER BY day DESC LIMIT 5"
    found = rows(home, sql)
    assert len(found) == 5
    written = list(csv.DictReader(io.StringIO(run(home, "query", sql, "--format", "csv").stdout)))
    assert [row["day"] for row in written] == [row["day"] for row in found]
    table = run(home, "query", sql).stdout
    assert all(str(row["day"]) in table for row in found)


def test_the_three_names_of_a_view_are_the_same_view(home: Path) -> None:
    names = ("energy_state", "gold.energy_state", "bio_gold.energy_state")
    assert (
        len({json.dumps(rows(home, f"SELECT * FROM {name} ORDER BY day")) for name in names}) == 1
    )


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE daily_readiness_performance",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY energy_state TO '/tmp/x'",
        "SELECT * FROM energy_states",
        "SELECT",
        "",
    ],
)
def test_what_is_no_question_is_refused_in_a_sentence(home: Path, sql: str) -> None:
    result = run(home, "query", sql)
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "Traceback" not in result.output


def test_a_stranger_sees_no_rows_of_me(home: Path) -> None:
    asked = run(home, "query", "SELECT * FROM daily_readiness_performance", "--user", "ann")
    assert (asked.exit_code, asked.stdout) == (1, "")
    assert "there is no user 'ann' in this lake; there are: me" in asked.output
    assert (
        len(rows(home, "SELECT DISTINCT user_id FROM daily_readiness_performance", "--all-users"))
        == 1
    )


def test_status_names_every_dataset_and_the_causes_of_gaps(home: Path) -> None:
    text = run(home, "status").stdout
    for name in (
        "oura_daily_readiness",
        "oura_sleep",
        "peloton_workouts",
        "not worn",
        "Last arrivals",
    ):
        assert name in text
    assert "changed from" not in text
    changed = run(home, "status", BIO_HEART_RATE_ZONES="50,60,70,80").stdout
    assert (
        "changed from 60,70,80,90 to 50,60,70,80, and the lake is as it was: run `bio-" in changed
    )


def test_a_refresh_changes_nothing(home: Path) -> None:
    sql = "SELECT * FROM daily_readiness_performance ORDER BY day"
    before = rows(home, sql)
    result = run(home, "refresh", "--from", str(before[10]["day"]), "--to", str(before[20]["day"]))
    assert result.exit_code == 0, result.output
    assert "in one run" in result.stdout
    assert rows(home, sql) == before


def test_a_clock_that_was_set_back_loses_nothing_and_tells_no_later_day(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT day, readiness_score, total_output_kj FROM daily_readiness_performance"
    before = rows(home, f"{sql} ORDER BY day")
    today = str(before[-10]["day"])
    monkeypatch.setenv("BIO_TODAY_OVERRIDE", today)

    assert "after today" in run(home, "status").stdout
    report, day = run(home, "report"), date.fromisoformat(today)
    sunday = day - timedelta(day.isoweekday())
    assert report.stdout.strip() == str(home / "reports" / "me" / f"weekly-{sunday}.html")
    again = run(home, "refresh", "--from", str(before[-14]["day"]))
    assert again.exit_code == 0, again.output
    assert rows(home, "SELECT current_date AS today") == [{"today": today}]
    assert rows(home, f"{sql} ORDER BY day") == before


def test_refresh_refuses_days_that_are_none_of_the_lake(home: Path) -> None:
    assert (
        "no range of the lake"
        in run(home, "refresh", "--from", "2001-01-01", "--to", "2001-01-02").output
    )
    assert "write it as YYYY-MM-DD" in run(home, "refresh", "--from", "yesterday").output
    assert "selects no asset" in run(home, "refresh", "--select", "key:nothing").output


@pytest.mark.parametrize("command", ["report", "refresh"])
def test_an_empty_lake_says_what_to_do(tmp_path: Path, command: str) -> None:
    result = run(tmp_path / "empty", command)
    assert result.exit_code == 1
    assert "bio-lakehouse ingest" in result.output


def test_an_empty_lake_has_a_status_and_answers_with_no_rows(tmp_path: Path) -> None:
    assert run(tmp_path, "status").exit_code == 0
    assert rows(tmp_path, "SELECT * FROM oura_sleep") == []


def test_a_file_that_is_not_there_is_named_and_the_others_are_brought_in(tmp_path: Path) -> None:
    good = tmp_path / "daily_sleep.json"
    good.write_text(
        '[{"id": "a", "day": "2026-03-01", "score": 71, "timestamp": "2026-03-01T00:00:00+00:00"}]'
    )
    result = run(tmp_path / "home", "ingest", str(tmp_path / "nothing.csv"), str(good))
    assert result.exit_code == 1
    assert "does not exist" in result.output
    last = result.stdout.splitlines()[-1]
    assert last.startswith("Files: 1 came, 1 not taken. 1 day was brought up to date. Next: ")
    assert last.endswith("told above, with why; correct it and give it again, or leave it out.")
    assert rows(tmp_path / "home", "SELECT score FROM oura_daily_sleep") == [{"score": 71}]


@pytest.mark.skipif(not REAL.exists(), reason="the real samples are not there")
@pytest.mark.thorough
def test_the_real_samples_come_in_and_the_v1_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    result = run(home, "ingest", str(REAL / "peloton"), str(REAL / "oura"))
    assert result.exit_code == 1
    flat = " ".join(result.output.split())
    assert "api_v1_sleep_rejected.json is an answer of Oura's API v1" in flat
    assert rows(home, "SELECT count(*) AS n FROM peloton_workouts") == [{"n": 167}]
    assert rows(
        home,
        "SELECT readiness_score, sleep_score, activity_score FROM daily_readiness_performance"
        " WHERE day = DATE '2026-07-09'",
    ) == [{"readiness_score": 81, "sleep_score": 85, "activity_score": 83}]
    again = run(home, "ingest", str(REAL / "peloton" / "workouts_us_167.csv"))
    assert again.exit_code == 0
    assert "unchanged" in again.stdout
    assert "every day is up to date" in again.stdout


@pytest.mark.parametrize(
    ("stamp", "started"),
    [
        ("2020-07-01 12:29 (PST)", "2020-07-01T19:29:00"),
        ("2020-07-01 12:29 (-08)", "2020-07-01T20:29:00"),
    ],
)
@pytest.mark.thorough
def test_a_label_names_a_zone_and_a_number_an_offset(
    tmp_path: Path, stamp: str, started: str
) -> None:
    path = tmp_path / "workouts.csv"
    header = (
        "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),"
        "Fitness Discipline,Type,Title,Total Output"
    )
    path.write_text(f"{header}\n{stamp},On Demand,Sam Poe,30,Cycling,Music,30 min Ride,300")
    assert run(tmp_path / "home", "ingest", str(path)).exit_code == 0
    assert rows(tmp_path / "home", "SELECT started_at FROM peloton_workouts") == [
        {"started_at": started}
    ]


def loaded(*words: str) -> set[str]:
    """The packages of `HEAVY` that a command loads in a process of its own."""
    code = (
        "import sys\n"
        "from bio_lakehouse.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        f"print('loaded', *set({HEAVY!r}) & set(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()[-1].split()
    assert told[0] == "loaded", done.stderr
    return set(told[1:])


def test_help_loads_nothing_heavy() -> None:
    assert loaded("--help") == set()


def test_a_known_file_loads_no_tables_and_nothing_that_builds_them(home: Path) -> None:
    landed = next(iter((home / "landing" / "me").glob("*readiness*.csv")))
    assert loaded("ingest", "--home", str(home), str(landed)) == {"pydantic", "rich", "asyncio"}


def test_status_loads_no_statistics_no_dagster_and_no_database(home: Path) -> None:
    before = run(home, "status")
    assert before.exit_code == 0, before.output
    light = {"pydantic", "rich", "asyncio", "pyarrow", "numpy"}
    assert loaded("status", "--home", str(home)) == light
    assert run(home, "status").stdout == before.stdout


def test_a_query_loads_no_dagster_no_iceberg_and_no_pandas(home: Path) -> None:
    sql = "SELECT day, energy_state FROM energy_state LIMIT 3"
    light = {"pydantic", "rich", "asyncio", "pyarrow", "numpy", "sqlglot", "duckdb"}
    assert loaded("query", "--home", str(home), sql) == light
