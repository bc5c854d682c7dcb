"""The sources that there are, and what follows from their declarations.

Whoever adds a source adds its line to `SOURCES`, and nothing else here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from bio_lakehouse.english import listed
from bio_lakehouse.sources.oura.source import OURA
from bio_lakehouse.sources.peloton.source import PELOTON
from bio_lakehouse.sources.records import FetchNote
from bio_lakehouse.sources.source import (
    Dataset,
    DelimitedFormat,
    Fetcher,
    JsonFormat,
    Source,
    Table,
)

SOURCES: list[Source] = [
    PELOTON,
    # Last, as records of its API name no vendor: a day and a score may be anybody's.
    OURA,
]
"""In the order in which they are asked whether a file is theirs."""


def by_name() -> list[Source]:
    """All sources as they are listed for a person."""
    return sorted(SOURCES, key=lambda source: source.name)


def source_named(name: str) -> Source:
    """The source of that name; `StopIteration` when there is none."""
    return next(source for source in SOURCES if source.name == name)


def delimited_formats() -> list[DelimitedFormat]:
    return [one for source in SOURCES for one in source.delimited]


def json_formats() -> list[JsonFormat]:
    return [one for source in SOURCES for one in source.json]


def formats() -> list[DelimitedFormat | JsonFormat]:
    """Every format that a person is told of."""
    return [one for source in SOURCES for one in source.formats]


def what_is_read() -> str:
    """The sentence that lists the formats."""
    return f"Read are {listed([one.title for one in formats()])}."


def vendors() -> str:
    """The vendors' names in a row: `Oura or Peloton`."""
    return listed([source.title for source in by_name()], "or")


def quoted(names: Iterable[str]) -> str:
    """Names as a column's comment lists them."""
    return ", ".join(f"`{name}`" for name in names)


def vendor_names() -> str:
    """The sources' names as a column's comment lists them."""
    return quoted(source.name for source in by_name())


@cache
def bronze_datasets() -> tuple[str, ...]:
    """All datasets that bronze keeps, those that feed a silver table first."""
    names = [dataset.name for source in SOURCES for dataset in source.datasets]
    typed = typed_datasets()
    return (*typed, *(name for name in names if name not in typed))


@cache
def typed_datasets() -> tuple[str, ...]:
    """Those that feed a silver table."""
    return tuple(
        dataset.name for source in SOURCES for dataset in source.datasets if dataset.is_typed
    )


@cache
def dataset_named(name: str) -> Dataset:
    """The dataset of that name; `KeyError` when no source has it."""
    found = {dataset.name: dataset for source in SOURCES for dataset in source.datasets}
    return found[name]


@cache
def source_of(name: str) -> Source:
    """The source that has a dataset; `KeyError` when none has."""
    found = {dataset.name: source for source in SOURCES for dataset in source.datasets}
    return found[name]


@cache
def tables() -> dict[str, Table]:
    """Every silver table that a source feeds, by name."""
    return {table.name: table for source in by_name() for table in source.tables}


def fetcher_of(note: FetchNote) -> Fetcher | None:
    """What fetched a file that has this note beside it; None where no source says that it did."""
    for source in SOURCES:
        if source.fetcher and f"{source.name}/{note.dataset}" in source.fetcher.datasets:
            return source.fetcher
    return None


@cache
def source_of_table(name: str) -> Source:
    """The source that feeds a silver table; `KeyError` when none does."""
    found = {table.name: source for source in SOURCES for table in source.tables}
    return found[name]


@cache
def feeding(table: str) -> tuple[str, ...]:
    """The bronze datasets that feed a silver table, its own first."""
    return source_of_table(table).fed_by(table)


@cache
def origins() -> tuple[str, ...]:
    """Every way in which data comes, each once."""
    return tuple(dict.fromkeys(origin for source in by_name() for origin in source.origins))


@cache
def place_of_origin(dataset: str, origin: str) -> int:
    """0 for the best origin of a dataset's source; one that it does not declare comes last."""
    ranked = source_of(dataset).origins
    return ranked.index(origin) if origin in ranked else len(ranked)


def look_alikes() -> dict[str, str]:
    """The datasets that a person may have to name: bronze's name → the vendor's own."""
    found = (name for source in SOURCES for name in source.look_alike)
    return {name: name.partition("/")[2] for name in found}


def datasets_made_with(measures: Collection[str]) -> list[str]:
    """The datasets whose silver tables depend on any of a person's `measures`."""
    depending = {name for name, table in tables().items() if set(table.made_with) & set(measures)}
    datasets = [dataset for source in SOURCES for dataset in source.datasets]
    return [dataset.name for dataset in datasets if not depending.isdisjoint(dataset.fed_tables)]


def login_folders() -> set[str]:
    """The folders of the home that keep what signs a person in."""
    return {source.fetcher.logins for source in SOURCES if source.fetcher}
