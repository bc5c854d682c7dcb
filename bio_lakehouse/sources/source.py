"""What a source declares: all that is known about one vendor, said once.

Recognition, bronze's datasets, silver's tables, precedence, accounting, the gap ledger, watching,
the graph and the help derive from it. It knows no storage and no Spark: the silver module is named,
and imported where Spark is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bio_lakehouse.sources.declared_fields import Field
from bio_lakehouse.sources.delimited import Header
from bio_lakehouse.sources.json_documents import JsonFile
from bio_lakehouse.sources.records import ParseContext, ParsedFile

RawRecord = dict[str, Any]
ColumnsOf = Callable[[RawRecord], dict[str, bool]]
"""Of a raw record: the columns of a table that it has, and whether it knows their values."""
ReadText = Callable[[str, str, ParseContext], ParsedFile]
"""Reads a file of that name and text."""
ReadJson = Callable[[ParseContext], ParsedFile]
"""Reads the JSON file that was recognised."""


@dataclass(frozen=True)
class DelimitedFormat:
    """A file of rows and cells.

    `title` is its name for a person, `obtained` how one gets it. `delimiter` is what parts its
    cells as it is downloaded, `known_headers` are its headers in their canonical form: a header
    that ends in a part of one was cut. `in_parts`: its rows tell nothing of each other, so that a
    large file may be read a part at a time.
    """

    title: str
    obtained: str
    delimiter: str
    recognises: Callable[[Header], bool]
    read: ReadText
    known_headers: frozenset[str]
    in_parts: bool = False


@dataclass(frozen=True)
class JsonFormat:
    """A file of JSON; `recognise` gives what reads it, None when it is not of this format.

    A format without a `title` is not listed among those that a person is told of.
    """

    title: str
    obtained: str
    recognise: Callable[[JsonFile], ReadJson | None]


@dataclass(frozen=True)
class Feed:
    """A silver table that a dataset's records fill.

    `is_of_the_day`: its records have no identity of their own there, and speak of the day's main
    record.
    """

    table: str
    columns_of: ColumnsOf
    is_of_the_day: bool = False


@dataclass(frozen=True)
class Dataset:
    """A bronze dataset, `<source>/<name>`; one that feeds no table stays in bronze as it came.

    `reaches_back`: a whole file of it tells of all days up to its end, not of its own first day on
    alone.
    """

    name: str
    feeds: tuple[Feed, ...] = ()
    reaches_back: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether a silver table is made of it."""
        return bool(self.feeds)

    @property
    def fed_tables(self) -> frozenset[str]:
        """The silver tables that it feeds."""
        return frozenset(feed.table for feed in self.feeds)


@dataclass(frozen=True)
class Table:
    """A silver table: what identifies a row beside user and day, and which columns are never null.

    `of_one_origin`: of a day's records the day's best origin says which there are, as two origins
    may cut a day otherwise; `main_record` gives the place of the one among a day's records, each by
    its best version, that is meant where only the day is told. `knows_empty_days`: a day that a
    file covers without a record is known to have none. `made_with` are the person's measures
    (`timezone`, `max_heart_rate`, …) that its values depend on.
    """

    name: str
    description: str
    columns: tuple[Field, ...]
    identity: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    of_one_origin: bool = False
    main_record: Callable[[Sequence[RawRecord]], int | None] | None = None
    knows_empty_days: bool = False
    made_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wear:
    """Where it shows that a device was not worn: a column of seconds without it, and one of kinds
    of sleep."""

    non_wear_table: str
    non_wear_column: str
    sleep_table: str
    sleep_column: str


@dataclass(frozen=True)
class Fetcher:
    """How a vendor is asked: the landing asset that stands for it, and which datasets that lands.

    `logins` is the folder in the home that keeps what signs a person in, `settings` is how the
    names of its settings begin.
    """

    asset: str
    datasets: tuple[str, ...]
    logins: str
    settings: str


@dataclass(frozen=True)
class Source:
    """A vendor.

    `origins` are the ways in which its data comes, best first; files of `snapshots` all tell the
    same history. A day is due `due_after_days` after it. `silver` is the module that has a
    transform for each of the `tables`, named after it. `look_alike` are datasets whose files a
    person may have to tell apart (`--dataset`).
    """

    name: str
    title: str
    origins: tuple[str, ...]
    datasets: tuple[Dataset, ...]
    tables: tuple[Table, ...]
    silver: str
    due_after_days: int
    delimited: tuple[DelimitedFormat, ...] = ()
    json: tuple[JsonFormat, ...] = ()
    snapshots: frozenset[str] = frozenset()
    look_alike: tuple[str, ...] = ()
    wear: Wear | None = None
    fetcher: Fetcher | None = None

    @property
    def formats(self) -> tuple[DelimitedFormat | JsonFormat, ...]:
        """Its formats that a person is told of."""
        return (*self.delimited, *(one for one in self.json if one.title))

    def fed_by(self, table: str) -> tuple[str, ...]:
        """The bronze datasets that feed a silver table, its own first."""
        return tuple(dataset.name for dataset in self.datasets if table in dataset.fed_tables)
