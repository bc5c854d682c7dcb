"""The software bill of materials names all that the project stands on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_it_has_every_dependency_with_its_version_and_its_licence(tmp_path: Path) -> None:
    bill = tmp_path / "bill.json"
    command = ["cyclonedx-py", "environment", "--pyproject", str(PROJECT), "--no-validate"]
    command += ["--output-file", str(bill), sys.executable]
    program = Path(sys.executable).with_name(command[0])
    subprocess.run([str(program), *command[1:]], check=True, capture_output=True)

    told = json.loads(bill.read_text())
    known = {one["name"].lower(): one for one in told["components"]}
    for dependency in tomllib.loads(PROJECT.read_text())["project"]["dependencies"]:
        name = re.split(r"[\[<>=~!;]", dependency)[0]
        assert known[name]["version"] == version(name)
        assert known[name]["purl"].startswith("pkg:pypi/")
        assert known[name]["licenses"], name
    assert told["metadata"]["component"]["name"] == "bio-lakehouse"
