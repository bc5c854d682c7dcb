"""Text of data, files and errors on a page: nothing in it is a mark of Markdown's, and it is never
fetched."""

from __future__ import annotations

MARKS = frozenset("\\*_{}[]<>#|~$:!")


def literal(text: str) -> str:
    """`text` as it stands; what is between two backticks stays code.

    Where backticks are not so plain that everybody pairs them alike, none of them is a mark.
    """
    parts = text.split("`")
    is_plain = len(parts) % 2 == 1 and not any(_is_unclear(part) for part in parts[1::2])
    if not is_plain or "``" in text:
        return _escaped(text.replace("`", "'"))
    told = (part if number % 2 else _escaped(part) for number, part in enumerate(parts))
    return "`".join(told)


def code(text: str) -> str:
    """`text` as code, whatever is in it."""
    return f"`{text.replace('`', chr(39))}`"


def _is_unclear(code: str) -> bool:
    """Whether code would end, or the text around it begin anew, elsewhere than at its backtick."""
    return not code.strip() or "\n" in code or "\r" in code


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in MARKS else sign for sign in text)
