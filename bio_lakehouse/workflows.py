"""What the commands do, from start to end: land, plan, run, and say what came of it."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bio_lakehouse import backends, loading, whole_files
from bio_lakehouse.english import listed
from bio_lakehouse.errors import (
    BioLakehouseError,
    LandingError,
    ReportError,
    UnknownFormat,
    UnsupportedFile,
)
from bio_lakehouse.lake import arrivals, built_with, landing
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.folders import NoFile
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress

    from bio_lakehouse.automation.launch import RunOutcome
    from bio_lakehouse.lake.backup import Archive
    from bio_lakehouse.lake.fetching import FetchOutcome
    from bio_lakehouse.reports.formats import Format
    from bio_lakehouse.sources.oura.fetch import Progress as WindowProgress

CONSOLE = Console(stderr=True)
Told = Callable[[str, str, int, int], None]
"""Told the title of a run, the asset that is done, how many are, and of how many."""
_listener: ContextVar[Told | None] = ContextVar("listener", default=None)
REPORT_SELECTION = "group:insights or group:reports"


@dataclass(frozen=True)
class IngestOutcome:
    """One arrival a file in the order given, the runs that followed, and the days that these built.

    `unread` are files that should have reached landing and did not, `passed_over` those that are no
    export, both by the name that the person gave, with why. `waiting` are files of other people
    that lay in landing: they are taken in and built too, and are nothing of this person's.
    """

    arrivals: list[Arrival]
    unread: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)
    built_days: int = 0
    waiting: dict[str, list[Arrival]] = field(default_factory=dict)

    @property
    def user_id(self) -> str | None:
        """Whose files came; None where none did."""
        return self.arrivals[0].entry.user_id if self.arrivals else None

    @property
    def failed(self) -> bool:
        return bool(self.unread) or any(arrival.failed for arrival in self.arrivals)

    @property
    def failed_of_others(self) -> list[Arrival]:
        """Files of other people that were not taken whole: why is told, though they count as
        theirs."""
        waiting = (arrival for found in self.waiting.values() for arrival in found)
        return [arrival for arrival in waiting if arrival.failed]


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


@dataclass(frozen=True)
class ReportOutcome:
    """Where the report is, and what became of its delivery, a sentence a target."""

    path: Path
    delivered: list[str]


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on standard error that leaves nothing behind; silent where that is no terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=CONSOLE, transient=True) as progress:
        yield progress


def run_ingest(
    lake: Lakehouse, paths: list[Path], user_id: str, dataset: str | None = None
) -> IngestOutcome:
    """Land `paths`, log what they hold, and build every day that they (or an interrupted run) left
    to build."""
    return build_landed(lake, land(lake, paths, user_id, dataset))


def land(
    lake: Lakehouse, paths: list[Path], user_id: str, dataset: str | None = None
) -> IngestOutcome:
    """Land `paths` and log what they hold; nothing is built yet."""
    tell_of_changes(lake)
    brought = Brought()
    for path in paths:
        bring_in(lake, path, user_id, dataset, brought)
    found = _take_waiting(lake, user_id, brought.arrivals.values())
    return replace(found, unread=brought.unread, passed_over=brought.passed_over)


def build_landed(lake: Lakehouse, landed: IngestOutcome) -> IngestOutcome:
    """Build every day that arrivals, or an interrupted run, left to build."""
    days = len(arrivals.unfinished(lake))
    return replace(landed, runs=bring_up_to_date(lake), built_days=days)


@dataclass
class Brought:
    """What became of the files that a person gave: arrivals by name, and the rest as in
    `IngestOutcome`.

    Two names of one content are two arrivals.
    """

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)


def bring_in(
    lake: Lakehouse, path: Path, user_id: str, dataset: str | None, brought: Brought
) -> None:
    """Land a file, or all exports below a folder; what fails costs itself alone."""
    came = 0
    try:
        for found in landing.local_files(path):
            if isinstance(found, NoFile):
                is_trouble = found.error or found.path == path
                told = brought.unread if is_trouble else brought.passed_over
                told[str(found.path)] = found.reason
            else:
                came += _bring_in_file(lake, found, user_id, dataset, brought, found == path)
    except LandingError as error:
        brought.unread[str(path)] = str(error)
    if not came and str(path) not in brought.unread:
        brought.unread[str(path)] = (
            "there is no known export in this folder: give the one that holds them, or a file"
        )


def _bring_in_file(
    lake: Lakehouse,
    file: Path,
    user_id: str,
    dataset: str | None,
    brought: Brought,
    is_given: bool,
) -> bool:
    """Land one file; whether it came. What is no export is passed over in a folder, and told when
    it was named."""
    try:
        for arrival in arrivals.ingest(lake, file, user_id, dataset):
            brought.arrivals[arrival.given] = arrival
        return True
    except UnknownFormat as error:
        told = brought.unread if is_given else brought.passed_over
        told[str(file)] = str(error)
    except BioLakehouseError as error:
        brought.unread[str(file)] = str(error)
    return False


def tell_of_changes(lake: Lakehouse) -> None:
    """Say first which time zone or measure has changed since the lake was built; the days that it
    touches are owed."""
    for sentence in built_with.notice(lake):
        CONSOLE.print(sentence, highlight=False, markup=False, soft_wrap=True)


def report_landed(lake: Lakehouse, arrived: Iterable[Arrival]) -> None:
    """Let the UI show what became of files that are news. Dagster is imported only when some
    are."""
    news = [arrival for arrival in arrived if arrival.is_news]
    if not news:
        return
    from bio_lakehouse.automation import landing_news

    landing_news.report_landed(lake, news)


def bring_up_to_date(lake: Lakehouse) -> int:
    """Run what arrivals still owe, then make reports anew that they made outdated; how many runs
    that took. Dagster is imported only when there is something."""
    tell_of_changes(lake)
    return build_owed(lake) + renew_reports(lake)


def build_owed(lake: Lakehouse) -> int:
    """Run what arrivals still owe the lake's tables; how many runs that took."""
    if not arrivals.unfinished(lake):
        return 0
    with loading.for_good():
        from bio_lakehouse.automation import launch
        from bio_lakehouse.automation.owed import what_is_owed

    with asset_progress("Bringing days up to date") as progress:
        return len(launch.bring_up_to_date(lake.settings, what_is_owed(lake), progress))


def renew_reports(lake: Lakehouse) -> int:
    """Make the written pages of the last weeks anew that are outdated, and let the others say that
    they are; how many runs that took."""
    owed = lake.log.owed
    newest = owed.newest()
    if owed.looked_over() == newest:
        return 0
    from bio_lakehouse.reports.renewing import look_over

    weeks = look_over(lake)
    if not weeks:
        return 0
    with loading.for_good():
        from bio_lakehouse.automation import launch

    with asset_progress("Making reports anew") as progress:
        outcomes = launch.renew_reports(lake.settings, weeks, progress)
    owed.mark_looked_over(newest)
    for sentence in told_of_renewed(outcomes):
        CONSOLE.print(sentence, highlight=False, markup=False, soft_wrap=True)
    return len(outcomes)


def told_of_renewed(
    outcomes: Mapping[date, RunOutcome | BioLakehouseError],
) -> Iterator[str]:
    """Which weeks' reports are up to date again, and of each other one why not."""
    failed = {w: found for w, found in outcomes.items() if isinstance(found, BioLakehouseError)}
    made = [week.isoformat() for week in outcomes if week not in failed]
    if made:
        yield (
            f"Days changed that written reports tell of: those up to {listed(made)} are up to date "
            "again."
        )
    for week, error in failed.items():
        yield (
            f"The reports up to {week} could not all be made anew, and those that are outdated say "
            f"so: {error}"
        )


@contextmanager
def asset_progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for runs: told the asset that is done, how many are, and of how many."""
    listener = _listener.get()
    with progress_bar(title) as bar:
        task = bar.add_task("", total=None)

        def told(asset: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=asset)
            if listener:
                listener(title, asset, done, total)

        if listener:
            listener(title, "", 0, 0)
        yield told


@contextmanager
def progress_told_to(listener: Told) -> Iterator[None]:
    """Tell `listener` of the progress of all runs that begin inside."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def run_refresh(
    lake: Lakehouse, first: date | None, last: date | None, selection: str
) -> RefreshOutcome:
    """Materialise a range of the selected assets in one run; without days, from the first that has
    data to today.

    What arrivals still owe after it is made in runs of its own.
    """
    with loading.for_good():
        from bio_lakehouse.automation import launch

    tell_of_changes(lake)
    first, last = first or first_day_with_data(lake), last or lake.settings.today()
    with asset_progress(f"Materialising {selection}") as progress:
        outcome = launch.materialize_range(lake.settings, selection, first, last, progress)
    bring_up_to_date(lake)
    return RefreshOutcome(outcome.first, outcome.last, len(outcome.assets), outcome.seconds)


def first_day_with_data(lake: Lakehouse) -> date:
    """The first day about which anything in landing speaks."""
    report_landed(lake, arrivals.scan(lake))
    first = lake.log.first_day()
    if first is None:
        raise BioLakehouseError(
            "there is nothing to refresh yet: run `bio-lakehouse ingest FILE` or `demo` first"
        )
    return max(first, lake.settings.first_day)


@dataclass(frozen=True)
class RepairOutcome:
    """What was damaged, a line each, and what is not as it was before: tables and objects, by
    name."""

    damaged: list[str]
    made_again: list[str]


def run_repair(lake: Lakehouse) -> RepairOutcome:
    """Check everything that is made from landing, and make again what is damaged or differs from
    it."""
    from bio_lakehouse.lake import repair

    backends.require_home(lake.settings, "Repairing")
    with repair.repairing(lake.settings.home):
        damaged = repair.set_damage_aside(Lakehouse(lake.settings))
        lake = Lakehouse.open(lake.settings)
        before = _derived(lake)
        report_landed(lake, arrivals.scan(lake))
        repair.write_missing_quarantine(lake)
        _write_views_again(lake)
        _rebuild(lake, anew=bool(damaged))
        after = _derived(lake)
    changed = [name for name in sorted(before | after) if before.get(name) != after.get(name)]
    # A table that is new had no rows to be made from before, or is named as damaged.
    return RepairOutcome(damaged, [name for name in changed if "/" in name or name in before])


def _derived(lake: Lakehouse) -> dict[str, str]:
    """What stands for the state of every table and derived object, by name."""
    objects = (
        info for prefix in ("bronze", "quarantine", "views") for info in lake.objects.list(prefix)
    )
    catalog = backends.local_catalog(lake.settings.home)
    return {info.key: info.tag for info in objects} | catalog.recorded()


def _write_views_again(lake: Lakehouse) -> None:
    """Give each view that was made its own text: a check may read one before its asset is built."""
    from bio_lakehouse.gold.views import VIEWS

    sql = backends.open_sql(lake)
    for view in VIEWS.values():
        if lake.objects.exists(f"views/{view.name}.sql"):
            sql.create_view(view)


def _rebuild(lake: Lakehouse, *, anew: bool) -> None:
    """Build all days, and insights: of the newest day, and `anew` of every day of which some were
    made."""
    with loading.for_good():
        from bio_lakehouse.automation.launch import Launcher
    from bio_lakehouse.build.daily import newest_day

    spoken_of = lake.log.first_day()
    if spoken_of is None:
        return
    first = max(spoken_of, lake.settings.first_day)
    with Launcher.open(lake.settings) as launcher:
        with asset_progress("Building every day from landing") as progress:
            launcher.materialize("refresh", first, lake.settings.today(), progress)
        newest = newest_day(lake)
        asked = launcher.days_with_insights() if anew else set()
        for day in sorted(asked | ({newest} if newest else set())):
            with asset_progress(f"Insights of {day}") as progress:
                launcher.materialize("group:insights", day, day, progress)


@dataclass(frozen=True)
class RestoreOutcome:
    """What an archive held, and what was made of it."""

    archive: Archive
    repair: RepairOutcome


def run_restore(source: Path, settings: Settings) -> RestoreOutcome:
    """Fill an empty home from an archive and make what was not in it."""
    from bio_lakehouse.lake import backup

    backends.require_home(settings, "Restoring")
    archive = backup.restore(source, settings.home)
    return RestoreOutcome(archive, run_repair(Lakehouse.open(settings)))


def run_report(
    lake: Lakehouse,
    user_id: str,
    week_ending: date | None = None,
    form: Format = "html",
    deliver: bool = False,
) -> ReportOutcome:
    """Make the insights as of a day (the end of the newest week that is over) and the report of
    the seven days up to it; where that is in that form.

    Where a week that is over ends on the day, everybody's report of it is materialised in the
    graph; else just this user's page is written, which is said. With `deliver` it is then taken to
    where BIO_REPORT_DELIVERY says.
    """
    with loading.for_good():
        from bio_lakehouse.assets.partitions import ends_a_week
        from bio_lakehouse.automation import launch
        from bio_lakehouse.claude.access import access_of
        from bio_lakehouse.gold.schemas import EXPERIMENT_DAYS, TRAINING_LOAD
        from bio_lakehouse.reports import composition, delivery, formats
        from bio_lakehouse.reports.pages import report_key
        from bio_lakehouse.reports.weeks import newest_week

    refuse_day_to_come(lake, user_id, week_ending)
    if deliver:
        delivery.targets(lake)
    bring_up_to_date(lake)
    day = week_ending or newest_week(lake, user_id)
    lacking = tell_of_missing(lake, day)
    for table in {TRAINING_LOAD.name, EXPERIMENT_DAYS.name} & lacking:
        run_refresh(lake, None, None, f"gold/{table}")
    with asset_progress("Writing the weekly report") as progress:
        launch.materialize_range(lake.settings, REPORT_SELECTION, day, day, progress)
    if not ends_a_week(lake.settings, day):
        tell_of_no_week(lake.settings, day)
        composition.make(lake, user_id, day, claude=access_of(lake.settings))
    if not lake.objects.exists(report_key(user_id, day)):
        raise ReportError(f"there is nothing to report on: no day of {user_id!r} up to {day}")
    key = formats.written_as(lake, user_id, day, form)
    return ReportOutcome(
        lake.local_path(key), delivery.deliver(lake, user_id, day) if deliver else []
    )


def report_egress(lake: Lakehouse, user_id: str, week_ending: date | None = None) -> str:
    """Exactly what a report would send to Anthropic; nothing is sent.

    Insights are built first, as they are for a report.
    """
    from bio_lakehouse.build.reported import build_for_report
    from bio_lakehouse.reports.composition import show_egress
    from bio_lakehouse.reports.weeks import newest_week

    refuse_day_to_come(lake, user_id, week_ending)
    day = week_ending or newest_week(lake, user_id)
    tell_of_missing(lake, day)
    build_for_report(lake, day)
    return show_egress(lake, user_id, day)


def refuse_day_to_come(lake: Lakehouse, user_id: str, day: date | None) -> None:
    """Raise `ReportError` for a day after today, before anything is said or built for it."""
    today = lake.settings.today(user_id)
    if day and day > today:
        raise ReportError(f"{day} is still to come: today is {today}")


def tell_of_no_week(settings: Settings, day: date) -> None:
    """Say that a page is of seven days that are no week of the graph's."""
    from bio_lakehouse.reports.weeks import week_end

    why = f"{day} is no {settings.week_ends_on.capitalize()}"
    if week_end(settings, day) == day:
        why = f"The week up to {day} is not over by the graph's own clock ({settings.timezone})"
    CONSOLE.print(
        f"{why}: this page is of the seven days up to it, and "
        "no partition of reports/weekly_report.",
        highlight=False,
        soft_wrap=True,
    )


def tell_of_missing(lake: Lakehouse, day: date) -> set[str]:
    """The tables that lack something for reports of `day`, and a line that they are built first."""
    from bio_lakehouse.build.reported import missing

    found = missing(lake, day)
    if found:
        names = ", ".join(sorted(found))
        CONSOLE.print(
            f"Not built yet as of {day}, so built first: {names}.", highlight=False, soft_wrap=True
        )
    return found


def introduce_demo_person(lake: Lakehouse) -> None:
    """Write the demo person's measures to `users.toml`, unless the home has one."""
    from bio_lakehouse.sources.demo import MAX_HEART_RATE, THRESHOLD_HEART_RATE, THRESHOLD_POWER

    measures = {
        "ftp": int(THRESHOLD_POWER),
        "max_heart_rate": MAX_HEART_RATE,
        "threshold_heart_rate": THRESHOLD_HEART_RATE,
    }
    path = lake.settings.home / "users.toml"
    if not path.exists():
        lines = [
            f"[{lake.settings.user}]",
            *(f"{name} = {value}" for name, value in measures.items()),
            "",
        ]
        whole_files.write_text(path, "\n".join(lines))


def run_demo(lake: Lakehouse, days: int, seed: int) -> DemoOutcome:
    """Make the demo's home afresh, bring a demo person's files in, and make the report of their
    newest week."""
    from bio_lakehouse.lake import demo_home
    from bio_lakehouse.sources import demo

    demo_home.make_afresh(lake.settings)
    introduce_demo_person(lake)
    person = demo.simulate(days, seed, lake.settings.today(), timezone=lake.settings.timezone)
    with tempfile.TemporaryDirectory() as folder:
        files = demo.write_files(person, Path(folder))
        demo_home.note_files(lake.settings.home, files)
        ingest = run_ingest(lake, files, lake.settings.user)
    # Where the files lay is gone: they go by their names in landing.
    landed = replace(ingest, arrivals=[replace(one, given="") for one in ingest.arrivals])
    return DemoOutcome(landed, run_report(lake, lake.settings.user).path)


@dataclass(frozen=True)
class SyncOutcome:
    """What a fetch landed, and what became of it (None when it was only landed)."""

    landed: list[str]
    ingest: IngestOutcome | None

    @property
    def failed(self) -> bool:
        return self.ingest is not None and self.ingest.failed


def run_oura_login(
    lake: Lakehouse,
    user_id: str,
    announce: Callable[[str], None],
    open_browser: Callable[[str], bool] | None = None,
) -> None:
    """Sign `user_id` in to Oura over a browser on this machine, which `open_browser` opens where it
    is given, and say what was not granted."""
    from bio_lakehouse.lake.fetching import oura_tokens, reachable_oura
    from bio_lakehouse.sources.oura import oauth
    from bio_lakehouse.sources.oura.fetch import not_granted

    def say(address: str) -> None:
        announce(
            "Oura's sign-in opens in your browser. If it does not, open this address on this "
            f"machine:\n{address}"
        )

    connection, store = reachable_oura(lake.settings), oura_tokens(lake.settings, user_id)
    if open_browser is None:
        tokens = oauth.login(connection, store, announce=say)
    else:
        tokens = oauth.login(connection, store, announce=say, open_browser=open_browser)
    announce("Signed in.")
    for scope, endpoints in not_granted(tokens.granted, connection.scopes).items():
        announce(
            f"Oura did not grant {scope}, so {', '.join(endpoints)} cannot be read. To add it, "
            f"sign in again and allow it: {store.sign_in}"
        )


def run_oura_sync(
    lake: Lakehouse,
    user_id: str,
    first: date | None = None,
    last: date | None = None,
    *,
    resume: bool = False,
    land_only: bool = False,
) -> SyncOutcome:
    """Fetch and land those days (the look-back when not said) and build what changed; then raise
    what failed."""
    from bio_lakehouse.lake import fetching

    first, last = fetching.asked_days(lake.settings, user_id, first, last)
    whose = "" if user_id == lake.settings.user else f" --user {user_id}"
    go_on = f"To fetch the rest: bio-lakehouse oura sync --from {first} --to {last} --resume{whose}"
    try:
        outcome = _fetched(lake, user_id, first, last, resume)
    except KeyboardInterrupt:
        CONSOLE.print(
            f"Stopped; what arrived whole is kept. {go_on}", highlight=False, soft_wrap=True
        )
        raise
    ingest = None if land_only else ingest_landed(lake, user_id)
    if outcome.error:
        raise type(outcome.error)(f"{outcome.error} {go_on}")
    return SyncOutcome(outcome.landed, ingest)


def _fetched(lake: Lakehouse, user_id: str, first: date, last: date, resume: bool) -> FetchOutcome:
    from bio_lakehouse.lake import fetching

    with progress_bar("Fetching from Oura") as bar:
        task = bar.add_task("")

        def told(step: WindowProgress) -> None:
            bar.update(
                task, total=step.total, completed=step.number, description=str(step.outcome.window)
            )

        return fetching.fetch_oura(lake, user_id, first, last, resume=resume, progress=told)


def run_peloton_login(lake: Lakehouse, user_id: str, announce: Callable[[str], None]) -> None:
    """Open a browser window in which `user_id` signs in to Peloton; a profile keeps the login."""
    from bio_lakehouse.lake.fetching import peloton_browser
    from bio_lakehouse.sources.peloton import download

    download.login(peloton_browser(lake.settings, user_id), announce=announce)


def run_peloton_sync(lake: Lakehouse, user_id: str, land_only: bool = False) -> SyncOutcome:
    """Download and land the member's workouts and build what changed."""
    from bio_lakehouse.lake.fetching import fetch_peloton

    key = fetch_peloton(lake, user_id)
    return SyncOutcome([key], None if land_only else ingest_landed(lake, user_id))


def ingest_landed(lake: Lakehouse, user_id: str) -> IngestOutcome:
    """Log what lies in landing and is news, and build what that changed; `user_id` is who asks."""
    return build_landed(lake, take_landed(lake, user_id))


def take_landed(lake: Lakehouse, user_id: str) -> IngestOutcome:
    """Log what lies in landing and is news; nothing is built yet."""
    tell_of_changes(lake)
    return _take_waiting(lake, user_id, ())


def _take_waiting(lake: Lakehouse, user_id: str, brought: Iterable[Arrival]) -> IngestOutcome:
    """Log what lies in landing beside what a person has `brought`: what waited there for others is
    told apart."""
    own, waiting = list(brought), defaultdict[str, list[Arrival]](list)
    found = arrivals.scan(lake)
    report_landed(lake, [*own, *found])
    for arrival in (one for one in found if not one.told_before):
        whose = _whose(arrival, user_id)
        (own if whose == user_id else waiting[whose]).append(arrival)
    return IngestOutcome(own, waiting=dict(waiting))


def _whose(arrival: Arrival, user_id: str) -> str:
    """In whose folder of landing a file lies; what lies in nobody's is told to whoever asks."""
    if arrival.passed_over:
        return user_id
    try:
        return landing.user_of(landing.split_path(arrival.path)[0])
    except UnsupportedFile:
        return user_id
