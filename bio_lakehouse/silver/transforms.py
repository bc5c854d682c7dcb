"""Every silver transform by table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import DataFrame

from bio_lakehouse.silver import oura, peloton


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


TRANSFORMS: dict[str, Transform] = {
    transform.table: transform
    for transform in (
        Transform(
            "oura_daily_readiness",
            ("oura/daily_readiness", "oura/trends"),
            oura.oura_daily_readiness,
        ),
        Transform("oura_daily_sleep", ("oura/daily_sleep", "oura/trends"), oura.oura_daily_sleep),
        Transform(
            "oura_daily_activity", ("oura/daily_activity", "oura/trends"), oura.oura_daily_activity
        ),
        Transform("oura_sleep", ("oura/sleep", "oura/trends"), oura.oura_sleep),
        Transform("oura_heartrate", ("oura/heartrate",), oura.oura_heartrate),
        Transform("oura_daily_spo2", ("oura/daily_spo2",), oura.oura_daily_spo2),
        Transform("peloton_workouts", ("peloton/workouts",), peloton.peloton_workouts),
    )
}
"""All silver tables but `coverage`, which the ingestion log feeds."""
