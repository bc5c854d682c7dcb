"""Peloton: a member's workouts, as one CSV of the whole history."""

from __future__ import annotations

from functools import partial
from typing import Any

from bio_lakehouse.sources.columns_told import of_cells
from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.delimited import Header
from bio_lakehouse.sources.json_documents import JsonFile
from bio_lakehouse.sources.peloton import api, csv
from bio_lakehouse.sources.peloton.fields import (
    API_WORKOUTS,
    CSV_FIELDS,
    METRIC_HEADERS,
    WORKOUTS,
)
from bio_lakehouse.sources.peloton.silver_tables import WORKOUTS_TABLE
from bio_lakehouse.sources.source import (
    Dataset,
    DelimitedFormat,
    Feed,
    Fetcher,
    JsonFormat,
    ReadJson,
    Source,
)

LANDING = "peloton_download"
"""The landing asset that stands for its download."""
LOGINS = "peloton-browser"
"""The folder of the home that keeps the browser's profiles."""

_cells = of_cells(CSV_FIELDS)
_metric_cells = of_cells(
    Field(column, header, "double", "") for column, (header, _) in METRIC_HEADERS.items()
)


def _columns_of(record: dict[str, Any]) -> dict[str, bool]:
    """A metric column counts where it is filled: it is the same value in another unit."""
    metric = {column: known for column, known in _metric_cells(record).items() if known}
    return _cells(record) | metric


def _is_workouts(header: Header) -> bool:
    return csv.looks_like_peloton(header.cells)


def _recognise_page(file: JsonFile) -> ReadJson | None:
    whole = file.documents[0].content
    is_page = isinstance(whole, dict) and bool(whole.keys() & api.PAGE_FIELDS)
    if is_page or api.looks_like_peloton(file.values):
        return partial(api.read, file.values)
    return None


PELOTON = Source(
    name="peloton",
    title="Peloton",
    origins=("api", "csv_export"),
    datasets=(
        Dataset(WORKOUTS, (Feed(WORKOUTS_TABLE.name, _columns_of),), reaches_back=True),
        Dataset(API_WORKOUTS),
    ),
    tables=(WORKOUTS_TABLE,),
    silver="bio_lakehouse.silver.peloton",
    due_after_days=8,  # the download comes once a week
    delimited=(
        DelimitedFormat(
            title="Peloton's workout CSV",
            obtained="members' page → Workouts → Download workouts",
            delimiter=",",
            recognises=_is_workouts,
            read=csv.read,
            known_headers=csv.KNOWN_HEADERS,
        ),
    ),
    json=(JsonFormat("", "", _recognise_page),),
    snapshots=frozenset({"csv_export"}),
    fetcher=Fetcher(asset=LANDING, datasets=(WORKOUTS,), logins=LOGINS, settings="peloton_"),
)
