"""A request to Claude as plain data, so that it can be shown before it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bio_lakehouse.claude.access import ClaudeAccess

MAX_TOKENS = 8192
CACHED = {"cache_control": {"type": "ephemeral"}}
SHORTEST_CACHED_TOKENS = 1024
"""Anthropic caches no shorter prefix for Sonnet (512 tokens for Opus 5 and Fable 5, 4,096 for Haiku
4.5 and Opus 4.5), and says nothing when one is shorter.
https://platform.claude.com/docs/en/build-with-claude/prompt-caching"""

Request = dict[str, Any]
"""Arguments of `messages.stream`."""
Block = dict[str, Any]


def request_of(
    access: ClaudeAccess,
    system: str,
    content: Sequence[Block],
    schema: Mapping[str, Any] | None = None,
) -> Request:
    """One question of a user to the model of `access`; the system prompt is cached. With `schema`
    the answer is JSON of that schema."""
    effort: dict[str, Any] = {"effort": access.effort} if access.effort else {}
    form = {"format": {"schema": dict(schema), "type": "json_schema"}} if schema else {}
    output = {"output_config": effort | form} if effort or form else {}
    return {
        "max_tokens": MAX_TOKENS,
        "messages": [{"role": "user", "content": list(content)}],
        "model": access.model,
        **output,
        "system": [text_block(system, cached=True)],
    }


def object_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema of an object that has exactly these properties, as structured output asks."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def text_block(text: str, cached: bool = False) -> Block:
    """A text; with `cached` all up to its end is kept by Anthropic for five minutes."""
    return {"text": text, "type": "text"} | (CACHED if cached else {})


def body_of(request: Request) -> str:
    """The body with which a request is sent, to the byte. Nothing is sent."""
    return json.dumps(request | {"stream": True}, ensure_ascii=False, separators=(",", ":"))
