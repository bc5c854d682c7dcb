"""What each column of an answer is: a measured value, a count, a day or a class, and how its values
are written.

It is read off the statement, whoever wrote it, and the semantic model; the register of measures
says how a value is written. A column of which neither knows anything is written as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from sqlglot import exp, parse_one

from bio_lakehouse.ask.answers.periods import period_of
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery
from bio_lakehouse.english import MONTHS, WEEKDAYS, count
from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.numbers import NO_VALUE, effect_text, number_text, probability_text, short_text
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    from bio_lakehouse.ask.semantics.semantic_model import Metric, SemanticModel
    from bio_lakehouse.engines.guard import CheckedQuery

Kind = Literal["value", "count", "day", "class"]
AGGREGATIONS = {"avg", "sum", "min", "max", "count", "count_if", "stddev", "corr", "max_by"}
SAME_UNIT = {"avg", "sum", "min", "max", "stddev", "approx_percentile", ""}
"""Aggregations whose result has the unit of what they are of."""
TRANSPARENT = {"round", "coalesce", "nullif", "try", "abs"}
"""Functions that leave a value what it is about."""
CLOCK = {"avg", "min", "max", ""}
"""Aggregations of a time of day that are one."""
DAILY = "daily_readiness_performance"
SCORE = "0 to 100"
PERCENT = "percent"
"""The column of a share."""
NAMED: Mapping[str, Mapping[int, str]] = {
    "day_of_week": dict(enumerate(WEEKDAYS, 1)),
    "dow": dict(enumerate(WEEKDAYS, 1)),
    "month": dict(enumerate(MONTHS, 1)),
}
PROBABILITIES = frozenset({"p", "q"})
YEARS = frozenset({"year", "year_of_day"})
SMALLEST_EFFECT = 0.01
"""Below it two decimals lose what a value of no known unit is."""
LARGE = 1_000
"""From here on a decimal says nothing."""
MOST_STEPS = 6
"""How far a name is followed through WITH and subqueries."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """One column of an answer.

    `aggregation` is `avg`, `sum` … or empty; `source` the lake's column that it is of and `table`
    the full name of the one it stands in, empty where that is not known; `measure` writes its
    values; `noun` is what a count counts, `names` what numbers of weekdays or months are called.
    `metric` is the model's, where it is one of those.
    """

    name: str
    position: int
    kind: Kind
    measure: Measure
    aggregation: str = ""
    source: str = ""
    table: str = ""
    is_known: bool = False
    noun: str = "row"
    names: Mapping[int, str] = field(default_factory=dict)
    period: str = ""
    is_moment: bool = False
    is_text: bool = False
    metric: Metric | None = None

    def text(self, value: Any) -> str:
        """A value of this column for people; `–` where it is unknown."""
        if value is None:
            return NO_VALUE
        if isinstance(value, bool):
            return "yes" if value else "no"
        if not isinstance(value, int | float):
            # A class is `low_risk` in the lake and two words in a sentence.
            return visible(str(value).replace("_", " "))
        if self.kind == "count":
            return number_text(value)
        if value in self.names:
            return self.names[int(value)]
        if self.kind == "class":
            return short_text(value)
        if not self.is_known:
            return effect_text(value) if isinstance(value, float) else number_text(value)
        return self.metric.text(value) if self.metric else self.measure.text(value)

    def finer(self, value: Any) -> str:
        """As `text`, a mean with one decimal at least: it is held beside others."""
        is_clock = self.metric is not None and self.metric.form == "clock"
        is_mean = self.kind == "value" and self.is_known and self.aggregation == "avg"
        if value is None or is_clock or not is_mean or abs(value) >= LARGE:
            return self.text(value)
        return self.measure.of_many_days.text(value)

    def cell(self, value: Any) -> str:
        """A figure of a table: means as fine as the sentence has them, p and q as anywhere else, a
        year without a comma."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.text(value)
        if self.name in PROBABILITIES:
            return probability_text(value)
        if self.name in YEARS:
            return str(int(value))
        is_tiny = not self.is_known and 0 < abs(value) < SMALLEST_EFFECT
        return short_text(value) if is_tiny else self.finer(value)

    def counted(self, value: int) -> str:
        """`12 days`, `1 workout`."""
        return count(value, self.noun) if value < 1000 else f"{value:,} {self.noun}s"


def columns_of(
    rows: pa.Table,
    checked: CheckedQuery | None,
    model: SemanticModel,
    metrics: Mapping[str, str] | None = None,
) -> tuple[AnswerColumn, ...]:
    """The columns of an answer in their order; `metrics` are the model's, by column, where the plan
    says so."""
    reader = _Reader(checked, model, dict(metrics or {}))
    selects = _selects(checked, rows.num_columns)
    return tuple(
        reader.column(field, position, selects[position])
        for position, field in enumerate(rows.schema)
    )


def _selects(checked: CheckedQuery | None, width: int) -> list[exp.Expr | None]:
    """The expression of each column; None where a star or a VALUES leaves that open."""
    selects = list(checked.expression.selects) if checked else []
    has_star = any(select.find(exp.Star) and not select.find(exp.Anonymous) for select in selects)
    return list(selects) if len(selects) == width and not has_star else [None] * width


class _Reader:
    """What is known of a statement's columns."""

    def __init__(
        self, checked: CheckedQuery | None, model: SemanticModel, metrics: dict[str, str]
    ) -> None:
        self.model = model
        self.metrics = metrics
        self.query = checked.expression if checked else None
        self.tables = checked.tables if checked else frozenset()
        self.named = self._named_expressions()
        self.groups = self._groups()

    def column(self, field: pa.Field, position: int, select: exp.Expr | None) -> AnswerColumn:
        aggregation, source = self._origin(select if select is not None else _by_name(field.name))
        metric = self._metric(field.name, source, aggregation)
        kind = self._kind(field, select, aggregation)
        known = self._measure(metric, source) if _keeps_unit(aggregation, metric) else None
        return AnswerColumn(
            field.name,
            position,
            kind,
            known or _of_name(field.name),
            aggregation,
            source,
            self._table(source),
            is_known=known is not None or field.name == PERCENT,
            noun=self._noun(field.name),
            names=_names_of(select),
            period=period_of(field.name, self.tables) if kind == "day" else "",
            is_moment=pa.types.is_timestamp(field.type),
            is_text=pa.types.is_string(field.type) or pa.types.is_large_string(field.type),
            metric=metric if known else None,
        )

    def _named_expressions(self) -> dict[str, exp.Expr]:
        """What the names that WITH and subqueries give stand for; ambiguous ones are left out."""
        named: dict[str, exp.Expr] = {}
        twice = set()
        for select in self.query.find_all(exp.Select) if self.query is not None else ():
            for expression in select.expressions if select is not self.query else ():
                if isinstance(expression, exp.Alias):
                    twice |= {expression.alias} & named.keys()
                    named[expression.alias] = expression.this
        return {name: found for name, found in named.items() if name not in twice}

    def _groups(self) -> set[str]:
        """What rows are grouped by, as text, and the numbers of the columns that are."""
        group = self.query.args.get("group") if self.query is not None else None
        return {key.sql() for key in group.expressions} if group else set()

    def _origin(self, expression: exp.Expr, steps: int = 0) -> tuple[str, str]:
        """The aggregation and the lake's column that an expression is of."""
        inner, aggregation = _unwrapped(expression)
        if isinstance(inner, exp.Column):
            behind = self.named.get(inner.name)
            if behind is None or steps >= MOST_STEPS or _is_itself(behind, inner.name):
                return aggregation, inner.name
            below, source = self._origin(behind, steps + 1)
            both = f"{aggregation} of {below}" if aggregation and below else aggregation or below
            return both, source
        return aggregation, self._column_of(inner)

    def _column_of(self, inner: exp.Expr) -> str:
        """The column of the metric that is written as `inner` is: `deep_sleep_s / 3600.0`."""
        sql = inner.sql().lower()
        composed = [one for one in self.model.metrics.values() if _is_composed(one)]
        for metric in composed:
            if self._reads(metric.dataset) and written(metric.expression) == sql:
                return metric.expression
        return ""

    def _kind(self, field: pa.Field, select: exp.Expr | None, aggregation: str) -> Kind:
        if pa.types.is_temporal(field.type):
            return "day"
        if not _is_number(field.type) or self._is_grouped(select):
            return "class"
        return "count" if aggregation in ("count", "count_if") else "value"

    def _is_grouped(self, select: exp.Expr | None) -> bool:
        if select is None or self.query is None:
            return False
        place = next(i for i, one in enumerate(self.query.selects, 1) if one is select)
        return bool({select.alias_or_name, select.unalias().sql(), str(place)} & self.groups)

    def _metric(self, name: str, source: str, aggregation: str) -> Metric | None:
        if name in self.metrics:
            return self.model.metrics.get(self.metrics[name])
        of_column = [
            metric
            for metric in self.model.metrics.values()
            if source and source == (metric.expression or metric.column)
        ]
        read = [metric for metric in of_column if self._reads(metric.dataset)]
        elsewhere = [metric for metric in of_column if metric.dataset == DAILY]
        fitting = [metric for metric in read if metric.aggregation == aggregation]
        return next(iter(fitting or read or elsewhere), None)

    def _reads(self, dataset: str) -> bool:
        found = self.model.datasets.get(dataset)
        return not self.tables or (found is not None and found.full_name in self.tables)

    def _measure(self, metric: Metric | None, source: str) -> Measure | None:
        """How values are written: as the register says, else as the model does."""
        if metric is not None:
            return metric.written_as
        unit = next((unit for unit in self._units(source) if unit), "")
        return _of_unit(source, unit) if unit and unit != "UTC" else None

    def _table(self, source: str) -> str:
        datasets = self.model.datasets.values()
        having = [one.full_name for one in datasets if source in one.fields]
        read = [name for name in having if name in self.tables]
        return read[0] if len(read) == 1 else ""

    def _units(self, source: str) -> list[str]:
        datasets = self.model.datasets.values()
        read = [one for one in datasets if one.full_name in self.tables]
        return [one.fields[source].unit for one in read if source in one.fields]

    def _noun(self, name: str) -> str:
        for noun in ("workout", "night", "day", "week", "month"):
            if noun in name:
                return noun
        return _noun_of_table(self.tables, self.model)


def _noun_of_table(tables: frozenset[str], model: SemanticModel) -> str:
    """What a row of the one table that is read is."""
    read = [one for one in model.datasets.values() if one.full_name in tables]
    if len(tables) != 1 or not read:
        return "row"
    grain = set(read[0].schema.grain)
    if grain == {"user_id", "day"}:
        return "day"
    return "workout" if "workout_id" in grain else "row"


def _unwrapped(expression: exp.Expr) -> tuple[exp.Expr, str]:
    """What stands inside casts, roundings and one aggregation, and which that is."""
    aggregation = ""
    while True:
        expression = expression.unalias()
        if isinstance(expression, exp.Cast | exp.TryCast | exp.Paren | exp.Distinct | exp.Filter):
            inside = expression.expressions[:1] or [expression.this]
        elif isinstance(expression, exp.Anonymous):
            name = expression.name.lower()
            is_new = name in AGGREGATIONS | {"approx_percentile"} and not aggregation
            if not (name in TRANSPARENT or is_new) or not expression.expressions:
                return expression, aggregation or name
            aggregation = name if is_new else aggregation
            inside = expression.expressions[:1]
        else:
            return expression, aggregation
        expression = inside[0]


def _keeps_unit(aggregation: str, metric: Metric | None) -> bool:
    """Whether what is aggregated so has the unit of what it is of."""
    if metric is not None and metric.form == "clock":
        return aggregation in CLOCK
    return set(aggregation.split(" of ")) <= SAME_UNIT


def _is_composed(metric: Metric) -> bool:
    return metric.expression not in ("", metric.column)


@cache
def written(expression: str) -> str:
    """A metric's expression or condition as the guard's parser writes it."""
    return parse_one(expression, dialect=AthenaQuery).sql().lower()


def _names_of(select: exp.Expr | None) -> Mapping[int, str]:
    """Names of the numbers that `day_of_week(…)` or `month(…)` gives, in Athena's count."""
    inner = select.unalias() if select is not None else None
    return NAMED.get(inner.name.lower(), {}) if isinstance(inner, exp.Anonymous) else {}


def _is_itself(behind: exp.Expr, name: str) -> bool:
    inner, aggregation = _unwrapped(behind)
    return isinstance(inner, exp.Column) and inner.name == name and not aggregation


def _by_name(name: str) -> exp.Expr:
    return exp.column(name)


def _is_number(kind: pa.DataType) -> bool:
    """Whether values are numbers; of a column without any value they may have been."""
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    return any(is_kind(kind) for is_kind in numeric)


def _of_name(name: str) -> Measure:
    title = visible(name).replace("_", " ")
    unit, decimals = ("%", 1) if name == PERCENT else ("", 0)
    return Measure(column=name, title=title, short_name=title, unit=unit, decimals=decimals)


def _of_unit(source: str, unit: str) -> Measure:
    title = source.replace("_", " ")
    written = "" if unit == SCORE else unit
    return Measure(column=source, title=title, short_name=title, unit=written, decimals=1)
