"""What the commands have in common: their options, kinds of values, groups and lakes.

Settings take half of the time of `--help` to import, so each function that reads them does."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse import loading
from bio_lakehouse.errors import BioLakehouseError, DamagedFile
from bio_lakehouse.extras import extras_named

if TYPE_CHECKING:
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.settings import Settings

HOME = click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the lake (default: $BIO_HOME)."
)


FORMAT = click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How the rows are printed.",
)


class Day(click.ParamType[date]):
    """A calendar day as YYYY-MM-DD."""

    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(
                f"{value!r} is no day; write it as YYYY-MM-DD, such as 2026-03-01", param, context
            )


class User(click.ParamType[str]):
    """A user id."""

    name = "user"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> str:
        from bio_lakehouse.settings import safe_user_id

        try:
            return safe_user_id(str(value))
        except ValueError as error:
            self.fail(str(error), param, context)


def user_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--user", "user", type=User(), help=f"{text} (default: $BIO_USER, `me`).")


class LakeCommand(click.Command):
    """A command over a lake, which makes again what it finds damaged and then goes on.

    Trouble with the home's files (a full disk, a lock, missing rights) is a `StoreError`. Of one
    that is stopped from the keyboard it says what is kept, and how it goes on: `if_stopped`, or
    nothing where that is empty.
    """

    if_stopped = "what was done is kept, and the same command can be given again"

    def __init__(self, *args: Any, if_stopped: str | None = None, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        if if_stopped is not None:
            self.if_stopped = if_stopped

    def invoke(self, context: click.Context) -> Any:
        try:
            return self._made_again_where_damaged(context)
        except KeyboardInterrupt:
            if self.if_stopped:
                click.echo(f"Stopped: {self.if_stopped}.", err=True)
            raise

    def _made_again_where_damaged(self, context: click.Context) -> Any:
        from bio_lakehouse.lake.home import warnings_to

        loading.end_at_once()
        with warnings_to(lambda text: click.echo(f"Note: {text}", err=True)):
            try:
                return self._invoke(context)
            except DamagedFile as damage:
                if self.name == "repair" or not is_in_home(context):
                    raise
                click.echo(f"Note: {damage}. This is done now.", err=True)
                repair_home(context)
                return self._invoke(context)

    def _invoke(self, context: click.Context) -> Any:
        from bio_lakehouse.lake.store_errors import store_named

        if self.name not in ("repair", "restore") and was_left_half_repaired(context):
            raise DamagedFile("a repair of this home was begun and not finished")
        with store_named(home_of(context) / "dagster"):
            return super().invoke(context)


class AnswerCommand(LakeCommand):
    """A command that answers once and ends. A tenth of its time would go into looking for garbage
    among the modules that it loads, and what little there is goes with the process."""

    if_stopped = ""

    def invoke(self, context: click.Context) -> Any:
        gc.disable()
        try:
            return super().invoke(context)
        finally:
            gc.enable()


def settings_of(home: Path | None, **overrides: Any) -> Settings:
    """The settings of a command over `home`, or over the default one where it is None."""
    from bio_lakehouse.settings import load_settings

    return load_settings(home=home, **overrides)


def home_of(context: click.Context) -> Path:
    """The home that a command is about."""
    return settings_of(context.params.get("home")).home


def is_in_home(context: click.Context) -> bool:
    """Whether the command's lake is in a home on this machine."""
    from bio_lakehouse import backends

    return backends.is_in_home(settings_of(context.params.get("home")))


def was_left_half_repaired(context: click.Context) -> bool:
    from bio_lakehouse.lake.home import is_repair_unfinished

    return is_repair_unfinished(home_of(context))


def repair_home(context: click.Context) -> None:
    from bio_lakehouse.display import repair_summary
    from bio_lakehouse.workflows import run_repair

    repair_summary(run_repair(open_lake(context.params.get("home"))), err=True)


def in_a_sentence(problem: Exception) -> Exception:
    """`problem` where it is one of ours, else as a sentence; raises it where there is none."""
    if isinstance(problem, BioLakehouseError):
        return problem
    from bio_lakehouse.lake.store_errors import explain

    explained = explain(problem, Path("a file"))
    if explained is None:
        raise problem
    return explained


class ErrorGroup(click.Group):
    """A group whose own errors are printed as one sentence, with exit code 1."""

    command_class = LakeCommand

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(context, args)
        except click.NoSuchOption as error:
            option = error.option_name
            if option not in self._options_of_commands():
                raise
            place = f"{context.command_path} COMMAND {option} …"
            message = f"{option} is an option of commands, and stands after their name: {place}"
            raise click.UsageError(message, context) from error

    def _options_of_commands(self) -> set[str]:
        commands = self.commands.values()
        return {name for one in commands for option in one.params for name in option.opts}

    def invoke(self, context: click.Context) -> Any:
        try:
            with extras_named():
                return super().invoke(context)
        except (BioLakehouseError, OSError) as problem:
            from bio_lakehouse.terminal import visible

            error = in_a_sentence(problem)

            lines = [visible(line) for line in str(error).splitlines()]
            click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
            click.echo("\n".join(lines), err=True)
            context.exit(1)


def open_lake(home: Path | None, **overrides: Any) -> Lakehouse:
    from bio_lakehouse.lake.lakehouse import Lakehouse

    return Lakehouse.open(settings_of(home, **overrides))


def open_existing_lake(home: Path | None, **overrides: Any) -> Lakehouse:
    """The lake of a command that asks only: where there is none, none is made."""
    from bio_lakehouse.backends import require_lake
    from bio_lakehouse.lake.lakehouse import Lakehouse

    settings = settings_of(home, **overrides)
    require_lake(settings)
    return Lakehouse.open(settings)


def known_user(lake: Lakehouse, user: str | None) -> str:
    """The user that was named, or the default; an error that says who there is for a stranger."""
    from bio_lakehouse.lake.people import require_user

    return require_user(lake, user or lake.settings.user)


def lake_words(home: Path, user_id: str | None = None) -> str:
    """The words by which a command finds this person in this lake; none for those that commands
    find by themselves."""
    from bio_lakehouse.settings import home_in_command, load_settings

    usual = load_settings()
    user = "" if user_id in (None, usual.user) else f" --user {user_id}"
    return user if home == usual.home else user + home_in_command(home)


def user_or_default(user: str | None, settings: Settings) -> str:
    return user or settings.user
