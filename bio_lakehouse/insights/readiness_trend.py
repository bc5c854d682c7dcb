"""Where does readiness stand, beside where it stood? Described, not tested: under long memory no
test of a trend that we know of holds its error rate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import scipy
from plotly.graph_objects import Figure

from bio_lakehouse.english import count, span
from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.insights import sentences
from bio_lakehouse.insights.data import LEAD_IN_DAYS, InsightData
from bio_lakehouse.insights.finding import Finding, Insight
from bio_lakehouse.insights.hypotheses import Hypothesis, not_enough
from bio_lakehouse.insights.relation_sentences import of_an_earlier_version
from bio_lakehouse.insights.rules import MINIMUM_TREND_DAYS, MONTH, MONTH_NEEDS
from bio_lakehouse.insights.statistics import trailing_mean
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.theme import Mode

NAME = "readiness_trend"
TITLE = "Readiness over the months"
MONTHS = "Mean of the last 30 days beside that of the first 30"
SMOOTHED = "Least-squares line through the 14-day average"
DAYS_A_WEEK = 7
SHARED_DAYS = "Averages over shared days resemble each other, so this line is shown and not tested."
LOOKED_AT = (
    ("trend", "Readiness of the last month beside that of the first.", ()),
    ("smoothed_line", "A straight line through the 14-day average of readiness.", (SHARED_DAYS,)),
)


def analyze(data: InsightData) -> Insight:
    """The last month's mean beside the first one's, and the line through the 14-day average: both
    described."""
    readiness = data.series(READINESS.column)
    averages = {
        days: trailing_mean(data.with_lead_in(READINESS.column), days)[LEAD_IN_DAYS:]
        for days in (7, 14)
    }
    months, line = (
        Hypothesis(name, text, data.window, caveats, tested=False)
        for name, text, caveats in LOOKED_AT
    )
    findings = (_months(months, data, readiness), _smoothed(line, averages[14], readiness))
    return Insight(
        NAME, TITLE, data.user_id, data.as_of, findings, _series(data, readiness, averages)
    )


def _months(sought: Hypothesis, data: InsightData, readiness: Series) -> Finding:
    """The first month begins with the first day of the window that is known."""
    known = np.flatnonzero(~np.isnan(readiness))
    if len(known) < MINIMUM_TREND_DAYS:
        return not_enough(sought, MONTHS, len(known), MINIMUM_TREND_DAYS)
    begun = int(known[0])
    first, last = readiness[begun : begun + MONTH], readiness[-MONTH:]
    counted = {"first": _known(first), "last": _known(last)}
    short = min(counted, key=lambda month: counted[month])
    if counted[short] < MONTH_NEEDS:
        return not_enough(sought, MONTHS, counted[short], MONTH_NEEDS, short=short)
    averaged = {"first": float(np.nanmean(first)), "last": float(np.nanmean(last))}
    return sought.finding(
        "described",
        MONTHS,
        sum(counted.values()),
        effect_name="difference in points",
        effect=averaged["last"] - averaged["first"],
        values={
            **{f"mean_{month}": mean for month, mean in averaged.items()},
            **{f"n_{month}": known for month, known in counted.items()},
            "first_from": data.days[begun].isoformat(),
            "last_from": data.days[-MONTH].isoformat(),
        },
    )


def _known(days: Series) -> int:
    return int((~np.isnan(days)).sum())


def _smoothed(sought: Hypothesis, average: Series, readiness: Series) -> Finding:
    n = _known(readiness)
    if n < MINIMUM_TREND_DAYS:
        return not_enough(sought, SMOOTHED, n, MINIMUM_TREND_DAYS)
    known = ~np.isnan(average)
    line = scipy.stats.linregress(np.flatnonzero(known), average[known])
    return sought.finding(
        "described",
        SMOOTHED,
        n,
        effect_name="points a week",
        effect=float(line.slope) * DAYS_A_WEEK,
        values={"intercept": float(line.intercept)},
    )


def _series(data: InsightData, readiness: Series, averages: dict[int, Series]) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in data.days],
        "readiness": with_gaps(readiness),
        "averages": {
            f"{days}-day average": with_gaps(average) for days, average in averages.items()
        },
    }


def with_gaps(values: Series) -> list[float | None]:
    """A calendar series as a list, None where unknown."""
    return [None if np.isnan(value) else float(value) for value in values]


def visualize(insight: Insight, mode: Mode = "light") -> Figure:
    """Daily readiness with its 7- and 14-day averages and the line through the latter."""
    series, (months, smoothed) = insight.series, insight.findings
    return charts.line_with_averages(
        series["days"],
        series["readiness"],
        averages=series["averages"],
        line=_line(smoothed, next(iter(series["averages"].values()))),
        title=READINESS.axis_title(),
        note=charts.refusal(months.n, months.needed, "days"),
        mode=mode,
    )


def _line(smoothed: Finding, average: list[float | None]) -> list[float | None] | None:
    """The described line's height from the first to the last day that has an average; None without
    enough data."""
    if smoothed.effect is None:
        return None
    known = [position for position, value in enumerate(average) if value is not None]
    start, slope = smoothed.values["intercept"], smoothed.effect / DAYS_A_WEEK
    return [
        start + slope * position if known[0] <= position <= known[-1] else None
        for position in range(len(average))
    ]


def narrate(insight: Insight) -> str:
    """What is seen, in plain sentences."""
    enough = [finding for finding in insight.findings if finding.needed is None]
    return " ".join(sentence(finding) for finding in enough or insight.findings[:1])


def sentence(finding: Finding) -> str:
    """One finding's sentence."""
    if finding.needed is not None or finding.effect is None:
        month = finding.values.get("short")
        subject = f"readiness of the {month} month" if month else "readiness over the months"
        return sentences.not_enough_data(subject, finding.n, finding.needed or 0, "days")
    if finding.name == "smoothed_line":
        return sentences.smoothed_line("readiness", finding.effect, "points")
    if _is_of_an_earlier_version(finding):
        return of_an_earlier_version(TITLE)
    first, last = (_month(finding, which) for which in ("first", "last"))
    return sentences.months("readiness", first, last)


def plain(insight: Insight, finding: Finding) -> str | None:
    """The months as one plain sentence; None for the line, and where too few days are known."""
    if finding.name != "trend" or finding.effect is None or _is_of_an_earlier_version(finding):
        return None
    first, last = (_month(finding, which) for which in ("first", "last"))
    return (
        f"Readiness averaged {last.mean} in your last month ({last.known}) and {first.mean} in "
        f"your first ({first.known})."
    )


def _is_of_an_earlier_version(finding: Finding) -> bool:
    """Whether it was a tested slope, as rows of gold.insights were once."""
    return "mean_first" not in finding.values


def _month(finding: Finding, which: str) -> sentences.Month:
    begun = date.fromisoformat(finding.values[f"{which}_from"])
    return sentences.Month(
        mean=READINESS.of_many_days.number(finding.values[f"mean_{which}"]),
        days=span(begun, begun + timedelta(days=MONTH - 1)),
        known=count(finding.values[f"n_{which}"], "day"),
    )
