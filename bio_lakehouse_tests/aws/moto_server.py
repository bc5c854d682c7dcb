"""moto whose DynamoDB does one thing after the other, run with a port.

moto sets all that a refused transaction has touched back to what it was at its beginning, with what
others have written meanwhile. DynamoDB does not.
"""

from __future__ import annotations

import sys
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any, cast

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import DechunkedInput, WSGIRequestHandler, run_simple

_one_at_a_time = Lock()
_moto = DomainDispatcherApplication(create_backend_app)
# moto looks through its folders for whose the host is, and through the addresses of all of AWS, at
# each request.
_moto.get_backend_for_host = cache(_moto.get_backend_for_host)  # type: ignore[method-assign]


class Handler(WSGIRequestHandler):
    """Keeps connections, as AWS does and werkzeug does not, and tells nobody of each request."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(self._body())
        head: list[Any] = []
        content = answered(environ, lambda *told: head.extend(told))
        status, headers, *_ = head
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return DechunkedInput(cast("Any", self.rfile)).read()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_request(self, *_: object) -> None:
        pass


def answered(environ: dict[str, Any], start_response: Any) -> bytes:
    if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        return b"".join(_moto(environ, start_response))
    with _one_at_a_time:
        return b"".join(_moto(environ, start_response))


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), _moto, threaded=True, request_handler=Handler)
