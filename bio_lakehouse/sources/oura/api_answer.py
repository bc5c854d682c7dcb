"""Answers of Oura's API v2: `{"data": […], "next_token": …}`, the bare list, one object, or several
in a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bio_lakehouse.errors import UnsupportedFile
from bio_lakehouse.sources.oura.api_record import OF_A_MOMENT
from bio_lakehouse.sources.oura.bundle import Answer
from bio_lakehouse.sources.oura.endpoints import (
    endpoint_of,
    endpoints_in_name,
)
from bio_lakehouse.sources.oura.one_dataset import read_rows
from bio_lakehouse.sources.records import ParseContext, ParsedFile, Record, unread_together
from bio_lakehouse.sources.source_rows import days_spanned, field_names, within_lake


def read(
    name: str, answers: Sequence[Answer], context: ParseContext, *, doubtful: bool
) -> ParsedFile:
    """Records of each answer. A whole answer to a fetch covers the window that was asked for, else
    its own days.

    `doubtful` says that values may not be storable. An answer in a bundle that cannot be read is
    left out, and a note says so. Raises `UnsupportedFile` when there is no other, and when the
    dataset of the only one cannot be told.
    """
    parsed: list[ParsedFile] = []
    refusals: list[UnsupportedFile] = []
    for answer in answers:
        try:
            parsed.append(_read_one(name, answer, context, doubtful))
        except UnsupportedFile as error:
            refusals.append(error)
    if not parsed:
        raise refusals[0]
    return _combined(parsed, tuple(map(str, refusals)))


def _read_one(name: str, answer: Answer, context: ParseContext, doubtful: bool) -> ParsedFile:
    names = field_names(row.content for row in answer.rows)
    named = answer.endpoint

    def endpoints_named(file_name: str) -> set[str]:
        return {named} if named else endpoints_in_name(file_name)

    part = f"{name} ({named})" if named else name
    endpoint = endpoint_of(part, names, context, endpoints_named)
    parsed = read_rows("api", endpoint, answer.rows, names, context, doubtful=doubtful)
    return replace(
        parsed,
        coverage=_coverage(parsed.records, context, not answer.has_more_pages),
        whole=_is_whole(parsed.datasets[0], context, answer.has_more_pages),
    )


def _combined(parts: Sequence[ParsedFile], notes: tuple[str, ...]) -> ParsedFile:
    """One file of several answers, each speaking about its own days; whole when each is, about the
    same days."""
    spans = [part.coverage for part in parts if part.coverage]
    same_days = len({part.coverage for part in parts}) == 1
    return replace(
        parts[0],
        datasets=tuple(dict.fromkeys(name for part in parts for name in part.datasets)),
        records=[record for part in parts for record in part.records],
        rejected=[row for part in parts for row in part.rejected],
        more_rejected=sum(part.more_rejected for part in parts),
        row_count=sum(part.row_count for part in parts),
        coverage=(min(spans)[0], max(last for _, last in spans)) if spans else None,
        unknown_fields=tuple(dict.fromkeys(name for part in parts for name in part.unknown_fields)),
        coverage_by_dataset=None if same_days else _by_dataset(parts),
        whole=same_days and all(part.whole for part in parts),
        unread_days=unread_together(parts),
        notes=notes,
    )


def _by_dataset(parts: Sequence[ParsedFile]) -> dict[str, tuple[date, date]]:
    spans: dict[str, tuple[date, date]] = {}
    told = ((dataset, part.coverage) for part in parts for dataset in part.datasets)
    for dataset, span in told:
        if span:
            first, last = spans.get(dataset, span)
            spans[dataset] = (min(first, span[0]), max(last, span[1]))
    return spans


def _is_whole(dataset: str, context: ParseContext, has_more_pages: bool | None) -> bool:
    """Whether the answer has every record of its days.

    Readings saved by hand are asked for by the moment: their first and last day may be cut.
    """
    if context.fetch:
        return not has_more_pages
    return has_more_pages is False and dataset not in OF_A_MOMENT


def _coverage(
    records: Sequence[Record], context: ParseContext, is_last_page: bool
) -> tuple[date, date] | None:
    fetch = context.fetch
    if is_last_page and fetch and fetch.first_day and fetch.last_day:
        return within_lake(fetch.first_day, fetch.last_day, context)
    return days_spanned(records)
