"""The workflows run only what is pinned, and may do no more than they need; the image starts with
the database's address made of its parts."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
FROM_OUTSIDE = re.compile(r"\$\{\{\s*(inputs|github\.event|github\.head_ref)")
START = ROOT / "infra" / "dagster" / "start.sh"


def told(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits(path: Path) -> None:
    lines = [line.strip(" -") for line in path.read_text("utf-8").splitlines()]
    used = [line for line in lines if line.startswith("uses:")]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_reads_and_nothing_else_unless_a_job_says_so(path: Path) -> None:
    workflow = told(path)
    assert workflow["permissions"] == {"contents": "read"}
    allowed = [job.get("permissions", {}) for job in workflow["jobs"].values()]
    assert all(one in ({}, {"contents": "read", "id-token": "write"}) for one in allowed)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_somebody_typed_is_no_part_of_a_script(path: Path) -> None:
    for job in told(path)["jobs"].values():
        scripts = [step["run"] for step in job["steps"] if "run" in step]
        assert [script for script in scripts if FROM_OUTSIDE.search(script)] == []


def test_a_push_is_tested_and_only_a_tag_or_a_hand_deploys() -> None:
    # YAML's `on` is a truth value.
    events = {path.stem: told(path)[True] for path in WORKFLOWS}  # type: ignore[index]
    assert set(events["test"]) == {"push", "pull_request"}
    assert set(events["deploy"]) == {"push", "workflow_dispatch"}
    assert events["deploy"]["push"] == {"tags": ["deploy-*"]}


def test_the_image_starts_with_the_databases_address(tmp_path: Path) -> None:
    program = tmp_path / "bio-lakehouse"
    program.write_text('#!/bin/sh\necho "$@ $BIO_DAGSTER_POSTGRES_URL ${DATABASE_PASSWORD-none}"\n')
    program.chmod(0o755)
    told = {"DATABASE_HOST": "db.local", "DATABASE_PASSWORD": "secret"}
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(START)], env=told | {"PATH": path}, capture_output=True, text=True, check=True
    )
    url = "postgresql://dagster:secret@db.local:5432/dagster?sslmode=require"
    assert done.stdout == f"ui --port 3000 {url} none\n"
    done = subprocess.run(
        [str(START), "forget", "--user", "ann"],
        env=told | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"forget --user ann {url} none\n"
    refused = subprocess.run(
        [str(START)], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert refused.returncode
    assert "DATABASE_HOST: names the host" in refused.stderr
