"""Which record versions are the ones that count: the same precedence as silver's, over bronze lines."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

from bio_lakehouse.lake.bronze import DayKey, Line
from bio_lakehouse.sources.fields import UNKNOWN_TEXTS, canonical_header
from bio_lakehouse.sources.oura.fields import TRENDS_FIELDS

TRENDS = "oura/trends"
ORIGIN_RANK = {
    "api": 0,
    "account_export": 1,
    "type_download": 2,
    "trends_export": 3,
    "csv_export": 0,
}

Lines = dict[str, dict[DayKey, list[Line]]]


def current_rows(lines: Lines) -> Counter[tuple[str, str, date]]:
    """How many rows of each (source file, bronze dataset, day) are the winning version of their record.

    A row that feeds several datasets (a trends export's) is current when it wins in one of them.
    """
    best = best_origins(lines)
    found: Counter[tuple[str, str, date]] = Counter()
    for dataset, files in lines.items():
        for key, versions in files.items():
            for line in newest(versions):
                fed = fed_datasets(dataset, line)
                if not fed or any(best[name, key.day, key.user_id] == key.origin for name in fed):
                    found[line.source_file, dataset, key.day] += 1
    return found


def newest(versions: list[Line]) -> list[Line]:
    """The last version of each record."""
    return list(
        {line.key: line for line in sorted(versions, key=lambda line: line.version)}.values()
    )


def best_origins(lines: Lines) -> dict[tuple[str, date, str], str]:
    """The origin that wins for each dataset, day and user."""
    best: dict[tuple[str, date, str], str] = {}
    for dataset, files in lines.items():
        for key, versions in files.items():
            for name in {name for line in versions for name in fed_datasets(dataset, line)}:
                place = (name, key.day, key.user_id)
                best[place] = min(
                    key.origin, best.get(place, key.origin), key=ORIGIN_RANK.__getitem__
                )
    return best


def fed_datasets(dataset: str, line: Line) -> tuple[str, ...]:
    """The datasets whose tables a bronze record feeds: its own, or those of which a trends row has a value."""
    if dataset != TRENDS:
        return (dataset,)
    filled = {
        canonical_header(name) for name, text in json.loads(line.record).items() if _is_known(text)
    }
    return tuple(
        name
        for name, fields in TRENDS_FIELDS.items()
        if any(header in filled for field in fields for header in field.headers)
    )


def _is_known(text: Any) -> bool:
    return str(text).strip().lower() not in UNKNOWN_TEXTS
