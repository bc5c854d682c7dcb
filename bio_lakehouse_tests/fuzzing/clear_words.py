"""What a message must have that tells somebody of a file: no word of a program's, the file's name,
a reason, and what to do next."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_OF_A_PROGRAM = re.compile(
    r"Traceback|\b[A-Z][a-z]+(?:[A-Z][a-z]+)*(?:Error|Exception)\b|NoneType|object at 0x|Errno"
    r"|<class|\bself\.|\bkwargs\b|\.py\b"
)
_NEXT_STEP = re.compile(
    r"\b(?:download it again|download the \w+ again|sign in|take|give|save|fetch|rename|say which"
    r"|unpack|nothing to do|check|delete|run|read are|put in|leave it|move|copy)\b",
    re.IGNORECASE,
)
_SHORTEST_REASON = 12
LONGEST = 1_200


def unclear(message: str, name: str) -> list[str]:
    """What a message about the file of that name lacks; nothing where it is clear."""
    found = []
    program = _OF_A_PROGRAM.search(message)
    if program:
        found.append(f"a word of a program's: {program[0]!r}")
    stem = PurePosixPath(name).stem[:20]
    if stem and stem not in message:
        found.append(f"no name of the file ({stem!r})")
    if len(message.replace(name, "").strip(" .:")) < _SHORTEST_REASON:
        found.append("no reason")
    if not _NEXT_STEP.search(message):
        found.append("no next step")
    if len(message) > LONGEST:
        found.append(f"{len(message):,} characters")
    if not message.replace("\n", " ").isprintable():
        found.append("signs that cannot be printed")
    return found


def unclear_reason(reason: str) -> list[str]:
    """What the reason lacks for which a row is in quarantine: its line and raw text stand beside
    it."""
    program = _OF_A_PROGRAM.search(reason)
    found = [f"a word of a program's: {program[0]!r}"] if program else []
    if len(reason) < _SHORTEST_REASON:
        found.append("no reason")
    if len(reason) > LONGEST:
        found.append(f"{len(reason):,} characters")
    return found
