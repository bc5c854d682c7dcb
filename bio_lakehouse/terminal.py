"""The terminal that commands print to, and texts of files made safe for it."""

from __future__ import annotations

import unicodedata

from rich.console import Console
from rich.markup import escape as escape_markup

OUT = Console(soft_wrap=False, emoji=False)

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_BREAKS = {"\n": " ", "\r": " ", "\t": " "}
TURNING = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
"""Classes of characters that turn the direction in which a terminal writes."""


def visible(text: str) -> str:
    """`text` on one line; a character that would command a terminal is shown as U+FFFD."""
    return "".join(_visible(character) for character in text)


def encodable(text: str) -> str:
    """`text` without the halves of characters that stand for bytes that are no text: U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def escape(text: str) -> str:
    """`text` as Rich prints it letter by letter: no markup, no control characters."""
    return escape_markup(visible(text))


def _visible(character: str) -> str:
    if character in _LINE_BREAKS:
        return _LINE_BREAKS[character]
    is_control = unicodedata.category(character) in {"Cc", "Cs"}
    is_turning = unicodedata.bidirectional(character) in TURNING
    return _REPLACEMENT if is_control or is_turning else character
