"""The days that a statement itself bounds its rows by, whatever is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from bio_lakehouse.ask.answers.statement_shape import AGGREGATES

_COMPARED = (exp.Between, exp.EQ, exp.In, exp.GT, exp.GTE, exp.LT, exp.LTE)
_AS_DAY = {"date", "from_iso8601_date"}
_FROM_ON = (exp.GTE, exp.GT)
"""Where a column stands at the left, what bounds its first day."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days between which a statement's rows are: each first and last day that may be meant.

    `is_of_all` says that every table's rows are bounded; `is_computed` that a day is reckoned from
    a literal, so that nobody sees which it is.
    """

    firsts: frozenset[date] = field(default_factory=frozenset)
    lasts: frozenset[date] = field(default_factory=frozenset)
    is_of_all: bool = True
    is_computed: bool = False

    @property
    def are_there(self) -> bool:
        return bool(self.firsts or self.lasts)


def bounds_of(query: exp.Query) -> Bounds:
    """The days that the comparisons of a statement name."""
    ends = [end for literal in _days(query) for end in _ends(*literal)]
    return Bounds(
        _outermost((end for end in ends if end.is_first), True),
        _outermost((end for end in ends if not end.is_first), False),
        _are_bounded(query),
        any(_is_computed(literal) for literal, _ in _days(query)),
    )


@dataclass(frozen=True, slots=True)
class _End:
    """A day that bounds rows; up to how many days inside it the first or last of them may be."""

    day: date
    is_first: bool
    inside: int = 0


def _outermost(ends: Iterable[_End], is_first: bool) -> frozenset[date]:
    """The outermost of some ends, with each day that it may mean."""
    days = {end.day: end.inside for end in sorted(ends, key=lambda end: end.inside)}
    if not days:
        return frozenset()
    day = min(days) if is_first else max(days)
    inside = day.toordinal() + (days[day] if is_first else -days[day])
    is_a_day = date.min.toordinal() <= inside <= date.max.toordinal()
    return frozenset({day, date.fromordinal(inside)} if is_a_day else {day})


def _days(node: exp.Expr) -> Iterator[tuple[exp.Expr, date]]:
    """The literals of days in a part of a statement."""
    for literal in node.find_all(exp.Literal):
        if literal.is_string and len(literal.name) >= len("2026-01-01"):
            try:
                yield literal, date.fromisoformat(literal.name[:10])
            except ValueError:
                continue


def _ends(literal: exp.Expr, day: date) -> Iterator[_End]:
    """What a literal bounds where it stands: nothing outside a comparison, or in one denied."""
    node = literal
    while node.parent is not None and not isinstance(node, exp.Select):
        above = node.parent
        if isinstance(above, exp.Not | exp.NEQ):
            return
        if isinstance(above, _COMPARED):
            if not isinstance(above.parent, exp.Not):
                yield from _ends_of(above, node, day)
            return
        node = above


def _ends_of(comparison: exp.Expr, side: exp.Expr, day: date) -> Iterator[_End]:
    if isinstance(comparison, exp.EQ | exp.In):
        yield from (_End(day, True), _End(day, False))
    elif isinstance(comparison, exp.Between):
        yield _End(day, side is comparison.args["low"])
    else:
        is_right = side is comparison.expression
        inside = int(isinstance(comparison, exp.GT | exp.LT))
        yield _End(day, isinstance(comparison, _FROM_ON) == is_right, inside)


def _is_computed(literal: exp.Expr) -> bool:
    """Whether a day, or what it is compared with, is moved first."""
    comparison = literal.find_ancestor(*_COMPARED, exp.Select)
    if comparison is None or isinstance(comparison, exp.Select):
        return False
    calls = {call.name.lower() for call in comparison.find_all(exp.Anonymous)}
    return bool(calls - _AS_DAY or comparison.find(exp.Add, exp.Sub))


def _bounds(node: exp.Expr | None) -> bool:
    return node is not None and any(list(_ends(*found)) for found in _days(node))


def _readers(selects: Iterable[exp.Select]) -> Iterator[exp.Select]:
    """The SELECTs that read a table's rows themselves."""
    for select in selects:
        if any(table.db for table in _sources(select)):
            yield select


def _by_source(selects: Iterable[exp.Select]) -> dict[str, list[exp.Select]]:
    """The SELECTs that read a query of WITH, by its name."""
    found: dict[str, list[exp.Select]] = {}
    for select in selects:
        for name in {table.name for table in _sources(select) if not table.db}:
            found.setdefault(name, []).append(select)
    return found


def _sources(select: exp.Select) -> Iterator[exp.Table]:
    start = select.args.get("from_")
    for part in (start, *(select.args.get("joins") or ())):
        if part is not None and isinstance(part.this, exp.Table):
            yield part.this


def _are_bounded(query: exp.Query) -> bool:
    """Whether days bound all rows that are read of tables: where they are read, or further on."""
    selects = list(query.find_all(exp.Select))
    by_name = _by_source(selects)
    bounded = {id(select) for select in selects if _bounds_itself(select)}
    waiting = {
        id(select): {*map(id, _read_by(select, by_name))}
        for select in reversed(selects)
        if id(select) not in bounded
    }
    is_new = True
    while is_new:
        found = {one for one, by in waiting.items() if by and bounded.issuperset(by)} - bounded
        bounded |= found
        is_new = bool(found)
    return bounded.issuperset(id(reader) for reader in _readers(selects))


def _bounds_itself(select: exp.Select) -> bool:
    """Whether a SELECT bounds its rows: as a whole, or in each of its figures."""
    joins = select.args.get("joins") or ()
    parts = (select.args.get("where"), *(join.args.get("on") for join in joins))
    return any(_bounds(part) for part in parts) or _figures_are_bounded(select)


def _figures_are_bounded(select: exp.Select) -> bool:
    figures = [column for column in select.expressions if _aggregates(column)]
    return bool(figures) and all(_bounds(column) for column in figures)


def _aggregates(column: exp.Expr) -> bool:
    return any(call.name.lower() in AGGREGATES for call in column.find_all(exp.Anonymous))


def _read_by(select: exp.Select, by_name: Mapping[str, list[exp.Select]]) -> Iterator[exp.Select]:
    """The SELECTs whose rows are made of this one's."""
    node = select.parent
    while isinstance(node, exp.SetOperation):
        node = node.parent
    if isinstance(node, exp.CTE):
        yield from by_name.get(node.alias, ())
    elif isinstance(node, exp.Subquery) and isinstance(node.parent, exp.From | exp.Join):
        above = node.parent.find_ancestor(exp.Select)
        if above is not None:
            yield above
