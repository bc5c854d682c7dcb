"""An answer's chart from its description: the columns that are drawn and how, with the answer's own
rows. What is unknown stays a gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from plotly import graph_objects as go

from bio_lakehouse.numbers import number_text
from bio_lakehouse.terminal import visible
from bio_lakehouse.viz.charts import DATE_AXIS
from bio_lakehouse.viz.score_axis import score_axis, with_score_axis
from bio_lakehouse.viz.theme import COLOURS, GROUNDS, Mode, themed, translucent

if TYPE_CHECKING:
    import pyarrow as pa

HEIGHT, HEIGHT_OF_NUMBER, HEIGHT_OF_BAR = 320, 130, 30
MARKED = 120
"""Days up to which each one is marked on its line."""
LOOKS = ((COLOURS.readiness, "solid"), (COLOURS.workout, "dash"), (COLOURS.sleep, "dot"))
LONGEST_LABEL = 40
LARGE, WHOLE = 1000, 10


class ChartShape(Protocol):
    """What of `ask.answer.Chart` is drawn."""

    @property
    def kind(self) -> str: ...
    @property
    def x(self) -> str: ...
    @property
    def y(self) -> tuple[str, ...]: ...
    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def is_score(self) -> bool: ...


def figure(chart: ChartShape, rows: pa.Table, mode: Mode = "light") -> go.Figure:
    """The chart over an answer's rows, in light or dark.

    `ValueError` for a description that names a kind or a column that is not there.
    """
    draw = DRAWN.get(chart.kind)
    missing = [name for name in (chart.x, *chart.y) if name and name not in rows.column_names]
    if draw is None or missing or not chart.y:
        raise ValueError(f"{chart.kind} over {', '.join(missing) or 'no column'} cannot be drawn")
    drawn = draw(chart, rows, mode)
    return themed(drawn, mode)


def _line(chart: ChartShape, rows: pa.Table, mode: Mode) -> go.Figure:
    days, places = _with_gaps(rows.column(chart.x).to_pylist())
    made = go.Figure()
    for name, title, (colour, dash) in zip(chart.y, chart.titles, LOOKS, strict=False):
        known = _numbers(rows, name)
        values = [None if place is None else known[place] for place in places]
        made.add_scatter(
            x=days,
            y=values,
            name=title,
            mode="lines+markers" if len(days) <= MARKED or _is_scattered(values) else "lines",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"color": colour, "size": 5},
            connectgaps=False,
            text=_texts(values),
            hovertemplate="%{x|%-d %b %Y}: %{text}<extra></extra>",
        )
    made.update_xaxes(**DATE_AXIS)
    _upright(made, chart)
    return made.update_layout(height=HEIGHT, showlegend=len(chart.y) > 1)


def _with_gaps(days: Sequence[Any]) -> tuple[list[Any], list[int | None]]:
    """Days in order with those that are missing between them, and the row of each (None: none).

    What is a row a week or month has no days between.
    """
    order = sorted(
        (place for place, day in enumerate(days) if day is not None), key=days.__getitem__
    )
    sorted_days = [days[place] for place in order]
    steps = [(later - earlier).days for earlier, later in pairwise(sorted_days)]
    step = min(steps, default=0)
    is_regular = step > 0 and all(one % step == 0 for one in steps)
    if any(isinstance(day, datetime) for day in sorted_days) or not is_regular:
        return sorted_days, list(order)
    rows = dict(zip(sorted_days, order, strict=True))
    count = (sorted_days[-1] - sorted_days[0]).days // step + 1
    whole = [sorted_days[0] + timedelta(step * number) for number in range(count)]
    return whole, [rows.get(day) for day in whole]


def _is_scattered(values: Sequence[float | None]) -> bool:
    """Whether a value stands alone between gaps, which a line without marks would not show."""
    around = [None, *values, None]
    triples = zip(around, values, around[2:], strict=False)
    return any(one is not None and left is None and right is None for left, one, right in triples)


def _bars(chart: ChartShape, rows: pa.Table, mode: Mode) -> go.Figure:
    labels = [_label(value) for value in rows.column(chart.x).to_pylist()]
    values = _numbers(rows, chart.y[0])
    made = go.Figure(
        go.Bar(
            x=values,
            y=labels,
            orientation="h",
            text=_texts(values),
            textposition="outside",
            cliponaxis=False,
            marker={"color": translucent(COLOURS.readiness, 0.8)},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    made.update_yaxes(type="category", autorange="reversed", categoryarray=labels)
    made.update_xaxes(title_text=chart.titles[0], rangemode="tozero")
    if chart.is_score:
        made.update_xaxes(range=[0, 100])
    return made.update_layout(height=110 + HEIGHT_OF_BAR * len(labels), bargap=0.35)


def _points(chart: ChartShape, rows: pa.Table, mode: Mode) -> go.Figure:
    across, up = _numbers(rows, chart.x), _numbers(rows, chart.y[0])
    made = go.Figure(
        go.Scatter(
            x=across,
            y=up,
            mode="markers",
            marker={
                "color": translucent(COLOURS.sleep, 0.55),
                "size": 8,
                "line": {"width": 1, "color": COLOURS.sleep},
            },
            text=_texts(up),
            customdata=_texts(across),
            hovertemplate="%{customdata} → %{text}<extra></extra>",
        )
    )
    titles = (*chart.titles, chart.x)
    made.update_xaxes(title_text=titles[1])
    _upright(made, chart)
    return made.update_layout(height=HEIGHT, showlegend=False)


def _number(chart: ChartShape, rows: pa.Table, mode: Mode) -> go.Figure:
    value = _numbers(rows, chart.y[0])[0]
    made = go.Figure()
    places = ((0.62, _texts([value])[0] or "–", 40), (0.1, chart.titles[0], 14))
    for y, text, size in places:
        ink = GROUNDS[mode].ink if size > WHOLE + WHOLE else GROUNDS[mode].soft
        made.add_annotation(
            text=text,
            x=0.5,
            y=y,
            xref="paper",
            yref="paper",
            showarrow=False,
            font={"size": size, "color": ink},
        )
    hidden, margin = {"visible": False}, {"b": 8, "t": 8}
    return made.update_layout(height=HEIGHT_OF_NUMBER, xaxis=hidden, yaxis=hidden, margin=margin)


def _upright(made: go.Figure, chart: ChartShape) -> None:
    """The upright axis: of scores with the sign of where on 0 to 100 it lies."""
    title = chart.titles[0] if len(chart.y) == 1 else ""
    if chart.is_score:
        values = [value for trace in made.data for value in trace.y]
        with_score_axis(made, score_axis(values), title)
    else:
        made.update_yaxes(title_text=title)


def _numbers(rows: pa.Table, name: str) -> list[float | None]:
    return [None if value is None else float(value) for value in rows.column(name).to_pylist()]


def _texts(values: Sequence[float | None]) -> list[str]:
    """Values as a reader sees them; whole numbers and large ones without decimals."""
    known = [value for value in values if value is not None]
    is_whole = all(value.is_integer() for value in known)
    smallest = max((abs(value) for value in known), default=0)
    decimals = 0 if is_whole or smallest >= LARGE else 1 if smallest >= WHOLE else 2
    return ["" if value is None else number_text(value, decimals) for value in values]


def _label(value: Any) -> str:
    text = "unknown" if value is None else _day(value) if isinstance(value, date) else str(value)
    shown = visible(text)
    # Plotly reads its texts as HTML.
    return escape(shown if len(shown) <= LONGEST_LABEL else f"{shown[: LONGEST_LABEL - 1]}…")


def _day(value: date) -> str:
    return value.isoformat()


DRAWN: dict[str, Callable[[ChartShape, Any, Mode], go.Figure]] = {
    "line": _line,
    "bar": _bars,
    "points": _points,
    "number": _number,
}
