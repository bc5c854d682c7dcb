"""A loopback server that speaks Anthropic's Messages API as streams, and fails in every way that it
may."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.settings import Settings

Reply = Callable[[BaseHTTPRequestHandler], None]
USAGE = {
    "input_tokens": 800,
    "cache_creation_input_tokens": 1200,
    "cache_read_input_tokens": 300,
    "output_tokens": 1,
}
PIECES = 40


@dataclass(slots=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass(slots=True)
class AnthropicServer:
    """Answers with its replies in order, the last one for ever."""

    replies: list[Reply]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    is_stopped: threading.Event = field(default_factory=threading.Event)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving(*replies: Reply) -> Iterator[AnthropicServer]:
    """A server on a free port of this machine."""
    state = AnthropicServer(list(replies))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield state
    finally:
        state.is_stopped.set()
        server.shutdown()
        server.server_close()


def access_to(server: AnthropicServer, seconds: float = 20.0) -> ClaudeAccess:
    """Leave to ask a server in place of Anthropic's, with the default model."""
    model = Settings.model_fields["claude_model"].default
    key = SecretStr("sk-test")
    return ClaudeAccess(key, model, "medium", seconds, retries=1, base_url=server.url)


def _handler(state: AnthropicServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        stopped = state.is_stopped

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append(Asked(self.path, dict(self.headers), body))
            state.next_reply()(self)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


def says(text: str, stop_reason: str = "end_turn", thinking: str = "") -> Reply:
    """A whole answer, in pieces."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        for event in _events(text, stop_reason, thinking):
            _chunk(handler, event)
        handler.wfile.write(b"0\r\n\r\n")

    return reply


def breaks_off(text: str, cleanly: bool = False) -> Reply:
    """The first half of an answer; then the connection is dropped, or the stream ends as if it were
    whole."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        events = _events(text, "end_turn", "")
        for event in events[: len(events) // 2]:
            _chunk(handler, event)
        if cleanly:
            handler.wfile.write(b"0\r\n\r\n")
        handler.wfile.flush()
        handler.close_connection = True

    return reply


def fails_midway(text: str, kind: str = "overloaded_error") -> Reply:
    """The first half of an answer, then an error event."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        events = _events(text, "end_turn", "")
        for event in events[: len(events) // 2]:
            _chunk(handler, event)
        _chunk(handler, {"type": "error", "error": {"type": kind, "message": "Overloaded"}})
        handler.wfile.write(b"0\r\n\r\n")

    return reply


def refuses(status: int, kind: str, message: str = "No.", **headers: str) -> Reply:
    """An error by status; `retry_after_ms="1"` becomes the header retry-after-ms."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
        handler.send_response(status)
        for name, value in {
            "content_type": "application/json",
            "content_length": str(len(body)),
            **headers,
        }.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Takes the request and never answers."""
    handler.stopped.wait()  # type: ignore[attr-defined]
    handler.close_connection = True


def keeps_pinging(handler: BaseHTTPRequestHandler) -> None:
    """Begins to answer, and sends pings for ever after, so that no read ever times out."""
    _begin(handler)
    _chunk(handler, _start())
    try:
        while not handler.stopped.wait(0.05):  # type: ignore[attr-defined]
            _chunk(handler, {"type": "ping"})
    except OSError:
        handler.close_connection = True


def says_html(handler: BaseHTTPRequestHandler) -> None:
    """What a captive portal says."""
    body = b"<html><script>alert(1)</script>Sign in to this network</html>"
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()


def _chunk(handler: BaseHTTPRequestHandler, event: dict[str, Any]) -> None:
    data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def _events(text: str, stop_reason: str, thinking: str) -> list[dict[str, Any]]:
    blocks = [*_block(0, "thinking", "thinking_delta", thinking)] if thinking else []
    blocks += _block(1 if thinking else 0, "text", "text_delta", text)
    usage = {"output_tokens": 250}
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    return [
        _start(),
        {"type": "ping"},
        *blocks,
        {"type": "message_delta", "delta": delta, "usage": usage},
        {"type": "message_stop"},
    ]


def _start() -> dict[str, Any]:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [],
    }
    return {
        "type": "message_start",
        "message": message | {"stop_reason": None, "stop_sequence": None, "usage": USAGE},
    }


def _block(index: int, kind: str, delta: str, text: str) -> list[dict[str, Any]]:
    name = "thinking" if kind == "thinking" else "text"
    opening = {"type": kind, name: ""} | ({"signature": ""} if kind == "thinking" else {})
    pieces = [text[start : start + PIECES] for start in range(0, len(text), PIECES)]
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *(
            {"type": "content_block_delta", "index": index, "delta": {"type": delta, name: piece}}
            for piece in pieces
        ),
        {"type": "content_block_stop", "index": index},
    ]
