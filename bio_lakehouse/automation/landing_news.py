"""What the command line brought in, told to Dagster: an event for each file on its landing
asset."""

from __future__ import annotations

from collections.abc import Collection

from bio_lakehouse.assets.landed_files import landed_events
from bio_lakehouse.automation.instance import dagster_home, open_instance
from bio_lakehouse.automation.notices import report_quarantine
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.store_errors import store_named


def report_landed(lake: Lakehouse, arrivals: Collection[Arrival]) -> None:
    """Log what became of these files with their landing assets, outside of any run; where one was
    refused or not taken whole, the check says so at once too."""
    with store_named(dagster_home(lake.settings)), open_instance(lake.settings) as instance:
        for event in landed_events(lake, arrivals):
            instance.report_runless_asset_event(event)
        if any(arrival.failed for arrival in arrivals):
            report_quarantine(instance, lake)
