"""The eight gold views: one file of Athena SQL each, whose head comment says what it shows, its grain and its columns.

`VIEWS` holds them by name; what each reads is found in its SQL when it is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from bio_lakehouse.gold.schemas import DATABASE
from bio_lakehouse.lake.schema import ARROW_TYPES, Column, TableSchema

_HEAD = re.compile(
    r"/\*\n(?P<description>.+?)\n\n"
    r"grain: (?P<grain>.+?)\n"
    r"owner: (?P<owner>.+?)\n"
    r"columns:\n(?P<columns>.+?)\n\*/\n",
    re.S,
)
_COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>\w+)(?P<required> required)?"
    r"(?: (?P<minimum>-?\d+)?\.\.(?P<maximum>-?\d+)?)?: (?P<comment>.+)"
)


@dataclass(frozen=True)
class View:
    """A view of the gold database.

    `sql` is the whole file; `grain` are the columns that identify a row.
    """

    name: str
    sql: str
    description: str
    grain: tuple[str, ...]
    owner: str
    columns: tuple[Column, ...]

    @cached_property
    def depends_on(self) -> tuple[str, ...]:
        """Full names of the tables and views that it reads."""
        return _tables_read(self.sql)

    @property
    def full_name(self) -> str:
        return f"{DATABASE}.{self.name}"

    @property
    def has_day(self) -> bool:
        return any(column.name == "day" for column in self.columns)

    @property
    def schema(self) -> TableSchema:
        """What its rows are held against, as a table's are."""
        day_column = "day" if self.has_day else None
        return TableSchema(
            DATABASE, self.name, self.description, self.grain, self.columns, day_column
        )


def parse_view(name: str, sql: str) -> View:
    """The view `name` of a file's text; raises ValueError when its head comment is not as it should be."""
    head = _HEAD.match(sql)
    if head is None:
        raise ValueError(
            f"{name}.sql: the head comment must hold a description, grain, owner and columns"
        )
    return View(
        name=name,
        sql=sql,
        description=" ".join(head["description"].split()),
        grain=tuple(head["grain"].split(", ")),
        owner=head["owner"],
        columns=tuple(
            _column(name, text) for text in re.split(r"\n  (?=\S)", "\n" + head["columns"])[1:]
        ),
    )


def _column(view: str, text: str) -> Column:
    declared = _COLUMN.fullmatch(" ".join(text.split()))
    if declared is None or declared["type"] not in ARROW_TYPES:
        raise ValueError(f"{view}.sql: not a column declaration: {text!r}")
    return Column(
        declared["name"],
        declared["type"],
        declared["comment"],
        minimum=_bound(declared["minimum"]),
        maximum=_bound(declared["maximum"]),
        required=declared["required"] is not None,
    )


def _bound(text: str | None) -> float | None:
    return None if text is None else float(text)


def _tables_read(sql: str) -> tuple[str, ...]:
    """Full names of the tables in a statement, its CTEs not among them."""
    scopes = traverse_scope(sqlglot.parse_one(sql, read="athena"))
    sources = (source for scope in scopes for source in scope.sources.values())
    return tuple(
        sorted(
            {f"{source.db}.{source.name}" for source in sources if isinstance(source, exp.Table)}
        )
    )


def _load() -> dict[str, View]:
    texts = {
        path.name.removesuffix(".sql"): path
        for path in files(__name__).iterdir()
        if path.name.endswith(".sql")
    }
    return {name: parse_view(name, texts[name].read_text("utf-8")) for name in sorted(texts)}


VIEWS: dict[str, View] = _load()
