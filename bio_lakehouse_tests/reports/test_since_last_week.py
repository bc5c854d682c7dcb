"""What changed since the week before, what its report told that is different now, and the question
that is followed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.build.reported import build_for_report
from bio_lakehouse.insights import Finding, Insight
from bio_lakehouse.insights.adjustment import decide
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.reports import composition, outdated
from bio_lakehouse.reports.open_question import (
    POWER,
    both_z,
    followed,
    group_days_needed,
    pairs_needed,
    questions_of,
)
from bio_lakehouse.reports.renewing import renew_pages
from bio_lakehouse.reports.since_last_week import (
    SinceLastWeek,
    WeekBefore,
    corrections,
    said_once,
    since_last_week,
)
from bio_lakehouse.reports.told import (
    NO_QUESTION,
    Followed,
    Told,
    ToldFigure,
    findings_told,
    first_told,
    note_told,
    told_key,
)
from bio_lakehouse_tests.kept_home import kept
from bio_lakehouse_tests.reports.conftest import MakeDaily
from bio_lakehouse_tests.reports.findings import SUNDAY as MARCH
from bio_lakehouse_tests.reports.findings import finding
from bio_lakehouse_tests.reports.restated import SUNDAY, Person, opened, with_history

WEEK = timedelta(7)
STRENGTH = "Next-day readiness differs between days with strength and rest days."


def insight(*findings: Finding) -> Insight:
    return Insight("workout_recovery", "After each kind of workout", "me", MARCH, findings)


def groups(name: str, first: int, second: int, **changes: Any) -> Finding:
    """Two groups of days that were looked at and not found to differ."""
    made = finding(
        name,
        claim=STRENGTH.replace("strength", name),
        status="not found",
        effect_name="rank-biserial",
        n=first + second,
        n_eff=float(first + second),
        q=0.6,
        values={"n_first": first, "n_second": second},
    )
    return replace(made, **changes)


def plain(_: Insight, said: Finding) -> str:
    return f"{said.name} by {said.effect}."


def since(before: WeekBefore, *findings: Finding) -> SinceLastWeek:
    daily = pd.DataFrame({"day": pd.to_datetime([])})
    found = since_last_week(before, daily, [insight(*findings)], plain)
    return found or SinceLastWeek((), (), "")


def week_before(*findings: Finding, **more: Any) -> WeekBefore:
    return WeekBefore(MARCH - WEEK, insights=(insight(*findings),), **more)


FOUND = finding("cycling", n=171, effect=0.4, interval=(0.2, 0.6))
NOT = replace(FOUND, status="not found")


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (NOT, FOUND, ["New: cycling by 0.4."]),
        (FOUND, replace(FOUND, n=178), []),
        (NOT, NOT, []),
        (FOUND, replace(FOUND, effect=0.7), ["Different from a week ago: cycling by 0.7."]),
        (FOUND, replace(FOUND, effect=0.7, effect_name="rank-biserial"), []),
        (
            FOUND,
            replace(FOUND, n=220, interval=(0.27, 0.6)),
            ["Known more closely than a week ago: cycling by 0.4."],
        ),
        (FOUND, replace(FOUND, n=171, interval=(0.3, 0.5)), []),
        (
            FOUND,
            NOT,
            [
                "Found a week ago and not any more: sleep score and next-day readiness move"
                " together."
            ],
        ),
        (NOT, replace(FOUND, tested=False), []),
        (FOUND, replace(NOT, tested=False), []),
    ],
    ids=[
        "came",
        "same",
        "none",
        "other",
        "other kind",
        "grew",
        "as many",
        "went",
        "described",
        "tested no more",
    ],
)
def test_a_finding_that_came_went_grew_or_changed(
    before: Finding, now: Finding, said: list[str]
) -> None:
    assert list(since(week_before(before), now).sentences) == said


def test_a_finding_that_is_looked_for_no_more_went() -> None:
    (said,) = since(week_before(FOUND)).sentences
    assert said.startswith("Found a week ago and not any more: ")


def test_what_the_report_told_counts_and_not_what_is_computed_anew() -> None:
    told = Told(is_whole=True, findings=findings_told([insight(NOT)]))
    assert since(week_before(FOUND, told=told), FOUND).sentences == ("New: cycling by 0.4.",)


def test_where_nothing_is_known_of_the_week_before_nothing_is_said() -> None:
    nothing = WeekBefore(MARCH - WEEK)
    assert since(nothing, FOUND) == SinceLastWeek((), (), "")
    daily = pd.DataFrame({"day": pd.to_datetime([])})
    assert since_last_week(nothing, daily, [insight(FOUND)], plain) is None
    assert since(replace(nothing, is_written=True), FOUND).link == "weekly-2025-03-02.html"


def figures(**told: tuple[float | None, int]) -> Told:
    return Told(is_whole=True, figures={name: ToldFigure(*one) for name, one in told.items()})


def test_figures_that_are_different_now_are_corrected(make_daily: MakeDaily) -> None:
    daily = make_daily(MARCH, readiness_score=[79] * 14, workout_count=[1] * 14)
    before = WeekBefore(MARCH - WEEK)
    told = figures(readiness_score=(81.2, 5), workout_count=(3, 6), sleep_score=(70.0, 2))
    assert corrections(told, daily, before) == [
        "Last week's report said readiness averaged 81 from 5 of 7 days; it is 79 from 7.",
        "Last week's report said sleep score averaged 70 from 2 of 7 days; it is not known any"
        " more.",
        "Last week's report gave workouts as 3, from 6 of 7 days; it is 7 from 7.",
    ]
    assert corrections(figures(readiness_score=(79.3, 6)), daily, before) == []
    assert corrections(figures(readiness_score=(None, 0)), daily, before) == [
        "Readiness, unknown in last week's report, averaged 79 from 7 of 7 days."
    ]


def test_corrections_that_end_alike_are_told_whole(make_daily: MakeDaily) -> None:
    daily = make_daily(MARCH, readiness_score=[79] * 14, sleep_score=[79] * 14)
    told = figures(readiness_score=(81.0, 5), sleep_score=(80.0, 5))
    found = since_last_week(WeekBefore(MARCH - WEEK, told=told), daily, [], plain)
    assert found is not None
    assert [said.partition("; ")[2] for said in found.sentences] == ["it is 79 from 7."] * 2


def test_three_corrections_are_told_and_the_others_counted(make_daily: MakeDaily) -> None:
    columns = ("readiness_score", "sleep_score", "activity_score", "steps", "hrv_rmssd_ms")
    daily = make_daily(MARCH, **{column: [50] * 14 for column in columns})
    told = figures(**dict.fromkeys(columns, (60.0, 5)))
    said = corrections(told, daily, WeekBefore(MARCH - WEEK))
    assert len(said) == 4
    assert said[-1] == "2 more figures of it are different now."


@pytest.mark.parametrize(
    ("told", "q", "difference", "said"),
    [
        (("readiness_score",), 0.4, 5.0, "listed readiness as moved; by what is known now it is n"),
        ((), 0.001, 5.0, "readiness moved in the week before; last week's report did not list it"),
        (("readiness_score",), 0.4, 9.0, ""),
        (("readiness_score",), 0.001, 5.0, ""),
    ],
    ids=["not any more", "after all", "tests of other days", "still"],
)
def test_what_was_told_as_moved_is_corrected(
    make_daily: MakeDaily, told: tuple[str, ...], q: float, difference: float, said: str
) -> None:
    daily = make_daily(MARCH - WEEK, readiness_score=[70] * 28 + [75] * 7)
    test = WeekTest("me", MARCH - WEEK, "readiness_score", difference, (1.0, 9.0), p=q, q=q)
    before = WeekBefore(MARCH - WEEK, week_tests=(test,))
    found = corrections(Told(is_whole=True, moved=told), daily, before)
    assert said in " ".join(found)
    assert len(found) == bool(said)


STRENGTH_AT_61, YOGA_AT_70 = groups("strength", 20, 41), groups("yoga", 35, 35)


def test_the_question_with_most_of_its_days_is_followed_and_kept() -> None:
    assert since(WeekBefore(MARCH - WEEK), STRENGTH_AT_61, YOGA_AT_70).question == (
        "Not found so far and still open: whether next-day readiness differs between days with yoga"
        " and rest days. It takes about 80 such days to tell a strong difference; 70 are known,"
        " looking back 180 days at most.",
    )
    told = Told(is_whole=True, question=Followed("workout_recovery/strength", 130))
    kept = since(WeekBefore(MARCH - WEEK, told=told), STRENGTH_AT_61, YOGA_AT_70)
    assert kept.followed.key == "workout_recovery/strength"
    other_p = replace(YOGA_AT_70, p=0.06, q=0.07, effect=0.9)
    assert since(WeekBefore(MARCH - WEEK, told=told), STRENGTH_AT_61, other_p) == kept
    assert "about 130 such days" in kept.question[0]
    unreported = since(week_before(STRENGTH_AT_61), STRENGTH_AT_61, YOGA_AT_70)
    assert unreported.followed == Followed("workout_recovery/strength", 90)


def test_a_question_whose_days_come_too_seldom_is_not_begun() -> None:
    seldom = groups("yoga", 16, 30)
    known = replace(finding("readiness_low", n=175), tested=False, status="described")
    begun = since(WeekBefore(MARCH - WEEK), seldom, replace(known, n=60))
    assert begun.followed.key == "workout_recovery/yoga"
    assert since(WeekBefore(MARCH - WEEK), seldom, known) == SinceLastWeek((), (), "")


def test_a_question_whose_days_have_come_says_so_once() -> None:
    before, enough = week_before(YOGA_AT_70), groups("yoga", 60, 60)
    assert since(before, enough).question == (
        "Followed until now: whether next-day readiness differs between days with yoga and rest"
        " days. The 80 days or so that it takes have come, and it was not found; a weaker"
        " difference may be there all the same.",
    )
    assert since(week_before(enough), enough) == SinceLastWeek((), (), "")


def test_a_question_that_is_answered_is_told_as_found() -> None:
    found = replace(YOGA_AT_70, status="found", effect=0.5)
    told = since(week_before(YOGA_AT_70), found, STRENGTH_AT_61)
    assert told.sentences == ("Followed as a question until now, and found: yoga by 0.5.",)
    assert told.followed.key == "workout_recovery/strength"


def test_what_went_is_open_again_without_being_named_twice() -> None:
    told = since(week_before(replace(YOGA_AT_70, status="found")), YOGA_AT_70)
    assert told.sentences[0].startswith("Found a week ago and not any more: next-day readiness")
    assert told.question == (
        "That is open again: it takes about 80 such days to tell a strong difference, and 70 are"
        " known, looking back 180 days at most.",
    )


def test_a_clause_that_two_sentences_end_with_is_said_once() -> None:
    counted = "; Oura counts the day before."
    said = [f"One{counted}", f"Two{counted}", "Three; and more."]
    assert said_once(said) == [said[0], "Two.", said[2]]


def test_what_could_not_be_looked_at_is_followed_last() -> None:
    few = groups("boxing", 3, 3, status="not enough data", n=5, n_eff=None, needed=8, q=None)
    (said,) = since(WeekBefore(MARCH - WEEK), few).question
    assert said.endswith("It takes 8 days to look, and 5 of them are known.")
    (said,) = since(WeekBefore(MARCH - WEEK), replace(few, values={"short": "rest"})).question
    assert said.endswith("It takes 8 days of each kind to look; of the rarer kind 5 are known.")
    assert since(WeekBefore(MARCH - WEEK), few, STRENGTH_AT_61).followed.key.endswith("/strength")


def test_what_the_window_cannot_hold_is_not_followed() -> None:
    rare = groups("boxing", 8, 100)
    assert followed(questions_of([insight(rare)]), NO_QUESTION) is None


def test_days_needed_are_those_of_the_formulas() -> None:
    assert pairs_needed(tests=5) == pytest.approx(59.6, abs=0.05)
    assert group_days_needed(0.5, tests=5) == pytest.approx(91.1, abs=0.05)


@pytest.mark.parametrize("tests", [1, 4])
def test_days_needed_are_for_the_level_at_which_a_report_tells_a_relation(tests: int) -> None:
    """At the p of their level one of so many relations is just found, and beyond it is not."""
    z = both_z(tests) - NormalDist().inv_cdf(POWER)
    level = 2 * (1 - NormalDist().cdf(z))
    others = [replace(NOT, p=0.9)] * (tests - 1)
    week = WeekTest("me", MARCH, "readiness_score", 0.0, (-1.0, 1.0), p=0.9)
    for factor, status in ((0.99, "found"), (1.01, "not found")):
        (decided,), _ = decide([insight(replace(NOT, p=factor * level), *others)], [week])
        assert decided.findings[0].status == status


@given(st.floats(0.01, 0.99))
def test_groups_of_one_size_need_the_fewest_days(share: float) -> None:
    assert group_days_needed(share, 5) == pytest.approx(group_days_needed(1 - share, 5))
    assert group_days_needed(share, 5) >= group_days_needed(0.5, 5)


def back(weeks: int) -> date:
    return SUNDAY - weeks * WEEK


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """520 days of the demo person, with the pages of three weeks, one after the other."""
    ends = [back(2), back(1), SUNDAY]
    return with_history(tmp_path_factory.mktemp("home"), ends).lake.settings.home


@pytest.fixture
def person(home: Path) -> Iterator[Person]:
    with kept(home):
        yield opened(home)


def page(person: Person, weeks: int) -> str:
    return person.page_of(back(weeks)).decode()


def made_anew(person: Person, weeks: int) -> str:
    composition.make(person.lake, "me", back(weeks))
    return page(person, weeks)


def test_data_that_came_late_is_told_once_in_the_report_after(person: Person) -> None:
    """Whether or not the page that told the old figure has been renewed."""
    correction = "Last week&#39;s report said readiness averaged"
    assert not any(correction in page(person, weeks) for weeks in (0, 1, 2))
    person.restate(16, readiness_score=1)
    assert person.states[back(1)] == outdated.PageState.OUTDATED
    for weeks in (0, 1, 2):
        build_for_report(person.lake, back(weeks))
    assert correction in made_anew(person, 1)
    assert correction not in made_anew(person, 0)
    corrected = page(person, 1)
    assert renew_pages(person.lake, back(2))[0].changed
    assert correction in made_anew(person, 1)
    assert corrected.count(correction) == page(person, 1).count(correction) == 1
    told = json.loads(person.lake.objects.get(told_key("me", back(2))))
    assert len(told) == 2
    assert told[0]["figures"]["readiness_score"] != told[1]["figures"]["readiness_score"]


def test_making_pages_twice_changes_nothing(person: Person) -> None:
    before = {i.key: person.lake.objects.get(i.key) for i in person.lake.objects.list("reports/")}
    for weeks in (0, 2, 1):
        made_anew(person, weeks)
    after = {i.key: person.lake.objects.get(i.key) for i in person.lake.objects.list("reports/")}
    assert before == after
    assert f'<a href="weekly-{back(1)}.html">' in page(person, 0)
    assert "weekly-" not in page(person, 2).partition("<main>")[2]


def test_a_page_that_is_written_after_the_next_makes_that_outdated(person: Person) -> None:
    for key in (f"reports/me/weekly-{back(2)}.html", told_key("me", back(2))):
        person.lake.objects.delete(key)
    assert person.states[back(1)] == outdated.PageState.OUTDATED
    assert "Last week&#39;s report</a>" not in made_anew(person, 1)
    renewed = person.page_of(back(1))
    made_anew(person, 2)
    renew_pages(person.lake, back(2))
    assert b'id="outdated"' in person.page_of(back(1))
    made_anew(person, 1)
    assert person.page_of(back(1)) != renewed
    assert person.states == dict.fromkeys([back(2), back(1), SUNDAY], outdated.PageState.CURRENT)


def test_a_preview_is_not_corrected(person: Person) -> None:
    """What was told before a week was over had said so."""
    lake, told = person.lake, Told(is_whole=False)
    note_told(lake, "ada", SUNDAY, told)
    assert first_told(lake, "ada", SUNDAY) is None
    whole = replace(told, is_whole=True, question=Followed("a/b", 90))
    for entry in (whole, whole, replace(whole, question=Followed("c/d", 90))):
        note_told(lake, "ada", SUNDAY, entry)
    assert first_told(lake, "ada", SUNDAY) == whole
    assert len(json.loads(lake.objects.get(told_key("ada", SUNDAY)))) == 3
    assert first_told(lake, "bob", SUNDAY) is None
