"""Which of Oura's datasets a set of records is: by its fields, and by a name only where the fields
leave it open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from bio_lakehouse.errors import EmptyAnswer, NothingRead, UnknownFormat, UnsupportedFile
from bio_lakehouse.sources.oura.known_fields import (
    COMMON_FIELDS,
    DOWNLOAD_FIELDS,
    IDENTITY_FIELDS,
    KNOWN_FIELDS,
    UNREAD_FIELDS,
)
from bio_lakehouse.sources.records import ParseContext

_ALL_FIELDS = KNOWN_FIELDS | UNREAD_FIELDS
_EXPORT_NAMES = {endpoint.replace("_", "").lower(): endpoint for endpoint in KNOWN_FIELDS} | {
    "sleepmodel": "sleep",
    "spo2": "daily_spo2",
}


def unknown_fields(endpoint: str, names: set[str]) -> tuple[str, ...]:
    """Those of `names` that are new; what lies within a new object is not listed beside it."""
    new = (
        names - KNOWN_FIELDS[endpoint] - COMMON_FIELDS - DOWNLOAD_FIELDS.get(endpoint, frozenset())
    )
    return tuple(
        sorted(name for name in new if name.partition(".")[0] not in new or "." not in name)
    )


def looks_like_oura(names: set[str]) -> bool:
    """Whether records with these names could be any of Oura's."""
    return bool(_possible(names))


def endpoint_of(
    name: str, names: set[str], context: ParseContext, named: Callable[[str], set[str]]
) -> str:
    """The endpoint whose records these are.

    `names` are the records' fields; `named` reads endpoints out of the file's name. Order: fields
    that one endpoint alone has, what was fetched, the file's name, the user's word. Raises
    `UnsupportedFile` when none decides, or when the endpoint is one that is not read.
    """
    possible = _possible(names)
    endpoint = _only(possible) or _decided(possible, name, context, named)
    if endpoint is None:
        raise _undecided(name, names, possible, context.dataset)
    if endpoint in UNREAD_FIELDS:
        what = endpoint.replace("_", " ")
        raise NothingRead(f"{name} holds Oura's {what}, which is not read; there is nothing to do.")
    return endpoint


def _decided(
    possible: set[str], name: str, context: ParseContext, named: Callable[[str], set[str]]
) -> str | None:
    fetched = (
        {_endpoint(context.fetch.dataset)} if context.fetch and context.fetch.dataset else set()
    )
    said = {_endpoint(context.dataset)} if context.dataset else set()
    return _only(possible & fetched) or _only(possible & named(name)) or _only(possible & said)


def _only(endpoints: set[str]) -> str | None:
    return next(iter(endpoints)) if len(endpoints) == 1 else None


def _endpoint(dataset: str) -> str:
    return dataset.removeprefix("oura/")


def _identified(endpoint: str, names: set[str]) -> bool:
    return IDENTITY_FIELDS.get(endpoint, {"day"}) <= names


def _possible(names: set[str]) -> set[str]:
    """Endpoints that alone have one of the names, just the first where it has twice as many as any
    other; else those that have all of the names that any has.
    """
    telling = _telling(names).most_common()
    if len(telling) > 1 and telling[0][1] >= 2 * telling[1][1]:
        return {telling[0][0]}
    return {endpoint for endpoint, _ in telling} or _fitting(names)


def _telling(names: set[str]) -> Counter[str]:
    """How many of the names each endpoint has alone."""
    owners = map(_owners, names)
    return Counter(
        endpoint for owner in owners if (endpoint := _only(owner)) and _identified(endpoint, names)
    )


def _owners(name: str) -> set[str]:
    return {endpoint for endpoint, known in _ALL_FIELDS.items() if name in known}


def _fitting(names: set[str]) -> set[str]:
    """Endpoints that have all of the names that any has; all endpoints when there are no
    records."""
    if not names:
        return set(KNOWN_FIELDS)
    familiar = names & frozenset().union(*KNOWN_FIELDS.values())
    return {
        endpoint
        for endpoint, known in KNOWN_FIELDS.items()
        if familiar - {"timestamp"} <= known and _identified(endpoint, names)
    }


def _undecided(name: str, names: set[str], possible: set[str], said: str | None) -> UnsupportedFile:
    if not possible:
        shown = ", ".join(sorted(names)[:8])
        return UnknownFormat(f"{name} is no known file of Oura's (fields: {shown}).")
    if not names:
        return EmptyAnswer(f"{name} holds no record.")
    which = f"{said} is none of them; say" if said else "Say"
    return UnsupportedFile(
        f"{name} could be any of {', '.join(sorted(possible))}. "
        f"{which} which with --dataset, or put the endpoint's exact name in the file's name."
    )


def endpoints_in_name(name: str) -> set[str]:
    """Endpoints whose whole name stands in the file's name: `oura_daily_sleep-1a2b.json` is not
    `sleep`."""
    stem = PurePosixPath(name).name.lower()
    spans = {
        endpoint: match.span()
        for endpoint in KNOWN_FIELDS
        if (match := re.search(rf"(?<![a-z0-9]){re.escape(endpoint.lower())}(?![a-z0-9])", stem))
    }
    return {
        endpoint for endpoint, span in spans.items() if not _is_within_another(span, spans.values())
    }


def _is_within_another(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span != other and other[0] <= span[0] and span[1] <= other[1] for other in others)


def export_endpoint(name: str) -> set[str]:
    """The endpoint that an account export's file name stands for: `App Data/dailysleep.csv` is
    `daily_sleep`."""
    words = re.findall(r"[a-z0-9]+", PurePosixPath(name).stem.lower())
    return endpoints_in_name(name) or {
        _EXPORT_NAMES[word] for word in words if word in _EXPORT_NAMES
    }
