"""Files that stop inside their header."""

from __future__ import annotations

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.declared_fields import canonical_header
from bio_lakehouse.sources.delimited import Header


def refuse_cut_header(text: str, header: Header, known: frozenset[str]) -> None:
    """Raise `UnsupportedFile` when the header is all there is and its last name is a known one that
    is only begun."""
    if not text.endswith(header.line):
        return
    last = canonical_header(header.line.rpartition(header.delimiter)[2].strip().strip('"'))
    if last not in known and any(name.startswith(last) for name in known):
        raise UnsupportedFile(
            f"{header.file} was cut off inside its header, which ends in {last!r}. "
            "Download it again."
        )
