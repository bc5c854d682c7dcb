from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import Insight, adjust, sleep_readiness
from bio_lakehouse.insights.statistics import effective_size, lag1_autocorrelation

DAYS = 150


@pytest.fixture
def related(person):
    """150 days on which readiness follows the sleep score of the day before."""
    random = np.random.default_rng(5)
    sleep = random.normal(80, 6, DAYS).round()
    noise = random.normal(0, 4, DAYS - 1)
    readiness = np.append(80.0, (0.8 * (sleep[:-1] - 80) + 78 + noise).round())
    return person({"sleep_score": sleep, "readiness_score": readiness})


def test_the_recorded_pair_is_pearson_on_n_eff_beside_the_tested_one(related) -> None:
    next_day = sleep_readiness.analyze(related).findings[0]
    sleep, readiness = related.series("sleep_score"), related.next_day("readiness_score")
    both = ~np.isnan(sleep) & ~np.isnan(readiness)
    theirs = stats.pearsonr(sleep[both], readiness[both])
    n_eff = effective_size(149, lag1_autocorrelation(sleep), lag1_autocorrelation(readiness))
    values = next_day.values
    assert values["raw_effect"] == pytest.approx(theirs.statistic)
    assert (values["raw_n"], values["raw_n_eff"]) == (149, pytest.approx(n_eff))
    assert values["slope"] == pytest.approx(stats.linregress(sleep[both], readiness[both]).slope)
    upper = both & (sleep >= np.quantile(sleep[both], 2 / 3))
    assert values["median_upper"] == np.median(readiness[upper])
    assert values["n_upper"] == upper.sum()


def test_the_tested_relation_tells_points_and_knows_fewer_days(related) -> None:
    found, _ = adjust([sleep_readiness.analyze(related)])[0].findings
    assert (found.status, found.effect_name) == ("found", "partial r")
    low, high = found.values["adjusted_per_low"], found.values["adjusted_per_high"]
    assert low < 8.0 < high
    assert found.n < found.values["raw_n"]
    assert found.n_eff < found.n - 13


def test_one_bad_week_in_both_is_no_relation(person) -> None:
    random = np.random.default_rng(6)
    sleep, readiness = random.normal(80, 6, (2, DAYS))
    sleep[70:77] -= 25
    readiness[70:78] -= 25
    insight = adjust(
        [
            sleep_readiness.analyze(
                person({"sleep_score": sleep.round(), "readiness_score": readiness.round()})
            )
        ]
    )[0]
    assert insight.findings[0].values["raw_interval_low"] > 0
    assert insight.findings[0].status == "not found"
    assert sleep_readiness.plain(insight, insight.findings[0]) is None


def test_an_objection_is_told_where_q_alone_would_have_found(related) -> None:
    found = adjust([sleep_readiness.analyze(related)])[0].findings[0]
    values = found.values | {"objections": ["nine days", "night after"]}
    doubted = adjust(
        [Insight("sleep_readiness", "", "me", related.as_of, (replace(found, values=values),), {})]
    )[0].findings[0]
    said = sleep_readiness.sentence(doubted)
    assert doubted.status == "not found"
    assert "only with the nine days" in said
    assert "does not stand out from the night after" in said


def test_a_row_of_an_earlier_version_says_so(related) -> None:
    insight = adjust([sleep_readiness.analyze(related)])[0]
    found = insight.findings[0]
    assert "earlier version" in sleep_readiness.sentence(replace(found, values={"slope": 1.0}))
    assert sleep_readiness.plain(insight, replace(found, values={})) is None


def test_same_day_pair_is_beside_it_flagged_and_never_tested(related) -> None:
    next_day, same_day = adjust([sleep_readiness.analyze(related)])[0].findings
    assert next_day.status == "found"
    assert (same_day.status, same_day.tested, same_day.p, same_day.q) == (
        "described",
        False,
        None,
        None,
    )
    assert "Partly the same measurement" in same_day.caveats[0]


def test_narrative_follows_the_figures(related) -> None:
    insight = adjust([sleep_readiness.analyze(related)])[0]
    said = sleep_readiness.narrate(insight)
    assert said.startswith(
        "A higher sleep score went with a higher readiness score on the day after, by "
    )
    assert f"partial r = {insight.findings[0].effect:.2f}" in said
    assert f"{insight.findings[0].n} pairs of days" in said
    assert "described and not tested" in said
    plain = sleep_readiness.plain(insight, insight.findings[0])
    assert plain is not None
    assert plain.startswith("On a typical day after a sleep score of 8")


def test_thirds_that_are_not_apart_are_not_held_against_each_other(related) -> None:
    """Where most values are the same, the upper third ends where the lower one does."""
    insight = adjust([sleep_readiness.analyze(related)])[0]
    found = insight.findings[0]
    tied = replace(found, values=found.values | {"upper_from": 80.0, "lower_to": 80.0})
    plain = sleep_readiness.plain(insight, tied)
    assert plain is not None
    assert plain.startswith("On otherwise similar days 10 points more sleep score went with")


def test_nineteen_pairs_are_too_few(person) -> None:
    scores = np.arange(20.0) + 60
    next_day, same_day = sleep_readiness.analyze(
        person({"sleep_score": scores, "readiness_score": scores})
    ).findings
    assert (next_day.status, next_day.n, next_day.needed) == ("not enough data", 19, 20)
    assert (next_day.effect, next_day.interval, next_day.p, next_day.values) == (
        None,
        None,
        None,
        {},
    )
    assert (same_day.status, same_day.n) == ("described", 20)
    assert "not enough data (19 of 20 pairs of days)" in sleep_readiness.sentence(next_day)


def test_a_score_that_never_changes_is_said_to_be_so(person) -> None:
    random = np.random.default_rng(1)
    insight = adjust(
        [
            sleep_readiness.analyze(
                person(
                    {"sleep_score": np.full(40, 80), "readiness_score": random.normal(80, 5, 40)}
                )
            )
        ]
    )[0]
    assert {(f.status, f.effect, f.p) for f in insight.findings} == {("described", None, None)}
    assert "one of the two never changed" in sleep_readiness.narrate(insight)
    assert sleep_readiness.visualize(insight).data


def test_figure_has_every_pair_the_line_and_scales_that_hold_them(related) -> None:
    figure = sleep_readiness.visualize(adjust([sleep_readiness.analyze(related)])[0])
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert len(dots.x) == 149
    assert {trace.name for trace in figure.data} == {
        "A day",
        "Regression line",
        "95 % band",
    }
    for axis, values in ((figure.layout.xaxis, dots.x), (figure.layout.yaxis, dots.y)):
        assert axis.range[0] <= min(values) <= max(values) <= axis.range[1]
