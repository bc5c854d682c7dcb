"""Every silver transform by table, found in the modules that the sources name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from pyspark.sql import DataFrame

from bio_lakehouse.sources import registry


@dataclass(frozen=True)
class Transform:
    """How a table is made: `function(*bronze, users=users)`, with one frame for each dataset of
    `inputs`.

    `users` has a row a user: `user_id`, `timezone`, `max_heart_rate`, `threshold_heart_rate`, `ftp`
    and `heart_rate_zone_2` to `heart_rate_zone_5` (lower bounds in % of the maximum heart rate).
    """

    table: str
    inputs: tuple[str, ...]
    function: Callable[..., DataFrame]


def _transform(table: str) -> Transform:
    """The function named after the table, in the silver module of its source."""
    module = import_module(registry.source_of_table(table).silver)
    return Transform(table, registry.feeding(table), getattr(module, table))


TRANSFORMS: dict[str, Transform] = {table: _transform(table) for table in registry.tables()}
"""All silver tables but `coverage`, which the ingestion log feeds."""
