"""What a language model answers to a question, as JSON of one schema, read with distrust."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from bio_lakehouse.ask.plan import Confidence
from bio_lakehouse.claude.request import object_of
from bio_lakehouse.terminal import visible

Outcome = Literal["answer", "ask back", "claim", "medical", "not in the data"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
LONGEST_REPLY = 40_000
LONGEST_SENTENCE = 400
MOST_SENTENCES = 6
_FENCED = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.S)


class ReplyError(ValueError):
    """A reply that is not of the schema; the message is our own words and fit to be sent back."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply whose parts are of the right kind; whether they are true is not known yet.

    `why` says why there is no statement, or asks back; `choices` are then the meanings that it
    offers.
    """

    outcome: Outcome
    sql: str = ""
    explanation: str = ""
    assumptions: tuple[str, ...] = ()
    confidence: Confidence = "low"
    first_day: date | None = None
    last_day: date | None = None
    why: str = ""
    choices: tuple[str, ...] = ()


def schema() -> dict[str, Any]:
    """The JSON schema of a reply. Every field is required and none may be null, which is what all
    that offer structured output understand."""
    text: dict[str, Any] = {"type": "string"}
    texts = {"type": "array", "items": text}
    return object_of(
        {
            "outcome": _one_of(OUTCOMES),
            "sql": text,
            "explanation": text,
            "assumptions": texts,
            "confidence": _one_of(CONFIDENCES),
            "first_day": text,
            "last_day": text,
            "why": text,
            "choices": texts,
        }
    )


def reply_in(answer: str) -> Reply:
    """The reply in a model's text; raises `ReplyError` for what is not of the schema."""
    parsed = _parsed(answer)
    outcome = next((known for known in OUTCOMES if known == parsed.get("outcome")), None)
    if outcome is None:
        raise ReplyError(f"“outcome” is none of {', '.join(OUTCOMES)}")
    sql = _text(parsed, "sql")
    if outcome == "answer" and not sql.strip():
        raise ReplyError("the outcome is “answer”, but “sql” is empty")
    confidence = next((one for one in CONFIDENCES if one == parsed.get("confidence")), None)
    return Reply(
        outcome,
        sql,
        sentence(_text(parsed, "explanation")),
        _sentences(parsed, "assumptions"),
        confidence or "low",
        _day(parsed, "first_day"),
        _day(parsed, "last_day"),
        sentence(_text(parsed, "why")),
        _sentences(parsed, "choices"),
    )


def sentence(text: str) -> str:
    """A model's words as they may be shown: on one line, without commands to a terminal, and not
    endless."""
    shown = " ".join(visible(text).split())
    return shown if len(shown) <= LONGEST_SENTENCE else f"{shown[:LONGEST_SENTENCE]}…"


def _parsed(answer: str) -> Mapping[str, Any]:
    if len(answer) > LONGEST_REPLY:
        raise ReplyError("the answer is too long")
    fenced = _FENCED.search(answer)
    try:
        parsed = json.loads(fenced[1] if fenced else answer)
    except (ValueError, RecursionError):
        raise ReplyError("the answer is not JSON") from None
    if not isinstance(parsed, dict):
        raise ReplyError("the answer is not a JSON object")
    return parsed


def _text(parsed: Mapping[str, Any], name: str) -> str:
    value = parsed.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReplyError(f"“{name}” is not a text")
    return value


def _sentences(parsed: Mapping[str, Any], name: str) -> tuple[str, ...]:
    listed = parsed.get(name) or []
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise ReplyError(f"“{name}” is not a list of texts")
    shown = [sentence(entry) for entry in listed]
    return tuple(entry for entry in shown if entry)[:MOST_SENTENCES]


def _day(parsed: Mapping[str, Any], name: str) -> date | None:
    text = _text(parsed, name).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ReplyError(f"“{name}” is not a day as YYYY-MM-DD") from None


def _one_of(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}
