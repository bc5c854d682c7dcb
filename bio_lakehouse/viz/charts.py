"""The charts, as functions of plain lists: gaps stay gaps, a score's axis says where on 0 to 100 it
lies, no colour speaks alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plotly import graph_objects as go
from plotly.subplots import make_subplots

from bio_lakehouse.numbers import number_text
from bio_lakehouse.viz.score_axis import score_axis, with_score_axis
from bio_lakehouse.viz.theme import COLOURS, Mode, themed, translucent

Numbers = Sequence[float | None]
DATE_AXIS: dict[str, Any] = {"type": "date", "tickformat": "%-d %b\n%Y"}


def refusal(n: int, needed: int | None, unit: str) -> str | None:
    """The note of a chart without enough data, None when there is enough."""
    return None if needed is None else f"Not enough data ({n} of {needed} {unit})"


def scatter_with_line(
    x: Numbers,
    y: Numbers,
    *,
    days: Sequence[str],
    line: Mapping[str, Sequence[float]] | None,
    titles: tuple[str, str],
    note: str | None = None,
    mode: Mode = "light",
) -> go.Figure:
    """Pairs of scores, and the regression line with its band (`x`, `y`, `low`, `high`) when there
    is one."""
    figure = go.Figure()
    if line:
        figure.add_traces(_band(line))
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        name="A day",
        text=days,
        marker={
            "color": translucent(COLOURS.sleep, 0.55),
            "size": 8,
            "line": {"width": 1, "color": COLOURS.sleep},
        },
        hovertemplate="%{text}<br>%{x} → %{y}<extra></extra>",
    )
    across = score_axis(x)
    shown = ", ".join(filter(None, (titles[0], across.note)))
    figure.update_xaxes(title_text=shown, **across.options)
    with_score_axis(figure, score_axis(y), titles[1])
    return _finished(figure, note, mode)


def _band(line: Mapping[str, Sequence[float]]) -> list[go.Scatter]:
    around = {
        "x": [*line["x"], *reversed(line["x"])],
        "y": [*line["high"], *reversed(line["low"])],
    }
    return [
        go.Scatter(
            **around,
            fill="toself",
            fillcolor=translucent(COLOURS.readiness, 0.22),
            line={"width": 0},
            name="95 % band",
            hoverinfo="skip",
        ),
        go.Scatter(
            x=line["x"],
            y=line["y"],
            mode="lines",
            line={"color": COLOURS.readiness, "width": 3},
            name="Regression line",
            hoverinfo="skip",
        ),
    ]


def box_by_group(
    groups: Sequence[Mapping[str, Any]],
    *,
    title: str,
    note: str | None = None,
    mode: Mode = "light",
) -> go.Figure:
    """A box with every day as a dot for each group (`label`, `values`, `reference`: drawn in grey).

    A group that is `too_few` shows its dots and no box: a box would be a statement about the group.
    """
    figure = go.Figure()
    for group in groups:
        colour = COLOURS.rest if group["reference"] else COLOURS.workout
        boxless = group["too_few"]
        figure.add_box(
            y=group["values"],
            name=f"{group['label']}<br>n = {len(group['values'])}{', too few' if boxless else ''}",
            boxpoints="all",
            jitter=0.45,
            pointpos=0,
            marker={"color": translucent(colour, 0.6), "size": 5},
            line={"color": "rgba(0,0,0,0)" if boxless else colour, "width": 2},
            fillcolor="rgba(0,0,0,0)" if boxless else translucent(colour, 0.14),
            hovertemplate="%{y}<extra></extra>",
        )
    figure.update_layout(showlegend=False)
    values = [value for group in groups for value in group["values"]]
    with_score_axis(figure, score_axis(values), title)
    return _finished(figure, note, mode)


def line_with_averages(
    days: Sequence[str],
    values: Numbers,
    *,
    averages: Mapping[str, Numbers],
    line: Numbers | None,
    title: str,
    note: str | None = None,
    mode: Mode = "light",
) -> go.Figure:
    """Daily scores, their averages by name (the first drawn solid, the next dashed), and a straight
    line."""
    figure = go.Figure()
    figure.add_scatter(
        x=days,
        y=values,
        mode="lines+markers",
        name="Daily",
        line={"color": translucent(COLOURS.rest, 0.55), "width": 1},
        marker={"color": COLOURS.rest, "size": 4},
    )
    looks = zip(
        averages.items(), (COLOURS.readiness, COLOURS.workout), ("solid", "dash"), strict=False
    )
    for (name, average), colour, dash in looks:
        figure.add_scatter(
            x=days,
            y=average,
            mode="lines",
            name=name,
            line={"color": colour, "width": 3, "dash": dash},
        )
    if line:
        figure.add_scatter(
            x=days, y=line, mode="lines", name="Straight line", line={"dash": "dot", "width": 2}
        )
        figure.data[-1].line.color = COLOURS.sleep
    figure.update_traces(
        connectgaps=False, hovertemplate="%{x|%-d %b %Y}: %{text}<extra>%{fullData.name}</extra>"
    )
    for trace in figure.data:
        trace.text = _texts(trace.y)
    figure.update_xaxes(**DATE_AXIS, range=known_span(days, [values]))
    with_score_axis(figure, score_axis(values), title)
    return _finished(figure, note, mode)


def _texts(values: Numbers) -> list[str]:
    """What a reader sees of scores and their averages."""
    return ["" if value is None else number_text(value) for value in values]


def known_span(days: Sequence[str], series: Sequence[Numbers]) -> list[str]:
    """First day on which any of the series has a value, and the window's last day."""
    firsts = (_first_known(values) for values in series)
    first = min((place for place in firsts if place is not None), default=0)
    return [days[first], days[-1]]


def _first_known(values: Numbers) -> int | None:
    return next((place for place, value in enumerate(values) if value is not None), None)


def timeline_with_marks(
    days: Sequence[str],
    measures: Sequence[Mapping[str, Any]],
    streaks: Sequence[tuple[str, str]],
    *,
    mode: Mode = "light",
) -> go.Figure:
    """One panel a measure (`title`, `values`, their `texts`, `side`, `far`, `unusual`, `threshold`,
    `is_score`, `note`) with its marked days.

    Days far on the `side` that is looked at, low or high, carry an open triangle that points there,
    unusual ones a filled diamond; `streaks` (first and last day) are shaded stretches without a
    workout.
    """
    explained: set[str] = set()
    figure = make_subplots(rows=len(measures), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for row, measure in enumerate(measures, start=1):
        for trace in _timeline_traces(days, measure):
            trace.update(showlegend=trace.name not in explained, legendgroup=trace.name)
            explained.add(trace.name)
            figure.add_trace(trace, row=row, col=1)
        if measure["is_score"]:
            axis = score_axis([*measure["values"], measure["threshold"]])
            with_score_axis(figure, axis, measure["title"], row=row, limits=False)
        else:
            figure.update_yaxes(title_text=measure["title"], row=row, col=1)
        if measure["note"]:
            figure.add_annotation(
                text=measure["note"],
                showarrow=False,
                x=0.5,
                y=0.5,
                xref="x domain",
                yref="y domain",
            )
            figure.layout.annotations[-1].update(
                xref=f"x{'' if row == 1 else row} domain", yref=f"y{'' if row == 1 else row} domain"
            )
    _shade(figure, streaks)
    figure.update_xaxes(
        **DATE_AXIS, range=known_span(days, [measure["values"] for measure in measures])
    )
    return _finished(figure, None, mode).update_layout(height=140 * len(measures) + 90)


MARK_OF_SIDE = {
    "low": ("Low (1.5 SD below the mean)", "triangle-down-open", "Low below this"),
    "high": ("High (1.5 SD above the mean)", "triangle-up-open", "High above this"),
}
"""By side: the name of its marks, their sign, and the name of the line where they begin."""


def _timeline_traces(days: Sequence[str], measure: Mapping[str, Any]) -> list[go.Scatter]:
    values = dict(zip(days, measure["values"], strict=True))
    name, symbol, limit = MARK_OF_SIDE[measure["side"]]
    daily = go.Scatter(
        x=days,
        y=measure["values"],
        mode="lines+markers",
        name="Daily",
        line={"color": COLOURS.readiness, "width": 1.5},
        marker={"color": COLOURS.readiness, "size": 3},
        connectgaps=False,
        text=measure["texts"],
        hovertemplate="%{x|%-d %b %Y}: %{text}<extra></extra>",
    )
    far = _marks(name, measure["far"], values, symbol, COLOURS.workout, 11)
    unusual = _marks(
        "Unusual (against 60 days before)", measure["unusual"], values, "diamond", COLOURS.alarm, 10
    )
    if measure["threshold"] is None:
        return [daily, far, unusual]
    return [_threshold(days, measure["threshold"], limit), daily, far, unusual]


def _marks(
    name: str,
    days: Sequence[str],
    values: Mapping[str, float | None],
    symbol: str,
    colour: str,
    size: int,
) -> go.Scatter:
    return go.Scatter(
        x=list(days) if days else [None],
        y=[values[day] for day in days] if days else [None],
        mode="markers",
        name=name,
        hoverinfo="skip",
        marker={
            "symbol": symbol,
            "color": colour,
            "size": size,
            "line": {"width": 2, "color": colour},
        },
    )


def _threshold(days: Sequence[str], threshold: float, name: str) -> go.Scatter:
    return go.Scatter(
        x=[days[0], days[-1]],
        y=[threshold, threshold],
        mode="lines",
        name=name,
        line={"color": COLOURS.rest, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _shade(figure: go.Figure, streaks: Sequence[tuple[str, str]]) -> None:
    # All at once: Plotly checks a figure anew for each shape that is added.
    looks = {"fillcolor": COLOURS.rest, "opacity": 0.22, "line": {"width": 0}, "layer": "below"}
    panels = dict.fromkeys((trace.xaxis or "x", trace.yaxis or "y") for trace in figure.data)
    stretches = [
        {"type": "rect", "x0": first, "x1": last, "xref": x, "y0": 0, "y1": 1} | looks
        for first, last in streaks
        for x, _ in panels
    ]
    refs = [f"{y} domain" for _ in streaks for _, y in panels]
    shaded = [shape | {"yref": ref} for shape, ref in zip(stretches, refs, strict=True)]
    figure.layout.shapes = (*figure.layout.shapes, *shaded)
    if streaks:
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name="3 days or more without a workout",
            marker={"symbol": "square", "size": 12, "color": translucent(COLOURS.rest, 0.4)},
        )


def medians_by_category(
    categories: Sequence[str],
    series: Sequence[Mapping[str, Any]],
    *,
    title: str,
    note: str | None = None,
    mode: Mode = "light",
) -> go.Figure:
    """Medians side by side (`name`, `medians`, `low`, `high`: quartiles as whiskers) for each
    category: the first of `series` as open diamonds, the next as dots."""
    figure = go.Figure()
    looks = zip(series, (COLOURS.rest, COLOURS.readiness), ("diamond-open", "circle"), strict=False)
    for number, (one, colour, symbol) in enumerate(looks):
        beside = (number - (len(series) - 1) / 2) * BESIDE
        figure.add_scatter(
            x=[place + beside for place in range(len(categories))],
            y=one["medians"],
            mode="markers",
            name=one["name"],
            marker={
                "symbol": symbol,
                "size": 11,
                "color": colour,
                "line": {"width": 2, "color": colour},
            },
            error_y=_whiskers(one, colour),
            hovertemplate="median %{y}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(
        tickvals=list(range(len(categories))),
        ticktext=list(categories),
        range=[-0.5, len(categories) - 0.5],
        showgrid=False,
    )
    ends = [value for one in series for value in (*one["low"], *one["high"])]
    with_score_axis(figure, score_axis(ends), title)
    return _finished(figure, note, mode)


BESIDE = 0.26
"""How far apart two marks of one category stand, where categories are 1 apart."""


def _whiskers(one: Mapping[str, Any], colour: str) -> dict[str, Any]:
    known = [
        (m, low, high) for m, low, high in zip(one["medians"], one["low"], one["high"], strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if m is None else high - m for m, _, high in known],
        "arrayminus": [None if m is None else m - low for m, low, _ in known],
        "color": colour,
        "thickness": 2.5,
        "width": 6,
    }


def _finished(figure: go.Figure, note: str | None, mode: Mode) -> go.Figure:
    if note:
        figure.add_annotation(
            text=note, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 16}
        )
    return themed(figure, mode)
