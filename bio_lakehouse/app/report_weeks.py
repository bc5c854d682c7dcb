"""The written weekly reports of a person, as the page of reports lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bio_lakehouse.english import span
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.outdated import SENTENCES, PageState, outdated_reports
from bio_lakehouse.reports.pages import written_reports


@dataclass(frozen=True, slots=True)
class WrittenWeek:
    """One written report: the last day of its week, and how it stands to the lake."""

    day: date
    state: PageState

    @property
    def title(self) -> str:
        """`16–22 November 2026 (outdated)`."""
        week = span(self.day - timedelta(WEEK - 1), self.day)
        return week if self.state is PageState.CURRENT else f"{week} ({self.state})"

    @property
    def notice(self) -> str:
        """What is said of one that is not current; empty of one that is."""
        return SENTENCES.get(self.state, "")


def written_weeks(lake: Lakehouse, user_id: str) -> list[WrittenWeek]:
    """The newest first."""
    states = outdated_reports(lake, user_id)
    return [
        WrittenWeek(day, states.get(day, PageState.CURRENT))
        for day in reversed(written_reports(lake, user_id))
    ]
