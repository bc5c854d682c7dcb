"""What has been decided of a question, and what every sort of it needs: its figures on one dataset,
its conditions, how values are taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bio_lakehouse.ask.planning import asked_conditions
from bio_lakehouse.ask.planning.draft import Draft, preference
from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent, Side
from bio_lakehouse.ask.planning.lexicon import DAILY, WORKOUTS, Meaning
from bio_lakehouse.ask.planning.naming import is_workout_noun
from bio_lakehouse.ask.planning.question_parts import Mention
from bio_lakehouse.ask.planning.reading_rules import (
    AS_WORKOUT,
    EXPLAINED_BY,
    SPREAD,
    TIME_SPENT,
    UNIT_OF,
    Stop,
    either_of,
)
from bio_lakehouse.ask.planning.time_phrases import DaysOfWeek, Period
from bio_lakehouse.ask.semantics.semantic_model import Metric
from bio_lakehouse.english import listed


class Reading:
    """What has been decided of a question, and what every sort of it needs."""

    def __init__(
        self, draft: Draft, periods: Sequence[Period], weekdays: Sequence[DaysOfWeek]
    ) -> None:
        self.draft = draft
        self.periods = list(periods)
        self.weekdays = list(weekdays)
        self.values = list(draft.values)
        self.sides: tuple[Side, ...] = ()

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
            condition = asked_conditions.of_value(self.draft, mention, meaning)
            by_column.setdefault((meaning.dataset, meaning.column), []).append(condition)
        self.values = []
        if self._is_both():
            return tuple(each for conditions_ in by_column.values() for each in conditions_)
        return tuple(either_of(alternatives) for alternatives in by_column.values())

    def _is_both(self) -> bool:
        """`days with both cycling and strength` has the one and the other."""
        wants_days = any(m.role in {"day", "night"} for m in self.draft.parts.mentions)
        return wants_days and "both" in self.draft.parts.words

    def _all_conditions(self) -> tuple[Condition, ...]:
        return (*self.draft.conditions, *self._take_values())

    def _columns(self, dataset: str, further: Sequence[str] = ()) -> tuple[str, ...]:
        """The named columns of a dataset, and the text that explains its class."""
        named = [meaning.column for _, meaning in self._extra_fields(dataset)]
        explained = [name for column in named for name in EXPLAINED_BY.get(column, ())]
        if explained:
            self.draft.ignored |= {"why"}
        named += explained
        return tuple(dict.fromkeys([*named, *further]))

    def _extra_fields(self, dataset: str) -> list[tuple[Mention, Meaning]]:
        found = [(m, meaning) for m, meaning in self.draft.fields if meaning.dataset == dataset]
        for mention, _ in found:
            self.draft.take(mention)
        return found

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
        if by.words in SPREAD:
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

    def _field_dataset(self, found: Sequence[Condition]) -> str:
        if self.draft.fields:
            return self.draft.fields[0][1].dataset
        if found:
            return found[0].dataset
        raise Stop("I do not see which figure this is about.")

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

    def _on_workouts(self, condition: Condition) -> Condition:
        """A condition on a day's workouts, as one on each workout."""
        own = self.draft.lexicon.metrics.get(AS_WORKOUT.get(condition.column, ""))
        if condition.dataset != DAILY or own is None:
            return condition
        return replace(condition, dataset=own.dataset, column=own.column, metric=own.name)

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

    def _time_spent(self, found: Sequence[Condition]) -> list[tuple[Mention, Metric]]:
        """`how many minutes did I ride` sums the lengths of the workouts."""
        length = self.draft.lexicon.metrics.get("class_length")
        said = next(self.draft.roles("how_long"), None)
        spent = {self.draft.parts.words[place] for place in self.draft.parts.unused} & TIME_SPENT
        if said is None and spent and self.draft.parts.mentions:
            said = self.draft.parts.mentions[0]
        on_workouts = self.has_noun or any(c.dataset == WORKOUTS for c in found)
        if length is None or said is None or not on_workouts:
            return []
        self.draft.ignored |= TIME_SPENT
        return [(said, replace(length, aggregation="sum"))]

    def _aggregation(self) -> str:
        found = [name for name in ("avg", "sum", "median", "stddev") if self.draft.sees(name)]
        if len(found) > 1:
            raise Stop("I can take values together in one way at a time.")
        for name in found:
            self.draft.has_all(name)
        return found[0] if found else ""

    def _unit(self, metric: Metric) -> str:
        """The unit that is asked for, where it is another way of writing the metric's own."""
        unit = self.draft.unit
        is_fit = bool(unit) and metric.unit in {UNIT_OF[unit], "mph" if unit == "km_h" else "-"}
        return unit if is_fit else ""

    def _shown(self, name: str) -> Figure:
        return Figure(name, "", self._unit(self.draft.lexicon.metrics[name]))

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
                raise Stop(f"A total of {metric.title.casefold()} has no meaning.")
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
            raise Stop(f"{metrics[0].title} cannot be grouped by that.")
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
        raise Stop(
            f"{listed(titles)} stand in different tables; ask for one at a time.", tuple(titles)
        )

    def _apart(self, metric: Metric) -> Metric:
        raise Stop(f"{metric.title} stands in another table; ask for it alone.")

    def _in(self, metric: Metric, dataset: str) -> Metric | None:
        if metric.dataset == dataset:
            return metric
        own = self.draft.lexicon.metrics.get(f"{dataset}.{metric.column}")
        return own if metric.dataset == DAILY else None

    def _with_days(self, intent: Intent) -> Intent:
        weekdays = self.weekdays[0].days if len(self.weekdays) == 1 and not self.sides else ()
        has_day = "day" in self.draft.model.datasets[intent.dataset].fields
        if (self.periods or weekdays) and not has_day:
            raise Stop("These figures are over all days; they cannot be asked for some of them.")
        sides = [condition for side in self.sides for condition in side.conditions]
        for condition in (*intent.conditions, *sides):
            fields = self.draft.model.datasets[condition.dataset].fields
            if condition.dataset != intent.dataset and not (has_day and "day" in fields):
                raise Stop(f"“{condition.words}” cannot be asked of single days.")
        if intent.ask == "latest" and not has_day:
            raise Stop("These figures have no days, so none of them is the newest.")
        if self.sides and intent.ask not in {"value", "count"}:
            raise Stop("I can hold means, totals and counts against each other, one figure each.")
        first = last = None
        if len(self.periods) == 1:
            first, last = self.periods[0].first, self.periods[0].last
        return replace(intent, first=first, last=last, weekdays=weekdays, sides=self.sides)
