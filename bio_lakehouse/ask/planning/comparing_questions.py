"""Questions that hold days, sorts of days or classes against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from bio_lakehouse.ask.planning import asked_conditions, question_words
from bio_lakehouse.ask.planning.intent import Side
from bio_lakehouse.ask.planning.lexicon import Meaning
from bio_lakehouse.ask.planning.question_parts import Mention
from bio_lakehouse.ask.planning.reading import Reading
from bio_lakehouse.ask.planning.reading_rules import (
    FIGURE_OF_COMPARATIVE,
    HELD_AGAINST,
    OPPOSITE,
    TIME_GROUPS,
    WEEKLY,
    Stop,
    other_days,
    side_of_period,
    side_of_weekdays,
)
from bio_lakehouse.ask.planning.time_phrases import Period
from bio_lakehouse.english import capital, inner, listed


class Comparing(Reading):
    """Questions that hold days, sorts of days or classes against each other."""

    def _compare(self) -> None:
        """Two stretches of time, two sorts of days, or two classes of one column beside each
        other."""
        is_said = self.draft.sees("compare")
        words = set(self.draft.parts.words)
        if len(self.periods) + len(self.weekdays) > 1 and {"than", "or"} & words:
            self._take_comparatives()
        if len(self.periods) > 1:
            self._check_beside()
            self.draft.has_all("between")
            self.sides = tuple(side_of_period(period) for period in self.periods)
            if len({(side.first, side.last) for side in self.sides}) < len(self.sides):
                raise Stop("I see the same days twice; say of each stretch which year it is of.")
        elif len(self.weekdays) > 1:
            self.sides = tuple(side_of_weekdays(days) for days in self.weekdays)
        elif is_said and len(self.weekdays) == 1 and self.weekdays[0].days in OPPOSITE:
            self.sides = tuple(
                side_of_weekdays(days) for days in (self.weekdays[0], other_days(self.weekdays[0]))
            )
        elif is_said or (self._has_alternatives() and not self._is_both()):
            self._compare_values()
        if self.sides and self.is_day and not self._figures():
            self._show_class()
        if self.sides:
            self.draft.has_all("compare")
        elif is_said and not self._two_figures():
            said = next(self.draft.roles("compare")).words
            raise Stop(f"I do not see what to hold against what (“{said}”).")
        else:
            self.draft.has_all("compare")

    def _take_comparatives(self) -> None:
        """`faster in October than in September`: the word fits the figure that is named, or names
        one itself."""
        draft = self.draft
        free = [draft.parts.words[place] for place in draft.parts.unused]
        free += [word for m in draft.roles("above", "below") for word in m.words.split()]
        said = [word for word in free if word in question_words.COMPARATIVES]
        draft.ignored = question_words.COMPARATIVES | {"or"}
        for word in said:
            self._check_comparative(word)
        own = {word: FIGURE_OF_COMPARATIVE.get(word, "") for word in said}
        if said and not self._figures() and not set(said) <= question_words.COUNTED:
            self._name_figure(own)
        draft.has_all("above", "below")

    def _check_comparative(self, word: str) -> None:
        units = HELD_AGAINST.get(word)
        for _, metric in self._figures():
            unit = "clock" if metric.form == "clock" else metric.unit
            if units is not None and unit not in units:
                raise Stop(f"I do not see what “{word}” says of {metric.title.casefold()}.")

    def _name_figure(self, figures: Mapping[str, str]) -> None:
        """The figure of the workouts that the words of a comparison name, each word its own."""
        named = {name: word for word, name in figures.items() if name}
        if len(named) != 1 or not self.has_noun:
            said = listed([f"“{word}”" for word in figures])
            raise Stop(f"I do not see of which figure {said} is meant; name it.")
        ((name, word),) = named.items()
        metric = self.draft.lexicon.metrics[name]
        place = self.draft.parts.words.index(word)
        self.draft.figures.append((Mention(place, place + 1, word, ()), metric))
        self.draft.guesses.append(f"“{capital(word)}” was read as of the {inner(metric.title)}.")

    def _check_beside(self) -> None:
        """Two stretches of time without a word that compares are two questions, if they do not
        stand beside each other."""
        places = [p for p in self.draft.parts.phrases if isinstance(p.meaning, Period)]
        gaps = [self.draft.parts.words[one.end : other.start] for one, other in pairwise(places)]
        is_beside = all(set(gap) <= {"and", "or", "vs", "to", "the", "in", "with"} for gap in gaps)
        if not is_beside and not self.draft.sees("compare"):
            raise Stop("I see several stretches of time; ask about one at a time.")

    def _two_figures(self) -> bool:
        return len(self._figures()) > 1 or self.draft.sees("by", *TIME_GROUPS)

    def _has_alternatives(self) -> bool:
        """`workout days and rest days`, `cycling or running`: two classes of one column."""
        columns = [(meaning.dataset, meaning.column) for _, meaning in self.values]
        values = {meaning.value for _, meaning in self.values}
        return len(columns) == 2 and len(set(columns)) == 1 and len(values) == 2

    def _compare_values(self) -> None:
        if not self._has_alternatives():
            return
        sides = []
        for mention, meaning in self.values:
            self.draft.take(mention)
            condition = asked_conditions.of_value(self.draft, mention, meaning)
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

    def _of_weeks(self) -> None:
        """`weeks with more than 5 workout days`: conditions on what a week came to."""
        conditions_ = self.draft.conditions
        names = [WEEKLY.get(condition.metric) for condition in conditions_]
        if not conditions_ or not all(names) or not self.draft.sees("week") or self._figures():
            return
        self.draft.has_all("week")
        metrics = [self.draft.lexicon.metrics[f"weekly_trends.{name}"] for name in names]
        self.draft.conditions = [
            replace(condition, dataset="weekly_trends", column=metric.column, metric=metric.name)
            for condition, metric in zip(conditions_, metrics, strict=True)
        ]
