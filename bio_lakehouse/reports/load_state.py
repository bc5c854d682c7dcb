"""Training load of a day in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bio_lakehouse.insights.load_bounds import BUILDING_DAYS, is_figure
from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.numbers import number_text, signed_text

Row = Mapping[str, Any]


def state_text(row: Row) -> str:
    """Chronic and acute load and form of a day; while it is building, that it is."""
    chronic, acute = (figure_text(row, name) for name in ("chronic_load", "acute_load"))
    if row["state"] == "building":
        return sentences.load_building(row["day"], row["state_days"], BUILDING_DAYS, chronic, acute)
    form = None if row["form"] is None else figure_text(row, "form", form_text)
    return sentences.load_steady(row["day"], chronic, acute, form)


def figure_text(row: Row, name: str, write: Callable[[float], str] = number_text) -> str:
    """A load as a figure where its bounds lie near enough, else as the band between them."""
    middle, low, high = (row[column] for column in (name, f"{name}_low", f"{name}_high"))
    figure, least, most = (write(value) for value in (middle, low, high))
    if is_figure(middle, low, high) or least == most:
        return figure
    return sentences.band(least, most)


def form_text(form: float) -> str:
    """`+3`, `−12`, `0`."""
    return signed_text(form).removeprefix("±")
