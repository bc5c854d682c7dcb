"""JSON files of Oura's: answers of its API v2, alone or bundled; and those of API v1, which are
refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.checking import looks_unstorable
from bio_lakehouse.sources.json_documents import JsonFile
from bio_lakehouse.sources.oura import api_answer
from bio_lakehouse.sources.oura.bundle import Answer, answers_of, left_out
from bio_lakehouse.sources.oura.endpoints import looks_like_oura
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.source import ReadJson
from bio_lakehouse.sources.source_rows import field_names

_V1_FIELDS = frozenset(
    {"summary_date", "hr_5min", "rmssd_5min", "score_alignment", "met_1min", "class_5min"}
)
_V1_GROUPS = frozenset({"sleep", "activity", "readiness", "ideal_bedtimes"})


def recognise(file: JsonFile) -> ReadJson | None:
    """What reads the file; None when its records can be none of Oura's.

    A file without a record may be of any API: it is taken for an answer of this one. Raises
    `UnsupportedFile` for one of API v1.
    """
    answers = answers_of(file.documents)
    names = field_names(row.content for answer in answers for row in answer.rows)
    if names & _V1_FIELDS or field_names(_v1_records(file)) & _V1_FIELDS:
        raise UnsupportedFile(
            f"{file.name} is an answer of Oura's API v1, which was switched off and is not read. "
            "Fetch the same days from API v2 or take the account export."
        )
    is_bundle = any(answer.endpoint for answer in answers)
    return partial(_read, file, answers) if is_bundle or looks_like_oura(names) else None


def _read(file: JsonFile, answers: list[Answer], context: ParseContext) -> ParsedFile:
    doubtful = looks_unstorable(file.text)
    parsed = api_answer.read(file.name, answers, context, doubtful=doubtful)
    unread = left_out(file.documents)
    if not unread:
        return parsed
    note = f"{', '.join(unread)} was left out: no answer of Oura's that is read"
    return replace(parsed, notes=(*parsed.notes, note))


def _v1_records(file: JsonFile) -> Iterator[Any]:
    """What stands in a v1 file under the names of its groups."""
    whole = file.documents[0].content
    for group in _V1_GROUPS & whole.keys() if isinstance(whole, dict) else ():
        records = whole[group]
        yield from records if isinstance(records, list) else ()
