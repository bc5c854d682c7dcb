"""The curves of growth as a picture.

`python -m bio_lakehouse_tests.benchmarks.curves POINTS.json PICTURE.png` draws what
`bio_lakehouse_tests.benchmarks.growth --json POINTS.json` measured: processor seconds over size. A
dotted line is what the smallest size would give where the work only grew with what is new (level,
for one more day) or with what there is (in step, for all of it).
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bio_lakehouse.viz.theme import COLOURS, themed

Points = Sequence[Mapping[str, Any]]
IN_STEP = ("files in landing", "users from landing to gold")
"""Curves of all the work; the others are of one more day."""
COLUMNS = 2
PANEL_HEIGHT, WIDTH = 260, 1000


def by_curve(points: Points) -> dict[str, list[Mapping[str, Any]]]:
    """The points of each curve, by size."""
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for point in sorted(points, key=lambda point: point["size"]):
        found[point["curve"]].append(point)
    return dict(found)


def expected(curve: str, points: Points) -> list[float]:
    """What each size would take by the smallest one."""
    first = points[0]
    in_step = curve in IN_STEP
    return [
        first["seconds"] * (point["size"] / first["size"] if in_step else 1) for point in points
    ]


def drawn(points: Points) -> go.Figure:
    """A panel a curve."""
    curves = by_curve(points)
    rows = -(-len(curves) // COLUMNS)
    figure = make_subplots(rows, COLUMNS, subplot_titles=list(curves), vertical_spacing=0.3 / rows)
    for number, (curve, there) in enumerate(curves.items()):
        place = {"row": number // COLUMNS + 1, "col": number % COLUMNS + 1}
        sizes = [point["size"] for point in there]
        line = {"color": COLOURS.readiness, "width": 2}
        seconds = [point["seconds"] for point in there]
        texts = [f"{value:.1f} s" for value in seconds]
        measured = go.Scatter(x=sizes, y=seconds, text=texts, mode="lines+markers+text", line=line)
        wanted = go.Scatter(
            x=sizes, y=expected(curve, there), mode="lines", line={"dash": "dot", "color": "gray"}
        )
        figure.add_trace(measured.update(textposition="top center"), **place)
        figure.add_trace(wanted, **place)
        figure.update_xaxes(type="log", tickvals=sizes, ticktext=[f"{s:,}" for s in sizes], **place)
        figure.update_yaxes(title="processor s", **_axis(curve, seconds), **place)
    figure.update_layout(showlegend=False, width=WIDTH, height=PANEL_HEIGHT * rows)
    return themed(figure, "light")


def _axis(curve: str, seconds: Sequence[float]) -> dict[str, Any]:
    """From nought for one more day, so that a small difference looks small; with room for texts."""
    if curve not in IN_STEP:
        return {"range": [0, max(seconds) * 1.3]}
    return {"type": "log", "range": [math.log10(min(seconds) / 2), math.log10(max(seconds) * 3)]}


def main(points: Path, picture: Path) -> None:
    """Draw the points of a file; the picture's ending says its kind."""
    drawn(json.loads(points.read_text("utf-8"))).write_image(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
