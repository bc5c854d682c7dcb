"""The home folder: what lies where in it, and that it is its owner's alone."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bio_lakehouse.errors import StoreError
from bio_lakehouse.settings import TIMEZONE_FILE
from bio_lakehouse.whole_files import is_unfinished

LOG, CATALOG = "log.db", "catalog.db"
UNFINISHED = ".repair-unfinished"
BRONZE, WAREHOUSE, LANDING = "bronze", "warehouse", "landing"
EXPERIMENTS = "experiments"
"""What people said of their self-experiments: as landing, nothing can make it again."""
QUESTIONS = "ask"
"""A person's own corrections of answers: nothing can make them again either."""
ANSWERS = "ask-cache"
"""Answers to questions that were asked before."""
FOR_JOBS = "pipes", "glue-temporary"
"""What runs and jobs of Glue tell each other, people's measures among it, and Glue's own files."""
PRIVATE = 0o700
OTHERS = 0o077

logger = logging.getLogger(__name__)


def make_private(home: Path) -> None:
    """Make the folder `home` when it is not there, and keep others on this machine out of it.

    A folder that holds other things than a lake is left as it is, with a warning. All that this
    process writes from now on only its owner can read. `StoreError` when it cannot be made.
    """
    os.umask(OTHERS)
    try:
        home.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except FileExistsError as error:
        raise StoreError(f"{home} is a file and no folder: choose another home") from error
    except OSError as error:
        raise StoreError(
            f"{home} cannot be made a home ({error.strerror}): choose another with --home or "
            "BIO_HOME"
        ) from error
    if stat.S_IMODE(home.stat().st_mode) & OTHERS:
        _close(home)


def require_lake(home: Path) -> None:
    """Raise `StoreError` when there is no lake at `home`: asking one that is not there makes none.

    An empty folder is a lake without data.
    """
    if not home.exists() or (home.is_dir() and not is_lake(home)):
        raise StoreError(
            f"there is no lake at {home}: check --home and BIO_HOME, or begin one with"
            " `bio-lakehouse ingest FILE` or `bio-lakehouse demo`"
        )


def is_repair_unfinished(home: Path) -> bool:
    """Whether a repair was begun and has not ended, so that tables may be missing."""
    return (home / UNFINISHED).exists()


def is_written(path: Path) -> bool:
    """Whether there is such a file, and it is not empty."""
    return path.exists() and path.stat().st_size > 0


@contextmanager
def warnings_to(tell: Callable[[str], None]) -> Iterator[None]:
    """Give the package's warnings to `tell` as texts."""
    package = logging.getLogger("bio_lakehouse")
    handler = _Telling(tell)
    package.addHandler(handler)
    try:
        yield
    finally:
        package.removeHandler(handler)


class _Telling(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.getMessage())


def _close(home: Path) -> None:
    try:
        if is_lake(home):
            home.chmod(PRIVATE)
            return
        reason = "it holds other things too"
    except OSError as error:
        reason = str(error.strerror)
    logger.warning(
        "Others on this machine can look into %s, and it was left so because %s: "
        "keep the lake in a folder of its own with mode 0700.",
        home,
        reason,
    )


def is_lake(home: Path) -> bool:
    """Whether the folder is a lake's own: empty, or with a lake's log, landing or experiments in
    it."""
    inside = things_in(home)
    own = inside & {LOG, LANDING, EXPERIMENTS}
    return not inside or (bool(own) and not home.stat().st_mode & stat.S_ISVTX)


def things_in(home: Path) -> set[str]:
    """Names in the folder that say what it is: neither the kept time zone, which the first command
    writes into any, nor what is left of a write that was killed."""
    names = {path.name for path in home.iterdir() if not is_unfinished(path.name)}
    return names - {TIMEZONE_FILE}
