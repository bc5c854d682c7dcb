import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import adjust, sleep_readiness
from bio_lakehouse.insights.statistics import effective_size, lag1_autocorrelation


@pytest.fixture
def related(person):
    """90 days on which readiness follows the sleep score of the day before."""
    random = np.random.default_rng(5)
    sleep = random.normal(80, 6, 90).round()
    readiness = np.append(80.0, (0.8 * (sleep[:-1] - 80) + 78 + random.normal(0, 4, 89)).round())
    return person({"sleep_score": sleep, "readiness_score": readiness})


def test_next_day_pair_is_pearson_on_n_eff(related) -> None:
    next_day = sleep_readiness.analyze(related).findings[0]
    sleep, readiness = related.series("sleep_score"), related.next_day("readiness_score")
    both = ~np.isnan(sleep) & ~np.isnan(readiness)
    theirs = stats.pearsonr(sleep[both], readiness[both])
    n_eff = effective_size(89, lag1_autocorrelation(sleep), lag1_autocorrelation(readiness))
    assert next_day.effect == pytest.approx(theirs.statistic)
    assert (next_day.n, next_day.n_eff) == (89, pytest.approx(n_eff))
    t = abs(theirs.statistic) * np.sqrt((n_eff - 2) / (1 - theirs.statistic**2))
    assert next_day.p == pytest.approx(2 * stats.t.sf(t, n_eff - 2))
    assert next_day.values["slope"] == pytest.approx(
        stats.linregress(sleep[both], readiness[both]).slope
    )


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
        "A higher sleep score went with a higher readiness score on the day after (r = 0."
    )
    assert f"r = {insight.findings[0].effect:.2f}" in said
    assert "89 pairs of days" in said


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


def test_figure_has_every_pair_the_line_and_fixed_scales(related) -> None:
    figure = sleep_readiness.visualize(adjust([sleep_readiness.analyze(related)])[0])
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert len(dots.x) == 89
    assert {trace.name for trace in figure.data} == {
        "A day",
        "Regression line",
        "95 % band of the line",
    }
    assert tuple(figure.layout.xaxis.range) == tuple(figure.layout.yaxis.range) == (-2, 102)
