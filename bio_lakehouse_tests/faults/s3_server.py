"""S3 on loopback for one bucket, as much of it as landing asks for, with its troubles."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from bio_lakehouse_tests.aws.loopback import served

BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
MISSING = b"<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>"
FILE_TIME = "x-amz-meta-file-time"


@dataclass(frozen=True)
class Kept:
    """An object: its bytes, the time of its file as its writer says, and when it came."""

    content: bytes
    file_time: str
    written: datetime

    @property
    def tag(self) -> str:
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


@dataclass
class Bucket:
    """What the bucket holds, and its troubles.

    The next `busy` requests are answered with 503. The next `hanging` puts are never answered,
    after the object is kept where `keeps_first`. `late` lists leave out what came last.
    """

    objects: dict[str, Kept] = field(default_factory=dict)
    busy: int = 0
    hanging: int = 0
    keeps_first: bool = False
    late: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)

    def takes(self, trouble: str) -> bool:
        """Whether a trouble is left for this request, which it then is no more."""
        with self.lock:
            left: int = getattr(self, trouble)
            setattr(self, trouble, max(left - 1, 0))
            return left > 0

    def listed(self, prefix: str) -> list[tuple[str, Kept]]:
        found = sorted((key, kept) for key, kept in self.objects.items() if key.startswith(prefix))
        if found and self.takes("late"):
            newest = max(found, key=lambda one: one[1].written)
            found.remove(newest)
        return found


@contextmanager
def s3(bucket: Bucket) -> Iterator[str]:
    """The address of a server that has that bucket, under any name."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if bucket.takes("busy"):
                self.answer(503, BUSY)
                return
            kept = Kept(content, self.headers.get(FILE_TIME, ""), datetime.now(UTC))
            is_hanging = bucket.takes("hanging")
            if bucket.keeps_first or not is_hanging:
                bucket.objects[self.key] = kept
            if is_hanging:
                bucket.is_over.wait(timeout=60)
                self.close_connection = True
                return
            self.answer(200, b"", ETag=f'"{kept.tag}"')

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            if bucket.takes("busy"):
                self.answer(503, BUSY)
            elif "list-type" in asked:
                self.answer(200, listing(bucket, asked.get("prefix", [""])[0]))
            elif self.key not in bucket.objects:
                self.answer(404, MISSING)
            else:
                self.give(bucket.objects[self.key])

        def give(self, kept: Kept) -> None:
            times = {"Last-Modified": format_datetime(kept.written, usegmt=True)}
            self.answer(
                200, kept.content, ETag=f'"{kept.tag}"', **{FILE_TIME: kept.file_time}, **times
            )

        @property
        def key(self) -> str:
            """The part of the path after the bucket's name."""
            return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

        def answer(self, status: int, content: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    with served(Handler) as address:
        try:
            yield address
        finally:
            bucket.is_over.set()
            time.sleep(0.01)


def listing(bucket: Bucket, prefix: str) -> bytes:
    """The answer to ListObjectsV2, all on one page."""
    contents = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(kept.content)}</Size>"
        f"<ETag>&quot;{kept.tag}&quot;</ETag>"
        f"<LastModified>{kept.written:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
        for key, kept in bucket.listed(prefix)
    )
    return (
        f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()
    )
