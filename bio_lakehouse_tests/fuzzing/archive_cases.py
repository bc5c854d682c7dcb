"""Zips that are torn, hold what they should not, or were made to hurt."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

from bio_lakehouse_tests.fuzzing.cases import case
from bio_lakehouse_tests.fuzzing.sound_files import workouts
from bio_lakehouse_tests.lake.poison import encrypted, sleep_of, zipped

_SLEEP = ("a_daily_sleep.json", sleep_of("2026-03-01"))
_OTHER = ("b_daily_sleep.json", sleep_of("2026-03-02"))
_SOUND = zipped([_SLEEP])


def _link(target: str) -> bytes:
    """A zip of a sound file and a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_SLEEP[0]), _SLEEP[1])
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def _with_size(content: bytes, size: int) -> bytes:
    """The zip, whose directory says that its files unpack to another size."""
    changed = bytearray(content)
    at = changed.find(b"PK\x01\x02")
    struct.pack_into("<I", changed, at + 24, size)
    return bytes(changed)


def _overlapping(times: int) -> bytes:
    """Very many names for one packed file, as small zips have that unpack to everything."""
    packed = zipped([("a.csv", bytes(4 << 20))])
    directory = packed.find(b"PK\x01\x02")
    end = packed.find(b"PK\x05\x06")
    entry = packed[directory:end]
    entries = b"".join(entry.replace(b"a.csv", b"%05d" % number) for number in range(times))
    tail = bytearray(packed[end:])
    struct.pack_into("<HHI", tail, 8, times, times, len(entries))
    return packed[:directory] + entries + bytes(tail)


def _damaged() -> bytes:
    stored = bytearray(zipped([_SLEEP, _OTHER], zipfile.ZIP_STORED))
    stored[stored.find(b'"score"') + 3] ^= 0xFF
    return bytes(stored)


def _many(path: Path) -> None:
    path.write_bytes(zipped((f"{number}.csv", b"") for number in range(10_001)))


def _twice() -> bytes:
    return zipped([_SLEEP, (_SLEEP[0], sleep_of("2026-03-03"))])


ARCHIVES = (
    case("sound zip", "export.zip", zipped([_SLEEP, _OTHER]), ("taken", "taken"), rows=2),
    case("an empty zip", "export.zip", zipped([]), "refused", "holds no"),
    case(
        "a zip of folders",
        "export.zip",
        zipped([("a/", b""), ("a/b/", b"")]),
        "refused",
        "holds no",
    ),
    case(
        "a zip of hidden files",
        "export.zip",
        zipped([(".a_daily_sleep.json", _SLEEP[1])]),
        "refused",
    ),
    case("a torn zip", "export.zip", _SOUND[:-30], "refused", "cannot be unpacked"),
    case("the first bytes of a zip", "export.zip", _SOUND[:40], "refused", "cannot be unpacked"),
    case(
        "a zip with bytes before it",
        "export.zip",
        b"MZ" + bytes(80) + _SOUND,
        "refused",
        "binary file",
    ),
    case(
        "a damaged file in a zip",
        "export.zip",
        _damaged(),
        ("taken", "kept"),
        "cannot be unpacked",
        rows=1,
    ),
    case("an encrypted zip", "export.zip", encrypted(_SOUND), "refused", "is encrypted"),
    case(
        "a zip packed otherwise",
        "export.zip",
        zipped([_SLEEP], zipfile.ZIP_BZIP2),
        "refused",
        "packed in a way",
    ),
    case(
        "a zip packed by LZMA",
        "export.zip",
        zipped([_SLEEP], zipfile.ZIP_LZMA),
        "refused",
        "packed in a way",
    ),
    case(
        "a zip in a zip",
        "export.zip",
        zipped([("inner.zip", _SOUND)]),
        "refused",
        "zip or Excel file",
    ),
    case(
        "a zip in a zip, beside an export",
        "export.zip",
        zipped([_SLEEP, ("inner.zip", _SOUND)]),
        ("taken", "kept"),
        "zip or Excel file",
        rows=1,
    ),
    case(
        "a workbook named csv",
        "workouts.csv",
        zipped([("xl/workbook.xml", b"<workbook/>")]),
        "refused",
        "Read are",
    ),
    case("an export named zip", "workouts.zip", workouts(), "taken", rows=3),
    case(
        "a photo in a zip, beside an export",
        "export.zip",
        zipped([_SLEEP, ("a.jpg", b"\xff\xd8\xff\0")]),
        ("taken", "kept"),
        "a picture",
        rows=1,
    ),
    case(
        "names that lead out of a zip",
        "export.zip",
        zipped(
            [("../../../tmp/a_daily_sleep.json", _SLEEP[1]), ("/etc/b_daily_sleep.json", _OTHER[1])]
        ),
        ("taken", "taken"),
        rows=2,
    ),
    case(
        "names of another system",
        "export.zip",
        zipped([("C:\\a\\..\\b_daily_sleep.json", _SLEEP[1])]),
        "taken",
        rows=1,
    ),
    case("a link in a zip", "export.zip", _link("/etc/passwd"), ("taken", "kept"), rows=1),
    case("a name twice in a zip", "export.zip", _twice(), ("taken", "taken"), rows=2),
    case(
        "line ends in a zip's name",
        "export.zip",
        zipped([("a\nb_daily_sleep.json", _SLEEP[1])]),
        "taken",
        rows=1,
    ),
    case(
        "a name of 300 signs in a zip",
        "export.zip",
        zipped([("x" * 300 + "_daily_sleep.json", _SLEEP[1])]),
        "taken",
        rows=1,
    ),
    case(
        "a marked name in a zip",
        "export.zip",
        zipped([("a.zip!/b_daily_sleep.json", _SLEEP[1])]),
        "taken",
        rows=1,
    ),
    case(
        "a zip bomb",
        "bomb.zip",
        zipped([("trends.csv", b"date,Sleep Score\n" + b"2026-03-01,70\n" * 3_000_000)]),
        "refused",
        "times its packed size",
    ),
    case(
        "a zip bomb of overlaps", "bomb.zip", _overlapping(9_000), "refused", "which no export does"
    ),
    case("a zip of 10,001 files", "many.zip", _many, "refused", "10,000 files"),
    case("a zip that tells a smaller size", "export.zip", _with_size(_SOUND, 20), "refused"),
    case("a zip that tells a larger size", "export.zip", _with_size(_SOUND, 1 << 31), "refused"),
)
