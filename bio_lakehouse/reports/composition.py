"""From a lake to a report's page: what is read, and the page that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from plotly.graph_objects import Figure

from bio_lakehouse.build.day_rows import first_days
from bio_lakehouse.build.reported import lacking_loads
from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.insights import Insight, visualize
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.reports.built import check_of_same_days, read_built
from bio_lakehouse.reports.comparison import WEEK
from bio_lakehouse.reports.days_before import LOOKBACK_DAYS
from bio_lakehouse.reports.fingerprint import facts_told, inputs_of
from bio_lakehouse.reports.outdated import LOCK
from bio_lakehouse.reports.own_rows import (
    coverage_of,
    failed_days,
    nights_of,
    non_wear_of,
    periods_of,
    rows_of,
)
from bio_lakehouse.reports.pages import Fingerprints, home_option, newest_arrival, report_key
from bio_lakehouse.reports.report_facts import facts_of
from bio_lakehouse.reports.report_model import (
    ReportInputs,
    ReportModel,
    model_of,
    with_narrative,
)
from bio_lakehouse.reports.since_last_week import read_week_before
from bio_lakehouse.reports.this_week import newest_day, read_newest
from bio_lakehouse.reports.told import Told, note_told, told_of
from bio_lakehouse.reports.training import load_figure
from bio_lakehouse.reports.weekly_report import render
from bio_lakehouse.reports.weeks import week_end
from bio_lakehouse.reports.writing import narrative_of, would_send
from bio_lakehouse.silver import SCHEMAS as SILVER

SILVER_READ = ("oura_daily_activity", "oura_sleep", "peloton_workouts")
"""Silver tables that a report reads beside coverage."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A page that was made: its key and address, its model, and whether it differs from what was
    there before."""

    key: str
    uri: str
    model: ReportModel
    size: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Composed:
    """The model, the fingerprint of its facts, what a later report may have to correct of it, and
    the insights that are drawn."""

    model: ReportModel
    facts: str
    told: Told
    insights: Sequence[Insight]

    def figures(self) -> dict[str, Figure]:
        """Plotly figures by insight name and of training load. They are drawn for those who show
        them: it takes a quarter of the time of a page, and most that is looked at says the same."""
        drawn = {insight.name: visualize(insight) for insight in self.insights}
        return drawn | load_figure(self.model.training)


def narrative_key(user_id: str, day: date) -> str:
    """Where Claude's choice for a report is kept."""
    return f"reports/{user_id}/weekly-{day.isoformat()}.narrative.json"


def make(
    lake: Lakehouse,
    user_id: str,
    day: date,
    today: date | None = None,
    *,
    claude: ClaudeAccess | None = None,
) -> MadeReport:
    """Read, render and write the report of the seven days up to `day`.

    Claude chooses what it says where there is leave to ask, else fixed rules do. Beside that the
    page is a function of the lake's rows and of `today` (the user's own when not given), and is
    written only when it differs. Raises `ReportError` when the lake holds nothing of this user up
    to `day`, or when insights or training load are not built yet: nothing is computed here.
    """
    # What changes while a page is made is not in its fingerprint, so that it counts as outdated.
    inputs = inputs_of(lake, user_id, [day])[day]
    composition = composed(lake, user_id, day, today, claude=claude)
    return written(lake, composition, Fingerprints(inputs, composition.facts))


def written(lake: Lakehouse, composition: Composed, made_from: Fingerprints) -> MadeReport:
    """Render a page and write it where it differs from what is there."""
    model = composition.model
    where = home_option(lake.settings)
    page = render(model, composition.figures(), made_from, where).encode()
    key = report_key(model.user_id, model.last_day)
    with exclusively(lake, LOCK):
        changed = not lake.objects.exists(key) or lake.objects.get(key) != page
        if changed:
            lake.objects.put(key, page)
        note_told(lake, model.user_id, model.last_day, composition.told)
    return MadeReport(key, lake.objects.uri(key), model, len(page), changed)


def composed(
    lake: Lakehouse,
    user_id: str,
    day: date,
    today: date | None = None,
    *,
    claude: ClaudeAccess | None = None,
) -> Composed:
    """What the report of the seven days up to `day` says and would draw, in no form yet.

    Raises `ReportError` when the lake holds nothing of this user up to `day`.
    """
    inputs = gather(lake, user_id, day, today or lake.settings.today(user_id))
    model = written_model(lake, inputs, claude)
    now = {one.measure.column: one.difference for one in model.comparisons}
    check_of_same_days(user_id, day, inputs.week_tests, now)
    told = told_of(model, inputs.insights)
    return Composed(model, facts_told(model, inputs), told, inputs.insights)


def written_model(
    lake: Lakehouse, inputs: ReportInputs, claude: ClaudeAccess | None
) -> ReportModel:
    """The model with its text, chosen by Claude or by fixed rules."""
    model = model_of(inputs, lake.settings.stale_after_days)
    facts, key = facts_of(model, inputs.insights), narrative_key(inputs.user_id, inputs.day)
    written = narrative_of(lake.objects, key, facts, claude)
    return with_narrative(model, written.text, written.note)


def show_egress(lake: Lakehouse, user_id: str, day: date) -> str:
    """Exactly what the report of the seven days up to `day` would send to Anthropic. Nothing is
    sent."""
    inputs = gather(lake, user_id, day, lake.settings.today(user_id))
    model = model_of(inputs, lake.settings.stale_after_days)
    return would_send(facts_of(model, inputs.insights), lake.settings)


def gather(lake: Lakehouse, user_id: str, day: date, today: date) -> ReportInputs:
    """What the tables and the log say of one user. Raises `ReportError` when that is nothing."""
    daily = rows_of(lake, DAILY, user_id)
    _check_there(lake, daily, user_id, day)
    workouts = rows_of(lake, SILVER["peloton_workouts"], user_id, last=day)
    days = pd.to_datetime(daily["day"]).dt.date
    entries, week = lake.log.of_user(user_id), (day - timedelta(WEEK - 1), day)
    built = read_built(lake, user_id, day, days[days <= day].tolist())
    return ReportInputs(
        user_id=user_id,
        day=day,
        today=today,
        daily=daily,
        workouts=workouts,
        coverage=coverage_of(entries),
        insights=built.insights,
        say=built.say,
        week_tests=built.week_tests,
        training=built.training,
        experiment=built.experiment,
        activity=non_wear_of(lake, user_id, *week),
        sleep=periods_of(lake, user_id, *week),
        data_up_to=newest_arrival(lake, user_id, day),
        failed=failed_days(entries),
        nights=nights_of(lake, user_id, day - timedelta(LOOKBACK_DAYS - 1), day),
        week_ends=week_end(lake.settings, day),
        newest_day=read_newest(lake, user_id, newest_day(daily, day)),
        week_before=read_week_before(lake, user_id, day),
        lacks=lacking_loads(lake, user_id, day),
    )


def reported_users(lake: Lakehouse, day: date) -> list[str]:
    """Users of whom the lake holds at least one day up to `day`, sorted."""
    return sorted(first_days(lake, day))


def _check_there(lake: Lakehouse, daily: pd.DataFrame, user_id: str, day: date) -> None:
    if len(daily) and pd.to_datetime(daily["day"]).min() <= pd.Timestamp(day):
        return
    others = [other for other in reported_users(lake, day) if other != user_id]
    hint = (
        f"there are days of {', '.join(others)}"
        if others
        else "run `bio-lakehouse ingest FILE` or `demo` first"
    )
    raise ReportError(
        f"there is nothing to report on: no day of {user_id!r} up to {day.isoformat()}; {hint}"
    )
