"""The finding of two groups of days: readiness after one against readiness after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bio_lakehouse.gold.measures import READINESS
from bio_lakehouse.insights.conditions import Conditions
from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.hypotheses import ALL_KNOWN, Hypothesis, not_enough
from bio_lakehouse.insights.relations import Pair, Recorded, in_units, tested
from bio_lakehouse.insights.rules import MINIMUM_GROUP
from bio_lakehouse.insights.statistics import compare_groups
from bio_lakehouse.insights.statistics.adjusted import Columns
from bio_lakehouse.insights.statistics.autocorrelation import Mask, Series

TEST = "Least squares with conditions, t test on n_eff"
EFFECT = "point-biserial r"


@dataclass(frozen=True, slots=True)
class Groups:
    """Two groups of days, and what their days are called."""

    first: Mask
    second: Mask
    names: tuple[str, str]

    def where(self, known: Mask) -> tuple[Mask, Mask]:
        """Both groups, of the days that are known."""
        return self.first & known, self.second & known

    def fewest(self, known: Mask) -> tuple[int, str]:
        """The days of the smaller group, and its name."""
        first, second = (int(days.sum()) for days in self.where(known))
        return (first, self.names[0]) if first <= second else (second, self.names[1])


def compared(
    hypothesis: Hypothesis,
    conditions: Conditions,
    groups: Groups,
    given: Columns,
    among: Mask,
    **further: Any,
) -> Finding:
    """Next-day readiness of the two groups, on days alike in `given`; `among` are the days that
    help to estimate what the conditions do."""
    readiness = conditions.data.next_day(READINESS.column)
    n, short = groups.fewest(~np.isnan(readiness))
    if n < MINIMUM_GROUP:
        return not_enough(hypothesis, TEST, n, MINIMUM_GROUP, short=short, **further)
    label = groups.first.astype(np.float64)
    outcome = conditions.at(READINESS.column, 1)
    pair = Pair(label, outcome, given, among, groups.first | groups.second)
    n, short = groups.fewest(pair.used)
    if n < MINIMUM_GROUP:
        values = {"short": short, "unit": ALL_KNOWN} | further
        return not_enough(hypothesis, TEST, n, MINIMUM_GROUP, **values)
    if refused := too_few(hypothesis, TEST, pair, 0, **further):
        return refused
    found = tested(hypothesis, TEST, EFFECT, pair, _recorded(conditions, groups, readiness))
    if pair.adjusted is None:
        return replace(found, values=found.values | further)
    return replace(found, values=found.values | in_units(pair.adjusted, "difference") | further)


def too_few(
    hypothesis: Hypothesis, test: str, pair: Pair, fewest: int, **further: Any
) -> Finding | None:
    """The refusal where there are too few days for what they are made alike in."""
    used = int(pair.used.sum())
    if used < pair.needed:
        return not_enough(hypothesis, test, used, pair.needed, unit=ALL_KNOWN, **further)
    if pair.n < fewest:
        return not_enough(hypothesis, test, pair.n, fewest, unit=ALL_KNOWN, **further)
    return None


def _recorded(conditions: Conditions, groups: Groups, readiness: Series) -> Recorded:
    """As recorded: the comparison by rank and the medians; and the medians of the mornings before,
    which the training of the day cannot have to do with."""
    first, second = groups.where(~np.isnan(readiness))
    morning = conditions.data.series(READINESS.column)
    return Recorded.of_groups(
        compare_groups(readiness, first, second),
        median_first=_median(readiness, first),
        median_second=_median(readiness, second),
        morning_first=_median(morning, groups.first),
        morning_second=_median(morning, groups.second),
    )


def _median(values: Series, days: Mask) -> float | None:
    known = values[days & ~np.isnan(values)]
    return float(np.median(known)) if len(known) else None
