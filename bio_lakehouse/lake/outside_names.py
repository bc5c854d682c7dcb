"""Names of files outside of the lake for its objects: a bucket takes keys that lead out of any
folder, or that no folder can hold."""

from __future__ import annotations

from collections.abc import Container

from bio_lakehouse.lake.objects import checksum

LONGEST_PART = 240
"""Bytes of a file's or folder's name; a file system takes 255."""
UNSAFE = frozenset('\\:*?"<>|%')


def place_of_key(key: str, taken: Container[str]) -> str:
    """A relative path for an object, which is its key wherever that is one; `taken` are the files
    that there are.

    It leads nowhere else, also where it is unpacked on Windows, and each key has a path of its own.
    """
    parts = [_fitting(_part(part)) for part in key.split("/")]
    # What is a file there already is no folder.
    for number in range(1, len(parts)):
        if "/".join(parts[:number]) in taken:
            parts[number - 1 :] = [_fitting("%2F".join(parts[number - 1 :]))]
            break
    return "/".join(parts)


def _part(part: str) -> str:
    if not part.strip("."):
        return "%2E" * len(part) or "%"
    return "".join(_spelled(character) for character in part)


def _spelled(character: str) -> str:
    is_safe = character.isprintable() and character not in UNSAFE
    return character if is_safe else "".join(f"%{byte:02X}" for byte in character.encode())


def _fitting(part: str) -> str:
    if len(part.encode()) <= LONGEST_PART:
        return part
    mark = checksum(part.encode())[:12]
    kept = part.encode()[: LONGEST_PART - len(mark) - 1].decode(errors="ignore")
    return f"{kept}~{mark}"
