"""Oura: a ring's days, nights and readings, by API and in four kinds of files."""

from __future__ import annotations

from typing import Any

from bio_lakehouse.sources.columns_told import of_cells, of_members
from bio_lakehouse.sources.declared_fields import canonical_header
from bio_lakehouse.sources.delimited import Header
from bio_lakehouse.sources.oura import account_export, answer_file, trends, type_download
from bio_lakehouse.sources.oura.fields import API_FIELDS, TRENDS, TRENDS_FIELDS
from bio_lakehouse.sources.oura.known_fields import (
    DOWNLOAD_FIELDS,
    KNOWN_FIELDS,
    READ_BY_DEFAULT,
)
from bio_lakehouse.sources.oura.silver_tables import MET_COLUMNS, TABLES
from bio_lakehouse.sources.source import (
    ColumnsOf,
    Dataset,
    DelimitedFormat,
    Feed,
    Fetcher,
    JsonFormat,
    Source,
    Wear,
)

NAME = "oura"
LANDING = "oura_api"
"""The asset that asks its API."""
LOGINS = "secrets"
"""The folder of the home that keeps tokens."""
ACTIVITY = "oura/daily_activity"
SLEEP = "oura/sleep"

_FLAT_HEADERS = frozenset(
    canonical_header(name.replace(".", "_"))
    for names in (*KNOWN_FIELDS.values(), *DOWNLOAD_FIELDS.values())
    for name in names
)


def _is_account_export(header: Header) -> bool:
    has_a_downloads_name = type_download.stamp_in_name(header.file) is not None
    return (
        header.delimiter == ";"
        and not has_a_downloads_name
        and account_export.looks_like_account_export(header.line)
    )


def _is_trends(header: Header) -> bool:
    return trends.looks_like_trends(header.cells)


def _is_type_download(header: Header) -> bool:
    return type_download.looks_like_type_download(header.cells)


def _table_of(dataset: str) -> str:
    return dataset.replace("/", "_")


def _columns_of(dataset: str) -> ColumnsOf:
    members = of_members(API_FIELDS[dataset])
    return _with_met(members) if dataset == ACTIVITY else members


def _with_met(members: ColumnsOf) -> ColumnsOf:
    def columns_of(record: dict[str, Any]) -> dict[str, bool]:
        found = members(record)
        if "met" in record:
            has_minutes = bool((record["met"] or {}).get("items"))
            found |= dict.fromkeys((column.column for column in MET_COLUMNS), has_minutes)
        return found

    return columns_of


def _of_trends(dataset: str) -> Feed:
    """A trends row has no sleep period of its own: it tells of the night."""
    columns_of = of_cells(TRENDS_FIELDS[dataset])
    return Feed(_table_of(dataset), columns_of, is_of_the_day=dataset == SLEEP)


_TYPED = [Dataset(name, (Feed(_table_of(name), _columns_of(name)),)) for name in API_FIELDS]
_ENDPOINTS = [f"{NAME}/{endpoint}" for endpoint in KNOWN_FIELDS]
_UNTYPED = [Dataset(name) for name in _ENDPOINTS if name not in API_FIELDS]

OURA = Source(
    name=NAME,
    title="Oura",
    origins=("api", "account_export", "type_download", "trends_export"),
    datasets=(*_TYPED, Dataset(TRENDS, tuple(map(_of_trends, TRENDS_FIELDS))), *_UNTYPED),
    tables=TABLES,
    silver="bio_lakehouse.silver.oura",
    due_after_days=1,
    delimited=(
        DelimitedFormat(
            title="Oura's account export (dailyreadiness.csv, …)",
            obtained="membership hub → Export data",
            delimiter=";",
            recognises=_is_account_export,
            read=account_export.read,
            known_headers=_FLAT_HEADERS,
            in_parts=True,
        ),
        DelimitedFormat(
            title="Oura's trends CSV",
            obtained="Oura on the web → Trends → Download",
            delimiter=",",
            recognises=_is_trends,
            read=trends.read,
            known_headers=trends.KNOWN_HEADERS,
        ),
        DelimitedFormat(
            title="Oura's downloads by type (oura_sleep_<time>.csv)",
            obtained="kept from then",
            delimiter=",",
            recognises=_is_type_download,
            read=type_download.read,
            known_headers=_FLAT_HEADERS,
            in_parts=True,
        ),
    ),
    json=(
        JsonFormat(
            title=f"answers of Oura's API v2: {', '.join(KNOWN_FIELDS)}",
            obtained="your own scripts, or `bio-lakehouse oura sync`",
            recognise=answer_file.recognise,
        ),
    ),
    snapshots=frozenset({"account_export"}),
    look_alike=tuple(_ENDPOINTS),
    wear=Wear(
        non_wear_table="oura_daily_activity",
        non_wear_column="non_wear_time",
        sleep_table="oura_sleep",
        sleep_column="type",
    ),
    fetcher=Fetcher(
        asset=LANDING,
        datasets=tuple(f"{NAME}/{endpoint}" for endpoint in READ_BY_DEFAULT),
        logins=LOGINS,
        settings="oura_",
    ),
)
