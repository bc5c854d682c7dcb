"""A whole evaluation: its questions put to the demo lake without a language model, and with each of
those that are named."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.evaluation.demo import USER, demo_lake, settings_of
from bio_lakehouse.ask.evaluation.question_results import Result, results
from bio_lakehouse.ask.evaluation.questions import Part, Question, questions_of
from bio_lakehouse.ask.language_models import by_name
from bio_lakehouse.lake.lakehouse import Lakehouse

NO_MODEL = "no model"
"""What is understood without a language model."""
Chosen = Literal["open", "held-out", "all"]
Progress = Callable[[str, int, int], None]
"""Told the model that is asked, the question's number from 1, and how many there are."""
Runs = dict[str, list[Result]]
"""Results by the model that was asked, `no model` among them."""


def runs_of(
    home: Path,
    questions: Sequence[Question],
    models: Sequence[str],
    progress: Progress,
) -> Runs:
    """What came of the questions without a model, and with each of `models`.

    `progress` is told which of them goes on and how far it is. `SettingsError` says what stands
    against a model before anything is asked.
    """
    asked = {NO_MODEL: without_model(home)} | {name: with_model(home, name) for name in models}
    return {
        name: list(results(asking, questions, USER, partial(progress, name)))
        for name, asking in asked.items()
    }


def without_model(home: Path) -> Asking:
    """The demo lake as it is asked without a language model, whatever key is set."""
    return Asking(Lakehouse.open(settings_of(home, local_only=True)))


def with_model(home: Path, name: str) -> Asking:
    """The demo lake as it is asked with that model. Naming it is leave enough: the person is made
    up."""
    lake = Lakehouse.open(settings_of(home))
    return Asking(lake, by_name(name, lake.settings, needs_leave=False))


def chosen_questions(part: Chosen, kinds: Sequence[str] = ()) -> list[Question]:
    """The questions of a part, or of both, and of these kinds where any are named."""
    parts: tuple[Part, ...] = get_args(Part) if part == "all" else (part,)
    questions = [one for name in parts for one in questions_of(name)]
    return [one for one in questions if not kinds or one.kind in kinds]


@contextmanager
def demo_home(home: Path | None) -> Iterator[Path]:
    """The demo lake's home: `home`, which keeps it, or one that is made for this once."""
    if home is not None:
        yield demo_lake(home).settings.home
        return
    with tempfile.TemporaryDirectory(prefix="bio-lakehouse-evaluation-") as folder:
        yield demo_lake(Path(folder, "home")).settings.home
