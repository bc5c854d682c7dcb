"""Which figure, column or class each phrase of a question names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

from bio_lakehouse.ask.planning.draft import GENERIC, Draft, preference
from bio_lakehouse.ask.planning.intent import Operator
from bio_lakehouse.ask.planning.lexicon import DAILY, WORKOUTS, Meaning, compared, word_compared
from bio_lakehouse.ask.planning.question_parts import Mention

SLEEP, TIME_ASLEEP, FORECAST = "sleep_score", "time_asleep", "forecast"
READINGS = "oura_heartrate"
WORKOUT_NOUNS = {"workouts", "classes"}
"""Metrics whose names are those of the thing itself."""
_MORE_SLEEP = {
    *product(("sleep", "slept"), ("more", "less")),
    *product(("more", "less"), ("sleep",)),
}
"""Words side by side that ask for hours of sleep."""
_DURATION_ROLES = ("how_long", "how_much")
_DURATION_WORDS = {"long", "longest", "longer", "shortest", "shorter", "hours", "hour", "hrs",
                   "duration", "minutes"}  # fmt: skip


def name_all(draft: Draft) -> None:
    """Decide for each mention; those that depend on others come last."""
    hard = []
    for mention in draft.parts.mentions:
        if not _name_plainly(draft, mention):
            hard.append(mention)
    for mention in sorted(hard, key=lambda mention: bool(mention.options)):
        _name_by_others(draft, mention)
    draft.figures.sort(key=lambda named: named[0].start)
    draft.values.sort(key=lambda named: named[0].start)
    draft.fields.sort(key=lambda named: named[0].start)


def is_workout_noun(mention: Mention) -> bool:
    """Whether a phrase means workouts as such."""
    is_metric = any(meaning.name in WORKOUT_NOUNS for meaning in mention.of("metric"))
    is_word = mention.role == "workout" or any(
        meaning.dataset == READINGS and meaning.value == "workout"
        for meaning in mention.of("value")
    )
    return (is_metric or is_word) and len(compared(mention.words.split())) <= 2


def _name_plainly(draft: Draft, mention: Mention) -> bool:
    """What needs nothing else to be known: roles, the model's own metrics, classes of one
    column."""
    if _is_level(draft, mention):
        return True
    if is_workout_noun(mention) or (mention.of("role") and not mention.of("metric")):
        return True
    if mention.options:
        return False
    if mention.of("value") and any(m.name in WORKOUT_NOUNS for m in mention.of("metric")):
        return False
    own = [meaning for meaning in mention.of("metric") if meaning.name in draft.model.metrics]
    is_class = bool(mention.of("value")) and len(mention.words.split()) > 1
    is_counted = all(draft.lexicon.metrics[m.name].aggregation == "count" for m in own)
    is_compared = any(number.end == mention.start for number in draft.numbers)
    is_asked = is_counted or draft.sees("count", "share", "how_often")
    if own and is_class and is_asked and not is_compared:
        return _name_class(draft, mention)
    if len(own) == 1:
        draft.figures.append((mention, draft.lexicon.metrics[own[0].name]))
        return True
    if own and len({meaning.name for meaning in own}) > 1:
        best = min(own, key=lambda meaning: preference(meaning.dataset))
        draft.figures.append((mention, draft.lexicon.metrics[best.name]))
        return True
    if mention.of("value") and not _is_generic(mention):
        columns = {(meaning.dataset, meaning.column) for meaning in mention.of("value")}
        if len(columns) == 1 and READINGS not in {dataset for dataset, _ in columns}:
            draft.values.append((mention, mention.of("value")[0]))
            return True
    if mention.of("field") and not _is_generic(mention) and not mention.of("value"):
        datasets = {meaning.dataset for meaning in mention.of("field")}
        if len(datasets) == 1:
            draft.fields.append((mention, mention.of("field")[0]))
            return True
    return False


def _name_class(draft: Draft, mention: Mention) -> bool:
    """What counts days names a class of them, where it could be a figure as well."""
    best = min(mention.of("value"), key=lambda meaning: preference(meaning.dataset))
    draft.values.append((mention, best))
    return True


LEVELS: dict[str, tuple[Operator, tuple[float, ...]]] = {
    "high": (">=", (85.0,)),
    "medium": ("between", (70.0, 84.0)),
    "low": ("<", (70.0,)),
}
"""Readiness as the views group it, by the first word of its name."""
_OF_LEVELS = {"workout_type_optimization", "readiness_performance_correlation"}


def _is_level(draft: Draft, mention: Mention) -> bool:
    """`low readiness` is a class of two views, and elsewhere a readiness below 70."""
    values = mention.of("value")
    readiness = draft.lexicon.metrics.get("readiness")
    is_of_views = bool(values) and {meaning.dataset for meaning in values} <= _OF_LEVELS
    if not is_of_views or readiness is None or "readiness" not in mention.words:
        return False
    if _OF_LEVELS & {m.dataset for each in draft.parts.mentions for m in each.of("metric")[:1]}:
        return False
    draft.figures.append((mention, readiness))
    return True


def _is_generic(mention: Mention) -> bool:
    words = [word_compared(word) for word in mention.words.split()]
    return len(words) == 1 and words[0] in GENERIC


def _name_by_others(draft: Draft, mention: Mention) -> None:
    """What can be several things: the one whose dataset the question speaks of, else the most
    usual; a general word alone names nothing."""
    named = draft.datasets
    is_bound = _is_generic(mention)
    of_workouts = _type_of_workouts(draft, mention)
    if of_workouts:
        draft.fields.append((mention, of_workouts))
        return
    candidates = [
        meaning
        for meaning in mention.meanings
        if meaning.kind != "role" and (not is_bound or _is_spoken_of(draft, meaning, named))
    ]
    is_of_readings = any(metric.dataset == READINGS for _, metric in draft.figures)
    if not is_of_readings and not mention.options:
        candidates = [each for each in candidates if each.dataset != READINGS]
    if mention.options:
        candidates = [*_option(draft, mention)] or _readings(draft, mention)
        _drop_asleep(draft, candidates)
    if not candidates:
        candidates = [meaning for meaning in mention.of("table") if not is_bound]
    if not candidates:
        return
    best = min(candidates, key=lambda meaning: _rank(draft, meaning, named))
    _keep(draft, mention, best)


def _is_spoken_of(draft: Draft, meaning: Meaning, named: set[str]) -> bool:
    if meaning.dataset == WORKOUTS and meaning.kind in {"value", "field"}:
        return (
            any(is_workout_noun(mention) for mention in draft.parts.mentions) or WORKOUTS in named
        )
    if meaning.kind == "value":
        names = {*meaning.dataset.split("_"), *meaning.column.split("_")} - {"oura", "daily"}
        said = {word_compared(word) for word in draft.parts.words}
        return bool({word_compared(name) for name in names} & said) or meaning.dataset in named
    if meaning.column == "recommended_intensity":
        return "recommend" in {word_compared(word) for word in draft.parts.words}
    return meaning.dataset in named and meaning.dataset not in {DAILY, WORKOUTS}


def _rank(draft: Draft, meaning: Meaning, named: set[str]) -> tuple[int, int, int]:
    kinds = {"metric": 1, "value": 0, "field": 2, "table": 3}
    is_far = meaning.dataset not in named
    is_view_of_groups = meaning.dataset in {"workout_type_optimization", "insights"}
    if meaning.dataset == "weekly_trends" and draft.sees("week"):
        is_far = False
    return (is_view_of_groups, is_far, kinds[meaning.kind] * 20 + preference(meaning.dataset))


def _keep(draft: Draft, mention: Mention, meaning: Meaning) -> None:
    if meaning.kind == "metric":
        draft.figures.append((mention, draft.lexicon.metrics[meaning.name]))
    elif meaning.kind == "value":
        draft.values.append((mention, meaning))
    elif meaning.kind == "field":
        draft.fields.append((mention, meaning))
    else:
        draft.tables.append((mention, meaning))


def _type_of_workouts(draft: Draft, mention: Mention) -> Meaning | None:
    """`workouts of each type` are of each discipline."""
    is_type = mention.words in {"type", "types", "kind", "kinds", "sort", "sorts"}
    if is_type and any(is_workout_noun(other) for other in draft.parts.mentions):
        return Meaning("field", "", WORKOUTS, "fitness_discipline")
    return None


_ASLEEP = {"sleep", "sleeping", "asleep", "slept"}


def _drop_asleep(draft: Draft, candidates: Sequence[Meaning]) -> None:
    """`heart rate while sleeping` asks for no sleep score."""
    if not any(meaning.name == "sleeping_heart_rate" for meaning in candidates):
        return
    for mention in draft.parts.mentions:
        if set(mention.words.split()) <= _ASLEEP | {"while", "when", "during", "i", "am"}:
            draft.take(mention)
            draft.figures = [each for each in draft.figures if each[0] is not mention]
            draft.values = [each for each in draft.values if each[0] is not mention]
    draft.ignored |= {"while", "during", "when"}


def _readings(draft: Draft, mention: Mention) -> list[Meaning]:
    """The heart rate of all readings, where a highest, a lowest or a limit is asked for."""
    metric = draft.lexicon.metrics.get("heart_rate")
    is_peak = draft.sees("max", "above", "at_least") or "source" in draft.parts.words
    is_peak = is_peak or bool({"awake", "daytime", "readings", "reading"} & set(draft.parts.words))
    if metric is None or metric.name not in mention.options or not is_peak:
        return []
    draft.guesses.append("Heart rate was read as that of all readings, day and night.")
    return [Meaning("metric", metric.name, metric.dataset, metric.column)]


def _option(draft: Draft, mention: Mention) -> Sequence[Meaning]:
    """The one of an ambiguous word's metrics that the rest of the question leaves."""
    words = set(draft.parts.words)
    in_workouts = (
        draft.is_about_workouts
        or draft.sees("per_workout")
        or any(is_workout_noun(other) for other in draft.parts.mentions)
        or bool({"workout", "workouts"} & words)
    )
    wanted = ""
    if in_workouts:
        wanted = "workout"
    elif words & {"sleep", "sleeping", "asleep", "slept", "night", "nights", "overnight"}:
        wanted = "sleeping"
    elif words & {"resting", "rest"}:
        wanted = "resting"
    elif words & {"burn", "burned", "burnt", "burning"}:
        wanted = "total"
    found = [name for name in mention.options if wanted and name.startswith(wanted)]
    metrics = [draft.lexicon.metrics[name] for name in found if name in draft.lexicon.metrics]
    return [Meaning("metric", each.name, each.dataset, each.column) for each in metrics[:1]]


def as_workout_calories(draft: Draft) -> None:
    """`calories burned in yoga` are those of the workouts."""
    own = draft.lexicon.metrics.get("workout_calories")
    if own is None or not draft.is_about_workouts:
        return
    for place, (mention, metric) in enumerate(draft.figures):
        said = set(mention.words.split())
        if metric.name == "total_calories" and not said & {"total", "daily", "all"}:
            draft.figures[place] = (mention, own)


def as_duration(draft: Draft) -> None:
    """`How long did I sleep` asks for hours, not for the score."""
    is_long = draft.sees(*_DURATION_ROLES) or bool(_DURATION_WORDS & set(draft.parts.words))
    is_long = is_long or any(pair in _MORE_SLEEP for pair in pairwise(draft.parts.words))
    hours = draft.lexicon.metrics.get(TIME_ASLEEP)
    if not is_long or hours is None:
        return
    for place, (mention, metric) in enumerate(draft.figures):
        if (
            metric.name == SLEEP
            and "score" not in mention.words
            and len(mention.words.split()) == 1
        ):
            draft.figures[place] = (mention, hours)
