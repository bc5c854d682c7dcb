"""The list of Dagster's migrations, read once a process.

Whenever a database is opened or made, Alembic runs the 90 files of Dagster's migrations to find the
newest: two or three times for an instance, and twice for each run, whose events have a database of
their own. That is 18 ms of processor each time.
"""

from __future__ import annotations

from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory

SCRIPTS: Any = ScriptDirectory
"""Whose methods are not to be assigned, for the type checker."""
FROM_CONFIG = ScriptDirectory.from_config
_READ: dict[str | None, ScriptDirectory] = {}


def read_migrations_once() -> None:
    """Let all databases that this process opens share the migrations that were read for the first.

    It reaches into Alembic; without it the same is read more often.
    """
    SCRIPTS.from_config = migrations_of


def migrations_of(config: Config) -> ScriptDirectory:
    """As Alembic's `ScriptDirectory.from_config`, and the same for the same folder of files."""
    folder = config.get_main_option("script_location")
    if folder not in _READ:
        _READ[folder] = FROM_CONFIG(config)
    return _READ[folder]
