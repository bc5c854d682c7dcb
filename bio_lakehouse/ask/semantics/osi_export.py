"""The whole semantic model as a document of Open Semantic Interchange 1.0, for other tools.

It is the package's own file with what the registers say joined to it: descriptions, keys, types,
units, and how a figure is written.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from bio_lakehouse.ask.semantics import osi
from bio_lakehouse.ask.semantics.semantic_model import (
    Dataset,
    Field,
    Metric,
    Relationship,
    SemanticModel,
    VerifiedQuestion,
)
from bio_lakehouse.engines.describe import ATHENA_TYPES

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
TIMES = {"date", "timestamp"}


def as_yaml(model: SemanticModel) -> str:
    """The document as YAML."""
    whole = complete(model)
    return yaml.dump(whole, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100)


def complete(model: SemanticModel) -> dict[str, Any]:
    """The document as plain values."""
    told = osi.OsiModel(
        name=model.name,
        description=model.description,
        ai_context=osi.Context(instructions=model.instructions),
        datasets=[_dataset(dataset) for dataset in model.datasets.values()],
        relationships=[_relationship(told) for told in model.relationships.values()],
        metrics=[_metric(metric) for metric in model.metrics.values()],
        custom_extensions=[_extension(_further(model))],
    )
    return {"semantic_model": [told.model_dump(by_alias=True, exclude_unset=True)]}


def _dataset(dataset: Dataset) -> osi.OsiDataset:
    return osi.OsiDataset(
        name=dataset.name,
        source=dataset.full_name,
        primary_key=list(dataset.schema.grain),
        description=dataset.schema.description,
        ai_context=_words(dataset.synonyms),
        fields=[_field(field) for field in dataset.fields.values()],
    )


def _field(field: Field) -> osi.DatasetField:
    column = field.column
    kind = ATHENA_TYPES.get(column.type, column.type)
    told = {"type": kind, "unit": field.unit, "required": column.required}
    parts: dict[str, Any] = {
        "name": field.name,
        "expression": _expression(field.name),
        "description": column.comment,
        "custom_extensions": [_extension(told)],
    }
    if field.is_dimension:
        parts["dimension"] = osi.Dimension(is_time=column.type in TIMES)
    if field.synonyms:
        parts["ai_context"] = _words(field.synonyms, field.values)
    return osi.DatasetField(**parts)


def _metric(metric: Metric) -> osi.OsiMetric:
    told = {
        "unit": metric.unit,
        "decimals": metric.decimals,
        "form": metric.form,
        "good": metric.good,
        "is_state": metric.is_state,
        "aggregations": metric.aggregations,
        "measure": metric.measure.key if metric.measure else None,
    }
    return osi.OsiMetric(
        name=metric.name,
        expression=_expression(_qualified(metric)),
        description=metric.title,
        ai_context=_words(metric.synonyms),
        custom_extensions=[_extension(told)],
    )


def _qualified(metric: Metric) -> str:
    """Its SQL as it stands in the file, with the dataset before each column."""
    where = f" FILTER (WHERE {metric.condition_in_full})" if metric.condition else ""
    return f"{metric.aggregation.upper()}({metric.expression_in_full}){where}"


def _relationship(told: Relationship) -> osi.OsiRelationship:
    return osi.OsiRelationship(
        name=told.name,
        from_dataset=told.from_dataset,
        to_dataset=told.to_dataset,
        from_columns=list(told.from_columns),
        to_columns=list(told.to_columns),
        ai_context=_words(told.synonyms),
    )


def _further(model: SemanticModel) -> dict[str, Any]:
    return {
        "time_phrases": [
            {"kind": phrase.kind, "words": phrase.words} for phrase in model.time_phrases
        ],
        "ambiguous": model.ambiguous,
        "verified_questions": [_question(question) for question in model.verified],
    }


def _question(question: VerifiedQuestion) -> dict[str, Any]:
    return {
        "question": question.question,
        "sql": question.sql.splitlines(),
        "verified_by": question.verified_by,
        "verified_on": question.verified_on.isoformat(),
        "shape": question.shape,
        "reading": question.reading,
        "metrics": dict(question.metrics),
        "assumptions": question.assumptions,
        "paraphrases": question.paraphrases,
    }


def _expression(sql: str) -> osi.Expression:
    return osi.Expression(dialects=[osi.DialectExpression(dialect=osi.DIALECT, expression=sql)])


def _words(synonyms: tuple[str, ...], values: dict[str, str] | None = None) -> osi.Context:
    if not values:
        return osi.Context(synonyms=list(synonyms))
    by_value: dict[str, list[str]] = {}
    for word, value in values.items():
        by_value.setdefault(value, []).append(word)
    return osi.Context(synonyms=list(synonyms), values=by_value)


def _extension(told: dict[str, Any]) -> osi.CustomExtension:
    said = {name: value for name, value in told.items() if value not in ("", None)}
    return osi.CustomExtension(
        vendor_name=osi.VENDOR, data=json.dumps(said, ensure_ascii=False, indent=None)
    )
