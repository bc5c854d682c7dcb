"""What a tick comes to: files to take now, later or in a run, and the runs that changed
days ask for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from time import monotonic, sleep, time

import dagster as dg

from bio_lakehouse.assets.keys import GOLD_DAILY
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.arrived_files import files_of, files_tag, name_of
from bio_lakehouse.automation.jobs import insights_history, refresh_lake, take_file
from bio_lakehouse.automation.nightly import nightly_recompute
from bio_lakehouse.automation.owed import Owed
from bio_lakehouse.automation.run_ranges import ARRIVAL_TAG, range_tags
from bio_lakehouse.build.daily import newest_day
from bio_lakehouse.errors import LandingError, UnsupportedFile
from bio_lakehouse.lake import arrivals, landed_reading, landing
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import ObjectInfo

LARGE_BYTES = 4 * 1000 * 1000
"""Unpacked; a tick would take longer over more, as a megabyte of heart rate takes up to four
seconds."""
TICK_SECONDS = 15.0
LOOKS_A_TICK = 3
"""Of a tick that finds nothing in a folder: each tick is a row in Dagster's database for a day."""
COSTLY_PACE = 3
"""A look at a bucket is paid for, one at tens of thousands of files takes a second: there is one a
tick, and a third as many."""
MOST_ATTEMPTS = 3
MOST_KEPT = 1000
"""Names of files that are kept from tick to tick."""
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass
class Cursor:
    """What one tick keeps for the next: the tag of each file that was not taken, the files of
    which was told that they cannot be read, those for which something is still to be made, when the
    last look was and how long it took. Where there is a queue also when landing was last listed,
    the newest arrival that the log had (UTC), and the files that runs take."""

    seen: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    looked_at: float = 0.0
    took: float = 0.0
    listed_at: float = 0.0
    logged_until: str = ""
    taken_by_runs: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str | None) -> Cursor:
        """The cursor of a tick; what only an earlier version kept is left out."""
        kept = json.loads(text) if text else {}
        return cls(**{name: kept[name] for name in kept.keys() & cls.__dataclass_fields__.keys()})

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def is_whole(self, info: ObjectInfo) -> bool:
        """Whether the file looks as it did at the look before: nobody is writing it any more."""
        return self.seen.get(info.key) == info.tag

    def keep(self, found: Landed, files: Sequence[str]) -> None:
        """What the next look must know of this one, and which files the next runs are for."""
        left = {info.key: info.tag for info in found.left}
        self.seen = left | {one.path: one.entry.tag for one in found.unread}
        unread = [arrival.path for arrival in found.unread]
        self.unread = unread if found.is_listing else [*self.not_taken(found), *unread]
        self.files = list(files)

    def not_taken(self, found: Landed) -> list[str]:
        """The files that could not be read and of which this look, which was not at all of them,
        found nothing."""
        taken = {arrival.path for arrival in found.taken}
        return [path for path in self.unread if path not in taken][-MOST_KEPT:]

    def wait_for_next_look(self, seconds: float) -> None:
        """Wait until the last look, by whichever tick, was that long ago."""
        remaining = self.looked_at + seconds - time()
        sleep(max(0.0, min(seconds, remaining)))
        self.looked_at = time()


@dataclass
class Landed:
    """What one look found: files taken (some of which could not be read), to be taken by
    a run, and left; whether it was at all of landing, and what else was wrong."""

    taken: list[Arrival]
    large: list[ObjectInfo]
    left: list[ObjectInfo]
    is_listing: bool = True
    troubles: list[str] = field(default_factory=list)

    @property
    def unread(self) -> list[Arrival]:
        return [arrival for arrival in self.taken if arrival.unread]

    def news(self, told: Collection[str]) -> list[Arrival]:
        """What the log did not know; of files that cannot be read those that were not `told`."""
        return [one for one in self.taken if one.is_news or (one.unread and one.path not in told)]


def check_landing(lake: Lakehouse) -> None:
    """Make landing's folder in a new lake; `LandingError` when it is gone from one to which files
    have come."""
    folder = lake.landing_objects.local_folder(landing.PREFIX)
    if folder is None:
        return
    if not folder.is_dir() and not lake.log.is_empty():
        raise LandingError(
            f"{folder} is gone, though the log names files in it: is its disk mounted?"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LandingError(
            f"{folder} is no folder and cannot be made one: {error.strerror}."
        ) from error


def looks(lake: Lakehouse, cursor: Cursor) -> Iterator[Landed]:
    """What a tick finds, look by look, until something was taken or there were enough looks.

    A folder is looked at `BIO_SETTLE_SECONDS` after the look before, also that of another tick; a
    bucket, or what takes long, less often.
    """
    settle = lake.settings.settle_seconds
    is_costly = lake.landing_objects.writes_appear_whole or cursor.took >= settle / 10
    pace = settle * COSTLY_PACE if is_costly else settle
    for _ in range(1 if is_costly else LOOKS_A_TICK):
        cursor.wait_for_next_look(pace)
        told, started = set(cursor.unread), monotonic()
        found = tick(lake, cursor)
        if not found.taken:
            cursor.took = monotonic() - started
        yield found
        is_new = any(arrival.path not in told for arrival in found.taken)
        if found.large or is_new or found.news(told):
            return


def tick(lake: Lakehouse, cursor: Cursor, seconds: float = TICK_SECONDS) -> Landed:
    """Take the small files that are news and whole, for as long as there is time.

    A put into a bucket is atomic; a file in a folder is whole when it did not change since the look
    before. What a tick began and did not live to finish is taken by a run.
    """
    check_landing(lake)
    deadline = monotonic() + seconds
    interrupted = lake.log.interrupted()
    infos, passed_over = arrivals.news(lake)
    found = Landed(passed_over, [], [])
    for info in infos:
        whole = cursor.is_whole(info) or lake.landing_objects.writes_appear_whole
        if whole and (info.size > LARGE_BYTES or info.key in interrupted):
            found.large.append(info)
        elif whole and monotonic() < deadline:
            take_small(lake, info, found)
        else:
            found.left.append(info)
    landed_reading.forget_readings()
    return found


def take_small(lake: Lakehouse, info: ObjectInfo, found: Landed) -> None:
    """Take a file unless it unpacks to more than a tick has time for."""
    try:
        landed = arrivals.open_landed(lake, info)
    except UnsupportedFile as error:
        found.taken.append(arrivals.refuse(lake, info, str(error)))
        return
    except LandingError as error:
        found.taken.append(arrivals.unread(info, str(error)))
        return
    if landed.unpacked_size > LARGE_BYTES:
        found.large.append(info)
    else:
        found.taken += arrivals.take_object(lake, landed)


def is_under_way(instance: dg.DagsterInstance) -> bool:
    """Whether a run is waiting or going on that builds gold."""
    return any(builds_gold(run) for run in unfinished_runs(instance))


def makes_insights(instance: dg.DagsterInstance) -> bool:
    """Whether a run is waiting or going on that makes the newest insights for an arrival."""
    return any(run.job_name == insights_history.name for run in unfinished_runs(instance))


def unfinished_runs(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    return instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))


def builds_gold(run: dg.DagsterRun) -> bool:
    if not run.asset_selection:
        return run.job_name in (refresh_lake.name, nightly_recompute.name)
    return any(key.path[0] == GOLD_DAILY.path[0] for key in run.asset_selection)


def next_attempt(instance: dg.DagsterInstance, arrival: str) -> str | None:
    """The run key for an arrival's next run; None while one is still going, and after three that
    failed in a row."""
    runs = instance.get_runs(dg.RunsFilter(tags={ARRIVAL_TAG: arrival}))
    failures = list(takewhile(lambda run: not run.is_success, runs))
    if len(failures) >= MOST_ATTEMPTS or any(run.status in UNFINISHED for run in runs):
        return None
    return f"{arrival}#{len(runs) + 1}"


def requests_to_take(
    instance: dg.DagsterInstance, files: Iterable[ObjectInfo]
) -> list[dg.RunRequest]:
    """A run for each file that is too large for a tick."""
    keyed = ((info, next_attempt(instance, f"{info.key}:{info.tag}")) for info in files)
    return [
        dg.RunRequest(
            run_key,
            job_name=take_file.name,
            run_config={"ops": {"take": {"config": {"key": info.key}}}},
            tags={ARRIVAL_TAG: run_key.rpartition("#")[0]} | files_tag([name_of(info.key)]),
        )
        for info, run_key in keyed
        if run_key
    ]


def requests_to_build(
    instance: dg.DagsterInstance,
    lake: Lakehouse,
    owed: Owed,
    graph: dg.BaseAssetGraph[dg.BaseAssetNode],
    files: Collection[str],
) -> list[dg.RunRequest]:
    """At most three runs for the days that are to be built, none while a run builds; each is tried
    three times.

    A run names the files that changed its days; `files` are those of days whose gold an earlier
    one has built.
    """
    ranges = owed.ranges(days_of(lake))
    if not ranges or is_under_way(instance):
        return []
    keyed = (
        (days, next_attempt(instance, f"{days.first}..{days.last}:{owed.name(days)}"))
        for days in ranges
    )
    return [
        dg.RunRequest(
            run_key,
            job_name=refresh_lake.name,
            asset_selection=owed.assets(graph, days),
            tags=tags_of(days, run_key, files_of(lake, days) or files),
        )
        for days, run_key in keyed
        if run_key
    ]


def requests_for_insights(
    instance: dg.DagsterInstance, lake: Lakehouse, owed: Owed, files: Collection[str]
) -> list[dg.RunRequest]:
    """The run that makes the newest day's insights, once all days that arrivals changed are built;
    three times too. It names the `files` that changed them."""
    days = days_of(lake)
    if not owed.insights or owed.ranges(days) or is_under_way(instance):
        return []
    newest = newest_day(lake) or days.last
    run_key = next_attempt(instance, f"insights:{newest}:{owed.name(days)}")
    if run_key is None:
        return []
    tags = tags_of(DayRange(newest, newest), run_key, files)
    return [dg.RunRequest(run_key, job_name=insights_history.name, tags=tags)]


def told_of_older(owed: Owed, loaded: DayRange) -> list[str]:
    """What to do about owed days that are older than the partitions that are loaded; nothing where
    none are."""
    older = sorted(day for day in owed.days if day < loaded.first)
    if not older:
        return []
    what = f"{older[0]} landed and is older than the first partition, {loaded.first}"
    then = "`bio-lakehouse ui` does so by itself, and the days are built then"
    return [f"{what}: reload the code location ({then})."]


def tags_of(days: DayRange, run_key: str, files: Iterable[str]) -> dict[str, str]:
    """The tags of a run that arrivals ask for: its days, what it is for, and the names of the
    files."""
    arrival = {ARRIVAL_TAG: run_key.rpartition("#")[0]}
    return range_tags(days) | arrival | files_tag(files)


def files_in_work(lake: Lakehouse, owed: Owed, kept: Iterable[str]) -> list[str]:
    """The names of the files for which something is still to be made: those that were kept, as the
    log forgets them once gold is built and before its insights are, and what came since."""
    if not (owed.changed or owed.following or owed.insights):
        return []
    names = dict.fromkeys((*kept, *files_of(lake, days_of(lake))))
    return list(names)[-MOST_KEPT:]


def days_of(lake: Lakehouse) -> DayRange:
    return DayRange(lake.settings.first_day, lake.settings.today())
