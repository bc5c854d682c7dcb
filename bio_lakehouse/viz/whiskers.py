"""Effects with their intervals around a line at 0, as plain SVG: for places that show pictures and
run no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bio_lakehouse.viz.geometry import coordinate
from bio_lakehouse.viz.theme import COLOURS

WIDTH = 640
ROW = 40
NAME_Y, LINE_Y = 14, 28
MARGIN = 10.0
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect and its 95 % interval; `reach` is where its scale ends on both sides of 0."""

    name: str
    effect: float
    low: float
    high: float
    found: bool
    reach: float = 1.0


def whiskers(effects: Sequence[Effect], *, label: str) -> str:
    """One SVG with a row for each effect; a found one has a filled dot and a thick whisker, others
    an open dot.

    `label` is its text for those who do not see it. What reaches beyond its scale is drawn to the
    edge.
    """
    height = max(ROW * len(effects), 1)
    rows = "".join(_row(effect, ROW * number) for number, effect in enumerate(effects))
    text = escape(label, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 '
        f'{WIDTH} {height}" role="img" aria-label="{text}"><title>{text}</title>{rows}</svg>'
    )


def _row(effect: Effect, top: int) -> str:
    colour = COLOURS.readiness if effect.found else COLOURS.rest
    zero, low, middle, high = (
        place(value, effect.reach) for value in (0, effect.low, effect.effect, effect.high)
    )
    y = top + LINE_Y
    fill = colour if effect.found else "none"
    return (
        f'<text x="{MARGIN:g}" y="{top + NAME_Y}" font-family="sans-serif" '
        f'font-size="12" fill="{COLOURS.rest}">'
        f"{escape(_short(effect.name))}</text>"
        f'<path d="M{zero:g} {y - 9}v18" stroke="{COLOURS.rest}" stroke-dasharray="3 3"/>'
        f'<path d="M{low:g} {y}H{high:g}" stroke="{colour}" '
        f'stroke-width="{3 if effect.found else 1.5}"/>'
        f'<circle cx="{middle:g}" cy="{y}" r="5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
    )


def place(value: float, reach: float, width: float = WIDTH) -> float:
    """Where a value lies on a drawing that is `width` wide and reaches from `-reach` to `reach`,
    margins aside."""
    share = max(-1.0, min(1.0, value / reach))
    return coordinate(width / 2 + share * (width / 2 - MARGIN))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
