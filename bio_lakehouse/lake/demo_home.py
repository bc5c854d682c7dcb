"""The demo's home: marked as such, made afresh by every demo, and never one that holds a person's
own files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock, Timeout

from bio_lakehouse import whole_files
from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.home import things_in
from bio_lakehouse.lake.objects import checksum
from bio_lakehouse.settings import Settings

MARK = "demo.json"
"""Says that a home is the demo's, and of which contents its files are."""
UI_LOCK = Path("dagster", "ui.lock")


def make_afresh(settings: Settings) -> None:
    """Empty the home of an earlier demo, and mark it as the demo's.

    `StoreError`, and nothing is touched, when the home holds what no demo has made, landing is in a
    bucket, or the UI is open over it.
    """
    home = settings.home
    check(settings)
    for path in sorted(home.iterdir()):
        if path.name != MARK:
            remove(path)
    note_files(home, [])


def check(settings: Settings) -> None:
    """Raise `StoreError` when the demo must not have this home."""
    home = settings.home
    if settings.landing_url:
        raise StoreError(
            "BIO_LANDING_URL is set, and a made-up person's files belong in no bucket: unset it "
            "for the demo"
        )
    inside = things_in(home)
    if inside and MARK not in inside:
        raise StoreError(
            f"{home} holds things that no demo has made, and a demo there would mix with them:"
            " give it an empty folder with --home, or remove that one"
        )
    own = own_files(home)
    if own:
        raise StoreError(
            f"{home} is the demo's and would be made afresh, but {own[0]} is not of the demo:"
            " bring it into a home of its own and remove it here"
        )
    if is_open(home):
        raise StoreError(f"the UI is open over {home}: end it, then run the demo again")


def note_files(home: Path, files: Iterable[Path]) -> None:
    """Mark the home as the demo's, with the contents of the files that it is about to bring in."""
    contents = {path.name: checksum(path.read_bytes()) for path in files}
    whole_files.write_text(home / MARK, json.dumps(contents, indent=1) + "\n")


def own_files(home: Path) -> list[str]:
    """The files in landing that no demo has brought in."""
    try:
        noted = set(json.loads((home / MARK).read_text("utf-8")).values())
    except (OSError, ValueError, AttributeError):
        noted = set()
    lying = (path for path in sorted((home / landing.PREFIX).rglob("*")) if path.is_file())
    files = (path for path in lying if not path.name.endswith(landing.NOTE_SUFFIX))
    return [
        str(path.relative_to(home)) for path in files if checksum(path.read_bytes()) not in noted
    ]


def is_open(home: Path) -> bool:
    """Whether the UI runs over this home."""
    if not (home / UI_LOCK).exists():
        return False
    try:
        with FileLock(home / UI_LOCK, timeout=0):
            return False
    except Timeout:
        return True


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
