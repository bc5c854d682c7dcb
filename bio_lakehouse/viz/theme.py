"""The one look of every chart: a Plotly template, light and dark, over data colours that hold on
both grounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from plotly import graph_objects as go

Mode = Literal["light", "dark", "panel"]
"""`panel`: on a ground of its own that is neither white nor dark, for pictures in a mail whose
ground is not known."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
CARD_LIGHT, CARD_DARK, PANEL = "#ffffff", "#1c1f25", "#f6f4ef"


@dataclass(frozen=True, slots=True)
class Ground:
    """Colours that depend on the mode: what is drawn on, text, quieter text, grid lines and
    axes."""

    paper: str
    ink: str
    soft: str
    grid: str
    axis: str


GROUNDS: dict[Mode, Ground] = {
    "light": Ground(CARD_LIGHT, "#1d2129", "#565d68", "#e4e1d9", "#868d97"),
    "panel": Ground(PANEL, "#1d2129", "#565d68", "#dcd8ce", "#7d848e"),
    "dark": Ground(CARD_DARK, "#ebe9e3", "#abb1bb", "#353a43", "#7d8591"),
}


@dataclass(frozen=True, slots=True)
class DataColours:
    """Colours of marks: at least 3 to 1 (WCAG 1.4.11) on either ground, and never the only sign of
    a difference."""

    readiness: str = "#12897d"
    sleep: str = "#7b7fe3"
    workout: str = "#cf6a12"
    rest: str = "#868d97"
    alarm: str = "#d6455d"


COLOURS = DataColours()


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two colours `#rrggbb`, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def translucent(colour: str, opacity: float) -> str:
    """`#rrggbb` as `rgba(…)`."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "yref": "paper",
}


@cache
def template(mode: Mode = "light") -> go.layout.Template:
    """The Plotly template of that mode."""
    ground = GROUNDS[mode]
    axis = _axis(ground)
    return go.layout.Template(
        layout=go.Layout(
            font={"family": FONT, "size": 13, "color": ground.ink},
            paper_bgcolor=ground.paper,
            plot_bgcolor=ground.paper,
            colorway=[COLOURS.readiness, COLOURS.workout, COLOURS.sleep, COLOURS.rest],
            margin={"l": 56, "r": 40, "t": 44, "b": 52},
            xaxis=axis,
            yaxis=axis,
            hoverlabel={
                "bgcolor": ground.paper,
                "bordercolor": ground.axis,
                "font": {"color": ground.ink},
            },
            annotationdefaults={"font": {"color": ground.soft}, "showarrow": False},
            dragmode=False,
        )
    )


def _axis(ground: Ground) -> dict[str, object]:
    return {
        "gridcolor": ground.grid,
        "zeroline": False,
        "linecolor": ground.axis,
        "ticks": "outside",
        "tickcolor": ground.axis,
        "ticklen": 4,
        "title": {"font": {"color": ground.soft, "size": 13}, "standoff": 10},
        "automargin": True,
    }


def themed(figure: go.Figure, mode: Mode) -> go.Figure:
    """The same figure in that mode's look; the legend lies above the plot whatever template comes
    later."""
    return figure.update_layout(template=template(mode), legend=LEGEND)
