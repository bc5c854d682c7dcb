from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.reports.completeness import Presence, SourceDays, completeness, newest_days
from bio_lakehouse.reports.week import days_of

Make = Callable[..., pd.DataFrame]


def by_title(sources: tuple[SourceDays, ...]) -> dict[str, SourceDays]:
    return {source.title: source for source in sources}


def test_each_day_of_each_source_says_what_is_known(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    monday = sunday - timedelta(days=6)
    friday = sunday - timedelta(days=2)
    daily = make_daily(
        readiness_score=[80, 70, None, None, None, 75, 76],
        hrv_balance_score=[80, 70, 60, None, None, 75, 76],
        sleep_score=[80, None, 70, 71, None, None, None],
        activity_score=[80, 80, 80, 80, None, 80, None],
        workout_count=[0, 1, 0, 2, 0, None, None],
    )
    coverage = make_coverage(oura=(monday - timedelta(days=30), friday), peloton=(monday, friday))
    activity = pd.DataFrame({"day": [friday], "non_wear_time": [43200]})
    sources = by_title(completeness(daily, coverage, days_of(sunday), sunday, activity=activity))
    there, no_score, sent_nothing, not_worn = (
        Presence.THERE,
        Presence.NO_SCORE,
        Cause.NOTHING_SENT,
        Cause.NOT_WORN,
    )
    assert sources["Oura readiness"].days == (
        there,
        there,
        no_score,
        sent_nothing,
        not_worn,
        there,
        there,
    )
    assert sources["Oura sleep"].days == (
        there,
        sent_nothing,
        there,
        there,
        not_worn,
        Cause.NOT_DELIVERED,
        Cause.NOT_DUE,
    )
    assert sources["Peloton"].days == (
        Presence.REST,
        there,
        Presence.REST,
        there,
        Presence.REST,
        Cause.NOT_DELIVERED,
        Cause.NOT_DUE,
    )
    assert sources["Peloton"].known == 5


def test_a_night_in_the_ring_is_worn_whatever_the_day_was(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    daily = make_daily(readiness_score=[70, None], sleep_score=[70, None])
    coverage = make_coverage(oura=(sunday - timedelta(days=6), sunday))
    activity = pd.DataFrame({"day": [sunday], "non_wear_time": [50000]})
    later = sunday + timedelta(days=1)
    for kind, expected in (("long_sleep", Cause.NOTHING_SENT), ("deleted", Cause.NOT_WORN)):
        slept = pd.DataFrame({"day": [sunday], "type": [kind]})
        sources = by_title(completeness(daily, coverage, days_of(sunday), later, activity, slept))
        assert sources["Oura readiness"].days[-1] is expected


def test_coverage_counts_for_its_own_dataset_only(make_daily: Make, sunday: date) -> None:
    daily = make_daily(readiness_score=[70, None], sleep_score=[70, None])
    monday = sunday - timedelta(days=6)
    coverage = pd.DataFrame(
        [{"source": "oura/daily_sleep", "first_day": monday, "last_day": sunday}]
    )
    sources = by_title(completeness(daily, coverage, days_of(sunday), sunday + timedelta(days=1)))
    assert sources["Oura sleep"].days[-1] is Cause.NOTHING_SENT
    assert sources["Oura readiness"].days[-1] is Cause.NOT_DELIVERED


def test_failed_fetches_and_days_before_the_first_record(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    daily = make_daily(readiness_score=[70, None])
    failed = {"oura/daily_readiness": frozenset([sunday])}
    sources = completeness(
        daily, make_coverage(), days_of(sunday), sunday + timedelta(days=1), failed=failed
    )
    readiness = by_title(sources)["Oura readiness"]
    assert readiness.days == (*[Cause.BEFORE_FIRST] * 5, Presence.THERE, Cause.FETCH_FAILED)


def test_a_failed_fetch_is_told_of_its_own_dataset_alone(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    daily = make_daily(readiness_score=[70, None], sleep_score=[80, None])
    failed = {"oura/daily_sleep": frozenset([sunday])}
    sources = by_title(
        completeness(
            daily, make_coverage(), days_of(sunday), sunday + timedelta(days=1), failed=failed
        )
    )
    assert sources["Oura sleep"].days[-1] is Cause.FETCH_FAILED
    assert sources["Oura readiness"].days[-1] is Cause.NOT_DELIVERED


def test_a_source_that_never_sent_anything_says_so(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    daily = make_daily(readiness_score=[70] * 7)
    sources = by_title(
        completeness(daily, make_coverage(), days_of(sunday), sunday + timedelta(days=1))
    )
    assert (sources["Peloton"].never, sources["Oura readiness"].never) == (True, False)
    unfinished = by_title(completeness(daily, make_coverage(), days_of(sunday), sunday))
    assert unfinished["Peloton"].days[-1] is Cause.NOT_DUE
    assert unfinished["Peloton"].never


def test_a_week_before_a_first_record_that_came_is_not_one_of_a_source_that_never_came(
    make_daily: Make, make_coverage: Make, sunday: date
) -> None:
    daily = make_daily(readiness_score=[None] * 7 + [70] * 7)
    week = days_of(sunday - timedelta(days=7))
    oura = by_title(completeness(daily, make_coverage(), week, sunday))["Oura readiness"]
    assert set(oura.days) == {Cause.BEFORE_FIRST}
    assert not oura.never


def test_newest_days_by_source(make_daily: Make, sunday: date) -> None:
    daily = make_daily(
        readiness_score=[70, 71, None], activity_score=[None] * 3, workout_count=[1, None, 0]
    )
    assert newest_days(daily) == {"Oura readiness": sunday - timedelta(days=1), "Peloton": sunday}
