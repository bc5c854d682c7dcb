"""The command `bio-lakehouse`: thin words over the lake, the launcher and the SQL engine."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse import __version__
from bio_lakehouse.ask_commands import ask
from bio_lakehouse.command_parts import (
    FORMAT,
    HOME,
    AnswerCommand,
    Day,
    ErrorGroup,
    LakeCommand,
    User,
    known_user,
    open_existing_lake,
    open_lake,
    settings_of,
    user_option,
    user_or_default,
)
from bio_lakehouse.deploy_commands import deploy
from bio_lakehouse.doctor_command import doctor
from bio_lakehouse.errors import QueryError
from bio_lakehouse.mcp_command import mcp
from bio_lakehouse.moving_commands import export, forget, pull, push

if TYPE_CHECKING:
    import pyarrow as pa

    from bio_lakehouse.engines.sql import SqlEngine
    from bio_lakehouse.lake.experiment_log import Unit
    from bio_lakehouse.reports.formats import Format
    from bio_lakehouse.settings import Settings

WHAT_CLAUDE_GETS = (
    "ANTHROPIC_API_KEY is set, so Claude could write the report's text. It would get aggregates "
    "and findings, never rows; `bio-lakehouse report --show-egress` prints exactly what. Nothing "
    "was sent."
)


class Outcome(click.ParamType[str]):
    """What an experiment may be about."""

    name = "outcome"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> str:
        from bio_lakehouse.insights.experiment_design import OUTCOMES

        word = str(value).lower().replace("_", "-").replace(" ", "-")
        if word not in OUTCOMES:
            self.fail(f"{value!r} is none of {', '.join(OUTCOMES)}", param, context)
        return word


class Dataset(click.ParamType[str]):
    """A dataset whose files may look like those of another, by its vendor's name or bronze's."""

    name = "dataset"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> str:
        from difflib import get_close_matches

        from bio_lakehouse.sources import registry

        known = registry.look_alikes()
        name = known.get(str(value), str(value))
        if name not in known.values():
            near = get_close_matches(name.lower(), known.values(), n=3) or sorted(known.values())
            self.fail(f"there is no dataset {value!r}; there are {', '.join(near)}", param, context)
        return name


class IngestCommand(LakeCommand):
    """The command whose help lists the files that are read."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from bio_lakehouse.english import capital
        from bio_lakehouse.sources import registry

        with formatter.section("Files that are read"):
            for one in registry.formats():
                formatter.write_text(f"{capital(one.title)}. From: {one.obtained}.")


class VendorGroup(ErrorGroup):
    """The commands of a vendor, named after its source; their help lists its settings."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from bio_lakehouse.settings import documented_settings
        from bio_lakehouse.sources import registry

        fetcher = registry.source_named(str(self.name)).fetcher
        prefix = f"BIO_{fetcher.settings.upper()}" if fetcher else "-"
        found = [(name, text) for name, _, text in documented_settings() if name.startswith(prefix)]
        with formatter.section("Settings"):
            formatter.write_dl(found)


@click.group(
    cls=ErrorGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="bio-lakehouse")
def main() -> None:
    """Your Oura and Peloton data in one lake on your own machine.

    \b
    Start with:  bio-lakehouse demo
    Then yours:  bio-lakehouse ingest ~/Downloads/workouts.csv ~/Downloads/oura-export.zip
    And look:    bio-lakehouse report --open
    Or ask:      bio-lakehouse app
    """


main.add_command(ask)
main.add_command(mcp)
main.add_command(deploy)
main.add_command(push)
main.add_command(pull)
main.add_command(export)
main.add_command(doctor)
main.add_command(forget)


@main.command(if_stopped="the same command begins the demo afresh")
@HOME
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=180,
    show_default=True,
    help="Days of the demo's life.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Which demo person; the same seed, the same data.",
)
@click.option("--open", "open_page", is_flag=True, help="Show the report in the browser.")
def demo(home: Path | None, days: int, seed: int, open_page: bool) -> None:
    """Make up a person, bring in their files, and write their weekly report.

    The files are written to landing in the vendors' own formats and go the way of any other file.
    Without --home the demo lives in a folder of its own (`<home>-demo`), so that it never mixes
    with your data. That folder is made afresh each time; one that holds anything else is left
    alone, and the demo says so.

    \b
    Example:  bio-lakehouse demo --days 180 --seed 7
    """
    from bio_lakehouse.display import demo_summary
    from bio_lakehouse.workflows import run_demo

    base = settings_of(home)
    own = home or base.home.with_name(f"{base.home.name}-demo")
    lake = open_lake(own, profile="local", local_only=True)
    outcome = run_demo(lake, days, seed)
    demo_summary(lake, outcome)
    if open_page:
        click.launch(outcome.report.as_uri())


@main.command(
    cls=IngestCommand,
    if_stopped="what landed is kept, and the same command goes on from there",
)
@HOME
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@user_option("Whose files they are")
@click.option(
    "--dataset",
    type=Dataset(),
    help="What the files hold, where their content fits several datasets (such as daily_sleep).",
)
def ingest(
    home: Path | None, paths: tuple[Path, ...], user: str | None, dataset: str | None
) -> None:
    """Bring in files, folders or zips, and bring every day that they change up to date.

    Files are recognised by what is in them. From a folder, what is no export is passed over and
    not copied. A file that was brought in before changes nothing. Exits with 1 when a file was
    refused or rows were quarantined; everything else is brought in all the same.

    \b
    Example:  bio-lakehouse ingest ~/Downloads/workouts.csv ~/Downloads/oura-export.zip
    """
    from bio_lakehouse.display import ingest_table, tell_what_begins
    from bio_lakehouse.workflows import run_ingest

    lake = open_lake(home)
    user_id = user_or_default(user, lake.settings)
    tell_what_begins(lake, user_id)
    outcome = run_ingest(lake, list(paths), user_id, dataset)
    ingest_table(lake, outcome)
    if outcome.failed:
        sys.exit(1)


@main.command(if_stopped="what is built is kept, and the same command builds the whole range")
@HOME
@click.option(
    "--from", "first", type=Day(), help="First day (default: the first day that has data)."
)
@click.option("--to", "last", type=Day(), help="Last day (default: today).")
@click.option(
    "--select",
    "selection",
    default="refresh",
    show_default=True,
    help="Assets to materialise: `refresh` (bronze, silver, gold), a Dagster selection such as"
    " `group:silver` or `key:gold/*`, or one asset such as `insights/sleep_readiness`.",
)
def refresh(home: Path | None, first: date | None, last: date | None, selection: str) -> None:
    """Rebuild a range of days from landing, in one run. Running it twice changes nothing.

    \b
    Example:  bio-lakehouse refresh --from 2026-03-01 --to 2026-03-31
    """
    from bio_lakehouse.display import refresh_summary
    from bio_lakehouse.workflows import run_refresh

    in_bucket = settings_of(home).landing_url
    lake = open_lake(home) if in_bucket else open_existing_lake(home)
    outcome = run_refresh(lake, first, last, selection)
    refresh_summary(outcome)


@main.command()
@HOME
@user_option("Whose report it is")
@click.option(
    "--week-ending",
    type=Day(),
    help="Last day of the week (default: of the newest week that is over and has data).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "email", "pdf"]),
    default="html",
    show_default=True,
    help="A page, a mail as a file (.eml), or the page as PDF, which needs a Chrome or Chromium.",
)
@click.option("--local-only", is_flag=True, help="Send nothing to Claude; fixed rules choose.")
@click.option(
    "--show-egress",
    is_flag=True,
    help="Print exactly what would be sent to Claude, and send nothing.",
)
@click.option("--deliver", is_flag=True, help="Take the report to where BIO_REPORT_DELIVERY says.")
@click.option("--open", "open_page", is_flag=True, help="Show it in the browser.")
def report(
    home: Path | None,
    user: str | None,
    week_ending: date | None,
    form: Format,
    local_only: bool,
    show_egress: bool,
    deliver: bool,
    open_page: bool,
) -> None:
    """Write the weekly report of the seven days that end on a day, and print where it is.

    On the last day of a week that is over (BIO_WEEK_ENDS_ON, Sunday when not set) it is the asset
    reports/weekly_report of that week; on another day a page of its own.

    Code writes its text. With ANTHROPIC_API_KEY set and `bio-lakehouse claude allow` said, Claude
    chooses what it says, from aggregates and findings, never from rows; else fixed rules do.

    \b
    Example:  bio-lakehouse report --week-ending 2026-03-01 --open
    """
    from bio_lakehouse.claude.access import stays_local
    from bio_lakehouse.workflows import report_egress, run_report

    lake = open_existing_lake(home, local_only=local_only or None)
    user_id = known_user(lake, user)
    if show_egress:
        click.echo(report_egress(lake, user_id, week_ending))
        if stays_local(lake.settings):
            click.echo(
                "As things are set, fixed rules choose and nothing of this is sent.", err=True
            )
        return
    ask_about_claude(lake.settings)
    made = run_report(lake, user_id, week_ending, form, deliver)
    click.echo(str(made.path))
    for line in made.delivered:
        click.echo(line, err=True)
    if open_page:
        click.launch(made.path.as_uri())


def ask_about_claude(settings: Settings) -> None:
    """On a terminal, once a home, whether Claude may be asked; elsewhere say how it is allowed."""
    from bio_lakehouse.claude.access import could_be_asked
    from bio_lakehouse.claude.consent import claude_consent, record_claude_consent

    if not could_be_asked(settings) or claude_consent(settings.home) is not None:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        click.echo(WHAT_CLAUDE_GETS, err=True)
        allowed = click.confirm("May Claude choose what this home's reports say?", err=True)
        record_claude_consent(settings.home, allowed)
    else:
        click.echo(
            (
                "ANTHROPIC_API_KEY is set, but nobody has allowed this home to use it, so "
                "fixed rules choose and nothing is sent. To allow it: bio-lakehouse claude allow"
            ),
            err=True,
        )


@main.group()
def claude() -> None:
    """Say whether Claude may choose what reports of this home say."""


@claude.command("allow")
@HOME
def claude_allow(home: Path | None) -> None:
    """Allow Claude to choose what reports of this home say, with the key in ANTHROPIC_API_KEY.

    Sent are aggregates and findings, never rows; `bio-lakehouse report --show-egress` prints
    exactly what. Until this was said nothing is sent, whatever key is set.

    \b
    Example:  bio-lakehouse claude allow
    """
    from bio_lakehouse.claude.consent import record_claude_consent

    path = record_claude_consent(settings_of(home).home, allowed=True)
    click.echo(f"Allowed, as {path} says. To take it back: bio-lakehouse claude forbid")


@claude.command("forbid")
@HOME
def claude_forbid(home: Path | None) -> None:
    """Forbid it: fixed rules choose, nothing is sent, and nobody is asked again.

    \b
    Example:  bio-lakehouse claude forbid
    """
    from bio_lakehouse.claude.consent import record_claude_consent

    path = record_claude_consent(settings_of(home).home, allowed=False)
    click.echo(f"Forbidden, as {path} says. To allow it: bio-lakehouse claude allow")


@main.command(cls=AnswerCommand)
@HOME
@click.argument("sql")
@FORMAT
@user_option("Whose rows are seen")
@click.option("--all-users", is_flag=True, help="See the rows of every user.")
def query(home: Path | None, sql: str, layout: str, user: str | None, all_users: bool) -> None:
    """Ask the silver tables and gold views in SQL (Athena's dialect); nothing can be written.

    `energy_state`, `gold.energy_state` and `bio_gold.energy_state` name the same view.

    "SHOW TABLES" and "DESCRIBE energy_state" show what there is, as `bio-lakehouse tables` does.

    A table rounds to four decimals; --format csv and json have all digits. In CSV, a text that a
    spreadsheet would compute is written after an apostrophe. In JSON, the second column `score` is
    `score_2`, and NaN is null.

    \b
    Example:  bio-lakehouse query "SELECT day, energy_state FROM energy_state ORDER BY day DESC
    LIMIT 7"
    """
    from bio_lakehouse.answers import print_answer
    from bio_lakehouse.backends import open_sql
    from bio_lakehouse.engines import describe

    lake = open_existing_lake(home)
    asked_by = None if all_users else known_user(lake, user)
    description = describe.answer(sql)
    if description is not None:
        print_answer(description, layout)
    else:
        print_answer(answer_or_hint(open_sql(lake), sql, asked_by), layout)


def answer_or_hint(engine: SqlEngine, sql: str, user_id: str | None) -> pa.Table:
    """The statement's rows; where a name in it is unknown, the error says what it may mean."""
    from bio_lakehouse.ask.semantics import model_text, semantic_model

    try:
        return engine.answer(sql, user_id)
    except QueryError as error:
        raise QueryError(model_text.with_hint(str(error), semantic_model.load())) from error


@main.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    expose_value=False,
    help="Folder of the lake; every lake has the same tables.",
)
@click.argument("name", required=False)
@FORMAT
def tables(name: str | None, layout: str) -> None:
    """Show the tables and views there are, or the columns of NAME, with units and meaning.

    \b
    Example:  bio-lakehouse tables energy_state
    """
    from bio_lakehouse.answers import print_answer
    from bio_lakehouse.engines import describe

    print_answer(describe.columns(name) if name else describe.tables(), layout)


@main.command(cls=AnswerCommand)
@HOME
@user_option("Whose data is looked at")
def status(home: Path | None, user: str | None) -> None:
    """Show what is there: newest days, gaps with their causes, last arrivals, quarantine, and
    reports that are older than their data.

    \b
    Example:  bio-lakehouse status
    """
    from bio_lakehouse.display import print_status
    from bio_lakehouse.status import lake_status

    lake = open_existing_lake(home)
    print_status(lake_status(lake, known_user(lake, user)))


@main.group(cls=ErrorGroup)
def experiment() -> None:
    """Try something on yourself: the lake draws when, and tells at the end what it did.

    A trial of one person in pairs of weeks, or of days. Of each pair chance assigns one to what you
    try, and the other is as usual. You live by it, mark each day whether you kept to it, and on the
    day that was fixed at the start the two are compared; not before.

    \b
    Start with:  bio-lakehouse experiment start "no alcohol"
    Each day:    bio-lakehouse experiment today
                 bio-lakehouse experiment mark yes
    At the end:  bio-lakehouse experiment result
    """


@experiment.command("start")
@HOME
@click.argument("name")
@click.option(
    "--unit",
    type=click.Choice(["week", "day"]),
    default="week",
    show_default=True,
    help="What is assigned: whole weeks, or days (for what is over the next day).",
)
@click.option(
    "--pairs",
    type=click.IntRange(1, 999),
    help="Pairs of weeks (default: 8, at most 12) or of days (default: 20, at most 60); 6 at "
    "least.",
)
@click.option(
    "--outcome",
    type=Outcome(),
    default="readiness",
    show_default=True,
    help="What is compared: readiness, sleep, hrv, resting-heart-rate, time-asleep, activity, …",
)
@click.option(
    "--starts",
    type=Day(),
    help="First day (default: that of the next week, or tomorrow).",
)
@user_option("Whose experiment it is")
def experiment_start(
    home: Path | None,
    name: str,
    unit: Unit,
    pairs: int | None,
    outcome: str,
    starts: date | None,
    user: str | None,
) -> None:
    """Draw a plan for NAME, what you want to try, and keep it; it cannot be changed afterwards.

    Says how long it takes, the smallest p that it can reach, and which difference it would find on
    your own last 180 days with a chance of 80 %. One experiment at a time.

    What a night or a morning measures counts for the day before it. The first day of each week is
    left out, as it carries over from the week before.

    \b
    Example:  bio-lakehouse experiment start "no alcohol" --outcome hrv --pairs 10
    """
    from bio_lakehouse.build import experiment_events
    from bio_lakehouse.experimenting import plan_lines

    lake = open_existing_lake(home)
    user_id = known_user(lake, user)
    plan = experiment_events.start(lake, user_id, name, unit, pairs, outcome, starts)
    print_lines(plan_lines(lake, plan))


@experiment.command("today")
@HOME
@click.option("--all", "every", is_flag=True, help="Also show all that was drawn for later.")
@user_option("Whose experiment it is")
def experiment_today(home: Path | None, every: bool, user: str | None) -> None:
    """Show what is assigned to this week or day, and to the next.

    Later ones are shown with --all alone: what one knows of, one prepares for.

    \b
    Example:  bio-lakehouse experiment today
    """
    from bio_lakehouse.build import experiment_events
    from bio_lakehouse.experimenting import today_lines

    lake = open_existing_lake(home)
    found = experiment_events.current(lake, known_user(lake, user))
    print_lines(today_lines(found, lake.settings.today(found.plan.user_id), every=every))


@experiment.command("mark")
@HOME
@click.argument("kept", type=click.Choice(["yes", "no"]))
@click.option("--day", type=Day(), help="The day (default: today).")
@click.option("--from", "first", type=Day(), help="First of several days.")
@click.option("--to", "last", type=Day(), help="Last of several days.")
@click.option("--note", default="", help="A few words of your own.")
@user_option("Whose experiment it is")
def experiment_mark(
    home: Path | None,
    kept: str,
    day: date | None,
    first: date | None,
    last: date | None,
    note: str,
    user: str | None,
) -> None:
    """Mark whether you kept to what was assigned: "no alcohol", or as usual.

    A day that nobody marked is unknown, and never counted as kept. A later mark replaces an earlier
    one. Marks change no result: a day counts for what it was assigned to. They are told beside it.

    \b
    Example:  bio-lakehouse experiment mark no --day 2026-03-07 --note "a wedding"
    """
    from bio_lakehouse.build import experiment_events

    if day and (first or last):
        raise click.UsageError("--day is one day; --from and --to are several")
    if bool(first) != bool(last):
        raise click.UsageError("--from and --to go together")
    lake = open_existing_lake(home)
    user_id = known_user(lake, user)
    until = day or last or lake.settings.today(user_id)
    begin = day or first or until
    found, changed = experiment_events.mark(lake, user_id, begin, until, kept == "yes", note)
    words = "as kept" if kept == "yes" else "as not kept"
    told = f"Marked {begin}" if begin == until else f"Marked {begin} to {until}"
    also = "" if changed else "; it was so already"
    print_lines([f"{told} {words} (“{found.plan.name}”){also}."])


@experiment.command("status")
@HOME
@click.argument("name", required=False)
@user_option("Whose experiment it is")
def experiment_status(home: Path | None, name: str | None, user: str | None) -> None:
    """Show the design of the experiment that goes on, or of that called NAME, how it stands, and
    how far it was kept to.

    \b
    Example:  bio-lakehouse experiment status
    """
    from bio_lakehouse.build import experiment_events
    from bio_lakehouse.experimenting import status_lines

    lake = open_existing_lake(home)
    found = experiment_events.current(lake, known_user(lake, user), name)
    print_lines(status_lines(lake, found))


@experiment.command("list")
@HOME
@user_option("Whose experiments they are")
def experiment_list(home: Path | None, user: str | None) -> None:
    """List all experiments, oldest first, and how each stands.

    \b
    Example:  bio-lakehouse experiment list
    """
    from bio_lakehouse.experimenting import list_lines

    lake = open_existing_lake(home)
    print_lines(list_lines(lake, known_user(lake, user)))


@experiment.command("result")
@HOME
@click.argument("name", required=False)
@user_option("Whose experiment it is")
def experiment_result(home: Path | None, name: str | None, user: str | None) -> None:
    """Tell what the last experiment, or that called NAME, came to, by a test over all assignments
    that could have been drawn.

    Before its end it tells the date, and how far it was kept to, and exits with 1.

    \b
    Example:  bio-lakehouse experiment result
    """
    from bio_lakehouse.build import experiment_events

    lake = open_existing_lake(home)
    found = experiment_events.current(lake, known_user(lake, user), name)
    print_lines([experiment_events.result_text(lake, found)])


@experiment.command("stop")
@HOME
@user_option("Whose experiment it is")
def experiment_stop(home: Path | None, user: str | None) -> None:
    """End the experiment before its end. It is then described and never analysed, and that cannot
    be taken back.

    \b
    Example:  bio-lakehouse experiment stop
    """
    from bio_lakehouse.build import experiment_events

    lake = open_existing_lake(home)
    user_id = known_user(lake, user)
    name = experiment_events.current(lake, user_id).plan.name
    if sys.stdin.isatty():
        click.confirm(f"End “{name}” for good?", abort=True, err=True)
    found = experiment_events.stop(lake, user_id)
    print_lines([experiment_events.result_text(lake, found)])


def print_lines(lines: Iterable[str]) -> None:
    """Print what may hold a person's own words: nothing in it commands the terminal."""
    from bio_lakehouse.terminal import visible

    for line in lines:
        click.echo(visible(line))


@main.command(if_stopped="what is not made again yet is made by the same command")
@HOME
def repair(home: Path | None) -> None:
    """Check everything that is made from landing against it, and make again what is damaged.

    Says what was damaged and what is not as it was. Damaged files are kept in `<home>/damaged`,
    which can be deleted; nothing in landing is ever touched. Other commands repair by themselves
    what they find damaged.

    \b
    Example:  bio-lakehouse repair
    """
    from bio_lakehouse.display import repair_summary
    from bio_lakehouse.workflows import run_repair

    repair_summary(run_repair(open_existing_lake(home)))


@main.command()
@HOME
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--everything", is_flag=True, help="Also what `restore` would make again: tables, bronze, runs."
)
@click.option(
    "--secrets",
    is_flag=True,
    help="Also tokens, browser logins and .env; keep FILE as safe as them.",
)
def backup(home: Path | None, file: Path, everything: bool, secrets: bool) -> None:
    """Write what of the lake cannot be made again to one new file (.tar.gz), for its owner's eyes
    alone.

    That is landing, the log of what arrived when, experiments, `users.toml` and the reports, each
    with its checksum. Tokens and logins are left out. It can be made while the lake is in use.

    \b
    Example:  bio-lakehouse backup ~/lake-2026-03-01.tar.gz
    """
    from bio_lakehouse.backends import require_home
    from bio_lakehouse.display import backup_summary
    from bio_lakehouse.lake.backup import back_up

    lake = open_existing_lake(home)
    require_home(lake.settings, "A backup")
    backup_summary(back_up(lake, file, everything=everything, secrets=secrets), secrets=secrets)


@main.command(
    if_stopped="where the home is still empty, give the same command again; else what it lacks is "
    "made by `bio-lakehouse repair`"
)
@HOME
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def restore(home: Path | None, file: Path) -> None:
    """Fill an empty home from a backup, every file compared with its checksum, and build what was
    not in it.

    \b
    Example:  bio-lakehouse restore ~/lake-2026-03-01.tar.gz --home ~/restored-lake
    """
    from bio_lakehouse.display import restore_summary
    from bio_lakehouse.workflows import run_restore

    settings = settings_of(home)
    restore_summary(run_restore(file, settings), settings.home)


@main.command()
@HOME
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def ui(home: Path | None, port: int) -> None:
    """Open the Dagster UI over the same lake, with the daemon that runs sensors and schedules.

    The app of `bio-lakehouse app` is at /app of the same port, in the same process. Ctrl-C ends it
    and all that it started. The console shows its address and problems; a port that is taken, or a
    home whose UI is open already, is an error before anything starts.

    \b
    Example:  bio-lakehouse ui --port 3000
    """
    from bio_lakehouse.automation.serving import serve

    sys.exit(serve(open_lake(home).settings, port, "bio_lakehouse.app.beside_dagster"))


@main.command()
@HOME
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--user",
    "user",
    type=User(),
    help="Whose data is seen (default: BIO_USER's, with a choice among those who are in the lake).",
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
def app(home: Path | None, port: int, user: str | None, no_open: bool) -> None:
    """Open the app in the browser: today, questions in plain words, insights, reports, and the data
    itself, with files brought in by drag and drop.

    It listens on this machine alone. Ctrl-C ends it and all that it started. Where `bio-lakehouse
    ui` is open over the home, that one has the app too, and it is shown. A port that is taken, or a
    home whose app is open already, is an error before anything starts.

    \b
    Example:  bio-lakehouse app --port 8501
    """
    from bio_lakehouse.app.app_server import serve

    lake = open_lake(home)
    serve(lake.settings, known_user(lake, user) if user else None, port, open_page=not no_open)


@main.group(cls=VendorGroup)
def oura() -> None:
    """Sign in to Oura's API, and fetch from it."""


@oura.command("login")
@HOME
@user_option("Whose Oura account it is")
@click.option(
    "--history/--no-history",
    default=None,
    help="Fetch the whole history afterwards (asked when not said).",
)
def oura_login(home: Path | None, user: str | None, history: bool | None) -> None:
    """Sign in to Oura in the browser; the tokens stay on this machine (or in Parameter Store).

    Register an application at https://developer.ouraring.com/applications first and set
    BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET. The whole history can be fetched at once
    afterwards; it can be stopped and resumed.

    \b
    Example:  bio-lakehouse oura login
    """
    from bio_lakehouse.display import sync_summary
    from bio_lakehouse.workflows import run_oura_login, run_oura_sync

    lake = open_lake(home)
    user_id = user_or_default(user, lake.settings)
    run_oura_login(lake, user_id, click.echo)
    if history is None:
        history = sys.stdin.isatty() and click.confirm(
            "Fetch the whole history now? It can be stopped and resumed."
        )
    if history:
        sync_summary(lake, run_oura_sync(lake, user_id, lake.settings.first_day, None, resume=True))


@oura.command("sync")
@HOME
@user_option("Whose data is fetched")
@click.option(
    "--from", "first", type=Day(), help="First day (default: BIO_OURA_LOOKBACK_DAYS before today)."
)
@click.option("--to", "last", type=Day(), help="Last day (default: today).")
@click.option("--resume", is_flag=True, help="Leave out windows that an earlier fetch has brought.")
@click.option(
    "--land-only",
    is_flag=True,
    help="Only land the answers; a running daemon's sensor does the rest.",
)
def oura_sync(
    home: Path | None,
    user: str | None,
    first: date | None,
    last: date | None,
    resume: bool,
    land_only: bool,
) -> None:
    """Fetch days from Oura's API into landing, and bring every day that changed up to date.

    Exits with 1 when something did not arrive, was refused or was set aside; all else is brought in
    all the same.

    \b
    Example:  bio-lakehouse oura sync --from 2026-01-01
    """
    from bio_lakehouse.display import sync_summary
    from bio_lakehouse.workflows import run_oura_sync

    lake = open_lake(home)
    user_id = user_or_default(user, lake.settings)
    outcome = run_oura_sync(lake, user_id, first, last, resume=resume, land_only=land_only)
    sync_summary(lake, outcome)
    sys.exit(outcome.failed)


@oura.command("spec")
@HOME
@click.argument("document", metavar="FILE_OR_URL")
def oura_spec(home: Path | None, document: str) -> None:
    """Compare Oura's published specification with what is read here.

    Takes an OpenAPI document as a file or https address; Oura publishes it as
    https://cloud.ouraring.com/v2/static/json/openapi-1.35.json, with the version of today. Lists
    endpoints and fields that are new, gone, or known but not read beyond bronze, and scopes that
    are gone. Exits with 1 when anything is new or gone, or the document cannot be read; else with
    0.

    \b
    Example:  bio-lakehouse oura spec openapi-1.35.json
    """
    from bio_lakehouse.display import print_drift
    from bio_lakehouse.sources.oura.specification import drift_of, load_specification

    drift = drift_of(load_specification(document), settings_of(home).oura_scopes)
    print_drift(drift)
    sys.exit(drift.found)


@main.group(cls=VendorGroup)
def peloton() -> None:
    """Sign in to Peloton in a browser profile that is kept, and download the workouts with it."""


@peloton.command("login")
@HOME
@user_option("Whose Peloton account it is")
def peloton_login(home: Path | None, user: str | None) -> None:
    """Open a browser window on Peloton's site; sign in there once, a profile of that user's own
    keeps the login.

    Needs the extra `peloton` (pip install "bio-lakehouse[peloton]") and a Chrome or Chromium.

    \b
    Example:  bio-lakehouse peloton login
    """
    from bio_lakehouse.workflows import run_peloton_login

    lake = open_lake(home)
    run_peloton_login(lake, user_or_default(user, lake.settings), click.echo)
    click.echo("Signed in; `bio-lakehouse peloton sync` can download now.")


@peloton.command("sync")
@HOME
@user_option("Whose workouts they are")
@click.option(
    "--land-only", is_flag=True, help="Only land the file; a running daemon's sensor does the rest."
)
def peloton_sync(home: Path | None, user: str | None, land_only: bool) -> None:
    """Download the workouts with the kept login into landing, and bring every day that changed up
    to date.

    Exits with 1 when the file did not come, or it or some of its rows were refused.

    \b
    Example:  bio-lakehouse peloton sync
    """
    from bio_lakehouse.display import sync_summary
    from bio_lakehouse.workflows import run_peloton_sync

    lake = open_lake(home)
    outcome = run_peloton_sync(lake, user_or_default(user, lake.settings), land_only)
    sync_summary(lake, outcome)
    sys.exit(outcome.failed)
