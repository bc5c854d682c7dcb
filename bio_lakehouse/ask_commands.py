"""The command `bio-lakehouse ask`, with what belongs to it."""

from __future__ import annotations

from typing import Any

import click

from bio_lakehouse.command_parts import ErrorGroup

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
