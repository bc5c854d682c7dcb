"""A question's parts to an intent, or the reason why there is none.

Every word that carries a meaning must have found its use: one that has not makes the question not
understood, since an answer to another question is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bio_lakehouse.ask import conditions, data_questions, naming, question_words
from bio_lakehouse.ask.draft import Draft, preference
from bio_lakehouse.ask.intent import Condition, Figure, Intent, Side
from bio_lakehouse.ask.lexicon import DAILY, PROVENANCE, WORKOUTS, Lexicon, Meaning
from bio_lakehouse.ask.naming import is_workout_noun
from bio_lakehouse.ask.question_parts import Mention, Parts
from bio_lakehouse.ask.semantic_model import Metric, SemanticModel
from bio_lakehouse.ask.time_phrases import DaysOfWeek, Period, Unresolved
from bio_lakehouse.english import capital, inner, listed

AS_WORKOUT = {
    "total_output_kj": "workout_output",
    "workout_calories": "calories_per_workout",
    "workout_minutes": "class_length",
    "avg_watts": "watts",
    "max_avg_heart_rate_bpm": "workout_heart_rate",
    "avg_output_per_minute": "output_per_minute",
}
"""Figures of a day's workouts, and of each of them."""
LOWER_ROLES = {"min"}
SUMMED = {"sum", "count"}
TIME_GROUPS = ("by_week", "by_month", "by_quarter", "by_year", "by_weekday")
_WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Understood:
    """An intent with what was said and assumed on the way to it."""

    intent: Intent
    periods: tuple[Period, ...]
    notes: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why there is no intent; `meanings` where there are several."""

    sentence: str
    meanings: tuple[str, ...] = ()


class _Stop(Exception):  # noqa: N818
    def __init__(self, sentence: str, meanings: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.reason = NotUnderstood(sentence, meanings)


def understand(parts: Parts, model: SemanticModel, lexicon: Lexicon) -> Understood | NotUnderstood:
    """The intent of a question that was taken apart."""
    draft = Draft(parts, model, lexicon, numbers=list(parts.numbers))
    try:
        return _read(draft)
    except _Stop as stop:
        return stop.reason if stop.reason.meanings else _why_not(draft, stop.reason)
    except conditions.Unfit as unfit:
        return NotUnderstood(str(unfit))


def _why_not(draft: Draft, reason: NotUnderstood) -> NotUnderstood:
    """A word with several meanings, or one that is not known, is a plainer reason than what follows
    from it."""
    try:
        _check_meanings(draft)
    except _Stop as stop:
        return stop.reason
    unknown = [draft.parts.words[place] for place in draft.parts.unused]
    return NotUnderstood(_not_used(unknown)) if unknown else reason


def _read(draft: Draft) -> Understood:
    naming.name_all(draft)
    naming.as_duration(draft)
    naming.as_workout_calories(draft)
    _with_periods_checked(draft)
    conditions.find(draft)
    _instructor(draft)
    _units(draft)
    _after_nights(draft)
    whole = data_questions.read(draft)
    if whole is not None:
        return Understood(whole, (), tuple(draft.notes), tuple(draft.guesses))
    periods = [p.meaning for p in draft.parts.phrases if isinstance(p.meaning, Period)]
    weekdays = [p.meaning for p in draft.parts.phrases if isinstance(p.meaning, DaysOfWeek)]
    intent = _Reader(draft, periods, weekdays).intent()
    _check_meanings(draft)
    rest = draft.unused()
    if rest:
        raise _Stop(_not_used(rest))
    notes = [period.note for period in periods if period.note] + draft.notes
    guesses = [period.guess for period in periods if period.guess] + draft.guesses
    guesses += [f"“{written}” was read as “{read}”." for written, read in draft.parts.slips]
    return Understood(intent, tuple(periods), tuple(notes), tuple(guesses))


def _check_meanings(draft: Draft) -> None:
    """A word with several meanings, of which nothing chooses one, is asked back."""
    for mention in draft.parts.mentions:
        is_named = any(mention is each for each, _ in draft.figures)
        if mention.options and mention.start not in draft.taken and not is_named:
            metrics = [draft.lexicon.metrics[name] for name in mention.options]
            titles = [inner(metric.title) for metric in metrics]
            words = draft.parts.words
            before, after = words[: mention.start], words[mention.end :]
            meanings = tuple(
                capital(" ".join((*before, title, *after))).replace(" ?", "?") for title in titles
            )
            told = listed(titles, "or")
            raise _Stop(f"“{capital(mention.words)}” may be {told}; which is meant?", meanings)


def _not_used(words: Sequence[str]) -> str:
    told = listed([f"“{word}”" for word in dict.fromkeys(words)])
    return f"I do not know what {told} {'means' if len(set(words)) == 1 else 'mean'} here."


def _with_periods_checked(draft: Draft) -> None:
    for phrase in draft.parts.phrases:
        meaning = phrase.meaning
        if not isinstance(meaning, Unresolved):
            continue
        if meaning.words.startswith("tomorrow") and _as_forecast(draft):
            continue
        raise _Stop(meaning.sentence, meaning.meanings)


def _as_forecast(draft: Draft) -> bool:
    """`What will my readiness be tomorrow` asks for the forecast."""
    forecast = draft.lexicon.metrics.get(naming.FORECAST)
    names = [metric.name for _, metric in draft.figures]
    if forecast is None or names not in (["readiness"], [naming.FORECAST]):
        return False
    draft.figures[0] = (draft.figures[0][0], forecast)
    return True


def _instructor(draft: Draft) -> None:
    """`rides with Jules`: unknown words just after `with` or `by` name an instructor."""
    words, unused = draft.parts.words, list(draft.parts.unused)
    is_about = draft.is_about_workouts or any(is_workout_noun(m) for m in draft.parts.mentions)
    is_about = is_about or any(m.column in AS_WORKOUT for _, m in draft.figures)
    if not is_about or not unused:
        return
    start = unused[0]
    run = [place for place in unused if place - start == unused.index(place)]
    before = words[start - 1] if start else ""
    is_name = all(words[place].isalpha() for place in run) and len(run) <= 3
    is_name = is_name and not {"or", "vs", "not"} & {words[place] for place in run}
    if run != unused or not is_name or before not in {"with", "by", "instructor", "from", "coach"}:
        return
    name = " ".join(words[place] for place in run)
    draft.parts = replace(draft.parts, unused=())
    condition = Condition(
        WORKOUTS, "instructor_name", "contains", (name,), words=f"instructor {name}"
    )
    draft.conditions.append(condition)
    draft.guesses.append(f"“{name}” was read as an instructor's name.")
    for mention in draft.parts.mentions:
        if mention.end == start and mention.role == "by":
            draft.take(mention)
    for mention, meaning in list(draft.fields):
        if meaning.column == "instructor_name":
            draft.take(mention)
            draft.fields.remove((mention, meaning))


_MINUTES = {"minutes", "mins"}
_KILOMETERS = {"km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"}
_PER_HOUR = {"kmh", "kph"}
_UNIT_OF = {"minutes": "h", "hours": "min", "km": "mi", "km_h": "mi/h"}
_FITTING = {"unit_hours": {"h"}, "unit_percent": {"%"}, "unit_minutes": {"h", "min"}}


def _units(draft: Draft) -> None:
    """`in minutes`, `in km`: the unit in which the figures are shown as well."""
    words = draft.parts.words
    said = set(words)
    if said & _MINUTES:
        draft.unit = "minutes"
    elif said & {"hours", "hrs"}:
        draft.unit = "hours"
    if said & (_KILOMETERS | _PER_HOUR):
        place = next(n for n, word in enumerate(words) if word in _KILOMETERS | _PER_HOUR)
        is_speed = said & _PER_HOUR or words[place + 1 : place + 2] in (("h",), ("per",))
        draft.unit = "km_h" if is_speed else "km"
    mentions = [m for m in draft.parts.mentions if m.role.startswith("unit_")]
    own = {metric.unit for _, metric in draft.figures}
    if mentions and not own and draft.unit in {"km", "km_h"}:
        metric = draft.lexicon.metrics["distance" if draft.unit == "km" else "speed"]
        draft.figures.append((mentions[0], metric))
        own = {metric.unit}
    if draft.unit == "minutes" and own and own <= {"h", "min"}:
        draft.ignored |= _MINUTES
    for mention in mentions:
        fitting = _FITTING.get(mention.role) or {_UNIT_OF.get(draft.unit, ""), "mph"}
        if own and own <= fitting:
            draft.take(mention)


def _after_nights(draft: Draft) -> None:
    """The morning after a night is the day under which the night is filed."""
    nights = list(draft.roles("night"))
    for mention in list(draft.roles("after")):
        is_night = any(0 <= night.start - mention.end <= 1 for night in nights) or any(
            0 <= each.start - mention.end <= 1 and {"night", "nights"} & set(each.words.split())
            for each, _ in draft.values
        )
        if is_night:
            draft.take(mention)
            draft.guesses.append("A night is filed under the morning on which it ends.")


class _Reader:
    """Decides what is asked, from the most telling words to the least."""

    def __init__(
        self, draft: Draft, periods: Sequence[Period], weekdays: Sequence[DaysOfWeek]
    ) -> None:
        self.draft = draft
        self.periods = list(periods)
        self.weekdays = list(weekdays)
        self.values = list(draft.values)
        self.sides: tuple[Side, ...] = ()

    def intent(self) -> Intent:
        self._refuse_negation()
        self._refuse_time_of_day()
        self._refuse_count()
        if any(m.dataset == "sleep_performance_prediction" for _, m in self.draft.figures):
            self.draft.has_all("after")
        self._of_weeks()
        self._compare()
        figures = self._figures()
        asked = (
            self._tables()
            or (self._is_distinct(figures) and self._count_of_kinds())
            or self._both_ends(figures)
            or self._share()
            or self._group(figures)
            or self._extreme(figures)
            or self._latest(figures)
            or self._count(figures)
            or self._rows(figures)
            or self._value(figures)
        )
        if asked is None:
            raise _Stop("I do not see which figure this is about.")
        return self._with_days(asked)

    # What is there

    def _refuse_negation(self) -> None:
        if self.draft.sees("not", "instead", "streak"):
            rest = next(self.draft.roles("not", "instead", "streak"))
            raise _Stop(f"I cannot take “{rest.words}” into account.")

    def _refuse_time_of_day(self) -> None:
        """`Morning workouts` are not all workouts."""
        parts = self.draft.parts
        owned = {place for phrase in parts.phrases for place in range(phrase.start, phrase.end)}
        named = [
            word
            for place, word in enumerate(parts.words)
            if place not in owned and word.removesuffix("s") in _TIMES_OF_DAY
        ]
        is_workout = self.is_about_workouts or any(map(is_workout_noun, parts.mentions))
        if named and is_workout:
            raise _Stop(f"I cannot take “{named[0]}” into account: at which time of day.")

    def _refuse_count(self) -> None:
        """`how many times did I wake up` counts what the figure does not."""
        figures = self._figures()
        is_days = self.draft.sees("day", "night", "week", "month", "readings")
        if not self.draft.sees("count") or is_days or self.has_noun or not figures:
            return
        if not any({"sum", "count"} & {f.aggregation, *f.aggregations} for _, f in figures):
            raise _Stop(f"{figures[0][1].title} is measured, not counted.")

    def _figures(self) -> list[tuple[Mention, Metric]]:
        """The figures that are asked for: those that no condition compares, else these."""
        compared = set(self.draft.compared)
        return [(m, f) for m, f in self.draft.figures if m.start not in compared]

    @property
    def is_day(self) -> bool:
        return len(self.periods) == 1 and self.periods[0].is_day

    @property
    def is_about_workouts(self) -> bool:
        return self.draft.is_about_workouts or any(
            condition.dataset == WORKOUTS for condition in self.draft.conditions
        )

    @property
    def has_noun(self) -> bool:
        return any(is_workout_noun(m) for m in self.draft.parts.mentions) or any(
            meaning.dataset == WORKOUTS for _, meaning in self.draft.values
        )

    def _take_noun(self) -> None:
        for mention in self.draft.parts.mentions:
            if is_workout_noun(mention):
                self.draft.take(mention)

    def _take_figures(self, figures: Sequence[tuple[Mention, Metric]]) -> None:
        for mention, _ in figures:
            self.draft.take(mention)

    def _take_values(self) -> tuple[Condition, ...]:
        """The classes that are named, as conditions; several of one column are alternatives."""
        by_column: dict[tuple[str, str], list[Condition]] = {}
        for mention, meaning in self.values:
            self.draft.take(mention)
            condition = conditions.of_value(self.draft, mention, meaning)
            by_column.setdefault((meaning.dataset, meaning.column), []).append(condition)
        self.values = []
        if self._is_both():
            return tuple(each for conditions_ in by_column.values() for each in conditions_)
        return tuple(_either(alternatives) for alternatives in by_column.values())

    def _all_conditions(self) -> tuple[Condition, ...]:
        return (*self.draft.conditions, *self._take_values())

    # Comparison

    def _compare(self) -> None:
        """Two stretches of time, two sorts of days, or two classes of one column beside each
        other."""
        is_said = self.draft.sees("compare")
        words = set(self.draft.parts.words)
        if len(self.periods) + len(self.weekdays) > 1 and {"than", "or"} & words:
            self.draft.ignored = question_words.COMPARATIVES | {"or"}
            self.draft.has_all("above", "below")
        if len(self.periods) > 1:
            self._check_beside()
            self.sides = tuple(_of_period(period) for period in self.periods)
        elif len(self.weekdays) > 1:
            self.sides = tuple(_of_weekdays(days) for days in self.weekdays)
        elif is_said and len(self.weekdays) == 1 and self.weekdays[0].days in _OPPOSITE:
            self.sides = tuple(
                _of_weekdays(days) for days in (self.weekdays[0], _other_days(self.weekdays[0]))
            )
        elif is_said or (self._has_alternatives() and not self._is_both()):
            self._compare_values()
        if self.sides and self.is_day and not self._figures():
            self._show_class()
        if self.sides:
            self.draft.has_all("compare")
        elif is_said and not self._two_figures():
            said = next(self.draft.roles("compare")).words
            raise _Stop(f"I do not see what to hold against what (“{said}”).")
        else:
            self.draft.has_all("compare")

    def _check_beside(self) -> None:
        """Two stretches of time without a word that compares are two questions, if they do not
        stand beside each other."""
        places = [p for p in self.draft.parts.phrases if isinstance(p.meaning, Period)]
        gaps = [self.draft.parts.words[one.end : other.start] for one, other in pairwise(places)]
        is_beside = all(set(gap) <= {"and", "or", "vs", "to", "the", "in", "with"} for gap in gaps)
        if not is_beside and not self.draft.sees("compare"):
            raise _Stop("I see several stretches of time; ask about one at a time.")

    def _two_figures(self) -> bool:
        return len(self._figures()) > 1 or self.draft.sees("by", *TIME_GROUPS)

    def _has_alternatives(self) -> bool:
        """`workout days and rest days`, `cycling or running`: two classes of one column."""
        columns = [(meaning.dataset, meaning.column) for _, meaning in self.values]
        values = {meaning.value for _, meaning in self.values}
        return len(columns) == 2 and len(set(columns)) == 1 and len(values) == 2

    def _is_both(self) -> bool:
        """`days with both cycling and strength` has the one and the other."""
        wants_days = any(m.role in {"day", "night"} for m in self.draft.parts.mentions)
        return wants_days and "both" in self.draft.parts.words

    def _compare_values(self) -> None:
        if not self._has_alternatives():
            return
        sides = []
        for mention, meaning in self.values:
            self.draft.take(mention)
            condition = conditions.of_value(self.draft, mention, meaning)
            sides.append(Side(mention.words, conditions=(condition,)))
        self.values = []
        self.sides = tuple(sides)

    def _show_class(self) -> None:
        """`hard day or easy day today?` asks which of them it was."""
        condition = self.sides[0].conditions[0] if self.sides[0].conditions else None
        if condition is None:
            return
        self.sides = ()
        meaning = Meaning("field", "", condition.dataset, condition.column)
        mention = next(m for m, value in self.draft.values if value.column == condition.column)
        self.draft.fields.append((mention, meaning))

    # What is asked

    def _share(self) -> Intent | None:
        if not self.draft.has("share"):
            return None
        asked = self._all_conditions()
        if len(asked) != 1 or self._figures():
            raise _Stop("I can tell the share of days on which one condition holds.")
        self.draft.has_all("count", "list")
        dataset = asked[0].dataset
        if dataset == WORKOUTS:
            raise _Stop("I can tell the share of days, not yet that of workouts.")
        return Intent("share", dataset, conditions=asked)

    def _group(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        group, dataset = self._group_key()
        if not group:
            return None
        figures = self._figures()
        order, limit = self._group_order(group)
        found = self._all_conditions()
        figures = figures or self._time_spent(found)
        metrics = self._metrics_for(figures, dataset or None, found)
        is_mean = self._is_mean_of_groups(group, metrics)
        aggregation = "" if is_mean else self._aggregation()
        self.draft.has_all("list", "series", "count", "how_often", "how_much", "how_long")
        taken = tuple(
            figure
            for metric in metrics
            for figure in self._all_taken(metric, aggregation, False)[: 1 if order else 2]
        )
        base = dataset or (metrics[0].dataset if metrics else self._counted_dataset(found))
        if is_mean and not metrics:
            base = WORKOUTS
        self._take_figures(figures)
        counted = "workouts" if base == WORKOUTS else "days"
        if not taken:
            self._take_noun()
        intent = Intent(
            "mean of groups" if is_mean else "groups",
            base,
            taken,
            conditions=found,
            group=group,
            order=order,
            limit=limit,
            counted=counted,
        )
        if self.sides:
            raise _Stop("I cannot group and compare at once; ask for one of them.")
        return intent

    def _group_key(self) -> tuple[str, str]:
        """What is grouped by, and the dataset of it where it is a column."""
        draft = self.draft
        for role in TIME_GROUPS:
            if draft.sees(role):
                draft.has_all(role)
                return role.removeprefix("by_"), ""
        for unit in ("week", "month", "year", "weekday"):
            if draft.sees(unit) and draft.sees("max", "min", "best", "worst", "list", "by"):
                draft.has_all(unit)
                draft.has("by")
                return unit, ""
        named = self._dimension()
        is_which = bool({"which", "what", "who"} & set(draft.parts.words[:2]))
        is_which = is_which and bool(named) and not self._figures() and not self.is_day
        is_which = is_which and not draft.sees("latest", "earliest")
        if is_which and named and named[1].dataset == WORKOUTS:
            draft.take(named[0])
            draft.fields.remove(named)
            return named[1].column, WORKOUTS
        if named and (draft.sees("by", "max", "min", "best", "worst", "frequent", "count")):
            mention, meaning = named
            draft.take(mention)
            draft.has_all("by")
            self.draft.fields.remove(named)
            return meaning.column, meaning.dataset
        return "", ""

    def _dimension(self) -> tuple[Mention, Meaning] | None:
        """The column that rows are grouped by; the one just after `by` first."""
        for by in self.draft.roles("by"):
            named = self._field_after(by)
            if named:
                return named
        for mention, meaning in self.draft.fields:
            field = self.draft.model.datasets[meaning.dataset].fields[meaning.column]
            if field.column.type in {"string", "boolean", "int"}:
                return mention, meaning
        return None

    def _field_after(self, by: Mention) -> tuple[Mention, Meaning] | None:
        after = [m for m in self.draft.parts.mentions if 0 <= m.start - by.end <= 1]
        if by.words in _SPREAD:
            after += [m for m in self.draft.parts.mentions if 0 <= by.start - m.end <= 1]
        datasets = {metric.dataset for _, metric in self.draft.figures}
        for mention in after:
            fields = mention.of("field")
            fitting = [m for m in fields if m.dataset in datasets and m.dataset != DAILY]
            fitting += sorted(fields, key=lambda meaning: preference(meaning.dataset))
            is_figure = any(m is mention for m, _ in self.draft.figures)
            if fitting and (not is_figure or fitting[0].dataset in datasets):
                self.draft.figures = [f for f in self.draft.figures if f[0] is not mention]
                self.draft.values = [v for v in self.draft.values if v[0] is not mention]
                self.draft.fields = [f for f in self.draft.fields if f[0] is not mention]
                self.draft.fields.append((mention, fitting[0]))
                return mention, fitting[0]
        return None

    def _group_order(self, group: str) -> tuple[str, int]:
        """`which week was best` is the first of the weeks in the order of the figure."""
        limit = self._limit(*_ORDERING) or 1
        if self.draft.has("frequent"):
            self.draft.has_all("max")
            return "desc", limit
        if self.draft.has("max"):
            return "desc", limit
        if self.draft.has("min"):
            return "asc", limit
        if self.draft.sees("best", "worst"):
            return self._best_order(), limit
        return "", 0

    def _best_order(self) -> str:
        """Whether high or low is good, as the figure says."""
        is_best = self.draft.has("best")
        if not is_best:
            self.draft.has("worst")
        figures = self._figures()
        good = _good(figures[0][1]) if figures else None
        if good is None and figures and figures[0][1].name in _MORE_IS_BEST:
            good = "higher"
        if good is None:
            raise _Stop("“Best” has no plain meaning here; say highest, lowest, longest or most.")
        return "desc" if (good == "higher") == is_best else "asc"

    def _limit(self, *roles: str) -> int:
        """The number of `top 5`, `last 3 workouts`, `3 best`."""
        said = list(self.draft.roles(*roles))
        for number in list(self.draft.numbers):
            is_beside = any(
                0 <= number.start - m.end <= 1 or 0 <= m.start - number.end <= 1 for m in said
            )
            if not is_beside:
                continue
            if number.value == int(number.value) and 1 <= number.value <= 1000 and not number.unit:
                self.draft.numbers.remove(number)
                return int(number.value)
        return 0

    def _is_mean_of_groups(self, group: str, metrics: Sequence[Metric]) -> bool:
        """`workouts per week on average` is the mean over weeks of what each comes to."""
        is_summed = all(metric.aggregation in SUMMED for metric in metrics)
        if group in {"week", "month"} and is_summed and self.draft.sees("avg"):
            self.draft.has_all("avg")
            return True
        return False

    def _both_ends(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        """`highest and lowest HRV` are two figures of one row."""
        draft = self.draft
        asked = [role for role in ("avg", "sum", "median", "max", "min") if draft.sees(role)]
        if figures and figures[0][1].column.startswith("avg_"):
            asked = [role for role in asked if role != "avg"]
        is_several = len(asked) > 1 and bool({"max", "min"} & set(asked))
        if not is_several or len(figures) != 1 or self.sides or draft.numbers:
            return None
        if draft.sees("day", "night", "when", *TIME_GROUPS):
            return None
        draft.has_all(*asked, "list")
        found = self._all_conditions()
        metric = self._metrics_for(figures, None, found, "avg" if "avg" in asked else "")[0]
        self._take_figures(figures)
        taken = tuple(Figure(metric.name, role) for role in asked)
        return Intent("value", metric.dataset, taken, conditions=found)

    def _extreme(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        draft = self.draft
        if not draft.sees("max", "min", "best", "worst", "hardest"):
            return None
        if self.sides:
            return None
        metric, mention = self._extreme_figure(figures)
        if metric.column.startswith("avg_"):
            draft.has_all("avg")
        if metric.aggregation == "count":
            raise _Stop(f"I do not see of what the most {metric.title.casefold()} are meant.")
        limit = self._limit(*_ORDERING)
        order = self._extreme_order()
        if {"drop", "fall", "decline"} & set(mention.words.split()):
            order = "asc" if order == "desc" else "desc"
        is_which = draft.sees("day", "night", "when", "list") or self._is_workout_level(metric)
        found = self._all_conditions()
        metric = self._metrics_for([(mention, metric)], None, found)[0]
        if metric.dataset == WORKOUTS:
            self._take_noun()
        self._take_figures(figures)
        draft.has_all(
            "day", "night", "when", "list", "count", "how_much", "how_long", "per_workout",
            "by", "readings",
        )  # fmt: skip
        columns = tuple(meaning.column for _, meaning in self._extra_fields(metric.dataset))
        if limit > 1:
            return Intent(
                "rows", metric.dataset, (Figure(metric.name, "", self._unit(metric)),), columns,
                conditions=found, order=order, limit=limit,
            )  # fmt: skip
        return Intent(
            "extreme", metric.dataset, (Figure(metric.name, "", self._unit(metric)),), columns,
            conditions=found, order=order, is_single=not is_which,
        )  # fmt: skip

    def _extra_fields(self, dataset: str) -> list[tuple[Mention, Meaning]]:
        found = [(m, meaning) for m, meaning in self.draft.fields if meaning.dataset == dataset]
        for mention, _ in found:
            self.draft.take(mention)
        return found

    def _extreme_figure(self, figures: Sequence[tuple[Mention, Metric]]) -> tuple[Metric, Mention]:
        if len(figures) == 1:
            return figures[0][1], figures[0][0]
        if len(figures) > 1:
            raise _Stop("I can tell the highest or lowest of one figure at a time.")
        word = next(self.draft.roles("max", "min", "best", "worst", "hardest"))
        name = _FIGURE_OF_WORD.get(word.words.split()[-1])
        metric = self.draft.lexicon.metrics.get(name or "")
        if metric is None or not self.has_noun:
            raise _Stop(f"I do not see of which figure “{word.words}” is meant.")
        self.draft.guesses += _GUESS_OF_WORD.get(word.words.split()[-1], [])
        return metric, word

    def _extreme_order(self) -> str:
        if self.draft.sees("best", "worst"):
            if not self._figures():
                return "desc" if self.draft.has_all("best") else "asc"
            return self._best_order()
        is_low = self.draft.sees("min")
        if is_low and self.draft.sees("max"):
            raise _Stop("I can tell the highest or the lowest, one at a time.")
        self.draft.has_all("max", "min", "hardest")
        return "asc" if is_low else "desc"

    def _is_workout_level(self, metric: Metric) -> bool:
        return self.has_noun and (metric.dataset == WORKOUTS or metric.column in AS_WORKOUT)

    def _latest(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        draft = self.draft
        if not draft.sees("latest", "earliest") or self.sides or draft.sees("count"):
            return None
        if len(figures) == 1 and figures[0][1].form == "clock":
            return self._clock_extreme(figures)
        order = "asc" if draft.sees("earliest") and not draft.sees("latest") else "desc"
        limit = self._limit("latest", "earliest") or 1
        draft.has_all("latest", "earliest")
        found = self._all_conditions()
        if not figures and (self.has_noun or any(c.dataset == WORKOUTS for c in found)):
            self._take_noun()
            draft.has_all("when", "day", "list", "times", "how_long", "how_much")
            columns = self._columns(WORKOUTS, (*_WORKOUT_COLUMNS,))
            return Intent(
                "latest", WORKOUTS, columns=columns, conditions=found, order=order, limit=limit
            )
        if not figures and not self.draft.fields and not found:
            return None
        draft.has_all("list", "when", "day", "night", "times")
        return self._newest(figures, found, order, limit)

    def _clock_extreme(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent:
        """`latest bedtime` is the latest on the clock, not the newest."""
        order = "asc" if self.draft.has("earliest") else "desc"
        self.draft.has_all("latest", "list", "when", "day", "night")
        self._take_figures(figures)
        metric = figures[0][1]
        found = self._all_conditions()
        return Intent(
            "extreme", metric.dataset, (Figure(metric.name),), conditions=found, order=order
        )

    def _newest(
        self,
        figures: Sequence[tuple[Mention, Metric]],
        found: tuple[Condition, ...],
        order: str = "desc",
        limit: int = 1,
    ) -> Intent:
        """The newest row in which the figure or the class is known."""
        metrics = self._metrics_for(figures, None, found)
        self._take_figures(figures)
        dataset = metrics[0].dataset if metrics else self._field_dataset(found)
        columns = self._columns(dataset)
        if metrics and metrics[0].dataset == WORKOUTS:
            self._take_noun()
        return Intent(
            "latest", dataset, tuple(Figure(metric.name) for metric in metrics), columns,
            conditions=found, order=order, limit=limit,
        )  # fmt: skip

    def _field_dataset(self, found: Sequence[Condition]) -> str:
        if self.draft.fields:
            return self.draft.fields[0][1].dataset
        if found:
            return found[0].dataset
        raise _Stop("I do not see which figure this is about.")

    def _tables(self) -> Intent | None:
        """A table or view as such: its newest row, or its rows of the days that are named."""
        draft = self.draft
        if not draft.tables or self._figures() or draft.fields or self.values or draft.conditions:
            return None
        mention, meaning = draft.tables[0]
        if meaning.dataset in _NOT_WHOLE or self.has_noun:
            return None
        draft.take(mention)
        draft.has_all("list", "series", "day", "latest", "when")
        fields = draft.model.datasets[meaning.dataset].fields
        columns = tuple(name for name in fields if name not in PROVENANCE and name != "day")
        is_one = "day" in fields and not self.periods and meaning.dataset not in _SHORT
        if is_one:
            draft.guesses.append("No days were named: this is the newest one.")
            return Intent("latest", meaning.dataset, columns=columns, order="desc", limit=1)
        return Intent("rows", meaning.dataset, columns=columns)

    def _columns(self, dataset: str, further: Sequence[str] = ()) -> tuple[str, ...]:
        """The named columns of a dataset, and the text that explains its class."""
        named = [meaning.column for _, meaning in self._extra_fields(dataset)]
        explained = [name for column in named for name in _EXPLAINED_BY.get(column, ())]
        if explained:
            self.draft.ignored |= {"why"}
        named += explained
        return tuple(dict.fromkeys([*named, *further]))

    def _count(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        draft = self.draft
        if self.has_noun and not figures and draft.has_all("sum"):
            draft.has_all("count")
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in self._all_conditions())
            return Intent("count", WORKOUTS, conditions=found, counted="workouts")
        if not draft.sees("count", "how_often"):
            return None
        of_weeks = [meaning.dataset for _, meaning in self.values]
        of_weeks += [condition.dataset for condition in draft.conditions]
        if "weekly_trends" in of_weeks and not figures:
            return self._count_of_weeks()
        is_days = draft.sees("day", "night")
        counts_noun = self.has_noun and not figures
        if self._is_distinct(figures):
            return self._count_of_kinds()
        if not counts_noun and not is_days and figures:
            return None
        if not counts_noun and not is_days and not self.values and not draft.conditions:
            return None
        draft.has_all("count", "how_often", "times", "list")
        found = self._all_conditions()
        if any(condition.dataset == "workout_recommendations" for condition in found):
            draft.ignored |= {"recommended", "advised", "suggested"}
        if is_days:
            draft.has_all("day", "night")
            return self._count_of_days(figures, found)
        if counts_noun:
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in found)
            return Intent("count", WORKOUTS, conditions=found, counted="workouts")
        return self._count_of_days((), found)

    def _is_distinct(self, figures: Sequence[tuple[Mention, Metric]]) -> bool:
        """`how many different instructors`."""
        named = self._dimension()
        is_one = named is not None and named[1].dataset == WORKOUTS and not figures
        return is_one and self.draft.sees("count") and not self.draft.sees("by", "max", "min")

    def _count_of_kinds(self) -> Intent:
        named = self._dimension()
        assert named is not None
        self.draft.take(named[0])
        self.draft.fields.remove(named)
        self.draft.has_all("count", "distinct", "list")
        self._take_noun()
        found = self._all_conditions()
        return Intent("kinds", WORKOUTS, columns=(named[1].column,), conditions=found)

    def _count_of_weeks(self) -> Intent | None:
        """`how many weeks were improving`."""
        self.draft.has_all("week")
        self.draft.has_all("count", "how_often", "series", "list")
        return Intent("count", "weekly_trends", conditions=self._all_conditions(), counted="weeks")

    def _on_workouts(self, condition: Condition) -> Condition:
        """A condition on a day's workouts, as one on each workout."""
        own = self.draft.lexicon.metrics.get(AS_WORKOUT.get(condition.column, ""))
        if condition.dataset != DAILY or own is None:
            return condition
        return replace(condition, dataset=own.dataset, column=own.column, metric=own.name)

    def _count_of_days(
        self, figures: Sequence[tuple[Mention, Metric]], found: tuple[Condition, ...]
    ) -> Intent:
        if figures:
            self._take_figures(figures)
            known = tuple(
                Condition(f.dataset, f.column, "known", (), metric=f.name, words=f"known {f.title}")
                for _, f in figures
            )
            return Intent("count", figures[0][1].dataset, conditions=(*found, *known))
        if not found and not self.has_noun:
            raise _Stop("I do not see which days are to be counted.")
        if not found or self._is_plain_noun(found):
            self._take_noun()
            found = (*found, Condition(DAILY, "had_workout", "=", (True,), words="with a workout"))
        if self.has_noun:
            self._take_noun()
        return Intent("count", self._days_dataset(found), conditions=found, counted="days")

    def _of_weeks(self) -> None:
        """`weeks with more than 5 workout days`: conditions on what a week came to."""
        conditions_ = self.draft.conditions
        names = [_WEEKLY.get(condition.metric) for condition in conditions_]
        if not conditions_ or not all(names) or not self.draft.sees("week") or self._figures():
            return
        self.draft.has_all("week")
        metrics = [self.draft.lexicon.metrics[f"weekly_trends.{name}"] for name in names]
        self.draft.conditions = [
            replace(condition, dataset="weekly_trends", column=metric.column, metric=metric.name)
            for condition, metric in zip(conditions_, metrics, strict=True)
        ]

    def _is_plain_noun(self, found: Sequence[Condition]) -> bool:
        """Whether workouts are spoken of beside conditions that are not on them."""
        is_named = any(
            is_workout_noun(m) and m.start not in self.draft.taken
            for m in self.draft.parts.mentions
        )
        on_workouts = any(c.dataset == WORKOUTS or c.column == "had_workout" for c in found)
        return is_named and not on_workouts

    def _days_dataset(self, found: Sequence[Condition]) -> str:
        datasets = [condition.dataset for condition in found]
        if not datasets or len(set(datasets)) > 1:
            return DAILY if DAILY in datasets or not datasets else datasets[0]
        return datasets[0]

    def _counted_dataset(self, found: Sequence[Condition]) -> str:
        if self.has_noun or any(condition.dataset == WORKOUTS for condition in found):
            return WORKOUTS
        return self._days_dataset(found)

    def _rows(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        """Days or workouts, one below the other."""
        draft = self.draft
        is_listed = draft.sees("list", "series", "day", "night", "when")
        wants_days = draft.sees("day", "night", "when")
        no_figures = not figures and (draft.conditions or self.values or draft.fields)
        if self.sides or draft.sees("avg", "sum", "median", "stddev"):
            return None
        is_row = figures and self.is_day and figures[0][1].aggregation != "sum"
        if draft.sees("how_much", "how_long") and not is_row:
            return None
        if figures and self.is_day and figures[0][1].dataset != "oura_heartrate":
            return self._rows_of(figures)
        if draft.sees("series") or (figures and draft.sees("list")):
            return self._rows_of(figures)
        is_which = draft.parts.words[:1] in (("which",), ("what",), ("show",), ("list",))
        if figures and is_which and all(m.aggregation == "count" for _, m in figures):
            return self._rows_of(figures)
        if figures and self._is_bare(figures):
            draft.guesses.append(
                "Each day is shown, since neither a mean nor a total was asked for."
            )
            return self._rows_of(figures)
        if wants_days and draft.conditions and not figures:
            return self._rows_of(figures)
        if no_figures and (is_listed or self.periods or not draft.conditions):
            return self._rows_of(figures)
        if not figures and self.has_noun and (is_listed or self.periods):
            return self._rows_of(figures)
        if no_figures:
            return self._rows_of(figures)
        return None

    def _is_bare(self, figures: Sequence[tuple[Mention, Metric]]) -> bool:
        """`readiness for the last 2 weeks`, without a verb: the days themselves."""
        if self.draft.sees("per_day"):
            return False
        is_stretch = (
            len(self.periods) == 1 and not self.is_day and self.periods[0].first is not None
        )
        means = all(metric.aggregation == "avg" for _, metric in figures)
        has_verb = bool(_VERBS & set(self.draft.parts.words))
        return means and is_stretch and not has_verb and not self.draft.conditions

    def _rows_of(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent:
        draft = self.draft
        draft.has_all(
            "list",
            "series",
            "day",
            "night",
            "when",
            "count",
            "how_much",
            "times",
            "per_day",
            "how_long",
            "readings",
        )
        found = self._all_conditions()
        metrics = self._metrics_for(figures, None, found)
        self._take_figures(figures)
        dataset = metrics[0].dataset if metrics else self._rows_dataset(found)
        if dataset == "weekly_trends":
            draft.has_all("week", "by_week")
        of_fields = {meaning.dataset for _, meaning in draft.fields}
        if len(of_fields) == 1 and metrics and dataset not in of_fields:
            dataset = of_fields.pop()
            metrics = [self._in(metric, dataset) or self._apart(metric) for metric in metrics]
        metrics = [metric for metric in metrics if metric.aggregation != "count"]
        if dataset == WORKOUTS:
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in found)
            metrics += [] if metrics else self._workout_figures(found)
        elif draft.fields and self._is_plain_noun(found):
            if dataset != "workout_recommendations":
                raise _Stop("I do not see what workouts have to do with that.")
            self._take_noun()
        elif self._is_plain_noun(found) and not metrics:
            self._take_noun()
            found = (*found, Condition(DAILY, "had_workout", "=", (True,)))
        shown = [metric.name for metric in metrics]
        shown += [c.metric for c in found if c.metric and c.dataset == dataset]
        columns = self._columns(dataset)
        columns += tuple(c.column for c in found if not c.metric and c.dataset == dataset)
        columns += tuple(n for c in columns for n in _EXPLAINED_BY.get(c, ()) if n not in columns)
        if not shown and not columns and dataset == DAILY:
            raise _Stop("I do not see which figure this is about.")
        if self._is_question_of_day(dataset, found):
            found = ()
        is_newest = not self.periods and not found and not draft.sees("series") and not metrics
        if is_newest and columns:
            draft.guesses.append("No days were named: this is the newest one.")
            return Intent("latest", dataset, columns=columns, order="desc", limit=1)
        return Intent(
            "rows", dataset, tuple(self._shown(name) for name in dict.fromkeys(shown)),
            tuple(dict.fromkeys(columns)), conditions=found,
        )  # fmt: skip

    def _is_question_of_day(self, dataset: str, found: Sequence[Condition]) -> bool:
        """`did I sleep more than 7 hours last night` is answered by the value itself."""
        is_plain = all(c.dataset == dataset and c.metric for c in found) and bool(found)
        asks = self.draft.parts.words[:1] in (("did",), ("was",), ("is",), ("were",), ("have",))
        return self.is_day and is_plain and asks and dataset != WORKOUTS

    def _shown(self, name: str) -> Figure:
        return Figure(name, "", self._unit(self.draft.lexicon.metrics[name]))

    def _workout_figures(self, found: Sequence[Condition]) -> list[Metric]:
        names = ("class_length", "workout_output")
        metrics = self.draft.lexicon.metrics
        return [metrics[name] for name in names if name in metrics]

    def _rows_dataset(self, found: Sequence[Condition]) -> str:
        wants_days = self.draft.parts and any(
            m.role in {"day", "night", "when"} for m in self.draft.parts.mentions
        )
        if self.draft.fields:
            return self.draft.fields[0][1].dataset
        if self.has_noun and not wants_days:
            return WORKOUTS
        on_workouts = [c for c in found if c.dataset == WORKOUTS]
        if len(on_workouts) != len({c.column for c in on_workouts}):
            return DAILY
        if on_workouts and wants_days and not self.has_noun:
            return DAILY
        if any(c.dataset == WORKOUTS for c in found) and found[0].dataset != DAILY:
            return WORKOUTS
        return self._days_dataset(found)

    def _value(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        draft = self.draft
        found = self._all_conditions()
        if not figures and self.sides and self.has_noun:
            self._take_noun()
            draft.has_all("count", "how_often", "times", "list")
            return Intent("count", WORKOUTS, conditions=found, counted="workouts")
        if not figures and self.has_noun and draft.has_all("sum"):
            self._take_noun()
            draft.has_all("count")
            return Intent("count", WORKOUTS, conditions=found, counted="workouts")
        figures = figures or self._time_spent(found)
        if not figures:
            return None
        if figures[0][1].dataset in _OF_GROUPS:
            return self._of_groups(figures, found)
        if self._is_newest(figures, found):
            return self._newest(figures, found)
        is_how_much = draft.has_all("how_much", "how_long", "count")
        aggregation = self._aggregation()
        if draft.sees("per_day") and not aggregation and not is_how_much:
            aggregation = "avg"
            draft.guesses.append("“Per day” and “per night” were read as the mean.")
        draft.has_all("per_day", "list", "series", "day", "night")
        metrics = self._metrics_for(figures, None, found, aggregation)
        self._take_figures(figures)
        dataset = metrics[0].dataset
        if dataset == WORKOUTS:
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in found)
        elif self._is_plain_noun(found):
            raise _Stop("I do not see whether days with a workout or the workouts are meant.")
        taken = []
        for metric in metrics:
            taken += self._all_taken(metric, aggregation, is_how_much)
        return Intent("value", dataset, tuple(dict.fromkeys(taken)), conditions=found)

    def _time_spent(self, found: Sequence[Condition]) -> list[tuple[Mention, Metric]]:
        """`how many minutes did I ride` sums the lengths of the workouts."""
        length = self.draft.lexicon.metrics.get("class_length")
        said = next(self.draft.roles("how_long"), None)
        on_workouts = self.has_noun or any(c.dataset == WORKOUTS for c in found)
        if length is None or said is None or not on_workouts:
            return []
        return [(said, replace(length, aggregation="sum"))]

    def _of_groups(
        self, figures: Sequence[tuple[Mention, Metric]], found: tuple[Condition, ...]
    ) -> Intent:
        """Figures of a view over groups of days: a row a group."""
        self._aggregation()
        dataset = figures[0][1].dataset
        self._take_figures(figures)
        keys, counts, default = _OF_GROUPS[dataset]
        named = {condition.column for condition in found}
        if default and default[0] not in named:
            column, value = default
            found = (*found, Condition(dataset, column, "=", (value,), words=value))
        if any(condition.dataset != dataset for condition in found):
            raise _Stop("These figures are over all days; they cannot be asked for some of them.")
        shown = tuple(Figure(metric.name) for _, metric in figures)
        return Intent("rows", dataset, shown, (*keys, *counts), conditions=found)

    def _is_newest(
        self, figures: Sequence[tuple[Mention, Metric]], found: Sequence[Condition]
    ) -> bool:
        """Without days or a word for taking together, a state's newest value is meant."""
        draft = self.draft
        is_plain = not draft.sees(*_TAKING)
        if self.periods or self.weekdays or self.sides or found or not is_plain:
            return False
        if all(metric.is_state or metric.aggregation == "avg" for _, metric in figures):
            states = all(metric.is_state for _, metric in figures)
            if not states:
                draft.guesses.append("No days were named: this is the newest value.")
            return True
        return False

    # How values are taken together

    def _aggregation(self) -> str:
        found = [name for name in ("avg", "sum", "median", "stddev") if self.draft.sees(name)]
        if len(found) > 1:
            raise _Stop("I can take values together in one way at a time.")
        for name in found:
            self.draft.has_all(name)
        return found[0] if found else ""

    def _unit(self, metric: Metric) -> str:
        """The unit that is asked for, where it is another way of writing the metric's own."""
        unit = self.draft.unit
        is_fit = bool(unit) and metric.unit in {_UNIT_OF[unit], "mph" if unit == "km_h" else "-"}
        return unit if is_fit else ""

    def _taken(self, metric: Metric, aggregation: str) -> Figure:
        return self._all_taken(metric, aggregation, False)[0]

    def _all_taken(self, metric: Metric, aggregation: str, is_how_much: bool) -> list[Figure]:
        """How a figure's values are taken together: as asked, else as the metric is; what is
        summed and averaged alike is given both ways."""
        unit = self._unit(metric)
        if metric.aggregation == "count":
            return [Figure(metric.name, "count")]
        if aggregation:
            if aggregation == "sum" and "sum" not in metric.aggregations:
                raise _Stop(f"A total of {metric.title.casefold()} has no meaning.")
            return [Figure(metric.name, aggregation, unit)]
        own = Figure(metric.name, metric.aggregation, unit)
        is_both = "sum" in metric.aggregations and metric.aggregation == "avg"
        if is_both:
            self.draft.guesses.append(
                f"{metric.title} is given as a mean a day and as a total."
            ) if is_how_much else None
            return [own, Figure(metric.name, "sum", unit)]
        return [own]

    def _metrics_for(
        self,
        figures: Sequence[tuple[Mention, Metric]],
        dataset: str | None,
        found: Sequence[Condition],
        aggregation: str = "",
    ) -> list[Metric]:
        """The metrics on one dataset: of each workout where single workouts are meant."""
        metrics = list(dict.fromkeys(metric.name for _, metric in figures))
        own = {metric.name: metric for _, metric in figures}
        chosen = [own[name] for name in metrics]
        is_single = self.draft.has("per_workout")
        on_workouts = any(c.dataset == WORKOUTS for c in found) or dataset == WORKOUTS
        on_workouts = on_workouts or any(m.dataset == WORKOUTS for m in chosen)
        on_workouts = on_workouts or any(
            c.dataset == WORKOUTS for side in self.sides for c in side.conditions
        )
        if on_workouts or is_single or self._is_noun_of(figures):
            chosen = [self._as_workout(metric) for metric in chosen]
        elif aggregation == "avg":
            chosen = [self._as_workout_guessed(metric) for metric in chosen]
        datasets = {metric.dataset for metric in chosen}
        if len(datasets) > 1:
            chosen = self._on_one_dataset(chosen)
        if dataset and chosen and chosen[0].dataset != dataset:
            chosen = self._moved(chosen, dataset)
        return chosen

    def _moved(self, metrics: Sequence[Metric], dataset: str) -> list[Metric]:
        """The metrics as columns of the table that is grouped by."""
        found = [self._in(metric, dataset) for metric in metrics]
        if not all(found):
            raise _Stop(f"{metrics[0].title} cannot be grouped by that.")
        return [metric for metric in found if metric]

    def _is_noun_of(self, figures: Sequence[tuple[Mention, Metric]]) -> bool:
        """`which workout had the highest output`, `average output of my rides`."""
        named = any(
            is_workout_noun(m) and m.start not in self.draft.taken
            for m in self.draft.parts.mentions
        )
        return named and any(metric.column in AS_WORKOUT for _, metric in figures)

    def _as_workout(self, metric: Metric) -> Metric:
        own = AS_WORKOUT.get(metric.column) if metric.dataset == DAILY else None
        return self.draft.lexicon.metrics.get(own or "", metric)

    def _as_workout_guessed(self, metric: Metric) -> Metric:
        if (
            metric.dataset != DAILY
            or metric.column not in AS_WORKOUT
            or metric.aggregation != "sum"
        ):
            return metric
        if self.draft.sees("per_day"):
            return metric
        own = self._as_workout(metric)
        self.draft.guesses.append(f"{metric.title} was averaged over workouts, not over days.")
        return own

    def _on_one_dataset(self, metrics: Sequence[Metric]) -> list[Metric]:
        """Where one of their tables has the columns of all: from there."""
        for dataset in dict.fromkeys(metric.dataset for metric in metrics):
            found = [self._in(metric, dataset) for metric in metrics]
            if all(found):
                return [metric for metric in found if metric]
        titles = [metric.title for metric in metrics]
        raise _Stop(
            f"{listed(titles)} stand in different tables; ask for one at a time.", tuple(titles)
        )

    def _apart(self, metric: Metric) -> Metric:
        raise _Stop(f"{metric.title} stands in another table; ask for it alone.")

    def _in(self, metric: Metric, dataset: str) -> Metric | None:
        if metric.dataset == dataset:
            return metric
        own = self.draft.lexicon.metrics.get(f"{dataset}.{metric.column}")
        return own if metric.dataset == DAILY else None

    # The days

    def _with_days(self, intent: Intent) -> Intent:
        weekdays = self.weekdays[0].days if len(self.weekdays) == 1 and not self.sides else ()
        has_day = "day" in self.draft.model.datasets[intent.dataset].fields
        if (self.periods or weekdays) and not has_day:
            raise _Stop("These figures are over all days; they cannot be asked for some of them.")
        sides = [condition for side in self.sides for condition in side.conditions]
        for condition in (*intent.conditions, *sides):
            fields = self.draft.model.datasets[condition.dataset].fields
            if condition.dataset != intent.dataset and not (has_day and "day" in fields):
                raise _Stop(f"“{condition.words}” cannot be asked of single days.")
        if intent.ask == "latest" and not has_day:
            raise _Stop("These figures have no days, so none of them is the newest.")
        if self.sides and intent.ask not in {"value", "count"}:
            raise _Stop("I can hold means, totals and counts against each other, one figure each.")
        first = last = None
        if len(self.periods) == 1:
            first, last = self.periods[0].first, self.periods[0].last
        return replace(intent, first=first, last=last, weekdays=weekdays, sides=self.sides)


_TIMES_OF_DAY = {"morning", "noon", "afternoon", "evening"}
_WEEKLY = {
    "workout_days": "workout_days", "readiness": "avg_readiness", "sleep_score": "avg_sleep",
    "steps": "weekly_steps", "output": "weekly_output_kj", "wellness": "avg_wellness",
    "active_calories": "weekly_active_calories", "workout_calories": "weekly_calories",
}  # fmt: skip
"""What a day's figure comes to in a week, as `weekly_trends` has it."""
_OF_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, str] | None]] = {
    "readiness_performance_correlation": (("segment",), ("sample_size",), ("segment", "All Days")),
    "workout_type_optimization": (
        ("readiness_bucket", "workout_type"), ("sample_workouts", "sample_days"), None,
    ),
}  # fmt: skip
"""Views without days: the columns that name a group, those that count it, and the usual group."""
_NOT_WHOLE = {DAILY, WORKOUTS, "insights", "oura_heartrate", "coverage", "oura_sleep"}
"""Tables that no question asks for as a whole."""
_SHORT = {"dashboard_30day", "weekly_trends", "self_experiment", "experiment_days", "gap_ledger"}
"""Tables of which all rows are shown where no days are named."""
_TAKING = ("avg", "sum", "median", "stddev", "count", "how_much", "how_long", "how_often")
"""Roles of words that take values together."""
_VERBS = frozenset(
    [
        "was",
        "is",
        "were",
        "are",
        "did",
        "do",
        "does",
        "have",
        "has",
        "had",
        "been",
        "be",
        "how",
        "what",
    ]
)
_ORDERING = ("max", "min", "best", "worst", "hardest", "frequent")
_SPREAD = {"distribution", "breakdown", "split"}
_OPPOSITE = {(1, 2, 3, 4, 5), (6, 7)}
_MORE_IS_BEST = {
    "output", "workout_output", "steps", "distance", "watts", "speed", "workouts", "workout_days",
    "time_asleep", "deep_sleep", "rem_sleep", "output_per_minute", "workout_minutes", "cadence",
    "next_day_readiness", "next_day_output",
}  # fmt: skip
_FIGURE_OF_WORD = {
    "longest": "class_length", "shortest": "class_length", "fastest": "speed", "slowest": "speed",
    "hardest": "workout_output", "toughest": "workout_output", "intense": "workout_output",
    "strongest": "workout_output", "biggest": "workout_output", "record": "workout_output",
    "pr": "workout_output", "pb": "workout_output", "best": "workout_output",
}  # fmt: skip
_GUESS_OF_WORD = {
    word: [f"“{capital(word)}” was read as of the highest output."]
    for word in (
        "hardest",
        "toughest",
        "intense",
        "strongest",
        "biggest",
        "record",
        "pr",
        "pb",
        "best",
    )
}
_WORKOUT_COLUMNS = ("length_minutes", "total_output_kj")
_EXPLAINED_BY = {
    "energy_state": ("guidance",),
    "recommended_intensity": ("recommendation_text",),
    "overtraining_risk": ("risk_guidance",),
}


def _good(metric: Metric) -> str | None:
    return metric.good or (metric.measure.good if metric.measure else None)


def _either(alternatives: Sequence[Condition]) -> Condition:
    values = tuple(dict.fromkeys(c.values[0] for c in alternatives))
    if len(values) == 1:
        return alternatives[0]
    words = listed([condition.words for condition in alternatives], "or")
    return replace(alternatives[0], operator="in", values=values, words=words)


def _of_period(period: Period) -> Side:
    return Side(period.words, period.first, period.last)


def _of_weekdays(days: DaysOfWeek) -> Side:
    label = {(1, 2, 3, 4, 5): "weekday", (6, 7): "weekend"}.get(days.days)
    return Side(label or _WEEKDAY_NAMES[days.days[0] - 1], weekdays=days.days)


def _other_days(days: DaysOfWeek) -> DaysOfWeek:
    rest = tuple(number for number in range(1, 8) if number not in days.days)
    return DaysOfWeek(rest, "other days")
