"""What pages are made from, and what they say, as fingerprints that later ones can be held against.

Neither knows the time: a page does not change by getting older.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.reported import LOAD_DAYS, first_day_read
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.gold.schemas import (
    EXPERIMENT_DAYS,
    INSIGHTS,
    SELF_EXPERIMENT,
    TRAINING_LOAD,
    WEEK_COMPARISON,
)
from bio_lakehouse.insights.data import as_numbers
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.lake.schema import PROVENANCE, TableSchema
from bio_lakehouse.reports.comparison import BEFORE, WEEK
from bio_lakehouse.reports.completeness import Status, completeness
from bio_lakehouse.reports.days_before import LOOKBACK_DAYS
from bio_lakehouse.reports.own_rows import (
    NIGHTS,
    coverage_of,
    failed_days,
    non_wear_of,
    periods_of,
)
from bio_lakehouse.reports.pages import written_reports
from bio_lakehouse.reports.report_model import ReportInputs, ReportModel
from bio_lakehouse.reports.this_week import VIEWS_READ
from bio_lakehouse.reports.told import first_told
from bio_lakehouse.reports.training import Training, training_of
from bio_lakehouse.reports.week import HIGHS, days_of, is_worth_saying
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS
from bio_lakehouse.silver.schemas import SCHEMAS as SILVER

OURA_SLEEP = SILVER["oura_sleep"]
NEVER_TOO_EARLY = date.max
"""As today: a day that is not over yet, and one of which nothing came, count as the same."""
NOT_SAID: dict[str, Any] = {
    "today": None,
    "notices": (),
    "newest": {},
    "data_up_to": None,
    "narrative": (),
    "byline": "",
    "version": "",
    "is_preview": False,
    "story": None,
    "headline": "",
}
"""What a page tells of when it was made, and by whom; a story's sentence is in the lede."""
MADE = (INSIGHTS, WEEK_COMPARISON, SELF_EXPERIMENT)
"""What is made as of a page's own day."""
MADE_BEFORE = (INSIGHTS, WEEK_COMPARISON)
"""What a page reads as of seven days before its own."""

Digests = Mapping[date, str]


@dataclass(frozen=True, slots=True)
class History:
    """The known values of a measure in the order of their days: what is the highest since long ago
    is held against all of them."""

    days: NDArray[np.datetime64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pd.DataFrame, column: str) -> History:
        """The highest of each day."""
        known = pd.Series(as_numbers(rows[column]), index=pd.DatetimeIndex(rows["day"])).dropna()
        highest = known.groupby(level=0).max()
        return cls(highest.index.to_numpy("datetime64[D]"), np.asarray(highest, np.float64))

    def before(self, day: date) -> tuple[str, ...]:
        """The first known day, the last before the week up to `day` that was as high as the week's
        highest, and whether enough is known since to tell that; nothing where nothing of the week
        is known."""
        begin, end = np.searchsorted(self.days, np.array(bounds_of_week(day), "datetime64[D]"))
        if begin == end:
            return ()
        as_high = np.flatnonzero(self.values[:begin] >= self.values[begin:end].max())
        high = begin + self.values[begin:end].argmax()
        since, beaten = (as_high[-1], begin - as_high[-1] - 1) if as_high.size else (0, begin)
        back = (self.days[high] - self.days[since]).astype(int)
        is_told = is_worth_saying(int(back), int(beaten))
        return (*(str(self.days[place]) for place in (0, *as_high[-1:])), str(is_told))


@dataclass(frozen=True, slots=True)
class PageSources:
    """One user's rows, ready for the fingerprint of any page.

    Digests of `days`, of the days of their `experiments` and of what was `made` as of the pages'
    days, training loads by day, what has arrived of the days of the pages' weeks, the histories
    that highs are held against, the first day of all, the texts of the `views`, and digests of what
    there is of the weeks `before` those of the pages, by the last days of these.
    """

    days: Digests
    experiments: Digests
    loads: Mapping[date, dict[str, Any]]
    made: Digests
    arrived: Mapping[date, tuple[Status, ...]]
    histories: tuple[History, ...]
    begun: date | None
    views: str
    before: Digests

    def fingerprint(self, day: date, first: date) -> str:
        """Of the page up to `day`, of which insights read the days from `first` on."""
        compared = day - timedelta(WEEK + BEFORE - 1)
        read = {
            "days": _of_days(self.days, first, day),
            "training": _training(training_of(self._loads_up_to(day), day)),
            "made": self.made.get(day),
            "arrived": [self.arrived[each] for each in days_of(day)],
            "highs": [history.before(day) for history in self.histories],
            "is new": self.begun is None or self.begun >= compared,
            "views": self.views,
            "week before": self.before[day - timedelta(WEEK)],
        }
        experiment = _of_days(self.experiments, day - timedelta(WEEK - 1), day)
        return digest({**read, "experiment": experiment} if experiment else read)

    def _loads_up_to(self, day: date) -> list[dict[str, Any]]:
        shown = days_between(day - timedelta(LOAD_DAYS - 1), day)
        return [self.loads[each] for each in shown if each in self.loads]


def inputs_of(lake: Lakehouse, user_id: str, days: Collection[date]) -> dict[date, str]:
    """A fingerprint of what the page of each of `days` reads now, by day.

    Other users' days, days that a page does not read and the files that rows came from change none.
    """
    if not days:
        return {}
    sources = sources_of(lake, user_id, days)
    window = lake.settings.insight_window_days
    return {day: sources.fingerprint(day, first_day_read(day, window)) for day in days}


def sources_of(lake: Lakehouse, user_id: str, days: Collection[date]) -> PageSources:
    """What pages of `days` read, each table once."""
    first, last = min(days), max(days)

    def read(schema: TableSchema, since: date) -> pa.Table:
        return lake.tables.read(schema, since, last, user_id)

    known, done = (read(schema, lake.settings.first_day) for schema in (DAILY, PELOTON_WORKOUTS))
    nights = read(OURA_SLEEP, first - timedelta(LOOKBACK_DAYS - 1)).select(["user_id", *NIGHTS])
    loads = read(TRAINING_LOAD, first - timedelta(LOAD_DAYS - 1))
    tried = read(EXPERIMENT_DAYS, first - timedelta(WEEK - 1))
    daily, workouts = (rows.to_pandas(date_as_object=False) for rows in (known, done))
    return PageSources(
        days=joined(digests(rows) for rows in (known, done, nights)),
        experiments=digests(tried.drop_columns(["is_outcome_known", "note"])),
        loads={row["day"]: row for row in loads.to_pylist()},
        made=joined(digests(read(schema, first), days) for schema in MADE),
        arrived=arrived_of(lake, user_id, daily, days),
        histories=(
            *(History.of(daily, measure.column) for measure in HIGHS),
            History.of(workouts, "total_output_kj"),
        ),
        begun=min(known["day"].to_pylist(), default=None),
        views=views_as_built(lake),
        before=weeks_before(lake, user_id, days),
    )


def views_as_built(lake: Lakehouse) -> str:
    """A digest of the texts of the views that a page reads; the days that they are computed of are
    among those that it reads itself."""
    sql = open_sql(lake)
    return digest([sql.view_text(view.full_name) for view in VIEWS_READ])


def weeks_before(lake: Lakehouse, user_id: str, days: Collection[date]) -> Digests:
    """Digests of what there is of the weeks before those of the pages of `days`: whether a page is
    written, what it told first, and what is made as of their last days now."""
    before = sorted(day - timedelta(WEEK) for day in days)
    rows = [lake.tables.read(one, before[0], before[-1], user_id) for one in MADE_BEFORE]
    made = joined(digests(of_schema, before) for of_schema in rows)
    written = set(written_reports(lake, user_id))
    told = {day: first_told(lake, user_id, day) for day in before}
    return {day: digest((made.get(day), day in written, told[day])) for day in before}


def arrived_of(
    lake: Lakehouse, user_id: str, daily: pd.DataFrame, ends: Collection[date]
) -> dict[date, tuple[Status, ...]]:
    """What has arrived of each day of the weeks that end on `ends`, source by source."""
    days = sorted({day for end in ends for day in days_of(end)})
    entries = lake.log.of_user(user_id)
    sources = completeness(
        daily,
        coverage_of(entries),
        days,
        NEVER_TOO_EARLY,
        non_wear_of(lake, user_id, days[0], days[-1]),
        periods_of(lake, user_id, days[0], days[-1]),
        failed_days(entries),
    )
    by_day = zip(*(source.days for source in sources), strict=True)
    return dict(zip(days, by_day, strict=True))


def facts_told(model: ReportModel, inputs: ReportInputs) -> str:
    """A fingerprint of the figures and words of a page, without its narrative: equal ones say and
    draw the same of the week."""
    arrived = {"completeness": inputs.arrived(NEVER_TOO_EARLY)}
    said = dataclasses.asdict(model) | NOT_SAID | arrived
    return digest({"said": said, "drawn": [dataclasses.asdict(one) for one in inputs.insights]})


def digests(rows: pa.Table, only: Collection[date] = ()) -> Digests:
    """A digest of the rows of each day, or of `only` these, without the files that they came from.

    What is unknown is left out, so that a column that a later version adds changes nothing.
    """
    left_out = [column.name for column in PROVENANCE if column.name in rows.column_names]
    by_day: defaultdict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.drop_columns(left_out).to_pylist():
        if not only or row["day"] in only:
            by_day[row["day"]].append({k: v for k, v in row.items() if v is not None})
    return {day: digest(of_day) for day, of_day in by_day.items()}


def joined(parts: Iterable[Digests]) -> Digests:
    """Several digests of each day as one."""
    told: defaultdict[date, list[tuple[int, str]]] = defaultdict(list)
    for number, part in enumerate(parts):
        for day, of_day in part.items():
            told[day].append((number, of_day))
    return {day: digest(of_day) for day, of_day in told.items()}


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits of the SHA-256 over a value of plain parts."""
    text = json.dumps(value, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def bounds_of_week(last: date) -> tuple[date, date]:
    """The first day of the week up to `last`, and the day after it."""
    return last - timedelta(WEEK - 1), last + timedelta(1)


def _of_days(known: Digests, first: date, last: date) -> list[tuple[str, str]]:
    return [(f"{day}", known[day]) for day in days_between(first, last) if day in known]


def _training(training: Training) -> dict[str, Any]:
    """As a dictionary; of its hundreds of points as they are written, without a copy of each."""
    return {"sentences": training.sentences, "series": repr(training.series)}
