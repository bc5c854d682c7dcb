"""Each thing that stands in a lake's way is found, with what to do; nothing is changed or told that
is secret."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bio_lakehouse.cli import main
from bio_lakehouse.doctor import home_checks
from bio_lakehouse.doctor.examination import examine
from bio_lakehouse.doctor.verdicts import HIDDEN, Check, secrets_of, without_secrets
from bio_lakehouse.lake.demo_home import UI_LOCK
from bio_lakehouse.lake.home import UNFINISHED
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.tokens import TokenFolder, Tokens
from bio_lakehouse_tests.lake.test_arrivals import ingest, trends

SECRET = "nobody-may-see-this"
Damage = Callable[[Path], dict[str, object]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lake in which a file has come."""
    lake = Lakehouse.open(Settings(home=tmp_path / "home"))
    ingest(lake, "trends.csv", trends(d01=70))
    assert lake.tables.names() == []
    return lake.settings.home


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which something takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def found(home: Path, **values: object) -> dict[str, Check]:
    settings = Settings(home=home, **values)  # type: ignore[arg-type]
    return {check.name: check for check in examine(settings)}


def test_a_lake_that_is_well_has_no_problem_and_is_left_alone(home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    checks = found(home, timezone="Europe/Berlin")
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    assert {check.outcome for check in checks.values()} == {"ok", "skipped", "warning"}
    assert [name for name, check in checks.items() if check.outcome == "warning"] == ["dagster"]
    assert checks["landing"].why == "1 files can be read"
    assert checks["database log.db"].outcome == "ok"


def test_where_there_is_no_lake_none_is_made(tmp_path: Path) -> None:
    checks = found(tmp_path / "none")
    assert checks["home"].outcome == "skipped"
    assert list(tmp_path.iterdir()) == []


def open_to_others(home: Path) -> dict[str, object]:
    home.chmod(0o755)
    return {}


def torn_log(home: Path) -> dict[str, object]:
    (home / "log.db").write_bytes(b"no database at all" * 100)
    return {}


def half_repaired(home: Path) -> dict[str, object]:
    (home / UNFINISHED).touch()
    return {}


def from_tomorrow(home: Path) -> dict[str, object]:
    os.utime(home / "log.db", (time.time() + 86400,) * 2)
    return {}


def link_to_nothing(home: Path) -> dict[str, object]:
    (home / "landing" / "gone.csv").symlink_to(home / "nowhere")
    return {}


def expired_login(home: Path) -> dict[str, object]:
    TokenFolder(home / "secrets").of("ann").save(Tokens(SECRET, None, time.time() - 1))
    return {"oura_client_id": "id", "oura_client_secret": SECRET}


def damaged_people(home: Path) -> dict[str, object]:
    (home / "users.toml").write_text("[ann\n")
    return {}


def just(**values: object) -> Damage:
    return lambda home: values


@pytest.mark.parametrize(
    ("damage", "name", "step"),
    [
        (open_to_others, "home", "chmod 700"),
        (half_repaired, "home", "bio-lakehouse repair"),
        (torn_log, "database log.db", "bio-lakehouse repair"),
        (from_tomorrow, "clock", "set the machine's clock"),
        (link_to_nothing, "landing", "give yourself the right"),
        (expired_login, "oura, ann", "bio-lakehouse oura login --user ann"),
        (damaged_people, "settings known", "see what it says"),
        (just(oura_client_id="id"), "oura", "BIO_OURA_CLIENT_SECRET"),
        (just(spark_remote="sc://127.0.0.1:9"), "spark", "start Spark there"),
        (just(smtp_url=f"smtp://me:{SECRET}@127.0.0.1:9"), "mail", "correct BIO_SMTP_URL"),
        (just(smtp_url=f"http://{SECRET}"), "mail", "see what it says"),
        (just(report_delivery=("mail",)), "mail", "set BIO_SMTP_URL"),
        (just(report_delivery=("/dev/null/x",)), "delivery", "correct BIO_REPORT_DELIVERY"),
        (
            just(dagster_postgres_url=f"postgresql://me:{SECRET}@127.0.0.1:9/x"),
            "dagster's database",
            "start PostgreSQL",
        ),
        (just(peloton_browser=Path("/nowhere")), "peloton", ""),
    ],
)
def test_what_stands_in_the_way_is_found_with_what_to_do(
    home: Path, damage: Damage, name: str, step: str
) -> None:
    checks = found(home, **damage(home))
    assert checks[name].outcome == ("problem" if step else "skipped")
    assert step in checks[name].next_step
    told = json.dumps([[check.why, check.next_step] for check in checks.values()])
    assert SECRET not in told


def test_what_answers_is_ok(home: Path, port: int) -> None:
    checks = found(
        home,
        spark_remote=f"sc://127.0.0.1:{port}",
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="lake@example.org",
        dagster_postgres_url=f"postgresql://me@127.0.0.1:{port}/x",
    )
    names = ("spark", "mail", "dagster's database")
    assert {name: checks[name].outcome for name in names} == dict.fromkeys(names, "ok")


def test_keys_without_a_word_on_their_use_are_warned_of(home: Path) -> None:
    checks = found(home, anthropic_api_key=SECRET)
    assert checks["claude"].outcome == checks["questions"].outcome == "warning"
    assert "bio-lakehouse claude allow" in checks["claude"].next_step


def test_a_daemon_that_runs_is_seen(home: Path) -> None:
    from filelock import FileLock

    (home / UI_LOCK).parent.mkdir(exist_ok=True)
    with FileLock(home / UI_LOCK):
        assert found(home)["dagster"].outcome == "ok"


def test_a_setting_that_nothing_reads_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIO_TIMEZON", "Europe/Berlin")
    lines = (
        f"# BIO_COMMENT=1\n\nexport BIO_CLIENT_SECRET={SECRET}\nNOTE='of two lines\nBIO_IN=it'\n"
    )
    (home / ".env").write_text(lines)
    check = found(home)["settings"]
    assert check.outcome == "warning"
    assert check.why == "nothing reads BIO_CLIENT_SECRET, BIO_TIMEZON"


def test_a_profile_that_there_is_not_is_a_problem(home: Path) -> None:
    check = found(home, profile="AWS")["settings known"]
    assert check.outcome == "problem"
    assert "no profile 'AWS'" in check.why


def test_a_full_disk_is_a_problem(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, outcome in ((2**20, "problem"), (2 * 2**30, "warning")):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(home_checks.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert found(home)["disk"].outcome == outcome


@pytest.mark.parametrize(
    ("code", "free", "step"),
    [
        (sqlite3.SQLITE_IOERR, 0, "free some space"),
        (sqlite3.SQLITE_CANTOPEN, 0, "free some space"),
        (sqlite3.SQLITE_FULL, 0, "free some space"),
        (sqlite3.SQLITE_IOERR, 2**40, "check the disk"),
        (sqlite3.SQLITE_READONLY, 2**40, "whether its disk can be written"),
        (sqlite3.SQLITE_BUSY, 2**40, "wait until the other program has ended"),
    ],
)
def test_a_log_that_is_whole_is_never_to_be_repaired(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: int, free: int, step: str
) -> None:
    def unopened(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("it cannot be opened")
        error.sqlite_errorcode = code
        raise error

    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(home_checks.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(home_checks.sqlite3, "connect", unopened)
    check = found(home)["database log.db"]
    assert check.outcome == "problem"
    assert step in check.next_step
    assert "repair" not in check.next_step


def test_a_read_only_disk_is_to_be_made_writable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = type("Mounted", (), {"f_flag": os.ST_RDONLY})
    monkeypatch.setattr(home_checks.os, "statvfs", lambda _: mounted)
    check = found(home)["home"]
    assert "is read-only" in check.why
    assert "make it writable" in check.next_step


def test_a_check_that_fails_is_a_finding_and_ends_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_checks, "bytes_text", lambda _: 1 / 0)
    checks = found(home)
    assert checks["disk"].outcome == "problem"
    assert "ZeroDivisionError" in checks["disk"].why
    assert checks["landing"].outcome == "ok"


def test_secrets_are_hidden_in_whatever_spelling() -> None:
    settings = Settings(
        smtp_url=SecretStr("smtp://me:p%40ss@h"), notify_urls=(SecretStr("tgram://abc"),)
    )
    assert secrets_of(settings) >= {"p%40ss", "p@ss", "tgram://abc"}
    told = without_secrets(Check("x", "problem", "tgram://abc p@ss", "p%40ss"), settings)
    assert (told.why, told.next_step) == (f"{HIDDEN} {HIDDEN}", HIDDEN)


def test_every_bad_setting_is_a_finding_beside_the_others(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIO_FTP", "abc")
    monkeypatch.setenv("BIO_TODAY_OVERRIDE", "tomorrow")
    (home / ".env").write_text("BIO_SEX\nBIO_SEX 1\n")
    told = CliRunner().invoke(main, ["doctor", "--home", str(home), "--json"])
    assert told.exit_code == 1
    checks = {check["name"]: check for check in json.loads(told.stdout)}
    assert checks["BIO_FTP"]["outcome"] == checks["BIO_TODAY_OVERRIDE"]["outcome"] == "problem"
    assert checks["BIO_FTP"]["why"] == "'abc' is no whole number"
    assert "YYYY-MM-DD" in checks["BIO_TODAY_OVERRIDE"]["why"]
    assert f"line 2 of {home / '.env'}" in checks["settings"]["why"]
    assert checks["landing"]["outcome"] == checks["database log.db"]["outcome"] == "ok"


def test_the_command_exits_with_1_on_a_problem_alone(home: Path) -> None:
    words = ["doctor", "--home", str(home)]
    well = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    assert well.exit_code == 0
    assert {check["outcome"] for check in json.loads(well.output)} <= {"ok", "warning", "skipped"}
    (home / UNFINISHED).touch()
    ill = CliRunner().invoke(main, words, catch_exceptions=False)
    assert ill.exit_code == 1
    assert "1 problem" in ill.output
    assert (home / UNFINISHED).exists()
