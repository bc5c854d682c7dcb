"""Runs in this process, for the command line: a range of days of some assets, and what an arrival
asks for."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic
from typing import Any, TextIO, cast
from uuid import uuid4

import dagster as dg

from bio_lakehouse.assets import all_assets, all_checks
from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.partitions import first_day_of, weeks_in
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reports import RENEW_TAG
from bio_lakehouse.automation.arrived_files import files_of, files_tag
from bio_lakehouse.automation.failures import raise_failure
from bio_lakehouse.automation.instance import dagster_home, open_instance
from bio_lakehouse.automation.owed import LAYERS, Owed
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.automation.running import close_abandoned_runs, run_lock
from bio_lakehouse.build.daily import newest_day
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.store_errors import store_named
from bio_lakehouse.reports.pages import reported_days
from bio_lakehouse.settings import Settings

INSIGHTS = dg.AssetSelection.groups("insights")
NO_TAGS: Mapping[str, str] = {}
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

TOLD_BY_DAGSTER = (
    "Exception while storing event batch",
    "Exception while writing logger call",
    "Falling back to storing multiple",
)
"""How Dagster begins what it writes to the terminal when its log cannot be written; the run then
fails with the cause."""

LANDED = "the first that landed; BIO_PARTITIONS_FROM can say an earlier one"

Keys = Collection[dg.AssetKey]
Progress = Callable[[str, int, int], None]
"""Told the name of an asset that is done, how many are, and of how many."""


@dataclass(frozen=True)
class RunOutcome:
    """A run that went well: its assets by name, its days, and how long it took."""

    run_id: str
    assets: tuple[str, ...]
    first: date
    last: date
    seconds: float


def ignore(asset: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def materialize_range(
    settings: Settings,
    selection: str | Sequence[dg.AssetKey],
    first: date,
    last: date,
    progress: Progress = ignore,
) -> RunOutcome:
    """Materialise the selected assets for the days `first` to `last`, in one run, and reports of
    the weeks among these in one more.

    `selection` is `refresh` (bronze, silver and gold), the name of one asset
    (`insights/sleep_readiness`), or a selection in Dagster's words (`group:silver`,
    `key:"gold/*"`). Raises `BioLakehouseError` when it selects nothing, when the days are not the
    lake's or hold no week's end for reports alone, and with asset and first cause when a run fails.
    """
    with Launcher.open(settings) as launcher:
        return launcher.materialize(selection, first, last, progress)


def bring_up_to_date(
    settings: Settings, owed: Owed, progress: Progress = ignore
) -> list[RunOutcome]:
    """Build the days that changed and what an earlier run left of them, and then the insights of
    the newest day.

    The days are merged into at most three ranges, each a run of the datasets that changed in it and
    of all that is downstream of them in silver and gold. Raises `BioLakehouseError` with asset and
    first cause when a run fails.
    """
    with Launcher.open(settings) as launcher:
        lake, ranges = Lakehouse.open(settings), owed.ranges(launcher.days)
        runs = [(owed.assets(launcher.graph, days), days) for days in ranges]
        files = {days: files_of(lake, days) for days in ranges}
        insights = launcher.resolve(INSIGHTS)
        steps = Steps(sum(len(keys) for keys, _ in runs) + len(insights), progress)
        outcomes = [launcher.run(keys, days, steps, files_tag(files[days])) for keys, days in runs]
        if not outcomes and not owed.insights:
            return []
        newest = newest_day(lake) or launcher.days.last
        every = dict.fromkeys(name for names in files.values() for name in names)
        tags = files_tag(every)
        return [*outcomes, launcher.run(insights, DayRange(newest, newest), steps, tags)]


def renew_reports(
    settings: Settings, weeks: Collection[date], progress: Progress = ignore
) -> dict[date, RunOutcome | BioLakehouseError]:
    """Make the insights as of each week's last day, and then its written pages where they would say
    something else; a run a week. What came of each: one that failed costs no other."""
    with Launcher.open(settings) as launcher:
        keys = [*launcher.resolve(INSIGHTS), WEEKLY_REPORT]
        steps = Steps(len(keys) * len(weeks), progress)
        return {week: renewed(launcher, keys, week, steps) for week in weeks}


def renewed(
    launcher: Launcher, keys: Keys, week: date, steps: Steps
) -> RunOutcome | BioLakehouseError:
    """What came of the run that makes the pages of a week anew."""
    try:
        return launcher.run(keys, DayRange(week, week), steps, {RENEW_TAG: "true"})
    except BioLakehouseError as error:
        return error


def days_with_insights(settings: Settings) -> set[date]:
    """The days as of which insights were made, by Dagster's record and by the reports that there
    are."""
    with Launcher.open(settings) as launcher:
        return launcher.days_with_insights()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_selection(text: str) -> dg.AssetSelection:
    """A selection in Dagster's words; `BioLakehouseError` when it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        try:
            return dg.AssetSelection.from_string(text)
        except dg.DagsterError as error:
            raise BioLakehouseError(
                f"--select {text!r} is no selection of assets: write `refresh`, one asset such as"
                ' `gold/energy_state`, or a selection such as `group:silver` or `key:"gold/*"`'
            ) from error


class LessDagster:
    """A stream to another one, without what Dagster says of its log."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        return len(text) if text.startswith(TOLD_BY_DAGSTER) else self.stream.write(text)


class Steps:
    """Counts the assets that are done over several runs."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total = total
        self.progress = progress
        self.done: set[tuple[str, dg.AssetKey]] = set()

    def hear(self, event: dg.EventLogEntry) -> None:
        """Called by Dagster with every event of a run; an asset is done with the event of its first
        day."""
        happened = event.dagster_event
        if (
            happened is None
            or happened.event_type_value != dg.DagsterEventType.ASSET_MATERIALIZATION.value
        ):
            return
        key = happened.step_materialization_data.materialization.asset_key
        if (event.run_id, key) not in self.done:
            self.done.add((event.run_id, key))
            self.progress(key.to_user_string(), len(self.done), self.total)


class Launcher:
    """Starts runs of one lake in this process, one after the other, and waits for each."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        self.settings = settings
        self.instance = instance
        definitions = dg.Definitions(
            assets=all_assets(settings), asset_checks=all_checks(), resources=resources(settings)
        )
        self.graph = definitions.resolve_asset_graph()
        self.days = DayRange(first_day_of(self.graph), settings.today())
        self.begins_with = LANDED if self.days.first > settings.first_day else "BIO_FIRST_DAY"
        self.job = definitions.resolve_implicit_global_asset_job_def()

    @classmethod
    @contextmanager
    def open(cls, settings: Settings) -> Iterator[Launcher]:
        with store_named(dagster_home(settings)), open_instance(settings) as instance:
            close_abandoned_runs(instance)
            yield cls(settings, instance)

    def select(self, selection: str | Sequence[dg.AssetKey]) -> Keys:
        """The assets that a selection names; raises `BioLakehouseError` when there are none."""
        names = {key.to_user_string(): key for key in self.graph.materializable_asset_keys}
        if not isinstance(selection, str):
            return selection
        if selection in names:
            return [names[selection]]
        keys = self.resolve(LAYERS if selection == "refresh" else read_selection(selection))
        if not keys:
            raise BioLakehouseError(
                f"{selection!r} selects no asset; there are {', '.join(sorted(names))}"
            )
        return keys

    def resolve(self, selection: dg.AssetSelection) -> Keys:
        found = selection.resolve(self.graph, allow_missing=True)
        return sorted(found & self.graph.materializable_asset_keys)

    def checked(self, days: DayRange) -> DayRange:
        """Those of `days` that are the lake's, of a range that begins before it.

        Raises `BioLakehouseError` when none are, when it ends after today or before it begins, and
        when it begins before `BIO_FIRST_DAY`.
        """
        if days.last < days.first:
            raise BioLakehouseError(f"{days.first} to {days.last} ends before it begins")
        asked = DayRange(max(days.first, self.days.first), days.last)
        is_the_lakes = asked.first <= asked.last <= self.days.last
        if days.first < self.settings.first_day or not is_the_lakes:
            lake = f"{self.days.first} ({self.begins_with}) to {self.days.last}, today"
            asked_for = f"{days.first} to {days.last} is no range"
            if days.first == days.last:
                asked_for = f"{days.first} is none"
            raise BioLakehouseError(f"{asked_for} of the lake's days, {lake}")
        return asked

    def days_with_insights(self) -> set[date]:
        """As `days_with_insights`."""
        found = reported_days(Lakehouse.open(self.settings))
        for key in self.resolve(INSIGHTS):
            recorded = self.instance.get_materialized_partitions(key)
            found |= {day for day in map(_day, recorded) if day}
        return {day for day in found if day in self.days}

    def materialize(
        self,
        selection: str | Sequence[dg.AssetKey],
        first: date,
        last: date,
        progress: Progress = ignore,
    ) -> RunOutcome:
        """As `materialize_range`."""
        keys = self.select(selection)
        runs = self.planned(keys, self.checked(DayRange(first, last)))
        steps = Steps(sum(len(each) for each, _ in runs), progress)
        outcomes = [self.run(each, days, steps) for each, days in runs]
        return replace(outcomes[0], assets=tuple(asset for one in outcomes for asset in one.assets))

    def planned(self, keys: Keys, days: DayRange) -> list[tuple[Keys, DayRange]]:
        """The runs that make `keys` over `days`: reports are made of the weeks among them, after
        all else. The day on which a week ends is the one that all can share a run of."""
        weeks = weeks_in(self.settings, days)
        if WEEKLY_REPORT not in keys or weeks == days:
            return [(keys, days)]
        daily = [key for key in keys if key != WEEKLY_REPORT]
        runs: list[tuple[Keys, DayRange]] = [(daily, days)] if daily else []
        if weeks:
            runs.append(([WEEKLY_REPORT], weeks))
        if not runs:
            raise BioLakehouseError(
                f"no week that is over ends from {days.first} to {days.last}: weeks end on "
                f"{self.settings.week_ends_on}s (BIO_WEEK_ENDS_ON); `bio-lakehouse report "
                "--week-ending DAY` writes the page of any other day"
            )
        return runs

    def run(
        self, keys: Keys, days: DayRange, steps: Steps, tags: Mapping[str, str] = NO_TAGS
    ) -> RunOutcome:
        """One run of the assets `keys` over `days`, with these tags beside its own; raises
        `BioLakehouseError` when any asset fails."""
        started, run_id = monotonic(), str(uuid4())
        self.instance.add_event_listener(run_id, steps.hear)
        terminal = cast("TextIO", LessDagster(sys.stderr))
        with run_lock(self.instance, run_id), redirect_stderr(terminal):
            result = self.job.execute_in_process(
                instance=self.instance,
                asset_selection=list(keys),
                run_id=run_id,
                run_config=QUIET,
                tags=range_tags(days) | dict(tags),
                raise_on_error=False,
            )
        raise_failure(result)
        names = tuple(key.to_user_string() for key in keys)
        return RunOutcome(run_id, names, days.first, days.last, monotonic() - started)
