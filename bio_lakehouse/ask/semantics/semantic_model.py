"""The semantic model: what the lake's tables, columns and metrics are called in a person's words.

It is one file in the form of Open Semantic Interchange 1.0 (`semantic_model.yaml`). What the
registers say already (a column's meaning and unit, a measure's title, digits and good direction)
is joined to it here, and stands in no file twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from bio_lakehouse.ask.plan import Shape
from bio_lakehouse.gold.measures import Measure, Side
from bio_lakehouse.lake.schema import Column, TableSchema
from bio_lakehouse.numbers import NO_VALUE, clock_text

MetricForm = Literal["number", "hours", "clock"]


@lru_cache(maxsize=1)
def load() -> SemanticModel:
    """The semantic model of this package, read once.

    Raises SemanticModelError, which names the entry, for what the registers do not have.
    """
    from bio_lakehouse.ask.semantics import model_file

    return model_file.read(model_file.text())


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
    when the question names none, and only with one of `aggregations`. `measure` is its entry in the
    register of measures; None for a figure that no measure is about (deep sleep, distance), whose
    `title`, `unit` and `decimals` stand in the file.

    `expression` is the SQL of a row's value (`deep_sleep_s / 3600.0`; most often the column alone),
    `condition` that of the rows that count (`kind = 'night'`), empty for all; both name the
    dataset's columns without the dataset, and `_in_full` with it. `form` "hours" writes 7.2 as
    `7 h 12 min`, "clock" −1.25 as `22:45`. `is_state` says that without a stretch of time its
    newest value is meant. `good` is the direction that is good in itself.
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
    expression: str = ""
    condition: str = ""
    expression_in_full: str = ""
    condition_in_full: str = ""
    form: MetricForm = "number"
    is_state: bool = False
    good: Side | None = None

    @property
    def is_mean(self) -> bool:
        """Whether a row's value is a mean already, as of a workout's heart rate, and its title does
        not say so."""
        is_said = {"average", "mean", "avg"} & set(self.title.casefold().split())
        return not is_said and bool({"avg", "average"} & set(self.column.split("_")))

    @property
    def written_as(self) -> Measure:
        """How its values are written, as the register's measures say theirs."""
        if self.measure:
            return self.measure
        form: Literal["number", "hours"] = "hours" if self.form == "hours" else "number"
        return Measure(
            column=self.column,
            title=self.title,
            short_name=self.title.lower(),
            unit=self.unit,
            decimals=self.decimals,
            form=form,
            good=self.good,
        )

    def text(self, value: float | None) -> str:
        """A value with its unit: `82`, `7 h 12 min`, `22:45`; `–` when there is none."""
        if value is not None and self.form == "clock":
            return clock_text(value)
        return NO_VALUE if value is None else self.written_as.text(value)


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

    `sql` may hold `{first}` and `{last}` where the question has a time phrase; they become dates
    (`filled`). `reading`, `shape`, `metrics` and `assumptions` are those of its plan.
    """

    question: str
    sql: str
    verified_by: str
    verified_on: date
    paraphrases: tuple[str, ...] = ()
    reading: str = ""
    shape: Shape = "list"
    metrics: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()

    @property
    def needs_days(self) -> bool:
        """Whether the SQL is of a stretch of days that the question names."""
        return "{first}" in self.sql

    def filled(self, first: date, last: date) -> str:
        """The SQL for the days from `first` to `last`, both included."""
        from_first = self.sql.replace("{first}", f"DATE '{first.isoformat()}'")
        return from_first.replace("{last}", f"DATE '{last.isoformat()}'")


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """Words for a stretch of days, such as `last week`, and how it is resolved (`kind`).

    `last_days:28` counts today, `last_days:n` is of as many as are said; `{n}`, `{month}`,
    `{year}`, `{weekday}` and `{day}` in the words stand for what is said there.
    """

    words: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class SemanticModel:
    """All of it. Mappings are by name, in the order of the file.

    `ambiguous` are words that may mean several metrics (`calories`), the likeliest first; no word
    else means more than one.
    """

    name: str
    description: str
    instructions: str
    datasets: dict[str, Dataset]
    metrics: dict[str, Metric]
    relationships: dict[str, Relationship]
    time_phrases: tuple[TimePhrase, ...]
    verified: tuple[VerifiedQuestion, ...]
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
