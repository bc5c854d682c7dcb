"""What a file is, told from its content; and what is refused, by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bio_lakehouse.errors import UnknownFormat, UnsupportedFile
from bio_lakehouse.sources.checking import looks_unstorable
from bio_lakehouse.sources.cut_headers import refuse_cut_header
from bio_lakehouse.sources.decoding import decode
from bio_lakehouse.sources.delimited import delimiter_of, header_cells, header_line
from bio_lakehouse.sources.json_documents import load_documents
from bio_lakehouse.sources.limits import check_header, check_size
from bio_lakehouse.sources.oura import account_export, api_answer, trends, type_download
from bio_lakehouse.sources.oura.bundle import answers_of, left_out
from bio_lakehouse.sources.oura.endpoints import WHAT_IS_READ, field_names
from bio_lakehouse.sources.peloton import api as peloton_api
from bio_lakehouse.sources.peloton import csv as peloton_csv
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.spreadsheets import notes_on, refuse_changed

_V1_FIELDS = frozenset(
    {"summary_date", "hr_5min", "rmssd_5min", "score_alignment", "met_1min", "class_5min"}
)
_V1_GROUPS = frozenset({"sleep", "activity", "readiness", "ideal_bedtimes"})
Reader = Callable[[str, str, ParseContext], ParsedFile]

_JSON = re.compile(r"\s*[{\[]")
_PAGE_FIELDS = frozenset({"page_count", "show_next", "show_previous"})


def parse(name: str, content: bytes, context: ParseContext) -> ParsedFile:
    """Read one file, recognised by its content; its name matters only where the content fits several datasets.

    Raises `UnsupportedFile`, saying what the file looks like and what to do, when it is none of the known ones, is
    damaged, or leaves open which dataset it holds. Single bad rows do not: they are `rejected` in what is returned.
    """
    check_size(name, content)
    decoded = decode(name, content)
    _refuse_markup(name, decoded.text)
    try:
        parsed = _parse_text(name, decoded.text, context)
    except RecursionError:
        raise UnknownFormat(
            f"{name} holds JSON that is nested too deeply to be one of ours. {WHAT_IS_READ}"
        ) from None
    return replace(parsed, notes=(*decoded.notes, *parsed.notes))


def _parse_text(name: str, text: str, context: ParseContext) -> ParsedFile:
    if _JSON.match(text):
        return _parse_json(name, text, context)
    return _parse_delimited(name, text, context)


def _refuse_markup(name: str, text: str) -> None:
    start = text.lstrip()[:2000].lower()
    if not start.startswith("<"):
        return
    if "<healthdata" in start or "<!doctype healthdata" in start:
        raise UnknownFormat(
            f"{name} is an Apple Health export, which is not read yet. {WHAT_IS_READ}"
        )
    if "<html" in start or "<!doctype html" in start:
        raise UnknownFormat(
            f"{name} is a web page, not data: often the sign-in or error page of an expired session. "
            "Sign in and download it again."
        )
    raise UnknownFormat(f"{name} is XML. {WHAT_IS_READ}")


def _parse_delimited(name: str, text: str, context: ParseContext) -> ParsedFile:
    header = header_line(text)
    delimiter = delimiter_of(header)
    check_header(name, header, delimiter)
    read, usual = _reader_of(name, header, delimiter)
    saved_again = delimiter != usual and delimiter in header
    refuse_cut_header(name, text, header, delimiter)
    refuse_changed(name, text, delimiter, saved_again=saved_again)
    parsed = read(name, text, context)
    notes = notes_on(text, header, delimiter, saved_again=saved_again)
    return replace(parsed, notes=(*notes, *parsed.notes))


def _reader_of(name: str, header: str, delimiter: str) -> tuple[Reader, str]:
    """What reads a file with that header, and what parts the cells of such files as they are downloaded."""
    is_download = type_download.stamp_in_name(name) is not None
    if delimiter == ";" and not is_download and account_export.looks_like_account_export(header):
        return account_export.read, ";"
    headers = header_cells(name, header, delimiter)
    if peloton_csv.looks_like_peloton(headers):
        return peloton_csv.read, ","
    if trends.looks_like_trends(headers):
        return trends.read, ","
    if type_download.looks_like_type_download(headers):
        return type_download.read, ","
    raise UnknownFormat(f"{name} is no known file; it begins with {header[:60]!r}. {WHAT_IS_READ}")


def _parse_json(name: str, text: str, context: ParseContext) -> ParsedFile:
    documents = load_documents(name, text)
    answers = answers_of(documents)
    items = [row.content for answer in answers for row in answer.rows]
    whole = documents[0].content
    if peloton_api.looks_like_peloton(items) or (
        isinstance(whole, dict) and whole.keys() & _PAGE_FIELDS
    ):
        return peloton_api.read(items, context)
    _refuse_foreign(name, whole, items)
    parsed = api_answer.read(name, answers, context, doubtful=looks_unstorable(text))
    unread = left_out(documents)
    if not unread:
        return parsed
    note = f"{', '.join(unread)} was left out: no answer of Oura's that is read"
    return replace(parsed, notes=(*parsed.notes, note))


def _refuse_foreign(name: str, document: Any, rows: list[Any]) -> None:
    names = field_names(row for row in rows if isinstance(row, dict))
    groups = document if isinstance(document, dict) else {}
    inner = [
        row
        for group in _V1_GROUPS & groups.keys()
        if isinstance(groups[group], list)
        for row in groups[group]
    ]
    if (
        names & _V1_FIELDS
        or field_names(row for row in inner if isinstance(row, dict)) & _V1_FIELDS
    ):
        raise UnsupportedFile(
            f"{name} is an answer of Oura's API v1, which was switched off and is not read. "
            "Fetch the same days from API v2 or take the account export."
        )
    if (
        isinstance(document, dict)
        and "data" not in document
        and names & {"detail", "error", "errors", "error_code"}
    ):
        raise UnsupportedFile(
            f"{name} is an error answer, not data: {json.dumps(document)[:120]}. Fetch it again."
        )
