"""Permutation of group labels that come in runs (training blocks, travel), run by run and not day
by day."""

from __future__ import annotations

from math import exp, lgamma, log
from zlib import crc32

import numpy as np
import scipy
from numpy.typing import NDArray

from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series, lag1_autocorrelation

PERMUTATIONS = 1999
RUN_RESEMBLANCE = 0.1
ENOUGH_ARRANGEMENTS = 5000


def come_in_runs(labels: Mask) -> bool:
    """Whether a label is more often followed by its like than chance would have it (lag-1
    autocorrelation > 0.1)."""
    return lag1_autocorrelation(labels.astype(np.float64)) > RUN_RESEMBLANCE


def permutation_p(values: Series, labels: Mask, permutations: int = PERMUTATIONS) -> float:
    """Two-sided p of the Mann-Whitney statistic under rearranged runs of labels.

    `values` (n,) and `labels` (n,) are the observations of both groups in order of time, none
    missing. Runs keep their lengths, so a group's days stay as close together as they were: the
    days' resemblance is in the reference distribution too (block permutation: Carlstein 1986;
    Winkler et al. 2015, NeuroImage 123:253). The random numbers follow from the data: the same data
    gives the same p.
    """
    ranks = scipy.stats.rankdata(values) - (len(values) + 1) / 2
    random = np.random.default_rng(crc32(values.tobytes() + labels.tobytes()))
    observed = abs(float(ranks[labels].sum()))
    rearranged = np.abs(rearrange_runs(labels, permutations, random) @ ranks)
    return float(1 + np.count_nonzero(rearranged >= observed - 1e-9)) / (permutations + 1)


def rearrange_runs(labels: Mask, count: int, random: np.random.Generator) -> Mask:
    """`count` rearrangements (count, n) of the runs in `labels` (n,), each turned by a random
    number of days.

    The two labels keep taking turns, as they do in the data. Where that leaves too few arrangements
    (blocks that are all equally long), the runs are put in any order.
    """
    starts = np.flatnonzero(np.diff(labels, prepend=not labels[0]))
    lengths = np.diff(starts, append=len(labels))
    kinds = labels[starts]
    shuffle = _in_turns if _arrangements(kinds, lengths) >= ENOUGH_ARRANGEMENTS else _in_any_order
    kinds_of, lengths_of = shuffle(kinds, lengths, count, random)
    arranged = np.repeat(kinds_of.ravel(), lengths_of.ravel()).reshape(count, len(labels))
    turned = (np.arange(len(labels)) + random.integers(0, len(labels), (count, 1))) % len(labels)
    rearranged: Mask = np.take_along_axis(arranged, turned, axis=1)
    return rearranged


def _in_turns(
    kinds: Mask, lengths: NDArray[np.int64], count: int, random: np.random.Generator
) -> tuple[Mask, NDArray[np.int64]]:
    shuffled = np.empty((count, len(lengths)), dtype=np.int64)
    for offset in range(min(2, len(lengths))):
        own = lengths[offset::2]
        shuffled[:, offset::2] = own[_orders(len(own), count, random)]
    return np.broadcast_to(kinds, shuffled.shape), shuffled


def _in_any_order(
    kinds: Mask, lengths: NDArray[np.int64], count: int, random: np.random.Generator
) -> tuple[Mask, NDArray[np.int64]]:
    orders = _orders(len(lengths), count, random)
    return kinds[orders], lengths[orders]


def _orders(size: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    orders: NDArray[np.int64] = np.argsort(random.random((count, size)), axis=1)
    return orders


def _arrangements(kinds: Mask, lengths: NDArray[np.int64]) -> float:
    """How many different sequences runs that take turns can make, turned by any number of days."""
    total = log(lengths.sum())
    for kind in (True, False):
        _, repeats = np.unique(lengths[kinds == kind], return_counts=True)
        total += lgamma(repeats.sum() + 1) - sum(lgamma(repeat + 1) for repeat in repeats)
    return exp(min(total, 700.0))
