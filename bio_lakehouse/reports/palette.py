"""The report's colours, light and dark. Each pair of text and ground below has a contrast of 4.5 or
more."""

from __future__ import annotations

LIGHT = {
    "paper": "#faf9f6",
    "card": "#ffffff",
    "ink": "#1d2129",
    "soft": "#565d68",
    "line": "#dcd9d0",
    "mark": "#868d97",
    "readiness": "#0b6e66",
    "sleep": "#4a4db3",
    "workout": "#a94a06",
    "notice": "#fdf2d3",
    "notice-ink": "#5e4100",
}
DARK = {
    "paper": "#14161a",
    "card": "#1c1f25",
    "ink": "#ebe9e3",
    "soft": "#abb1bb",
    "line": "#353a43",
    "mark": "#7d8591",
    "readiness": "#55c9ba",
    "sleep": "#acaff7",
    "workout": "#f2a765",
    "notice": "#352a10",
    "notice-ink": "#f5d991",
}
TEXT_PAIRS = (
    ("ink", "paper"),
    ("ink", "card"),
    ("soft", "paper"),
    ("soft", "card"),
    ("readiness", "card"),
    ("sleep", "card"),
    ("workout", "card"),
    ("readiness", "paper"),
    ("sleep", "paper"),
    ("workout", "paper"),
    ("notice-ink", "notice"),
)
GRAPHIC_PAIRS = (("mark", "card"), ("mark", "paper"))
