"""The command `bio-lakehouse ask`, with what belongs to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse.command_parts import (
    HOME,
    ErrorGroup,
    known_user,
    open_existing_lake,
    user_option,
)

if TYPE_CHECKING:
    from bio_lakehouse.ask.answer import Answer

QUESTION = "question"


class AskGroup(ErrorGroup):
    """A group whose first word may be a question: what names no command of it is asked."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = [QUESTION, *args]
        return super().resolve_command(context, args)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """An option of the question may stand before it: `ask --sql "…"`."""
        helps = {"-h", "--help"}
        if not args or (args[0] not in self.commands and not helps & set(args[:1])):
            args = [QUESTION, *args]
        rest: Any = super().parse_args(context, args)
        return list(rest)


@click.group(cls=AskGroup)
def ask() -> None:
    """Ask in plain words and get an answer with its SQL; alone, it is a conversation.

    \b
    Example:  bio-lakehouse ask "What was my average readiness last week?"
    """


@ask.command(QUESTION)
@HOME
@click.argument("question", required=False)
@user_option("Whose data is asked")
@click.option("--sql", "sql_only", is_flag=True, help="Print the SQL alone.")
@click.option("--json", "as_object", is_flag=True, help="Print the answer as JSON.")
@click.option("--local-only", is_flag=True, help="Send nothing to a language model.")
def ask_question(
    home: Path | None,
    question: str | None,
    user: str | None,
    sql_only: bool,
    as_object: bool,
    local_only: bool,
) -> None:
    """Ask QUESTION in plain words.

    Printed are a sentence with the value and the days that it covers, the rows, what was assumed,
    how new the data is, and the SQL. Exits with 1 where there is no answer; the nearest questions
    that have one are named then.

    \b
    Example:  bio-lakehouse ask "What was my average readiness last week?"
    """
    from bio_lakehouse.ask.asking import Asking

    lake = open_existing_lake(home, local_only=local_only or None)
    user_id = known_user(lake, user)
    answer = Asking(lake).ask(question or "", user_id)
    show(answer, sql_only=sql_only, as_object=as_object)
    if answer.why:
        click.get_current_context().exit(1)


def show(answer: Answer, *, sql_only: bool, as_object: bool) -> None:
    """Print an answer: all of it, its SQL, or as JSON."""
    from bio_lakehouse.ask.answer import as_json
    from bio_lakehouse.ask_display import print_sql, print_told

    if as_object:
        click.echo(json.dumps(as_json(answer), ensure_ascii=False, indent=2))
    elif sql_only and not answer.why:
        print_sql(answer)
    else:
        print_told(answer)
