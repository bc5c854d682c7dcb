"""checkov over the templates and the image, in an environment of its own.

    python -m bio_lakehouse_tests.infra.checkov

exits with 1 where something fails, or where a skip in a template skips nothing. Nothing is sent or
fetched but checkov itself, once, from PyPI.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bio_lakehouse_tests.kept_environment import bare_variables, kept_environment

VERSION = "3.3"
INFRA = Path(__file__).parents[2] / "infra"
FRAMEWORKS = ("cloudformation", "dockerfile")


def main(infra: Path = INFRA) -> int:
    """Print what fails; the exit code."""
    reports = run(infra)
    problems = [*failures(reports), *idle_skips(infra, reports)]
    for problem in problems:
        print(problem)
    done = {kind: sum(one["summary"][kind] for one in reports) for kind in ("passed", "skipped")}
    print(f"{done['passed']} passed, {done['skipped']} skipped, {len(problems)} problems")
    return 1 if problems else 0


def run(infra: Path) -> list[dict[str, Any]]:
    """checkov's reports, one a framework."""
    program = environment() / "bin" / "checkov"
    command = [str(program), "--directory", str(infra), "--framework", *FRAMEWORKS]
    command += ["--output", "json", "--skip-download"]
    told_to = bare_variables() | {"LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=told_to)
    told = json.loads(done.stdout)
    return told if isinstance(told, list) else [told]


def failures(reports: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['file_path']}: {one['resource']}: {one['check_id']} {one['check_name']}"
        for report in reports
        for one in report["results"]["failed_checks"]
    ]


def idle_skips(infra: Path, reports: list[dict[str, Any]]) -> list[str]:
    """Skips that a file names and that skip nothing, or that have no reason."""
    done = [one for report in reports for one in report["results"].get("skipped_checks", [])]
    named = sum(path.read_text("utf-8").count("id: CKV") for path in infra.glob("*.yaml"))
    named += sum(
        path.read_text("utf-8").count("checkov:skip=") for path in infra.rglob("Dockerfile")
    )
    bare = [one["resource"] for one in done if not one["check_result"].get("suppress_comment")]
    idle = [f"{named} skips are named, and {len(done)} are used"] if named != len(done) else []
    return idle + [f"{resource}: a skip without a reason" for resource in bare]


def environment() -> Path:
    """The environment in which checkov is installed; it is made once, in a minute, with 290 MB."""
    return kept_environment(f"checkov-{VERSION}", f"checkov=={VERSION}.*")


if __name__ == "__main__":
    sys.exit(main())
