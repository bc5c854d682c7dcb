"""What can be asked, for people: figures, groups, stretches of time and verified questions."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from bio_lakehouse.ask.semantics.semantic_model import Field, Metric, SemanticModel
from bio_lakehouse.english import listed

WIDTH = 98
EXAMPLES = {
    "n": "10",
    "month": "January",
    "year": "2026",
    "weekday": "Tuesday",
    "day": "1 February",
}


def page(model: SemanticModel) -> str:
    """The page as plain text."""
    parts = [
        _part("Figures, and what else they are called", _figures(model)),
        _part("Groups and conditions", _groups(model)),
        _part("Words that may mean several figures: the first is taken, and said", _several(model)),
        _part("Times", [listed(list(_times(model)))]),
        _part("Questions whose SQL has been verified", _questions(model)),
    ]
    return "\n\n".join(parts) + "\n"


def figures_table(model: SemanticModel) -> list[str]:
    """Lines of a Markdown table: the figures of each table or view."""
    rows = ["| Of | Figures |", "|---|---|"]
    for dataset in model.datasets.values():
        titles = [_title(metric) for metric in _metrics_of(model, dataset.name)]
        if titles:
            rows.append(f"| `{dataset.name}` | {', '.join(titles)} |")
    return rows


def groups_table(model: SemanticModel) -> list[str]:
    """Lines of a Markdown table: what figures are grouped and filtered by, with its values."""
    rows = ["| By | That is |", "|---|---|"]
    for name, field in _class_columns(model):
        if field.column.type != "boolean":
            rows.append(f"| `{name}.{field.name}` | {', '.join(_first_words(field))} |")
    return rows


def _part(title: str, lines: Iterator[str] | list[str]) -> str:
    folded = [fill(line, WIDTH, initial_indent="  ", subsequent_indent="      ") for line in lines]
    return "\n".join([title, *folded])


def _figures(model: SemanticModel) -> Iterator[str]:
    for metric in model.metrics.values():
        own = metric.title.lower()
        yield f"{_title(metric)}: {', '.join(word for word in metric.synonyms if word != own)}"


def _groups(model: SemanticModel) -> Iterator[str]:
    for name, field in _class_columns(model):
        yield f"{field.synonyms[0]} (in {name}): {', '.join(_first_words(field))}"


def _several(model: SemanticModel) -> Iterator[str]:
    for word, names in model.ambiguous.items():
        yield f"{word}: {', '.join(model.metrics[name].title.lower() for name in names)}"


def _questions(model: SemanticModel) -> Iterator[str]:
    for question in model.verified:
        yield f"{question.question} ({question.verified_by}, {question.verified_on.isoformat()})"


def _times(model: SemanticModel) -> Iterator[str]:
    """The first words of each phrase, with an example of what is said there."""
    for phrase in model.time_phrases:
        yield phrase.words[0].format_map(EXAMPLES)


def _title(metric: Metric) -> str:
    return f"{metric.title} ({metric.unit})" if metric.unit else metric.title


def _metrics_of(model: SemanticModel, dataset: str) -> list[Metric]:
    return [metric for metric in model.metrics.values() if metric.dataset == dataset]


def _class_columns(model: SemanticModel) -> Iterator[tuple[str, Field]]:
    """Columns of classes, each under the first table that has it, with the same values."""
    shown: list[tuple[str, dict[str, str]]] = []
    for dataset in model.datasets.values():
        for field in dataset.fields.values():
            if field.values and (field.name, field.values) not in shown:
                shown.append((field.name, field.values))
                yield dataset.name, field


def _first_words(field: Field) -> list[str]:
    """What a person calls each value first."""
    first: dict[str, str] = {}
    for word, value in field.values.items():
        first.setdefault(value, word)
    return list(first.values())
