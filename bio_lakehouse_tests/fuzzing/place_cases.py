"""Names and places that no file should have, and what is no file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from bio_lakehouse_tests.fuzzing.cases import Make, case
from bio_lakehouse_tests.fuzzing.sound_files import workouts
from bio_lakehouse_tests.lake.poison import LONG, NOT_UTF8

_DEPTH = 400


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)
    os.chdir(before)


def _link_to(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def _link_to_sound(path: Path) -> None:
    elsewhere = path.parents[2] / "elsewhere.csv"
    elsewhere.write_text(workouts())
    path.symlink_to(elsewhere)


def _folder(path: Path) -> None:
    path.mkdir()


def _folder_of_exports(path: Path) -> None:
    path.mkdir()
    (path / "workouts.csv").write_text(workouts())
    (path / "letter.pdf").write_bytes(b"%PDF-1.7")


def _deep(path: Path) -> None:
    path.mkdir()
    place = path
    for _ in range(_DEPTH):
        place = place / "d"
        place.mkdir()
    (place / "workouts.csv").write_text(workouts())


def _folder_of_itself(path: Path) -> None:
    path.mkdir()
    (path / "workouts.csv").write_text(workouts())
    (path / "again").symlink_to(path)


_SOUND = workouts()

PLACES = (
    case("a pipe", "pipe.csv", _pipe, "passed over", "a pipe, a socket or a device"),
    case("a socket", "socket.csv", _socket, "passed over", "a pipe, a socket or a device"),
    case(
        "a device", "zero.csv", _link_to("/dev/zero"), "passed over", "a pipe, a socket or a device"
    ),
    case(
        "a link to nothing", "broken.csv", _link_to("nowhere"), "passed over", "a link to nothing"
    ),
    case("a link to itself", "round.csv", _link_to("round.csv"), "passed over", "cannot be read"),
    case(
        "a file that refuses to be read",
        "mem.csv",
        _link_to("/proc/self/mem"),
        "passed over",
        "cannot be read",
    ),
    case("a link to an export", "link.csv", _link_to_sound, "taken", rows=3),
    case(
        "a folder named csv",
        "folder.csv",
        _folder,
        "passed over",
        "no known export in this folder",
        only_given=True,
    ),
    case(
        "a folder of exports named csv",
        "folder.csv",
        _folder_of_exports,
        ("taken", "passed over"),
        "a PDF",
        rows=3,
        only_given=True,
    ),
    case(
        "a folder that holds itself", "folder", _folder_of_itself, "taken", rows=3, only_given=True
    ),
    case("folders 400 deep", "deep", _deep, "taken", rows=3, only_given=True),
    case("a name of 255 bytes", LONG, _SOUND, "taken", rows=3),
    case("a line end in the name", "work\nouts.csv", _SOUND, "taken", rows=3),
    case(
        "a sign to sound the bell in the name", "work\x07\x1b[31mouts.csv", _SOUND, "taken", rows=3
    ),
    case("emoji in the name", "🚴 workouts.csv", _SOUND, "taken", rows=3),
    case("quotes in the name", 'it\'s "mine" $(id) `id`.csv', _SOUND, "taken", rows=3),
    case(
        "a name that ends like a mark",
        "work!/outs.csv".replace("/", "") + "!",
        _SOUND,
        "taken",
        rows=3,
    ),
    case("a name of percent signs", "%2e%2e%2fworkouts.csv", _SOUND, "taken", rows=3),
    case("a name that is an option", "--help.csv", _SOUND, "taken", rows=3),
    case("a name that is not UTF-8", NOT_UTF8, _SOUND, "taken", rows=3, only_given=True),
    case("a hidden file that is named", ".workouts.csv", _SOUND, "taken", rows=3, only_given=True),
    case(
        "a name as landing gives notes", "daily.note.json", _SOUND, "taken", rows=3, only_given=True
    ),
    case("no name but its ending", "csv", _SOUND, "taken", rows=3),
)
