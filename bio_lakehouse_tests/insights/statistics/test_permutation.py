from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.insights.statistics import come_in_runs, permutation_p
from bio_lakehouse.insights.statistics.permutation import rearrange_runs

LABELS = (
    st.lists(st.booleans(), min_size=6, max_size=60)
    .map(np.array)
    .filter(lambda v: v.any() and not v.all())
)


def cyclic_runs(labels: np.ndarray) -> list[tuple[bool, int]]:
    """Sorted (label, length) of the runs, the last joined to the first when they are alike."""
    runs = [(bool(label), len(list(group))) for label, group in groupby(labels)]
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        runs = [(runs[0][0], runs[0][1] + runs[-1][1]), *runs[1:-1]]
    return sorted(runs)


@given(LABELS)
def test_every_rearrangement_keeps_the_groups_sizes(labels: np.ndarray) -> None:
    rearranged = rearrange_runs(labels, 50, np.random.default_rng(0))
    assert rearranged.shape == (50, len(labels))
    assert (rearranged.sum(axis=1) == labels.sum()).all()


def test_rearranged_runs_keep_their_lengths() -> None:
    lengths = [3, 5, 2, 7, 4, 1, 6, 2, 3, 9, 5, 4, 8, 2]
    labels = np.repeat(np.arange(len(lengths)) % 2 == 0, lengths)
    expected = cyclic_runs(labels)
    for arranged in rearrange_runs(labels, 200, np.random.default_rng(1)):
        assert cyclic_runs(arranged) == expected


def test_equal_blocks_are_put_in_any_order() -> None:
    labels = np.repeat(np.arange(20) % 2 == 0, 7)
    arranged = rearrange_runs(labels, 300, np.random.default_rng(1))
    assert len(np.unique(arranged, axis=0)) > 250


def test_labels_come_in_runs_or_not() -> None:
    assert come_in_runs(np.repeat([True, False, True], 7))
    assert not come_in_runs(np.arange(40) % 2 == 0)


def test_p_counts_arrangements_at_least_as_extreme() -> None:
    values = np.concatenate([np.arange(20.0), np.arange(20.0) + 100])
    labels = np.arange(40) >= 20
    # two runs: only turned by 0 of 40 days (or onto the mirror) is as extreme
    assert permutation_p(values, labels, permutations=4000) == pytest.approx(2 / 40, abs=0.02)


def test_the_same_data_gives_the_same_p_and_other_data_other_numbers() -> None:
    random = np.random.default_rng(3)
    values, labels = random.normal(size=60), np.repeat(random.random(12) < 0.5, 5)
    assert permutation_p(values, labels) == permutation_p(values.copy(), labels.copy())


def test_p_is_never_zero() -> None:
    values = np.arange(180.0)
    labels = np.arange(180) < 90
    assert permutation_p(values, labels, permutations=99) >= 1 / 100
