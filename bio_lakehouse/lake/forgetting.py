"""A person taken out of a lake: every layer, every earlier state, and nothing of the others.

The layers are gone through in the order in which data flows, so that nothing that is made
meanwhile brings back what was removed; each finds by itself what is left of the person, so that an
interrupted run is begun again. The log, which knows the names of their files, comes last. What
others that write, as the functions on AWS, have brought back meanwhile is removed once more.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from bio_lakehouse import backends
from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.lake import built_with, fetching, landing, locks, quarantine, users
from bio_lakehouse.lake.home import ANSWERS, BRONZE, EXPERIMENTS, FOR_JOBS, QUESTIONS, WAREHOUSE
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectStore
from bio_lakehouse.lake.repair import DAMAGED
from bio_lakehouse.sources.oura.tokens import TokenStore

REPORTS = "reports"
LOCKS = {QUESTIONS: "questions", EXPERIMENTS: "experiments", REPORTS: "reports"}
"""What those who write a folder hold meanwhile."""
MOST_PASSES = 3
MEANWHILE = "meanwhile"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed of one layer: how many of what."""

    layer: str
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Whom to forget in which lake; with `is_trial` all is counted and nothing removed."""

    lake: Lakehouse
    user_id: str
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, what is counted in it, and what removes it."""

    name: str
    unit: str
    remove: Callable[[Forgetting], int]
    of_everybody: bool = False


def forget(lake: Lakehouse, user_id: str, *, is_trial: bool = False) -> Iterator[Removed]:
    """Remove a person from every layer of a lake; what was removed, layer by layer."""
    asked = Forgetting(lake, user_id, is_trial)
    # Nobody has a file of theirs in hand that would be logged once the log has forgotten them.
    with nullcontext() if is_trial else locks.exclusively(lake, locks.ARRIVALS):
        for layer in LAYERS:
            yield Removed(layer.name, layer.remove(asked), layer.unit)
        again = 0 if is_trial else sum(_once_more(asked, layer) for layer in LAYERS)
    yield Removed(MEANWHILE, again, "of all these, brought back by others and removed again")


def _once_more(asked: Forgetting, layer: Layer) -> int:
    if layer.of_everybody or not layer.remove(replace(asked, is_trial=True)):
        return 0
    return layer.remove(asked)


def files_of(lake: Lakehouse, user_id: str) -> set[str]:
    """The names of a person's files, as the log and landing know them."""
    logged = {entry.file_path for entry in lake.log.of_user(user_id)}
    lying = {info.key for info in lake.landing_objects.list(landing.PREFIX)}
    theirs = logged | {key for key in lying if is_landed_of(user_id, key)}
    return {PurePosixPath(path).name for path in theirs}


def speaks_of(user_id: str) -> re.Pattern[str]:
    """What finds a person in a text: their id as a word, also as Markdown writes it."""
    spelled = re.escape(user_id).replace("_", r"\\*_")
    at_root = rf"|{landing.PREFIX}/[^/\"\s]+(?![^\"\s]*/)" if user_id == "me" else ""
    return re.compile(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9]){at_root}")


def is_landed_of(user_id: str, key: str) -> bool:
    """Whether a key of landing is in a person's folder; at its root lie the files of `me`."""
    try:
        return landing.user_of(key) == user_id
    except UnsupportedFile:
        return PurePosixPath(key).parts[1] == user_id


def _logins(asked: Forgetting) -> int:
    """Tokens and the browser's profile: first, so that nothing is fetched again."""
    settings, user_id = asked.lake.settings, asked.user_id
    store = fetching.oura_tokens(settings, user_id)
    profile = fetching.peloton_profiles(settings) / user_id
    if asked.is_trial:
        return int(store.load() is not None) + int(profile.exists())
    removed = int(_sign_out(store)) + int(profile.exists())
    shutil.rmtree(profile, ignore_errors=True)
    return removed


def _sign_out(store: TokenStore) -> bool:
    """Remove tokens while nobody renews them, who would write them once more."""
    if store.load() is None:
        return store.remove()
    with store.lock():
        return store.remove()


def _landing(asked: Forgetting) -> int:
    theirs = partial(is_landed_of, asked.user_id)
    folder = asked.lake.landing_objects.local_folder(f"{landing.PREFIX}/{asked.user_id}")
    if folder and folder.is_symlink() and not asked.is_trial:
        # What it leads to lies outside of the lake, and is not the lake's to remove.
        folder.unlink()
    return asked.lake.landing_objects.erase(landing.PREFIX, theirs, is_trial=asked.is_trial)


def _folder(name: str, asked: Forgetting) -> int:
    """A person's folder among the objects, and in the home what was copied of it."""
    lock = LOCKS.get(name, locks.BRONZE)
    machine = backends.open_store(asked.lake.settings.home, lambda: None)
    with locks.exclusively(asked.lake, lock):
        found = [
            store.erase(f"{name}/{asked.user_id}", lambda _: True, is_trial=asked.is_trial)
            for store in (asked.lake.objects, machine)
        ]
    _remove_empty(machine, f"{name}/{asked.user_id}")
    return max(found)


def _remove_empty(machine: ObjectStore, prefix: str) -> None:
    folder = machine.local_folder(prefix)
    if folder and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _bronze(asked: Forgetting) -> int:
    """Files a month, and what a writer that was killed left of one: whoever writes holds the
    lock."""

    def is_theirs(key: str) -> bool:
        name = PurePosixPath(key).name
        return name.startswith((f"{asked.user_id}.", "."))

    with locks.exclusively(asked.lake, locks.BRONZE):
        # Of bronze, which is brought over first where an earlier version wrote it.
        return asked.lake.bronze.objects.erase(BRONZE, is_theirs, is_trial=asked.is_trial)


def _tables(asked: Forgetting) -> int:
    """Rows of every table, silver before gold; again, until none has come back."""
    names = sorted(asked.lake.tables.names(), key=lambda name: ("silver" not in name, name))
    removed = sum(_of_table(asked, name) for name in names)
    for _ in range(0 if asked.is_trial else MOST_PASSES):
        again = [name for name in names if _rows(asked, name)]
        removed += sum(_of_table(asked, name) for name in again)
    if not asked.is_trial:
        asked.lake.backend.warehouse(asked.lake).erase_earlier(f"{WAREHOUSE}/")
    return removed


def _of_table(asked: Forgetting, name: str) -> int:
    from bio_lakehouse.lake.table_forgetting import forget_rows

    if asked.is_trial:
        return _rows(asked, name)
    with locks.exclusively(asked.lake, name):
        return forget_rows(asked.lake.tables, name, asked.user_id)


def _rows(asked: Forgetting, name: str) -> int:
    from bio_lakehouse.lake.table_forgetting import count_rows

    return count_rows(asked.lake.tables, name, asked.user_id)


def _measures(asked: Forgetting) -> int:
    """What stands of them in `users.toml` and in what the lake was built with."""
    lake, is_trial = asked.lake, asked.is_trial
    machine = backends.open_store(lake.settings.home, lambda: None)
    stood = [users.forget(one, asked.user_id, is_trial=is_trial) for one in (lake.objects, machine)]
    built = built_with.forget(lake, asked.user_id, is_trial=is_trial)
    if not is_trial:
        for key in (users.KEY, built_with.KEY):
            lake.objects.erase_earlier(key)
    return max(stood) + built


def _answers(asked: Forgetting) -> int:
    """Kept answers in which they are named."""
    found = [
        path
        for path in (asked.lake.settings.home / ANSWERS).glob("*")
        if path.is_file() and mentions(path, asked.user_id)
    ]
    for path in [] if asked.is_trial else found:
        path.unlink(missing_ok=True)
    return len(found)


def mentions(path: Path, user_id: str) -> bool:
    """Whether a file has a person's id in it as a word."""
    return bool(speaks_of(user_id).search(path.read_bytes().decode("latin-1")))


def _set_aside(asked: Forgetting) -> int:
    """Damaged files, which may be anybody's; nothing needs them."""
    folder = asked.lake.settings.home / DAMAGED
    count = sum(path.is_file() for path in folder.rglob("*"))
    if not asked.is_trial:
        shutil.rmtree(folder, ignore_errors=True)
    return count


def _for_jobs(asked: Forgetting) -> int:
    """What jobs were told, which may be about anybody; nothing needs it once they have ended."""
    objects, is_trial = asked.lake.objects, asked.is_trial
    return sum(objects.erase(name, lambda _: True, is_trial=is_trial) for name in FOR_JOBS)


def _results(asked: Forgetting) -> int:
    """What queries returned, which may be anybody's rows; nothing needs them."""
    store = asked.lake.backend.results(asked.lake)
    return store.erase("", lambda _: True, is_trial=asked.is_trial) if store else 0


def _log(asked: Forgetting) -> int:
    return asked.lake.log.forget_user(asked.user_id, is_trial=asked.is_trial)


LAYERS = (
    Layer("logins", "logins at Oura and Peloton", _logins),
    Layer("landing", "files and notes", _landing),
    Layer("quarantine", "files of rows set aside", partial(_folder, quarantine.PREFIX)),
    Layer("experiments", "plans, marks and stops", partial(_folder, EXPERIMENTS)),
    Layer("corrections", "files of corrected answers", partial(_folder, QUESTIONS)),
    Layer("bronze", "files of months", _bronze),
    Layer("tables", "rows in silver and gold, and all earlier states", _tables),
    Layer("reports", "pages, PDFs and what they told", partial(_folder, REPORTS)),
    Layer("kept answers", "answers", _answers),
    Layer("query results", "results of queries, everybody's", _results, of_everybody=True),
    Layer("told to jobs", "messages of Glue's jobs, everybody's", _for_jobs, of_everybody=True),
    Layer("set aside", "damaged files, everybody's", _set_aside, of_everybody=True),
    Layer("measures", "entries in users.toml and built_with.json", _measures),
    Layer("log", "entries, with their counts and owed days", _log),
)
