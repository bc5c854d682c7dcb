"""Hostile statements over a lake of two people: refused in a sentence, or answered without harm, in
time and memory; and good ones answered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER
from bio_lakehouse_tests.benchmarks.attack_statements import CASES

NUMBERS = "UNNEST(sequence(1, 10000))"
ATTACKS = [
    "--# writes",
    "COPY energy_state TO 'WORKDIR/x.csv'",
    "WITH x AS (COPY energy_state TO 'WORKDIR/x.csv') SELECT 1",
    "SELECT 1\\n; DROP TABLE energy_state",
    "--# files",
    "SELECT * FROM 'WORKDIR/secret.csv'",
    "SELECT * FROM read_text('WORKDIR/secret.csv')",
    "SELECT transform(ARRAY['WORKDIR/secret.csv'], x -> read_text(x))",
    "--# others",
    "SELECT DISTINCT user_id FROM oura_sleep",
    f"SELECT count(*) FROM oura_sleep WHERE user_id = '{OTHER_USER}'",
    'SELECT * FROM "bio_silver.oura_sleep"',
    "SELECT * FROM rows",
    "--# memory",
    f"SELECT map_agg(x, rpad('a', 100000, 'b')) FROM {NUMBERS} t(x)",
    "SELECT json_parse(rpad('[', 1000000, '['))",
    "--# planning",
    "SELECT * FROM " + ", ".join(f"energy_state a{number}" for number in range(12)),
    "SELECT " + " + ".join(["1"] * 9000),
]
GOOD = [
    "SELECT checksum(day) FROM energy_state",
    "SELECT user_id, count(*) FROM oura_sleep GROUP BY 1",
]


def test_attacks_do_no_harm(demo_lake: Lakehouse, tmp_path: Path) -> None:
    attacks, good = tmp_path / "attacks.sql", tmp_path / "good.sql"
    attacks.write_text("\n".join(ATTACKS))
    good.write_text("\n".join(GOOD))

    done = outcomes(demo_lake, attacks, good)

    assert done.returncode == 0, done.stdout
    assert "HARM" not in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["others", "refused", "2", "answered", "2"] in lines
    assert ["good", "refused", "0", "answered", "2"] in lines
    assert done.stdout.count("2 answers are those of a lake without the others") == 2
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not on this machine")
def test_no_attack_of_the_corpus_does_harm(demo_lake: Lakehouse) -> None:
    done = outcomes(demo_lake)

    assert done.returncode == 0, done.stdout


def outcomes(lake: Lakehouse, *files: Path) -> subprocess.CompletedProcess[str]:
    module = "bio_lakehouse_tests.benchmarks.attacks"
    words = [str(lake.settings.home), *map(str, files)]
    return subprocess.run(
        [sys.executable, "-m", module, *words], capture_output=True, text=True, check=False
    )
