"""The text of a written report, for those who read no page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    {
        *("article", "aside", "details", "div", "figure", "footer", "header", "section"),
        *("h1", "h2", "h3", "h4", "p", "br", "figcaption", "summary"),
        *("dd", "dt", "li", "ol", "table", "tr", "ul"),
    }
)
CELLS = frozenset({"td", "th"})
UNREAD = frozenset({"head", "noscript", "script", "style", "svg", "template"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


def text_of_page(page: str) -> str:
    """What a reader sees of the page as text, a line a paragraph or row of a table, without its
    figures."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    """Collects text; what is hidden, and all that is in it, is not read."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self.parts.append("\n" if tag in BLOCKS and not self._unread else "")
        elif self._unread or tag in UNREAD or _is_unseen(dict(attrs)):
            self._unread.append(tag)
        elif tag in BLOCKS:
            self.parts.append("\n")
        elif tag in CELLS:
            self.parts.append(" · ")

    def handle_endtag(self, tag: str) -> None:
        if self._unread:
            self._close(tag)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)

    def _close(self, tag: str) -> None:
        while tag in self._unread and self._unread.pop() != tag:
            pass


def _is_unseen(attributes: dict[str, str | None]) -> bool:
    """Whether an element is hidden, or a link that leads past what is read anyhow."""
    return "hidden" in attributes or attributes.get("class") == "skip"
