"""What an insight's page in the UI shows: its chart and its effects, as pictures that need no
script."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import date

import pandas as pd

from bio_lakehouse.assets.pictures import MOST_CHARTS, pictures
from bio_lakehouse.insights import InsightData, insights_of
from bio_lakehouse.sources import demo

END = date(2026, 6, 28)


def test_each_insight_shows_its_chart_and_its_effects() -> None:
    person = demo.simulate(120, 1, END)
    daily, workouts = pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    for insight in insights_of(InsightData("me", END, daily, workouts)):
        users = [replace(insight, user_id=f"user-{number}") for number in range(MOST_CHARTS + 2)]
        shown = str(pictures(users).value)
        drawn = [
            base64.b64decode(svg).decode()
            for svg in re.findall(r"svg\+xml;base64,([^)]*)\)", shown)
        ]
        charts = [svg for svg in drawn if f'aria-label="{insight.title}"' in svg]
        effects = [svg for svg in drawn if "each finding with its 95 % interval" in svg]
        assert len(charts) == MOST_CHARTS
        told = [f.status for f in insight.findings if f.effect is not None and f.interval]
        assert all(
            [name.split(":")[0] for name in re.findall(r"<text[^>]*>([^<]*)<", svg)] == told
            for svg in effects
        )
        assert len(effects) == (len(users) if told else 0)
