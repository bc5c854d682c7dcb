"""The command `bio-lakehouse deploy`: the lake's stacks on AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bio_lakehouse.command_parts import HOME, LakeCommand, settings_of

if TYPE_CHECKING:
    from bio_lakehouse.deployment.deploying import Deployment, Order, StackPlan

SIGNS = {"Add": "+", "Import": "<", "Modify": "~", "Replace": "!", "Remove": "-"}
NOTES = {
    "Add if asked for": " if a parameter asks for it",
    "Import": " would be taken over as it is",
    "Modify or replace": " may be made anew",
    "Replace": " would be made anew",
}


class Given(click.ParamType[tuple[str, str]]):
    """`NAME=VALUE`."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, said = str(value).partition("=")
        if not (name and equals):
            self.fail(f"{value!r} is to be NAME=VALUE, such as MostWorkers=4", param, context)
        return name, said


@click.command("deploy", cls=LakeCommand)
@HOME
@click.argument("stacks", nargs=-1)
@click.option("--plan", is_flag=True, help="Only say what would be made, changed or kept.")
@click.option(
    "--infra",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the templates (default: that of the clone).",
)
@click.option(
    "--prefix", default="bio-lakehouse", show_default=True, help="Beginning of all names on AWS."
)
@click.option(
    "--parameter",
    "given",
    type=Given(),
    multiple=True,
    help="A parameter of a template as NAME=VALUE; may be said again for others.",
)
def deploy(
    home: Path | None,
    stacks: tuple[str, ...],
    plan: bool,
    infra: Path | None,
    prefix: str,
    given: tuple[tuple[str, str], ...],
) -> None:
    """Make the lake's stacks on AWS, or bring them up to date: artifacts, bronze, silver and gold,
    or those that are named (also oura-ingest, dagster and quicksight).

    Code is packaged and sent where it changed, and the settings for `.env` are printed at the end.
    Where nothing changed nothing is done. Buckets, tables and databases are kept if a stack is
    deleted, which this command never does: `infra/README.md` says how.

    \b
    Example:  bio-lakehouse deploy --plan
              bio-lakehouse deploy
              bio-lakehouse deploy oura-ingest --parameter "Schedule=cron(15 6 * * ? *)"
    """
    from bio_lakehouse.backends import AWS
    from bio_lakehouse.deployment.deploying import Deployment, Order
    from bio_lakehouse.deployment.stack_templates import (
        in_order,
        infra_folder,
        refuse_unknown_parameters,
    )

    settings = settings_of(home)
    order = Order(in_order(stacks), infra_folder(infra), prefix, dict(given))
    refuse_unknown_parameters(order.infra, order.stacks, order.given)
    if plan:
        show_plan(order, lambda: Deployment(settings, order))
        return
    deployment = Deployment(settings, order)
    click.echo(f"In {deployment.account()}")
    told = deployment.deploy(click.echo)
    show_settings({"BIO_ENV": AWS} | deployment.way_in() | told, settings.home)


def show_plan(order: Order, deployment: Callable[[], Deployment]) -> None:
    """What would become of each stack: held against the account where one answers, else from the
    templates alone."""
    from bio_lakehouse.deployment.deploying import plan_from_templates
    from bio_lakehouse.errors import AwsError

    try:
        asked = deployment()
        where = asked.account()
    except AwsError as error:
        click.echo(f"No account answers ({error})")
        click.echo("From the templates alone, an empty account would get:")
        show_stacks(plan_from_templates(order))
        return
    click.echo(f"In {where}:")
    show_stacks(asked.plan())


def show_stacks(plans: Iterable[StackPlan]) -> None:
    for plan in plans:
        click.echo(f"{plan.name}: {verdict(plan)}")
        for change in plan.changes:
            sign = SIGNS.get(change.action.partition(" ")[0], "?")
            click.echo(f"  {sign} {change.resource} ({change.kind}){told_of(change.action)}")
    click.echo("Nothing was changed.")


def verdict(plan: StackPlan) -> str:
    """What would become of a stack, in a few words."""
    from bio_lakehouse.english import count

    if not plan.changes:
        return "kept, no changes"
    verb = "created" if plan.is_new else "updated"
    return f"would be {verb}, {count(len(plan.changes), 'resource')}"


def told_of(action: str) -> str:
    return NOTES.get(action, "")


def show_settings(told: Mapping[str, str], home: Path) -> None:
    """The settings with which the lake is used from here."""
    click.echo(f"\nTo use it, put these lines into {home / '.env'}:")
    for name, value in told.items():
        click.echo(f"{name}={value}")
