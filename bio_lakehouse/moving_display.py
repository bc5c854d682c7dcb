"""What the commands that move, give back and forget print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bio_lakehouse.numbers import mebibytes_text
from bio_lakehouse.settings import home_in_command
from bio_lakehouse.terminal import OUT, escape

if TYPE_CHECKING:
    from bio_lakehouse.exporting import Export
    from bio_lakehouse.lake.forgetting import Removed
    from bio_lakehouse.lake.moving_landing import Became, Move
    from bio_lakehouse.settings import Settings, UserProfile

SHOWN = 20
COLUMNS: dict[Became, str] = {
    "copied": "copied",
    "there": "there\nalready",
    "beside": "kept\nbeside",
    "differs": "differ,\nleft",
}
KINDS = {
    "landing": "landed files",
    "experiments": "what was said of experiments",
    "ask": "corrections of answers",
    "reports": "reports, and what they told",
    "users.toml": "users.toml",
    "bronze": "days that bronze alone has",
}


def move_summary(move: Move) -> None:
    """What became of all that was looked at, by kind; the counts of a line add up to its first."""
    table = Table(box=SIMPLE)
    for name in ("", "looked\nat", *COLUMNS.values()):
        table.add_column(name, justify="left" if not name else "right")
    for kind, counts in move.counts().items():
        numbers = [counts.total(), *(counts[name] for name in COLUMNS)]
        table.add_row(KINDS.get(kind, kind), *(f"{number:,}" for number in numbers))
    OUT.print(table)
    sizes = [one.size for one in move.carried if one.became in ("copied", "beside")]
    verb = "would be copied" if move.is_trial else "were copied, each compared by its checksum"
    say(f"{len(sizes):,} objects, {mebibytes_text(sum(sizes), 1)}, {verb}.")
    for one in [one for one in move.carried if one.became == "beside"][:SHOWN]:
        say(f"Another content has the name {one.key}: this one is {one.kept_as}.")
    for key in move.differing[:SHOWN]:
        say(f"{key} differs from what is there, which was left: compare them, and keep one.")


def after_push(settings: Settings) -> None:
    """What a lake on AWS needs to give the same rows."""
    say(f"Where that lake runs, set BIO_TIMEZONE={settings.timezone}: days are those of this zone.")
    say(
        "The settings of `me` (maximum heart rate, FTP, heart-rate zones) are in .env and not in "
        "the bucket: set the same there."
    )
    say("What arrived is taken in by the queue, or by `BIO_ENV=aws bio-lakehouse refresh`.")


def after_pull(settings: Settings) -> None:
    say(f"Next: bio-lakehouse refresh{home_in_command(settings.home)}")


def export_summary(written: Export) -> None:
    """Where the export is, and what it holds."""
    table = Table(box=SIMPLE)
    table.add_column("")
    table.add_column("files", justify="right")
    for kind, count in written.files.items():
        table.add_row(kind, f"{count:,}")
    OUT.print(table)
    files = sum(written.files.values())
    say(
        f"{written.path}: {files:,} files, {mebibytes_text(written.size, 1)}. Begin with README.md."
    )
    say("It is all that is known of this person, and not encrypted: keep it as safe as that.")


def forgetting_table(removed: Sequence[Removed], *, is_trial: bool) -> None:
    """What was removed, or would be, layer by layer."""
    table = Table(box=SIMPLE)
    table.add_column("layer")
    table.add_column("would be removed" if is_trial else "removed", justify="right")
    table.add_column("of what")
    for one in removed:
        table.add_row(one.layer, f"{one.count:,}", one.unit)
    OUT.print(table)
    if not any(one.count for one in removed):
        say("Nothing of this person is here: look at the spelling, and at --home.")


def after_forgetting(settings: Settings, profile: UserProfile) -> None:
    """What no command can reach, and what to do about it."""
    say("What is elsewhere was not touched:")
    say("- backups that `bio-lakehouse backup` wrote hold them still: delete those files;")
    say("- another lake that `push` or `pull` has filled: forget them there too;")
    delivered = [target for target in settings.report_delivery if target != "mail"]
    if delivered:
        say(f"- reports that were delivered to {', '.join(delivered)}: delete their folder there;")
    if profile.mail_to:
        say(f"- mail that was sent to {', '.join(profile.mail_to)} stays in those mailboxes;")
    if profile.user_id == "me":
        say("- the measures of `me` in .env or the environment: take those lines out;")
    say(
        "- on AWS, its own copies until they end: DynamoDB's recovery and EFS's backups for 35 "
        "days, RDS's for 7, and what a stack kept as a snapshot;"
    )
    say("- homes of other machines over this lake: run it there too, with their UI closed;")
    say(
        "- on AWS, logs of functions and messages of the queue, which may name their files, and "
        "statements in Athena's history, which name them, until their retention ends;"
    )
    say("- what Oura and Peloton know, and what was sent to a language model: ask them.")


def say(text: str) -> None:
    """Print a line as it is, whatever names it has in it."""
    OUT.print(escape(text), soft_wrap=True, highlight=False)
