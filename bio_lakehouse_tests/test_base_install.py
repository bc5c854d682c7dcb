"""What README's first command installs, without any extra and without Spark's jars, does the whole
way: a file that is dropped into landing is built by a run of the UI's daemon."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bio_lakehouse_tests.conftest import free_port
from bio_lakehouse_tests.kept_environment import bare_variables
from bio_lakehouse_tests.small_answers import READINESS, SLEEP

ROOT = Path(__file__).parents[1]
BUILT_WITHIN_SECONDS = 240
QUESTION = "SELECT day, readiness_score FROM daily_readiness_performance ORDER BY day"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment lie that has what README's first command installs."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, "--disable-pip-version-check", str(ROOT)], check=True)
    return environment / "bin"


class Installed:
    """Commands of that environment over a home."""

    def __init__(self, programs: Path, home: Path) -> None:
        self.command, self.home = str(programs / "bio-lakehouse"), home
        self.variables = bare_variables() | {"BIO_FIRST_DAY": "2026-02-20"}

    def words(self, name: str, *words: str) -> list[str]:
        return [self.command, name, "--home", str(self.home), *words]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.words(*words), capture_output=True, text=True, check=False, env=self.variables
        )
        assert "Traceback" not in done.stderr
        return done.stdout

    def days(self) -> dict[str, int | None]:
        rows = json.loads(self.run("query", QUESTION, "--format", "json") or "[]")
        return {row["day"]: row["readiness_score"] for row in rows}


@pytest.fixture
def installed(programs: Path, tmp_path: Path) -> Installed:
    return Installed(programs, tmp_path / "home")


@pytest.fixture
def ui(installed: Installed, tmp_path: Path) -> Iterator[Path]:
    """What the UI says, while it is open."""
    log = tmp_path / "ui.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            installed.words("ui", "--port", str(free_port())),
            stdout=output,
            stderr=output,
            env=installed.variables,
        )
        try:
            yield log
        finally:
            process.terminate()
            process.wait(60)


def test_a_file_that_is_dropped_is_built_by_a_run_of_the_daemon(
    installed: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sleep = tmp_path / "daily_sleep.json"
    sleep.write_text(json.dumps(SLEEP))
    installed.run("ingest", str(sleep))
    assert None in installed.days().values()
    log = request.getfixturevalue("ui")
    (installed.home / "landing" / "me" / "daily_readiness.json").write_text(json.dumps(READINESS))
    until = time.monotonic() + BUILT_WITHIN_SECONDS
    while None in installed.days().values():
        assert time.monotonic() < until, log.read_text()
        time.sleep(3)
    assert "Traceback" not in log.read_text()
