"""The tags of a materialization that say which code and which inputs it was made from.

Dagster writes them for the days of a run. An event that is logged for another day needs them too:
without them it counts as stale as soon as anything that it is made from is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import dagster as dg
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    DEFAULT_DATA_VERSION,
    NULL_EVENT_POINTER,
    extract_data_version_from_entry,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)


class Input(NamedTuple):
    """The newest event of an asset that another is made from, when it was read; None where there
    was none."""

    storage_id: int | None
    version: str


Inputs = Mapping[dg.AssetKey, Input]
NEVER_MADE = Input(None, DEFAULT_DATA_VERSION.value)


def inputs_of_step(context: dg.AssetExecutionContext, key: dg.AssetKey) -> Inputs:
    """What the asset `key` is made from, as it was when the step began."""
    step = context._step_execution_context
    found = {}
    for dep in context.assets_def.get_asset_spec(key).deps:
        seen = step.maybe_fetch_and_get_input_asset_version_info(dep.asset_key)
        version = seen.data_version if seen else None
        found[dep.asset_key] = Input(
            seen.storage_id if seen else None, (version or DEFAULT_DATA_VERSION).value
        )
    return found


def inputs_now(instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey]) -> Inputs:
    """What there is of the assets `keys` now."""
    return {key: _newest(instance, key) for key in keys}


def _newest(instance: dg.DagsterInstance, key: dg.AssetKey) -> Input:
    records = instance.fetch_materializations(key, limit=1).records
    if not records:
        return NEVER_MADE
    version = extract_data_version_from_entry(records[0].event_log_entry)
    return Input(records[0].storage_id, (version or DEFAULT_DATA_VERSION).value)


def provenance_tags(code_version: str, version: str, inputs: Inputs) -> dict[str, str]:
    """The tags of an event that has the data version `version`."""
    tags = {CODE_VERSION_TAG: code_version}
    for key, seen in inputs.items():
        tags[get_input_data_version_tag(key)] = seen.version
        tags[get_input_event_pointer_tag(key)] = str(seen.storage_id or NULL_EVENT_POINTER)
    return tags | {DATA_VERSION_TAG: version, DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}
