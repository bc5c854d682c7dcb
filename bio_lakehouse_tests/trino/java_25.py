"""A Java 25 with the vector module, which Trino asks for: the machine's own, or one from PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "arcadedb-embedded==26.10.2.post1"
"""A database whose wheel carries a Java runtime: the one on PyPI that has the vector module."""
MODULES = ("jdk.incubator.vector", "jdk.unsupported", "java.management")
WHERE_JDKS_ARE = Path("/usr/lib/jvm")
NEWEST = 25


@cache
def jdk_of_machine() -> Path | None:
    """The first Java 25 of JAVA_HOME and of the folder of Debian's packages; None without."""
    return next(filter(is_fit, candidates()), None)


def candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if WHERE_JDKS_ARE.exists():
        yield from sorted(WHERE_JDKS_ARE.glob(f"*{NEWEST}*/bin/java"))


def is_fit(java: Path) -> bool:
    """Whether `java` is there, is Java 25, and has the modules that Trino asks for."""
    if not java.exists():
        return False
    told = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False)
    modules = dict(line.split("@") for line in told.stdout.split() if "@" in line)
    versions = {modules.get(name, "").partition(".")[0] for name in MODULES}
    return versions == {str(NEWEST)}


def runtime_from_pypi(folder: Path) -> Path:
    """The program `java` of a runtime from PyPI in `folder`, which is made where it lacks."""
    found = next(folder.glob("*/jre/bin/java"), None)
    if found is None:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*install, "--target", folder, PACKAGE], check=True)
        found = next(folder.glob("*/jre/bin/java"))
    found.chmod(0o755)
    return found
