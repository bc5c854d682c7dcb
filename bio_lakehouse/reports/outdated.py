"""Which written pages say what the lake no longer says, and that they say so themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum

from markupsafe import escape

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports import kept_states, pages
from bio_lakehouse.reports.pages import (
    HEAD_BYTES,
    Fingerprints,
    home_option,
    renewing_command,
    report_key,
    written_reports,
)

LOCK = "reports"
"""Of whoever changes a page that is there."""
KEPT = re.compile(rb'<meta name="bio-lakehouse:(inputs|facts)" content="([0-9a-f]*)">')
TOP = b'<header class="top">\n'
BEGIN = b'<div class="notice" role="note" id="outdated"><p>'
END = b"</p></div>\n"
MARK = re.compile(re.escape(BEGIN) + rb"[^\n]*" + re.escape(END))


class PageState(StrEnum):
    """How a written page stands to the lake."""

    CURRENT = "current"
    OUTDATED = "outdated"
    """What it was made from has changed since."""
    UNKNOWN = "perhaps outdated"
    """Newer data has arrived, and the page does not know what it was made from: an earlier version
    wrote it."""


SENTENCES = {
    PageState.OUTDATED: sentences.outdated(),
    PageState.UNKNOWN: sentences.perhaps_outdated(),
}


def outdated_reports(lake: Lakehouse, user_id: str) -> dict[date, PageState]:
    """The last days of the user's written reports that are outdated, or may be, oldest first."""
    found = kept_states.kept_or(lake, user_id, lambda: dict(page_states(lake, user_id)))
    states = {day: PageState(state) for day, state in found.items()}
    return {day: state for day, state in states.items() if state is not PageState.CURRENT}


def page_states(lake: Lakehouse, user_id: str, since: date = date.min) -> dict[date, PageState]:
    """How each of the user's written pages of weeks that end on `since` or later stands to the
    lake, oldest first."""
    days = [day for day in written_reports(lake, user_id) if day >= since]
    return states_of(lake, user_id, days)


def states_of(lake: Lakehouse, user_id: str, days: Sequence[date]) -> dict[date, PageState]:
    """How the user's pages of these days, which have been written, stand to the lake."""
    from bio_lakehouse.reports.fingerprint import inputs_of

    now = inputs_of(lake, user_id, days)
    arrivals = pages.arrivals_of(lake, user_id) if days else []
    found = {}
    for day in days:
        head = head_of(lake, user_id, day)
        made_from = fingerprints_in(head)
        if made_from.inputs:
            seen = {made_from.inputs, checked(lake, user_id, day, made_from.facts)}
            found[day] = PageState.CURRENT if now[day] in seen else PageState.OUTDATED
        else:
            newer = pages.was_made_before(head, pages.newest_of(arrivals, day))
            found[day] = PageState.UNKNOWN if newer else PageState.CURRENT
    return found


def head_of(lake: Lakehouse, user_id: str, day: date) -> bytes:
    """The beginning of a page, in which it tells what it was made from, and that it is outdated."""
    return lake.objects.head(report_key(user_id, day), HEAD_BYTES)


def fingerprints_in(page: bytes) -> Fingerprints:
    """What a page was made from and what it says; empty for one of an earlier version."""
    kept = {name.decode(): value.decode() for name, value in KEPT.findall(page[:HEAD_BYTES])}
    return Fingerprints(kept.get("inputs", ""), kept.get("facts", ""))


def checked_key(user_id: str, day: date) -> str:
    """Where it is kept from what else than it was made from a page would say the same."""
    return f"reports/{user_id}/weekly-{day.isoformat()}.checked.json"


def checked(lake: Lakehouse, user_id: str, day: date, facts: str) -> str:
    """The fingerprint of what the page of `day` was last checked against, where it came to the same
    `facts`; else empty."""
    key = checked_key(user_id, day)
    kept = json.loads(lake.objects.get(key)) if lake.objects.exists(key) else {}
    same = kept.get("facts") == facts
    return str(kept.get("inputs", "")) if same else ""


def note_checked(lake: Lakehouse, user_id: str, day: date, found: Fingerprints) -> None:
    """Keep that the page of `day` would say the same when made from these inputs."""
    lake.objects.put(checked_key(user_id, day), json.dumps(asdict(found)).encode())


def mark_pages(lake: Lakehouse, user_id: str, states: Mapping[date, PageState]) -> list[date]:
    """Make pages say that they are outdated, or not any more; the days of those that changed."""
    changed = []
    with exclusively(lake, LOCK):
        for day, state in states.items():
            told = MARK.search(head_of(lake, user_id, day))
            wanted = mark_of(user_id, day, state, home_option(lake.settings))
            if (told[0] if told else b"") != wanted:
                key = report_key(user_id, day)
                lake.objects.put(key, with_mark(lake.objects.get(key), wanted))
                changed.append(day)
    return changed


def mark_of(user_id: str, day: date, state: PageState, where: str) -> bytes:
    """What stands at the top of a page in this state: nothing while it is current."""
    said = SENTENCES.get(state)
    if said is None:
        return b""
    command = escape(renewing_command(user_id, day, where))
    return BEGIN + f"{said} <code>{command}</code> writes it anew.".encode() + END


def with_mark(page: bytes, mark: bytes) -> bytes:
    """`page` with this mark in the place of the one that it has."""
    return MARK.sub(b"", page, count=1).replace(TOP, TOP + mark, 1)
