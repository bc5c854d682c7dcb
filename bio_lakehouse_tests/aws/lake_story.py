"""What happens to a lake in a week of its life, on whatever profile, and what it then says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from bio_lakehouse.ask.asking import Asking
from bio_lakehouse.backends import open_sql
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.page_text import text_of_page
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import demo
from bio_lakehouse.status import LakeStatus, lake_status
from bio_lakehouse.workflows import run_ingest, run_refresh, run_report
from bio_lakehouse_tests.automation.watched import Watched, watch

END = date(2025, 11, 20)
WEEK = date(2025, 11, 16)
ZONE = "Europe/Berlin"
LATE = "workouts"
"""What the name of a file holds that comes a day after the others."""
QUESTIONS = (
    "How was my readiness last week?",
    "How many workouts did I do in October 2025?",
    "On which day did I sleep longest?",
)
STATEMENTS = (
    "SELECT count(*) AS days, max(readiness_score) AS best FROM gold.daily_readiness_performance",
    "SELECT day, energy_state FROM gold.energy_state ORDER BY day DESC LIMIT 7",
)
WHEN_IT_CAME = frozenset({"ingested_at", "computed_at", "recorded_at"})
"""Columns that say when something was done, which no two lakes have alike."""
MADE_AT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", re.M)
MOST_TICKS = 12

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Picture:
    """All that a lake says: the rows of its tables and views, its status by user, what it answers,
    and the text of its reports."""

    tables: dict[str, list[Row]]
    views: dict[str, list[Row]]
    status: dict[str, LakeStatus]
    answers: dict[str, list[Row]]
    reports: dict[str, str]


@dataclass(frozen=True)
class People:
    """Who is in the lake, and their files."""

    files: dict[str, list[Path]]

    @classmethod
    def of(cls, folder: Path, days: dict[str, int]) -> People:
        lives = {
            user: demo.simulate(count, seed, END, timezone=ZONE)
            for seed, (user, count) in enumerate(days.items(), 4)
        }
        return cls({user: demo.write_files(life, folder / user) for user, life in lives.items()})

    def in_time(self, user: str) -> list[Path]:
        return [path for path in self.files[user] if LATE not in path.name]

    def late(self, user: str) -> list[Path]:
        return [path for path in self.files[user] if LATE in path.name]


def live(
    settings: Settings,
    people: People,
    instance: dg.DagsterInstance,
    arrive: Callable[[Watched, str, Path], None] | None = None,
) -> Lakehouse:
    """A lake in which people's files came, some of them late and some twice, of which a range was
    built anew, and whose week was told. `arrive` brings a file to the sensor."""
    watched = watch(settings, instance)
    lake = watched.lake
    for user in people.files:
        assert not run_ingest(lake, people.in_time(user), user).failed
    for user in people.files:
        for path in people.late(user):
            (arrive or drop)(watched, user, path)
    come_to_rest(watched)
    for user in people.files:
        again = people.files[user][0]
        watched.drop(f"again-{again.name}", again.read_bytes(), user)
    assert come_to_rest(watched) == 0
    run_refresh(lake, END - timedelta(20), END - timedelta(10), "refresh")
    run_report(lake, settings.user, WEEK, deliver=bool(settings.report_delivery))
    return lake


def drop(watched: Watched, user: str, path: Path) -> None:
    watched.drop(path.name, path.read_bytes(), user)


def come_to_rest(watched: Watched) -> int:
    """Tick, and run what is asked for, until nothing is; how many runs that took."""
    watched.tick()
    runs = 0
    for _ in range(MOST_TICKS):
        requests = watched.tick().run_requests or []
        if not requests:
            return runs
        for request in requests:
            execute(watched, request)
        runs += len(requests)
    raise AssertionError("the sensor goes on asking")


def execute(watched: Watched, request: dg.RunRequest) -> None:
    job = watched.repository.get_job(request.job_name or "")
    done = job.execute_in_process(
        instance=watched.instance,
        run_config=request.run_config,
        tags=dict(request.tags),
        asset_selection=list(request.asset_selection) if request.asset_selection else None,
    )
    assert done.success


def picture_of(lake: Lakehouse) -> Picture:
    users = sorted(lake.log.users())
    sql, asking = open_sql(lake), Asking(lake)
    answers = {text: rows_of(sql.query(text, user)) for text in STATEMENTS for user in users[:1]}
    for question in QUESTIONS:
        answer = asking.ask(question, lake.settings.user)
        answers[question] = [(answer.sentence,)] if answer.rows is None else rows_of(answer.rows)
    return Picture(
        tables={name: rows_of(lake.tables.scan(name)) for name in sorted(lake.tables.names())},
        views={name: rows_of(sql.query(f"SELECT * FROM gold.{name}", None)) for name in VIEWS},
        status={user: comparable(lake_status(lake, user)) for user in users},
        answers=answers,
        reports={user: report_of(lake, user) for user in users},
    )


def rows_of(table: pa.Table) -> list[Row]:
    """The rows in an order of their own, without when they came."""
    names = sorted(set(table.column_names) - WHEN_IT_CAME)
    rows = [tuple(settled(row[name]) for name in names) for row in table.to_pylist()]
    return sorted(rows, key=repr)


def settled(value: Any) -> Any:
    """A number without its last bits, in which sums of the same in another order differ."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def report_of(lake: Lakehouse, user: str) -> str:
    """The text of a page, without when it was made."""
    text = text_of_page(lake.objects.get(report_key(user, WEEK)).decode())
    return MADE_AT.sub("", text)


def comparable(status: LakeStatus) -> LakeStatus:
    """A status without where the lake is and when what came."""
    arrivals = sorted(
        (entry.file_path, entry.status, entry.record_count) for entry in status.arrivals
    )
    return replace(status, home="", place="", arrivals=arrivals)  # type: ignore[arg-type]
