"""Files that stop inside their header."""

from __future__ import annotations

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.fields import canonical_header
from bio_lakehouse.sources.oura import trends
from bio_lakehouse.sources.oura.known_fields import DOWNLOAD_FIELDS, KNOWN_FIELDS
from bio_lakehouse.sources.peloton import csv as peloton_csv

_KNOWN = (
    trends.KNOWN_HEADERS
    | peloton_csv.KNOWN_HEADERS
    | {
        canonical_header(name.replace(".", "_"))
        for names in (*KNOWN_FIELDS.values(), *DOWNLOAD_FIELDS.values())
        for name in names
    }
)


def refuse_cut_header(name: str, text: str, header: str, delimiter: str) -> None:
    """Raise `UnsupportedFile` when the header is all there is and its last name is only begun."""
    if not text.endswith(header):
        return
    last = canonical_header(header.rpartition(delimiter)[2].strip().strip('"'))
    if last not in _KNOWN and any(known.startswith(last) for known in _KNOWN):
        raise UnsupportedFile(
            f"{name} was cut off inside its header, which ends in {last!r}. Download it again."
        )
