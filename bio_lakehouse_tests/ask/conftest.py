"""For tests of questions: the demo lake that they share, and one to write into."""

from __future__ import annotations

from pathlib import Path

import pytest

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse_tests.ask.demo_lake import copied, shared


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Two people, 200 and 60 days up to 11 March 2026, with everything built: read it only."""
    return shared(tmp_path_factory)


@pytest.fixture
def own_demo_lake(demo_lake: Lakehouse, tmp_path: Path) -> Lakehouse:
    """A copy of the demo lake, to write into."""
    return copied(demo_lake, tmp_path)
