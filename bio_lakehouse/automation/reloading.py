"""Loads the code again when other days are the lake's: partitions are defined where code is loaded.

The code server is replaced by a new one. The one before goes on until its runs have ended and its
ticks have been answered; page and daemon ask which server there is every second.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus
from dagster._grpc.client import DagsterGrpcClient

from bio_lakehouse.lake.extent import Extent, extent_of
from bio_lakehouse.settings import load_settings

EVERY_SECONDS = 2
RELOAD_SECONDS = 300
END_SECONDS = 5
GOING_ON = [BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING, BulkActionStatus.FAILING]
logger = logging.getLogger(__name__)


@contextmanager
def reloading(
    instance: dg.DagsterInstance, code: ProxyServerManager, loaded: Extent
) -> Iterator[None]:
    """Look after `code`, which was loaded when the lake had the extent `loaded`, as long as this is
    open."""
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(instance, code, loaded, ended), daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join(END_SECONDS)


def _watch(
    instance: dg.DagsterInstance, code: ProxyServerManager, loaded: Extent, ended: threading.Event
) -> None:
    seen = loaded
    while not ended.wait(EVERY_SECONDS):
        before = seen
        try:
            seen = extent_of(load_settings())
            # Files that come together move it more than once: it has to hold still for one look.
            if seen != loaded and seen == before and not backfills_go_on(instance):
                reload(code)
                loaded = seen
        except Exception:
            # Whatever it was, it may be over at the next look; without one, days would never come.
            logger.warning("The code could not be loaded again.", exc_info=True)


def backfills_go_on(instance: dg.DagsterInstance) -> bool:
    """Whether a backfill is under way, which ends with an error when a partition of it is gone."""
    return bool(instance.get_backfills(BulkActionsFilter(statuses=GOING_ON), limit=1))


def reload(code: ProxyServerManager) -> None:
    """Replace the code server by one that loads the code as it is now."""
    for spec in code.get_code_server_specs():
        server = spec["grpc_server"]
        client = DagsterGrpcClient(server.get("port"), server.get("socket"), server["host"])
        client.reload_code(timeout=RELOAD_SECONDS)
