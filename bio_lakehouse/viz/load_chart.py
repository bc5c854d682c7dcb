"""Training load over time as one chart: each day's load, and the two states that follow from it,
with their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plotly import graph_objects as go

from bio_lakehouse.numbers import number_text
from bio_lakehouse.viz.charts import DATE_AXIS
from bio_lakehouse.viz.theme import COLOURS, Mode, themed, translucent

Loads = tuple[float | None, ...]
DAY_MS = 86_400_000
BAR_SHARE = 0.7
"""Of a day's width that its bar takes."""
HEIGHT = 280
TITLE = "Load"
HOVER = "%{x|%-d %b %Y}: %{text}<extra>%{fullData.name}</extra>"


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure a day with its bounds; None where nothing is known, `middle` also where the bounds
    lie too far apart for one figure."""

    middle: Loads
    low: Loads
    high: Loads

    @property
    def is_open(self) -> bool:
        """Whether the bounds lie apart on any day."""
        return self.low != self.high

    @property
    def is_told(self) -> bool:
        """Whether there is one figure for any day."""
        return any(value is not None for value in self.middle)


@dataclass(frozen=True, slots=True)
class LoadSeries:
    """Each day's load and the states after it, in order of `days` (ISO dates)."""

    days: tuple[str, ...]
    load: Bounded
    chronic: Bounded
    acute: Bounded


def load_over_time(series: LoadSeries, *, mode: Mode = "light") -> go.Figure:
    """Bars of each day's load, pale between its bounds, and a line a state over its shaded
    bounds."""
    figure = go.Figure(_bars(series))
    states = (
        (series.chronic, "Chronic load (42 days)", COLOURS.workout, "solid"),
        (series.acute, "Acute load (7 days)", COLOURS.sleep, "dash"),
    )
    figure.add_traces([_bounds(series.days, state, name, hue) for state, name, hue, _ in states])
    figure.add_traces(
        [
            _line(series.days, state, name, colour, dash)
            for state, name, colour, dash in states
            if state.is_told
        ]
    )
    figure.update_xaxes(**DATE_AXIS, range=_span(series.days))
    tops = (*series.load.high, *series.chronic.high, *series.acute.high)
    highest = max((top for top in tops if top is not None), default=0) or 1
    figure.update_yaxes(title_text=TITLE, range=[0, highest * 1.05])
    figure.update_layout(barmode="overlay", height=HEIGHT)
    return themed(figure, mode)


def _span(days: Sequence[str]) -> list[str]:
    """The days with room for the first and the last bar."""
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    return [(first - timedelta(1)).isoformat(), (last + timedelta(1)).isoformat()]


def _bars(series: LoadSeries) -> list[go.Bar]:
    """What is certain of each day's load, and above it what lies between its bounds."""
    pairs = list(zip(series.load.low, series.load.high, strict=True))
    above = [None if low is None or high is None else high - low for low, high in pairs]
    sure = _bar(series.days, series.load.low, "Load of a day", translucent(COLOURS.rest, 0.75))
    if not series.load.is_open:
        return [sure]
    pale = _bar(series.days, above, "Between its bounds", translucent(COLOURS.rest, 0.25))
    return [sure, pale.update(base=series.load.low)]


def _bar(days: Sequence[str], heights: Sequence[float | None], name: str, colour: str) -> go.Bar:
    return go.Bar(
        x=days,
        y=heights,
        name=name,
        width=DAY_MS * BAR_SHARE,
        marker={"color": colour, "line": {"width": 0}},
        text=_texts(heights),
        textposition="none",
        hovertemplate=HOVER,
    )


def _texts(values: Sequence[float | None]) -> list[str]:
    return ["" if value is None else number_text(value) for value in values]


def _bounds(days: Sequence[str], state: Bounded, name: str, colour: str) -> go.Scatter:
    """The stretch between a state's bounds, there and back; named where it has no line."""
    known = [
        (day, low, high)
        for day, low, high in zip(days, state.low, state.high, strict=True)
        if low is not None
    ]
    there: list[Any] = [(day, high) for day, _, high in known]
    back: list[Any] = [(day, low) for day, low, _ in reversed(known)]
    return go.Scatter(
        x=[day for day, _ in there + back],
        y=[load for _, load in there + back],
        fill="toself",
        fillcolor=translucent(colour, 0.2),
        line={"width": 0},
        mode="lines",
        name=name,
        hoverinfo="skip",
        showlegend=not state.is_told,
    )


def _line(days: Sequence[str], state: Bounded, name: str, colour: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=days,
        y=state.middle,
        mode="lines",
        name=name,
        line={"color": colour, "width": 2.5, "dash": dash},
        connectgaps=False,
        text=_texts(state.middle),
        hovertemplate=HOVER,
    )
