"""moto whose DynamoDB does one thing after the other, run with a port.

moto sets all that a refused transaction has touched back to what it was at its beginning, with what
others have written meanwhile. DynamoDB does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple

_one_at_a_time = Lock()
_moto = DomainDispatcherApplication(create_backend_app)
# moto looks through its folders for whose the host is, and through the addresses of all of AWS, at
# each request.
_moto.get_backend_for_host = cache(_moto.get_backend_for_host)  # type: ignore[method-assign]


class Handler(WSGIRequestHandler):
    """Keeps connections, as AWS does, and tells nobody of each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        pass


def answered(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        return _whole(environ, start_response)
    with _one_at_a_time:
        return _whole(environ, start_response)


def _whole(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    return [b"".join(_moto(environ, start_response))]


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), answered, threaded=True, request_handler=Handler)
