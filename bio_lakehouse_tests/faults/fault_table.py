"""The table of faults: how many of each kind and step were tried, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from bio_lakehouse_tests.faults.verdicts import Fault, Outcome, Verdict

SHOWN: tuple[Outcome, ...] = ("whole", "repaired", "told", "skipped", "lost")
Tried = tuple[Fault, Verdict]


def show(tried: Iterable[Tried], console: Console) -> None:
    """Print the table with its sums, then each loss and each thing that could not be tried."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    left = Counter[tuple[str, str]]()
    found = list(tried)
    for fault, verdict in found:
        place = fault.kind, fault.step
        counts.setdefault(place, Counter())[verdict.outcome] += 1
        left[place] += verdict.left_behind
    table = Table("kind", "step", "tried", *SHOWN, "files left behind")
    for place, outcomes in counts.items():
        table.add_row(*place, *_cells(outcomes, left[place]))
    table.add_section()
    total = sum(counts.values(), Counter())
    table.add_row("all", "", *_cells(total, left.total()))
    console.print(table)
    for fault, verdict in found:
        if verdict.outcome in ("lost", "skipped"):
            where = f"{fault.kind}, {fault.name}"
            console.print(f"{verdict.outcome}: {where}: {verdict.why}", markup=False)


def by_kind(tried: Iterable[Tried]) -> Iterator[str]:
    """The lines of a Markdown table of the kinds and their sum, as the benchmark page shows it."""
    counts: dict[str, Counter[str]] = {}
    for fault, verdict in tried:
        counts.setdefault(fault.kind, Counter())[verdict.outcome] += 1
    counts["all"] = sum(counts.values(), Counter())
    names = ("tried", *SHOWN)
    yield f"| fault | {' | '.join(names)} |"
    yield "|---|" + "---:|" * len(names)
    for kind, outcomes in counts.items():
        numbers = [outcomes.total(), *(outcomes[name] for name in SHOWN)]
        yield f"| {kind} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _cells(outcomes: Counter[str], left: int) -> list[str]:
    numbers = [outcomes.total(), *(outcomes[name] for name in SHOWN), left]
    return [f"{number:,}" for number in numbers]
