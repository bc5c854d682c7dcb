"""The commands by which a person corrects an answer: a candidate first, then a verified question of
theirs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bio_lakehouse.command_parts import (
    HOME,
    LakeCommand,
    known_user,
    lake_words,
    open_existing_lake,
    user_option,
)

if TYPE_CHECKING:
    from bio_lakehouse.ask.answers.corrections import Correction
    from bio_lakehouse.ask.asking import Asking


def correct(asking: Asking, question: str, sql: str, user_id: str) -> Correction:
    """Keep `sql` as a candidate and show what it answers; QueryError where it cannot be run."""
    from bio_lakehouse.ask_display import print_told

    correction, answer = asking.correct(question, sql, user_id)
    print_told(answer)
    if correction.is_fixed:
        click.echo(
            "Its SQL names days that are not those of the question, so it answers for these days "
            "alone."
        )
    return correction


@click.command("correct", cls=LakeCommand)
@HOME
@click.argument("question")
@click.option("--sql", required=True, help="The SELECT that answers it.")
@user_option("Whose question it is")
def ask_correct(home: Path | None, question: str, sql: str, user: str | None) -> None:
    """Say which SQL answers QUESTION: it is run, shown and kept as a candidate.

    It answers nothing until you have looked at its rows and said `bio-lakehouse ask verify ID`.
    Where it names the days of the question's own time phrase, it will answer for other days too.

    \b
    Example:  bio-lakehouse ask correct "How was my sleep last week?"
              --sql "SELECT avg(sleep_duration_h) AS hours FROM daily_readiness_performance
              WHERE day BETWEEN DATE '2026-11-16' AND DATE '2026-11-22'"
    """
    from bio_lakehouse.ask.asking import Asking

    lake = open_existing_lake(home)
    user_id = known_user(lake, user)
    candidate = correct(Asking(lake), question, sql, user_id)
    words = f"{candidate.id}{lake_words(lake.settings.home, user_id)}"
    click.echo(f"Kept as a candidate. If this is right: bio-lakehouse ask verify {words}")


@click.command("verify", cls=LakeCommand)
@HOME
@click.argument("name", metavar="ID")
@user_option("Whose correction it is")
def ask_verify(home: Path | None, name: str, user: str | None) -> None:
    """Say that the candidate ID is right: from now on it answers its question.

    \b
    Example:  bio-lakehouse ask verify 3f9a1c2b
    """
    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.terminal import visible

    lake = open_existing_lake(home)
    verified = Asking(lake).verify(name, known_user(lake, user))
    click.echo(f"Verified: “{visible(verified.question)}” is answered with it from now on.")


@click.command("corrections", cls=LakeCommand)
@HOME
@user_option("Whose corrections are listed")
def ask_corrections(home: Path | None, user: str | None) -> None:
    """List the answers that you corrected, with their SQL.

    \b
    Example:  bio-lakehouse ask corrections
    """
    from bio_lakehouse.ask.answers import corrections
    from bio_lakehouse.ask_display import print_correction

    lake = open_existing_lake(home)
    known = corrections.read(lake, known_user(lake, user))
    for one in known:
        print_correction(one)
    if not known:
        click.echo("Nothing was corrected yet; `bio-lakehouse ask correct --help` shows how it is.")


@click.command("forget", cls=LakeCommand)
@HOME
@click.argument("name", metavar="ID")
@user_option("Whose correction it is")
def ask_forget(home: Path | None, name: str, user: str | None) -> None:
    """Drop the correction ID, whether it was verified or not.

    \b
    Example:  bio-lakehouse ask forget 3f9a1c2b
    """
    from bio_lakehouse.ask.answers import corrections
    from bio_lakehouse.terminal import visible

    lake = open_existing_lake(home)
    gone = corrections.forget(lake, known_user(lake, user), name)
    click.echo(f"Forgotten: “{visible(gone.question)}”.")


COMMANDS = (ask_correct, ask_verify, ask_corrections, ask_forget)
