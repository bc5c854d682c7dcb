"""The command `bio-lakehouse doctor`: what stands in the lake's way, and what to do about it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bio_lakehouse.command_parts import HOME

if TYPE_CHECKING:
    from bio_lakehouse.doctor.verdicts import Check

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red", "skipped": "bright_black"}


@click.command("doctor", cls=click.Command)
@HOME
@click.option("--json", "as_json", is_flag=True, help="Print the checks as a JSON list of objects.")
def doctor(home: Path | None, as_json: bool) -> None:
    """Look whether the lake has all that it needs: settings, rights, space, and what it reaches.

    On this machine: the home, its disk and databases, the clock, the time zone, programs; then
    Spark, Claude, the logins at Oura and Peloton, mail and Dagster's daemon. With BIO_ENV=aws also
    credentials, buckets, tables, Athena, the queue, parameters and the Glue job. Each finding says
    why, and what to do. Nothing is written or changed, and no secret is printed. Exits with 1 when
    there is a problem.

    \b
    Example:  bio-lakehouse doctor
              BIO_ENV=aws bio-lakehouse doctor --json
    """
    from bio_lakehouse.doctor.examination import examine_home

    checks = examine_home(home)
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=1, ensure_ascii=False))
    else:
        print_checks(checks)
    sys.exit(any(check.outcome == "problem" for check in checks))


def print_checks(checks: list[Check]) -> None:
    """A line a check, and under it what to do."""
    from bio_lakehouse.english import count
    from bio_lakehouse.terminal import visible

    for check in checks:
        click.secho(f"{check.outcome:8}", fg=COLOURS[check.outcome], nl=False)
        click.echo(visible(f"{check.name}: {check.why.rstrip('.')}."))
        if check.next_step:
            click.echo(visible(f"{'':8}→ {check.next_step}."))
    found = [check.outcome for check in checks]
    problems, warnings = found.count("problem"), found.count("warning")
    told = f"{count(problems, 'problem')}, {count(warnings, 'warning')}"
    click.echo(f"{len(checks)} checks: {told}.")
