"""The JSON values of a file: one, or one a line; and what is wrong with text that is neither."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.delimited import CutOff, ends_with_newline, lines_of
from bio_lakehouse.sources.file_limits import check_json
from bio_lakehouse.sources.quick_json import read_json

_UNFINISHED = re.compile(r"(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\.|[eE][+-]?|u[0-9a-fA-F]{0,4})?")


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file, and the line on which it stands (1 when it is all of the file).

    `text` is the line that holds no JSON value, and `content` None then.
    """

    line: int
    content: Any
    text: str | None = None


@dataclass(frozen=True)
class JsonFile:
    """A file of JSON: its name, its text, and the documents in it."""

    name: str
    text: str
    documents: list[Document]

    @cached_property
    def values(self) -> list[Any]:
        """What its documents list, in an envelope (`{"data": […]}`) or bare."""
        found: list[Any] = []
        for document in self.documents:
            content = document.content
            inner = content.get("data", content) if isinstance(content, dict) else content
            found.extend(inner if isinstance(inner, list) else [inner])
        return found


def load_documents(name: str, text: str) -> list[Document]:
    """The JSON values of a file: one, or one a line. Raises `UnsupportedFile` as `load_json`
    does."""
    check_json(name, text)
    try:
        return [Document(1, read_json(text, json.loads))]
    except json.JSONDecodeError as error:
        documents = _json_lines(name, text) if error.msg == "Extra data" else []
    except ValueError:
        documents = []
    return documents or [Document(1, load_json(name, text))]


def _json_lines(name: str, text: str) -> list[Document]:
    """A document a line; none when the first line is no JSON object or most lines are no JSON."""
    lines = [(number, line) for number, line in enumerate(lines_of(text), 1) if line.strip()]
    documents = [_json_line(number, line) for number, line in lines]
    broken = [document for document in documents if document.text is not None]
    if not isinstance(documents[0].content, dict) or 2 * len(broken) > len(documents):
        return []
    if documents[-1].text is not None and not ends_with_newline(text):
        raise CutOff(name, documents[-1].line)
    return documents


def _json_line(number: int, line: str) -> Document:
    try:
        return Document(number, read_json(line, json.loads))
    except ValueError:
        return Document(number, None, line)


def load_json(name: str, text: str) -> Any:
    """The document; raises `UnsupportedFile` that tells a file that was cut off from one that is no
    JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated") or _UNFINISHED.fullmatch(
            text[error.pos :].rstrip()
        ):
            reason = "was cut off: the JSON stops in the middle. Download it again."
        else:
            place = f"line {error.lineno}, column {error.colno}"
            reason = f"is not JSON: {error.msg} in {place}. Download it again."
        raise UnsupportedFile(f"{name} {reason}") from None
    except ValueError as error:
        raise UnsupportedFile(
            f"{name} is JSON that cannot be read: {error}. Download it again."
        ) from None
