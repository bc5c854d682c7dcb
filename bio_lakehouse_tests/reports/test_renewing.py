"""What arrivals changed of written pages: those of the last twelve weeks are made anew, older ones
and those of other days say that they are outdated, and all others stay as they are."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.outdated import PageState, fingerprints_in, page_states
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.reports.renewing import RENEWED_DAYS, is_renewed, look_over, renew_pages
from bio_lakehouse_tests.reports.restated import SUNDAY, Person, opened, with_history


def back(days: int) -> date:
    return SUNDAY - timedelta(days)


WEDNESDAY, FIVE_WEEKS_AGO, LONG_AGO = back(4), back(35), back(140)
WRITTEN = [LONG_AGO, FIVE_WEEKS_AGO, WEDNESDAY, SUNDAY]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """520 days of the demo person with four pages, and one of somebody of whom there is a day."""
    person = with_history(tmp_path_factory.mktemp("home"), WRITTEN)
    composition.make(person.lake, "ada", SUNDAY)
    return person.lake.settings.home


@pytest.fixture
def person(home: Path, tmp_path: Path) -> Person:
    return opened(Path(shutil.copytree(home, tmp_path / "home")))


def pages_of(person: Person) -> dict[str, bytes]:
    objects = person.lake.objects
    return {info.key: objects.get(info.key) for info in objects.list("reports/")}


def arrives(person: Person, days_back: int, **values: Any) -> None:
    """An arrival restates a day, and gold is built."""
    person.restate(days_back, **values)
    person.build_loads()
    person.lake.log.owed.add_after_gold([back(days_back)])


def looked_over(person: Person) -> list[date]:
    """What the look at all pages makes anew, until nothing is left."""
    weeks = look_over(person.lake)
    for week in weeks:
        build_for_report(person.lake, week)
        renew_pages(person.lake, week)
    assert look_over(person.lake) == []
    return weeks


def marked(person: Person) -> set[date]:
    """The pages of the demo person that say that they are outdated."""
    return {day for day in WRITTEN if b'id="outdated"' in person.page_of(day)}


@pytest.mark.parametrize(
    ("days_back", "renewed", "outdated"),
    [
        (3, [SUNDAY], set()),
        (56, [FIVE_WEEKS_AGO, SUNDAY], {WEDNESDAY}),
        (141, [FIVE_WEEKS_AGO, SUNDAY], {LONG_AGO, WEDNESDAY}),
    ],
    ids=["of the last week", "eight weeks back", "twenty weeks back"],
)
def test_a_restated_day_reaches_every_page_that_reads_it(
    person: Person, days_back: int, renewed: list[date], outdated: set[date]
) -> None:
    before = pages_of(person)
    arrives(person, days_back, readiness_score=31, sleep_score=30, hrv_rmssd_ms=11.0)
    assert looked_over(person) == renewed
    assert marked(person) == outdated
    states = dict.fromkeys(outdated, PageState.OUTDATED)
    assert page_states(person.lake, "me") == dict.fromkeys(WRITTEN, PageState.CURRENT) | states
    after = pages_of(person)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {report_key("me", day) for day in {*renewed, *outdated}}
    for day in renewed:
        made = fingerprints_in(before[report_key("me", day)])
        assert fingerprints_in(person.page_of(day)).facts != made.facts


def test_a_page_that_is_made_anew_shows_the_new_figures(person: Person) -> None:
    mean = composition.composed(person.lake, "me", SUNDAY).model.readiness.week.mean or 0
    known = person.row(3)["readiness_score"]
    arrives(person, 3, readiness_score=known - 28)
    looked_over(person)
    shown = f'<p class="figure">{mean - 4:.0f}</p>'
    assert shown in person.page_of(SUNDAY).decode()
    renewed = person.page_of(SUNDAY)
    composition.make(person.lake, "me", SUNDAY)
    assert person.page_of(SUNDAY) == renewed


def test_looking_again_changes_nothing(person: Person) -> None:
    arrives(person, 141, readiness_score=31)
    looked_over(person)
    pages = pages_of(person)
    person.lake.log.owed.add_after_gold([back(141)])
    assert looked_over(person) == []
    assert pages_of(person) == pages


def test_a_day_that_no_page_reads_leaves_all_pages_alone(person: Person) -> None:
    pages = pages_of(person)
    arrives(person, -1, readiness_score=31)
    arrives(person, 515, deep_sleep_score=1, steps=2)
    assert looked_over(person) == []
    assert pages_of(person) == pages


def test_a_page_that_would_say_the_same_stays_to_the_byte(person: Person) -> None:
    """A column that insights leave alone, of a day that is in their window."""
    pages = [person.page_of(day) for day in WRITTEN]
    arrives(person, 100, rem_sleep_score=1)
    assert looked_over(person) == [FIVE_WEEKS_AGO, SUNDAY]
    assert [person.page_of(day) for day in (FIVE_WEEKS_AGO, SUNDAY)] == [pages[1], pages[3]]
    assert marked(person) == {WEDNESDAY}


def test_a_day_that_is_as_it_was_makes_a_page_current_again(person: Person) -> None:
    pages, score = pages_of(person), person.row(141)["readiness_score"]
    arrives(person, 141, readiness_score=31)
    looked_over(person)
    assert pages_of(person) != pages
    arrives(person, 141, readiness_score=score)
    looked_over(person)
    assert {key: pages_of(person)[key] for key in pages} == pages
    assert marked(person) == set()


def test_pages_of_weeks_that_are_over_are_made_anew_for_twelve_weeks(person: Person) -> None:
    settings = person.lake.settings
    days = [back(number) for number in range(-7, 200)]
    weeks = [day for day in days if is_renewed(settings, day)]
    assert weeks == [back(7 * number) for number in range(RENEWED_DAYS // 7)]
