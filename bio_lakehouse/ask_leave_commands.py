"""Whether questions of a home may go to a language model: asked once, and the commands that say
it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bio_lakehouse.command_parts import HOME, LakeCommand, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bio_lakehouse.ask.translation.language_models import LanguageModel
    from bio_lakehouse.settings import Settings

MODEL = click.option(
    "--model",
    "name",
    help="Model, such as claude-haiku-4-5 (default: BIO_ASK_MODEL).",
)


def ask_about_leave(settings: Settings, told: Callable[[LanguageModel], str]) -> None:
    """On a terminal, once a home and address, whether questions may go there; elsewhere say how it
    is allowed.

    `told` says what the model would get. Nothing is asked or said where no model could be asked.
    """
    from bio_lakehouse.ask.translation.language_models import candidate
    from bio_lakehouse.ask.translation.leave import leave_to_ask, record_leave_to_ask

    model = candidate(settings)
    if model is None or leave_to_ask(settings.home, model.address) is not None:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        click.echo(f"{told(model)}\nNothing was sent.", err=True)
        allowed = click.confirm(f"May questions of this home go to {model.address}?", err=True)
        record_leave_to_ask(settings.home, model.address, allowed)
    else:
        click.echo(
            f"{model.name} could read this question, but nobody has allowed this home to send "
            "questions, so it is read here and nothing is sent. To allow it: bio-lakehouse ask "
            "allow",
            err=True,
        )


@click.command("allow", cls=LakeCommand)
@HOME
@MODEL
def ask_allow(home: Path | None, name: str | None) -> None:
    """Allow a language model to read this home's questions.

    Sent are the question, today's date, the first and the newest day that have data, verified
    questions that resemble it and the names and meanings of tables and columns; never a row or a
    result. `bio-lakehouse ask --show-egress "…"` prints exactly what. The yes counts for the
    address where that model is asked and for no other, and not for reports, which have their own
    (`bio-lakehouse claude allow`).

    \b
    Example:  bio-lakehouse ask allow
              bio-lakehouse ask allow --model claude-haiku-4-5
    """
    from bio_lakehouse.ask.translation.language_models import lacking, preview
    from bio_lakehouse.ask.translation.leave import record_leave_to_ask

    settings = settings_of(home)
    model = preview(settings, name)
    missing = lacking(name or settings.ask_model, settings)
    path = record_leave_to_ask(settings.home, model.address, allowed=True)
    click.echo(
        f"Questions may go to {model.address}, as {path} says. "
        "To take it back: bio-lakehouse ask forbid"
    )
    if missing:
        click.echo(f"Nothing is sent yet: {missing}")


@click.command("forbid", cls=LakeCommand)
@HOME
def ask_forbid(home: Path | None) -> None:
    """Forbid it for every address: questions are read here, nothing is sent, nobody is asked again.

    \b
    Example:  bio-lakehouse ask forbid
    """
    from bio_lakehouse.ask.translation.language_models import preview
    from bio_lakehouse.ask.translation.leave import forbid_all

    settings = settings_of(home)
    path = forbid_all(settings.home, preview(settings).address)
    click.echo(f"Forbidden, as {path} says. To allow it: bio-lakehouse ask allow")
