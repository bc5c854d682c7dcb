"""The command line in this process, for tests of what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from bio_lakehouse.cli import main


def run(home: Path, *words: str, **environment: str) -> Result:
    """A command and its words, over the lake at `home`."""
    return CliRunner().invoke(main, [words[0], "--home", str(home), *words[1:]], env=environment)
