"""For tests of questions: the demo lake that they share, and one to write into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import moved_in, own, shared


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Two people, 200 and 60 days up to 11 March 2026, with everything built: read it only."""
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def own_home(demo_lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moved_in(demo_lake, tmp_path_factory.mktemp("own"))


@pytest.fixture
def own_demo_lake(own_home: Path) -> Iterator[Lakehouse]:
    """A copy of the demo lake, to write into."""
    with own(own_home) as lake:
        yield lake
