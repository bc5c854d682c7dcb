"""What is known of a question while it is read: each part is taken once, and what nobody took
makes the reading fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bio_lakehouse.ask.planning import question_words
from bio_lakehouse.ask.planning.intent import Condition
from bio_lakehouse.ask.planning.lexicon import DAILY, SLEEPS, WORKOUTS, Lexicon, Meaning
from bio_lakehouse.ask.planning.question_parts import Mention, Number, Parts
from bio_lakehouse.ask.semantics.semantic_model import Metric, SemanticModel
from bio_lakehouse.numbers import short_text

PREFERRED = (
    WORKOUTS,
    DAILY,
    "energy_state",
    "overtraining_risk",
    "workout_recommendations",
    "sleep_performance_prediction",
    "weekly_trends",
    SLEEPS,
    "gap_ledger",
    "oura_heartrate",
    "training_load",
    "readiness_forecast",
    "experiment_days",
    "self_experiment",
    "insights",
)
"""The datasets of which a class is meant first, where several have it."""
SOFT_ROLES = question_words.words_of("list day night when per_day what_about only")
"""Roles whose phrases say nothing where no other part uses them."""
GENERIC = question_words.words_of(
    """hour type sleeping score p q n unit pair difference effect needed position place note
    comment title state zone risk status name method minute length duration table measure
    figure source device reason why topic category kind result finding test high low
    moderate peak good fair poor excellent great stable found described rest tired other
    music core theme live flow steady improving declining usual recovery energetic
    inconclusive arm leg climb interval recovering complete intervention building estimated
    tested kept counted stopped all known oura ring metric outcome index change vendor
    followed assignment advice confirmed light deep work time exact hard recommendation
    daytime segment ok experiment peloton workout class session weekly trend timing
    regularity intensity bad power"""
)
"""Words that name a class or a column only beside the name of what they are of."""


@dataclass(slots=True)
class Draft:
    """The parts of a question that is being read, with what has been taken of them."""

    parts: Parts
    model: SemanticModel
    lexicon: Lexicon
    taken: set[int] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    figures: list[tuple[Mention, Metric]] = field(default_factory=list)
    fields: list[tuple[Mention, Meaning]] = field(default_factory=list)
    values: list[tuple[Mention, Meaning]] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    compared: list[int] = field(default_factory=list)
    tables: list[tuple[Mention, Meaning]] = field(default_factory=list)
    unit: str = ""
    ignored: frozenset[str] = frozenset()

    def take(self, mention: Mention) -> None:
        self.taken.add(mention.start)

    def roles(self, *names: str) -> Iterator[Mention]:
        """Mentions that are free and may be there for one of `names`."""
        for mention in self.parts.mentions:
            is_free = mention.start not in self.taken
            if is_free and any(meaning.name in names for meaning in mention.of("role")):
                yield mention

    def has(self, *names: str) -> bool:
        """Whether a free mention is there for one of `names`; it is taken."""
        found = next(self.roles(*names), None)
        if found:
            self.take(found)
        return found is not None

    def sees(self, *names: str) -> bool:
        """The same, without taking it."""
        return next(self.roles(*names), None) is not None

    def has_all(self, *names: str) -> bool:
        """As `has`, of each mention."""
        found = list(self.roles(*names))
        for mention in found:
            self.take(mention)
        return bool(found)

    @property
    def datasets(self) -> set[str]:
        """Datasets that the question names, by a table, a figure or a column of theirs."""
        named = {metric.dataset for _, metric in self.figures if metric.dataset != DAILY}
        named |= {meaning.dataset for _, meaning in self.fields}
        return named

    @property
    def is_about_workouts(self) -> bool:
        """Whether single workouts are spoken of, by a class of theirs or a column."""
        named = [meaning.dataset for _, meaning in (*self.fields, *self.values)]
        return WORKOUTS in named

    def unused(self) -> list[str]:
        """The words that carry a meaning and were not taken."""
        words = self.parts.words
        rest = [words[place] for place in self.parts.unused if words[place] not in self.ignored]
        rest += [
            mention.words
            for mention in self.parts.mentions
            if mention.start not in self.taken and not _is_soft(mention)
        ]
        rest += [short_text(number.value) for number in self.numbers]
        return rest


def _is_soft(mention: Mention) -> bool:
    is_role = bool(mention.of("role")) and len(mention.of("role")) == len(mention.meanings)
    is_filler = all(word in question_words.FILLER for word in mention.words.split())
    is_filler = is_filler or mention.words in {"from", "over"}
    return (is_role and mention.role in SOFT_ROLES) or is_filler


def preference(dataset: str) -> int:
    return PREFERRED.index(dataset) if dataset in PREFERRED else len(PREFERRED)
