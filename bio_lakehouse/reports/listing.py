"""The page that lists written reports: all of them, or those of one week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from bio_lakehouse.english import span
from bio_lakehouse.reports import palette
from bio_lakehouse.reports.weekly_report import environment

ADDRESS = "/reports"
"""Where `bio-lakehouse ui` shows them, on its own port."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """One person's report of the seven days up to `day`."""

    user_id: str
    day: date

    @property
    def address(self) -> str:
        """The path of its page."""
        return f"{ADDRESS}/{self.user_id}/weekly-{self.day.isoformat()}.html"


def week_address(day: date) -> str:
    """The path under which the reports of the week up to `day` are found, whoever they are of."""
    return f"{ADDRESS}/{day.isoformat()}"


def listing(reports: Iterable[WrittenReport], title: str) -> str:
    """A page with a link to each report, the newest week first."""
    newest_first = sorted(reports, key=lambda report: (-report.day.toordinal(), report.user_id))
    weeks = [
        (span(day - timedelta(6), day), list(of_week))
        for day, of_week in groupby(newest_first, attrgetter("day"))
    ]
    return (
        environment()
        .get_template("listing.html.j2")
        .render(title=title, weeks=weeks, light=palette.LIGHT, dark=palette.DARK)
    )
