"""The names of the datasets that bronze keeps."""

from __future__ import annotations

from bio_lakehouse.sources.oura.fields import API_FIELDS
from bio_lakehouse.sources.oura.known_fields import KNOWN_FIELDS

PELOTON_WORKOUTS = "peloton/workouts"
PELOTON_API_WORKOUTS = "peloton/api_workouts"
OURA_TRENDS = "oura/trends"

TYPED_DATASETS: tuple[str, ...] = (PELOTON_WORKOUTS, *API_FIELDS, OURA_TRENDS)
"""Those that feed a silver table; a trends row feeds four."""

BRONZE_DATASETS: tuple[str, ...] = (
    *TYPED_DATASETS,
    PELOTON_API_WORKOUTS,
    *(f"oura/{endpoint}" for endpoint in KNOWN_FIELDS if f"oura/{endpoint}" not in API_FIELDS),
)
"""All; those that are not typed stay in bronze as they came."""
