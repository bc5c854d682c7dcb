"""The sentence of an answer: the value and the days that it covers, and never more than the rows
hold.

Figures are written by the register of measures, days in plain English. What a question narrows
down (`on weekends`) is said in the words of the plan's reading, so that no figure stands for more
than it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from bio_lakehouse.ask.answer_columns import AnswerColumn
from bio_lakehouse.engines.plain_rows import values
from bio_lakehouse.english import capital, count, from_to, listed, long_day
from bio_lakehouse.numbers import NO_VALUE
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.plan import Plan
    from bio_lakehouse.engines.guard import CheckedQuery

AGGREGATED = {
    "avg": "average",
    "min": "lowest",
    "max": "highest",
}
MOST_NAMED = 3
"""Days or groups that a sentence names; the table has all."""
DAY_CONDITIONS = (exp.Between, exp.EQ, exp.GTE, exp.GT, exp.LTE, exp.LT)
NOT_A_TEST = (
    "These are averages side by side: the rows do not say whether chance alone explains it."
)
NO_CAUSE = (
    "A correlation of these rows: it says neither that one causes the other nor how sure it is."
)


@dataclass(frozen=True, slots=True)
class Told:
    """The sentence of an answer, and sentences that belong to it."""

    sentence: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer's rows with all that its sentence is made of."""

    plan: Plan
    rows: list[tuple[Any, ...]]
    columns: tuple[AnswerColumn, ...]
    checked: CheckedQuery | None

    def of_kind(self, *kinds: str) -> list[AnswerColumn]:
        named = [column for column in self.columns if column.name != "user_id"]
        return [column for column in named if column.kind in kinds]

    @property
    def reading(self) -> str:
        """What the question was taken to mean, as the beginning of a sentence."""
        return capital(visible(self.plan.reading).strip().rstrip(".?!:"))

    @property
    def figure(self) -> AnswerColumn | None:
        """The first value; the first count where there is none."""
        return next(iter([*self.of_kind("value"), *self.of_kind("count")]), None)

    @property
    def known_days(self) -> AnswerColumn | None:
        """The count beside a value that says over how many days or workouts it is."""
        return next(iter(self.of_kind("count")), None) if self.of_kind("value") else None


def told(
    plan: Plan,
    rows: pa.Table,
    checked: CheckedQuery | None,
    columns: tuple[AnswerColumn, ...],
    newest_known: Callable[[AnswerColumn], date | None] = lambda column: None,
) -> Told:
    """The sentence of `rows`; `newest_known` gives the newest day on which a column is known, for
    where there is nothing to tell."""
    answered = _Answered(plan, list(values(rows)), columns, checked)
    if not _has_figures(answered):
        return Told(_nothing(answered, newest_known))
    teller = TELLERS.get(plan.shape, _told_rows)
    return teller(answered)


def _has_figures(answered: _Answered) -> bool:
    figures = answered.of_kind("value") or answered.columns
    return any(row[column.position] is not None for row in answered.rows for column in figures)


def _nothing(answered: _Answered, newest_known: Callable[[AnswerColumn], date | None]) -> str:
    """That nothing is on record, for what it is: never a zero, never a guess."""
    figure = answered.figure
    asked = f" {when(answered.plan.covers)}" if answered.plan.covers else ""
    if figure is None or not figure.is_known or not _is_plain(answered):
        return f"Nothing on record fits: {answered.reading}.{_newest(figure, newest_known)}"
    name = figure.measure.in_sentence
    return f"There is no {name} on record{asked}.{_newest(figure, newest_known)}"


def _newest(
    figure: AnswerColumn | None, newest_known: Callable[[AnswerColumn], date | None]
) -> str:
    day = newest_known(figure) if figure else None
    if figure is None or day is None:
        return ""
    return f" The newest {figure.measure.in_sentence} on record is of {long_day(day)}."


def when(covers: tuple[date, date] | None) -> str:
    """`from Monday 16 to Sunday 22 November 2026`; empty where no days were asked for."""
    return from_to(*covers) if covers else ""


def _is_plain(answered: _Answered) -> bool:
    """Whether the statement narrows its rows down by nothing but days and known values, from one
    table, so that its figure is of all of them."""
    query = answered.checked.expression if answered.checked else None
    if not isinstance(query, exp.Select) or _is_composed(query):
        return False
    where = query.args.get("where")
    conditions = where.this.flatten() if where and isinstance(where.this, exp.And) else None
    return all(map(_is_about_days, conditions or ([where.this] if where else [])))


def _is_composed(query: exp.Select) -> bool:
    parts = ("with_", "with", "joins", "having", "limit", "distinct", "qualify", "offset")
    is_table = isinstance(query.args.get("from_", query.args.get("from")).this, exp.Table)  # type: ignore[union-attr]
    return not is_table or any(query.args.get(part) for part in parts) or _filters(query)


def _filters(query: exp.Select) -> bool:
    """Whether a single column narrows down, by FILTER or CASE."""
    return any(select.find(exp.Filter, exp.Case, exp.If) for select in query.expressions)


def _is_about_days(condition: exp.Expr) -> bool:
    condition = condition.unnest()
    columns = {column.name for column in condition.find_all(exp.Column)}
    if isinstance(condition, DAY_CONDITIONS):
        return columns <= {"day"}
    return isinstance(condition, exp.Not) and isinstance(condition.this.unnest(), exp.Is)


def _told_value(answered: _Answered) -> Told:
    """`Your average readiness was 78 from … to …, over 7 known days.`"""
    figure, row = answered.figure, answered.rows[0]
    if figure is None or len(answered.rows) > 1:
        return _told_rows(answered)
    text = figure.text(row[figure.position])
    known = _over(answered, row)
    on = _day_of(answered, row)
    subject = _subject(figure, "" if answered.plan.covers else " on record")
    if subject and _is_plain(answered):
        days = " ".join(filter(None, (when(answered.plan.covers), on)))
        return Told(f"{subject} {text} {days}".rstrip() + f"{known}.")
    return Told(f"{answered.reading}: {text}{f' {on}' if on else ''}{known}.")


def _subject(figure: AnswerColumn, of: str) -> str:
    """`Your average readiness was`, with `of` behind its name; empty where the words for it are not
    known."""
    if not figure.is_known:
        return ""
    name = f"{figure.measure.in_sentence}{of}"
    if figure.aggregation in AGGREGATED:
        return f"Your {AGGREGATED[figure.aggregation]} {name} was"
    if figure.aggregation == "sum":
        return f"Your {name} came in all to"
    return f"Your {name} was" if not figure.aggregation else ""


def _day_of(answered: _Answered, row: Sequence[Any]) -> str:
    """`, on Tuesday 3 November 2026`, where the row names the one day that its value is of."""
    days = answered.of_kind("day")
    value = row[days[0].position] if len(days) == 1 else None
    if not isinstance(value, date) or answered.plan.covers == (value, value):
        return ""
    return f"(on {_day(value)})" if len(days) == 1 else ""


def _over(answered: _Answered, row: Sequence[Any]) -> str:
    """`, over 5 known days of 7`: what the figure is of, where the rows say so."""
    known = answered.known_days
    if known is None or row[known.position] is None:
        return ""
    number = int(row[known.position])
    if known.noun != "day" or not known.source:
        return f", over {known.counted(number)}"
    asked = _days_asked(answered.plan)
    if asked and asked > number and _is_plain(answered):
        return f", over {number:,} known {'day' if number == 1 else 'days'} of {asked:,}"
    return f", over {count(number, 'known day')}"


def _days_asked(plan: Plan) -> int:
    return (plan.covers[1] - plan.covers[0]).days + 1 if plan.covers else 0


def _told_row(answered: _Answered) -> Told:
    """One row of several values: each with its name."""
    if len(answered.rows) != 1:
        return _told_rows(answered)
    row = answered.rows[0]
    parts = [_named(column, row) for column in answered.columns if column.kind != "day"]
    head = answered.reading
    on = _day_of(answered, row)
    return Told(f"{head}{f' {on}' if on else ''}: {listed(parts[:8])}.")


def _named(column: AnswerColumn, row: Sequence[Any]) -> str:
    text = column.text(row[column.position])
    return f"{_called(column)} {text if text != NO_VALUE else 'unknown'}"


def _called(column: AnswerColumn) -> str:
    """What a column is called within a sentence."""
    if column.kind == "value" and column.is_known and column.aggregation in ("", *AGGREGATED):
        words = AGGREGATED.get(column.aggregation, "")
        return f"{words} {column.measure.in_sentence}".strip()
    return visible(column.name).replace("_", " ").strip()


def _told_list(answered: _Answered) -> Told:
    """How many rows fit, and the first of them."""
    number = len(answered.rows)
    noun = "day" if answered.of_kind("day") and _one_a_day(answered) else "row"
    named = [_entry(answered, row) for row in answered.rows[:MOST_NAMED]]
    more = f" and {number - MOST_NAMED:,} more" if number > MOST_NAMED else ""
    shown = f"{', '.join(named)}{more}" if more else listed(named)
    return Told(f"{answered.reading}: {count(number, noun)}, {shown}.")


def _one_a_day(answered: _Answered) -> bool:
    place = answered.of_kind("day")[0].position
    days = [row[place] for row in answered.rows]
    return len(set(days)) == len(days)


def _entry(answered: _Answered, row: Sequence[Any]) -> str:
    """`Tuesday 3 November 2026 (64)`: what a row is of, and its first value."""
    labels = [_label(column, row) for column in answered.of_kind("day", "class")[:2]]
    figure = answered.figure
    value = figure.text(row[figure.position]) if figure else ""
    label = ", ".join(labels)
    return f"{label} ({value})" if label and value else label or value


def _label(column: AnswerColumn, row: Sequence[Any]) -> str:
    value = row[column.position]
    if value is None:
        return "unknown"
    return _day(value) if isinstance(value, date) else column.text(value)


def _day(value: date) -> str:
    if isinstance(value, datetime):
        return f"{long_day(value.date())}, {value:%H:%M}"
    return long_day(value)


def _told_groups(answered: _Answered) -> Told:
    """The groups with their values: all where they are few, else the highest and the lowest."""
    figure = answered.figure
    if figure is None or not answered.of_kind("class", "day"):
        return _told_rows(answered)
    known = [row for row in answered.rows if row[figure.position] is not None]
    if len(answered.rows) <= MOST_NAMED:
        return Told(
            f"{answered.reading}: {listed([_group(answered, row) for row in answered.rows])}."
        )
    ranked = sorted(known, key=lambda row: row[figure.position])
    lowest, highest = _group(answered, ranked[0]), _group(answered, ranked[-1])
    groups = count(len(answered.rows), "group")
    return Told(f"{answered.reading}: {groups}, highest {highest}, lowest {lowest}.")


def _group(answered: _Answered, row: Sequence[Any]) -> str:
    """`Saturday 81.3 (52 days)`."""
    labels = [_label(column, row) for column in answered.of_kind("class", "day")[:2]]
    figure, known = answered.figure, answered.known_days
    text = figure.finer(row[figure.position]) if figure else ""
    size = ""
    if known is not None and row[known.position] is not None:
        size = f" ({known.counted(int(row[known.position]))})"
    return f"{', '.join(labels)} {text}{size}".strip()


def _told_series(answered: _Answered) -> Told:
    """From where to where, and between what: no trend is claimed."""
    days, figure = answered.of_kind("day"), answered.figure
    if not days or figure is None:
        return _told_groups(answered)
    place = days[0].position
    known = [row for row in answered.rows if row[figure.position] is not None]
    known.sort(key=lambda row: row[place])
    if len(known) == 1:
        return Told(f"{answered.reading}: {_at(figure, place, known[0])}.")
    first, last = known[0], known[-1]
    ends = f"{_at(figure, place, first)}, {_at(figure, place, last)}"
    ranked = sorted(known, key=lambda row: row[figure.position])
    low, high = ranked[0][figure.position], ranked[-1][figure.position]
    between = f"between {figure.finer(low)} and {figure.finer(high)}"
    counted = (
        f"{len(known):,} of {len(answered.rows):,} known"
        if len(known) < len(answered.rows)
        else f"{len(known):,} values"
    )
    return Told(f"{answered.reading}: {ends}; {counted}, {between}.")


def _at(figure: AnswerColumn, place: int, row: Sequence[Any]) -> str:
    return f"{figure.finer(row[figure.position])} on {_day(row[place])}"


def _told_comparison(answered: _Answered) -> Told:
    """The sides with their values and their difference, as the figures that a reader sees."""
    figure = answered.figure
    if figure is None:
        return _told_rows(answered)
    if len(answered.rows) == 1:
        return _told_row(answered)
    told = _told_groups(answered)
    if len(answered.rows) != 2 or not figure.is_known or figure.kind != "value":
        return Told(told.sentence, (NOT_A_TEST,))
    first, second = (row[figure.position] for row in answered.rows)
    if first is None or second is None:
        return told
    measure = figure.measure.of_many_days if figure.aggregation == "avg" else figure.measure
    size = measure.size_text(first, second)
    label = _label(answered.of_kind("class", "day")[0], answered.rows[0])
    side = "higher" if measure.difference(first, second) > 0 else "lower"  # type: ignore[operator]
    difference = f" {capital(label)} is {size} {side}."
    if not measure.difference(first, second):
        difference = " They are the same."
    return Told(f"{told.sentence}{difference}", (NOT_A_TEST,))


def _told_relation(answered: _Answered) -> Told:
    figure = answered.figure
    if len(answered.rows) != 1 or figure is None:
        told = _told_rows(answered)
        return Told(told.sentence, (NO_CAUSE,))
    told = _told_value(answered)
    return Told(told.sentence, (NO_CAUSE,))


def _told_rows(answered: _Answered) -> Told:
    """Rows of no shape that is known: how many there are."""
    number = len(answered.rows)
    if number == 1 and len(answered.columns) <= 8:
        return _told_row(answered)
    return Told(f"{answered.reading}: {count(number, 'row')}.")


TELLERS: dict[str, Callable[[_Answered], Told]] = {
    "value": _told_value,
    "row": _told_row,
    "list": _told_list,
    "groups": _told_groups,
    "series": _told_series,
    "comparison": _told_comparison,
    "relation": _told_relation,
}
