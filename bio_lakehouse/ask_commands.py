"""The command `bio-lakehouse ask`, with what belongs to it."""

from __future__ import annotations

import gc
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse.ask_correction_commands import COMMANDS as CORRECTIONS
from bio_lakehouse.ask_leave_commands import ask_about_leave, ask_allow, ask_forbid
from bio_lakehouse.command_parts import (
    HOME,
    AnswerCommand,
    ErrorGroup,
    known_user,
    open_existing_lake,
    user_option,
)

if TYPE_CHECKING:
    from bio_lakehouse.ask.answer import Answer
    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.ask.evaluation.evaluate import Chosen

QUESTION = "question"
"""Stands before what is asked; nobody has to write it."""
TYPED = "(each question that you type)"


class AskGroup(ErrorGroup):
    """A group whose first word may be a question: what names no command of it is asked.

    The command that asks is `question`; it is listed nowhere, and its options are the group's.
    """

    question: click.Command

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self.question if name == QUESTION else super().get_command(context, name)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """An option may stand before the question, or before a command: `ask --sql "…"`."""
        place = self._first_word(args)
        if place is not None and args[place] in self.commands:
            args = [args[place], *args[:place], *args[place + 1 :]]
        elif not args or args[0] not in context.help_option_names:
            args = [QUESTION, *args]
        rest: Any = super().parse_args(context, args)
        return list(rest)

    def _first_word(self, args: list[str]) -> int | None:
        """The place of the first argument that is no option and no option's value."""
        valued = {
            name
            for option in self.question.params
            if isinstance(option, click.Option) and not option.is_flag
            for name in option.opts
        }
        is_value = False
        for place, word in enumerate(args):
            if not is_value and not word.startswith("-"):
                return place
            is_value = word in valued
        return None

    def format_usage(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(context.command_path, "[OPTIONS] [QUESTION]")
        formatter.write_usage(context.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_options(self.question, context, formatter)
        self.format_commands(context, formatter)


@click.group(cls=AskGroup)
def ask() -> None:
    """Ask in plain words and get an answer with its SQL; alone, it is a conversation.

    Printed are a sentence with the value and the days that it covers, the rows, what was assumed,
    how new the data is, and the SQL (a terminal leaves more than 15 lines to --sql). Exits with 1
    where there is no answer; the nearest questions that have one are named then. In a conversation
    a question may go on from the one before it ("and the week before?"). Questions that are piped
    in are answered a line each.

    \b
    Example:  bio-lakehouse ask "What was my average readiness last week?"
              bio-lakehouse ask --sql "How many workouts did I do in January?"
    """


@click.command(QUESTION, cls=AnswerCommand)
@HOME
@click.argument("words", nargs=-1, metavar="[QUESTION]")
@user_option("Whose data is asked")
@click.option("--sql", "sql_only", is_flag=True, help="Print the SQL alone.")
@click.option("--json", "as_object", is_flag=True, help="Print the answer as JSON.")
@click.option("--model", help="Language model that reads the question (default: BIO_ASK_MODEL).")
@click.option("--local-only", is_flag=True, help="Send nothing to a language model.")
@click.option(
    "--show-egress",
    is_flag=True,
    help="Print exactly what would be sent to the language model, and send nothing.",
)
def ask_question(
    home: Path | None,
    words: tuple[str, ...],
    user: str | None,
    sql_only: bool,
    as_object: bool,
    model: str | None,
    local_only: bool,
    show_egress: bool,
) -> None:
    """Ask QUESTION in plain words; `bio-lakehouse ask` alone is a conversation.

    \b
    Example:  bio-lakehouse ask "What was my average readiness last week?"
    """
    from bio_lakehouse.ask.asking import Asking
    from bio_lakehouse.ask.translation.language_models import by_name

    lake = open_existing_lake(home, local_only=local_only or None, ask_model=model)
    user_id = known_user(lake, user)
    asking, question = Asking(lake), " ".join(words)
    if show_egress:
        if not question:
            raise click.UsageError('--show-egress needs the question: ask --show-egress "…"')
        click.echo(asking.body_that_is_sent(question, user_id))
        return
    ask_about_leave(
        lake.settings, lambda reader: asking.what_is_sent(question or TYPED, user_id, reader)
    )
    if model:
        # It says what stands against it. Leave is looked up anew for each question, so that a
        # conversation sends nothing after it was taken back.
        by_name(model, lake.settings)
    if not converse(asking, user_id, question, sql_only=sql_only, as_object=as_object):
        sys.exit(1)


def converse(
    asking: Asking, user_id: str, question: str, *, sql_only: bool, as_object: bool
) -> bool:
    """Answer a question, or those that are typed or piped in; whether all had an answer."""
    from bio_lakehouse.ask_conversation import Conversation

    if not question:
        gc.enable()
    typed = sys.stdin or io.StringIO()
    indent = 2 if question or typed.isatty() else None

    def shown(answer: Answer) -> None:
        show(answer, sql_only=sql_only, as_object=as_object, indent=indent)

    conversation = Conversation(asking, user_id, shown)
    if not question and typed.isatty():
        conversation.on_terminal()
        return True
    return conversation.piped([question] if question else typed)


ask.question = ask_question
for command in (ask_allow, ask_forbid, *CORRECTIONS):
    ask.add_command(command)


@ask.command("eval")
@click.option("--model", "models", multiple=True, help="A language model to compare; repeatable.")
@click.option(
    "--part",
    type=click.Choice(["open", "held-out", "all"]),
    default="all",
    show_default=True,
    help="Questions that may be learnt from, those that nobody looked at, or both.",
)
@click.option("--kind", "kinds", multiple=True, help="Only questions of this kind; repeatable.")
@click.option("--json", "as_object", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps the made-up person's lake for the next time; never one of yours.",
)
def evaluate(
    models: tuple[str, ...],
    part: Chosen,
    kinds: tuple[str, ...],
    as_object: bool,
    home: Path | None,
) -> None:
    """Measure how well questions are understood: about a made-up person, against SQL that is right.

    Counted are right and wrong answers, refusals, failures and questions that were asked back, with
    time and cost. Without --model nothing is sent to anybody. With it the evaluation's questions
    and the schema go to that model, at its price; none of your own data is read or sent.

    \b
    Example:  bio-lakehouse ask eval
              bio-lakehouse ask eval --part held-out --model claude-haiku-4-5 --json
    """
    from bio_lakehouse.ask.evaluation.evaluate import (
        chosen_questions,
        demo_home,
        models_named,
        runs_of,
    )
    from bio_lakehouse.ask_display import print_evaluation
    from bio_lakehouse.settings import load_settings
    from bio_lakehouse.workflows import progress_bar

    questions = chosen_questions(part, kinds)
    asked = models_named(models, load_settings())
    for name, model in asked.items():
        click.echo(f"The evaluation's questions go to {name} at {model.address}.", err=True)
    with progress_bar("Evaluation") as bar:
        task = bar.add_task("building the made-up person's lake", total=None)

        def progress(model: str, number: int, total: int) -> None:
            bar.update(task, description=model, completed=number, total=total)

        with demo_home(home) as place:
            runs = runs_of(place, questions, asked, progress)
    print_evaluation(runs, as_object=as_object)


def show(answer: Answer, *, sql_only: bool, as_object: bool, indent: int | None) -> None:
    """Print an answer: all of it, its SQL, or as JSON."""
    from bio_lakehouse.ask.answer import as_json
    from bio_lakehouse.ask_display import print_sql, print_told

    if as_object:
        click.echo(json.dumps(as_json(answer), ensure_ascii=False, indent=indent))
    elif sql_only and not answer.why:
        print_sql(answer)
    else:
        print_told(answer)


@ask.command("model")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    expose_value=False,
    help="Folder of the lake; every lake has the same model.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["page", "text", "yaml"]),
    default="page",
    show_default=True,
    help="For people, for a language model, or as Open Semantic Interchange 1.0.",
)
def ask_model(layout: str) -> None:
    """Show what can be asked: figures, groups, times and verified questions.

    \b
    Example:  bio-lakehouse ask model
              bio-lakehouse ask model --format yaml > model.yaml
    """
    from bio_lakehouse.ask.semantics import model_page, model_text, osi_export, semantic_model

    model = semantic_model.load()
    writers = {
        "page": model_page.page,
        "text": model_text.describe,
        "yaml": osi_export.as_yaml,
    }
    click.echo(writers[layout](model), nl=False)
