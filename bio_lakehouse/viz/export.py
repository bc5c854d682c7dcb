"""Charts as PNG, by Plotly's own export (Kaleido), in one browser and without a request to
anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from plotly.graph_objects import Figure

from bio_lakehouse.errors import ReportError

if TYPE_CHECKING:
    from kaleido import Kaleido

WIDTH, HEIGHT, SCALE = 480, 270, 2.5
"""Drawn narrow and dense, so that its text can still be read where a phone shrinks it to 360
pixels."""
SECONDS = 60


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
    try:
        return asyncio.run(_drawn(figures, Kaleido(path=program, mathjax=False, timeout=SECONDS)))
    except Exception as error:
        raise ReportError(f"{program} did not draw the charts: {error}") from error


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
