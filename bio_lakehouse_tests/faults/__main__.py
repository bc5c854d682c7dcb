"""`python -m bio_lakehouse_tests.faults`: hurt a lake in every way, and print what came of it.

Ends with 1 when anything was lost.
"""

from __future__ import annotations

import click
from rich.console import Console

from bio_lakehouse_tests.faults.every_kind import KINDS
from bio_lakehouse_tests.faults.fault_table import Tried, by_kind, show
from bio_lakehouse_tests.faults.workshop import workshop

QUIETLY = Console(stderr=True)


@click.command()
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only these.")
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="How many faults of each kind of call are tried at each step.",
)
@click.option("--all", "is_all", is_flag=True, help="Every call that changes a file: hours.")
def main(kinds: tuple[str, ...], each: int, is_all: bool) -> None:
    """Kill a lake's making, fill its disk, lock, damage, move and race it; then run it again.

    The lake must then equal the one to which nothing happened.
    """
    tried: list[Tried] = []
    with workshop() as place:
        for kind in kinds or KINDS:
            for fault in KINDS[kind](place, None if is_all else each):
                verdict = fault.try_it(place)
                tried.append((fault, verdict))
                said = f"{verdict.outcome}: {kind}, {fault.name} {verdict.why}"
                QUIETLY.print(said, markup=False, soft_wrap=True)
        seconds = place.seconds
    show(tried, Console(width=120))
    print(*by_kind(tried), sep="\n")
    print(f"{seconds:,.0f} processor seconds in the lakes.")
    if any(verdict.outcome == "lost" for _, verdict in tried):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
