"""A page knows what it was made from: it is outdated when that has changed, and says so itself."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.insights import build_insights
from bio_lakehouse.build.load import build_training_load
from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.display import outdated_text
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import LogEntry
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.outdated import (
    PageState,
    fingerprints_in,
    mark_pages,
    note_checked,
    outdated_reports,
)
from bio_lakehouse.reports.pages import HEAD_BYTES, Fingerprints, report_key
from bio_lakehouse.silver import SCHEMAS as SILVER
from bio_lakehouse.status import lake_status
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.reports.lakes import LANDED, write
from bio_lakehouse_tests.reports.restated import (
    MONDAY,
    SUNDAY,
    Person,
    Row,
    file_about,
    opened,
    with_history,
)

CURRENT, OUTDATED, UNKNOWN = PageState.CURRENT, PageState.OUTDATED, PageState.UNKNOWN


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """520 days of the demo person, with a page of the week up to Sunday."""
    return with_history(tmp_path_factory.mktemp("home"), [SUNDAY]).lake.settings.home


@pytest.fixture
def person(home: Path) -> Iterator[Person]:
    with kept(home):
        yield opened(home)


def log_file(lake: Lakehouse, first: date, last: date) -> None:
    lake.log.record(
        LogEntry(
            file_path=f"landing/me/{first}.json",
            checksum=f"{first}",
            user_id="me",
            upload_timestamp=LANDED,
            size=1,
            modified=LANDED,
            status="ingested",
            source="oura",
            origin="api",
            data_type="oura/daily_readiness",
            covered_first=first,
            covered_last=last,
        )
    )


def test_a_page_keeps_what_it_was_made_from(person: Person) -> None:
    made_from = fingerprints_in(person.page)
    assert made_from.inputs == person.inputs
    assert re.fullmatch("[0-9a-f]{16}", made_from.facts)
    assert b'<header class="top">' in person.page[:HEAD_BYTES]
    assert person.states == {SUNDAY: CURRENT}


def test_a_new_file_that_says_the_same_makes_nothing_outdated(person: Person) -> None:
    later = LANDED + timedelta(days=2)
    files = [file_about(person.daily[0]["day"], when) for when in (LANDED, later)]
    write(person.lake, SILVER["coverage"], files, MONDAY)
    person.write(file="landing/me/again.json")
    assert person.states == {SUNDAY: CURRENT}
    assert outdated_reports(person.lake, "me") == {}


@pytest.mark.parametrize(
    "days_back",
    [0, *(pytest.param(back, marks=pytest.mark.thorough) for back in (6, 34, 100)), 200],
)
def test_a_restated_day_that_a_page_reads_makes_it_outdated(person: Person, days_back: int) -> None:
    before = person.row(days_back)["steps"]
    person.restate(days_back, steps=1 + (before or 0))
    assert person.states == {SUNDAY: OUTDATED}
    person.restate(days_back, steps=before)
    assert person.states == {SUNDAY: CURRENT}


def test_a_workout_that_came_late_makes_it_outdated(person: Person) -> None:
    person.workouts.append(person.workouts[-1] | {"workout_id": "late", "title": "Late Ride"})
    person.write()
    assert person.states == {SUNDAY: OUTDATED}


def test_a_day_that_no_page_reads_leaves_it_current(person: Person) -> None:
    person.restate(515, steps=1, readiness_score=40)
    assert person.states == {SUNDAY: CURRENT}
    person.daily.append({"user_id": "me", "day": MONDAY, "readiness_score": 12})
    person.write()
    assert person.states == {SUNDAY: CURRENT}


def test_a_day_of_somebody_else_leaves_it_current(person: Person) -> None:
    person.daily.append(person.row(1) | {"user_id": "bob", "readiness_score": 3})
    person.write()
    assert person.states == {SUNDAY: CURRENT}


def test_the_highest_since_long_ago_is_read_over_all_days(person: Person) -> None:
    person.restate(1, readiness_score=100)
    build_for_report(person.lake, SUNDAY)
    composition.make(person.lake, "me", SUNDAY)
    assert person.states == {SUNDAY: CURRENT}
    person.restate(515, readiness_score=100)
    assert person.states == {SUNDAY: OUTDATED}


def test_what_is_told_of_a_day_that_is_missing_counts(person: Person) -> None:
    gap = SUNDAY - timedelta(2)
    person.daily.remove(person.row(2))
    person.write()
    build_for_report(person.lake, SUNDAY)
    composition.make(person.lake, "me", SUNDAY)
    log_file(person.lake, gap, gap)
    assert person.states == {SUNDAY: OUTDATED}
    log_file(person.lake, gap - timedelta(100), gap - timedelta(90))
    composition.make(person.lake, "me", SUNDAY)
    log_file(person.lake, gap - timedelta(1), gap)
    assert person.states == {SUNDAY: CURRENT}


def test_what_is_told_of_the_newest_day_and_the_week_before_counts(person: Person) -> None:
    build_insights(person.lake, SUNDAY - timedelta(7), SUNDAY - timedelta(7))
    assert person.states == {SUNDAY: OUTDATED}
    composition.make(person.lake, "me", SUNDAY)
    assert person.states == {SUNDAY: CURRENT}
    for view in VIEWS.values():
        open_sql(person.lake).create_view(view)
    assert person.states == {SUNDAY: CURRENT}
    view = VIEWS["overtraining_risk"]
    open_sql(person.lake).create_view(replace(view, sql=view.sql.replace("< 65", "< 66")))
    assert person.states == {SUNDAY: OUTDATED}


def test_a_page_does_not_get_outdated_by_getting_older(person: Person) -> None:
    """A day that was not over when the page was made, and of which nothing came, says no more."""
    person.daily.remove(person.row(0))
    person.write()
    build_for_report(person.lake, SUNDAY)
    composition.make(person.lake, "me", SUNDAY, today=SUNDAY)
    written = fingerprints_in(person.page)
    assert "not due yet" in person.page.decode()
    assert person.states == {SUNDAY: CURRENT}
    composition.make(person.lake, "me", SUNDAY, today=SUNDAY + timedelta(30))
    assert fingerprints_in(person.page) == written
    assert "not due yet" not in person.page.decode()


def test_a_page_that_would_say_the_same_is_current(person: Person) -> None:
    person.restate(3, steps=1)
    made_from = fingerprints_in(person.page)
    note_checked(person.lake, "me", SUNDAY, Fingerprints(person.inputs, "others"))
    assert person.states == {SUNDAY: OUTDATED}
    note_checked(person.lake, "me", SUNDAY, Fingerprints(person.inputs, made_from.facts))
    assert person.states == {SUNDAY: CURRENT}
    person.restate(3, steps=2)
    assert person.states == {SUNDAY: OUTDATED}


def test_an_outdated_page_says_so_until_it_is_not(person: Person) -> None:
    page, steps = person.page, person.row(3)["steps"]
    assert mark_pages(person.lake, "me", person.states) == []
    assert person.page == page
    person.restate(3, steps=1)
    assert mark_pages(person.lake, "me", person.states) == [SUNDAY]
    marked = person.page.decode()
    said = "This page is outdated: what it was made from has changed since it was written."
    assert marked.count(said) == 1
    command = f"bio-lakehouse report --week-ending {SUNDAY} --home {person.lake.settings.home}"
    assert f"<code>{command}</code> writes it anew." in marked
    assert marked.count(f"<code>{command}</code>") == 3
    assert marked.index('id="outdated"') < marked.index("<h1>")
    assert mark_pages(person.lake, "me", person.states) == []
    assert person.page.decode() == marked
    person.restate(3, steps=steps)
    assert mark_pages(person.lake, "me", person.states) == [SUNDAY]
    assert person.page == page


def test_a_page_that_is_written_anew_says_it_no_more(person: Person) -> None:
    person.restate(3, readiness_score=12)
    mark_pages(person.lake, "me", person.states)
    build_for_report(person.lake, SUNDAY)
    assert composition.make(person.lake, "me", SUNDAY).changed
    assert b'id="outdated"' not in person.page
    assert person.states == {SUNDAY: CURRENT}
    assert mark_pages(person.lake, "me", person.states) == []


def test_a_page_of_an_earlier_version_may_be_outdated(person: Person) -> None:
    key = report_key("me", SUNDAY)
    old = re.sub(rb'<meta name="bio-lakehouse:(inputs|facts)"[^\n]*\n', b"", person.page)
    person.lake.objects.put(key, old)
    assert person.states == {SUNDAY: CURRENT}
    later = [file_about(SUNDAY, LANDED + timedelta(days=2))]
    write(person.lake, SILVER["coverage"], later, MONDAY)
    assert person.states == {SUNDAY: UNKNOWN}
    mark_pages(person.lake, "me", person.states)
    assert b"This page may be outdated: newer data has arrived" in person.page
    mark_pages(person.lake, "me", {SUNDAY: CURRENT})
    assert person.page == old


def test_status_names_them_and_the_command(person: Person) -> None:
    person.restate(3, steps=1)
    status = lake_status(person.lake, "me")
    assert status.outdated_reports == {SUNDAY: OUTDATED}
    command = f"bio-lakehouse report --week-ending {SUNDAY} --home {person.lake.settings.home}"
    assert outdated_text(status) == (
        "What these weekly reports were made from has changed since: the one up to 2025-11-16."
        f" To make one again: `{command}`"
    )


def change_of(person: Person, dice: random.Random) -> None:
    """Some value of some day, or a workout of it, becomes another or unknown."""
    rows: list[Row] = dice.choice([person.daily, person.workouts])
    row = dice.choice(rows[-int(len(rows) * dice.choice([0.03, 0.2, 1.0])) :])
    names = [name for name, value in row.items() if isinstance(value, int | float)]
    name = dice.choice([name for name in names if not isinstance(row[name], bool)] or ["steps"])
    row[name] = dice.choice([None, row.get(name) and row[name] * 0.9])


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2, 3))]
)
def test_pages_of_the_same_inputs_say_the_same(person: Person, seed: int) -> None:
    """Whatever changes, what the page says changes only where its inputs do."""
    before = fingerprints_in(person.page)
    dice = random.Random(seed)
    for _ in range(2):
        change_of(person, dice)
        person.write()
        build_training_load(person.lake, person.lake.settings.first_day, MONDAY)
        untouched = person.inputs == before.inputs
        build_for_report(person.lake, SUNDAY)
        composition.make(person.lake, "me", SUNDAY)
        after = fingerprints_in(person.page)
        assert untouched <= (after == before)
        before = after
