"""A whole evaluation: its questions put to the demo lake without a language model, and with each of
those that are named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.ask.evaluation.demo import USER, demo_lake, settings_of
from bio_lakehouse.ask.evaluation.question_results import Result, results
from bio_lakehouse.ask.evaluation.questions import Part, Question, questions_of
from bio_lakehouse.ask.translation.language_models import LanguageModel, by_name
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.home import ANSWERS
from bio_lakehouse.lake.lakehouse import Lakehouse

if TYPE_CHECKING:
    from bio_lakehouse.settings import Settings

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
    models: Mapping[str, LanguageModel],
    progress: Progress,
) -> Runs:
    """What came of the questions without a model, and with each of `models`.

    `progress` is told which of them goes on and how far it is.
    """
    asked = {NO_MODEL: None} | dict(models)
    return {
        name: list(results(_asking(home, model), questions, USER, partial(progress, name)))
        for name, model in asked.items()
    }


def _asking(home: Path, model: LanguageModel | None) -> Asking:
    """What asks the demo lake with a model, or without one whatever key is set; no answer is kept
    from before."""
    shutil.rmtree(home / ANSWERS, ignore_errors=True)
    return Asking(Lakehouse.open(settings_of(home, local_only=model is None)), model)


def models_named(names: Sequence[str], settings: Settings) -> dict[str, LanguageModel]:
    """The models of these names, ready to be asked with the person's keys; SettingsError says what
    stands against one.

    To name a model is leave to send it this evaluation's questions, and no other leave.
    """
    return {name: by_name(name, settings, needs_leave=False) for name in names}


def chosen_questions(part: Chosen, kinds: Sequence[str] = ()) -> list[Question]:
    """The questions of a part, or of both, and of these kinds where any are named.

    `BioLakehouseError` says which kinds there are where one is none of them.
    """
    parts: tuple[Part, ...] = get_args(Part) if part == "all" else (part,)
    questions = [one for name in parts for one in questions_of(name)]
    known = dict.fromkeys(one.kind for one in questions)
    for kind in kinds:
        if kind not in known:
            raise BioLakehouseError(f"there is no kind {kind!r}; there are: {', '.join(known)}")
    return [one for one in questions if not kinds or one.kind in kinds]


@contextmanager
def demo_home(home: Path | None) -> Iterator[Path]:
    """The demo lake's home: `home`, which keeps it, or one that is made for this once."""
    if home is not None:
        yield demo_lake(home).settings.home
        return
    with tempfile.TemporaryDirectory(prefix="bio-lakehouse-evaluation-") as folder:
        yield demo_lake(Path(folder, "home")).settings.home
