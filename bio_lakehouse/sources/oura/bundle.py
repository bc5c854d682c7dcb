"""What a JSON file of Oura's holds: one answer, or several under their endpoints' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bio_lakehouse.sources.checking import RowProblem
from bio_lakehouse.sources.json_documents import Document
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS
from bio_lakehouse.sources.source_rows import Row

_NAMES: dict[str, str] = {endpoint.lower(): endpoint for endpoint in KNOWN_FIELDS} | {
    "heart_rate": "heartrate",
    "spo2": "daily_spo2",
    "readiness": "daily_readiness",
    "activity": "daily_activity",
}
_OF_A_RECORD = frozenset({"id", "day", "timestamp", "summary_date"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Records of one endpoint; `endpoint` is the name under which they stand in a bundle.

    `has_more_pages` is what their envelope says, None without one.
    """

    endpoint: str | None
    rows: list[Row]
    has_more_pages: bool | None = None


def answers_of(documents: Iterable[Document]) -> list[Answer]:
    """The answers in a file, those of one name put together; rows are numbered through the file."""
    found: dict[str | None, Answer] = {}
    count = 0
    for document in documents:
        for answer in _answers(document):
            rows = answer.rows if _is_record(document.content) else _numbered(answer.rows, count)
            count += len(rows)
            earlier = found.get(answer.endpoint)
            found[answer.endpoint] = (
                _together(earlier, answer.endpoint, rows, answer.has_more_pages)
                if earlier
                else Answer(answer.endpoint, rows, answer.has_more_pages)
            )
    return list(found.values())


def left_out(documents: Iterable[Document]) -> list[str]:
    """Names in bundles under which nothing stands that can be read."""
    names: dict[str, None] = {}
    for document in documents:
        parts = _parts(document.content) or {}
        names |= dict.fromkeys(name for name, value in parts.items() if _is_lost(name, value))
    return list(names)


def _is_lost(name: str, value: Any) -> bool:
    return isinstance(value, dict | list) and not (_endpoint(name) and _is_answer(value))


def _numbered(rows: list[Row], count: int) -> list[Row]:
    return [Row(count + place, row.content) for place, row in enumerate(rows, 1)]


def _together(
    earlier: Answer, endpoint: str | None, rows: list[Row], has_more_pages: bool | None
) -> Answer:
    """Two pages of one endpoint: the later one says whether there are more."""
    return Answer(endpoint, [*earlier.rows, *rows], has_more_pages)


def _answers(document: Document) -> Iterator[Answer]:
    if document.text is not None:
        problem = RowProblem(None, "the line is no JSON")
        yield Answer(None, [Row(document.line, None, document.text, problem)])
        return
    parts = _parts(document.content)
    if parts is None:
        yield _answer(None, document.content, document.line)
        return
    for name, value in parts.items():
        endpoint = _endpoint(name)
        if endpoint and _is_answer(value):
            yield _answer(endpoint, value, 1)


def _answer(endpoint: str | None, content: Any, line: int) -> Answer:
    items = content.get("data", content) if isinstance(content, dict) else content
    rows = [Row(line, item) for item in items] if isinstance(items, list) else [Row(line, items)]
    return Answer(endpoint, rows, _has_more_pages(content))


def _has_more_pages(content: Any) -> bool | None:
    if not isinstance(content, dict) or "next_token" not in content:
        return None
    return bool(content["next_token"])


def _parts(content: Any) -> Mapping[str, Any] | None:
    """The bundle's members by name; None when it is no bundle."""
    for inner in (content, content.get("data") if isinstance(content, dict) else None):
        if isinstance(inner, dict) and _is_bundle(inner):
            return inner
    return None


def _is_bundle(content: Mapping[str, Any]) -> bool:
    return not content.keys() & _OF_A_RECORD and any(
        _endpoint(name) and _is_answer(value) for name, value in content.items()
    )


def _is_answer(value: Any) -> bool:
    return isinstance(value, list) or (
        isinstance(value, dict) and isinstance(value.get("data"), list | dict)
    )


def _is_record(content: Any) -> bool:
    if isinstance(content, dict):
        return "data" not in content and _parts(content) is None
    return not isinstance(content, list)


def _endpoint(name: str) -> str | None:
    return _NAMES.get(name.strip().lower().replace("-", "_"))
