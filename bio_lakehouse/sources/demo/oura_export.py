"""Files of Oura's account export: semicolons, a JSON object in a cell, and every way in which such
lines go wrong."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from bio_lakehouse.sources.demo.minutes import MinuteSheet
from bio_lakehouse.sources.demo.oura_records import (
    activity_record,
    readiness_record,
    sleep_score_record,
)
from bio_lakehouse.sources.demo.truth import Truth

WITHOUT_ID_EVERY = 23
SHORTER_EVERY = 31


def account_export(truth: Truth, sheets: list[MinuteSheet]) -> dict[str, str]:
    """File name → text of the export's three daily files; none when there is no older part."""
    days, zone = truth.delivery.export, ZoneInfo(truth.timezone)
    if not days:
        return {}
    lived = [truth.days[index] for index in days]
    readiness = [record for day in lived if (record := readiness_record(truth.seed, day))]
    asleep = [record for day in lived if (record := sleep_score_record(truth.seed, day))]
    active = [activity_record(truth.seed, truth.days[index], sheets[index], zone) for index in days]
    files = {
        "dailyreadiness.csv": _plain(readiness),
        "dailysleep.csv": _wrapped(asleep),
        "dailyactivity.csv": _quoted(active),
    }
    return {name: text for name, text in files.items() if text}


def _plain(records: list[dict[str, Any]]) -> str:
    """JSON cells as they are, some ids missing, some rows without their last cell."""
    lines = [";".join(records[0])] if records else []
    for number, record in enumerate(records, start=1):
        cells = [_cell(value) for value in record.values()]
        if number % WITHOUT_ID_EVERY == 0:
            cells[0] = ""
        lines.append(";".join(cells[:-1] if number % SHORTER_EVERY == 0 else cells))
    return _text(lines)


def _wrapped(records: list[dict[str, Any]]) -> str:
    """Whole lines in quotes, with the quotes inside doubled, and no id column."""
    lines = [";".join(list(records[0])[1:])] if records else []
    for record in records:
        line = ";".join([_cell(value) for value in record.values()][1:])
        lines.append('"' + line.replace('"', '""') + '"')
    return _text(lines)


def _quoted(records: list[dict[str, Any]]) -> str:
    """JSON cells in quotes, with the quotes inside doubled."""
    lines = [";".join(records[0])] if records else []
    lines += [";".join(map(_quoted_cell, record.values())) for record in records]
    return _text(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _quoted_cell(value: object) -> str:
    text = _cell(value)
    return '"' + text.replace('"', '""') + '"' if isinstance(value, dict) else text


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""
