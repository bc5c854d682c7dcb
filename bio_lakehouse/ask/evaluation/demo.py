"""The lake that the evaluation asks: two made-up people on a fixed day, built without Dagster."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

import bio_lakehouse
from bio_lakehouse import whole_files
from bio_lakehouse.backends import open_sql, spark_session
from bio_lakehouse.build.experiments import build_self_experiment
from bio_lakehouse.build.insights import build_forecast, build_insights
from bio_lakehouse.build.recompute import Recompute
from bio_lakehouse.errors import StoreError
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.experiment_log import Mark, Plan, keep_event, keep_plan
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import checksum
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse.sources.demo import (
    MAX_HEART_RATE,
    THRESHOLD_HEART_RATE,
    THRESHOLD_POWER,
    simulate,
    write_files,
)

TODAY = date(2026, 3, 11)
"""A Wednesday: the person's today, whenever the evaluation runs."""
TIMEZONE = "America/New_York"
USER, OTHER_USER = "me", "other"
FIRST_DAY = date(2015, 1, 1)
"""First day that the lake would take."""
FORECAST_DAYS = 30
"""Evenings up to today of which there are forecasts."""
MARK = "evaluation.sha256"
"""In its home: says that the evaluation made it, and once it is whole, by which code."""
MADE_BY = ("sources", "silver", "gold", "lake", "engines", "build", "insights")
"""Parts of the package from which a lake's content follows."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the demo lake's people."""

    user_id: str
    days: int
    seed: int


PEOPLE = (Person(USER, 200, 11), Person(OTHER_USER, 60, 5))


def demo_lake(home: Path) -> Lakehouse:
    """The demo lake in `home`, built where it is not there, or was by other code; safe for several
    processes.

    `StoreError`, and nothing is touched, when the folder holds anything else.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    mark = home / MARK
    with FileLock(home.with_name(f"{home.name}.lock")):
        if home.exists() and any(home.iterdir()) and not mark.exists():
            raise StoreError(
                f"{home} holds things that no evaluation has made: give it an empty folder"
            )
        made_by = fingerprint()
        if not mark.exists() or mark.read_text("utf-8") != made_by:
            shutil.rmtree(home, ignore_errors=True)
            build(home)
            whole_files.write_text(mark, made_by)
    return Lakehouse.open(settings_of(home))


@cache
def fingerprint() -> str:
    """SHA-256 of the code that a lake's content follows from."""
    package = Path(bio_lakehouse.__file__).parent
    files = [path for part in MADE_BY for path in sorted((package / part).rglob("*.[ps][yq]*"))]
    return checksum(b"".join(path.read_bytes() for path in [*files, Path(__file__)]))


def settings_of(home: Path, **more: object) -> Settings:
    """Settings of the demo lake with `more`, whatever the environment says of the person's own."""
    settings = load_settings(
        home=home,
        profile="local",
        week_ends_on="sunday",
        first_day=FIRST_DAY,
        user=USER,
        timezone=TIMEZONE,
        today_override=TODAY,
        max_heart_rate=MAX_HEART_RATE,
        threshold_heart_rate=THRESHOLD_HEART_RATE,
        ftp=int(THRESHOLD_POWER),
        **more,
    )
    return settings.model_copy(update={"landing_url": None})


def keep_settings(settings: Settings) -> None:
    """Keep what the demo's people are in its home, so that every command reads it alike."""
    lines = [
        f"BIO_TODAY_OVERRIDE={TODAY}",
        f"BIO_TIMEZONE={TIMEZONE}",
        f"BIO_MAX_HEART_RATE={settings.max_heart_rate}",
        f"BIO_THRESHOLD_HEART_RATE={settings.threshold_heart_rate}",
        f"BIO_FTP={settings.ftp}",
        "",
    ]
    whole_files.write_text(settings.home / ".env", "\n".join(lines))


def build(home: Path) -> Lakehouse:
    """A lake with silver, gold, insights, forecasts and a finished experiment in the new `home`."""
    lake = Lakehouse.open(settings_of(home))
    (home / MARK).touch()
    keep_settings(lake.settings)
    for person in PEOPLE:
        bring_in(lake, person)
    keep_experiment(lake)
    first = TODAY - timedelta(max(person.days for person in PEOPLE) - 1)
    with spark_session(lake.settings) as spark:
        for part in Recompute(lake, spark, open_sql(lake), first, TODAY).parts():
            part.build()
    build_insights(lake, TODAY, TODAY)
    build_forecast(lake, TODAY - timedelta(FORECAST_DAYS - 1), TODAY)
    build_self_experiment(lake, TODAY, TODAY)
    return lake


def bring_in(lake: Lakehouse, person: Person) -> None:
    """A person's files, taken into landing and the log.

    Their times are fixed, since which version of a record counts may follow from them.
    """
    truth = simulate(person.days, person.seed, TODAY, timezone=TIMEZONE)
    arrived = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC).timestamp()
    with TemporaryDirectory() as folder:
        for second, path in enumerate(write_files(truth, Path(folder))):
            os.utime(path, (arrived + second, arrived + second))
            arrivals.ingest(lake, path, person.user_id)


def keep_experiment(lake: Lakehouse) -> None:
    """A self-experiment of four weeks, day by day, to which the person kept."""
    first = date(2026, 2, 3)
    plan = Plan(
        experiment_id=f"{first.isoformat()}-5eed0001",
        user_id=USER,
        name="magnesium",
        unit="day",
        outcome="sleep_score",
        lag_days=1,
        washout_days=0,
        first_day=first,
        arms=(True, False, False, True) * 7,
        made_at=datetime(2026, 2, 2, 20, tzinfo=UTC),
        nonce="5eed" * 8,
    )
    keep_plan(lake.objects, plan)
    mark = Mark(plan.commitment, datetime(2026, 3, 3, 20, tzinfo=UTC), first, plan.last_day, True)
    keep_event(lake.objects, plan, mark)
