"""The semantic model: what the lake's tables, columns and metrics are called in a person's words.

It is one file in the form of Open Semantic Interchange 1.0 (`semantic_model.yaml`). What the
registers say already (a column's meaning and unit, a measure's title, digits and good direction)
is joined to it here, and stands in no file twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.lake.schema import Column, TableSchema


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a dataset in a person's words.

    `values` are the values of a column of classes, by what a person calls them: `"rest day"` means
    `rest_day`.
    """

    column: Column
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    values: dict[str, str] = field(default_factory=dict)
    is_dimension: bool = False

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table or view: `schema` is its register's, `name` its short name, as in `energy_state`."""

    schema: TableSchema
    fields: dict[str, Field]
    synonyms: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def full_name(self) -> str:
        return self.schema.full_name


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that can be asked for.

    `column` of `dataset` is aggregated with `aggregation` (`avg`, `sum`, `count`, `max`, `min`)
    when the question names none. `measure` is its entry in the register of measures; None for a
    figure that no measure is about (deep sleep, distance), whose `title`, `unit` and `decimals`
    stand in the file.
    """

    name: str
    dataset: str
    column: str
    aggregation: str
    title: str
    unit: str = ""
    decimals: int = 0
    synonyms: tuple[str, ...] = ()
    measure: Measure | None = None
    aggregations: tuple[str, ...] = ("avg", "sum", "min", "max", "count")


@dataclass(frozen=True, slots=True)
class Relationship:
    """How rows of one dataset find those of another, such as a workout's day to that day."""

    name: str
    from_dataset: str
    to_dataset: str
    from_columns: tuple[str, ...]
    to_columns: tuple[str, ...]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedQuestion:
    """A question whose SQL somebody has held to be right.

    `sql` may hold `{first}` and `{last}` where the question has a time phrase; they become dates.
    """

    question: str
    sql: str
    verified_by: str
    verified_on: date
    paraphrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """Words for a stretch of days, such as `last week`, and how it is resolved (`kind`)."""

    words: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class SemanticModel:
    """All of it. Mappings are by name, in the order of the file."""

    name: str
    description: str
    instructions: str
    datasets: dict[str, Dataset]
    metrics: dict[str, Metric]
    relationships: dict[str, Relationship]
    time_phrases: tuple[TimePhrase, ...]
    verified: tuple[VerifiedQuestion, ...]
