"""Questions for a number of days, workouts, weeks or kinds, and for a share of days."""

from __future__ import annotations

from collections.abc import Sequence

from bio_lakehouse.ask.planning.intent import Condition, Intent
from bio_lakehouse.ask.planning.lexicon import DAILY, WORKOUTS
from bio_lakehouse.ask.planning.question_parts import Mention
from bio_lakehouse.ask.planning.ranking_questions import Ranking
from bio_lakehouse.ask.planning.reading_rules import (
    Stop,
)
from bio_lakehouse.ask.semantics.semantic_model import Metric


class Counting(Ranking):
    """Questions for a number of days, workouts, weeks or kinds, and for a share of days."""

    def _share(self) -> Intent | None:
        if not self.draft.has("share"):
            return None
        asked = self._all_conditions()
        if len(asked) != 1 or self._figures():
            raise Stop("I can tell the share of days on which one condition holds.")
        self.draft.has_all("count", "list")
        dataset = asked[0].dataset
        if dataset == WORKOUTS:
            raise Stop("I can tell the share of days, not yet that of workouts.")
        return Intent("share", dataset, conditions=asked)

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
            raise Stop("I do not see which days are to be counted.")
        if not found or self._is_plain_noun(found):
            self._take_noun()
            found = (*found, Condition(DAILY, "had_workout", "=", (True,), words="with a workout"))
        if self.has_noun:
            self._take_noun()
        return Intent("count", self._days_dataset(found), conditions=found, counted="days")
