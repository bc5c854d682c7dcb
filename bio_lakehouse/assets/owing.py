"""What arrivals owe an asset on the days of a run: looked up as its step begins, paid when it has ended well.

It is the same for runs from the command line, of the sensor, and launched by hand in the UI.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import dagster as dg

from bio_lakehouse.assets.keys import assets_of_run, datasets_built, follows_gold
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reporting import Materialized
from bio_lakehouse.build.daily import newest_day
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.owed_days import Numbered


@dataclass(frozen=True)
class Debt:
    """The changed days that an asset takes in, each with the number of its change."""

    lake: Lakehouse
    asset: str
    days: Numbered

    def paid_by(self, result: Materialized) -> Materialized:
        """`result`; the days are paid unless one of its checks is an error."""
        checks = result.check_results or ()
        if all(check.passed or check.severity == dg.AssetCheckSeverity.WARN for check in checks):
            followers = (key.to_user_string() for key in follows_gold())
            self.lake.log.owed.pay(self.asset, self.days, followers)
        return result


def debt_of(
    context: dg.AssetExecutionContext, lake: Lakehouse, key: dg.AssetKey, days: DayRange
) -> Debt:
    """What is owed to an asset that is made of the days of a run."""
    name, built = key.to_user_string(), datasets_built(assets_of_run(context))
    known = known_changes(context, lake)
    return Debt(lake, name, lake.log.owed.payable(name, days.first, days.last, built, known))


def debt_of_newest(
    context: dg.AssetExecutionContext, lake: Lakehouse, key: dg.AssetKey, days: DayRange
) -> Debt:
    """What is owed to an asset of which an arrival asks for the newest day: all up to now once that is made."""
    newest = newest_day(lake)
    if newest is not None and newest not in days:
        return Debt(lake, key.to_user_string(), {})
    return debt_of(context, lake, key, DayRange(date.min, date.max))


def known_changes(context: dg.AssetExecutionContext, lake: Lakehouse) -> int:
    """The newest change that the run can have read: what arrives later is not in it. A run that repeats the failed
    steps of another has read what that one had."""
    return lake.log.owed.begin_run(context.run.root_run_id or context.run.run_id)
