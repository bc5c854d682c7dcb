"""Checks of what is on this machine: the home, its files, its programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bio_lakehouse.backends import backend_of
from bio_lakehouse.doctor.verdicts import Check, ok, problem, skipped, warning
from bio_lakehouse.engines.installed_spark import pyspark_problem
from bio_lakehouse.lake import home
from bio_lakehouse.lake.folders import NoFile, files_below
from bio_lakehouse.lake.landing import PREFIX
from bio_lakehouse.lake.store_errors import CHECK_RIGHTS, is_damage, is_full, sqlite_trouble
from bio_lakehouse.numbers import bytes_text, seconds_text
from bio_lakehouse.setting_words import variable_of
from bio_lakehouse.settings import (
    NO_SETTING,
    Settings,
    is_timezone_kept,
    names_set_in,
    unparsed_lines,
)

LITTLE, VERY_LITTLE = 5 * 2**30, 2**30
"""Bytes of free disk under which there is a warning, and a problem."""
AHEAD = timedelta(minutes=5)
DATABASES = (home.LOG, home.CATALOG, "dagster/history/runs.db", "dagster/history/runs/index.db")
ENGINES = ("dagster", "duckdb", "pyarrow", "pyiceberg", "pyspark", "pysail")
OLDEST_PYTHON = (3, 11)
MOST_NAMED = 3


def settings_known(settings: Settings) -> Iterator[Check]:
    """Whether each BIO_ variable is one that is read, and BIO_ENV a profile that there is: a
    mistyped one is silently nothing."""
    backend_of(settings)
    known = {variable_of(name, field) for name, field in type(settings).model_fields.items()}
    said = {name.upper() for name in (*os.environ, *names_set_in(settings.home / ".env"))}
    unknown = sorted(name for name in said - known if name.startswith("BIO_"))
    if unknown:
        yield warning(
            "settings",
            f"nothing reads {', '.join(unknown)}",
            "correct the name (the README lists all settings), or take it out",
        )
    else:
        yield ok("settings", f"every setting is read; BIO_ENV is {settings.profile}")
    for line in unparsed_lines(settings.home / ".env"):
        why = f"line {line} of {settings.home / '.env'} sets nothing: {NO_SETTING}"
        yield warning("settings", why, "correct the line, or take it out")
    people = settings.users
    yield ok("people", f"{len(people):,} known to the settings: {', '.join(sorted(people))}")


def home_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.home
    if not folder.exists():
        yield _place_for_home(folder)
        return
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        step = "make it writable (mount it again for writing), or move the home to another disk"
        yield problem("home", f"the disk of {folder} is read-only", step)
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem("home", f"{folder} cannot be written", "give yourself the right to write")
    elif stat.S_IMODE(folder.stat().st_mode) & home.OTHERS:
        yield problem("home", f"others can look into {folder}", f"run: chmod 700 {folder}")
    elif home.is_repair_unfinished(folder):
        first = "make room first, then " if is_full(folder) else ""
        step = f"{first}run `bio-lakehouse repair`"
        yield problem("home", "a repair was begun and not ended", step)
    else:
        yield ok("home", f"{folder} can be written, and by its owner alone")


def _place_for_home(folder: Path) -> Check:
    parent = next(path for path in folder.parents if path.exists())
    if os.access(parent, os.W_OK | os.X_OK):
        return skipped(
            "home", f"there is no lake at {folder} yet", "bring a file in, or try `demo`"
        )
    step = "choose another with --home or BIO_HOME"
    return problem("home", f"{folder} cannot be made below {parent}", step)


def disk(settings: Settings) -> Iterator[Check]:
    place = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    said, step = f"{bytes_text(free)} are free", "make room, or move the home to another disk"
    if free < VERY_LITTLE:
        yield problem("disk", said, step)
    elif free < LITTLE:
        yield warning("disk", said, step)
    else:
        yield ok("disk", said)


def clock(settings: Settings) -> Iterator[Check]:
    """Whether anything in the home was written later than the clock says that it is now."""
    if settings.today_override:
        step = "take BIO_TODAY_OVERRIDE out, unless you look at the past"
        yield warning("clock", f"today is set to {settings.today_override}", step)
        return
    newest = max((path.stat().st_mtime for path in _there(settings)), default=0.0)
    ahead = datetime.fromtimestamp(newest, UTC) - datetime.now(UTC)
    if ahead > AHEAD:
        said = f"the lake was written {seconds_text(ahead.total_seconds())} after now"
        yield problem("clock", said, "set the machine's clock")
    else:
        yield ok("clock", f"it is {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def time_zone(settings: Settings) -> Iterator[Check]:
    if is_zone_said(settings):
        yield ok("time zone", f"days begin in {settings.timezone}")
    else:
        said = f"days begin in this machine's zone, {settings.timezone}"
        yield warning(
            "time zone", said, "set BIO_TIMEZONE, so that it stays when the machine moves"
        )


def is_zone_said(settings: Settings) -> bool:
    """Whether a time zone is set, or kept in the home."""
    return "timezone" in settings.model_fields_set or is_timezone_kept(settings.home)


def databases(settings: Settings) -> Iterator[Check]:
    found = _there(settings)
    if not found:
        yield skipped("databases", "there are none yet")
    for path in found:
        name = f"database {path.relative_to(settings.home)}"
        try:
            with closing(sqlite3.connect(_untouched(path), uri=True, timeout=2)) as db:
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            yield problem(name, *_why_unopened(error, path))
        else:
            yield ok(name, f"it can be opened, {bytes_text(path.stat().st_size)}")


def _why_unopened(error: sqlite3.Error, path: Path) -> tuple[str, str]:
    """Why a database cannot be opened, and what to do: only what is damaged is to be made again."""
    if is_damage(error):
        step = "run `bio-lakehouse repair`, which makes it again"
        return f"it cannot be opened ({error})", step
    what, step = sqlite_trouble(error, path) or (str(error), CHECK_RIGHTS)
    return f"it cannot be opened now ({what})", step


def _there(settings: Settings) -> list[Path]:
    paths = [settings.home / name for name in DATABASES]
    return [path for path in paths if path.exists()]


def _untouched(path: Path) -> str:
    """A database's address by which it is read alone. One that nobody has open would get files
    beside it for that, unless it is said not to change."""
    is_open = path.with_name(f"{path.name}-wal").exists()
    return f"{path.as_uri()}?mode=ro" if is_open else f"{path.as_uri()}?immutable=1"


def landing_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.home / PREFIX
    if not folder.exists():
        yield skipped("landing", "nothing has come yet", "run `bio-lakehouse ingest FILE`")
        return
    found = list(files_below(folder))
    bad = [one for one in found if isinstance(one, NoFile) or not os.access(one.path, os.R_OK)]
    if bad:
        names = ", ".join(str(one.path) for one in bad[:MOST_NAMED])
        step = "give yourself the right to read them, or take them away"
        yield problem("landing", f"{len(bad):,} cannot be read: {names}", step)
    else:
        yield ok("landing", f"{len(found):,} files can be read")


def programs(settings: Settings) -> Iterator[Check]:
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield problem("programs", f"Python {python} is too old", "install Python 3.11 or newer")
        return
    missing = [name for name in ENGINES if not _version(name)]
    if settings.spark_remote:
        missing = [name for name in missing if name != "pysail"]
    if missing:
        step = 'install it again: pip install "bio-lakehouse"'
        yield problem("programs", f"{', '.join(missing)} cannot be found", step)
    elif mixed := pyspark_problem():
        yield problem("programs", *mixed)
    else:
        versions = ", ".join(f"{name} {_version(name)}" for name in ENGINES if _version(name))
        yield ok("programs", f"Python {python}, {versions}")


def _version(name: str) -> str:
    for spelled in (name, f"{name}-client"):
        try:
            return version(spelled)
        except PackageNotFoundError:
            continue
    return ""


HOME_CHECKS = (settings_known, home_folder, disk, clock, programs)
"""Of every profile."""
LAKE_CHECKS = (time_zone, databases, landing_folder)
"""Of a lake in a home."""
