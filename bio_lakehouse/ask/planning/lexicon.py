"""All phrases that a question may hold, with what each can mean: the semantic model's, and those
that say what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bio_lakehouse.ask.planning import question_words, time_phrases
from bio_lakehouse.ask.planning.words import is_number, stem, tokens
from bio_lakehouse.ask.semantics.semantic_model import Dataset, Field, Metric, SemanticModel

DAILY = "daily_readiness_performance"
WORKOUTS = "peloton_workouts"
SLEEPS = "sleeps"
OF_PARTS = "oura_sleep"
"""What a night's parts are in: nobody asks of them in words, but of nights and naps."""
NUMERIC = {"int", "long", "double"}
PROVENANCE = {
    *("user_id", "source_origin", "source_file", "ingested_at"),
    *("utc_offset_minutes", "wake_utc_offset_minutes"),
}
LONGEST_PHRASE = 9
LEVELS, AMOUNTS = ("avg", "min", "max"), ("avg", "sum", "min", "max", "count")
ADDED_UP = {"kJ", "kcal", "min", "s", "h", "mi"}
"""Units of which a total has a meaning."""

Kind = Literal["role", "metric", "field", "value", "table"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase can mean.

    `name` is the role or the metric; a field, and a value of it, are of `dataset` and `column`.
    """

    kind: Kind
    name: str = ""
    dataset: str = ""
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The phrases by their compared words, the figures by name, and the words of all phrases."""

    phrases: dict[tuple[str, ...], tuple[Meaning, ...]]
    metrics: dict[str, Metric]
    known: frozenset[str]
    targets: tuple[str, ...]
    ambiguous: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)


_BUILT: list[tuple[SemanticModel, Lexicon]] = []


def of(model: SemanticModel) -> Lexicon:
    """The phrases of a model; built once for each model that is asked with."""
    for built, lexicon in _BUILT:
        if built is model:
            return lexicon
    lexicon = _build(model)
    _BUILT[:] = [(model, lexicon), *_BUILT[:3]]
    return lexicon


def compared(words: Sequence[str]) -> tuple[str, ...]:
    """Words as phrases are compared: stems, one word for the forms of a verb, none of those that
    may stand between."""
    said = (word_compared(word) for word in words if word not in question_words.SKIPPED)
    return tuple(said)


def word_compared(word: str) -> str:
    same = question_words.SAME.get(word, word)
    return question_words.SAME.get(stem(same), stem(same))


def _build(model: SemanticModel) -> Lexicon:
    metrics = _figures(model)
    phrases: dict[tuple[str, ...], dict[Meaning, None]] = {}
    roles = {compared(tokens(said)): meaning for said, meaning in _role_phrases()}
    fields = list(_field_phrases(model))
    classes = {(m.dataset, compared(tokens(said))) for said, m in fields if m.kind == "value"}
    for said, meaning in (*_metric_phrases(metrics), *fields):
        key = compared(tokens(said))
        if meaning.kind == "metric" and _hides(key, meaning, metrics, classes):
            continue
        is_own = meaning.kind == "metric" and meaning.name in model.metrics
        if meaning.kind == "value" and meaning.dataset in _OF_LEVELS and _has_number(key):
            continue
        if meaning.kind == "metric" and not is_own and key and key[0] in _NO_FIGURE:
            continue
        if key in {("first", "day"), ("last", "day")}:
            continue
        is_asking = bool(key) and (key[0] in _TAKEN_TOGETHER or (key[0] == "how" and not is_own))
        if key and not is_asking and (key not in roles or is_own):
            phrases.setdefault(key, {})[meaning] = None
    for key, meaning in roles.items():
        phrases.setdefault(key, {meaning: None})
    _drop_taken_together(phrases)
    ambiguous = _ambiguous(model)
    known = _known_words(phrases, ambiguous)
    return Lexicon(
        {key: tuple(meanings) for key, meanings in phrases.items()},
        metrics,
        known,
        tuple(sorted(_targets(model))),
        ambiguous,
    )


def _has_number(key: tuple[str, ...]) -> bool:
    return any(is_number(word) for word in key)


def _drop_taken_together(phrases: dict[tuple[str, ...], dict[Meaning, None]]) -> None:
    """`spo2 average` says how a figure is taken together where `spo2` alone is the same figure."""
    for key in [key for key in phrases if len(key) > 1 and key[0] == "total"]:
        plain = next(iter(phrases.get(key[1:], {})), None)
        if plain is not None and plain in phrases[key]:
            del phrases[key]
    for key in [key for key in phrases if len(key) > 2 and key[-2] == "per"]:
        is_column = all("." in meaning.name for meaning in phrases[key])
        shorter = phrases.get(key[:-2], {})
        if (shorter and is_column) or any(meaning in shorter for meaning in phrases[key]):
            del phrases[key]
    for key in [key for key in phrases if len(key) > 1 and key[-1] in _TAKEN_TOGETHER]:
        shorter = phrases.get(key[:-1], {})
        if set(phrases[key]) <= set(shorter) or any(meaning in shorter for meaning in phrases[key]):
            del phrases[key]


_MOST = {"most", "least", "best", "worst"}
_PLAIN_FIRST = {"average", "avg", "mean", "highest", "max", "maximum", "lowest", "min", "minimum"}
_HIGHEST = {"highest", "max", "maximum", "peak", "top"}


def _hides(
    key: tuple[str, ...],
    meaning: Meaning,
    metrics: dict[str, Metric],
    classes: set[tuple[str, tuple[str, ...]]],
) -> bool:
    """Whether a metric's phrase holds a class (`bpm while awake`, `rides done`) or an aggregation
    (`maximum heart rate`) that would be lost with it."""
    metric = metrics[meaning.name]
    if metric.aggregation != "max" and ((key[:1] and key[0] in _HIGHEST) or _MOST & set(key)):
        return True
    if metric.condition:
        return False
    datasets = {meaning.dataset, WORKOUTS} if metric.column in _COUNTED else {meaning.dataset}
    parts = {
        key[start:end] for start in range(len(key)) for end in range(start + 1, len(key) + 1)
    } - ({key} if metric.column not in _COUNTED else set())
    return any((dataset, part) in classes for dataset in datasets for part in parts)


_COUNTED = {"workout_count", "workout_id"}
"""Columns of the metrics that count workouts."""


def _ambiguous(model: SemanticModel) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Words that may mean several metrics, where the model names such."""
    said: dict[str, tuple[str, ...]] = dict(getattr(model, "ambiguous", {}) or {})
    keys = {compared(tokens(phrase)): tuple(names) for phrase, names in said.items()}
    return {key: names for key, names in keys.items() if key[:1] and key[0] not in _PLAIN_FIRST}


def _figures(model: SemanticModel) -> dict[str, Metric]:
    """The model's metrics, and every other numeric column as one."""
    metrics = dict(model.metrics)
    taken = {(metric.dataset, metric.column) for metric in metrics.values()}
    for dataset in model.datasets.values():
        for column in dataset.fields.values():
            is_taken = (dataset.name, column.name) in taken or dataset.name == OF_PARTS
            if is_taken or not _is_figure(column):
                continue
            metric = _figure_of(dataset, column)
            metrics[metric.name] = metric
    return metrics


def _is_figure(column: Field) -> bool:
    is_numeric = column.column.type in NUMERIC
    return is_numeric and not column.is_dimension and column.name not in PROVENANCE


def _figure_of(dataset: Dataset, column: Field) -> Metric:
    title = column.name.replace("_", " ")
    is_score = (column.column.minimum, column.column.maximum) == (0, 100)
    is_level = is_score or column.column.type == "double"
    return Metric(
        name=f"{dataset.name}.{column.name}",
        dataset=dataset.name,
        column=column.name,
        aggregation="avg",
        title=title[:1].upper() + title[1:],
        unit=column.unit,
        decimals=1 if column.column.type == "double" else 0,
        synonyms=column.synonyms,
        aggregations=LEVELS if is_level and column.unit not in ADDED_UP else AMOUNTS,
        good="higher" if is_score else None,
    )


def _role_phrases() -> Iterator[tuple[str, Meaning]]:
    for role, said in question_words.ROLES.items():
        for phrase in said.split(";"):
            yield phrase, Meaning("role", role)


def _metric_phrases(metrics: dict[str, Metric]) -> Iterator[tuple[str, Meaning]]:
    for metric in metrics.values():
        meaning = Meaning("metric", metric.name, metric.dataset, metric.column)
        own = metric.name.partition(".")[2] or metric.name
        is_own = own == metric.name
        for said in (own.replace("_", " "), metric.title, *metric.synonyms):
            yield _without_question(said) if is_own else said, meaning


_TAKEN_TOGETHER = {"average", "avg", "mean"}
"""Words that say how a figure is taken together, not which it is."""
_OF_LEVELS = {"workout_type_optimization", "readiness_performance_correlation"}
_NO_FIGURE = {"day", "night", "week", "month", "number", "change", "total", "lower", "upper"}
"""Words with which no column's own phrase may begin: they say what is asked."""
_QUESTIONS = ("how many ", "how much ", "number of ", "count of ")


def _without_question(said: str) -> str:
    """`steps` of `how many steps`, since what is counted is said beside it."""
    for opening in _QUESTIONS:
        rest = said.casefold().removeprefix(opening)
        if rest != said.casefold() and len(rest.split()) == 1 and rest != "sleep":
            return rest
    return said


def _field_phrases(model: SemanticModel) -> Iterator[tuple[str, Meaning]]:
    for dataset in model.datasets.values():
        if dataset.name in {"insights", OF_PARTS}:
            continue
        for said in (dataset.name.replace("_", " "), *dataset.synonyms):
            if " and " in said or dataset.name in {DAILY, WORKOUTS, SLEEPS}:
                continue
            yield said, Meaning("table", dataset.name, dataset.name)
        for column in dataset.fields.values():
            yield from _phrases_of_field(dataset, column)


_EVERY_NIGHT = (SLEEPS, "kind", "night")
_LONG_SLEEP = {"long sleep", "main sleep"}
"""Names of the class that almost every night is of; other words for it mean nights as such."""


def _phrases_of_field(dataset: Dataset, column: Field) -> Iterator[tuple[str, Meaning]]:
    if column.name in {"user_id", "day"}:
        return
    if not _is_figure(column):
        for said in (column.name.replace("_", " "), *column.synonyms):
            yield said, Meaning("field", "", dataset.name, column.name)
    for said, value in column.values.items():
        if (dataset.name, column.name, value) == _EVERY_NIGHT and said not in _LONG_SLEEP:
            continue
        yield said, Meaning("value", "", dataset.name, column.name, str(value))


def _targets(model: SemanticModel) -> set[str]:
    """Words that a slip of the keyboard may have been meant to be: names of figures and classes,
    days, and the most common words that ask."""
    words = set(time_phrases.vocabulary()) | question_words.OFTEN
    for metric in model.metrics.values():
        for said in (metric.title, *metric.synonyms):
            words.update(tokens(said))
    for dataset in model.datasets.values():
        for column in dataset.fields.values():
            for said in column.values:
                words.update(tokens(said))
    return {word for word in words if len(word) > 4} - question_words.FILLER - _SELDOM


_SELDOM = question_words.words_of(
    """reading readings reason while finding findings break being these there three other after
    before between since until during through always standard nothing"""
)
"""Words that a question seldom means where it has another."""


def _known_words(
    phrases: dict[tuple[str, ...], dict[Meaning, None]],
    ambiguous: dict[tuple[str, ...], tuple[str, ...]],
) -> frozenset[str]:
    words = {word for key in (*phrases, *ambiguous) for word in key}
    words |= time_phrases.vocabulary()
    return frozenset(words)


def plain_words() -> frozenset[str]:
    """Words that are no slip of the keyboard, though no phrase has them."""
    return (
        question_words.FILLER
        | question_words.SKIPPED
        | question_words.CLAIMS
        | question_words.JUDGED
        | question_words.NOT_MEASURED
        | frozenset(question_words.SAME)
        | question_words.REAL
    )
