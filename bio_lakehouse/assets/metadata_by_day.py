"""Metadata of each day of a run, added at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.execution.context.metadata_logging import (
    AssetMetadataHandle,
    OutputMetadataAccumulator,
)


def add_metadata_by_day(
    context: dg.AssetExecutionContext, key: dg.AssetKey, by_day: Mapping[str, Mapping[str, Any]]
) -> None:
    """As `context.add_asset_metadata(…, partition_key=day)` for every day.

    That makes and checks the whole collection anew for each day that is added: over five years it
    takes longer than the work, and this no time. It reaches into a private part of Dagster.
    """
    step = context._step_execution_context
    told = dict(step._metadata_accumulator.per_output_metadata)
    for day, metadata in by_day.items():
        handle = AssetMetadataHandle(asset_key=key, partition_key=day)
        told[handle] = {**told.get(handle, {}), **metadata}
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=told)
