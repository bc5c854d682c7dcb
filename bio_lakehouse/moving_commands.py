"""The commands that move a lake, give back what is a person's, and forget it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bio_lakehouse.command_parts import HOME, LakeCommand
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.settings import Settings, load_settings

if TYPE_CHECKING:
    from bio_lakehouse.lake.lakehouse import Lakehouse

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
    from bio_lakehouse.moving_display import after_push

    here, there = both_lakes(load_settings(home=home), bucket)
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
    from bio_lakehouse.moving_display import after_pull

    here, there = both_lakes(load_settings(home=home), bucket)
    carry(there, here, dry_run)
    after_pull(here.settings)


def both_lakes(settings: Settings, bucket: str | None) -> tuple[Lakehouse, Lakehouse]:
    """The lake of this machine, and that of the bucket."""
    from bio_lakehouse.lake.lakehouse import Lakehouse

    name = bucket or settings.s3_bronze_bucket
    if not name:
        raise SettingsError(
            "no bucket is named: give --bucket NAME, or set BIO_S3_BRONZE_BUCKET. `bio-lakehouse "
            "deploy` prints the names of the buckets that it made."
        )
    here = settings.model_copy(update={"profile": "local"})
    on_aws = {"profile": "aws", "s3_bronze_bucket": name, "landing_url": None}
    return Lakehouse.open(here), Lakehouse(settings.model_copy(update=on_aws))


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
