"""Known vulnerabilities of what is installed, by pip-audit and the database of osv.dev.

    python -m bio_lakehouse_tests.security.audit

An audit that finds nothing may have looked at nothing, so a version that is known to be bad is
audited first and must be found. Exit code 0: nothing is known; 1: something is; 2: the audit does
not work; 3: the database did not answer. Names and versions are sent there, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

OSV = "https://api.osv.dev/v1/query"
KNOWN_BAD = "jinja2==2.11.2"
"""CVE-2020-28493, a regular expression that takes for ever; mended in 2.11.3."""
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not reach this project, each with the reason."""


class Outcome(IntEnum):
    """What an audit came to; its number is the exit code."""

    CLEAN = 0
    VULNERABLE = 1
    BLIND = 2
    UNREACHABLE = 3


class NotReachedError(Exception):
    """The database of vulnerabilities did not answer; the message is its client's last line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A vulnerability of an installed version; `mended` names versions without it."""

    package: str
    version: str
    name: str
    mended: tuple[str, ...]

    def __str__(self) -> str:
        wanted = ", ".join(self.mended) or "no version yet"
        return f"{self.package} {self.version}: {self.name}, mended in {wanted}"


def audit(osv: str = OSV) -> Outcome:
    """Audit the known bad version, then this environment, and print what is found."""
    try:
        if not findings_of_requirement(KNOWN_BAD, osv):
            print(f"The audit does not work: it finds nothing in {KNOWN_BAD}.")
            return Outcome.BLIND
        found = findings_here(osv)
    except NotReachedError as error:
        print(f"Nothing was audited, {osv} did not answer: {error}")
        return Outcome.UNREACHABLE
    for finding in found:
        print(f"{finding} ({ACCEPTED.get(finding.name, 'not accepted')})")
    open_ones = [finding for finding in found if finding.name not in ACCEPTED]
    print(f"{KNOWN_BAD} is found; here {len(open_ones)} of {len(found)} findings are open.")
    return Outcome.VULNERABLE if open_ones else Outcome.CLEAN


def findings_of_requirement(requirement: str, osv: str = OSV) -> list[Finding]:
    """The vulnerabilities of one pinned version, which is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requirements.txt")
        file.write_text(f"{requirement}\n")
        return _findings(["--requirement", str(file), "--no-deps", "--disable-pip"], osv)


def findings_here(osv: str = OSV) -> list[Finding]:
    """Those of every distribution in this environment, the project itself left out."""
    return _findings(["--skip-editable"], osv)


def _findings(asked: list[str], osv: str) -> list[Finding]:
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv"]
        command += ["--osv-url", osv, "--format", "json", "--progress-spinner", "off"]
        # A kept answer would hide that the database cannot be reached.
        command += ["--cache-dir", cache, *asked]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise NotReachedError(done.stderr.strip().rpartition("\n")[2])
    return [
        Finding(package["name"], package["version"], known["id"], tuple(known["fix_versions"]))
        for package in json.loads(done.stdout)["dependencies"]
        for known in package.get("vulns", ())
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--osv", default=OSV, help=f"another address than {OSV}")
    sys.exit(audit(parser.parse_args().osv))
