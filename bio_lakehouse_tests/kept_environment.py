"""Programs of tests that live in environments of their own, made once in a cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

CACHE = Path("~/.cache/bio-lakehouse-tests").expanduser()
FIRST_SECONDS = 600
"""Until another process has made the environment."""


def kept_environment(name: str, requirement: str) -> Path:
    """The environment in which `requirement` is installed, by this Python; made where it lacks."""
    folder = CACHE / f"{name}-python{sys.version_info[0]}.{sys.version_info[1]}"
    is_ready = folder / "is-ready"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock", timeout=FIRST_SECONDS):
        if not is_ready.exists():
            install(folder, requirement)
            is_ready.touch()
    return folder


def install(folder: Path, requirement: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", requirement], check=True)


def bare_variables() -> dict[str, str]:
    """Nothing of who runs the tests but where programs and the home are."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
