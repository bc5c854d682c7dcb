"""What an OpenAI-compatible server says, as replies of the loopback server that plays Anthropic's
too."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from bio_lakehouse_tests.claude.anthropic_server import PIECES, Reply

USAGE = {
    "prompt_tokens": 2300,
    "completion_tokens": 250,
    "total_tokens": 2550,
    "prompt_tokens_details": {"cached_tokens": 300},
}


def says(text: str, finish_reason: str = "stop", refusal: str = "") -> Reply:
    """A whole answer in pieces, and what it used."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        for chunk in _chunks(text, finish_reason, refusal):
            _send(handler, json.dumps(chunk))
        _send(handler, "[DONE]")
        handler.wfile.write(b"0\r\n\r\n")

    return reply


def breaks_off(text: str, cleanly: bool = False) -> Reply:
    """The first half of an answer; then the connection is dropped, or the stream ends as if it
    were whole."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        chunks = _chunks(text, "stop", "")
        for chunk in chunks[: len(chunks) // 2]:
            _send(handler, json.dumps(chunk))
        if cleanly:
            handler.wfile.write(b"0\r\n\r\n")
        handler.wfile.flush()
        handler.close_connection = True

    return reply


def keeps_waiting(handler: BaseHTTPRequestHandler) -> None:
    """Begins to answer, and sends comments for ever after, so that no read ever times out."""
    _begin(handler)
    try:
        while not handler.stopped.wait(0.05):  # type: ignore[attr-defined]
            _write(handler, b": waiting\n\n")
    except OSError:
        handler.close_connection = True


def _chunks(text: str, finish_reason: str, refusal: str) -> list[dict[str, Any]]:
    pieces = [text[start : start + PIECES] for start in range(0, len(text), PIECES)]
    deltas = [{"content": piece} for piece in pieces] or [{"refusal": refusal}]
    return [
        *(_chunk(delta) for delta in deltas),
        _chunk({}, finish_reason),
        {**_chunk({}), "choices": [], "usage": USAGE},
    ]


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    named = {"id": "chat_1", "object": "chat.completion.chunk", "created": 1, "model": "local"}
    return {**named, "choices": [choice], "usage": None}


def _begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()


def _send(handler: BaseHTTPRequestHandler, data: str) -> None:
    _write(handler, f"data: {data}\n\n".encode())


def _write(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()
