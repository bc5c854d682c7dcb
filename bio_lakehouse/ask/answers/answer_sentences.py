"""The sentence of an answer: the value and the days that it covers, and never more than the rows
hold.

Figures are written by the register of measures, days in plain English. What a question narrows
down (`on weekends`) is said in the words of the plan's reading, so that no figure stands for more
than it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bio_lakehouse.ask.answers import periods
from bio_lakehouse.ask.answers.answer_columns import LARGE, PERCENT, AnswerColumn
from bio_lakehouse.ask.answers.narrowed import bounds_days, is_plain
from bio_lakehouse.ask.planning.intent import from_json
from bio_lakehouse.ask.planning.intent_reading import is_of_workouts_as_such
from bio_lakehouse.engines.plain_rows import values
from bio_lakehouse.english import capital, count, from_to, is_plural, listed, long_day, proper
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.ask.plan import Plan
    from bio_lakehouse.engines.guard import CheckedQuery

AGGREGATED = {"avg": "average", "min": "lowest", "max": "highest"}
MOST_NAMED, MOST_VALUES = 3, 6
"""Rows that a sentence names, and values of one row; the table has all."""
ENDS = (("day", "last_day"), ("first_day", "last_day"))
"""Columns of the days between which a figure stood, once or several times."""
COMPARED = "compared"
"""The column that names what is held beside each other, as it was typed."""
OF_WORKOUTS = {
    "total_output_kj",
    "workout_minutes",
    "workout_calories",
    "avg_watts",
    "max_avg_heart_rate_bpm",
    "avg_output_per_minute",
    "readiness_to_output_ratio",
}
"""What a day without a workout does not have, so that it is not unknown there."""
NOT_A_TEST = (
    "These are averages side by side: the rows do not say whether chance alone explains it."
)
NO_CAUSE = (
    "This is a correlation of the rows: it says neither that one causes the other nor how sure it "
    "is."
)
Newest = Callable[[AnswerColumn], date | None]
Extent = Callable[[], tuple[date, date] | None]


@dataclass(frozen=True, slots=True)
class Told:
    """The sentence of an answer, and sentences that belong to it; `is_known` is False where it says
    that nothing is on record, so that no zero is drawn."""

    sentence: str
    caveats: tuple[str, ...] = ()
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the data beside the rows, asked for where there is nothing to tell: the
    newest day of a column, and the days about which the tables speak."""

    newest: Newest = lambda column: None
    extent: Extent = lambda: None


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer's rows with all that its sentence is made of."""

    plan: Plan
    rows: list[tuple[Any, ...]]
    columns: tuple[AnswerColumn, ...]
    is_plain: bool

    def of_kind(self, *kinds: str) -> list[AnswerColumn]:
        named = [column for column in self.columns if column.name != "user_id"]
        return [column for column in named if column.kind in kinds]

    @property
    def figure(self) -> AnswerColumn | None:
        """The first value; the first count where there is none."""
        return next(iter([*self.of_kind("value"), *self.of_kind("count")]), None)

    @property
    def known_days(self) -> AnswerColumn | None:
        """The count beside a value that says over how many days or workouts it is."""
        return next(iter(self.of_kind("count")), None) if self.of_kind("value") else None

    @property
    def labels(self) -> list[AnswerColumn]:
        """What says of what a row is: its day or time, then a word."""
        days, classes = self.of_kind("day"), self.of_kind("class")
        moments = [column for column in days if column.is_moment]
        words = [column for column in classes if column.is_text] or classes
        return [*(moments or days)[:1], *words[:1]]

    def headed(self, text: str) -> str:
        """`text` behind what the question was taken to mean."""
        reading = capital(visible(self.plan.reading).strip())
        if reading.endswith("?"):
            return f"{reading.rstrip('?.! ')}? {capital(text)}."
        return f"{reading.rstrip('.:! ')}: {text}."


def told(
    plan: Plan,
    rows: pa.Table,
    checked: CheckedQuery | None,
    columns: tuple[AnswerColumn, ...],
    known: Known | None = None,
) -> Told:
    """The sentence of `rows`."""
    conditions = [column.metric.condition for column in columns if column.metric]
    plain = is_plain(checked, conditions) and not (plan.covers is None and bounds_days(checked))
    answered = _Answered(plan, list(values(rows)), columns, plain)
    beside = known or Known()
    if not _has_figures(answered):
        return Told(_nothing(answered, beside), _before_the_data(plan, beside), is_known=False)
    if _is_zero(answered) and not _is_spoken_of(answered, beside):
        return Told(_not_on_record(answered, beside), is_known=False)
    said = TELLERS.get(plan.shape, _told_rows)(answered)
    return Told(said.sentence, (*said.caveats, *_before_the_data(plan, beside)))


def has_figures(plan: Plan, rows: pa.Table, columns: tuple[AnswerColumn, ...]) -> bool:
    """Whether the rows hold any value, or a count of more than nothing."""
    answered = _Answered(plan, list(values(rows)), columns, is_plain=False)
    return _has_figures(answered) and not _is_zero(answered)


def small_groups(plan: Plan, rows: pa.Table, columns: tuple[AnswerColumn, ...]) -> tuple[str, ...]:
    """Which groups stand for few days or workouts, with how many."""
    answered = _Answered(plan, list(values(rows)), columns, is_plain=False)
    counted, labels = answered.known_days, answered.labels
    if counted is None or not labels or not _has_groups(plan, labels[-1]):
        return ()
    from bio_lakehouse.ask.claims.finding_answers import small_groups_of

    records = [
        {"named": _label(labels[-1], row), "counted": row[counted.position]}
        for row in answered.rows
        if row[labels[-1].position] is not None
    ]
    noun = counted.noun if counted.noun in ("day", "night", "workout") else "day"
    return small_groups_of(records, "named", "counted", noun)


def _has_groups(plan: Plan, label: AnswerColumn) -> bool:
    """Whether rows are groups, or periods of so many days that few of them are told."""
    is_long = label.period in ("month", "quarter", "year")
    return plan.shape in ("groups", "comparison") or is_long


def when(covers: tuple[date, date] | None) -> str:
    """`from Monday 16 to Sunday 22 November 2026`; empty where no days were asked for."""
    return from_to(*covers) if covers else ""


# Nothing to tell


def _has_figures(answered: _Answered) -> bool:
    figures = answered.of_kind("value") or answered.columns
    return any(row[column.position] is not None for row in answered.rows for column in figures)


def _nothing(answered: _Answered, known: Known) -> str:
    """That nothing is on record, for what it is: never a zero, never a guess."""
    figure = answered.figure
    asked = f" {when(answered.plan.covers)}" if answered.plan.covers else ""
    intent = from_json(answered.plan.intent)
    if answered.is_plain and intent and is_of_workouts_as_such(intent):
        return _no_workout(answered, known)
    newest = _newest(figure, known)
    if figure is None or not figure.is_known or not answered.is_plain:
        return f"Nothing on record fits. {answered.headed('none')}{newest}"
    return f"Nothing is on record of {figure.measure.in_sentence}{asked}.{newest}"


def _no_workout(answered: _Answered, known: Known) -> str:
    """That there was no workout, of days that are all spoken of; else that it is not known."""
    covers, extent = answered.plan.covers, known.extent()
    if extent is None:
        return "No workout is on record."
    asked = f" {when(covers)}" if covers else ""
    if covers is None or (extent[0] <= covers[0] and covers[1] <= extent[1]):
        return f"No workout is on record{asked}."
    return f"Whether there was a workout{asked} is not known: workouts are known {when(extent)}."


def _newest(figure: AnswerColumn | None, known: Known) -> str:
    day = known.newest(figure) if figure else None
    if figure is None or day is None:
        return ""
    name = figure.measure.in_sentence
    verb = "are" if is_plural(name) else "is"
    return f" The newest day of which {name} {verb} known is {long_day(day)}."


def _is_zero(answered: _Answered) -> bool:
    """Whether all that was found is that nothing was counted."""
    counts = answered.of_kind("count", "value")
    if len(answered.rows) != 1 or not counts:
        return False
    return not any(answered.rows[0][one.position] for one in counts)


def _is_spoken_of(answered: _Answered, known: Known) -> bool:
    """Whether any day that was asked for is one of which the data speaks."""
    extent, covers = known.extent(), answered.plan.covers
    if extent is None or covers is None:
        return extent is not None
    return covers[0] <= extent[1] and extent[0] <= covers[1]


def _not_on_record(answered: _Answered, known: Known) -> str:
    """Zero of days about which nothing is known is not zero."""
    extent = known.extent()
    if extent is None:
        return f"There is nothing on record to count. {answered.headed('not known')}"
    days = f"The data is {when(extent)}"
    return f"Nothing is on record {when(answered.plan.covers)}, so it is not known. {days}."


def _before_the_data(plan: Plan, known: Known) -> tuple[str, ...]:
    """That some of the days that were asked for lie before all that is known."""
    extent = known.extent() if plan.covers else None
    if extent is None or plan.covers is None or plan.covers[0] >= extent[0]:
        return ()
    return (f"The data begins on {long_day(extent[0])}: nothing is known of the days before.",)


# One figure


def _told_value(answered: _Answered) -> Told:
    """`Your average readiness was 78 from … to …, over 7 known days.`"""
    figure, row = answered.figure, answered.rows[0]
    if figure is None or len(answered.rows) > 1:
        return _told_rows(answered)
    if len(answered.of_kind("value")) > 1 and figure.name != PERCENT:
        return _told_row(answered)
    if " of " in figure.aggregation:
        return Told(answered.headed(_composed(figure, row) + _over(answered, row)))
    text, known = _counted_or_valued(figure, row), _over(answered, row)
    on = _standing(answered, row)
    subject = _subject(figure, "" if answered.plan.covers else " on record")
    if not (subject and answered.is_plain):
        return Told(answered.headed(f"{text}{on}{known}"))
    days = f" {when(answered.plan.covers)}" if answered.plan.covers else ""
    in_all = " in all" if figure.aggregation == "sum" and _days_asked(answered.plan) != 1 else ""
    return Told(f"{subject} {text}{in_all}{days}{on}{known}.")


def _counted_or_valued(figure: AnswerColumn, row: Sequence[Any]) -> str:
    """The figure; that no day counted is only told of days that are known."""
    value = row[figure.position]
    is_none = figure.kind == "count" and value == 0 and figure.noun in ("day", "night")
    return f"none of the {figure.noun}s that are known" if is_none else figure.text(value)


def _composed(figure: AnswerColumn, row: Sequence[Any]) -> str:
    """`7.6 on average`: a mean of sums is no mean of what was summed."""
    outer = figure.aggregation.partition(" of ")[0]
    words = {"avg": " on average", "min": " at least", "max": " at most"}.get(outer, "")
    value = row[figure.position]
    text = figure.measure.of_many_days.text(value) if figure.is_known else figure.text(value)
    return f"{text}{words}"


def _subject(figure: AnswerColumn, of: str) -> str:
    """`Your average readiness was`, with `of` behind its name; empty where the words for it are not
    known."""
    if not figure.is_known:
        return ""
    name = f"{figure.measure.in_sentence}{of}"
    verb = "were" if is_plural(figure.measure.in_sentence) else "was"
    if figure.aggregation in AGGREGATED:
        return f"Your {_aggregated(figure)}{of} {verb}"
    if figure.aggregation == "sum":
        return f"Your {name} came to"
    return f"Your {name} {verb}" if not figure.aggregation else ""


def _standing(answered: _Answered, row: Sequence[Any]) -> str:
    """`, on Tuesday 3 November 2026`: when a figure stood, where the row names the days."""
    named = {column.name: row[column.position] for column in answered.of_kind("day")}
    days = [value for value in named.values() if isinstance(value, date)]
    if len(days) == 1 and answered.plan.covers != (days[0], days[0]):
        return f", {_at_time(answered.of_kind('day')[0], row)}"
    if tuple(named) not in ENDS or len(days) < len(named):
        return ""
    first, last = days
    column = answered.of_kind("day")[0]
    if first == last:
        return f", {_when_it_was(column, first)}"
    return f", first {_when_it_was(column, first)} and last {_when_it_was(column, last)}"


def _over(answered: _Answered, row: Sequence[Any]) -> str:
    """`, over 5 known days of 7`: what the figure is of, where the rows say so."""
    known = answered.known_days
    if known is None or row[known.position] is None:
        return ""
    number = int(row[known.position])
    if known.name == "times":
        return f", {count(number, 'time')}" if number > 1 else ""
    if answered.figure and answered.figure.source in OF_WORKOUTS and known.noun == "day":
        return f", over the {count(number, 'day')} that {'has' if number == 1 else 'have'} it"
    if known.noun not in ("day", "night") or not known.source:
        return f", over {known.counted(number)}"
    asked = _days_asked(answered.plan)
    of = f" of {asked:,}" if asked > number and answered.is_plain else ""
    return f", over {count(number, f'known {known.noun}')}{of}"


def _days_asked(plan: Plan) -> int:
    return (plan.covers[1] - plan.covers[0]).days + 1 if plan.covers else 0


# Several figures


def _told_row(answered: _Answered) -> Told:
    """One row of several values: each with its name."""
    if len(answered.rows) != 1:
        return _told_rows(answered)
    if len(answered.of_kind("value")) == 1 and not answered.of_kind("class"):
        return _told_value(answered)
    row = answered.rows[0]
    on = _standing(answered, row)
    shown = _shown(answered, with_days=not on)
    parts = [_named(column, row) for column in shown[:MOST_VALUES]]
    more = f" and {len(shown) - MOST_VALUES} more" if len(shown) > MOST_VALUES else ""
    text = f"{', '.join(parts)}{more}" if more else listed(parts)
    return Told(answered.headed(f"{text}{_of_first(answered, row)}{on}".removeprefix(", ")))


def _of_first(answered: _Answered, row: Sequence[Any]) -> str:
    """` (sleep score over 27 known days)`: of several figures the count is of the first alone."""
    over = _over(answered, row).removeprefix(", ")
    if not over or answered.figure is None or len(answered.of_kind("count")) > 1:
        return ""
    return f" ({answered.figure.measure.in_sentence} {over})"


def _shown(answered: _Answered, *, with_days: bool) -> list[AnswerColumn]:
    """The columns of a row that are told: its day in no more than one way."""
    days = answered.of_kind("day") if with_days else []
    moments = [column for column in days if column.is_moment]
    covers = answered.plan.covers
    is_told = bool(moments) or (covers is not None and covers[0] == covers[1])
    told_days = [column for column in days if not (is_told and column.name == "day")]
    counts = answered.of_kind("count")
    is_said = len(counts) == 1 and bool(answered.of_kind("value"))
    others = [*answered.of_kind("value", "class"), *([] if is_said else counts)]
    told_of = [*told_days, *(one for one in others if not _is_nobody(one, answered.rows[0]))]
    return [column for column in answered.columns if column in told_of]


def _is_nobody(column: AnswerColumn, row: Sequence[Any]) -> bool:
    """Whether a workout had no instructor."""
    return column.name == INSTRUCTOR and row[column.position] is None


AS_THEY_ARE = {"started_at_local", "fitness_discipline", "title"}
"""Columns that say of themselves what they are."""
INSTRUCTOR = "instructor_name"


def _named(column: AnswerColumn, row: Sequence[Any]) -> str:
    text = _label(column, row)
    if column.name in AS_THEY_ARE:
        return text
    if column.name == INSTRUCTOR:
        return f"with {text}"
    is_period = isinstance(row[column.position], date) and bool(column.period)
    return text if is_period else f"{_called(column)} {text}"


def _aggregated(column: AnswerColumn) -> str:
    """`average readiness`; `average power`, which is one already."""
    name = column.measure.in_sentence
    words = AGGREGATED.get(column.aggregation, "")
    return name if not words or name.startswith(words) else f"{words} {name}"


def _called(column: AnswerColumn) -> str:
    """What a column is called within a sentence."""
    if column.kind == "value" and column.is_known and column.aggregation in ("", *AGGREGATED):
        return _aggregated(column)
    if column.kind == "value" and column.is_known and column.aggregation == "sum":
        name = column.measure.in_sentence
        return name if name.startswith("total ") else f"total {name}"
    return visible(column.name).replace("_", " ").strip()


def _told_list(answered: _Answered) -> Told:
    """How many rows fit, and the first of them."""
    number = len(answered.rows)
    noun = _noun(answered)
    shared = _shared(answered)
    write = _labelled if shared else _entry
    named = [write(answered, row) for row in answered.rows[:MOST_NAMED]]
    if not any(named):
        return Told(answered.headed(count(number, noun)))
    more = f" and {number - MOST_NAMED:,} more" if number > MOST_NAMED else ""
    shown = f"{', '.join(named)}{more}" if more else listed(named)
    head = f"{shared}, {number:,} times" if shared else f"{number:,} {noun}s"
    return Told(answered.headed(f"{head} – {shown}" if number > 1 else shown))


def _shared(answered: _Answered) -> str:
    """The value that several rows share as the highest or the lowest; empty where none is."""
    figure = answered.figure
    if answered.plan.shape != "row" or len(answered.rows) < 2 or figure is None:
        return ""
    found = {row[figure.position] for row in answered.rows}
    return figure.text(found.pop()) if len(found) == 1 and None not in found else ""


def _noun(answered: _Answered) -> str:
    """What the rows are: days, weeks, or rows."""
    periods_told = [column.period for column in answered.of_kind("day") if column.period]
    if periods_told:
        return periods_told[0].partition("_")[0]
    if any(column.name in ("started_at_local", "started_at") for column in answered.columns):
        return "workout"
    return "day" if _is_one_a_day(answered) else "row"


def _is_one_a_day(answered: _Answered) -> bool:
    """Whether each row is of another day, and of nothing else."""
    days = answered.of_kind("day")
    if len(days) != 1 or days[0].is_moment or days[0].name != "day":
        return False
    named = [row[days[0].position] for row in answered.rows]
    return len(set(named)) == len(named)


def _entry(answered: _Answered, row: Sequence[Any]) -> str:
    """`Tuesday 3 November 2026 (64)`: what a row is of, and its first value."""
    label = _labelled(answered, row)
    figure = _asked_about(answered) or answered.figure
    value = figure.text(row[figure.position]) if figure else ""
    return f"{label} ({value})" if label and value else label or value


def _asked_about(answered: _Answered) -> AnswerColumn | None:
    """The value that the rows were chosen by: `rides with more than 500 kJ`."""
    conditions = answered.plan.intent.get("conditions") or ()
    chosen = {each.get("metric") for each in conditions if isinstance(each, Mapping)} - {None, ""}
    metrics = answered.plan.metrics
    values_of = (one for one in answered.of_kind("value") if metrics.get(one.name) in chosen)
    return next(values_of, None)


def _labelled(answered: _Answered, row: Sequence[Any]) -> str:
    return ", ".join(_label(column, row) for column in answered.labels)


def _label(column: AnswerColumn, row: Sequence[Any]) -> str:
    value = row[column.position]
    if value is None:
        return "unknown"
    if not isinstance(value, date):
        text = column.text(value)
        return proper(text.removeprefix("on ")) if column.name == COMPARED else text
    return periods.named(column.period, value) or _day(value)


def _day(value: date) -> str:
    if isinstance(value, datetime):
        return f"{long_day(value.date())}, {value:%H:%M}"
    return long_day(value)


# Rows side by side


def _told_groups(answered: _Answered) -> Told:
    """The groups with their values: all where they are few, else the highest and the lowest."""
    figure = answered.figure
    if figure is None or not answered.labels:
        return _told_rows(answered)
    if len(answered.rows) <= MOST_NAMED:
        return Told(answered.headed(listed([_group(answered, row) for row in answered.rows])))
    ranked = _ranked(answered, figure)
    groups = count(len(answered.rows), "group")
    if len(ranked) <= MOST_NAMED:
        known = listed([_group(answered, row) for row in ranked])
        return Told(answered.headed(f"known of {len(ranked):,} of {groups}: {known}"))
    lowest, highest = _group(answered, ranked[0]), _group(answered, ranked[-1])
    return Told(answered.headed(f"{groups}, highest {highest}, lowest {lowest}"))


def _ranked(answered: _Answered, figure: AnswerColumn) -> list[tuple[Any, ...]]:
    """Rows with a known figure, the lowest first; those of an unknown group only where there are no
    others."""
    known = [row for row in answered.rows if row[figure.position] is not None]
    labelled = [row for row in known if _is_labelled(answered, row)]
    return sorted(labelled or known, key=lambda row: row[figure.position])


def _is_labelled(answered: _Answered, row: Sequence[Any]) -> bool:
    return all(row[column.position] is not None for column in answered.labels)


def _group(answered: _Answered, row: Sequence[Any]) -> str:
    """`Saturday 81.3 (52 days)`."""
    figure, known = answered.figure, answered.known_days
    text = _valued(answered, figure, row) if figure else ""
    size = ""
    if known is not None and row[known.position] is not None:
        size = f" ({known.counted(int(row[known.position]))})"
    return f"{_labelled(answered, row)} {text}{size}".strip()


def _valued(answered: _Answered, figure: AnswerColumn, row: Sequence[Any]) -> str:
    """A row's value, with its name where it is one of several."""
    name = f"{_called(figure)} " if len(answered.of_kind("value")) > 1 else ""
    return f"{name}{_finer(figure, row[figure.position])}"


def _finer(figure: AnswerColumn, value: Any) -> str:
    return "unknown" if value is None else figure.finer(value)


def _told_series(answered: _Answered) -> Told:
    """From where to where, and between what: no trend is claimed."""
    days, figure = answered.of_kind("day"), answered.figure
    if not days or figure is None:
        return _told_groups(answered)
    place = days[0].position
    ranked = _ranked(answered, figure)
    in_order = sorted(ranked, key=lambda row: row[place])
    if len(in_order) == 1:
        return Told(answered.headed(_at(answered, figure, days[0], in_order[0])))
    begin, end = (_at(answered, figure, days[0], row) for row in (in_order[0], in_order[-1]))
    ends = f"{begin}, {end}"
    low, high = (_finer(figure, row[figure.position]) for row in (ranked[0], ranked[-1]))
    return Told(answered.headed(f"{ends}; {_counted(answered, ranked)}, between {low} and {high}"))


def _counted(answered: _Answered, known: Sequence[Any]) -> str:
    unknown = len(answered.rows) - len(known)
    values_told = f"{len(known):,} values"
    return f"{values_told}, {unknown:,} unknown" if unknown else values_told


def _at_time(column: AnswerColumn, row: Sequence[Any]) -> str:
    """`on Tuesday 3 November 2026`, `in October 2025`."""
    return _when_it_was(column, row[column.position])


def _when_it_was(column: AnswerColumn, day: date) -> str:
    period = periods.named(column.period, day)
    return f"in {period}" if period else f"on {_day(day)}"


def _at(answered: _Answered, figure: AnswerColumn, days: AnswerColumn, row: Sequence[Any]) -> str:
    return f"{_valued(answered, figure, row)} {_at_time(days, row)}"


def _told_comparison(answered: _Answered) -> Told:
    """The sides with their values, and the difference of the figures that a reader sees."""
    figure = answered.figure
    if figure is None or len(answered.rows) == 1:
        return _told_row(answered)
    is_several = len(answered.of_kind("value")) > 1 and len(answered.rows) <= MOST_NAMED
    sides = _told_sides(answered) if is_several and answered.labels else _told_groups(answered)
    caveats = (NOT_A_TEST,) if figure.aggregation == "avg" else ()
    return Told(f"{sides.sentence}{_difference(answered, figure)}", caveats)


def _told_sides(answered: _Answered) -> Told:
    """Each side with all of its figures: the count is of the first alone."""
    others = answered.of_kind("value")[1:MOST_VALUES]
    sides = []
    for row in answered.rows:
        further = [f"{_called(one)} {_finer(one, row[one.position])}" for one in others]
        sides.append(listed([_group(answered, row), *further]))
    return Told(answered.headed("; ".join(sides)))


def _difference(answered: _Answered, figure: AnswerColumn) -> str:
    """` That is 3.2 more in the first.`; empty where two values cannot be held together."""
    pair = [row[figure.position] for row in answered.rows]
    is_clock = figure.metric is not None and figure.metric.form == "clock"
    is_one = len(answered.of_kind("value")) == 1
    can_be_told = figure.is_known and bool(answered.labels)
    if len(pair) != 2 or None in pair or is_clock or not can_be_told:
        return ""
    is_fine = figure.aggregation == "avg" and max(map(abs, pair)) < LARGE
    measure = figure.measure.of_many_days if is_fine else figure.measure
    difference = measure.difference(*pair)
    if not difference:
        return " They are the same." if is_one else f" The {_called(figure)} is the same."
    side = "higher" if difference > 0 else "lower"
    label, other = (_labelled(answered, row) for row in answered.rows)
    name = "" if is_one else f"{_called(figure)} "
    return f" {capital(label)}: {name}{measure.size_text(*pair)} {side} than {other}."


def _told_relation(answered: _Answered) -> Told:
    teller = _told_value if len(answered.rows) == 1 else _told_rows
    return Told(teller(answered).sentence, (NO_CAUSE,))


def _told_rows(answered: _Answered) -> Told:
    """Rows of no shape that is known: how many there are."""
    if len(answered.rows) == 1 and answered.figure is not None:
        return _told_row(answered)
    return _told_list(answered)


TELLERS: dict[str, Callable[[_Answered], Told]] = {
    "value": _told_value,
    "row": _told_row,
    "list": _told_list,
    "groups": _told_groups,
    "series": _told_series,
    "comparison": _told_comparison,
    "relation": _told_relation,
}
