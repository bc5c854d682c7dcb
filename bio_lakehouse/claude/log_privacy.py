"""What the libraries that carry a request write to their logs: never the request itself."""

from __future__ import annotations

import logging

WITH_BODY = "Request options"
"""How the SDKs of Anthropic and OpenAI begin the line that holds a whole request."""


def keep_bodies_out(logger: str) -> None:
    """Let `logger` write no line that holds a request's body, at whatever level it writes."""
    logging.getLogger(logger).addFilter(has_no_body)


def has_no_body(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(WITH_BODY)
