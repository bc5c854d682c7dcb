"""Quarantine: rows that cannot be used, one file a landed file, with line, field, reason and raw
text."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake.landing import safe_name, split_path
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.lake.objects import ObjectStore, checksum, place_of
from bio_lakehouse.sources.records import ParsedFile

PREFIX = "quarantine"


def key_of(file_path: str) -> str:
    """Where the rows of one file are: under its user and its name, with a digest that makes it its
    own.

    What a name may hold, and how long it may be inside a zip, is more than a file's name may.
    """
    key, _ = split_path(file_path)
    parts = PurePosixPath(key).parts[1:]
    name = safe_name(f"{checksum(file_path.encode())[:12]}-{PurePosixPath(file_path).name}")
    return f"{PREFIX}/{safe_name(parts[0]) if len(parts) > 1 else 'me'}/{name}.jsonl"


def write(objects: ObjectStore, entry: LogEntry, parsed: ParsedFile) -> None:
    """Keep the rejected rows of `parsed`; a file of which none is left has no quarantine file."""
    rows = [{"file": entry.file_path, **asdict(row)} for row in parsed.rejected]
    for row in rows:
        del row["outside_lake"]
        due = row.pop("usable_from")
        row |= {"usable_from": due.isoformat()} if due else {}
    if rows:
        objects.put(key_of(entry.file_path), _lines(rows))
    else:
        delete(objects, entry.file_path)


def delete(objects: ObjectStore, file_path: str) -> None:
    """Remove the quarantined rows of one file, where it has any."""
    key = key_of(file_path)
    if objects.exists(key):
        objects.delete(key)


def copy(objects: ObjectStore, file_path: str, kept_as: str) -> None:
    """Keep the quarantined rows of one file under another path of the log too."""
    rows = [{**row, "file": kept_as} for row in read(objects, file_path)]
    if rows:
        objects.put(key_of(kept_as), _lines(rows))


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def read(objects: ObjectStore, file_path: str) -> list[dict[str, Any]]:
    """The quarantined rows of one file: `file`, `line`, `field`, `reason`, `raw`."""
    key = key_of(file_path)
    return check(objects, key) if objects.exists(key) else []


def check(objects: ObjectStore, key: str) -> list[dict[str, Any]]:
    """The rows of the quarantine file at `key`; `DamagedFile` when they cannot be read."""
    try:
        rows = [json.loads(line) for line in objects.get(key).split(b"\n") if line]
    except ValueError as error:
        raise DamagedFile.at(place_of(objects, key), error) from error
    if not rows:
        raise DamagedFile.at(place_of(objects, key), "it is empty")
    return rows


def comes_due(parsed: ParsedFile) -> date | None:
    """The day from which some row that now lies in the future can be used."""
    return min((row.usable_from for row in parsed.rejected if row.usable_from), default=None)
