"""Files that nobody should put into landing, and somebody will."""

from __future__ import annotations

import io
import os
import socket
import struct
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

NOT_UTF8 = os.fsdecode(b"b\xe4r.csv")
LONG = "n" * 246 + ".csv"


def sleep_of(day: str, score: int = 70) -> bytes:
    """An answer of Oura's API about one day."""
    record = (
        f'{{"id": "{day}", "day": "{day}", "score": {score}, "contributors": {{"deep_sleep": 5}},'
        f' "timestamp": "{day}T00:00:00+00:00"}}'
    )
    return f"[{record}]".encode()


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of a name that is there twice
                archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same zip, whose members say that they need a password."""
    changed = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(magic)
        while at >= 0:
            flags = struct.unpack_from("<H", changed, at + offset)[0]
            struct.pack_into("<H", changed, at + offset, flags | 1)
            at = changed.find(magic, at + 4)
    return bytes(changed)


def no_files(folder: Path) -> set[str]:
    """Put what is no file into a folder; how each is named."""
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(folder)
        listening.bind("socket.csv")
        os.chdir(before)
    (folder / "broken.csv").symlink_to("nowhere")
    (folder / "round.csv").symlink_to("round.csv")
    return {"pipe.csv", "socket.csv", "broken.csv", "round.csv"}
