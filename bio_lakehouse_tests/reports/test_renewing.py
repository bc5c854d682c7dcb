"""What arrivals changed of written pages: those of the last twelve weeks are made anew, older ones
and those of other days say that they are outdated, and all others stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.errors import ReportError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.reports import composition
from bio_lakehouse.reports.outdated import PageState, fingerprints_in, page_states
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.reports.renewing import (
    RENEWED_DAYS,
    is_renewed,
    look_on,
    look_over,
    renew_pages,
)
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.reports.lakes import write
from bio_lakehouse_tests.reports.restated import MONDAY, SUNDAY, Person, opened, with_history


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
def person(home: Path) -> Iterator[Person]:
    with kept(home):
        yield opened(home)


def pages_of(person: Person) -> dict[str, bytes]:
    objects = person.lake.objects
    keys = [info.key for info in objects.list("reports/") if info.key.endswith(".html")]
    return {key: objects.get(key) for key in keys}


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
        pytest.param(3, [SUNDAY], set(), marks=pytest.mark.thorough),
        pytest.param(56, [FIVE_WEEKS_AGO, SUNDAY], {WEDNESDAY}, marks=pytest.mark.thorough),
        (141, [FIVE_WEEKS_AGO, SUNDAY], {LONG_AGO, WEDNESDAY}),
    ],
    ids=["of the last week", "eight weeks back", "twenty weeks back"],
)
def test_a_restated_day_reaches_every_page_that_reads_it_once(
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
    person.lake.log.owed.add_after_gold([back(days_back)])
    assert looked_over(person) == []
    assert pages_of(person) == after


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


def test_a_page_made_anew_shows_the_new_figures_and_the_old_ones_once_they_are_back(
    person: Person,
) -> None:
    pages, known = pages_of(person), person.row(5)["readiness_score"]
    mean = composition.composed(person.lake, "me", SUNDAY).model.readiness.week.mean or 0
    arrives(person, 5, readiness_score=known - 28)
    assert looked_over(person) == [SUNDAY]
    renewed = person.page_of(SUNDAY)
    assert f'<p class="figure">{mean - 4:.0f}</p>' in renewed.decode()
    assert marked(person) == {WEDNESDAY}
    assert pages_of(person) != pages
    composition.make(person.lake, "me", SUNDAY)
    assert person.page_of(SUNDAY) == renewed
    arrives(person, 5, readiness_score=known)
    looked_over(person)
    assert {key: pages_of(person)[key] for key in pages} == pages
    assert marked(person) == set()


def test_pages_of_weeks_that_are_over_are_made_anew_for_twelve_weeks(person: Person) -> None:
    settings = person.lake.settings
    days = [back(number) for number in range(-7, 200)]
    weeks = [day for day in days if is_renewed(settings, day)]
    assert weeks == [back(7 * number) for number in range(RENEWED_DAYS // 7)]


def with_page_of(person: Person, user_id: str) -> bytes:
    """Somebody else's page of the last week, made from what is no longer there."""
    page = person.page_of(FIVE_WEEKS_AGO)
    person.lake.objects.put(report_key(user_id, SUNDAY), page)
    return page


def test_a_page_of_somebody_without_days_keeps_no_other_from_being_made(person: Person) -> None:
    with_page_of(person, "aaa")
    before = person.page_of(SUNDAY)
    arrives(person, 3, readiness_score=31)
    assert looked_over(person) == [SUNDAY]
    assert person.page_of(SUNDAY) != before
    assert b'id="outdated"' in person.lake.objects.get(report_key("aaa", SUNDAY))


def test_weeks_of_which_only_somebody_without_days_has_a_page_are_not_made(person: Person) -> None:
    with_page_of(person, "aaa")
    person.lake.log.owed.add_after_gold([SUNDAY])
    assert looked_over(person) == []
    assert b'id="outdated"' in person.lake.objects.get(report_key("aaa", SUNDAY))


def test_a_page_that_cannot_be_made_is_named_when_all_others_are(person: Person) -> None:
    """Of somebody whose insights are not built."""
    with_page_of(person, "aaa")
    before = person.page_of(SUNDAY)
    arrives(person, 3, readiness_score=31)
    build_for_report(person.lake, SUNDAY)
    theirs = {"user_id": "aaa", "day": back(3), "readiness_score": 50}
    ada = {"user_id": "ada", "day": SUNDAY, "readiness_score": 91}
    write(person.lake, DAILY, [*person.daily, ada, theirs], MONDAY)
    with pytest.raises(ReportError, match=report_key("aaa", SUNDAY)):
        renew_pages(person.lake, SUNDAY)
    assert person.page_of(SUNDAY) != before


def test_a_look_is_gone_on_with_where_the_one_before_ended(person: Person) -> None:
    """Pages of the last weeks first, user by user; then the older ones."""
    arrives(person, 141, readiness_score=31)
    newest = person.lake.log.owed.newest()
    looks = [look_on(person.lake, newest, seconds=0) for _ in range(4)]
    assert [look.left for look in looks] == [4, 1, 0, 0]
    assert [look.weeks(person.lake) for look in looks[1:]] == [[FIVE_WEEKS_AGO, SUNDAY]] * 3
    assert ("me", LONG_AGO) not in looks[1].states
    assert marked(person) == set(WRITTEN)
    assert look_over(person.lake) == [FIVE_WEEKS_AGO, SUNDAY]


def test_a_change_during_a_look_has_every_page_looked_at_again(person: Person) -> None:
    arrives(person, 3, readiness_score=31)
    look_on(person.lake, person.lake.log.owed.newest(), seconds=0)
    arrives(person, 141, readiness_score=31)
    look = look_on(person.lake, person.lake.log.owed.newest())
    assert len(look.states) == len(WRITTEN) + 1
    assert marked(person) == set(WRITTEN)
