"""A lake and the arrival sensor that looks at it, tick by tick."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import dagster as dg

from bio_lakehouse.assets import all_assets, all_checks
from bio_lakehouse.automation.jobs import JOBS
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.sensors import SENSORS, arrival_sensor
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import MessageQueue
from bio_lakehouse.settings import Settings
from bio_lakehouse.silver.schemas import COVERAGE
from bio_lakehouse_tests.lake.marking import FOLLOWERS, mark_built, mark_made

TODAY = date(2025, 3, 20)
START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
TRENDS = "date,Sleep Score,Readiness Score"


def trends(scores: dict[date, int]) -> bytes:
    rows = [f"{day},{score},{score + 5}" for day, score in scores.items()]
    return "\n".join([TRENDS, *rows, ""]).encode()


def scores(count: int) -> dict[date, int]:
    return {TODAY - timedelta(back): 60 + back % 30 for back in range(count, 0, -1)}


@dataclass
class Watched:
    """A lake and the sensor that looks at it."""

    lake: Lakehouse
    repository: dg.RepositoryDefinition
    instance: dg.DagsterInstance
    cursor: str | None = None
    queue: MessageQueue | None = None
    notices: list[tuple[str, str]] = field(default_factory=list)

    def drop(self, name: str, content: bytes, user: str = "me") -> None:
        self.lake.landing_objects.put(f"landing/{user}/{name}", content)

    def tick(self) -> dg.SensorResult:
        with dg.build_sensor_context(
            self.instance,
            self.cursor,
            repository_def=self.repository,
            resources={"lake": self.lake, "arrivals_queue": self.queue},
        ) as context:
            result = arrival_sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return result

    def look_twice(self) -> dg.SensorResult:
        self.tick()
        return self.tick()

    @property
    def kept(self) -> dict[str, Any]:
        return dict(json.loads(self.cursor or "{}"))

    def submit(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        self.instance.create_run_for_job(
            self.repository.get_job(request.job_name or ""),
            status=status,
            tags=dict(request.tags),
            run_config=request.run_config,
        )

    def mark_built(self, insights: bool = True) -> None:
        """What is owed is built; without the insights when told so."""
        make_a_table(self.lake)
        mark_built(self.lake, arrivals.pending(self.lake), self.lake.settings.first_day, TODAY)
        mark_made(self.lake, [name for name in FOLLOWERS if insights or "insights/" not in name])


def make_a_table(lake: Lakehouse) -> None:
    """As a build does: a lake of which days are built and that has no table is a damaged one."""
    lake.tables.replace(COVERAGE, COVERAGE.arrow.empty_table(), lake.settings.first_day, TODAY)


def watch(settings: Settings, instance: dg.DagsterInstance) -> Watched:
    lake = Lakehouse.open(settings)
    definitions = dg.Definitions(
        assets=all_assets(settings),
        asset_checks=all_checks(),
        jobs=JOBS,
        sensors=SENSORS,
        resources=resources(settings),
    )
    return Watched(lake, definitions.get_repository_def(), instance)


def ranges(result: dg.SensorResult) -> list[tuple[str, str]]:
    return [(request.tags[START], request.tags[END]) for request in result.run_requests or []]


def names(request: dg.RunRequest) -> set[str]:
    return {key.to_user_string() for key in request.asset_selection or []}


def reason(result: dg.SensorResult) -> str:
    assert result.skip_reason
    return str(result.skip_reason.skip_message)
