"""Each page of the app on the demo lake and on an empty one, by Streamlit's own test harness."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bio_lakehouse.app import opened, today_facts
from bio_lakehouse.app.background import Work
from bio_lakehouse.app.charts_of_app import CAUSES
from bio_lakehouse.app.insight_cards import days_with_insights
from bio_lakehouse.app.opened import OpenLake, OpenLakes
from bio_lakehouse.gold.gap_ledger import Cause
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.insights.tomorrow import tomorrow_line
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports import composition
from bio_lakehouse.status import lake_status
from bio_lakehouse_tests.app.conftest import page, said, whole_app
from bio_lakehouse_tests.ask.demo_lake import OTHER_USER, TODAY, USER

PAGES = ("today", "ask", "insights", "report", "data")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_without_an_error(full: OpenLakes, name: str) -> None:
    at = page(name)
    assert [one.value for one in at.exception] == []
    assert [one.value for one in at.error] == []
    assert at.title[0].value == name.capitalize()


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_lake_offers_an_upload_and_the_demo(empty: OpenLakes, name: str) -> None:
    at = page(name)
    assert [one.value for one in at.exception] == []
    labels = {button.label for button in at.button}
    assert "Load the demo" in labels
    assert labels & {"Bring in an export", "Bring them in"}
    assert not at.metric
    assert not at.dataframe


def test_today_shows_the_newest_days_own_figures(full: OpenLakes, demo_lake: Lakehouse) -> None:
    row = demo_lake.tables.read(DAILY, TODAY, TODAY, USER).to_pylist()[0]
    at = page("today")
    assert [one.value for one in at.metric][:2] == [
        str(row["readiness_score"]),
        str(row["sleep_score"]),
    ]
    assert tomorrow_line(demo_lake, USER, TODAY) in said(at)
    assert "Shaded: your usual range" in said(at)
    assert "Newest data: Wednesday 11 March 2026, today." in said(at)


def test_nothing_is_drawn_of_a_measure_that_is_not_known(demo_lake: Lakehouse) -> None:
    known = today_facts.today_facts(demo_lake, USER)
    assert known is not None
    assert [tile.is_drawn for tile in known.tiles] == [True, True, True]
    tile = replace(known.tiles[2], values=(None,) * len(known.tiles[2].values))
    assert not tile.is_drawn


def test_a_stale_lake_says_so_and_of_which_day_it_tells(demo_lake: Lakehouse) -> None:
    later = TODAY + timedelta(10)
    opened.open_lakes(demo_lake.settings.model_copy(update={"today_override": later}))
    at = page("today")
    assert "10 days old" in at.warning[0].value
    assert "Wednesday 11 March 2026" in at.warning[0].value
    opened._lakes.clear()


def test_insights_as_of_a_day_without_any_offer_the_nearest(
    full: OpenLakes, demo_lake: Lakehouse
) -> None:
    days = days_with_insights(demo_lake, USER)
    at = page("insights")
    assert len(at.subheader) == 5
    at.date_input[0].set_value(days[0] - timedelta(1)).run()
    assert "No insights were made as of" in at.info[0].value
    assert not at.subheader
    near = next(button for button in at.button if button.key == f"near-{days[0]}")
    near.click().run()
    assert at.date_input[0].value == days[0]
    assert len(at.subheader) == 5


def test_a_finding_that_was_not_found_is_told_as_such(full: OpenLakes) -> None:
    at = page("insights")
    assert "looked at:" in said(at)
    assert "Looked for and not found: whether " in said(at) or "not found" not in said(at)
    untested = (
        "Looked at and not tested: whether sleep score and readiness of the same morning move"
    )
    assert untested in said(at)
    assert "claim" not in said(at)
    assert not [one for one in at.expander if "claim" in one.label]


def test_the_page_of_data_says_what_status_says(full: OpenLakes, demo_lake: Lakehouse) -> None:
    status = lake_status(demo_lake, USER)
    rows = page("data").dataframe[0].value
    there = [one for one in status.datasets if one.rows]
    assert list(rows["Rows"]) == [one.rows for one in there]
    assert list(rows["Newest day"]) == [one.newest_day for one in there]


def test_a_file_that_was_refused_is_seen_at_once(own_lake: Lakehouse) -> None:
    lake = OpenLake(own_lake)
    before, entry = lake.version, own_lake.log.of_user(USER)[-1]
    assert lake.version == before
    own_lake.log.record(replace(entry, file_path="another.csv", status="validation_failed"))
    assert lake.version != before


def test_each_cause_of_missing_days_has_a_colour_of_its_own() -> None:
    assert set(CAUSES) == set(Cause) - {Cause.BEFORE_FIRST}
    assert len(set(CAUSES.values())) == len(CAUSES)


def test_reports_are_listed_newest_first(own_lake: Lakehouse) -> None:
    opened.open_lakes(own_lake.settings)
    assert "No weekly report was written yet." in said(page("report"))
    for day in (TODAY - timedelta(3), TODAY):
        if day in days_with_insights(own_lake, USER):
            composition.make(own_lake, USER, day)
    at = page("report")
    assert at.selectbox[0].options[0] == "5–11 March 2026"
    opened._lakes.clear()


def test_a_household_chooses_whose_data_it_sees(full: OpenLakes) -> None:
    at = whole_app()
    assert at.selectbox[0].options == [USER, OTHER_USER]
    mine = [one.value for one in at.metric]
    at.selectbox[0].set_value(OTHER_USER).run()
    assert [one.value for one in at.exception] == []
    assert [one.value for one in at.metric] != mine


def test_with_a_user_fixed_there_is_no_choice(demo_lake: Lakehouse) -> None:
    opened.open_lakes(demo_lake.settings, OTHER_USER)
    at = whole_app()
    assert not at.selectbox
    assert [one.value for one in at.exception] == []
    opened._lakes.clear()


def test_the_demo_never_mixes_with_a_persons_lake(empty: OpenLakes) -> None:
    assert empty.demo_settings.home != empty.settings.home
    assert empty.demo_settings.home.name == f"{empty.settings.home.name}-demo"
    assert empty.demo_settings.local_only


def test_a_lake_of_the_same_home_is_opened_once(full: OpenLakes) -> None:
    assert full.own() is full.own()
    assert full.own().asking is full.own().asking
    assert replace(full).own().lake.settings.home == full.own().lake.settings.home


def test_what_became_of_files_is_told_to_the_person_whose_they_are(full: OpenLakes) -> None:
    outcome = {"files": [], "came": "Files: 1 came.", "changed": "Nothing changed."}
    for user, is_told in ((full.own().settings.user, True), (OTHER_USER, False)):
        full.own().building.current = Work("Files", user, outcome=outcome, is_over=True)
        assert ("Files: 1 came." in said(page("data"))) is is_told
