"""A line as small as a word, as plain SVG: for places that show pictures and run no scripts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from itertools import groupby

from bio_lakehouse.viz.geometry import coordinate
from bio_lakehouse.viz.theme import COLOURS

MARGIN = 4.0
Point = tuple[float, float]


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    minimum: float | None = None,
    maximum: float | None = None,
    width: int = 240,
    height: int = 48,
    colour: str = COLOURS.readiness,
) -> str:
    """One SVG of `values` in order of time: None is a gap, a day between two gaps a dot, the newest
    day a larger dot.

    The scale runs from `minimum` to `maximum`, or over the values where these are not given.
    `label` is its text for those who do not see it.
    """
    points = _points(values, minimum, maximum, width, height)
    runs = [list(filter(None, run)) for there, run in groupby(points, key=bool) if there]
    drawn = "".join(
        _line(run, colour) if len(run) > 1 else _dot(run[0], 1.6, colour) for run in runs
    )
    newest = _dot(runs[-1][-1], 3.2, colour) if runs else ""
    text = escape(label, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 '
        f'{width} {height}" role="img" '
        f'aria-label="{text}"><title>{text}</title>{drawn}{newest}</svg>'
    )


def as_markdown(svg: str, label: str) -> str:
    """The SVG as a Markdown image with a data URI."""
    alternative = label.translate(str.maketrans("[]", "()"))
    picture = b64encode(svg.encode()).decode()
    return f"![{alternative}](data:image/svg+xml;base64,{picture})"


def _points(
    values: Sequence[float | None],
    minimum: float | None,
    maximum: float | None,
    width: int,
    height: int,
) -> list[Point | None]:
    known = [value for value in values if value is not None]
    low = min(known, default=0.0) if minimum is None else minimum
    high = max(known, default=0.0) if maximum is None else maximum
    step = (width - 2 * MARGIN) / max(len(values) - 1, 1)
    rise = (height - 2 * MARGIN) / ((high - low) or 1.0)
    return [
        None
        if value is None
        else (coordinate(MARGIN + index * step), coordinate(height - MARGIN - (value - low) * rise))
        for index, value in enumerate(values)
    ]


def _line(points: Sequence[Point], colour: str) -> str:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5" '
        'stroke-linejoin="round"/>'
    )


def _dot(point: Point, radius: float, colour: str) -> str:
    return f'<circle cx="{point[0]:g}" cy="{point[1]:g}" r="{radius:g}" fill="{colour}"/>'
