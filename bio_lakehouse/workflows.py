"""What the commands do, from start to end: land, plan, run, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake import arrivals, landing
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse

CONSOLE = Console(stderr=True)


@dataclass(frozen=True)
class IngestOutcome:
    """One arrival a file in the order given, files that never reached landing with why, and the runs that followed."""

    arrivals: list[Arrival]
    unread: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.unread) or any(arrival.failed for arrival in self.arrivals)


@dataclass(frozen=True)
class DemoOutcome:
    """What the demo made."""

    ingest: IngestOutcome
    report: Path


@dataclass(frozen=True)
class RefreshOutcome:
    """The range that one run materialised, and how long it took."""

    first: date
    last: date
    assets: int
    seconds: float


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on standard error that leaves nothing behind; silent where that is no terminal."""
    columns = (SpinnerColumn(), TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=CONSOLE, transient=True) as progress:
        yield progress


def run_ingest(lake: Lakehouse, paths: list[Path], user_id: str, dataset: str | None = None) -> IngestOutcome:
    """Land `paths`, log what they hold, and build every day that they (or an interrupted run) left to build."""
    found: dict[str, Arrival] = {}
    unread: dict[str, str] = {}
    for path in paths:
        try:
            for file in landing.local_files(path):
                found |= {arrival.path: arrival for arrival in arrivals.ingest(lake, file, user_id, dataset)}
        except BioLakehouseError as error:
            unread[str(path)] = str(error)
    found |= {arrival.path: arrival for arrival in arrivals.scan(lake)}
    return IngestOutcome(list(found.values()), unread, bring_up_to_date(lake))


def bring_up_to_date(lake: Lakehouse) -> int:
    """Run what pending days ask for; how many runs that took. Dagster is imported only when there is something."""
    changes = arrivals.pending(lake)
    if not changes:
        return 0
    from bio_lakehouse.automation import launch

    with progress_bar("Bringing days up to date") as bar:
        return len(launch.bring_up_to_date(lake.settings, changes, bar))
