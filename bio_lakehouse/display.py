"""What the command line prints: tables and short summaries, and nothing that computes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.table import Table

from bio_lakehouse.gold.gap_ledger import Stretch
from bio_lakehouse.terminal import OUT, escape

if TYPE_CHECKING:
    from bio_lakehouse.lake.arrivals import Arrival
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.status import DatasetStatus, LakeStatus
    from bio_lakehouse.workflows import DemoOutcome, IngestOutcome, RefreshOutcome, SyncOutcome

SHOWN_REASONS = 5


def ingest_table(lake: Lakehouse, outcome: IngestOutcome) -> None:
    """A row a file: what it held and what became of its rows, then every refusal with its reason."""
    if outcome.arrivals:
        OUT.print(_arrivals(lake, outcome.arrivals))
    for arrival in outcome.arrivals:
        _explain(lake, arrival)
    _print_new_fields(lake, outcome.arrivals)
    for path, reason in outcome.unread.items():
        OUT.print(f"[red]not read[/] {escape(path)}: {escape(reason)}", soft_wrap=True)
    if not outcome.runs:
        OUT.print("Nothing changed: every day is up to date.")


def _arrivals(lake: Lakehouse, arrivals: list[Arrival]) -> Table:
    table = Table(
        title="Files", title_justify="left", box=SIMPLE, pad_edge=False, collapse_padding=True
    )
    table.add_column("file, source and datasets", overflow="fold")
    for name in (
        "rows",
        "days\nnew",
        "days\nchanged",
        "days\nsame",
        "super-\nseded",
        "dupli-\ncates",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("quaran-\ntined", justify="right", no_wrap=True)
    for arrival in arrivals:
        table.add_row(*_arrival_cells(lake, arrival))
    return table


def _arrival_cells(lake: Lakehouse, arrival: Arrival) -> list[str]:
    entry, name = arrival.entry, escape(arrival.path.removeprefix("landing/"))
    if entry.status == "validation_failed":
        return [f"{name}\n  [red]refused[/]", *[""] * 7]
    datasets = ", ".join(dataset.split("/")[1] for dataset in entry.datasets)
    what = [
        f"{name}\n  [dim]{entry.source} {entry.origin}: {datasets}[/]",
        f"{entry.record_count:,}",
    ]
    if arrival.repeated:
        return [*what, "", "", "unchanged", *[""] * 3]
    counts = lake.log.counts(arrival.path)
    numbers = (
        arrival.new_days,
        arrival.changed_days,
        arrival.unchanged_days,
        counts.superseded,
        counts.duplicates,
    )
    return [*what, *(f"{number:,}" for number in numbers), _alarming(entry.quarantined_count)]


def _alarming(count: int) -> str:
    return f"[yellow]{count:,}[/]" if count else "0"


def _explain(lake: Lakehouse, arrival: Arrival) -> None:
    from bio_lakehouse.lake import quarantine

    entry = arrival.entry
    if entry.status == "validation_failed":
        OUT.print(
            f"[red]refused[/] {escape(arrival.path)}: {escape(entry.error or '')}", soft_wrap=True
        )
    for note in arrival.notes:
        OUT.print(f"[yellow]note[/] {escape(arrival.path)}: {escape(note)}", soft_wrap=True)
    if entry.quarantined_count and not arrival.repeated:
        _print_quarantine(arrival.path, quarantine.read(lake.objects, arrival.path))


def _print_new_fields(lake: Lakehouse, arrivals: list[Arrival]) -> None:
    """Fields that no file had before, once: the files after the first are not news."""
    from bio_lakehouse.lake.drift import first_seen

    brought = {
        arrival.path
        for arrival in arrivals
        if arrival.entry.unknown_fields and not arrival.repeated
    }
    for (dataset, name), entry in first_seen(lake.log.entries()).items() if brought else ():
        if entry.file_path in brought:
            OUT.print(
                f"[yellow]new field[/] {escape(name)} in {dataset} (kept in bronze)", soft_wrap=True
            )


def _print_quarantine(path: str, rows: list[dict[str, Any]]) -> None:
    OUT.print(f"[yellow]quarantined[/] {len(rows):,} of {escape(path)}:")
    for row in rows[:SHOWN_REASONS]:
        OUT.print(f"  line {row['line']}: {escape(row['reason'])}", highlight=False, soft_wrap=True)
    if len(rows) > SHOWN_REASONS:
        OUT.print(
            f"  … and {len(rows) - SHOWN_REASONS:,} more (quarantine/ in the lake's home has them all)"
        )


def sync_summary(lake: Lakehouse, outcome: SyncOutcome) -> None:
    """What a fetch landed and changed."""
    OUT.print(f"Landed {len(outcome.landed)} {'file' if len(outcome.landed) == 1 else 'files'}.")
    if outcome.ingest:
        ingest_table(lake, outcome.ingest)


def demo_summary(lake: Lakehouse, outcome: DemoOutcome) -> None:
    """What the demo made, in a few lines that end with the report's path."""
    ingest_table(lake, outcome.ingest)
    home = lake.settings.home
    OUT.print(f"\nA demo person's lake is in {home}. Look around:", soft_wrap=True)
    OUT.print(f"  bio-lakehouse status --home {home}", soft_wrap=True)
    OUT.print(f"  bio-lakehouse ui --home {home}", soft_wrap=True)
    OUT.print(f"\n[bold]Weekly report:[/] {outcome.report}", soft_wrap=True)


def refresh_summary(outcome: RefreshOutcome) -> None:
    OUT.print(
        f"Materialised {outcome.assets} assets for {outcome.first} to {outcome.last}"
        f" in one run ({outcome.seconds:.1f} s)."
    )


def print_status(status: LakeStatus) -> None:
    """Datasets with their gaps, last arrivals, and what is in quarantine."""
    OUT.print(
        f"Lake [bold]{escape(status.home)}[/], user [bold]{status.user_id}[/], today {status.today}"
    )
    OUT.print(_datasets(status.datasets, status.today))
    if any(dataset.gaps for dataset in status.datasets):
        OUT.print(_gaps(status.datasets))
    for dataset, count in sorted(status.untyped.items()):
        OUT.print(f"{dataset}: {count:,} rows kept in bronze (it has no silver table yet)")
    if status.pending_days:
        OUT.print(
            f"[yellow]{status.pending_days:,} days are still to be built[/]: run `bio-lakehouse refresh`"
        )
    if status.arrivals:
        OUT.print(_log(status))
    for path, rows in status.quarantine.items():
        _print_quarantine(path, rows)


def _datasets(datasets: list[DatasetStatus], today: date) -> Table:
    table = Table(
        title="Datasets", title_justify="left", box=SIMPLE, pad_edge=False, collapse_padding=True
    )
    for name in ("dataset", "first day", "newest day"):
        table.add_column(name, no_wrap=True)
    for name in ("age", "days", "rows", "missing"):
        table.add_column(name, justify="right", no_wrap=True)
    for dataset in datasets:
        newest = dataset.newest_day
        age = f"{(today - newest).days} d" if newest else "–"
        missing = sum(gap.days for gap in dataset.gaps)
        numbers = (age, f"{dataset.days:,}", f"{dataset.rows:,}", f"{missing:,}")
        table.add_row(dataset.table, str(dataset.first_day or "–"), str(newest or "–"), *numbers)
    return table


def _gaps(datasets: list[DatasetStatus]) -> Table:
    """A row a dataset and cause: how many days are missing, and the newest of them."""
    table = Table(
        title="Gaps", title_justify="left", box=SIMPLE, pad_edge=False, collapse_padding=True
    )
    table.add_column("dataset", no_wrap=True)
    table.add_column("cause", no_wrap=True)
    table.add_column("days", justify="right")
    table.add_column("newest", no_wrap=True)
    for dataset in datasets:
        for cause in sorted({gap.cause for gap in dataset.gaps}):
            gaps = [gap for gap in dataset.gaps if gap.cause == cause]
            table.add_row(
                dataset.table, cause, f"{sum(gap.days for gap in gaps):,}", _span(gaps[-1])
            )
    return table


def _span(gap: Stretch) -> str:
    return str(gap.first) if gap.first == gap.last else f"{gap.first} to {gap.last}"


def _log(status: LakeStatus) -> Table:
    table = Table(
        "arrived (UTC)",
        "status",
        title="Last arrivals",
        title_justify="left",
        box=SIMPLE,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("rows", justify="right")
    table.add_column("file", overflow="fold")
    for entry in reversed(status.arrivals):
        arrived = f"{entry.upload_timestamp:%Y-%m-%d %H:%M}"
        name = escape(entry.file_path.removeprefix("landing/"))
        why = f"\n[dim]{escape(entry.error)}[/]" if entry.error else ""
        table.add_row(arrived, entry.status, f"{entry.record_count:,}", name + why)
    return table
