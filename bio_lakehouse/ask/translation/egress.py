"""What leaves the machine when a language model reads a question, told before anything does.

Results never leave: the answer's sentence is written here, so that no second request needs them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bio_lakehouse.ask.plan import Circumstances
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
from bio_lakehouse.ask.translation.language_models import LanguageModel
from bio_lakehouse.ask.translation.translation_prompt import content_of, system_of
from bio_lakehouse.ask.translation.translation_reply import schema

WHAT_IS_SENT = (
    "It gets the question, today's date, the first and the newest day that have data, verified "
    "questions that resemble it (yours among them), the statement of the question before, and "
    "names and meanings of tables and columns. It gets no row and no result."
)


def told(
    question: str,
    model: SemanticModel,
    circumstances: Circumstances,
    language_model: LanguageModel,
    examples: Sequence[VerifiedQuestion] = (),
) -> str:
    """What `language_model` would get for a question: in words, and the part that is of this
    person and question to the letter."""
    stable = len(system_of(model))
    return (
        f"{language_model.name} could read questions in free words, asked at "
        f"{language_model.address}. {WHAT_IS_SENT} For this question that is, after "
        f"{stable:,} characters of rules and tables that are the same for everybody:\n"
        f"{content_of(question, circumstances, examples)}"
    )


def body(
    question: str,
    model: SemanticModel,
    circumstances: Circumstances,
    language_model: LanguageModel,
    examples: Sequence[VerifiedQuestion] = (),
) -> str:
    """The body of the first request, to the byte; nothing is sent.

    A repair sends the same, the model's own statement and what was wrong with it.
    """
    content = [content_of(question, circumstances, examples)]
    return language_model.body(system_of(model), content, schema())
