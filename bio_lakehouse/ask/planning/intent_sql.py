"""An intent as one SELECT in Athena's SQL, built as a tree: no text of a question is ever part of
a statement but as a quoted value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sqlglot import exp

from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent, Side
from bio_lakehouse.ask.planning.lexicon import SLEEPS, WORKOUTS, Lexicon
from bio_lakehouse.ask.planning.words import plain_number
from bio_lakehouse.ask.semantics.semantic_model import Metric, SemanticModel
from bio_lakehouse.engines.athena_on_duckdb import AthenaQuery

SHOWN = {"sum": "total", "median": "median", "min": "lowest", "max": "highest", "count": "count"}
"""What stands before a metric's name in the name of its column."""
DETAILS = {
    WORKOUTS: ("started_at_local", "fitness_discipline", "title", "instructor_name"),
    "weekly_trends": ("week_start",),
    "oura_heartrate": ("recorded_at", "source"),
    "gap_ledger": ("dataset", "cause"),
}
"""Columns that tell a dataset's rows apart on one day."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and the metric whose values each of its columns shows."""

    sql: str
    metrics: dict[str, str]


def statement(
    intent: Intent, model: SemanticModel, lexicon: Lexicon, week_ends_on: int = 7
) -> Statement:
    """The SELECT that answers `intent`."""
    builder = _Builder(intent, model, lexicon, week_ends_on)
    query = _BUILDERS[intent.ask](builder)
    shown = {alias: name for alias, name in builder.shown.items() if name in model.metrics}
    return Statement(query.sql(AthenaQuery, pretty=True), shown)


class _Builder:
    """The parts that the statements have in common."""

    def __init__(
        self, intent: Intent, model: SemanticModel, lexicon: Lexicon, week_ends_on: int
    ) -> None:
        self.intent = intent
        self.model = model
        self.lexicon = lexicon
        self.week_ends_on = week_ends_on
        self.shown: dict[str, str] = {}

    @property
    def table(self) -> exp.Table:
        return exp.to_table(self.intent.dataset)

    @property
    def has_day(self) -> bool:
        return "day" in self.model.datasets[self.intent.dataset].fields

    @property
    def is_daily(self) -> bool:
        grain = self.model.datasets[self.intent.dataset].schema.grain
        return grain == ("user_id", "day")

    def metric(self, figure: Figure) -> Metric:
        return self.lexicon.metrics[figure.metric]

    def value(self, figure: Figure) -> exp.Expr:
        return _parsed(self.metric(figure).expression or self.metric(figure).column).copy()

    def where(self, with_known: bool = False) -> list[exp.Expr]:
        """What the rows fulfil; `with_known`: that the first figure has a value, too."""
        intent = self.intent
        found = list(_days(intent.first, intent.last, intent.weekdays))
        found += [self.condition(condition) for condition in intent.conditions]
        found += [_parsed(text).copy() for text in self._metric_conditions()]
        if with_known and intent.figures:
            found.append(self.value(intent.figures[0]).is_(exp.null()).not_())
        return found

    def _metric_conditions(self) -> list[str]:
        """Conditions that the metrics themselves have, each once."""
        said = (self.metric(figure).condition for figure in self.intent.figures)
        return list(dict.fromkeys(text for text in said if text))

    def condition(self, condition: Condition) -> exp.Expr:
        if condition.dataset == self.intent.dataset:
            return self.test(condition)
        other, own = condition.dataset, self.intent.dataset
        same = [exp.column(name, other).eq(exp.column(name, own)) for name in ("user_id", "day")]
        inner = exp.select("1").from_(exp.to_table(other))
        return exp.Exists(this=inner.where(*same, self.test(condition)))

    def test(self, condition: Condition) -> exp.Expr:
        """A condition on rows of its own dataset."""
        left: exp.Expr = exp.column(condition.column)
        extra: exp.Expr | None = None
        metric = self.lexicon.metrics.get(condition.metric)
        if metric:
            left = _parsed(metric.expression or metric.column).copy()
            extra = _parsed(metric.condition).copy() if metric.condition else None
        test = _test(left, condition)
        is_said = extra is not None and metric and metric.condition in self._metric_conditions()
        return exp.and_(extra, test) if extra is not None and not is_said else test

    def aggregate(self, figure: Figure, only: exp.Expr | None = None) -> list[exp.Expr]:
        """The columns of a figure: its value taken together, in another unit too where asked."""
        value = self.value(figure)
        if only is not None:
            value = exp.Case().when(only.copy(), value)
        name = self.name_of(figure)
        taken = _taken(figure.aggregation, value)
        is_plain = isinstance(taken, exp.Column) and taken.name == name
        columns: list[exp.Expr] = [taken if is_plain else taken.as_(name)]
        if figure.unit:
            other = _in_unit(_taken(figure.aggregation, value.copy()), figure.unit)
            columns.append(other.as_(f"{name}_{figure.unit}"))
        return columns

    def name_of(self, figure: Figure) -> str:
        metric = self.metric(figure)
        own = metric.name.partition(".")[2] or metric.name
        before = SHOWN.get(figure.aggregation, figure.aggregation)
        name = f"{before}_{own}" if before else own
        self.shown[name] = metric.name
        return name

    def counted(self) -> list[exp.Expr]:
        """How many rows have a value of the first figure, so that few can be said."""
        if not self.intent.figures:
            return []
        value = self.value(self.intent.figures[0])
        return [exp.Count(this=value).as_(self._counted_name())]

    def _counted_name(self) -> str:
        return {WORKOUTS: "workouts_counted", SLEEPS: "nights_counted"}.get(
            self.intent.dataset, "days_counted" if self.is_daily else "rows_counted"
        )

    def group_key(self) -> list[exp.Expr]:
        """The columns by which rows are grouped."""
        group = self.intent.group
        if group == "weekday":
            number = _call("day_of_week", exp.column("day"))
            name = _call("date_format", exp.column("day"), exp.Literal.string("%W"))
            return [number.as_("weekday_number"), name.as_("weekday")]
        if group == "week":
            return [self._week().as_("week_start")]
        if group in {"month", "quarter", "year"}:
            start = _call("date_trunc", exp.Literal.string(group), exp.column("day"))
            return [exp.cast(start, "date").as_(f"{group}_start")]
        return [exp.column(group)]

    def _week(self) -> exp.Expr:
        shift = self.week_ends_on % 7
        day: exp.Expr = exp.column("day")
        if shift:
            day = _call("date_add", exp.Literal.string("day"), exp.Literal.number(-shift), day)
        start: exp.Expr = _call("date_trunc", exp.Literal.string("week"), day)
        if shift:
            amount = exp.Literal.number(shift)
            start = _call("date_add", exp.Literal.string("day"), amount, start)
        return exp.cast(start, "date")


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of one of Athena's functions as it is written."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def _parsed(text: str) -> exp.Expr:
    return _parse(text)


@lru_cache(maxsize=500)
def _parse(text: str) -> exp.Expr:
    parsed: exp.Expr = exp.maybe_parse(text, dialect=AthenaQuery)
    is_plain = isinstance(parsed, exp.Column | exp.Func | exp.Anonymous)
    return parsed if is_plain else exp.Paren(this=parsed)


def _taken(aggregation: str, value: exp.Expr) -> exp.Expr:
    if aggregation == "median":
        return _call("approx_percentile", value, exp.Literal.number("0.5"))
    functions: dict[str, type[exp.Func]] = {
        "avg": exp.Avg,
        "sum": exp.Sum,
        "min": exp.Min,
        "max": exp.Max,
        "count": exp.Count,
        "stddev": exp.Stddev,
    }
    return functions[aggregation](this=value) if aggregation in functions else value


_FACTORS = {"minutes": "60", "km": "1.609344", "km_h": "1.609344"}
"""How many of a unit a metric's own one is."""


def _in_unit(value: exp.Expr, unit: str) -> exp.Expr:
    if unit == "hours":
        return exp.Div(this=value, expression=exp.Literal.number("60.0"))
    return exp.Mul(this=value, expression=exp.Literal.number(_FACTORS[unit]))


def _date(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def _days(first: date | None, last: date | None, weekdays: Sequence[int]) -> Iterator[exp.Expr]:
    day = exp.column("day")
    if first and first == last:
        yield day.eq(_date(first))
    elif first and last:
        yield day.between(_date(first), _date(last))
    elif first:
        yield exp.GTE(this=day, expression=_date(first))
    elif last:
        yield exp.LTE(this=day, expression=_date(last))
    if weekdays:
        numbers = [exp.Literal.number(number) for number in weekdays]
        yield exp.In(this=_call("day_of_week", day.copy()), expressions=numbers)


def _literal(value: str | float | bool) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    return (
        exp.Literal.number(plain_number(value))
        if value >= 0
        else exp.Neg(this=exp.Literal.number(plain_number(-value)))
    )


_COMPARED: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _test(left: exp.Expr, condition: Condition) -> exp.Expr:
    values = [_literal(value) for value in condition.values]
    if condition.operator == "known":
        return left.is_(exp.null()).not_()
    if condition.operator == "between":
        return exp.Between(this=left, low=values[0], high=values[1])
    if condition.operator in {"in", "not in"}:
        within = exp.In(this=left, expressions=values)
        return within if condition.operator == "in" else within.not_()
    if condition.operator == "contains":
        lowered = exp.Lower(this=left)
        pattern = exp.Literal.string(f"%{str(condition.values[0]).casefold()}%")
        return exp.Like(this=lowered, expression=pattern)
    is_true = condition.operator == "=" and condition.values == (True,)
    if is_true:
        return left
    if condition.operator == "=" and condition.values == (False,):
        return left.not_()
    return _COMPARED[condition.operator](this=left, expression=values[0])


# Statements, one for each thing that is asked


def _value(builder: _Builder) -> exp.Query:
    if builder.intent.sides:
        return _sides(builder)
    columns = [column for figure in builder.intent.figures for column in builder.aggregate(figure)]
    query = exp.select(*columns, *builder.counted()).from_(builder.table)
    return query.where(*builder.where())


def _sides(builder: _Builder) -> exp.Query:
    """A row a side; a day may belong to several."""
    queries = [_side(builder, side) for side in builder.intent.sides]
    return exp.union(*queries, distinct=False)


def _side(builder: _Builder, side: Side) -> exp.Select:
    intent = builder.intent
    columns = [column for figure in intent.figures for column in builder.aggregate(figure)]
    if intent.ask == "count":
        columns = [_count_of(builder)]
    label = exp.Literal.string(side.label).as_("compared")
    query = exp.select(label, *columns, *builder.counted()).from_(builder.table)
    own = [builder.condition(condition) for condition in side.conditions]
    return query.where(*builder.where(), *_days(side.first, side.last, side.weekdays), *own)


def _identity(builder: _Builder) -> list[exp.Expr]:
    """The columns that say which row it is."""
    days = [exp.column("day")] if builder.has_day else []
    details = DETAILS.get(builder.intent.dataset, ())
    return [*days, *(exp.column(name) for name in details)]


def _columns(builder: _Builder) -> list[exp.Expr]:
    """The columns of rows: which they are, what was asked beside figures, and these."""
    identity = _identity(builder)
    named = {column.name for column in identity}
    beside = [exp.column(name) for name in builder.intent.columns if name not in named]
    figures = [column for figure in builder.intent.figures for column in builder.aggregate(figure)]
    taken: list[exp.Expr] = []
    for figure_column in figures:
        plain = figure_column.this if isinstance(figure_column, exp.Alias) else figure_column
        is_there = isinstance(plain, exp.Column) and plain.name in builder.intent.columns
        taken += [] if is_there else [figure_column]
    return [*identity, *beside, *taken]


def _in_order(builder: _Builder, query: exp.Select, newest_first: bool = False) -> exp.Select:
    names = ["day"] if builder.has_day else []
    if builder.intent.dataset == WORKOUTS:
        names = ["started_at"]
    columns = [exp.column(name) for name in names]
    ordered = [column.desc() if newest_first else column for column in columns]
    return query.order_by(*ordered) if ordered else query


def _rows(builder: _Builder) -> exp.Select:
    intent = builder.intent
    query = (
        exp.select(*_columns(builder))
        .from_(builder.table)
        .where(*builder.where(bool(intent.order)))
    )
    if intent.order and intent.figures:
        value = builder.value(intent.figures[0])
        query = query.order_by(value.desc() if intent.order == "desc" else value)
    query = _in_order(builder, query)
    return query.limit(intent.limit) if intent.limit else query


def _latest(builder: _Builder) -> exp.Select:
    intent = builder.intent
    tests = builder.where(bool(intent.figures))
    if not intent.figures and intent.columns and intent.dataset != WORKOUTS:
        tests.append(exp.column(intent.columns[0]).is_(exp.null()).not_())
    query = exp.select(*_columns(builder)).from_(builder.table).where(*tests)
    return _in_order(builder, query, intent.order != "asc").limit(intent.limit or 1)


def _extreme(builder: _Builder) -> exp.Select:
    """The rows with the highest or lowest value, all of them where several share it."""
    intent = builder.intent
    value = builder.value(intent.figures[0])
    aggregation = "max" if intent.order == "desc" else "min"
    inner = exp.select(_taken(aggregation, value)).from_(builder.table).where(*builder.where())
    is_it = exp.EQ(this=value.copy(), expression=inner.subquery())
    if not (intent.is_single or builder.is_daily):
        rows = exp.select(*_columns(builder)).from_(builder.table)
        return _in_order(builder, rows.where(*builder.where(), is_it))
    figure = replace(intent.figures[0], aggregation=aggregation)
    columns = builder.aggregate(figure)
    if builder.has_day:
        columns += [exp.Min(this=exp.column("day")).as_("day")]
        columns += [exp.Max(this=exp.column("day")).as_("last_day")]
        columns += [exp.Count(this=exp.Star()).as_("times")]
    return exp.select(*columns).from_(builder.table).where(*builder.where(), is_it)


def _count_of(builder: _Builder) -> exp.Expr:
    intent = builder.intent
    if intent.counted == "days" and not builder.is_daily:
        days = exp.Distinct(expressions=[exp.column("day")])
        return exp.Count(this=days).as_("days")
    named = "weeks" if intent.dataset == "weekly_trends" else intent.counted
    return exp.Count(this=exp.Star()).as_(named)


def _count(builder: _Builder) -> exp.Query:
    if builder.intent.sides:
        return _sides(builder)
    return exp.select(_count_of(builder)).from_(builder.table).where(*builder.where())


def _share(builder: _Builder) -> exp.Select:
    """Days that fulfil the last condition among those where it is known, in percent."""
    intent = builder.intent
    asked = intent.conditions[-1]
    test = builder.condition(asked)
    rest = replace(intent, conditions=intent.conditions[:-1])
    known = builder.test(replace(asked, operator="known"))
    where = _Builder(rest, builder.model, builder.lexicon, builder.week_ends_on).where()
    fulfilled = exp.Sum(
        this=exp.Case().when(test, exp.Literal.number(1)).else_(exp.Literal.number(0))
    )
    hundred = exp.Mul(this=exp.Literal.number("100.0"), expression=fulfilled)
    of_all = exp.Div(this=hundred, expression=exp.Count(this=exp.Star()))
    columns = [
        of_all.as_("percent"),
        fulfilled.copy().as_("days"),
        exp.Count(this=exp.Star()).as_("days_known"),
    ]
    return exp.select(*columns).from_(builder.table).where(*where, known)


def _groups(builder: _Builder) -> exp.Select:
    intent = builder.intent
    keys = builder.group_key()
    figures = [column for figure in intent.figures for column in builder.aggregate(figure)]
    counts = builder.counted()
    if not intent.figures:
        figures, counts = [_count_of(builder)], []
    tests = builder.where(bool(intent.figures) and bool(intent.order))
    if not _is_time(intent.group) and intent.order:
        tests.append(exp.column(intent.group).is_(exp.null()).not_())
    query = exp.select(*keys, *figures, *counts).from_(builder.table).where(*tests)
    query = query.group_by(*(_bare(key) for key in keys))
    if intent.order and intent.limit == 1 and _is_exact(intent):
        return _first_with_ties(query, intent, figures[0], keys)
    if intent.order:
        first = exp.column(figures[0].alias)
        query = query.order_by(first.desc() if intent.order == "desc" else first)
    query = query.order_by(exp.column(keys[0].alias_or_name))
    return query.limit(intent.limit) if intent.limit else query


def _is_exact(intent: Intent) -> bool:
    """Whether a group's value is the same each time that it is worked out."""
    return all(figure.aggregation != "median" for figure in intent.figures[:1])


def _first_with_ties(
    query: exp.Select, intent: Intent, figure: exp.Expr, keys: Sequence[exp.Expr]
) -> exp.Select:
    """The group with the highest or the lowest value; all of them where several share it."""
    value = _rounded(_bare(figure))
    best = exp.Max if intent.order == "desc" else exp.Min
    each = query.select(value.as_("value"), append=False).subquery("each_group")
    is_best = exp.EQ(
        this=value.copy(),
        expression=exp.select(best(this=exp.column("value"))).from_(each).subquery(),
    )
    return query.having(is_best).order_by(exp.column(keys[0].alias_or_name))


def _rounded(value: exp.Expr) -> exp.Expr:
    """Without the last digits, in which two sums of the same values may differ."""
    if isinstance(value, exp.Count):
        return value
    return exp.Round(this=value, decimals=exp.Literal.number("6"))


def _mean_of_groups(builder: _Builder) -> exp.Select:
    """The mean over weeks or months of what each comes to."""
    intent = builder.intent
    inner = _groups(builder)
    names = [column.alias for column in inner.selects if isinstance(column, exp.Alias)]
    values = [
        name
        for name in names
        if name.startswith(("total_", "count_")) or name in {"workouts", "days"}
    ]
    means = [exp.Avg(this=exp.column(name)).as_(f"avg_{name}_a_{intent.group}") for name in values]
    inner.set("order", None)
    counted = exp.Count(this=exp.Star()).as_(f"{intent.group}s_counted")
    for name in values:
        builder.shown.pop(name, None)
    return exp.select(*means, counted).from_(inner.subquery("each_group"))


def _kinds(builder: _Builder) -> exp.Select:
    """How many different values a column has."""
    column = builder.intent.columns[0]
    different = exp.Distinct(expressions=[exp.column(column)])
    counted = exp.Count(this=different).as_(f"different_{column}")
    return exp.select(counted).from_(builder.table).where(*builder.where())


def _coverage(builder: _Builder) -> exp.Select:
    """The first and the last day of which files and fetches speak, of each vendor that is named."""
    columns: list[exp.Expr] = [
        exp.Min(this=exp.column("first_day")).as_("first_day"),
        exp.Max(this=exp.column("last_day")).as_("last_day"),
        exp.Max(this=exp.column("ingested_at")).as_("newest_file_at"),
    ]
    return exp.select(*columns).from_(builder.table).where(*builder.where())


def _bare(key: exp.Expr) -> exp.Expr:
    return key.this.copy() if isinstance(key, exp.Alias) else key.copy()


def _is_time(group: str) -> bool:
    return group in {"week", "month", "quarter", "year", "weekday"}


_BUILDERS = {
    "value": _value,
    "rows": _rows,
    "latest": _latest,
    "extreme": _extreme,
    "count": _count,
    "coverage": _coverage,
    "kinds": _kinds,
    "share": _share,
    "groups": _groups,
    "mean of groups": _mean_of_groups,
}
