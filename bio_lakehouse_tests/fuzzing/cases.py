"""A kind of bad input: how it is made, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Became = Literal["taken", "quarantined", "kept", "refused", "passed over"]
"""What becomes of a file.

`taken`: every row is in the lake. `quarantined`: rows that cannot be used are set aside, the others
are in the lake. `kept`: a known export that is damaged; landing and the log have it, and nothing is
made of it. `refused`: no export; nothing in the home changes. `passed over`: no file at all, or
none of ours in a folder.
"""

Make = Callable[[Path], None]
"""Puts something at a path, whose folder is there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of input.

    `becomes` has one word for each file in it, in any order; `words` stand in what is told of it
    or in the reason of a row, where something is. `rows` are those that must be usable.
    `only_given`: it is not tried in landing, where no such file can be put. `seconds` is how long
    it may take, as a kind that is large has more.
    """

    kind: str
    name: str
    make: Make
    becomes: tuple[Became, ...]
    words: str = ""
    rows: int | None = None
    only_given: bool = False
    is_slow: bool = False


def case(
    kind: str,
    name: str,
    content: str | bytes | Make,
    becomes: Became | tuple[Became, ...],
    words: str = "",
    *,
    rows: int | None = None,
    only_given: bool = False,
    is_slow: bool = False,
) -> Case:
    """A case of a file with that content, or of what a function puts there."""
    words_of_it = (becomes,) if isinstance(becomes, str) else becomes
    make = content if callable(content) else _writes(content)
    return Case(kind, name, make, words_of_it, words, rows, only_given, is_slow)


def _writes(content: str | bytes) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(
            content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        )

    return make
