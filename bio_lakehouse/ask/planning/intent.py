"""What a question was taken to ask, before it is SQL: figures, how they are taken together, the
days, conditions and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Asked = Literal[
    "value",
    "rows",
    "count",
    "kinds",
    "share",
    "extreme",
    "groups",
    "latest",
    "mean of groups",
    "coverage",
]
Operator = Literal["=", "<", "<=", ">", ">=", "between", "in", "not in", "contains", "known"]
Scalar = str | float | int | bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric, and how its values are taken together; "" for each value as it is.

    `unit` shows them in that unit as well: `minutes` of hours, `km` and `km_h` of miles.
    """

    metric: str
    aggregation: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the rows that count fulfil: a column of a dataset, or a metric's value, against
    values."""

    dataset: str
    column: str
    operator: Operator
    values: tuple[Scalar, ...]
    metric: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that are compared: days, days of the week, or rows of one kind."""

    label: str
    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """A question as a whole.

    `columns` are shown beside the figures. `group` is `week`, `month`, `quarter`, `year`,
    `weekday` or a column of the dataset. `order` is that of the figure (`desc`, `asc`), of time
    where it is empty; `limit` 0 is all. `counted` says what a count counts.
    """

    ask: Asked
    dataset: str
    figures: tuple[Figure, ...] = ()
    columns: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = ()
    conditions: tuple[Condition, ...] = ()
    group: str = ""
    sides: tuple[Side, ...] = ()
    order: str = ""
    limit: int = 0
    counted: str = "days"
    is_single: bool = False


def as_json(intent: Intent) -> dict[str, Any]:
    """The intent as JSON holds it; `from_json` reads it."""
    return {name: _plain(value) for name, value in asdict(intent).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def from_json(said: Mapping[str, Any]) -> Intent | None:
    """The intent that `as_json` wrote; None for anything else."""
    try:
        return Intent(
            **{
                **said,
                "figures": tuple(Figure(**each) for each in said["figures"]),
                "columns": tuple(said["columns"]),
                "weekdays": tuple(said["weekdays"]),
                "conditions": tuple(_condition(each) for each in said["conditions"]),
                "sides": tuple(_side(each) for each in said["sides"]),
                **_days(said),
            }
        )
    except (KeyError, TypeError, ValueError):
        return None


def _days(said: Mapping[str, Any]) -> dict[str, date | None]:
    return {
        name: date.fromisoformat(said[name]) if said[name] else None for name in ("first", "last")
    }


def _condition(said: Mapping[str, Any]) -> Condition:
    return Condition(**{**said, "values": tuple(said["values"])})


def _side(said: Mapping[str, Any]) -> Side:
    conditions = tuple(_condition(each) for each in said["conditions"])
    weekdays = tuple(said["weekdays"])
    return Side(**{**said, "weekdays": weekdays, "conditions": conditions, **_days(said)})
