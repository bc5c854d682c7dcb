"""One case tried on a lake of its own: what became of it, and every promise that it broke."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from bio_lakehouse.lake import arrivals, bronze_writing, landed_reading, quarantine
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.settings import Settings
from bio_lakehouse.workflows import Brought, bring_in
from bio_lakehouse_tests.fuzzing.cases import Became, Case
from bio_lakehouse_tests.fuzzing.clear_words import unclear, unclear_reason
from bio_lakehouse_tests.whole_log import entries_of

Way = Literal["given", "landed"]
"""A file that somebody names, or that somebody put into landing."""

TODAY = date(2026, 3, 20)
IN_MEMORY = Path("/dev/shm")


@dataclass
class Tried:
    """What became of a case: of each of its files, what was told of them, and what was wrong."""

    kind: str
    way: Way
    became: list[Became] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    usable: int = 0
    faults: list[str] = field(default_factory=list)


def lake_at(home: Path) -> Lakehouse:
    return Lakehouse.open(Settings(home=home, timezone="America/New_York", today_override=TODAY))


def attempt(case: Case, way: Way) -> Tried:
    """Try a case in a lake that holds nothing; every broken promise is among its faults.

    Of a large file the rows are counted as they are taken in, of every other as they reach bronze.
    """
    tried = Tried(case.kind, way)
    with tempfile.TemporaryDirectory(dir=_in_memory(case)) as folder:
        place = Path(folder) / "downloads" / "here"
        home = Path(folder) / "home"
        if way == "landed":
            place = home / "landing" / "me"
        place.mkdir(parents=True)
        lake = lake_at(home)
        entries_of(lake.log)
        path = place / case.name
        case.make(path)
        before = _state(lake)
        _take(lake, path, way, tried)
        _look_at(lake, before, tried)
        if case.is_slow:
            told = entries_of(lake.log)
            tried.usable = sum(one.record_count - one.quarantined_count for one in told)
        else:
            _count(lake, tried)
        _take_again(lake, path, way, tried)
        landed_reading.forget_readings()
    _compare(case, tried)
    return tried


def _in_memory(case: Case) -> Path | None:
    """Where a home of small files stands: a database is flushed at each commit."""
    return IN_MEMORY if IN_MEMORY.exists() and not case.is_slow else None


def _take(lake: Lakehouse, path: Path, way: Way, tried: Tried) -> None:
    found: Sequence[Arrival]
    if way == "landed":
        found = arrivals.scan(lake)
    else:
        brought = Brought()
        bring_in(lake, path, "me", None, brought)
        found = list(brought.arrivals.values())
        for name, reason in (brought.unread | brought.passed_over).items():
            is_file = Path(name).is_file() and "cannot be read" not in reason
            told_over = name in brought.passed_over or not is_file
            _tell(tried, "passed over" if told_over else "refused", name, reason)
    for one in found:
        _tell(tried, _became(one), one.path, one.entry.error or "")
        if one.entry.quarantined_count:
            rows = quarantine.read(lake.objects, one.path)
            tried.reasons += [row["reason"] for row in rows]
            tried.faults += [] if all(row["raw"] for row in rows) else ["a row without its text"]


def _became(arrival: Arrival) -> Became:
    if arrival.passed_over or arrival.unread:
        return "passed over"
    if arrival.entry.status == "validation_failed":
        return "kept"
    return "quarantined" if arrival.entry.quarantined_count else "taken"


def _tell(tried: Tried, became: Became, name: str, reason: str) -> None:
    tried.became.append(became)
    if reason:
        told = f"{name}: {reason}"
        tried.messages.append(told)
        tried.faults += [f"{fault} in {told[:200]!r}" for fault in unclear(told, name)]
    for reason in tried.reasons:
        tried.faults += [f"{fault} in the reason {reason!r}" for fault in unclear_reason(reason)]


@dataclass(frozen=True)
class _State:
    """What a home holds, apart from the files of its log: digests by name, and what it owes."""

    files: dict[str, str]
    log: list[object]
    pending: dict[str, set[date]]


def _state(lake: Lakehouse) -> _State:
    return _State(dict(_digests(lake.settings.home)), entries_of(lake.log), lake.log.pending())


def _digests(home: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if path.is_file() and not name.startswith("log.db") and not path.is_symlink():
            with path.open("rb") as file:
                yield name, hashlib.file_digest(file, "sha256").hexdigest()


def _look_at(lake: Lakehouse, before: _State, tried: Tried) -> None:
    """Nothing of what was refused may have changed the home; of what is kept, landing and the log
    alone."""
    after = _state(lake)
    changed = {
        name
        for name in before.files.keys() | after.files.keys()
        if before.files.get(name) != after.files.get(name)
    }
    if set(tried.became) <= {"refused", "passed over"} and (changed or before != after):
        tried.faults.append(f"it was refused and changed the home: {sorted(changed)}")
    made = [name for name in changed if not name.startswith("landing")]
    if set(tried.became) <= {"refused", "passed over", "kept"} and (made or after.pending):
        tried.faults.append(f"nothing of it is usable, and the home has of it {made}")
    hidden = [name for name in after.files if re.search(r"/\.[^/]*$", f"/{name}")]
    if hidden:
        tried.faults.append(f"half a file was left: {hidden}")


def _count(lake: Lakehouse, tried: Tried) -> None:
    """Landed = bronze + quarantined + duplicates, file by file."""
    counted: list[FileDay] = []
    lines = 0
    for dataset, days in lake.log.pending().items():
        written = bronze_writing.write_bronze(lake, dataset, min(days), max(days))
        lines += sum(written.lines_by_day.values())
        counted += [one for one in lake.log.days(min(days), max(days)) if one.dataset == dataset]
    for entry in entries_of(lake.log):
        if not entry.usable or entry.status == "duplicate":
            continue
        landed = sum(one.landed for one in counted if one.file_path == entry.file_path)
        tried.usable += landed
        if entry.record_count != landed + entry.quarantined_count:
            tried.faults.append(
                f"{entry.record_count} rows landed, {landed} reached bronze and "
                f"{entry.quarantined_count} are in quarantine"
            )
    kept = sum(one.landed - one.duplicates for one in counted)
    if kept != lines:
        tried.faults.append(f"bronze has {lines} lines where {kept} are counted")


def _take_again(lake: Lakehouse, path: Path, way: Way, tried: Tried) -> None:
    """The second time nothing is news."""
    before = _state(lake)
    if way == "landed":
        again = [one for one in arrivals.scan(lake) if not one.passed_over and not one.unread]
        tried.faults += [f"taken a second time: {one.path}" for one in again]
    else:
        bring_in(lake, path, "me", None, Brought())
    if _state(lake).pending != before.pending:
        tried.faults.append("the second time it changed days")


def _compare(case: Case, tried: Tried) -> None:
    """Whether it became what it must."""
    expected = sorted(case.becomes)
    if tried.way == "landed":
        # What lies in landing already is told there, and stays.
        expected = sorted("kept" if one == "refused" else one for one in expected)
    if sorted(tried.became) != expected:
        tried.faults.append(f"it became {sorted(tried.became)}, not {expected}")
    told = "\n".join((*tried.messages, *tried.reasons))
    if case.words and case.words not in told:
        tried.faults.append(f"{case.words!r} is not told, but {told[:300]!r}")
    if case.rows is not None and not tried.faults and tried.usable != case.rows:
        tried.faults.append(f"{tried.usable} rows are usable, not {case.rows}")
