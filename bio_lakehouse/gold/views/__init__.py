"""The nine gold views: one file of Athena SQL each, whose head comment says in YAML what it shows,
its grain, its columns and which days a row reads.

`VIEWS` holds them by name; what each reads is found in its SQL when it is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Literal

import sqlglot
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from bio_lakehouse import safe_yaml
from bio_lakehouse.gold.schemas import DATABASE
from bio_lakehouse.lake.schema import Column, ColumnType, TableSchema

_FRONT_MATTER = re.compile(r"/\*\n---\n(?P<yaml>.+?)\n---\n\*/\n", re.S)


@dataclass(frozen=True)
class View:
    """A view of the gold database.

    `sql` is the whole file; `grain` are the columns that identify a row. `reads` is None for one
    without a day column, whose rows are of all days.
    """

    name: str
    sql: str
    description: str
    grain: tuple[str, ...]
    owner: str
    columns: tuple[Column, ...]
    reads: Reads | None = None

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
    """The view `name` of a file's text; raises ValueError when its head comment is not as it should
    be."""
    front_matter = _FRONT_MATTER.match(sql)
    if front_matter is None:
        raise ValueError(f"{name}.sql must begin with YAML between `/*`, `---` and `---`, `*/`")
    try:
        head = _Head.model_validate(safe_yaml.load(front_matter["yaml"]))
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"the head comment of {name}.sql is wrong: {error}") from error
    columns = tuple(column.named(name) for name, column in head.columns.items())
    view = View(name, sql, head.description, tuple(head.grain), head.owner, columns, head.reads)
    if view.has_day != (view.reads is not None):
        raise ValueError(f"{name}.sql must say `reads` if it has the column `day`, and only then")
    return view


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Distance = Annotated[int, Field(ge=0)] | Literal["all"]


class Reads(_Declared):
    """How many days before and after its own a row of a view is made from; `all` where even one far
    away may decide, as the newest does."""

    days_before: Distance
    days_after: Distance


class _HeadColumn(_Declared):
    type: ColumnType
    comment: str
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False

    def named(self, name: str) -> Column:
        return Column(name, self.type, self.comment, self.minimum, self.maximum, self.required)


class _Head(_Declared):
    description: str
    grain: list[str]
    owner: str
    reads: Reads | None = None
    columns: dict[str, _HeadColumn]


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
