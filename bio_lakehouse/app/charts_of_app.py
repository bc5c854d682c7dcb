"""Charts that only the app draws: a score's last weeks in its own range, and what arrived by
day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from plotly import graph_objects as go

from bio_lakehouse.app.today_facts import ScoreTile
from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.status import DatasetStatus
from bio_lakehouse.viz.theme import COLOURS, Mode, themed, translucent

TILE_HEIGHT, STRIP_HEIGHT = 150, 30
STRIP_DAYS = 90


def tile_chart(tile: ScoreTile, mode: Mode) -> go.Figure:
    """The last five weeks as a line in the usual range, which is shaded; gaps stay gaps."""
    colour = COLOURS.readiness if tile.measure == READINESS else COLOURS.sleep
    figure = go.Figure(
        go.Scatter(
            x=tile.days,
            y=tile.values,
            text=[tile.measure.text(value) for value in tile.values],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": [4] * (len(tile.days) - 1) + [9], "color": colour},
            connectgaps=False,
            hovertemplate="%{x|%-d %b}: %{text}<extra></extra>",
        )
    )
    if tile.band:
        shade = translucent(COLOURS.rest, 0.18)
        low, high = tile.band.low, tile.band.high
        figure.add_hrect(y0=low, y1=high, fillcolor=shade, line_width=0, layer="below")
    figure.update_xaxes(tickformat="%-d %b", nticks=4, showgrid=False)
    figure.update_yaxes(nticks=4)
    themed(figure, mode)
    return figure.update_layout(
        height=TILE_HEIGHT, margin={"l": 8, "r": 12, "t": 8, "b": 8}, showlegend=False
    )


def strips(datasets: Sequence[DatasetStatus], today: date, mode: Mode) -> go.Figure:
    """A row a dataset over the last 90 days: bars where days are missing, coloured by cause, over a
    line of what is there."""
    first = today - timedelta(STRIP_DAYS - 1)
    figure = go.Figure()
    for name, colour, stretches in _rows(datasets, first, today):
        figure.add_trace(_bars(name, colour, stretches))
    figure.update_xaxes(
        type="date", tickformat="%-d %b", range=[first, today + timedelta(1)], showgrid=False
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    themed(figure, mode)
    height = 90 + STRIP_HEIGHT * len(datasets)
    return figure.update_layout(
        barmode="overlay", bargap=0.35, height=height, margin={"l": 8, "r": 8, "t": 40, "b": 8}
    )


Bar = tuple[str, date, date]
"""A dataset, and the first and last day of a stretch."""


def _rows(
    datasets: Sequence[DatasetStatus], first: date, today: date
) -> list[tuple[str, str, list[Bar]]]:
    """Name, colour and bars of each kind of day: there, and missing for each cause."""
    kept = [one for one in datasets if one.newest_day and one.first_day]
    there = [(plain(one.table), max(one.first_day or first, first), today) for one in kept]
    rows = [("known", translucent(COLOURS.readiness, 0.6), there)]
    for cause, colour in CAUSES.items():
        bars = [
            (plain(one.table), max(gap.first, first), gap.last)
            for one in kept
            for gap in one.gaps
            if gap.cause == cause and gap.last >= first
        ]
        rows.append((cause, colour, bars))
    return rows


CAUSES = {
    Cause.NOT_DUE: COLOURS.sleep,
    Cause.FETCH_FAILED: COLOURS.workout,
    Cause.NOT_WORN: COLOURS.rest,
    Cause.IN_QUARANTINE: translucent(COLOURS.workout, 0.5),
    Cause.NOTHING_SENT: translucent(COLOURS.alarm, 0.5),
    Cause.NOT_DELIVERED: COLOURS.alarm,
}
"""Colours of days that are missing; the pointer and the table name their causes."""


def _bars(name: str, colour: str, bars: Sequence[Bar]) -> go.Bar:
    days = [(last - start).days + 1 for _, start, last in bars]
    return go.Bar(
        y=[table for table, _, _ in bars],
        base=[start.isoformat() for _, start, _ in bars],
        x=[count * 86_400_000 for count in days],
        text=[span_text(start, last) for _, start, last in bars],
        textposition="none",
        orientation="h",
        name=name,
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate="%{y}, %{text}<extra>%{fullData.name}</extra>",
        showlegend=bool(bars),
    )


def span_text(first: date, last: date) -> str:
    """`2026-03-01` or `2026-03-01 to 2026-03-04`."""
    return str(first) if first == last else f"{first} to {last}"


def plain(table: str) -> str:
    """`Oura daily sleep` of `oura_daily_sleep`."""
    return table.replace("_", " ").capitalize()
