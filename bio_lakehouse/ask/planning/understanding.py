"""A question's parts to an intent, or the reason why there is none.

Every word that carries a meaning must have found its use: one that has not makes the question not
understood, since an answer to another question is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bio_lakehouse.ask.planning import asked_conditions, data_questions, naming, question_hints
from bio_lakehouse.ask.planning.counting_questions import Counting
from bio_lakehouse.ask.planning.draft import Draft
from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent
from bio_lakehouse.ask.planning.lexicon import WORKOUTS, Lexicon
from bio_lakehouse.ask.planning.naming import is_workout_noun
from bio_lakehouse.ask.planning.question_parts import Mention, Parts
from bio_lakehouse.ask.planning.reading_rules import (
    OF_GROUPS,
    TAKING,
    TIMES_OF_DAY,
    NotUnderstood,
    Stop,
)
from bio_lakehouse.ask.planning.time_phrases import DaysOfWeek, Period
from bio_lakehouse.ask.semantics.semantic_model import Metric, SemanticModel
from bio_lakehouse.english import listed


@dataclass(frozen=True, slots=True)
class Understood:
    """An intent with what was said and assumed on the way to it."""

    intent: Intent
    periods: tuple[Period, ...]
    notes: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


def understand(parts: Parts, model: SemanticModel, lexicon: Lexicon) -> Understood | NotUnderstood:
    """The intent of a question that was taken apart."""
    draft = Draft(parts, model, lexicon, numbers=list(parts.numbers))
    try:
        return _read(draft)
    except Stop as stop:
        return stop.reason if stop.reason.meanings else _why_not(draft, stop.reason)
    except asked_conditions.Unfit as unfit:
        return NotUnderstood(str(unfit))


def _why_not(draft: Draft, reason: NotUnderstood) -> NotUnderstood:
    """A word with several meanings, or one that is not known, is a plainer reason than what follows
    from it."""
    try:
        question_hints.check_meanings(draft)
    except Stop as stop:
        return stop.reason
    words = [draft.parts.words[place] for place in draft.parts.unused]
    unknown = [word for word in words if word not in draft.ignored]
    return NotUnderstood(_not_used(unknown)) if unknown else reason


def _read(draft: Draft) -> Understood:
    naming.name_all(draft)
    naming.as_duration(draft)
    naming.as_workout_calories(draft)
    question_hints.check_periods(draft)
    asked_conditions.find(draft)
    question_hints.name_instructor(draft)
    question_hints.find_units(draft)
    question_hints.take_nights(draft)
    whole = data_questions.read(draft)
    if whole is not None:
        return Understood(whole, (), tuple(draft.notes), tuple(draft.guesses))
    periods = [p.meaning for p in draft.parts.phrases if isinstance(p.meaning, Period)]
    weekdays = [p.meaning for p in draft.parts.phrases if isinstance(p.meaning, DaysOfWeek)]
    intent = _Reader(draft, periods, weekdays).intent()
    question_hints.check_meanings(draft)
    rest = draft.unused()
    if rest:
        raise Stop(_not_used(rest))
    notes = [period.note for period in periods if period.note] + draft.notes
    guesses = [period.guess for period in periods if period.guess] + draft.guesses
    guesses += [f"“{written}” was read as “{read}”." for written, read in draft.parts.slips]
    return Understood(intent, tuple(periods), tuple(notes), tuple(guesses))


def _not_used(words: Sequence[str]) -> str:
    told = listed([f"“{word}”" for word in dict.fromkeys(words)])
    return f"I do not know what {told} {'means' if len(set(words)) == 1 else 'mean'} here."


_KINDS_PER = {"ride": "Cycling", "run": "Running"}
"""Kinds of workout by the word behind `per`."""


class _Reader(Counting):
    """Decides what is asked, from the most telling words to the least."""

    def intent(self) -> Intent:
        self._refuse_negation()
        self._refuse_time_of_day()
        self._refuse_hours()
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
            raise Stop("I do not see which figure this is about.")
        return self._with_days(asked)

    def _refuse_negation(self) -> None:
        if self.draft.sees("not", "instead", "streak"):
            rest = next(self.draft.roles("not", "instead", "streak"))
            raise Stop(f"I cannot take “{rest.words}” into account.")

    def _refuse_time_of_day(self) -> None:
        """`Morning workouts` are not all workouts."""
        parts = self.draft.parts
        owned = {place for phrase in parts.phrases for place in range(phrase.start, phrase.end)}
        named = [
            word
            for place, word in enumerate(parts.words)
            if place not in owned and word.removesuffix("s") in TIMES_OF_DAY
        ]
        is_workout = self.is_about_workouts or any(map(is_workout_noun, parts.mentions))
        if named and is_workout:
            raise Stop(f"I cannot take “{named[0]}” into account: at which time of day.")

    def _refuse_hours(self) -> None:
        """`By hour` and `in the last hour` are of no column with a moment of its own in each row,
        and a running total is no total of runs."""
        for mention, _ in self.draft.fields:
            if mention.words in {"hour", "hours"}:
                raise Stop(f"I cannot take “{mention.words}” into account: at which time of day.")
        if ("running", "total") in pairwise(self.draft.parts.words):
            raise Stop("I cannot tell a running total; ask for the total of days that you name.")

    def _refuse_count(self) -> None:
        """`how many times did I wake up` counts what the figure does not."""
        figures = self._figures()
        is_days = self.draft.sees("day", "night", "week", "month", "readings")
        if not self.draft.sees("count") or is_days or self.has_noun or not figures:
            return
        if not any({"sum", "count"} & {f.aggregation, *f.aggregations} for _, f in figures):
            raise Stop(f"{figures[0][1].title} is measured, not counted.")

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
        if figures[0][1].dataset in OF_GROUPS:
            return self._of_groups(figures, found)
        if self._is_newest(figures, found):
            return self._newest(figures, found)
        is_how_much = draft.has_all("how_much", "how_long", "count")
        if draft.sees("per_workout") and draft.sees("sum"):
            raise Stop("A total and a figure per workout are two things; ask for one of them.")
        found = (*found, *self._of_kind_per_workout(found))
        aggregation = self._aggregation()
        if draft.sees("per_day") and not aggregation and not is_how_much:
            aggregation = "avg"
            draft.guesses.append("“Per day” and “per night” were read as the mean.")
        if self._is_per_workout(figures) and not aggregation and not is_how_much:
            aggregation = "avg"
            draft.guesses.append("“Per workout” was read as the mean over workouts.")
        draft.has_all("per_day", "list", "series", "day", "night")
        metrics = self._metrics_for(figures, None, found, aggregation)
        self._take_figures(figures)
        dataset = metrics[0].dataset
        if dataset == WORKOUTS:
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in found)
        elif self._is_plain_noun(found):
            raise Stop("I do not see whether days with a workout or the workouts are meant.")
        taken = []
        for metric in metrics:
            taken += self._all_taken(metric, aggregation, is_how_much)
        return Intent("value", dataset, tuple(dict.fromkeys(taken)), conditions=found)

    def _of_groups(
        self, figures: Sequence[tuple[Mention, Metric]], found: tuple[Condition, ...]
    ) -> Intent:
        """Figures of a view over groups of days: a row a group."""
        self._aggregation()
        dataset = figures[0][1].dataset
        self._take_figures(figures)
        keys, counts, default = OF_GROUPS[dataset]
        named = {condition.column for condition in found}
        if default and default[0] not in named:
            column, value = default
            found = (*found, Condition(dataset, column, "=", (value,), words=value))
        if any(condition.dataset != dataset for condition in found):
            raise Stop("These figures are over all days; they cannot be asked for some of them.")
        shown = tuple(Figure(metric.name) for _, metric in figures)
        return Intent("rows", dataset, shown, (*keys, *counts), conditions=found)

    def _of_kind_per_workout(self, found: Sequence[Condition]) -> list[Condition]:
        """`Median output per ride` is of rides alone."""
        last = {mention.words.split()[-1] for mention in self.draft.roles("per_workout")}
        kinds = [kind for word, kind in _KINDS_PER.items() if word in last]
        if any(condition.column == "fitness_discipline" for condition in found):
            return []
        return [
            Condition(WORKOUTS, "fitness_discipline", "=", (kind,), words=f"{kind.casefold()}")
            for kind in kinds
        ]

    def _is_per_workout(self, figures: Sequence[tuple[Mention, Metric]]) -> bool:
        """Whether a figure is asked for as what a workout has of it: a mean, not the newest."""
        is_said = any("per" in mention.words.split() for mention, _ in figures)
        is_of_workouts = any(metric.dataset == WORKOUTS for _, metric in figures)
        return self.draft.sees("per_workout") or (is_said and is_of_workouts)

    def _is_newest(
        self, figures: Sequence[tuple[Mention, Metric]], found: Sequence[Condition]
    ) -> bool:
        """Without days or a word for taking together, a state's newest value is meant."""
        draft = self.draft
        is_plain = not draft.sees(*TAKING)
        if self.periods or self.weekdays or self.sides or found or not is_plain:
            return False
        if self._is_per_workout(figures):
            return False
        if all(metric.is_state or metric.aggregation == "avg" for _, metric in figures):
            states = all(metric.is_state for _, metric in figures)
            if not states:
                draft.guesses.append("No days were named: this is the newest value.")
            return True
        return False
