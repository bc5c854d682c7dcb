"""Questions one after the other, on a terminal or a line each: each goes on from the one before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from bio_lakehouse.ask_correction_commands import correct
from bio_lakehouse.ask_display import print_sql
from bio_lakehouse.command_parts import lake_words
from bio_lakehouse.engines import question_processes
from bio_lakehouse.errors import BioLakehouseError, DamagedFile
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    from bio_lakehouse.ask.answer import Answer
    from bio_lakehouse.ask.asking import Asking

PROMPT = "ask> "
ENDS = {"quit", "exit", "q", ":q"}
HELP = (
    "Ask in plain words, such as: What was my average readiness last week?\n"
    "A question may go on from the one before it: and the week before?\n"
    "sql      the SQL of the last answer\n"
    "correct  say which SQL would have been right\n"
    "quit     or Ctrl-D ends it"
)


class Conversation:
    """One person's questions; `show` prints an answer."""

    def __init__(self, asking: Asking, user_id: str, show: Callable[[Answer], None]) -> None:
        self.asking = asking
        self.user_id = user_id
        self.show = show
        self.last: Answer | None = None
        self.known: Answer | None = None

    def piped(self, lines: Iterable[str]) -> bool:
        """Answer a question a line; whether all of them had an answer."""
        questions = [line.strip() for line in lines if line.strip()] or [""]
        answered = [self.ask(question) for question in questions]
        return all(answer.why is None for answer in answered)

    def on_terminal(self) -> None:
        """Ask and answer until the person ends it. What is typed is kept nowhere."""
        with suppress(ImportError):
            import readline  # noqa: F401 - arrows and history in `input`, of this session alone
        question_processes.warm_up()
        click.echo("Ask in plain words; `help` says what else there is, Ctrl-D ends it.")
        while (line := _read(PROMPT)) is not None and line.lower() not in ENDS:
            if line:
                self._told(line)

    def ask(self, question: str) -> Answer:
        """The answer to a question that may go on from the last one that had an answer."""
        before = self.known.plan if self.known else None
        answer = self.asking.ask(question, self.user_id, before, _tell)
        self.last = answer
        self.known = self.known if answer.why else answer
        self.show(answer)
        return answer

    def _told(self, line: str) -> None:
        """Do what a line says; what goes wrong is said, and the conversation goes on."""
        commands = {"sql": self._sql, "correct": self._correct, "help": _help}
        try:
            command = commands.get(line.lower())
            if command is None:
                self.ask(line)
            else:
                command()
        except DamagedFile:
            raise
        except BioLakehouseError as problem:
            click.echo(visible(str(problem)), err=True)

    def _sql(self) -> None:
        if self.last is None or not self.last.sql:
            click.echo("There is no SQL yet: ask something first.")
        else:
            print_sql(self.last)

    def _correct(self) -> None:
        """Take SQL for the last question, and a yes once its rows were seen."""
        if self.last is None:
            click.echo("There is nothing to correct yet: ask something first.")
            return
        question = self._in_full(self.last)
        sql = _read("SQL that is right (a line; empty leaves it)> ") if question else ""
        if not (question and sql):
            return
        candidate = correct(self.asking, question, sql, self.user_id)
        if click.confirm("Is that right?"):
            self.asking.verify(candidate.id, self.user_id)
            click.echo("Verified: this question is answered with it from now on.")
        else:
            words = f"{candidate.id}{lake_words(self.asking.lake.settings.home, self.user_id)}"
            click.echo(f"Kept as a candidate: bio-lakehouse ask verify {words}")

    def _in_full(self, last: Answer) -> str | None:
        """The last question; where it goes on from another one, what it is without that."""
        if self.asking.ask(last.question, self.user_id).sql == last.sql:
            return last.question
        return _read("The question in full, with its figure and days (empty leaves it)> ")


def _help() -> None:
    click.echo(HELP)


def _read(prompt: str) -> str | None:
    """A line that was typed; None at the end."""
    try:
        return input(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        click.echo()
        return None


def _tell(text: str) -> None:
    if sys.stderr.isatty() and not text.startswith("Looking"):
        click.secho(f"{text} …", dim=True, err=True)
