"""Adding a source with one file format and one silver table touches its own folder, its silver
module, and one line of the register.

Acme's scale is a vendor that does not exist. Its declaration and its transform stand in
`made_up_vendor/`, and a process in which it is registered runs that folder's cases.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).with_name("made_up_vendor")
PLUGIN = "bio_lakehouse_tests.made_up_vendor.registered"


def test_a_vendor_is_at_home_everywhere_by_its_declaration_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--basetemp", str(tmp_path / "cases"), str(FOLDER / "cases.py")],
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout
