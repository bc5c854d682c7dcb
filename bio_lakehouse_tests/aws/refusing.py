"""A server on loopback that refuses all that AWS's services are asked, in their own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from bio_lakehouse_tests.aws.loopback import served

XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}'
    "</Message><RequestId>1</RequestId></Error>"
)


@contextmanager
def refusing(code: str, message: str = "refused", status: int = 400) -> Iterator[str]:
    """The address of a server whose every answer is an error of that code."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self.refuse

        def refuse(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_json = "X-Amz-Target" in self.headers
            told = json.dumps({"__type": code, "Message": message})
            body = (told if is_json else XML.format(code=code, message=message)).encode()
            self.send_response(status)
            kind = "application/x-amz-json-1.1" if is_json else "application/xml"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with served(Handler) as address:
        yield address
