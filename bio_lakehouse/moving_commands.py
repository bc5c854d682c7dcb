"""The commands that move a lake, give back what is a person's, and forget it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bio_lakehouse.command_parts import (
    HOME,
    LakeCommand,
    User,
    known_user,
    open_existing_lake,
    settings_of,
    user_option,
)
from bio_lakehouse.errors import SettingsError

if TYPE_CHECKING:
    from bio_lakehouse.lake.forgetting import Removed
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.settings import Settings

BUCKET = click.option(
    "--bucket", help="The bucket of landing and bronze (default: $BIO_S3_BRONZE_BUCKET)."
)
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and write nothing anywhere."
)


@click.command("push", cls=LakeCommand)
@HOME
@BUCKET
@DRY_RUN
def push(home: Path | None, bucket: str | None, dry_run: bool) -> None:
    """Copy what nothing can make again from this machine's lake to a bucket, where a lake on AWS
    takes it in.

    That is landing with its notes and file times, experiments, `users.toml`, corrections, reports,
    and what bronze alone still has. Whatever is there already is compared by its checksum and left:
    it can be stopped, and run again. Another content of the same name in landing is kept beside the
    one that is there; anything else that differs is named and left, and the exit code is 1.

    Tokens, logins and `.env` stay here.

    \b
    Example:  bio-lakehouse push --bucket my-bronze --dry-run
              bio-lakehouse push --bucket my-bronze
    """
    from bio_lakehouse.backends import require_lake
    from bio_lakehouse.moving_display import after_push

    here, there = both_lakes(settings_of(home), bucket)
    require_lake(here.settings)
    carry(here, there, dry_run)
    after_push(here.settings)


@click.command("pull", cls=LakeCommand)
@HOME
@BUCKET
@DRY_RUN
def pull(home: Path | None, bucket: str | None, dry_run: bool) -> None:
    """Copy what nothing can make again from a bucket to this machine's lake: `push` the other way.

    Landed files get the times that they had. Nothing that is here is written over. Afterwards
    `bio-lakehouse refresh` builds what came.

    \b
    Example:  bio-lakehouse pull --bucket my-bronze --home ~/lake
    """
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.moving_display import after_pull

    here, there = both_lakes(settings_of(home), bucket)
    if not dry_run:
        here = Lakehouse.open(here.settings)
    carry(there, here, dry_run)
    after_pull(here.settings)


@click.command("export", cls=LakeCommand)
@HOME
@click.argument("target", type=click.Path(path_type=Path), metavar="FOLDER_OR_FILE.zip")
@user_option("Whose data is written out")
def export(home: Path | None, target: Path, user: str | None) -> None:
    """Write all that is a person's to a new folder, or a new FILE.zip, in open formats.

    Files as they came, bronze, the rows of every table and view as Parquet and CSV, what became of
    each file, rows set aside with their reasons, reports, experiments and corrections; a README
    that says what is what, every column's unit and meaning, and a manifest with checksums. Nothing
    of anybody else is in it. No tokens or logins.

    \b
    Example:  bio-lakehouse export --user ann ~/ann.zip
    """
    from bio_lakehouse.exporting import export as write_export
    from bio_lakehouse.moving_display import export_summary
    from bio_lakehouse.workflows import progress_bar

    lake = open_existing_lake(home)
    user_id = known_user(lake, user)
    with progress_bar("Writing") as bar:
        task = bar.add_task("", total=None)
        written = write_export(
            lake, user_id, target, lambda name: bar.update(task, advance=1, description=name)
        )
    export_summary(written)


@click.command("forget", cls=LakeCommand)
@HOME
@click.option("--user", "user", type=User(), required=True, help="Whom the lake is to forget.")
@click.option("--yes", is_flag=True, help="Do not ask for the name once more.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def forget(home: Path | None, user: str, yes: bool, dry_run: bool) -> None:
    """Remove all that the lake has of a person, for good, and say what it removed, layer by layer.

    Landing, quarantine, bronze, rows in silver and gold with every earlier state of the tables,
    reports, experiments, corrections, kept answers, logins, the log, and what Dagster's records
    tell of them; in buckets also earlier versions. The others' rows stay as they are. It cannot be
    taken back: `bio-lakehouse export` first gives them what is theirs.

    The UI and the app must be closed. What was interrupted is run again. What no command can reach
    is named at the end: backups, delivered reports, mail. Exits with 1 when nobody of that name is
    in the lake.

    \b
    Example:  bio-lakehouse forget --user ann --dry-run
              bio-lakehouse forget --user ann
    """
    from bio_lakehouse.moving_display import after_forgetting

    lake = open_existing_lake(home)
    profile = lake.settings.user_profile(user)
    if dry_run or not yes:
        show_removed(lake, user, list(forgetting(lake, user, is_trial=True)), is_trial=True)
    if dry_run:
        return
    if not yes:
        require_typed(user)
    removed = []
    for one in forgetting(lake, user, is_trial=False):
        click.echo(f"{one.layer}: {one.count:,}", err=True)
        removed.append(one)
    show_removed(lake, user, removed, is_trial=False)
    after_forgetting(lake.settings, profile)


def show_removed(
    lake: Lakehouse, user_id: str, removed: Sequence[Removed], *, is_trial: bool
) -> None:
    """What was removed; `SettingsError` where nothing was, and nobody of that name is there."""
    from bio_lakehouse.lake.people import require_user
    from bio_lakehouse.moving_display import forgetting_table

    forgetting_table(removed, is_trial=is_trial)
    if not any(one.count for one in removed):
        require_user(lake, user_id)


def require_typed(user_id: str) -> None:
    """Go on when the name is typed, and not by an Enter too many."""
    if not sys.stdin.isatty():
        raise SettingsError(f"this cannot be taken back: add --yes to forget {user_id}")
    typed = click.prompt(f"This cannot be taken back. Type {user_id} to go on", err=True)
    if typed.strip() != user_id:
        raise click.Abort


def forgetting(lake: Lakehouse, user_id: str, *, is_trial: bool) -> Iterator[Removed]:
    """Forget a person in Dagster's records and then in the lake, which knows their files' names."""
    from bio_lakehouse.automation.forgotten_runs import forget_records, nothing_running
    from bio_lakehouse.lake.forgetting import files_of, forget

    settings = lake.settings
    with nullcontext() if is_trial else nothing_running(settings):
        files = files_of(lake, user_id)
        yield from forget_records(settings, user_id, files, is_trial=is_trial)
        yield from forget(lake, user_id, is_trial=is_trial)


def both_lakes(settings: Settings, bucket: str | None) -> tuple[Lakehouse, Lakehouse]:
    """The lake of this machine, and that of the bucket."""
    from bio_lakehouse.backends import AWS, LOCAL
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.settings import bucket_name

    name = bucket or settings.s3_bronze_bucket
    if not name:
        raise SettingsError(
            "no bucket is named: give --bucket NAME, or set BIO_S3_BRONZE_BUCKET. `bio-lakehouse "
            "deploy` prints the names of the buckets that it made."
        )
    try:
        bucket_name(name)
    except ValueError as error:
        raise SettingsError(f"--bucket: {error}") from error
    here = settings.model_copy(update={"profile": LOCAL})
    on_aws = {"profile": AWS, "s3_bronze_bucket": name, "landing_url": None}
    return Lakehouse(here), Lakehouse(settings.model_copy(update=on_aws))


def carry(source: Lakehouse, target: Lakehouse, dry_run: bool) -> None:
    """Move, show it, and exit with 1 where something differs that was left."""
    from bio_lakehouse.lake.moving_landing import move
    from bio_lakehouse.moving_display import move_summary
    from bio_lakehouse.workflows import progress_bar

    with progress_bar("Copying") as bar:
        task = bar.add_task("", total=None)

        def told(key: str, done: int, total: int) -> None:
            bar.update(task, description=key, completed=done, total=total)

        done = move(source, target, is_trial=dry_run, progress=told)
    move_summary(done)
    if done.differing:
        sys.exit(1)
