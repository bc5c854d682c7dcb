"""Questions for groups, and for the highest and the lowest."""

from __future__ import annotations

from collections.abc import Sequence

from bio_lakehouse.ask.planning.intent import Figure, Intent
from bio_lakehouse.ask.planning.lexicon import WORKOUTS
from bio_lakehouse.ask.planning.listing_questions import Listing
from bio_lakehouse.ask.planning.question_parts import Mention
from bio_lakehouse.ask.planning.reading_rules import (
    AS_WORKOUT,
    FIGURE_OF_WORD,
    GUESS_OF_WORD,
    MORE_IS_BEST,
    ORDERING,
    SUMMED,
    TIME_GROUPS,
    Stop,
    good_side,
)
from bio_lakehouse.ask.semantics.semantic_model import Metric


class Ranking(Listing):
    """Questions for groups, and for the highest and the lowest."""

    def _group(self, figures: Sequence[tuple[Mention, Metric]]) -> Intent | None:
        is_rate = self._is_rate()
        group, dataset = self._group_key()
        if not group:
            return None
        figures = self._figures()
        order, limit = self._group_order(group)
        found = self._all_conditions()
        figures = figures or self._time_spent(found)
        metrics = self._metrics_for(figures, dataset or None, found)
        is_mean = self._is_mean_of_groups(group, metrics, is_rate)
        aggregation = "" if is_mean else self._aggregation()
        self.draft.has_all("list", "series", "count", "how_often", "how_much", "how_long")
        summed = tuple(Figure(metric.name, "sum") for metric in metrics if is_mean)
        taken = summed or tuple(
            figure
            for metric in metrics
            for figure in self._all_taken(metric, aggregation, False)[: 1 if order else 2]
        )
        base = dataset or (metrics[0].dataset if metrics else self._counted_dataset(found))
        if is_mean and not metrics:
            base = WORKOUTS
            self.draft.guesses.append(f"A {group} without any is not counted among the {group}s.")
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
            raise Stop("I cannot group and compare at once; ask for one of them.")
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

    def _group_order(self, group: str) -> tuple[str, int]:
        """`which week was best` is the first of the weeks in the order of the figure."""
        limit = self._limit(*ORDERING) or 1
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
        good = good_side(figures[0][1]) if figures else None
        if good is None and figures and figures[0][1].name in MORE_IS_BEST:
            good = "higher"
        if good is None:
            raise Stop("“Best” has no plain meaning here; say highest, lowest, longest or most.")
        return "desc" if (good == "higher") == is_best else "asc"

    def _is_rate(self) -> bool:
        """Whether groups are asked for as a rate: `per week`, not `by week`."""
        said = self.draft.roles("by_week", "by_month")
        return any(m.words.split()[0] in {"per", "weekly", "monthly"} for m in said)

    def _is_mean_of_groups(self, group: str, metrics: Sequence[Metric], is_rate: bool) -> bool:
        """`workouts per week on average` is the mean over weeks of what each comes to."""
        is_summed = all(metric.aggregation in SUMMED for metric in metrics)
        can_be = all("sum" in metric.aggregations and metric.form == "number" for metric in metrics)
        is_summed = is_summed or (is_rate and can_be)
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
            raise Stop(f"I do not see of what the most {metric.title.casefold()} are meant.")
        if metric.is_mean and not draft.sees("avg"):
            draft.guesses.append(
                f"{metric.title} is recorded as a mean: this is the extreme of these means, and no "
                "single reading."
            )
        limit = self._limit(*ORDERING)
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

    def _extreme_figure(self, figures: Sequence[tuple[Mention, Metric]]) -> tuple[Metric, Mention]:
        if len(figures) == 1:
            return figures[0][1], figures[0][0]
        if len(figures) > 1:
            raise Stop("I can tell the highest or lowest of one figure at a time.")
        word = next(self.draft.roles("max", "min", "best", "worst", "hardest"))
        name = FIGURE_OF_WORD.get(word.words.split()[-1])
        metric = self.draft.lexicon.metrics.get(name or "")
        if metric is None or not self.has_noun:
            raise Stop(f"I do not see of which figure “{word.words}” is meant.")
        self.draft.guesses += GUESS_OF_WORD.get(word.words.split()[-1], [])
        return metric, word

    def _extreme_order(self) -> str:
        if self.draft.sees("best", "worst"):
            if not self._figures():
                return "desc" if self.draft.has_all("best") else "asc"
            return self._best_order()
        is_low = self.draft.sees("min")
        if is_low and self.draft.sees("max"):
            raise Stop("I can tell the highest or the lowest, one at a time.")
        self.draft.has_all("max", "min", "hardest")
        return "asc" if is_low else "desc"

    def _is_workout_level(self, metric: Metric) -> bool:
        return self.has_noun and (metric.dataset == WORKOUTS or metric.column in AS_WORKOUT)
