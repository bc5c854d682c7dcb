"""Which version of the program answers: an answer that another one gave is not given again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bio_lakehouse import __version__


@cache
def current() -> str:
    """The package's version, and when the files that questions are answered with were last written:
    a program that is run from its sources changes without a new version."""
    package = Path(__file__).parents[2]
    asking = [*package.glob("ask/**/*.py"), *package.glob("ask/**/*.yaml")]
    files = [*asking, *package.glob("gold/*.py")]
    newest = max(path.stat().st_mtime_ns for path in files)
    return f"{__version__} {newest}"
