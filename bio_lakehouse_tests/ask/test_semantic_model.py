"""The semantic model and the real columns, both ways; and what a wrong file is told."""

from __future__ import annotations

from collections import Counter

import pytest

from bio_lakehouse.ask.semantics import model_file, semantic_model
from bio_lakehouse.engines.guard import check
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.errors import SemanticModelError
from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.gold.measures import MEASURES
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.insights.finding import INSIGHTS
from bio_lakehouse.silver.peloton import CATEGORIES

MODEL = semantic_model.load()
KNOWN = frozenset(dataset.full_name for dataset in MODEL.datasets.values())
NOT_ASKED_ABOUT = {"user_id", "source_origin", "source_file", "ingested_at", "commitment"}
WITHOUT_WORDS = NOT_ASKED_ABOUT | {
    *("finding_values", "series", "utc_offset_minutes", "wake_utc_offset_minutes"),
}

PELOTONS_OWN = {"fitness_discipline", "class_type", "workout_type"}
"""Columns whose values Peloton may add to."""
OTHER_CLASSES: dict[str, list[str]] = {"cause": [*Cause], "insight": [*INSIGHTS]}


def test_every_table_and_view_is_in_the_model_with_all_its_columns() -> None:
    told = {dataset.full_name: tuple(dataset.fields) for dataset in MODEL.datasets.values()}

    assert told.keys() == DESCRIBED.keys()
    for name, columns in told.items():
        assert Counter(columns) == Counter(DESCRIBED[name].column_names), name


def test_every_column_that_a_person_asks_about_has_words() -> None:
    silent = {
        field.name
        for dataset in MODEL.datasets.values()
        for field in dataset.fields.values()
        if not field.synonyms
    }

    assert silent <= WITHOUT_WORDS


def test_every_measure_of_the_register_has_one_metric() -> None:
    told = Counter(metric.measure.key for metric in MODEL.metrics.values() if metric.measure)

    assert told == Counter(measure.key for measure in MEASURES)


@pytest.mark.parametrize("metric", MODEL.metrics.values(), ids=lambda metric: metric.name)
def test_every_metric_is_sql_that_the_guard_lets_through(metric: semantic_model.Metric) -> None:
    where = f"WHERE {metric.condition}" if metric.condition else ""
    sql = f"SELECT {metric.aggregation}({metric.expression}) FROM {metric.dataset} {where}"

    assert check(sql, KNOWN).tables == {MODEL.datasets[metric.dataset].full_name}
    assert metric.aggregation in metric.aggregations
    assert metric.title


SMALLEST = """
semantic_model:
  - name: small
    datasets:
      - name: coverage
        source: bio_silver.coverage
        fields: [{}]
    metrics: [{}]
"""
COLUMNS = DESCRIBED["bio_silver.coverage"].column_names


def _field(name: str, synonyms: str = "") -> str:
    expression = f"{{dialects: [{{dialect: ANSI_SQL, expression: {name}}}]}}"
    return f"{{name: {name}, expression: {expression}, ai_context: {{synonyms: [{synonyms}]}}}}"


def _metric(sql: str, data: str) -> str:
    expression = f"{{dialects: [{{dialect: ANSI_SQL, expression: {sql}}}]}}"
    extension = f"{{vendor_name: COMMON, data: '{data}'}}"
    return f"{{name: days, expression: {expression}, custom_extensions: [{extension}]}}"


ALL_FIELDS = ", ".join(_field(name) for name in COLUMNS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("semantic_model: [", "not YAML"),
        ("semantic_model: [{name: none}]", "semantic_model.0.datasets: Field required"),
        (
            SMALLEST.format(ALL_FIELDS, "").replace("bio_silver.", "bio_gold."),
            "no table bio_gold.coverage",
        ),
        (SMALLEST.format(_field("source"), ""), "coverage lacks first_day"),
        (SMALLEST.format(f"{ALL_FIELDS}, {_field('colour')}", ""), "no column colour"),
        (
            SMALLEST.format(
                ", ".join(_field(name, "start") for name in COLUMNS),
                "",
            ),
            "“start” means both user_id and source in coverage",
        ),
        (
            SMALLEST.format(ALL_FIELDS, _metric("COUNT(coverage.colour)", "{}")),
            "either a measure of the register or its own title",
        ),
        (
            SMALLEST.format(ALL_FIELDS, _metric("COUNT(coverage.x)", '{"title": "Days"}')),
            "names coverage.x: there is none",
        ),
        (
            SMALLEST.format(ALL_FIELDS, _metric("coverage.source", '{"title": "Days"}')),
            "no aggregate",
        ),
        (
            SMALLEST.format(ALL_FIELDS, _metric("MIN(coverage.source)", '{"measure": "mood"}')),
            "measure mood: there is none",
        ),
        (
            SMALLEST.format(ALL_FIELDS, _metric("MIN(coverage.source)", '{"measure": "steps"}')),
            "not of the column of its measure",
        ),
        (SMALLEST.format(ALL_FIELDS, _metric("MIN(coverage.source)", "{")), "not JSON"),
    ],
)
def test_a_wrong_file_is_told_where(content: str, said: str) -> None:
    with pytest.raises(SemanticModelError) as error:
        model_file.read(content)

    assert said in str(error.value)


def test_values_are_written_as_their_measures_are() -> None:
    deep_sleep, bedtime = MODEL.metrics["deep_sleep"], MODEL.metrics["bedtime"]

    assert MODEL.metrics["hrv"].text(52.4) == "52 ms"
    assert deep_sleep.text(1.25) == "1 h 15 min"
    assert [bedtime.text(hours) for hours in (-1.25, 0.0, 7.08)] == ["22:45", "00:00", "07:05"]
    assert MODEL.metrics["distance"].text(None) == "–"


@pytest.mark.parametrize(
    ("dataset", "field"),
    [
        (dataset.name, field)
        for dataset in MODEL.datasets.values()
        for field in dataset.fields.values()
        if field.column.type == "string" and field.name not in PELOTONS_OWN
    ],
)
def test_values_of_classes_are_those_that_views_and_comments_name(
    dataset: str, field: semantic_model.Field
) -> None:
    view = VIEWS.get(dataset)
    named = [field.column.comment, view.sql if view else "", *OTHER_CLASSES.get(field.name, [])]

    assert {value for value in field.values.values() if value not in "\n".join(named)} == set()


def test_disciplines_are_those_that_have_a_category() -> None:
    told = MODEL.datasets["peloton_workouts"].fields["fitness_discipline"].values

    assert {value.lower() for value in told.values()} <= CATEGORIES.keys()
