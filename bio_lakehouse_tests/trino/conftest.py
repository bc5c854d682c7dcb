"""One Trino over the demo lake, for all its tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bio_lakehouse_tests.trino.trino_lake import TrinoLake, trino_lake


@pytest.fixture(scope="session")
def on_trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoLake]:
    folder = tmp_path_factory.mktemp("trino")
    with pytest.MonkeyPatch.context() as patch, trino_lake(folder, patch) as lake:
        yield lake
