"""A question that goes on from the one before it: `and the week before?`, `and sleep?`, `only
cycling`."""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.ask.planning import asked_conditions, naming, question_words
from bio_lakehouse.ask.planning.draft import Draft
from bio_lakehouse.ask.planning.intent import Condition, Figure, Intent
from bio_lakehouse.ask.planning.lexicon import WORKOUTS, Lexicon
from bio_lakehouse.ask.planning.question_parts import Parts
from bio_lakehouse.ask.planning.reading_rules import AS_WORKOUT
from bio_lakehouse.ask.planning.time_phrases import DaysOfWeek, Period
from bio_lakehouse.ask.planning.understanding import Understood
from bio_lakehouse.ask.semantics.semantic_model import Metric, SemanticModel

_OPENINGS = question_words.words_of(
    "and what how only just same now but then also for in on or with without by"
)
_ASKING = question_words.words_of(
    """count how_often share max min best worst avg sum median list series compare
    by by_week by_month by_weekday latest"""
)
_ROLES_OF_FOLLOWING = ("what_about", "only", "per_day", "by")


def understand(
    parts: Parts, before: Intent, model: SemanticModel, lexicon: Lexicon
) -> Understood | None:
    """The intent before with what this question changes; None where it stands on its own."""
    draft = Draft(parts, model, lexicon, numbers=list(parts.numbers))
    again = _asked_again(draft, before)
    if again:
        return Understood(again, ())
    if not _goes_on(parts):
        return None
    draft.has_all(*_ROLES_OF_FOLLOWING)
    naming.name_all(draft)
    try:
        asked_conditions.find(draft)
    except asked_conditions.Unfit:
        return None
    intent = _changed(draft, before)
    if intent is None or draft.unused():
        return None
    periods = tuple(p.meaning for p in parts.phrases if isinstance(p.meaning, Period))
    notes = tuple(period.note for period in periods if period.note)
    guesses = tuple(period.guess for period in periods if period.guess)
    slips = tuple(f"“{written}” was read as “{read}”." for written, read in parts.slips)
    return Understood(intent, periods, notes, (*guesses, *slips))


_IT = question_words.words_of("it that this them those these one same")


def _asked_again(draft: Draft, before: Intent) -> Intent | None:
    """`show it by month`, `by discipline`, `what was the highest?`: the same figures, taken
    together in another way."""
    naming.name_all(draft)
    is_other = bool(draft.figures or draft.values or draft.numbers or draft.parts.phrases)
    words = [word for word in draft.parts.words if word != "?"]
    is_bare = words[:1] in (["by"], ["per"], ["split"]) or bool(_IT & set(words))
    is_extreme = draft.sees("max", "min") and len(words) <= 5
    if is_other or before.sides or not (is_bare or is_extreme):
        draft.figures, draft.values, draft.fields, draft.tables = [], [], [], []
        return None
    intent = _grouped(draft, before) or _highest(draft, before)
    draft.has_all("list", "what_about", "only")
    draft.ignored = _IT
    return intent if intent and not draft.unused() else None


def _grouped(draft: Draft, before: Intent) -> Intent | None:
    for role in ("by_week", "by_month", "by_quarter", "by_year", "by_weekday"):
        if draft.has_all(role):
            return _as_groups(draft, before, role.removeprefix("by_"))
    if draft.has_all("by"):
        for mention, meaning in draft.fields:
            draft.take(mention)
            dataset = WORKOUTS if meaning.column == "disciplines" else meaning.dataset
            column = "fitness_discipline" if meaning.column == "disciplines" else meaning.column
            moved = _moved(draft, before, dataset)
            return _as_groups(draft, moved, column) if moved else None
    return None


def _moved(draft: Draft, intent: Intent, dataset: str) -> Intent | None:
    """The intent on a dataset that has the group, where its figures are there as well."""
    if intent.dataset == dataset:
        return intent
    if dataset != WORKOUTS:
        return None
    metrics = [draft.lexicon.metrics[figure.metric] for figure in intent.figures]
    if [metric.name for metric in metrics] == ["workouts"]:
        return replace(intent, ask="count", dataset=WORKOUTS, figures=(), counted="workouts")
    own = [AS_WORKOUT.get(metric.column, "") for metric in metrics]
    if not metrics or not all(own):
        return None
    return replace(intent, dataset=WORKOUTS, figures=tuple(Figure(name, "avg") for name in own))


def _as_groups(draft: Draft, before: Intent, group: str) -> Intent:
    figures = []
    for figure in before.figures:
        metric = draft.lexicon.metrics[figure.metric]
        figures.append(replace(figure, aggregation=figure.aggregation or metric.aggregation))
    is_newest = before.ask == "latest"
    return replace(
        before,
        ask="groups",
        figures=tuple(figures),
        columns=(),
        group=group,
        order="",
        limit=0,
        first=None if is_newest else before.first,
        last=None if is_newest else before.last,
    )


def _highest(draft: Draft, before: Intent) -> Intent | None:
    if not before.figures or not draft.sees("max", "min"):
        return None
    is_low = draft.has_all("min")
    draft.has_all("max", "day", "night", "when")
    if draft.lexicon.metrics[before.figures[0].metric].aggregation == "count":
        return None
    figure = replace(before.figures[0], aggregation="")
    order = "asc" if is_low else "desc"
    return replace(
        before, ask="extreme", figures=(figure,), columns=(), group="", order=order, limit=0
    )


_PAIRS = {("what", "about"), ("how", "about"), ("the", "same")}
"""Words with which a question goes on from the one before it."""


def _goes_on(parts: Parts) -> bool:
    """Whether it is too short to stand alone: days, a figure or a class, and no word that asks."""
    words = [word for word in parts.words if word != "?"]
    if not words or len(words) > 9:
        return False
    roles = {meaning.name for mention in parts.mentions for meaning in mention.of("role")}
    asks = bool(roles & _ASKING)
    opens = words[0] in _OPENINGS or tuple(words[:2]) in _PAIRS
    is_bare = bool(parts.phrases) and not [m for m in parts.mentions if m.of("metric")]
    verbs = {"is", "was", "were", "did", "does", "do", "are", "have", "had"}
    return not asks and (opens or is_bare) and not verbs & set(words[:3])


def _changed(draft: Draft, before: Intent) -> Intent | None:
    intent: Intent | None = before
    periods = [p.meaning for p in draft.parts.phrases]
    if len(periods) > 1 or (before.sides and periods):
        return None
    if periods:
        intent = _with_days(before, periods[0])
    metrics = _asked(draft)
    if intent and metrics:
        intent = _with_figures(intent, metrics, draft.lexicon)
    further = [*draft.conditions]
    for mention, meaning in draft.values:
        draft.take(mention)
        further.append(asked_conditions.of_value(draft, mention, meaning))
    for mention in draft.parts.mentions:
        if naming.is_workout_noun(mention) and intent and intent.dataset == WORKOUTS:
            draft.take(mention)
    if intent and further:
        intent = _with_conditions(intent, further, draft.lexicon)
    return intent if intent != before else None


def _asked(draft: Draft) -> list[Metric]:
    found = []
    for mention, metric in draft.figures:
        if mention.start not in draft.compared:
            draft.take(mention)
            found.append(metric)
    return found


def _with_days(intent: Intent, meaning: object) -> Intent | None:
    if isinstance(meaning, Period):
        is_row = intent.ask == "rows" and len(intent.figures) > 0
        was_day = intent.first is not None and intent.first == intent.last
        if intent.ask == "latest" or (is_row and was_day and not meaning.is_day):
            return _taken_together(intent, meaning)
        return replace(intent, first=meaning.first, last=meaning.last)
    if isinstance(meaning, DaysOfWeek):
        return replace(intent, weekdays=meaning.days)
    return None


def _taken_together(intent: Intent, period: Period) -> Intent | None:
    """After a single day, several days are shown one by one."""
    if not intent.figures and not intent.columns:
        return None
    days = replace(intent, first=period.first, last=period.last, limit=0, order="")
    return replace(days, ask="rows")


def _with_figures(intent: Intent, metrics: list[Metric], lexicon: Lexicon) -> Intent | None:
    if intent.dataset == WORKOUTS:
        own = [lexicon.metrics.get(AS_WORKOUT.get(m.column, ""), m) for m in metrics]
        metrics = own
    datasets = {metric.dataset for metric in metrics}
    on_workouts = any(condition.dataset == WORKOUTS for condition in intent.conditions)
    if len(datasets) != 1 or (on_workouts and datasets != {WORKOUTS}):
        return None
    dataset = datasets.pop()
    before = intent.figures[0].aggregation if intent.figures else ""
    figures = tuple(Figure(m.name, _aggregation(m, before)) for m in metrics)
    if intent.ask in {"count", "share"}:
        return None
    return replace(intent, dataset=dataset, figures=figures, columns=())


def _aggregation(metric: Metric, before: str) -> str:
    """Taken together as before, where the metric can be."""
    if not before:
        return ""
    return before if before in {*metric.aggregations, "median"} else metric.aggregation


def _with_conditions(intent: Intent, further: list[Condition], lexicon: Lexicon) -> Intent | None:
    columns = {(condition.dataset, condition.column) for condition in further}
    kept = [c for c in intent.conditions if (c.dataset, c.column) not in columns]
    on_workouts = any(condition.dataset == WORKOUTS for condition in further)
    if on_workouts and intent.dataset != WORKOUTS:
        figures = [lexicon.metrics[figure.metric] for figure in intent.figures]
        own = [AS_WORKOUT.get(metric.column, "") for metric in figures]
        if not figures or not all(own):
            return None if figures else replace(intent, conditions=(*kept, *further))
        together = [lexicon.metrics[name] for name in own]
        taken = tuple(
            replace(figure, metric=metric.name)
            for figure, metric in zip(intent.figures, together, strict=True)
        )
        intent = replace(intent, dataset=WORKOUTS, figures=taken)
    return replace(intent, conditions=(*kept, *further))
