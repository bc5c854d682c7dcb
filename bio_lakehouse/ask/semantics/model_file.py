"""The file of the semantic model, joined with what the registers say, and held against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bio_lakehouse.ask.plan import Shape
from bio_lakehouse.ask.semantics import osi
from bio_lakehouse.ask.semantics.semantic_model import (
    Dataset,
    Field,
    Metric,
    MetricForm,
    Relationship,
    SemanticModel,
    TimePhrase,
    VerifiedQuestion,
)
from bio_lakehouse.engines.describe import unit_of
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.errors import SemanticModelError
from bio_lakehouse.gold.measures import MEASURES, Measure, Side
from bio_lakehouse.lake.schema import Column, TableSchema

Named = TypeVar("Named", Dataset, Metric, Relationship)
NAME = "semantic_model.yaml"
LEVELS = ("avg", "min", "max")
AMOUNTS = ("avg", "sum", "min", "max", "count")
COUNTS = ("count",)
_AGGREGATE = re.compile(
    r"(?P<aggregation>AVG|SUM|COUNT|MIN|MAX)\((?P<rows>.+?)\)"
    r"(?: FILTER \(WHERE (?P<condition>.+)\))?",
    re.S,
)
_COLUMN = re.compile(r"\b(?P<dataset>[a-z]\w+)\.(?P<column>[a-z]\w*)")
_MEASURES = {measure.key: measure for measure in MEASURES}


def text() -> str:
    """The file as it stands in the package."""
    return files("bio_lakehouse.ask.semantics").joinpath(NAME).read_text("utf-8")


def read(content: str) -> SemanticModel:
    """The model that a file's text holds.

    Raises SemanticModelError for a table, column or measure that there is not, and for a word that
    means two things.
    """
    model = osi.parse(content)
    extension = _of_model(model.custom_extensions)
    datasets = _by_name([_dataset(dataset) for dataset in model.datasets], "dataset")
    metrics = _by_name([_metric(metric, datasets) for metric in model.metrics], "metric")
    _check_words(
        ((word, metric.name) for metric in metrics.values() for word in metric.synonyms),
        "metrics",
    )
    relationships = [_relationship(told, datasets) for told in model.relationships]
    verified = [question.value for question in extension.verified_questions]
    _check_questions(verified, metrics)
    return SemanticModel(
        name=model.name,
        description=model.description,
        instructions=model.ai_context.instructions,
        datasets=datasets,
        metrics=metrics,
        relationships=_by_name(relationships, "relationship"),
        time_phrases=tuple(
            TimePhrase(tuple(phrase.words), phrase.kind) for phrase in extension.time_phrases
        ),
        verified=tuple(verified),
        ambiguous=_ambiguous(extension.ambiguous, metrics),
    )


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _TimePhrase(_Entry):
    kind: str
    words: list[str]


class _VerifiedQuestion(_Entry):
    question: str
    sql: list[str]
    verified_by: str
    verified_on: date
    shape: Shape = "list"
    reading: str
    metrics: dict[str, str] = {}
    assumptions: list[str] = []
    paraphrases: list[str] = []

    @property
    def value(self) -> VerifiedQuestion:
        return VerifiedQuestion(
            self.question,
            "\n".join(self.sql),
            self.verified_by,
            self.verified_on,
            tuple(self.paraphrases),
            self.reading,
            self.shape,
            self.metrics,
            tuple(self.assumptions),
        )


class _OfModel(_Entry):
    """What the model says where the form has no place for it."""

    time_phrases: list[_TimePhrase] = []
    ambiguous: dict[str, list[str]] = {}
    verified_questions: list[_VerifiedQuestion] = []


class _OfMetric(_Entry):
    """How a metric is written: as its measure, or as it says itself."""

    measure: str = ""
    title: str = ""
    unit: str = ""
    decimals: int = 0
    form: Literal["number", "hours", "clock"] = "number"
    good: Literal["higher", "lower"] | None = None
    sums: bool = False
    state: bool = False


def _extended(extensions: Sequence[osi.CustomExtension], of: str) -> dict[str, Any]:
    """The entries of all extensions together."""
    entries: dict[str, Any] = {}
    for extension in extensions:
        try:
            entries |= json.loads(extension.data)
        except ValueError as error:
            raise SemanticModelError(f"An extension of {of} is not JSON: {error}.") from error
    return entries


def _of_model(extensions: Sequence[osi.CustomExtension]) -> _OfModel:
    try:
        return _OfModel.model_validate(_extended(extensions, "the semantic model"))
    except ValidationError as error:
        raise SemanticModelError(f"An extension of the semantic model is wrong: {error}") from error


def _of_metric(metric: osi.OsiMetric) -> _OfMetric:
    try:
        told = _OfMetric.model_validate(_extended(metric.custom_extensions, metric.name))
    except ValidationError as error:
        raise SemanticModelError(f"The extension of {metric.name} is wrong: {error}") from error
    is_own = bool(told.title or told.unit or told.decimals or told.good)
    if bool(told.measure) == is_own:
        raise SemanticModelError(
            f"The metric {metric.name} has either a measure of the register or its own title, "
            "unit, decimals and good direction."
        )
    return told


def _by_name(parts: Sequence[Named], kind: str) -> dict[str, Named]:
    named = {part.name: part for part in parts}
    if len(named) < len(parts):
        names = [part.name for part in parts]
        doubled = next(name for name in names if names.count(name) > 1)
        raise SemanticModelError(f"The semantic model has the {kind} {doubled} twice.")
    return named


def _check_words(words: Iterable[tuple[str, str]], where: str) -> None:
    """Refuse a word that means two things."""
    meant: dict[str, str] = {}
    for word, name in words:
        other = meant.setdefault(word, name)
        if other != name:
            raise SemanticModelError(f"“{word}” means both {other} and {name} in {where}.")


def _dataset(told: osi.OsiDataset) -> Dataset:
    schema = DESCRIBED.get(told.source)
    if schema is None or schema.name != told.name:
        raise SemanticModelError(f"There is no table {told.source} called {told.name}.")
    columns = {column.name: column for column in schema.columns}
    fields = {field.name: _field(field, columns, schema) for field in told.fields}
    missing = columns.keys() - fields.keys()
    if missing:
        raise SemanticModelError(
            f"The semantic model of {told.name} lacks {', '.join(sorted(missing))}."
        )
    _check_words(
        ((word, field.name) for field in fields.values() for word in field.synonyms), told.name
    )
    return Dataset(schema, fields, tuple(told.ai_context.synonyms))


def _field(told: osi.DatasetField, columns: dict[str, Column], schema: TableSchema) -> Field:
    column = columns.get(told.name)
    if column is None or told.expression.sql != told.name:
        raise SemanticModelError(f"{schema.name} has no column {told.name}.")
    values = _values(told.ai_context.values, f"{schema.name}.{told.name}")
    return Field(
        column,
        tuple(told.ai_context.synonyms),
        unit_of(column) or "",
        values,
        told.dimension is not None,
    )


def _values(told: dict[str, list[str]], where: str) -> dict[str, str]:
    """What is meant, by what a person calls it."""
    _check_words(((word, value) for value, words in told.items() for word in words), where)
    return {word: value for value, words in told.items() for word in words}


def _metric(told: osi.OsiMetric, datasets: dict[str, Dataset]) -> Metric:
    entry = _of_metric(told)
    parts = _AGGREGATE.fullmatch(told.expression.sql)
    named = _COLUMN.search(told.expression.sql)
    if parts is None or named is None:
        raise SemanticModelError(f"The metric {told.name} is no aggregate of a dataset's columns.")
    _check_columns(told, datasets)
    measure = _measure(entry.measure, named, told.name) if entry.measure else None
    return Metric(
        name=told.name,
        dataset=named["dataset"],
        column=named["column"],
        aggregation=parts["aggregation"].lower(),
        title=measure.title if measure else entry.title,
        unit=measure.unit if measure else entry.unit,
        decimals=measure.decimals if measure else entry.decimals,
        synonyms=tuple(told.ai_context.synonyms),
        measure=measure,
        aggregations=_aggregations(parts["aggregation"], entry.sums),
        expression=_unqualified(parts["rows"]),
        condition=_unqualified(parts["condition"] or ""),
        expression_in_full=_on_one_line(parts["rows"]),
        condition_in_full=_on_one_line(parts["condition"] or ""),
        form=_form(measure, entry),
        is_state=entry.state,
        good=_good(measure, entry),
    )


def _check_columns(told: osi.OsiMetric, datasets: dict[str, Dataset]) -> None:
    """Every column that a metric names is one of its one dataset."""
    found = _COLUMN.findall(told.expression.sql)
    for name, column in found:
        if name not in datasets or column not in datasets[name].fields:
            raise SemanticModelError(
                f"The metric {told.name} names {name}.{column}: there is none."
            )
    if len({name for name, _ in found}) > 1:
        raise SemanticModelError(f"The metric {told.name} is of several datasets.")


def _measure(key: str, named: re.Match[str], metric: str) -> Measure:
    measure = _MEASURES.get(key)
    if measure is None:
        raise SemanticModelError(f"The metric {metric} is of the measure {key}: there is none.")
    if (measure.table.partition(".")[2], measure.column) != (named["dataset"], named["column"]):
        raise SemanticModelError(
            f"The metric {metric} is not of the column of its measure, "
            f"{measure.table}.{measure.column}."
        )
    return measure


def _aggregations(aggregation: str, sums: bool) -> tuple[str, ...]:
    if aggregation == "COUNT":
        return COUNTS
    return AMOUNTS if sums else LEVELS


def _form(measure: Measure | None, entry: _OfMetric) -> MetricForm:
    return measure.form if measure else entry.form


def _good(measure: Measure | None, entry: _OfMetric) -> Side | None:
    return measure.good if measure else entry.good


def _unqualified(sql: str) -> str:
    return _COLUMN.sub(lambda found: found["column"], _on_one_line(sql))


def _on_one_line(sql: str) -> str:
    return " ".join(sql.split())


def _relationship(told: osi.OsiRelationship, datasets: dict[str, Dataset]) -> Relationship:
    ends = ((told.from_dataset, told.from_columns), (told.to_dataset, told.to_columns))
    for name, columns in ends:
        known = datasets[name].fields.keys() if name in datasets else set()
        if not set(columns) <= known or len(columns) != len(told.to_columns):
            raise SemanticModelError(f"The relationship {told.name} does not fit {name}.")
    return Relationship(
        told.name,
        told.from_dataset,
        told.to_dataset,
        tuple(told.from_columns),
        tuple(told.to_columns),
        tuple(told.ai_context.synonyms),
    )


def _check_questions(verified: Sequence[VerifiedQuestion], metrics: dict[str, Metric]) -> None:
    """No question stands for two, and what they show are metrics that there are."""
    _check_words(
        (
            (words.lower(), question.question)
            for question in verified
            for words in (question.question, *question.paraphrases)
        ),
        "verified questions",
    )
    for question in verified:
        unknown = sorted(set(question.metrics.values()) - metrics.keys())
        if unknown:
            raise SemanticModelError(
                f"“{question.question}” shows the metric {unknown[0]}: there is none."
            )


def _ambiguous(
    told: dict[str, list[str]], metrics: dict[str, Metric]
) -> dict[str, tuple[str, ...]]:
    meant = {word: tuple(names) for word, names in told.items()}
    for word, names in meant.items():
        unknown = [name for name in names if name not in metrics]
        if unknown:
            raise SemanticModelError(f"“{word}” may mean {unknown[0]}: there is no such metric.")
        taken = [metric.name for metric in metrics.values() if word in metric.synonyms]
        if taken:
            raise SemanticModelError(f"“{word}” is ambiguous and a word of {taken[0]} as well.")
    return meant
