"""Charts as PNG, by Plotly's own export (Kaleido), in one browser and without a request to
anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plotly.graph_objects import Figure

from bio_lakehouse.errors import ReportError

if TYPE_CHECKING:
    from kaleido import Kaleido

WIDTH, HEIGHT, SCALE = 480, 270, 2.5
"""Drawn narrow and dense, so that its text can still be read where a phone shrinks it to 360
pixels."""
SECONDS = 60
MOST_UPRIGHT = 3
UPRIGHT_AXIS, BOX_HEIGHT = 100, 36
"""Height of a picture of boxes that lie: of its axis, and of each box."""


def png_of(figures: Mapping[str, Figure], program: str) -> dict[str, bytes]:
    """Each figure as PNG, 1,200 pixels wide.

    Raises `ReportError` without the extra `charts`, and when the browser `program` does not draw
    them.
    """
    try:
        from kaleido import Kaleido
    except ImportError as error:
        raise ReportError(
            'charts as PNG need Kaleido: pip install "bio-lakehouse[charts]"'
        ) from error
    if not figures:
        return {}
    shown = {name: narrowed(Figure(figure)) for name, figure in figures.items()}
    try:
        return asyncio.run(_drawn(shown, Kaleido(path=program, mathjax=False, timeout=SECONDS)))
    except Exception as error:
        raise ReportError(f"{program} did not draw the charts: {error}") from error


def narrowed(figure: Figure) -> Figure:
    """The same for a narrow picture: more than three boxes lie one below the other, so that their
    names can be read."""
    boxes = [trace for trace in figure.data if trace.type == "box"]
    if len(boxes) <= MOST_UPRIGHT:
        return figure
    for box in boxes:
        box.update(x=box.y, y=None, orientation="h")
    scores = figure.layout.yaxis.to_plotly_json()
    limits = [shape for shape in figure.layout.shapes if shape.type == "line"]
    figure.layout.yaxis = {"autorange": "reversed"}
    figure.layout.xaxis = scores
    figure.layout.annotations = ()
    figure.layout.shapes = [_turned(limit.to_plotly_json()) for limit in limits]
    return figure.update_layout(height=UPRIGHT_AXIS + BOX_HEIGHT * len(boxes))


def _turned(line: dict[str, Any]) -> dict[str, Any]:
    """A line across at a score as one upright at it."""
    place = {"xref": "x", "x0": line["y0"], "x1": line["y1"], "yref": "paper", "y0": 0, "y1": 1}
    return line | place


async def _drawn(figures: Mapping[str, Figure], kaleido: Kaleido) -> dict[str, bytes]:
    async with kaleido as browser:
        return {
            name: await browser.calc_fig(figure.to_dict(), _options(figure))
            for name, figure in figures.items()
        }


def _options(figure: Figure) -> dict[str, object]:
    return {
        "format": "png",
        "width": WIDTH,
        "height": figure.layout.height or HEIGHT,
        "scale": SCALE,
    }
