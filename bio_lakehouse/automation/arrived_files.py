"""The files that a run is for, in its tags: their names, and never what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import dagster as dg

from bio_lakehouse.assets.people import FILES_TAG
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.landing import split_path

MOST_NAMED = 3
LONGEST_NAME = 60


def files_tag(names: Iterable[str]) -> dict[str, str]:
    """The tag of a run for files of these names; none without files."""
    text = named(list(names))
    return {FILES_TAG: text} if text else {}


def files_of_run(run: dg.DagsterRun) -> str | None:
    """The names of the files that a run is for; None where its tags name none."""
    return run.tags.get(FILES_TAG)


def names_of(paths: Iterable[str]) -> list[str]:
    """The names of the files at these paths of the log, each once."""
    return list(dict.fromkeys(map(name_of, paths)))


def files_of(lake: Lakehouse, days: DayRange) -> list[str]:
    """The names of the files of which days are not built up to gold yet."""
    return names_of(lake.log.files_pending(days.first, days.last))


def named(names: Sequence[str]) -> str:
    """`workouts.csv, oura.zip and 3 more`."""
    shown = ", ".join(map(shortened, names[:MOST_NAMED]))
    more = len(names) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def name_of(path: str) -> str:
    """The name of the file in landing that lies at a path of the log, or holds what does."""
    return PurePosixPath(split_path(path)[0]).name


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
