"""Files that are there whole or not at all, whenever the writing of one ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".unfinished-"
"""What the names begin with of files that are being written. They are hidden."""


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write in, which takes the place of `path` at the end; its owner alone can read it.

    Where that fails what was at `path` stays, and `OSError` names it.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.replace(path)
    except BaseException as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            # Without the temporary file's name, which says nothing to anybody.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text (UTF-8) whole, or leave what was there."""
    with replaced(path) as file:
        file.write(text.encode())


def is_unfinished(name: str) -> bool:
    """Whether a file of that name is one that was being written when its process ended."""
    return name.startswith(UNFINISHED)
