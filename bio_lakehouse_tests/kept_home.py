"""A home that is built once and that each test finds as it was built, in the same place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def kept(home: Path) -> Iterator[Path]:
    """The home, for one test to write into: afterwards a copy is put in its place, so that nothing
    has moved. In a copy elsewhere the first reading would make every table again."""
    copy = home.with_name(f"{home.name} as built")
    shutil.copytree(home, copy)
    try:
        yield home
    finally:
        shutil.rmtree(home)
        copy.rename(home)
