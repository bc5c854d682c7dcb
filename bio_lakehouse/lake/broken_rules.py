"""What rows break of their table's rules, in words: whoever looked at the rows, and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.numbers import short_text


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What is looked up of rows: how many have no value in a required column; the least and the
    greatest value of each bounded column and of the day; and how many values of the grain are there
    more than once, with one of them."""

    nulls: Mapping[str, int]
    lowest: Mapping[str, Any]
    highest: Mapping[str, Any]
    repeated: int
    example: Mapping[str, Any]


def required_columns(schema: TableSchema) -> list[str]:
    return [column.name for column in schema.columns if column.required]


def bounded_columns(schema: TableSchema) -> list[str]:
    """The columns whose values have bounds, but for the day, whose bounds are those of a range."""
    return [
        column.name
        for column in schema.columns
        if column.minimum is not None or column.maximum is not None
    ]


def broken_rules(schema: TableSchema, facts: RowFacts) -> list[str]:
    """What breaks the schema's grain, bounds or nulls; empty when nothing does."""
    nulls = [f"{name} is null in {count} rows" for name, count in facts.nulls.items() if count]
    beyond = [text for column in schema.columns for text in _beyond(column, facts)]
    return [*nulls, *beyond, *_repeated(schema, facts)]


def _beyond(column: Column, facts: RowFacts) -> list[str]:
    lowest, highest = facts.lowest.get(column.name), facts.highest.get(column.name)
    found = []
    if lowest is not None and column.minimum is not None and lowest < column.minimum:
        found.append(f"{column.name} has {lowest}, below {short_text(column.minimum)}")
    if highest is not None and column.maximum is not None and highest > column.maximum:
        found.append(f"{column.name} has {highest}, above {short_text(column.maximum)}")
    return found


def _repeated(schema: TableSchema, facts: RowFacts) -> list[str]:
    if not facts.repeated:
        return []
    example = {name: str(facts.example[name]) for name in schema.grain}
    return [
        f"{facts.repeated} of its ({', '.join(schema.grain)}) occur more than once, such as "
        f"{example}"
    ]


def check_facts(schema: TableSchema, facts: RowFacts, first: date, last: date) -> None:
    """Raise `TableError` when rows break the schema, or have days outside of `first` to `last`."""
    found = broken_rules(schema, facts)
    earliest = facts.lowest.get(schema.day_column or "")
    latest = facts.highest.get(schema.day_column or "")
    if earliest is not None and latest is not None and not first <= earliest <= latest <= last:
        found.append(f"days {earliest} to {latest} lie outside {first} to {last}")
    if found:
        raise TableError(f"{schema.full_name}: nothing was written, because {'; '.join(found)}")
