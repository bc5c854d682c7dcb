"""Statistics for daily series: what SciPy lacks for days that resemble each other and days that are
missing.

Every function takes *calendar series*: a float array with one element a calendar day, NaN where the
day is unknown.
"""

from bio_lakehouse.insights.statistics.anomalies import (
    far_days,
    limit_of,
    streaks,
    trailing_mean,
    unusual_days,
)
from bio_lakehouse.insights.statistics.autocorrelation import (
    adjacent_pairs,
    bias_corrected,
    effective_size,
    lag1_autocorrelation,
    variance_inflation,
)
from bio_lakehouse.insights.statistics.autoregression import Autoregression, fit_autoregression
from bio_lakehouse.insights.statistics.correlation import (
    Correlation,
    Line,
    fit_line,
    line_band,
    pearson,
    spearman,
)
from bio_lakehouse.insights.statistics.groups import GroupComparison, compare_groups, mann_whitney
from bio_lakehouse.insights.statistics.permutation import come_in_runs, permutation_p
from bio_lakehouse.insights.statistics.weekly_change import Movement, movement

__all__ = [
    "Autoregression",
    "Correlation",
    "GroupComparison",
    "Line",
    "Movement",
    "adjacent_pairs",
    "bias_corrected",
    "come_in_runs",
    "compare_groups",
    "effective_size",
    "far_days",
    "fit_autoregression",
    "fit_line",
    "lag1_autocorrelation",
    "limit_of",
    "line_band",
    "mann_whitney",
    "movement",
    "pearson",
    "permutation_p",
    "spearman",
    "streaks",
    "trailing_mean",
    "unusual_days",
    "variance_inflation",
]
