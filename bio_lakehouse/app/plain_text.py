"""Text of data, files and errors on a page: nothing in it is a mark of Markdown's, and it is never
fetched."""

from __future__ import annotations

MARKS = frozenset("\\*_{}[]<>#|~$:!")


def literal(text: str) -> str:
    """`text` as it stands; what is between two backticks stays code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _escaped(text.replace("`", "'"))
    told = (part if number % 2 else _escaped(part) for number, part in enumerate(parts))
    return "`".join(told)


def code(text: str) -> str:
    """`text` as code, whatever is in it."""
    return f"`{text.replace('`', chr(39))}`"


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in MARKS else sign for sign in text)
