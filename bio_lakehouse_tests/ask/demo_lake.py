"""The demo lake for tests of questions: two people on a fixed day, built once a test session.

`BIO_LAKEHOUSE_DEMO_LAKE` names a home in which it is kept from one session to the next.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bio_lakehouse.ask.evaluation.demo import (
    OTHER_USER,
    TODAY,
    USER,
    demo_lake,
    fingerprint,
    settings_of,
)
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.kept_home import kept

__all__ = ["OTHER_USER", "TODAY", "USER", "copied", "moved_in", "own", "shared"]


def shared(factory: pytest.TempPathFactory) -> Lakehouse:
    """The lake that all tests of this session read, workers of xdist included: write nothing
    into it. A worker that finds other code than another builds its own, and takes away none."""
    kept = os.environ.get("BIO_LAKEHOUSE_DEMO_LAKE")
    base = factory.getbasetemp()
    session = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return demo_lake(Path(kept) if kept else session / f"demo_lake-{fingerprint()[:16]}")


def copied(lake: Lakehouse, folder: Path) -> Lakehouse:
    """A copy of the lake in `folder`, to write into."""
    home = folder / "home"
    shutil.copytree(lake.settings.home, home)
    return Lakehouse.open(settings_of(home))


def moved_in(lake: Lakehouse, folder: Path) -> Path:
    """The home of a copy in which each table has been made again, as its first reading does."""
    copy = copied(lake, folder)
    copy.tables.names()
    return copy.settings.home


@contextmanager
def own(home: Path) -> Iterator[Lakehouse]:
    """The demo lake of a home, for one test to write into."""
    with kept(home):
        yield Lakehouse.open(settings_of(home))
