from datetime import date

import pytest

from bio_lakehouse.insights import Finding, Insight, adjust
from bio_lakehouse.insights.adjustment import OF_RELATIONS, OF_THE_WEEK, decide, q_values
from bio_lakehouse.insights.week_comparison import WeekTest

THROMBOLYSIS = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
)  # fmt: skip
DAY = date(2025, 3, 9)


def finding(p: float | None, **changes: object) -> Finding:
    return Finding(
        name="a", claim="a", status="not found", test="t", window=(DAY, DAY), p=p, **changes
    )  # type: ignore[arg-type]


def insight(name: str, *findings: Finding) -> Insight:
    return Insight(name, name, "me", DAY, findings)


def test_benjamini_hochbergs_own_example_across_several_insights() -> None:
    parts = [THROMBOLYSIS[:4], THROMBOLYSIS[4:9], THROMBOLYSIS[9:]]
    decided = adjust([insight(str(i), *map(finding, part)) for i, part in enumerate(parts)])
    findings = [f for i in decided for f in i.findings]
    assert [f.q for f in findings][:5] == pytest.approx([0.0015, 0.0030, 0.0095, 0.035625, 0.0603])
    assert [f.status for f in findings] == ["found"] * 4 + ["not found"] * 11


def test_adjusting_again_changes_nothing() -> None:
    once = adjust([insight("x", *map(finding, THROMBOLYSIS))])
    assert adjust(once) == once


def test_what_is_not_tested_takes_no_part() -> None:
    described = finding(None, tested=False)
    refused = Finding("b", "b", "not enough data", "t", (DAY, DAY), n=3, needed=20)
    decided = adjust([insight("x", finding(0.04), described, refused)])
    assert decided[0].findings[0].q == 0.04
    assert decided[0].findings[0].status == "found"
    assert decided[0].findings[1:] == (described, refused)


def test_a_report_without_tests_is_left_as_it_is() -> None:
    nothing = [insight("x", finding(None, tested=False))]
    assert adjust(nothing) == nothing


def test_an_undecided_finding_says_so() -> None:
    with pytest.raises(ValueError, match="adjust"):
        _ = finding(0.01).decided_q


def test_shares_are_weights_of_the_p_values() -> None:
    """Genovese, Roeder & Wasserman 2006: Benjamini-Hochberg of p over weights of mean 1."""
    found = q_values([0.001, 0.02, 0.5], [0.5, 0.25, 0.25])
    assert found == pytest.approx([0.002, 0.04, 0.5 / 0.75])


def test_a_year_of_weeks_has_its_share_of_the_error_rate() -> None:
    """Beside a relation that is nothing, a week's one measure is held to its share alone."""
    p = 0.003
    (week,) = decide([insight("x", finding(0.9))], [WeekTest("me", DAY, "a", 1.0, (0.5, 1.5), p)])[
        1
    ]
    assert week.q == pytest.approx(p / OF_THE_WEEK)
    related, _ = decide([insight("x", finding(p))], [WeekTest("me", DAY, "a", 0.0, (-1, 1), 0.9)])
    assert related[0].findings[0].q == pytest.approx(p / OF_RELATIONS)


def test_a_week_moved_by_all_three_of_its_measures() -> None:
    outside, around = (0.5, 1.5), (-0.5, 1.5)
    told = [(0.001, 0.04, outside), (0.006, 0.04, outside), (0.001, 0.06, outside)]
    told += [(0.001, 0.04, around), (None, None, None)]
    tests = [WeekTest("me", DAY, "a", 1.0, interval, p, q) for p, q, interval in told]
    assert [test.moved for test in tests] == [True, False, False, False, False]
