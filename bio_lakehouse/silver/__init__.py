"""Silver: typed, deduplicated tables. `SCHEMAS` needs no Spark; `TRANSFORMS` loads PySpark when it
is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bio_lakehouse.silver.schemas import SCHEMAS

if TYPE_CHECKING:
    from bio_lakehouse.silver.transforms import TRANSFORMS, Transform

__all__ = ["SCHEMAS", "TRANSFORMS", "Transform"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bio_lakehouse.silver import transforms

    return getattr(transforms, name)
