"""An axis of scores that fits its data, and a sign beside it of where on 0 to 100 it lies."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from plotly import graph_objects as go

from bio_lakehouse.viz.theme import COLOURS, translucent

LOWEST, HIGHEST = 0, 100
LIMITS = (70, 85)
"""From 70 on Oura calls a score good, from 85 on optimal."""
ROOM, GRID, LEAST_SPAN = 2, 5, 20
EDGE = 1
"""Points of score beyond the axis's ends, so that a dot on them is drawn whole."""
FEW_TICKS = ((30, 5), (60, 10))
SIGN_FROM, SIGN_TO = 22, 26
"""Pixels to the right of the plot between which the sign stands; limits are named before it."""
SMALL = 10


@dataclass(frozen=True, slots=True)
class ScoreAxis:
    """From where to where on 0 to 100 an axis reaches."""

    low: int
    high: int

    @property
    def options(self) -> dict[str, Any]:
        """What Plotly is told of the axis."""
        span = self.high - self.low
        step = next((step for most, step in FEW_TICKS if span <= most), 20)
        return {"range": [self.low - EDGE, self.high + EDGE], "tick0": 0, "dtick": step}

    @property
    def limits(self) -> tuple[int, ...]:
        """Oura's limits that lie inside."""
        return tuple(limit for limit in LIMITS if self.low < limit < self.high)

    @property
    def note(self) -> str:
        """`60 to 100 shown`; empty where the whole scale is."""
        is_whole = (self.low, self.high) == (LOWEST, HIGHEST)
        return "" if is_whole else f"{self.low} to {self.high} shown"


def score_axis(values: Iterable[float | None]) -> ScoreAxis:
    """The axis over the known ones of `values` with a little room, at least 20 points of it; all of
    0 to 100 where nothing is known."""
    known = [value for value in values if value is not None]
    if not known:
        return ScoreAxis(LOWEST, HIGHEST)
    low = GRID * math.floor((min(known) - ROOM) / GRID)
    high = GRID * math.ceil((max(known) + ROOM) / GRID)
    low, high = max(low, LOWEST), min(high, HIGHEST)
    short = max(LEAST_SPAN - (high - low), 0)
    low = min(low - GRID * math.ceil(short / 2 / GRID), HIGHEST - LEAST_SPAN)
    low = max(low, LOWEST)
    return ScoreAxis(low, max(high, low + LEAST_SPAN))


def with_score_axis(
    figure: go.Figure, axis: ScoreAxis, title: str, *, row: int = 1, limits: bool = True
) -> go.Figure:
    """The same with `axis` upright in that row of panels: the sign beside it, and Oura's limits."""
    name = "y" if row == 1 else f"y{row}"
    figure.layout[name.replace("y", "yaxis")].update(title_text=title, **axis.options)
    shown = axis.limits if limits else ()
    lines = [_limit(limit, name) for limit in shown]
    named = [_name(limit, name) for limit in shown]
    figure.layout.shapes = (*figure.layout.shapes, *_sign(axis, name), *lines)
    figure.layout.annotations = (*figure.layout.annotations, *_ends(name), *named)
    return figure


def _limit(limit: int, name: str) -> dict[str, Any]:
    """Across the whole plot at that score."""
    line = {"color": COLOURS.rest, "width": 1, "dash": "dot"}
    place = {"xref": "paper", "x0": 0, "x1": 1, "yref": name, "y0": limit, "y1": limit}
    return {"type": "line", "line": line, "layer": "below"} | place


def _name(limit: int, name: str) -> dict[str, Any]:
    """Its figure at the right end of a limit's line."""
    place = {"xanchor": "left", "xshift": 2, "yref": name, "y": limit, "yanchor": "middle"}
    return _text(str(limit)) | place


def _sign(axis: ScoreAxis, name: str) -> list[dict[str, Any]]:
    """A thin bar for all of 0 to 100, and on it the part that the axis shows."""
    parts = (
        (LOWEST, HIGHEST, translucent(COLOURS.rest, 0.3)),
        (axis.low, axis.high, COLOURS.rest),
    )
    return [
        {
            "type": "rect",
            "xref": "paper",
            "xsizemode": "pixel",
            "xanchor": 1,
            "x0": SIGN_FROM,
            "x1": SIGN_TO,
            "yref": f"{name} domain",
            "y0": low / HIGHEST,
            "y1": high / HIGHEST,
            "fillcolor": colour,
            "opacity": 1,
            "line": {"width": 0},
        }
        for low, high, colour in parts
    ]


def _ends(name: str) -> list[dict[str, Any]]:
    """The figures at both ends of the sign."""
    shift = (SIGN_FROM + SIGN_TO) // 2
    beside = {"xanchor": "center", "xshift": shift, "yref": f"{name} domain"}
    ends = ((LOWEST, 0, "top"), (HIGHEST, 1, "bottom"))
    return [
        _text(str(score)) | beside | {"y": share, "yanchor": anchor}
        for score, share, anchor in ends
    ]


def _text(text: str) -> dict[str, Any]:
    """Small, at the right edge of the plot."""
    font = {"size": SMALL}
    return {"text": text, "xref": "paper", "x": 1, "showarrow": False, "font": font}
