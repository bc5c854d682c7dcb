"""From raw records to typed columns, as the sources' field declarations say.

Two steps, because `try_cast` needs a column by name: first every value as text (null when unknown),
then typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.sources.declared_fields import UNKNOWN_TEXTS, Field

DECIMAL = "decimal(28, 6)"
"""Numbers go through it before they are rounded, so that a half goes away from zero as it is
written."""

_BLANKS_AROUND = r"^[\s\p{Z}]+|[\s\p{Z}]+$"
_BLANKS = r"[\s\p{Z}]+"
_OTHER_BLANKS = r"[\s\p{Z}]{2}|[^\S ]|[^\P{Z} ]"
"""Where blanks are not one space each already. To look for it takes a fifth of replacing them."""
_CELSIUS = r" \(\s*°?\s*c\s*\)$"

_OFFSET = "([Zz]|[+-][0-9]{2}:?[0-9]{2})$"

_TYPED = {
    "string": "{0}",
    "double": "try_cast({0} as double)",
    "int": f"try_cast(round(try_cast(try_cast({{0}} as double) as {DECIMAL})) as int)",
    "boolean": "try_cast({0} as boolean)",
    "date": "try_cast({0} as date)",
    "timestamp": "try_cast({0} as timestamp)",
}


def object_texts(rows: DataFrame, fields: Iterable[Field]) -> DataFrame:
    """Bronze rows whose record has the API's shape, with a text column for each field.

    `_has` are the columns of which a row's record has the field.
    """
    parsed = F.from_json("record", object_type([field.path for field in fields]))
    texts = [known(F.col(f"_object.{field.path}")).alias(field.column) for field in fields]
    there = columns_there({field.column: has_field(field) for field in fields}).alias("_has")
    return rows.withColumn("_object", parsed).select("*", *texts, there).drop("_object")


def columns_there(conditions: Mapping[str, Column]) -> Column:
    """The names of those columns whose condition holds."""
    names = [F.when(there, F.lit(column)) for column, there in conditions.items()]
    return F.filter(F.array(*names), lambda name: name.isNotNull())


def has(column: str) -> Column:
    """Whether a version of a record has a column, be its value known or not."""
    return F.array_contains("_has", column)


def object_type(paths: Iterable[str]) -> T.StructType:
    """The type that reads each dotted path, of one or two names, as text."""
    members: dict[str, list[str]] = {}
    for path in paths:
        name, _, member = path.partition(".")
        members.setdefault(name, []).extend([member] if member else [])
    return T.StructType(
        [T.StructField(name, _texts(inner) or T.StringType()) for name, inner in members.items()]
    )


def _texts(names: list[str]) -> T.StructType | None:
    return T.StructType([T.StructField(name, T.StringType()) for name in names]) if names else None


def cell_texts(rows: DataFrame, fields: Iterable[Field]) -> DataFrame:
    """Bronze rows whose record is a CSV row (header → text), with a text column for each field.

    Headers are compared as `sources.declared_fields.canonical_header` writes them. The first of two
    equal headers counts; where a field's first spelling says nothing, the next one is asked. `_has`
    are the columns of which a row has the header.
    """
    cells = F.map_entries(F.from_json("record", "map<string, string>"))
    texts = [F.coalesce(*map(_cell, field.headers)).alias(field.column) for field in fields]
    there = columns_there({field.column: has_cell(field) for field in fields}).alias("_has")
    read = rows.withColumn("_cells", F.transform(cells, _canonical))
    return read.select("*", *texts, there).drop("_cells")


def _canonical(cell: Column) -> Column:
    spaced = F.when(
        cell["key"].rlike(_OTHER_BLANKS), F.regexp_replace(cell["key"], _BLANKS, " ")
    ).otherwise(cell["key"])
    header = F.lower(F.trim(spaced))
    return F.struct(
        F.regexp_replace(header, _CELSIUS, "").alias("header"), known(cell["value"]).alias("text")
    )


def _cell(header: str) -> Column:
    return F.get(F.filter("_cells", lambda cell: cell["header"] == header), F.lit(0))["text"]


def known(text: Column) -> Column:
    """`text` without blanks around it; null when it means unknown."""
    trimmed = F.regexp_replace(text, _BLANKS_AROUND, "")
    return F.when(~F.lower(trimmed).isin(*sorted(UNKNOWN_TEXTS)), trimmed)


def typed(rows: DataFrame, fields: Iterable[Field]) -> DataFrame:
    """`rows` with each field's text column replaced by its value; null where the text is no such
    value."""
    return rows.withColumns({field.column: F.expr(_typed(field)) for field in fields})


def _typed(field: Field) -> str:
    value = _TYPED[field.type].format(field.column)
    return f"nullif({value}, 0)" if field.zero_is_unknown else value


def offset_minutes(name: str) -> Column:
    """Minutes by which the offset of the ISO 8601 text in column `name` is ahead of UTC; null when
    it has none."""
    wall_clock = f"try_cast(regexp_replace({name}, '{_OFFSET}', '') as timestamp)"
    seconds = F.unix_timestamp(F.expr(wall_clock)) - F.unix_timestamp(
        F.expr(f"try_cast({name} as timestamp)")
    )
    return F.when(F.col(name).rlike(_OFFSET), (seconds / 60).cast("int"))


def has_field(field: Field) -> Column:
    """Whether a record in the API's shape has a field, with a value or without; what is within
    nothing is there."""
    outer, _, inner = field.path.partition(".")
    has_outer = F.array_contains(F.json_object_keys("record"), outer)
    if not inner:
        return has_outer
    within = F.get_json_object("record", f"$.{outer}")
    return has_outer & (within.isNull() | F.array_contains(F.json_object_keys(within), inner))


def has_cell(field: Field) -> Column:
    """Whether a CSV row has a cell of a field, filled or not."""
    return F.exists("_cells", lambda cell: cell["header"].isin(*field.headers))


def in_schema(rows: DataFrame, schema: TableSchema) -> DataFrame:
    """`rows`, which have the columns of `schema`, in exactly those and their types.

    They are not asked which columns they have: the answer takes the engine as long as a plan does,
    and takes the rows there once more.
    """
    columns = [F.col(column.name).cast(column.type).alias(column.name) for column in schema.columns]
    return rows.select(*columns)
