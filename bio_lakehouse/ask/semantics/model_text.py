"""The semantic model as text: for whoever writes SQL from it, and for who named something wrongly.

It is as short as it can be and always in the same order, so that a prompt that holds it can be
kept. A column that means the same in several tables is explained in the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from bio_lakehouse.ask.semantics.semantic_model import Dataset, Field, Metric, SemanticModel
from bio_lakehouse.engines.describe import ATHENA_TYPES
from bio_lakehouse.english import capital, count, listed

UNTOLD = {"user_id", "source_origin", "source_file", "ingested_at", "commitment"}
"""Columns that no question is about."""
MOST_WORDS = 2
NEAR = 0.8
_UNKNOWN = re.compile(r"There is no (?P<kind>column|table) (?P<name>\w+(?:\.\w+)*)")


def describe(model: SemanticModel) -> str:
    """Rules, tables with their columns, metrics, relationships and times, a line each."""
    parts = [
        f"{model.description}\n{model.instructions}",
        "\n\n".join(_tables(model)),
        "\n".join(["Figures that are more than the mean of a column:", *_figures(model)]),
        "\n".join(["Rows are joined by day = day; beyond that:", *_joins(model)]),
        f"Times, counted with today in them: {'; '.join(_times(model))}.",
    ]
    return "\n\n".join(parts) + "\n"


def hint(name: str, model: SemanticModel) -> str | None:
    """What a name that is no column may mean, in a sentence; None when nothing is near."""
    meaning = _meaning(name, model)
    return f"There is no column {name}; {meaning}." if meaning else None


def with_hint(message: str, model: SemanticModel) -> str:
    """An engine's message about a column or table that is not there, with what its name may
    mean."""
    unknown = _UNKNOWN.search(message)
    if not unknown:
        return message
    is_table = unknown["kind"] == "table"
    meaning = (_table_meant if is_table else _meaning)(unknown["name"], model)
    return f"{message} {capital(meaning)}." if meaning else message


def _meaning(name: str, model: SemanticModel) -> str | None:
    """What a column's name that the statement's tables do not have may mean."""
    tables = _tables_with(model).get(name.lower())
    if tables:
        return f"{name} is a column of {listed(tables, 'or')}"
    return _nearest(name, _meanings(model))


def _table_meant(name: str, model: SemanticModel) -> str | None:
    """What a table's name that there is not may mean."""
    meanings: dict[str, str] = {}
    for dataset in model.datasets.values():
        for word in dataset.synonyms:
            meanings.setdefault(word, f"{word} is the table {dataset.name}")
    for metric in model.metrics.values():
        for word in metric.synonyms:
            meanings.setdefault(word, f"{word} is in the table {metric.dataset}")
    return _nearest(name.rpartition(".")[2], meanings)


def _nearest(name: str, meanings: dict[str, str]) -> str | None:
    word = name.lower().replace("_", " ").strip()
    near = get_close_matches(word, meanings, n=1, cutoff=NEAR)
    return meanings[near[0]] if near else None


def _tables(model: SemanticModel) -> Iterator[str]:
    explained: set[tuple[str, tuple[str, ...] | str]] = set()
    for dataset in model.datasets.values():
        lines = [_table(dataset)]
        for field in dataset.fields.values():
            said = (field.name, field.synonyms or field.column.comment)
            if field.name not in UNTOLD:
                lines.append(_column(field, said in explained))
                explained.add(said)
        yield "\n".join(lines)


def _table(dataset: Dataset) -> str:
    grain = ", ".join(name for name in dataset.schema.grain if name != "user_id")
    words = ", ".join(dataset.synonyms[:MOST_WORDS])
    description = " ".join(dataset.schema.description.split())
    return f"{dataset.name} (a row a {grain}): {description} Also: {words}."


def _column(field: Field, is_explained: bool) -> str:
    kind = ATHENA_TYPES.get(field.column.type, field.column.type)
    if is_explained:
        return f"- {field.name} {kind}"
    comment = " ".join(field.column.comment.split()).rstrip(".")
    words = _words(field, comment)
    values = _values(field, comment)
    return f"- {field.name} {kind}: {comment}{words}{values}"


def _words(field: Field, comment: str) -> str:
    """The first words that name and comment do not hold already."""
    known = set(f"{field.name.replace('_', ' ')} {comment}".lower().split())
    further = [word for word in field.synonyms if not set(word.split()) <= known]
    return f" ({', '.join(further[:MOST_WORDS])})" if further else ""


def _values(field: Field, comment: str) -> str:
    """The values as they stand in the rows, where the comment does not name them."""
    values = dict.fromkeys(field.values.values())
    if field.column.type == "boolean" or all(value in comment for value in values):
        return ""
    return f". Values: {', '.join(values)}"


def _figures(model: SemanticModel) -> Iterator[str]:
    for metric in model.metrics.values():
        if not is_plain(metric):
            yield f"- {metric.synonyms[0]}: {sql_of(metric)}{_unit(metric)}"


def is_plain(metric: Metric) -> bool:
    """Whether it is the mean of a column, over all rows that have it."""
    is_column = metric.expression == metric.column and not metric.condition
    return is_column and metric.aggregation == "avg"


def sql_of(metric: Metric) -> str:
    """`avg(deep_sleep_s / 3600.0) of sleeps where kind = 'night'`."""
    where = f" where {metric.condition}" if metric.condition else ""
    return f"{metric.aggregation}({metric.expression}) of {metric.dataset}{where}"


def _unit(metric: Metric) -> str:
    unit = "h after midnight" if metric.form == "clock" else metric.unit
    return f" ({unit})" if unit else ""


def _joins(model: SemanticModel) -> Iterator[str]:
    """Relationships that go from another column than the day."""
    for told in model.relationships.values():
        pairs = [
            f"{told.from_dataset}.{column} = {told.to_dataset}.{other}"
            for column, other in zip(told.from_columns, told.to_columns, strict=True)
            if column != other
        ]
        if pairs:
            yield f"- {' and '.join(pairs)} ({', '.join(told.synonyms)})"


def _times(model: SemanticModel) -> Iterator[str]:
    """What a phrase of time means where its words do not say it themselves."""
    for phrase in model.time_phrases:
        name, _, number = phrase.kind.partition(":")
        if number.isdigit():
            unit = name.removeprefix("last_").removesuffix("s")
            yield f"{phrase.words[0]} = the last {count(int(number), unit)}"


def _tables_with(model: SemanticModel) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for dataset in model.datasets.values():
        for name in dataset.fields:
            tables.setdefault(name, []).append(dataset.name)
    return tables


def _meanings(model: SemanticModel) -> dict[str, str]:
    """What each word means, those of metrics before those of columns and tables."""
    meanings: dict[str, str] = {}
    for metric in model.metrics.values():
        for word in (*metric.synonyms, metric.title.lower()):
            meanings.setdefault(word, _meaning_of_metric(word, metric))
    for dataset in model.datasets.values():
        for field in dataset.fields.values():
            for word in field.synonyms:
                meanings.setdefault(word, f"{word} is {field.name} in {dataset.name}")
        for word in dataset.synonyms:
            meanings.setdefault(word, f"{word} is the table {dataset.name}")
    return meanings


def _meaning_of_metric(word: str, metric: Metric) -> str:
    named = metric.synonyms[0] if len(word) < len(metric.synonyms[0]) else word
    if is_plain(metric):
        return f"{named} is {metric.column} in {metric.dataset}"
    return f"{named} is {sql_of(metric)}"
