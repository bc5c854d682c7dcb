"""What arrivals still owe the lake, as the runs that make it: days of assets in at most three
ranges, then insights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

import dagster as dg

from bio_lakehouse.assets.keys import INSIGHTS_PREFIX, bronze_key, follows_gold
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.run_ranges import merge_days
from bio_lakehouse.lake import arrivals
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.owed_days import Numbered

LAYERS = dg.AssetSelection.key_prefixes("bronze", "silver", "gold")

Days = Mapping[str, Collection[date]]


@dataclass(frozen=True)
class Owed:
    """`changed` are days by bronze dataset of which gold's daily table is not built, `following`
    days by asset of what follows that table in gold, `insights` those of which the newest insights
    know nothing. `numbers` are the changes of the days."""

    changed: Days = field(default_factory=dict)
    following: Days = field(default_factory=dict)
    insights: frozenset[date] = frozenset()
    numbers: Numbered = field(default_factory=dict)

    @property
    def days(self) -> set[date]:
        """All the days of which anything is to be made."""
        return set().union(*self.changed.values(), *self.following.values(), self.insights)

    def within(self, days: DayRange) -> Owed:
        """What of it is owed to these days."""
        return Owed(
            within(days, self.changed),
            within(days, self.following),
            frozenset(day for day in self.insights if day in days),
            {day: number for day, number in self.numbers.items() if day in days},
        )

    def ranges(self, within: DayRange) -> list[DayRange]:
        """At most three ranges of the lake's days that hold all days of bronze, silver and gold."""
        owed = (*self.changed.values(), *self.following.values())
        return merge_days(day for days in owed for day in days if day in within)

    def assets(
        self, graph: dg.BaseAssetGraph[dg.BaseAssetNode], days: DayRange
    ) -> list[dg.AssetKey]:
        """Bronze of the datasets that changed on those days, and what is made of it up to gold, in
        whole or in part."""
        datasets = changed_in(days, self.changed)
        following = map(dg.AssetKey.from_user_string, changed_in(days, self.following))
        return sorted({*downstream(graph, datasets), *following})

    def name(self, days: DayRange) -> str:
        """A name for the changes on those days: the same as long as nothing more arrives."""
        found = (f"{day}:{n}" for day, n in sorted(self.numbers.items()) if day in days)
        return sha256("\n".join(found).encode()).hexdigest()[:16]


def what_is_owed(lake: Lakehouse) -> Owed:
    """What is still to be made of the lake's days; days before its first, or after today, are left
    out."""
    days = DayRange(lake.settings.first_day, lake.settings.today())
    following, insights = {}, set()
    names = sorted(key.to_user_string() for key in follows_gold())
    for name, numbered in lake.log.owed.to(names).items():
        found = {day for day in numbered if day in days}
        if name.startswith(f"{INSIGHTS_PREFIX}/"):
            insights |= found
        elif found:
            following[name] = found
    return Owed(
        within(days, arrivals.pending(lake)),
        following,
        frozenset(insights),
        lake.log.owed.changed(),
    )


def within(days: DayRange, changed: Days) -> dict[str, set[date]]:
    """The datasets that changed on some of the days, with those days."""
    found = {name: set(filter(days.__contains__, days_of)) for name, days_of in changed.items()}
    return {name: days_of for name, days_of in found.items() if days_of}


def changed_in(days: DayRange, changed: Days) -> list[str]:
    """The datasets that changed on some of the days."""
    return list(within(days, changed))


def downstream(
    graph: dg.BaseAssetGraph[dg.BaseAssetNode], datasets: Collection[str]
) -> list[dg.AssetKey]:
    """Bronze of these datasets, and what is made of it in silver and gold."""
    changed = dg.AssetSelection.assets(*(bronze_key(dataset) for dataset in datasets))
    return sorted((changed.downstream() & LAYERS).resolve(graph, allow_missing=True))
