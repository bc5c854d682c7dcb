"""What Dagster's record says of an asset's days, and which of them it has to be told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContext

from bio_lakehouse.assets.provenance import Inputs, inputs_now
from bio_lakehouse.build.day_facts import DayFacts


class Loading(LoadingContext):
    """What Dagster keeps of its record while one question is answered."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._loaders: dict[type, Any] = {}

    @property
    def instance(self) -> dg.DagsterInstance:
        return self._instance

    @property
    def loaders(self) -> dict[type, Any]:
        return self._loaders


def staleness(
    instance: dg.DagsterInstance, graph: dg.BaseAssetGraph[dg.BaseAssetNode]
) -> CachingStaleStatusResolver:
    """What answers, as for the UI, whether a day is out of date; for one look at the record."""
    return CachingStaleStatusResolver(instance, graph, Loading(instance))


@dataclass(frozen=True, slots=True)
class Record:
    """What an instance knows of the days of the assets of a graph."""

    instance: dg.DagsterInstance
    graph: dg.BaseAssetGraph[dg.BaseAssetNode]

    def inputs(self, key: dg.AssetKey) -> Inputs:
        """What there is now of the assets that `key` is made from."""
        return inputs_now(self.instance, sorted(self.graph.get(key).parent_keys))

    def code_version(self, key: dg.AssetKey) -> str:
        return self.graph.get(key).code_version or ""

    def days_to_tell(self, key: dg.AssetKey, facts: DayFacts, days: Iterable[date]) -> list[date]:
        """The days of an asset that were built and of which the record does not say so: it knows
        another version, or calls it out of date; one that was never made counts when it has
        rows."""
        resolver = staleness(self.instance, self.graph)
        made = self.instance.get_materialized_partitions(key)
        filled = facts.versions or {}
        known = [day for day in sorted(days) if day in filled or day.isoformat() in made]
        return [
            day
            for day in known
            if day.isoformat() not in made or is_news(resolver, key, facts, day)
        ]


def is_news(
    resolver: CachingStaleStatusResolver, key: dg.AssetKey, facts: DayFacts, day: date
) -> bool:
    """Whether a day that was made once has changed since, or counts as out of date."""
    known = resolver.get_current_data_version(key, day.isoformat())
    if known.value != facts.version(day):
        return True
    return resolver.get_status(key, day.isoformat()) != StaleStatus.FRESH
