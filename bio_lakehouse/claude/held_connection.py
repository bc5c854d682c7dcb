"""How a connection to a language model is held to the one address that was allowed.

A redirect would carry the question, and Anthropic's key, to an address that nobody allowed; a proxy
of the environment would read what goes in the clear to a server on this machine; and an answer
without an end would fill the memory.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

LARGEST_ANSWER = 8 * 2**20
"""Bytes of one response after which no more is read."""
SENT_ON = "wanted the question to be sent on to another address ({status}), which is not done"


class TooLargeError(ValueError):
    """A response that is larger than any answer, or packed so that nobody knows how large."""


def options(address: str) -> dict[str, Any]:
    """Arguments of an SDK's own HTTP client by which it asks `address` and no other."""
    is_near = is_of_this_machine(address)
    held: dict[str, Any] = {
        "follow_redirects": False,
        "trust_env": not is_near,
        "headers": {"Accept-Encoding": "identity"},
        "event_hooks": {"response": [bound]},
    }
    if is_near and urlsplit(address).scheme == "http":
        # There is no certificate to look at, and to read all authorities takes 20 ms: trust none.
        held["verify"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return held


def is_of_this_machine(address: str) -> bool:
    """Whether an address is one of loopback."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_sent_on(status: int) -> bool:
    return 300 <= status < 400


def bound(response: Any) -> None:
    """Let no more of a response be read than an answer can have."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise TooLargeError(f"The answer is packed ({packed[:20]!r}), which nobody asked for.")
    whole = response.iter_raw

    def parts(*arguments: Any, **named: Any) -> Iterator[bytes]:
        size = 0
        for part in whole(*arguments, **named):
            size += len(part)
            if size > LARGEST_ANSWER:
                raise TooLargeError("The answer is larger than any can be.")
            yield part

    response.iter_raw = parts
