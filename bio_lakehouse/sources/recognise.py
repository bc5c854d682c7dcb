"""What a file is, told from its content by the formats that the sources declare; and what is
refused, by name."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from bio_lakehouse.errors import UnknownFormat, UnsupportedFile
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.cut_headers import refuse_cut_header
from bio_lakehouse.sources.decoding import decode
from bio_lakehouse.sources.delimited import Header, delimiter_of, header_line
from bio_lakehouse.sources.file_limits import check_header, check_size
from bio_lakehouse.sources.json_documents import JsonFile, load_documents
from bio_lakehouse.sources.records import ParseContext, ParsedFile
from bio_lakehouse.sources.source import DelimitedFormat
from bio_lakehouse.sources.source_rows import field_names
from bio_lakehouse.sources.spreadsheets import notes_on, refuse_changed

_JSON = re.compile(r"\s*+[{\[]")
_OF_AN_ERROR = frozenset({"detail", "error", "errors", "error_code"})


def parse(name: str, content: bytes, context: ParseContext) -> ParsedFile:
    """Read one file, recognised by its content; its name matters only where the content fits
    several datasets.

    Raises `UnsupportedFile`, saying what the file looks like and what to do, when it is none of the
    known ones, is damaged, or leaves open which dataset it holds. Single bad rows do not: they are
    `rejected` in what is returned.
    """
    check_size(name, len(content))
    decoded = decode(name, content)
    _refuse_markup(name, decoded.text)
    try:
        parsed = _parse_text(name, decoded.text, context)
    except RecursionError:
        raise UnknownFormat(
            f"{name} holds JSON that is nested too deeply to be one of ours. "
            f"{registry.what_is_read()}"
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
            f"{name} is an Apple Health export, which is not read yet. {registry.what_is_read()}"
        )
    if "<html" in start or "<!doctype html" in start:
        raise UnknownFormat(
            f"{name} is a web page, not data: often the sign-in or error page of an expired "
            "session. Sign in and download it again."
        )
    raise UnknownFormat(f"{name} is XML. {registry.what_is_read()}")


def _parse_delimited(name: str, text: str, context: ParseContext) -> ParsedFile:
    line = header_line(text)
    header = Header(name, line, delimiter_of(line))
    check_header(name, line, header.delimiter)
    found = format_of(header)
    saved_again = header.delimiter != found.delimiter and header.delimiter in line
    refuse_cut_header(text, header, found.known_headers)
    refuse_changed(name, text, header.delimiter, saved_again=saved_again)
    parsed = found.read(name, text, context)
    notes = notes_on(text, line, header.delimiter, saved_again=saved_again)
    return replace(parsed, notes=(*notes, *parsed.notes))


def format_of(header: Header) -> DelimitedFormat:
    """The format of a file with that header; raises `UnknownFormat` when it is none."""
    # Those with this delimiter first: a quoting that they allow may be broken to others.
    usual_first = sorted(
        registry.delimited_formats(), key=lambda one: one.delimiter != header.delimiter
    )
    for one in usual_first:
        if one.recognises(header):
            return one
    raise UnknownFormat(
        f"{header.file} is no known file; it begins with {header.line[:60]!r}. "
        f"{registry.what_is_read()}"
    )


def _parse_json(name: str, text: str, context: ParseContext) -> ParsedFile:
    file = JsonFile(name, text, load_documents(name, text))
    for one in registry.json_formats():
        read = one.recognise(file)
        if read:
            return read(context)
    _refuse_error_answer(file)
    shown = ", ".join(sorted(field_names(file.values))[:8])
    raise UnknownFormat(
        f"{name} is no known {registry.vendors()} file (fields: {shown}). {registry.what_is_read()}"
    )


def _refuse_error_answer(file: JsonFile) -> None:
    answer = file.documents[0].content
    if isinstance(answer, dict) and "data" not in answer and answer.keys() & _OF_AN_ERROR:
        raise UnsupportedFile(
            f"{file.name} is an error answer, not data: {json.dumps(answer)[:120]}. Fetch it again."
        )
