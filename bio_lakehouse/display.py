"""What the command line prints: tables and short summaries, and nothing that computes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bio_lakehouse import english
from bio_lakehouse.command_parts import lake_words
from bio_lakehouse.gold.gap_ledger import Stretch
from bio_lakehouse.lake import refusals
from bio_lakehouse.lake.folders import printable
from bio_lakehouse.lake.landing import safe_name
from bio_lakehouse.lake.people import known_users
from bio_lakehouse.numbers import mebibytes_text, seconds_text
from bio_lakehouse.terminal import OUT, escape

if TYPE_CHECKING:
    from bio_lakehouse.lake.arrivals import Arrival
    from bio_lakehouse.lake.backup import Archive
    from bio_lakehouse.lake.lakehouse import Lakehouse
    from bio_lakehouse.lake.log import LogEntry
    from bio_lakehouse.sources.oura.specification import Drift
    from bio_lakehouse.status import DatasetStatus, LakeStatus
    from bio_lakehouse.workflows import (
        DemoOutcome,
        IngestOutcome,
        RefreshOutcome,
        RepairOutcome,
        RestoreOutcome,
        SyncOutcome,
    )

SHOWN_REASONS = 5
WITHDRAWN = "rows\nwith-\ndrawn"
ARRIVAL_COUNTS = (
    "rows\nread",
    "rows\nsuper-\nseded",
    WITHDRAWN,
    "rows\ndupli-\ncate",
    "rows\nquaran-\ntined",
    "days\nnew",
    "days\nchanged",
    "days\nsame",
)
"""What the table of files counts, in this order."""
SHOWN_PASSED_OVER = 20
OUTDATED = {
    "outdated": "What these weekly reports were made from has changed since",
    "perhaps outdated": (
        "Newer data has arrived since these weekly reports of an earlier version were made"
    ),
}
"""What is said of pages by their state."""


def tell_what_begins(lake: Lakehouse, user_id: str) -> None:
    """Say that a lake, or a person in it, is new: a home or a name may be mistyped."""
    if lake.log.is_empty():
        OUT.print(f"A new lake begins at {escape(lake.place)}.", soft_wrap=True)
        return
    known = known_users(lake)
    if user_id not in known:
        others = ", ".join(sorted(known))
        OUT.print(f"[yellow]new user[/] {user_id}: until now there are {others}.", soft_wrap=True)


def ingest_table(lake: Lakehouse, outcome: IngestOutcome) -> None:
    """A row a file: what it held and what became of its rows; every refusal with its reason; one
    line to end."""
    _print_files(lake, outcome)
    OUT.print(
        f"{what_came(outcome)} {what_changed(outcome)} {_what_next(lake, outcome)}",
        soft_wrap=True,
        highlight=False,
    )


def _print_files(lake: Lakehouse, outcome: IngestOutcome) -> None:
    shown = [arrival for arrival in outcome.arrivals if not arrival.passed_over]
    if shown:
        OUT.print(_arrivals(lake, shown))
    for arrival in [*shown, *outcome.failed_of_others]:
        _explain(lake, arrival)
    _print_new_fields(lake, outcome.arrivals)
    _print_not_taken(outcome)


def _arrivals(lake: Lakehouse, arrivals: list[Arrival]) -> Table:
    table = Table(
        title="Files", title_justify="left", box=SIMPLE, pad_edge=False, collapse_padding=True
    )
    table.add_column("file, source and datasets", overflow="fold")
    rows = [_arrival_cells(lake, arrival) for arrival in arrivals]
    shown = _columns_shown(rows)
    for number in shown[1:]:
        table.add_column(ARRIVAL_COUNTS[number - 1], justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(row[number] for number in shown))
    return table


def _columns_shown(rows: list[list[str]]) -> list[int]:
    """All columns, that of withdrawn rows only where there are any: it is rare, and the screen
    narrow."""
    rare = 1 + ARRIVAL_COUNTS.index(WITHDRAWN)
    has_any = any(row[rare] not in ("", "0") for row in rows)
    return [number for number in range(len(ARRIVAL_COUNTS) + 1) if number != rare or has_any]


def _arrival_cells(lake: Lakehouse, arrival: Arrival) -> list[str]:
    entry, name = arrival.entry, escape(_name_of(arrival).rsplit("/", 1)[-1])
    if entry.status == "validation_failed":
        return [f"{name}\n  [red]refused[/]", *[""] * 8]
    what = f"{name}\n  [dim]{_what_it_is(entry)}[/]"
    if arrival.repeated:
        return [what, f"{entry.record_count:,}", *[""] * 6, "unchanged"]
    counts = lake.log.counts(arrival.path)
    rows = (entry.record_count, counts.superseded, counts.withdrawn, counts.duplicates)
    days = (arrival.new_days, arrival.changed_days, arrival.unchanged_days)
    return [
        what,
        *(f"{number:,}" for number in rows),
        _alarming(entry.quarantined_count),
        *(f"{number:,}" for number in days),
    ]


def _what_it_is(entry: LogEntry) -> str:
    if not entry.datasets:
        return "no record that is read"
    datasets = ", ".join(dataset.split("/")[1] for dataset in entry.datasets)
    return f"{entry.source} {entry.origin}: {datasets}"


def _name_of(arrival: Arrival) -> str:
    """The file as the person named it; what lay in landing by its place there."""
    return printable(arrival.given or arrival.path.removeprefix("landing/"))


def _alarming(count: int) -> str:
    return f"[yellow]{count:,}[/]" if count else "0"


def _explain(lake: Lakehouse, arrival: Arrival) -> None:
    from bio_lakehouse.lake import quarantine

    entry, name = arrival.entry, _name_of(arrival)
    if entry.status == "validation_failed":
        reason = _reason_of(name, arrival.path, entry.error or "")
        OUT.print(f"[red]refused[/] {escape(reason)}", soft_wrap=True)
    _print_what_it_loses_to(lake, arrival)
    for note in arrival.notes:
        OUT.print(f"[yellow]note[/] {escape(name)}: {escape(note)}", soft_wrap=True)
    if entry.quarantined_count and not arrival.repeated:
        rows = quarantine.read(lake.objects, arrival.path)
        _print_quarantine(name, rows, entry.quarantined_count)


def _print_what_it_loses_to(lake: Lakehouse, arrival: Arrival) -> None:
    """That rows of a new file are not shown, since files that came before say something newer or
    better."""
    from bio_lakehouse.lake.accounting import outranking

    if arrival.repeated or not arrival.entry.usable:
        return
    superseded = lake.log.counts(arrival.path).superseded
    before = outranking(lake.log, arrival.entry) if superseded else []
    if before:
        names = sorted({printable(other.file_path.rsplit("/", 1)[-1]) for other in before})
        shown = escape(", ".join(names[:SHOWN_REASONS]))
        rows = "1 row is" if superseded == 1 else f"{superseded:,} rows are"
        OUT.print(
            f"[yellow]note[/] {escape(_name_of(arrival))}: {rows} superseded; "
            f"newer, or of a better origin, and there before: {shown}",
            soft_wrap=True,
        )


def _print_not_taken(outcome: IngestOutcome) -> None:
    """Files that did not reach landing and what is passed over in it, with why; the known formats
    once."""
    for path, reason in outcome.unread.items():
        text = _reason_of(printable(path), path, reason)
        OUT.print(f"[red]not read[/] {escape(text)}", soft_wrap=True)
    in_landing = {
        arrival.path: arrival.entry.error or ""
        for arrival in outcome.arrivals
        if arrival.passed_over
    }
    _print_passed_over(outcome.passed_over | in_landing)
    told = [*outcome.arrivals, *outcome.failed_of_others]
    refused = [arrival.entry.error or "" for arrival in told if arrival.refused]
    reasons = [*refused, *outcome.unread.values()]
    for what_is_read in refusals.listed_once(reasons)[len(reasons) :]:
        OUT.print(what_is_read, soft_wrap=True, highlight=False)


def _print_passed_over(reasons: dict[str, str]) -> None:
    for path, reason in list(reasons.items())[:SHOWN_PASSED_OVER]:
        text = _reason_of(printable(path), path, reason)
        OUT.print(f"[dim]passed over[/] {escape(text)}", soft_wrap=True, highlight=False)
    more = len(reasons) - SHOWN_PASSED_OVER
    if more > 0:
        OUT.print(f"[dim]passed over[/] {more:,} more for such reasons")


def _reason_of(given: str, path: str, reason: str) -> str:
    """A refusal's sentence about the file as it was given, less the list of what is read."""
    words = refusals.alone(reason)
    for name in (path, path.rsplit("/", 1)[-1], safe_name(path)):
        if words.startswith(name):
            return given + words.removeprefix(name)
    return f"{given}: {words}"


def what_came(outcome: IngestOutcome) -> str:
    arrivals = [arrival for arrival in outcome.arrivals if not arrival.passed_over]
    failed = [arrival for arrival in arrivals if arrival.refused]
    known = [arrival for arrival in arrivals if arrival.repeated]
    counts = {
        "came": len(arrivals) - len(failed) - len(known),
        "known before": len(known),
        "not taken": len(failed) + len(outcome.unread),
        "passed over": len(outcome.passed_over) + len(outcome.arrivals) - len(arrivals),
    }
    told = [f"{count:,} {what}" for what, count in counts.items() if count]
    return " ".join([f"Files: {', '.join(told) or 'none'}.", *_what_waited(outcome)])


def _what_waited(outcome: IngestOutcome) -> Iterator[str]:
    """How many files of others were taken in, as they lay in landing, and where they are told."""
    for user_id, arrivals in sorted(outcome.waiting.items()):
        failed = sum(arrival.failed for arrival in arrivals)
        files = f"{english.count(len(arrivals), 'file')} of {user_id}"
        bad = f", {failed:,} of them not taken whole: see `bio-lakehouse status --user {user_id}`"
        yield f"And {files} that waited in landing{bad if failed else ''}."


def what_changed(outcome: IngestOutcome) -> str:
    if not outcome.runs:
        return "Nothing changed: every day is up to date."
    if not outcome.built_days:
        return "The newest insights were made."
    days = "1 day was" if outcome.built_days == 1 else f"{outcome.built_days:,} days were"
    return f"{days} brought up to date."


def _what_next(lake: Lakehouse, outcome: IngestOutcome) -> str:
    if outcome.failed:
        return (
            "Next: what was not taken or set aside is told above, with why; correct it and give it "
            "again, or leave it out."
        )
    words = lake_words(lake.settings.home, outcome.user_id)
    if outcome.runs:
        return f"Next: bio-lakehouse report --open{words}"
    return f"Next: bio-lakehouse status{words}"


def _print_new_fields(lake: Lakehouse, arrivals: list[Arrival]) -> None:
    """Fields that no file had before, once: the files after the first are not news."""
    from bio_lakehouse.lake.drift import first_seen

    brought = {
        arrival.path
        for arrival in arrivals
        if arrival.entry.unknown_fields and not arrival.repeated
    }
    known = lake.log.with_unknown_fields() if brought else []
    for (dataset, name), entry in first_seen(known).items():
        if entry.file_path in brought:
            OUT.print(
                f"[yellow]new field[/] {escape(name)} in {dataset} (kept in bronze)", soft_wrap=True
            )


def _print_quarantine(path: str, rows: list[dict[str, Any]], count: int) -> None:
    OUT.print(f"[yellow]quarantined[/] {count:,} of {escape(path)}:")
    for row in rows[:SHOWN_REASONS]:
        OUT.print(f"  line {row['line']}: {escape(row['reason'])}", highlight=False, soft_wrap=True)
    if count > SHOWN_REASONS:
        kept = "them all" if count == len(rows) else f"the first {len(rows):,}"
        more = f"{count - SHOWN_REASONS:,} more"
        OUT.print(f"  … and {more} (quarantine/ in the lake's home has {kept})")


def sync_summary(lake: Lakehouse, outcome: SyncOutcome) -> None:
    """What a fetch landed and changed."""
    OUT.print(f"Landed {len(outcome.landed)} {'file' if len(outcome.landed) == 1 else 'files'}.")
    if outcome.ingest:
        ingest_table(lake, outcome.ingest)


def print_drift(drift: Drift) -> None:
    """What a published specification has more or less than is read here, a line a kind."""
    for what, names in (
        ("[red]new endpoints[/]", drift.new_endpoints),
        ("[red]gone endpoints[/]", drift.gone_endpoints),
        ("[red]new fields[/]", drift.new_fields),
        ("[red]gone fields[/]", drift.gone_fields),
        ("[red]gone scopes[/]", drift.gone_scopes),
        ("[dim]endpoints not read beyond bronze[/]", drift.unread_endpoints),
        ("[dim]fields not read beyond bronze[/]", drift.unread_fields),
    ):
        if names:
            listed = escape(", ".join(names))
            OUT.print(f"{what}: {listed}", soft_wrap=True, highlight=False)
    if not drift.found:
        OUT.print("Nothing is new or gone.")


def demo_summary(lake: Lakehouse, outcome: DemoOutcome) -> None:
    """What the demo made: its files, its report, and one line on what came, what changed and what
    is next."""
    _print_files(lake, outcome.ingest)
    OUT.print(f"[bold]Weekly report:[/] {escape(str(outcome.report))}", soft_wrap=True)
    OUT.print(
        f"{what_came(outcome.ingest)} {what_changed(outcome.ingest)} "
        f"Next: bio-lakehouse ui{lake_words(lake.settings.home)}",
        soft_wrap=True,
        highlight=False,
    )


def refresh_summary(outcome: RefreshOutcome) -> None:
    OUT.print(
        f"Materialised {english.count(outcome.assets, 'asset')} for {outcome.first} to "
        f"{outcome.last}"
        f" in one run ({seconds_text(outcome.seconds, 1)})."
    )


def print_status(status: LakeStatus) -> None:
    """What is expected tomorrow, datasets with their gaps, last arrivals, and what is in
    quarantine."""
    OUT.print(
        f"Lake [bold]{escape(status.place)}[/], user [bold]{status.user_id}[/], "
        f"today {status.today}"
    )
    if status.others:
        OUT.print(others_text(status), soft_wrap=True, highlight=False)
    OUT.print(status.tomorrow, soft_wrap=True, highlight=False)
    OUT.print(_datasets(status.datasets, status.today))
    if any(dataset.gaps for dataset in status.datasets):
        OUT.print(_gaps(status.datasets))
    for dataset, count in sorted(status.untyped.items()):
        kept = "1 row" if count == 1 else f"{count:,} rows"
        OUT.print(f"{dataset}: {kept} kept in bronze (it has no silver table yet)")
    if status.waiting_files:
        OUT.print(waiting_text(status), soft_wrap=True)
    if status.changed:
        OUT.print(changed_text(status), soft_wrap=True, highlight=False)
    if status.pending_days:
        OUT.print(pending_text(status), soft_wrap=True)
    if status.experiment:
        OUT.print(escape(status.experiment), soft_wrap=True, highlight=False)
    if status.arrivals:
        OUT.print(_log(status))
    for path, rows in status.quarantine.items():
        _print_quarantine(path, rows, len(rows))
    _print_passed_over({one.key: one.reason for one in status.passed_over})
    if status.outdated_reports:
        OUT.print(outdated_text(status), soft_wrap=True)


def waiting_text(status: LakeStatus) -> str:
    """How many files are still to be taken in, and how they are."""
    number = status.waiting_files
    files = "1 file in landing is" if number == 1 else f"{number:,} files in landing are"
    return (
        f"[yellow]{files} still to be taken in[/]: run"
        f" `bio-lakehouse refresh{lake_words(Path(status.home))}`"
    )


def changed_text(status: LakeStatus) -> str:
    """What changed of the person since the lake was built, and how it is built anew."""
    command = f"bio-lakehouse refresh{lake_words(Path(status.home))}"
    return f"[yellow]{escape(status.changed)}[/], and the lake is as it was: run `{command}`"


def others_text(status: LakeStatus) -> str:
    """Of whom there is something, where nothing has come of the person who was asked for."""
    who = english.listed(status.others)
    return f"Nothing of {status.user_id} has come; there is something of {who}: give --user NAME."


def pending_text(status: LakeStatus) -> str:
    """How many days are still to be built, and how they are."""
    return (
        f"[yellow]{status.pending_days:,} days that changed are still to be built[/],"
        " or to reach views and insights: run"
        f" `bio-lakehouse refresh{lake_words(Path(status.home))}`"
    )


def outdated_text(status: LakeStatus) -> str:
    """The reports that are outdated, or may be, the newest by name, and how one is made again."""
    newest = max(status.outdated_reports)
    words = lake_words(Path(status.home), status.user_id)
    command = f"bio-lakehouse report --week-ending {newest}{words}"
    told = (_reports_in(status, state, said) for state, said in OUTDATED.items())
    return f"{' '.join(filter(None, told))} To make one again: `{command}`"


def _reports_in(status: LakeStatus, state: str, said: str) -> str:
    days = [day for day, found in status.outdated_reports.items() if found == state]
    if not days:
        return ""
    *others, newest = days
    weeks = f"{len(others):,} more and that up to {newest}" if others else f"the one up to {newest}"
    return f"{said}: {weeks}."


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
        age = _age(newest, today) if newest else "–"
        missing = sum(gap.days for gap in dataset.gaps)
        numbers = (age, f"{dataset.days:,}", f"{dataset.rows:,}", f"{missing:,}")
        table.add_row(dataset.table, str(dataset.first_day or "–"), str(newest or "–"), *numbers)
    return table


def _age(newest: date, today: date) -> str:
    """Days since; a clock that was set back, or BIO_TODAY_OVERRIDE, leaves later days in the
    lake."""
    return f"{(today - newest).days:,} d" if newest <= today else "after today"


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
        why = f"\n[dim]{escape(refusals.alone(entry.error))}[/]" if entry.error else ""
        became = "quarantined" if entry.is_wholly_quarantined else entry.status
        table.add_row(arrived, became, f"{entry.record_count:,}", name + why)
    return table


def repair_summary(outcome: RepairOutcome, *, err: bool = False) -> None:
    """What was damaged, what is not as it was, and that landing was left alone."""
    out = Console(stderr=True, emoji=False) if err else OUT
    for line in outcome.damaged:
        out.print(escape(line), soft_wrap=True, highlight=False)
    if outcome.made_again:
        files_first = sorted(outcome.made_again, key=lambda name: ("/" not in name, name))
        shown = ", ".join(files_first[:SHOWN_REASONS])
        more = len(files_first) - SHOWN_REASONS
        rest = f" and {more:,} more" if more > 0 else ""
        out.print(f"Made again: {escape(shown)}{rest}.", soft_wrap=True, highlight=False)
    elif not outcome.damaged:
        out.print("Everything is as landing says: nothing was damaged.")
    out.print("Nothing in landing was touched.")


def backup_summary(archive: Archive, *, secrets: bool) -> None:
    """Where the archive is, what it holds, and what it does not."""
    OUT.print(
        f"{escape(str(archive.path))}: {archive.files:,} files, {mebibytes_text(archive.size, 1)}.",
        soft_wrap=True,
        highlight=False,
    )
    if not secrets:
        OUT.print("Tokens, browser logins and .env are not in it; --secrets adds them.")
    if archive.landing_url:
        OUT.print(f"Landing is in {escape(archive.landing_url)} and not in the archive.")


def restore_summary(outcome: RestoreOutcome, home: Path) -> None:
    """What came out of the archive, and what to do next."""
    OUT.print(
        (
            f"{outcome.archive.files:,} files are back in {escape(str(home))}, and its tables are "
            f"built. Look at them with `bio-lakehouse status{lake_words(home)}`."
        ),
        soft_wrap=True,
        highlight=False,
    )
