"""A process that is killed while it forgets leaves a lake of which another run leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.lake.speaking_of import places
from bio_lakehouse_tests.lake.test_forgetting import (
    CANARY,
    GONE,
    STAYS,
    TODAY,
    assert_forgotten,
    fill,
    rows_of,
)

pytestmark = pytest.mark.slow
LAYERS = ("output of runs", "landing", "bronze", "tables", "measures")


def forgetting(home: Path) -> subprocess.Popen[str]:
    program = "from bio_lakehouse.cli import main; main()"
    words = [sys.executable, "-c", program, "forget", "--user", GONE, "--yes", "--home", str(home)]
    environment = os.environ | {"BIO_TODAY_OVERRIDE": TODAY.isoformat()}
    return subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_killed_process_left_another_ends(layer: str, tmp_path: Path) -> None:
    lake = fill(Lakehouse.open(Settings(home=tmp_path / "home", today_override=TODAY)))
    kept = rows_of(lake, STAYS)
    with forgetting(lake.settings.home) as first:
        assert first.stderr is not None
        for line in first.stderr:
            if line.startswith(layer):
                first.send_signal(signal.SIGKILL)
                break
    assert first.returncode == -signal.SIGKILL
    with forgetting(lake.settings.home) as second:
        assert second.stderr is not None
        second.stderr.read()
    assert second.returncode == 0
    assert_forgotten(lake)
    assert places(lake.settings.home, CANARY) == []
    assert rows_of(lake, STAYS) == kept
