"""A file's bytes as text, and what had to be assumed for that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bio_lakehouse.errors import UnknownFormat, UnsupportedFile
from bio_lakehouse.sources import registry

_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip or Excel file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TYPOGRAPHIC = "‘’“”–—…"
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]+")
_DEGREES = re.compile(r"°(?= *C)")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and sentences on what was assumed."""

    text: str
    notes: tuple[str, ...] = ()


def decode(name: str, content: bytes) -> Decoded:
    """The file's text, in UTF-8, UTF-16 or, where nothing can be mistaken, Windows-1252.

    Raises `UnsupportedFile` when it is empty, binary or in another encoding.
    """
    _refuse_binary(name, content)
    decoded = _decode_utf16(name, content) if content.startswith(_UTF16) else None
    decoded = decoded or _decode_bytes(name, content)
    if not decoded.text.strip():
        raise UnknownFormat(f"{name} is empty. Download it again.")
    return decoded


def _refuse_binary(name: str, content: bytes) -> None:
    if not content.strip():
        raise UnknownFormat(f"{name} is empty. Download it again.")
    for magic, what in _BINARY:
        if content.startswith(magic):
            raise UnknownFormat(f"{name} is {what}, not text. Give the CSV or JSON that it holds.")
    if b"\0" in content and not content.startswith(_UTF16):
        raise UnknownFormat(f"{name} is a binary file. {registry.what_is_read()}")


def _decode_utf16(name: str, content: bytes) -> Decoded:
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UnsupportedFile(
            f"{name} begins as text in UTF-16 and is damaged. "
            "Save it as UTF-8, or take the file as it was downloaded."
        )
    return Decoded(text, ("read as UTF-16, as a spreadsheet saves it",))


def _decode_bytes(name: str, content: bytes) -> Decoded:
    try:
        return Decoded(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        text = _as_windows_1252(content)
        if text is None:
            raise _not_utf8(name, content, error) from None
    return Decoded(text, ("read as Windows-1252, as it is not UTF-8",))


def _as_windows_1252(content: bytes) -> str | None:
    """The text when it cannot be anything else: no UTF-8 in it, and no byte outside a word or
    `°C`."""
    damaged = content.decode("utf-8", "replace").replace("\ufffd", "")
    if not damaged.isascii() or damaged.lstrip().startswith(("{", "[")):
        return None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    plain = _DEGREES.sub("", text)
    return (
        text
        if all(_is_of_a_word(plain, found) for found in _OUTSIDE_ASCII.finditer(plain))
        else None
    )


def _is_of_a_word(text: str, found: re.Match[str]) -> bool:
    if not all(sign.isalpha() or sign in _TYPOGRAPHIC for sign in found[0]):
        return False
    around = text[max(found.start() - 1, 0) : found.start()] + text[found.end() : found.end() + 1]
    return any(sign.isalpha() for sign in around) or found[0] in _TYPOGRAPHIC


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> UnsupportedFile:
    line = content.count(b"\n", 0, error.start) + 1
    return UnsupportedFile(
        f"{name}: line {line} holds byte 0x{content[error.start]:02x}, which is not UTF-8. "
        "Take the file as it was downloaded, or save it as UTF-8."
    )
