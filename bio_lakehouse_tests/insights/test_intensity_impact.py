import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import adjust, intensity_impact


@pytest.fixture
def outputs():
    """160 days; on two of three a workout of 150 to 500 kJ."""
    random = np.random.default_rng(21)
    values = random.integers(150, 500, 160).astype(float)
    values[random.random(160) < 0.33] = np.nan
    return values


@pytest.fixture
def tired(person, outputs):
    """A person who loses a point of readiness for each 30 kJ."""
    random = np.random.default_rng(22)
    lost = np.nan_to_num(outputs[:-1] / 30)
    readiness = np.append(80.0, 90 - lost + random.normal(0, 4, 159)).round()
    had = [bool(known) for known in ~np.isnan(outputs)]
    return person({"readiness_score": readiness, "total_output_kj": outputs, "had_workout": had})


def test_high_and_low_are_split_at_the_persons_median(tired, outputs) -> None:
    by_group, by_rank = adjust([intensity_impact.analyze(tired)])[0].findings
    median = np.nanmedian(outputs)
    following = tired.next_day("readiness_score")[-160:]
    high = following[(outputs > median) & ~np.isnan(following)]
    low = following[(outputs <= median) & ~np.isnan(following)]
    assert by_group.values["median_output_kj"] == median
    assert by_group.values["u"] == stats.mannwhitneyu(high, low).statistic
    assert (by_group.values["n_first"], by_group.values["n_second"]) == (len(high), len(low))
    both = ~np.isnan(outputs) & ~np.isnan(following)
    assert by_rank.values["raw_effect"] == pytest.approx(
        stats.spearmanr(outputs[both], following[both]).statistic
    )
    assert by_rank.values["raw_n"] == both.sum()
    assert (by_group.status, by_rank.status) == ("found", "found")
    low, high = (by_rank.values[f"adjusted_per_{end}"] for end in ("low", "high"))
    assert low < -100 / 30 < high


def test_sentences_name_the_split(tired, outputs) -> None:
    insight = adjust([intensity_impact.analyze(tired)])[0]
    said = intensity_impact.narrate(insight)
    middle = f"{np.nanmedian(outputs):.0f}"
    assert (
        f"tended to be lower after an output above {middle} kJ than after one up to {middle} kJ"
        in said
    )
    assert "A higher output went with a lower readiness on the next day, by 3" in said
    assert "for every 100 kJ" in said
    assert said.count("Oura's readiness itself counts the activity of the day before") == 2
    told = [intensity_impact.plain(insight, finding) or "" for finding in insight.findings]
    assert told[0].startswith(f"On a typical day after an output above {middle} kJ readiness was ")
    assert told[1].startswith("On a typical day after an output of ")


def test_too_few_days_give_no_number_and_no_bars(person) -> None:
    insight = adjust(
        [
            intensity_impact.analyze(
                person(
                    {
                        "readiness_score": [80.0] * 12,
                        "total_output_kj": [100.0, 200.0] * 6,
                        "had_workout": [True] * 12,
                    }
                )
            )
        ]
    )[0]
    by_group, by_rank = insight.findings
    assert (by_group.status, by_group.n, by_group.needed) == ("not enough data", 5, 8)
    assert (by_rank.status, by_rank.n, by_rank.needed) == ("not enough data", 11, 20)
    figure = intensity_impact.visualize(insight)
    notes = [note.text for note in figure.layout.annotations]
    assert "Not enough data (5 of 8 days a group)" in notes
    assert {height for bar in figure.data for height in bar.y} == {None}


def test_no_output_at_all(person) -> None:
    insight = intensity_impact.analyze(
        person({"readiness_score": [80.0] * 40, "had_workout": [False] * 40})
    )
    assert [(f.status, f.n) for f in insight.findings] == [("not enough data", 0)] * 2
    assert intensity_impact.visualize(insight).data


def test_points_are_medians_with_quartiles_on_the_range_of_the_data(tired) -> None:
    insight = adjust([intensity_impact.analyze(tired)])[0]
    figure = intensity_impact.visualize(insight)
    after = figure.data[1]
    assert after.y[2] == insight.findings[0].values["median_first"]
    assert after.y[1] == insight.findings[0].values["median_second"]
    assert after.error_y.array[2] >= 0
    assert after.error_y.arrayminus[2] >= 0
    low, high = figure.layout.yaxis.range
    assert 0 <= low < min(after.y) <= max(after.y) < high <= 100
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol
