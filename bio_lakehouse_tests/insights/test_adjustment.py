from datetime import date

import pytest

from bio_lakehouse.insights import Finding, Insight, adjust

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
