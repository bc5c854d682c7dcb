"""The report of a week is requested once the insights of its last day are made, and no other."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pytest

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.jobs import THEN_TAG, insights_history, monday_report, weekly_report
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.automation.schedules import schedules
from bio_lakehouse.automation.sensors import report_after_insights
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings

SUNDAY = date(2025, 3, 16)


@dg.job(name=insights_history.name)
def insights_made() -> None:
    pass


def requested_after(settings: Settings, tags: dict[str, str]) -> dg.RunRequest | dg.SkipReason:
    """What the sensor asks for when insights were made in a run with these tags."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = insights_made.execute_in_process(instance=instance, tags=tags)
        context: Any = dg.build_run_status_sensor_context(
            "report_after_insights",
            result.get_run_success_event(),
            instance,
            result.dagster_run,
            resources={"lake": Lakehouse.open(settings)},
        )
        answer = report_after_insights(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def test_mondays_insights_are_followed_by_the_report_of_their_week(settings: Settings) -> None:
    (monday,) = (made for made in schedules(settings) if made.name == "monday_report_schedule")
    assert monday.job_name == insights_history.name
    at = datetime(2025, 3, 17, 6, tzinfo=UTC)
    with dg.build_schedule_context(scheduled_execution_time=at) as context:
        (request,) = monday.evaluate_tick(context).run_requests or []
    report = requested_after(settings, dict(request.tags))
    assert isinstance(report, dg.RunRequest)
    assert report.job_name == monday_report.name
    assert range_tags(DayRange(SUNDAY, SUNDAY)).items() <= report.tags.items()


def test_of_a_range_the_weeks_that_end_in_it_are_reported(settings: Settings) -> None:
    days = range_tags(DayRange(date(2025, 2, 25), date(2025, 3, 18)))
    report = requested_after(settings, days | {THEN_TAG: weekly_report.name})
    assert isinstance(report, dg.RunRequest)
    assert report.job_name == weekly_report.name
    assert range_tags(DayRange(date(2025, 3, 2), SUNDAY)).items() <= report.tags.items()


@pytest.mark.parametrize(
    "tags",
    [
        {"dagster/partition": "2025-03-16"},
        {"dagster/partition": "2025-03-18", THEN_TAG: "weekly_report"},
        {THEN_TAG: "weekly_report"},
    ],
)
def test_insights_of_no_report_are_followed_by_none(
    settings: Settings, tags: dict[str, str]
) -> None:
    assert isinstance(requested_after(settings, tags), dg.SkipReason)
