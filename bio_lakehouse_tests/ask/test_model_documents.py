"""The model for others: of its form, whole, and the same as the README says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bio_lakehouse.ask.semantics import (
    model_file,
    model_page,
    model_text,
    osi,
    osi_export,
    semantic_model,
)
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel
from bio_lakehouse.cli import main
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse_tests.ask.osi_schema import SCHEMA

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
MODEL = semantic_model.load()
WHOLE = osi_export.complete(MODEL)


def plain(text: str) -> Any:
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def problems(document: Any) -> list[str]:
    # Its import makes a grammar of all URIs, 1.5 s of processor.
    from jsonschema import Draft202012Validator

    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_file_and_the_whole_document_are_of_the_form() -> None:
    assert problems(plain(model_file.text())) == []
    assert problems(WHOLE) == []


def test_the_schema_refuses_what_is_not_of_the_form() -> None:
    document = plain(model_file.text())
    document["semantic_model"][0]["datasets"][0]["colour"] = "blue"
    del document["semantic_model"][0]["metrics"][0]["expression"]

    assert problems(document) == [
        "$.semantic_model[0].datasets[0]",
        "$.semantic_model[0].metrics[0]",
    ]


def test_the_whole_document_says_what_the_registers_say() -> None:
    datasets = {dataset["source"]: dataset for dataset in WHOLE["semantic_model"][0]["datasets"]}

    for name, schema in DESCRIBED.items():
        told = datasets[name]
        described = {field["name"]: field["description"] for field in told["fields"]}
        assert told["description"] == schema.description
        assert told["primary_key"] == list(schema.grain)
        assert described == {column.name: column.comment for column in schema.columns}


def test_the_whole_document_is_the_same_model() -> None:
    document = osi.parse(osi_export.as_yaml(MODEL))
    extension = json.loads(document.custom_extensions[0].data)
    filed = osi.parse(model_file.text())

    assert [metric.expression.sql for metric in document.metrics] == [
        " ".join(metric.expression.sql.split()) for metric in filed.metrics
    ]
    assert [metric.ai_context for metric in document.metrics] == [
        metric.ai_context for metric in filed.metrics
    ]
    assert len(extension["verified_questions"]) == len(MODEL.verified)
    assert extension["ambiguous"] == {word: list(to) for word, to in MODEL.ambiguous.items()}


@pytest.mark.parametrize(
    ("options", "write"),
    [
        ([], model_page.page),
        (["--format", "text"], model_text.describe),
        (["--format", "yaml"], osi_export.as_yaml),
    ],
)
def test_the_command_prints_the_model(
    options: list[str], write: Callable[[SemanticModel], str]
) -> None:
    answer = CliRunner().invoke(main, ["ask", "model", *options])

    assert (answer.exit_code, answer.output) == (0, write(MODEL))


def test_the_page_names_every_figure_and_every_verified_question() -> None:
    page = " ".join(model_page.page(MODEL).split())

    for metric in MODEL.metrics.values():
        assert metric.title in page
    for question in MODEL.verified:
        assert question.question in page


def test_the_readme_lists_what_the_model_has() -> None:
    section = README.partition("## What can be asked\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]

    assert rows == [*model_page.figures_table(MODEL), *model_page.groups_table(MODEL)]
