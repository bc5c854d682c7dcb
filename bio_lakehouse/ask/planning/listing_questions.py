"""Questions that are answered by rows: days, workouts, the newest of them, a table as such."""

from __future__ import annotations

from collections.abc import Sequence

from bio_lakehouse.ask.planning.comparing_questions import Comparing
from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent
from bio_lakehouse.ask.planning.lexicon import DAILY, PROVENANCE, WORKOUTS
from bio_lakehouse.ask.planning.question_parts import Mention
from bio_lakehouse.ask.planning.reading_rules import (
    EXPLAINED_BY,
    NOT_WHOLE,
    SHORT,
    VERBS,
    WORKOUT_COLUMNS,
    Stop,
)
from bio_lakehouse.ask.semantics.semantic_model import Metric

_LISTING = (
    *("list", "series", "day", "night", "when", "count", "how_much", "how_long", "times"),
    *("per_day", "readings"),
)
"""Roles of words that ask for rows."""

_EACH_DAY = {
    False: "Each day is shown, since neither a mean nor a total was asked for.",
    True: "“Total” was read as that of each day: each is shown, and the days are not added up.",
}


class Listing(Comparing):
    """Questions that are answered by rows."""

    def _tables(self) -> Intent | None:
        """A table or view as such: its newest row, or its rows of the days that are named."""
        draft = self.draft
        if not draft.tables or self._figures() or draft.fields or self.values or draft.conditions:
            return None
        mention, meaning = draft.tables[0]
        if meaning.dataset in NOT_WHOLE or self.has_noun:
            return None
        draft.take(mention)
        draft.has_all("list", "series", "day", "latest", "when")
        fields = draft.model.datasets[meaning.dataset].fields
        columns = tuple(name for name in fields if name not in PROVENANCE and name != "day")
        is_one = "day" in fields and not self.periods and meaning.dataset not in SHORT
        if is_one:
            draft.guesses.append("No days were named: this is the newest one.")
            return Intent("latest", meaning.dataset, columns=columns, order="desc", limit=1)
        return Intent("rows", meaning.dataset, columns=columns)

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
            columns = self._columns(WORKOUTS, (*WORKOUT_COLUMNS,))
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
            draft.guesses.append(_EACH_DAY["total" in draft.parts.words])
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
        has_verb = bool(VERBS & set(self.draft.parts.words))
        return means and is_stretch and not has_verb and not self.draft.conditions

    def _rows_of(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent:
        """The rows that the conditions leave, with the figures and columns that are named."""
        self.draft.has_all(*_LISTING)
        found = self._all_conditions()
        dataset, metrics = self._dataset_of_rows(figures, found)
        found, metrics = self._of_workouts(dataset, found, metrics)
        shown = [metric.name for metric in metrics]
        shown += [c.metric for c in found if c.metric and c.dataset == dataset]
        columns = self._columns_of_rows(dataset, found)
        if not shown and not columns and not found and dataset == DAILY:
            raise Stop("I do not see which figure this is about.")
        if self._is_question_of_day(dataset, found):
            found = ()
        is_open = not self.periods and not found and not metrics
        if is_open and columns and not self.draft.sees("series"):
            self.draft.guesses.append("No days were named: this is the newest one.")
            return Intent("latest", dataset, columns=columns, order="desc", limit=1)
        taken = tuple(self._shown(name) for name in dict.fromkeys(shown))
        return Intent("rows", dataset, taken, tuple(dict.fromkeys(columns)), conditions=found)

    def _dataset_of_rows(
        self, figures: Sequence[tuple[Mention, Metric]], found: tuple[Condition, ...]
    ) -> tuple[str, list[Metric]]:
        """The dataset that has the figures and the columns, and the figures as it has them."""
        metrics = self._metrics_for(figures, None, found)
        self._take_figures(figures)
        dataset = metrics[0].dataset if metrics else self._rows_dataset(found)
        if dataset == "weekly_trends":
            self.draft.has_all("week", "by_week")
        of_fields = {meaning.dataset for _, meaning in self.draft.fields}
        if len(of_fields) == 1 and metrics and dataset not in of_fields:
            dataset = of_fields.pop()
            metrics = [self._in(metric, dataset) or self._apart(metric) for metric in metrics]
        return dataset, [metric for metric in metrics if metric.aggregation != "count"]

    def _of_workouts(
        self, dataset: str, found: tuple[Condition, ...], metrics: list[Metric]
    ) -> tuple[tuple[Condition, ...], list[Metric]]:
        """What `workouts` means for the rows: each of them, or the days with one."""
        if dataset == WORKOUTS:
            self._take_noun()
            found = tuple(self._on_workouts(condition) for condition in found)
            return found, metrics or self._workout_figures(found)
        if not self._is_plain_noun(found):
            return found, metrics
        if self.draft.fields:
            if dataset != "workout_recommendations":
                raise Stop("I do not see what workouts have to do with that.")
            self._take_noun()
        elif not metrics:
            self._take_noun()
            found = (*found, Condition(DAILY, "had_workout", "=", (True,), words="with a workout"))
        return found, metrics

    def _columns_of_rows(self, dataset: str, found: Sequence[Condition]) -> tuple[str, ...]:
        columns = self._columns(dataset)
        columns += tuple(c.column for c in found if not c.metric and c.dataset == dataset)
        further = [name for column in columns for name in EXPLAINED_BY.get(column, ())]
        return (*columns, *(name for name in further if name not in columns))

    def _is_question_of_day(self, dataset: str, found: Sequence[Condition]) -> bool:
        """`did I sleep more than 7 hours last night` is answered by the value itself."""
        is_plain = all(c.dataset == dataset and c.metric for c in found) and bool(found)
        asks = self.draft.parts.words[:1] in (("did",), ("was",), ("is",), ("were",), ("have",))
        return self.is_day and is_plain and asks and dataset != WORKOUTS

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
