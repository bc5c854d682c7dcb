"""What runs Athena's SQL where there is no Trino: DuckDB over the Iceberg tables in Glue's catalog,
by the translation that a laptop's questions take.

Views are kept in Glue as Athena keeps them: the text within base64 JSON within a comment.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import BioLakehouseError, QueryError
from bio_lakehouse.lake.glue_catalog import GlueTableCatalog
from bio_lakehouse.lake.objects import ObjectInfo
from bio_lakehouse.lake.tables import Tables
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.athena_endpoint import (
    CREATE_VIEW,
    EXPLAIN,
    Result,
    ResultColumn,
    StatementFailedError,
)

HEAD, TAIL = "/* Presto View: ", " */"
NO_COLUMN = "There is no column "


class DuckDbExecutor:
    """Statements over all that is in the catalog of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.catalog = GlueTableCatalog(settings)
        self.kept: dict[str, pa.Table] = {}

    def run(self, sql: str, database: str) -> Result:
        try:
            made = CREATE_VIEW.match(sql)
            if made:
                return self._create_view(made["name"].replace('"', ""), sql[made.end() :])
            explained = EXPLAIN.match(sql)
            if explained:
                self._query(sql[explained.end() :], without_rows=True)
                return Result((ResultColumn("Query Plan", "varchar"),), [("a plan",)])
            return result_of(self._query(sql))
        except BioLakehouseError as error:
            raise StatementFailedError(_in_athenas_words(error)) from error

    def _query(self, sql: str, without_rows: bool = False) -> pa.Table:
        places, made = self.catalog.listed()
        check_names(sql, {*places, *made})
        tables: Any = ListedTables(self.catalog, places, self.kept, without_rows)
        views: Any = GlueViews(self.catalog.glue)
        return DuckDbSql(tables, views).query(sql, None)

    def _create_view(self, full_name: str, text: str) -> Result:
        columns = self._query(text, without_rows=True).schema
        database, _, name = full_name.partition(".")
        said = base64.b64encode(json.dumps({"originalSql": text}).encode()).decode()
        entry = {
            "Name": name,
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": f"{HEAD}{said}{TAIL}",
            "ViewExpandedText": "/* Presto View */",
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "StorageDescriptor": {
                "Columns": [{"Name": one.name, "Type": "string"} for one in columns]
            },
        }
        known = self.catalog.view_names()
        write = self.catalog.glue.update_table if full_name in known else self._create
        write(DatabaseName=database, TableInput=entry)
        return Result((), [])

    def _create(self, **entry: Any) -> None:
        self.catalog.glue.create_table(**entry)


def check_names(sql: str, known: set[str]) -> None:
    """Athena knows what is in Glue, and nothing else."""
    tree = sqlglot.parse_one(sql, read="trino")
    missing = {f"{one.db}.{one.name}" for one in tree.find_all(exp.Table) if one.db} - known
    if missing:
        raise StatementFailedError(
            f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{min(missing)}' does not exist"
        )


class ListedTables:
    """The tables as they were listed, which are read once a state."""

    def __init__(
        self,
        catalog: GlueTableCatalog,
        places: dict[str, str],
        kept: dict[str, pa.Table],
        without_rows: bool,
    ) -> None:
        self.tables = Tables(catalog, timedelta(7))
        self.places = places
        self.kept = kept
        self.without_rows = without_rows

    def names(self) -> list[str]:
        return sorted(self.places)

    def exists(self, full_name: str) -> bool:
        return full_name in self.places

    def state(self, full_name: str) -> None:
        return None

    def scan(self, full_name: str, **_: Any) -> pa.Table:
        place = self.places[full_name]
        if place not in self.kept:
            self.kept[place] = self.tables.scan(full_name)
        return self.kept[place].slice(0, 0 if self.without_rows else None)


class GlueViews:
    """The views of Glue as the objects that `DuckDbSql` reads."""

    def __init__(self, glue: Any) -> None:
        self.glue = glue

    def exists(self, key: str) -> bool:
        try:
            self.get(key)
        except self.glue.exceptions.EntityNotFoundException:
            return False
        return True

    def get(self, key: str) -> bytes:
        name = key.removesuffix(".sql")
        text = self.glue.get_table(DatabaseName="bio_gold", Name=name)["Table"]["ViewOriginalText"]
        said = json.loads(base64.b64decode(text.removeprefix(HEAD).removesuffix(TAIL)))
        return str(said["originalSql"]).encode()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        yield from ()

    def uri(self, key: str) -> str:
        return f"glue:{key}"


def result_of(rows: pa.Table) -> Result:
    """An Arrow table as Athena writes it."""
    columns = tuple(ResultColumn(field.name, type_of(field.type)) for field in rows.schema)
    texts = [[text_of_value(value) for value in column.to_pylist()] for column in rows.columns]
    return Result(columns, list(zip(*texts, strict=True)))


def type_of(kind: pa.DataType) -> str:
    """Athena's name of an Arrow type."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"array({type_of(kind.value_type)})"
    if pa.types.is_map(kind):
        return "map"
    if pa.types.is_timestamp(kind):
        return "timestamp with time zone" if kind.tz else "timestamp"
    return NAMES.get(kind, "varchar")


NAMES = {
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.time64("us"): "time",
    pa.binary(): "varbinary",
    pa.null(): "unknown",
}


def text_of_value(value: Any) -> str | None:
    """A value as Athena writes it."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case float():
            return java_double(value)
        case datetime():
            zone = " UTC" if value.tzinfo else ""
            return f"{value.replace(tzinfo=None).isoformat(' ', 'microseconds')}{zone}"
        case date():
            return value.isoformat()
        case bytes():
            return value.hex(" ")
        case list():
            texts = ["null" if one is None else text_of_value(one) for one in value]
            return f"[{', '.join(map(str, texts))}]"
    return str(value)


def java_double(value: float) -> str:
    """A double as Java writes it: `1.0E7`, `NaN`, `Infinity`."""
    if math.isnan(value) or math.isinf(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if not value or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    is_negative, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *others = map(str, digits)
    power = len(digits) + int(exponent) - 1
    return f"{'-' * is_negative}{first}.{''.join(others) or '0'}E{power}"


def _in_athenas_words(error: BioLakehouseError) -> str:
    told = str(error)
    if isinstance(error, QueryError) and told.startswith(NO_COLUMN):
        name = told.removeprefix(NO_COLUMN).split()[0]
        return (
            f"COLUMN_NOT_FOUND: line 1:8: Column '{name}' cannot be resolved or requester is not "
            "authorized to access requested resources"
        )
    return f"TYPE_MISMATCH: line 1:8: {told}"
