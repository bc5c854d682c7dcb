"""One of this package's charts as plain SVG, light: for places that show pictures and run no
scripts.

Plotly's own export needs a browser for seconds; a page of Dagster's shows these at once. What is
drawn is what this package puts into its figures: lines, marks with whiskers, bands, boxes, bars
over days, shaded stretches, limits, the sign beside a score's axis, and notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import groupby
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from bio_lakehouse.viz.geometry import coordinate, tick
from bio_lakehouse.viz.theme import FONT, GROUNDS

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 62, 40, 52, 46
LETTER = 6.3
DAY_MS = 86_400_000
CROWDED, SMALL = 7, 5
NOTE = 12
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DASHES = {"dash": "7 5", "dot": "2 4"}
GROUND = GROUNDS["light"]
Value = float | str | None
Place = Callable[[Any], float]


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes: its rectangle, where a value lies on each axis, and the ticks of both
    (place, text)."""

    left: float
    right: float
    top: float
    bottom: float
    x: Place
    y: Place
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    titles: tuple[str, str]


def static_svg(figure: Figure, *, label: str) -> str:
    """The SVG of a figure of `viz.charts`; `label` is its text for those who do not see it."""
    drawn, text = figure.to_plotly_json(), escape(label, quote=True)
    layout, traces = (
        drawn["layout"],
        [trace for trace in drawn["data"] if trace.get("visible", True)],
    )
    height = layout.get("height") or HEIGHT
    by_axis: dict[str, list[Mapping[str, Any]]] = {}
    for trace in traces:
        by_axis.setdefault(trace.get("yaxis") or "y", []).append(trace)
    names = sorted(by_axis) or ["y"]
    panels = {name: _panel(name, layout, by_axis.get(name, []), height) for name in names}
    body = [
        *(_axes(panel, is_last=name == names[-1]) for name, panel in panels.items()),
        *(_shape(shape, panels) for shape in layout.get("shapes") or ()),
        *(part for trace in traces for part in _trace(trace, panels[trace.get("yaxis") or "y"])),
        *(_note(note, panels) for note in layout.get("annotations") or ()),
        _legend(traces) if layout.get("showlegend", True) else "",
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 '
        f'{WIDTH} {height}" role="img" aria-label="{text}" '
        f'font-family="{escape(FONT, quote=True)}" font-size="12"><title>{text}</title><rect '
        f'width="{WIDTH}" height="{height}" fill="{GROUND.paper}"/>{"".join(body)}</svg>'
    )


def _panel(
    name: str, layout: Mapping[str, Any], traces: Sequence[Mapping[str, Any]], height: int
) -> Panel:
    number = name.removeprefix("y")
    x_axis, y_axis = layout.get(f"xaxis{number}") or {}, layout.get(f"yaxis{number}") or {}
    low, high = y_axis.get("domain") or (0, 1)
    inside = height - TOP - BOTTOM
    top, bottom, left, right = (
        TOP + (1 - high) * inside,
        TOP + (1 - low) * inside,
        LEFT,
        WIDTH - RIGHT,
    )
    x, x_ticks = _x_scale(x_axis, traces, left, right)
    span = y_axis.get("range") or _span(_numbers(traces, "y"))
    y = _linear(span, bottom, top)
    y_ticks = tuple((y(value), f"{value:g}") for value in _steps(span, y_axis.get("dtick")))
    return Panel(left, right, top, bottom, x, y, x_ticks, y_ticks, (_title(x_axis), _title(y_axis)))


def _title(axis: Mapping[str, Any]) -> str:
    return str((axis.get("title") or {}).get("text") or "").replace("<br>", " ")


def _linear(span: Sequence[float], start: float, end: float) -> Place:
    low, high = span
    return lambda value: coordinate(
        start + (float(value) - low) / ((high - low) or 1.0) * (end - start)
    )


def _x_scale(
    axis: Mapping[str, Any], traces: Sequence[Mapping[str, Any]], left: float, right: float
) -> tuple[Place, tuple[tuple[float, str], ...]]:
    if axis.get("type") == "date":
        return _date_scale(axis["range"], left, right)
    if axis.get("ticktext"):
        place = _linear(axis["range"], left, right)
        ticks = zip(axis["tickvals"], axis["ticktext"], strict=True)
        return place, tuple((place(value), text) for value, text in ticks)
    names = [trace["name"] for trace in traces if trace["type"] == "box"]
    if names:
        step = (right - left) / len(names)
        places = {
            name: coordinate(left + (number + 0.5) * step) for number, name in enumerate(names)
        }
        return lambda name: places[name], tuple((place, name) for name, place in places.items())
    span = axis.get("range") or _span(_numbers(traces, "x"))
    place = _linear(span, left, right)
    return place, tuple((place(value), f"{value:g}") for value in _steps(span, axis.get("dtick")))


def _date_scale(
    span: Sequence[str], left: float, right: float
) -> tuple[Place, tuple[tuple[float, str], ...]]:
    first, last = (date.fromisoformat(day) for day in span)
    linear = _linear((first.toordinal(), max(last.toordinal(), first.toordinal() + 1)), left, right)

    def place(day: str) -> float:
        return linear(date.fromisoformat(day).toordinal())

    step = max((last - first).days // 6, 1)
    days = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
    texts = [
        f"{day.day} {MONTHS[day.month - 1]}" + (f"<br>{day.year}" if day == first else "")
        for day in days
    ]
    return place, tuple(zip(map(place, map(date.isoformat, days)), texts, strict=True))


def _numbers(traces: Sequence[Mapping[str, Any]], axis: str) -> list[float]:
    return [
        float(value) for trace in traces for value in trace.get(axis) or () if value is not None
    ]


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.06 or 1.0
    return low - margin, high + margin


def _steps(span: Sequence[float], step: float | None) -> list[float]:
    low, high = span
    width = step or next(
        s
        for power in range(-3, 6)
        for s in (10**power, 2 * 10**power, 5 * 10**power)
        if (high - low) / s <= 5
    )
    first = int(np.ceil(low / width))
    return [tick(number, width) for number in range(first, int(np.floor(high / width)) + 1)]


def _axes(panel: Panel, is_last: bool) -> str:
    lines = [
        f'<path d="M{panel.left} {y}H{panel.right}" stroke="{GROUND.grid}"/>'
        for y, _ in panel.y_ticks
    ]
    lines += [_text(panel.left - 8, y + 4, text, "end") for y, text in panel.y_ticks]
    lines.append(f'<path d="M{panel.left} {panel.bottom}H{panel.right}" stroke="{GROUND.axis}"/>')
    if is_last:
        size = 12 if len(panel.x_ticks) < CROWDED else 9.5
        lines += [
            _text(x, panel.bottom + 16, text, "middle", size=size) for x, text in panel.x_ticks
        ]
        lines.append(
            _text((panel.left + panel.right) / 2, panel.bottom + 38, panel.titles[0], "middle")
        )
    middle = (panel.top + panel.bottom) / 2
    turned = (
        '<g transform="rotate(-90 14 '
        f'{middle:g})">{_text(14, middle, panel.titles[1], "middle")}</g>'
    )
    return "".join([*lines, turned])


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    colour: str = GROUND.soft,
    size: float = 12,
) -> str:
    lines = "".join(
        f'<tspan x="{x:g}" dy="{14 if number else 0}">{escape(line)}</tspan>'
        for number, line in enumerate(text.split("<br>"))
    )
    return (
        (
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" '
            f'fill="{colour}">{lines}</text>'
        )
        if text
        else ""
    )


def _shape(shape: Mapping[str, Any], panels: Mapping[str, Panel]) -> str:
    panel = _panel_of(shape, panels)
    if panel is None:
        return ""
    first, last = (_across(shape, shape[end], panel) for end in ("x0", "x1"))
    ends = sorted(_upright(shape, shape[end], panel) for end in ("y0", "y1"))
    if shape["type"] == "line":
        line = shape["line"]
        dash = DASHES.get(line.get("dash", ""), "none")
        return (
            f'<path d="M{first:g} {ends[0]:g}L{last:g} {ends[1]:g}" stroke="{line["color"]}" '
            f'stroke-width="{line["width"]}" stroke-dasharray="{dash}"/>'
        )
    return (
        f'<rect x="{first:g}" y="{ends[0]:g}" width="{max(last - first, 1):g}" '
        f'height="{ends[1] - ends[0]:g}" fill="{shape["fillcolor"]}" '
        f'opacity="{shape["opacity"]}"/>'
    )


def _panel_of(placed: Mapping[str, Any], panels: Mapping[str, Panel]) -> Panel | None:
    """The panel that a shape or a note is placed in; the first for one that is placed on paper."""
    name = str(placed.get("yref", "y")).removesuffix(" domain")
    return next(iter(panels.values())) if name == "paper" else panels.get(name)


def _across(placed: Mapping[str, Any], value: Any, panel: Panel) -> float:
    """Where a value lies from left to right: on the axis, as a share of the plot, or in pixels
    beside one."""
    width = panel.right - panel.left
    if placed.get("xsizemode") == "pixel":
        return coordinate(panel.left + float(placed["xanchor"]) * width + float(value))
    return _share(panel, value) if _is_share(placed.get("xref", "x")) else panel.x(value)


def _is_share(ref: str) -> bool:
    """Whether a place is told as a share of the plot, not as a value of its axis."""
    return ref == "paper" or ref.endswith("domain")


def _share(panel: Panel, value: float) -> float:
    return coordinate(panel.left + float(value) * (panel.right - panel.left))


def _upright(placed: Mapping[str, Any], value: Any, panel: Panel) -> float:
    if _is_share(placed.get("yref", "y")):
        return coordinate(panel.bottom - float(value) * (panel.bottom - panel.top))
    return panel.y(value)


def _trace(trace: Mapping[str, Any], panel: Panel) -> Iterator[str]:
    if trace["type"] == "box":
        yield _box(trace, panel)
    elif trace["type"] == "bar":
        yield _bars(trace, panel)
    else:
        yield from _scatter(trace, panel)


def _scatter(trace: Mapping[str, Any], panel: Panel) -> Iterator[str]:
    pairs = zip(trace["x"], trace["y"], strict=True)
    points = [None if x is None or y is None else (panel.x(x), panel.y(y)) for x, y in pairs]
    if trace.get("fill") == "toself":
        yield f'<path d="{_path(points)}Z" fill="{trace["fillcolor"]}"/>'
    elif "lines" in trace.get("mode", ""):
        line = trace["line"]
        runs = [list(filter(None, run)) for there, run in groupby(points, key=bool) if there]
        dash = DASHES.get(line.get("dash", ""))
        looks = f'fill="none" stroke="{line["color"]}" stroke-width="{line["width"]}"' + (
            f' stroke-dasharray="{dash}"' if dash else ""
        )
        yield from (f'<path d="{_path(run)}" {looks}/>' for run in runs)
    if "error_y" in trace:
        yield _whiskers(trace, panel)
    if "markers" in trace.get("mode", ""):
        yield _marks([point for point in points if point], trace["marker"])


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    return "M" + "L".join(f"{point[0]:g} {point[1]:g}" for point in points if point)


def _marks(points: Sequence[tuple[float, float]], marker: Mapping[str, Any]) -> str:
    """Small dots as one path, so that hundreds of days take little room; any other sign by
    itself."""
    if marker.get("symbol", "circle") != "circle" or marker["size"] > SMALL or not points:
        return "".join(_mark(point, marker) for point in points)
    dots = "".join(f"M{x:g} {y:g}h0" for x, y in points)
    return (
        f'<path d="{dots}" stroke="{marker["color"]}" stroke-width="{marker["size"]}" '
        'stroke-linecap="round"/>'
    )


def _mark(point: tuple[float, float], marker: Mapping[str, Any]) -> str:
    x, y, radius, colour = *point, marker["size"] / 2, marker["color"]
    corners = {
        "triangle-down-open": ((-1, -0.7), (1, -0.7), (0, 1)),
        "triangle-up-open": ((-1, 0.7), (1, 0.7), (0, -1)),
        "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
        "diamond-open": ((0, -1), (1, 0), (0, 1), (-1, 0)),
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    }.get(marker.get("symbol", "circle"))
    if corners is None:
        return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{colour}"/>'
    outline = _path(
        [
            (coordinate(x + across * radius), coordinate(y + down * radius))
            for across, down in corners
        ]
    )
    looks = (
        f'fill="none" stroke="{colour}" stroke-width="2"'
        if marker["symbol"].endswith("open")
        else f'fill="{colour}"'
    )
    return f'<path d="{outline}Z" {looks}/>'


def _box(trace: Mapping[str, Any], panel: Panel) -> str:
    """A box at the quartiles with whiskers to the last value within 1.5 of its heights, and every
    value as a dot."""
    values = np.asarray([value for value in trace["y"] if value is not None], dtype=np.float64)
    middle, colour = panel.x(trace["name"]), trace["line"]["color"]
    beside = [
        (coordinate(middle + (number * 7 % 5 - 2) * 4), panel.y(value))
        for number, value in enumerate(values)
    ]
    dots = _marks(beside, {"size": 4.4, "color": trace["marker"]["color"]})
    if not len(values) or colour == "rgba(0,0,0,0)":
        return dots
    low, median, high = np.percentile(values, [25, 50, 75])
    within = values[(values >= low - 1.5 * (high - low)) & (values <= high + 1.5 * (high - low))]
    bottom, first, centre, third, top = (
        panel.y(v) for v in (within.min(), low, median, high, within.max())
    )
    box = (
        f"M{middle - 22:g} {first}H{middle + 22:g}V{third}H{middle - 22:g}ZM{middle - 22:g} "
        f"{centre}H{middle + 22:g}"
    )
    whiskers = f"M{middle:g} {first}V{bottom}M{middle:g} {third}V{top}"
    drawn = (
        f'<path d="{box}{whiskers}" fill="{trace["fillcolor"]}" stroke="{colour}" '
        'stroke-width="2"/>'
    )
    return drawn + dots


def _whiskers(trace: Mapping[str, Any], panel: Panel) -> str:
    """From below to above each mark, as far as its quartiles lie."""
    errors = trace["error_y"]
    known = zip(trace["x"], trace["y"], errors["array"], errors["arrayminus"], strict=True)
    lines = [
        f"M{panel.x(x):g} {panel.y(y - below)}V{panel.y(y + above)}"
        for x, y, above, below in known
        if y is not None
    ]
    looks = f'stroke="{errors["color"]}" stroke-width="{errors["thickness"]}"'
    return f'<path d="{"".join(lines)}" fill="none" {looks}/>'


def _bars(trace: Mapping[str, Any], panel: Panel) -> str:
    """A bar a day, from its base up."""
    bases = trace.get("base") or [0] * len(trace["x"])
    half = trace["width"] / DAY_MS * (panel.x(trace["x"][1]) - panel.x(trace["x"][0])) / 2
    width = coordinate(2 * half)
    bars = [
        f"M{coordinate(panel.x(day) - half)} {panel.y(base)}h{width}V{panel.y(base + height)}"
        f"h{-width}Z"
        for day, height, base in zip(trace["x"], trace["y"], bases, strict=True)
        if height
    ]
    return f'<path d="{"".join(bars)}" fill="{trace["marker"]["color"]}"/>'


ANCHORS = {"left": "start", "right": "end"}
DROPS = {"top": 12, "bottom": -3}
"""Pixels from where a note is anchored to its line of text, by anchor; else it is in the middle."""


def _note(note: Mapping[str, Any], panels: Mapping[str, Panel]) -> str:
    panel = _panel_of(note, panels)
    if panel is None:
        return ""
    size = min((note.get("font") or {}).get("size", NOTE), NOTE)
    return _text(
        _share(panel, note["x"]) + note.get("xshift", 0),
        _upright(note, note["y"], panel) + DROPS.get(note.get("yanchor", ""), 4),
        note["text"],
        ANCHORS.get(note.get("xanchor", ""), "middle"),
        GROUND.ink if size == NOTE else GROUND.soft,
        size,
    )


def _legend(traces: Sequence[Mapping[str, Any]]) -> str:
    """A sign and a name for each trace that has one, in as many lines as that takes."""
    parts, x, y = list[str](), float(LEFT), 14.0
    for trace in traces:
        if trace.get("showlegend") is False or not trace.get("name"):
            continue
        width = 30 + LETTER * len(trace["name"])
        if x + width > WIDTH:
            x, y = float(LEFT), y + 18
        parts.append(_sign(trace, x, y - 4) + _text(x + 20, y, trace["name"], colour=GROUND.ink))
        x += width + 10
    return "".join(parts)


def _sign(trace: Mapping[str, Any], x: float, y: float) -> str:
    fill = trace["marker"]["color"] if trace["type"] == "bar" else trace.get("fillcolor")
    if fill:
        return f'<rect x="{x:g}" y="{y - 5:g}" width="14" height="10" fill="{fill}"/>'
    if "lines" in trace.get("mode", ""):
        line = trace["line"]
        dash = DASHES.get(line.get("dash", ""), "none")
        looks = f'stroke="{line["color"]}" stroke-width="{line["width"]}" stroke-dasharray="{dash}"'
        return f'<path d="M{x:g} {y:g}h15" {looks}/>'
    return _mark((x + 7, y), dict(trace["marker"]) | {"size": 9})
