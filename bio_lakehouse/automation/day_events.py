"""The event of a day that was made, written short.

Dagster writes 1.9 kB for each, of which 0.2 are of the day: the rest repeats the names of the step,
the asset and its own classes. Here the text has what cannot be worked out from the rest, and its
class, by which Dagster finds the way back to the event when it reads the text. Whoever reads needs
this module: our storages load it in each of Dagster's processes, that without batching too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dagster import (
    AssetKey,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    FloatMetadataValue,
    IntMetadataValue,
    TextMetadataValue,
)
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    INPUT_DATA_VERSION_TAG_PREFIX,
    INPUT_EVENT_POINTER_TAG_PREFIX,
)
from dagster._core.definitions.dependency import NodeHandle
from dagster._core.events import StepMaterializationData
from dagster._core.execution.plan.handle import StepHandle
from dagster._serdes import serialize_value, whitelist_for_serdes
from dagster_shared.serdes.serdes import NamedTupleSerializer

ENTRY: Any = EventLogEntry
"""Which Dagster has not annotated."""
ASSET_JOB = "__ASSET_JOB"
PLAIN = {int: IntMetadataValue, float: FloatMetadataValue, str: TextMetadataValue}
READ, POINTER = f"{INPUT_DATA_VERSION_TAG_PREFIX}/", f"{INPUT_EVENT_POINTER_TAG_PREFIX}/"


class Serializer(NamedTupleSerializer["DayMade"]):
    """Reads a text as the event that it is short for."""

    def unpack(self, *arguments: Any, **named: Any) -> Any:
        return event_of(super().unpack(*arguments, **named))


@whitelist_for_serdes(
    serializer=Serializer,
    storage_field_names={"sources": "from"},
    skip_when_none_fields={"job"},
    skip_when_empty_fields={"told", "tags"},
)
class DayMade(NamedTuple):
    """What is a day's own, and its run's.

    `at` is in seconds since 1970. `sources` has the version and the number of the event of what the
    day was made from, and `tags` those that say none of this. `told` is the metadata in their
    order, each with its name, numbers and texts as they are. `job` is None of the job that all
    assets share.
    """

    run: str
    asset: list[str]
    day: str
    at: float
    pid: int
    code: str
    data: str
    sources: dict[str, list[str]]
    told: Sequence[Sequence[Any]] = ()
    tags: Mapping[str, str] = {}
    job: str | None = None


def text_of(event: EventLogEntry) -> str:
    """An event serialised: short where that is the whole of it."""
    short = short_of(event)
    is_whole = short is not None and event_of(short) == event
    return serialize_value(short if is_whole else event)


def short_of(event: EventLogEntry) -> DayMade | None:
    """What is said of a day that was made, with the version of its content; None of any other
    event."""
    dagster_event = event.dagster_event
    data = dagster_event.event_specific_data if dagster_event else None
    if dagster_event is None or not isinstance(data, StepMaterializationData):
        return None
    made, tags = data.materialization, dict(data.materialization.tags or {})
    if made.partition is None or not {CODE_VERSION_TAG, DATA_VERSION_TAG} <= tags.keys():
        return None
    if tags.pop(DATA_VERSION_IS_USER_PROVIDED_TAG, "") != "true":
        return None
    return DayMade(
        run=event.run_id,
        asset=list(made.asset_key.path),
        day=made.partition,
        at=event.timestamp,
        pid=dagster_event.pid or 0,
        code=tags.pop(CODE_VERSION_TAG),
        data=tags.pop(DATA_VERSION_TAG),
        sources=sources_in(tags),
        told=[[name, plain(value)] for name, value in made.metadata.items()],
        tags=tags,
        job=None if event.job_name == ASSET_JOB else event.job_name,
    )


def sources_in(tags: dict[str, str]) -> dict[str, list[str]]:
    """Take out of `tags` what a day was made from."""
    names = [name.removeprefix(READ) for name in tags if name.startswith(READ)]
    return {name: [tags.pop(READ + name), tags.pop(POINTER + name, "")] for name in sorted(names)}


def plain(value: Any) -> Any:
    """A number or text of an event's metadata without its class; anything else as it is."""
    inner = getattr(value, "value", None)
    return inner if PLAIN.get(type(inner)) is type(value) else value


def event_of(day: DayMade) -> Any:
    """The event that a text is short for."""
    key, job = AssetKey(day.asset), day.job or ASSET_JOB
    step = "__".join(day.asset)
    node = NodeHandle(step, None)
    message = f"Materialized value {' '.join(day.asset)}."
    made = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=job,
        step_handle=StepHandle(node, step),
        node_handle=node,
        step_kind_value="COMPUTE",
        logging_tags=logging_tags(day.run, job, step),
        event_specific_data=StepMaterializationData(materialization_of(key, day)),
        message=message,
        pid=day.pid,
        step_key=step,
    )
    return ENTRY(None, logging.DEBUG, message, day.run, day.at, step, job, made)


def materialization_of(key: AssetKey, day: DayMade) -> AssetMaterialization:
    tags = {**day.tags, CODE_VERSION_TAG: day.code, DATA_VERSION_TAG: day.data}
    tags[DATA_VERSION_IS_USER_PROVIDED_TAG] = "true"
    for name, (version, number) in day.sources.items():
        tags |= {READ + name: version, POINTER + name: number}
    told = {name: PLAIN.get(type(value), as_it_is)(value) for name, value in day.told}
    return AssetMaterialization(key, metadata=told, partition=day.day, tags=tags)


def as_it_is(value: Any) -> Any:
    return value


def logging_tags(run_id: str, job: str, step: str) -> dict[str, str]:
    """What Dagster says beside each event of a step."""
    named = {"job_name": job, "op_name": step, "run_id": run_id, "step_key": step}
    return named | {"resource_fn_name": "None", "resource_name": "None"}
