"""Statistics for daily series: what SciPy lacks for days that resemble each other and days that are
missing.

Every function takes *calendar series*: a float array with one element a calendar day, NaN where the
day is unknown.
"""

from bio_lakehouse.insights.statistics.adjusted import Adjusted, adjusted
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
from bio_lakehouse.insights.statistics.robust import held
from bio_lakehouse.insights.statistics.weekly_change import Movement, movement

__all__ = [
    "Adjusted",
    "Autoregression",
    "Correlation",
    "GroupComparison",
    "Line",
    "Movement",
    "adjacent_pairs",
    "adjusted",
    "bias_corrected",
    "compare_groups",
    "effective_size",
    "far_days",
    "fit_autoregression",
    "fit_line",
    "held",
    "lag1_autocorrelation",
    "limit_of",
    "line_band",
    "mann_whitney",
    "movement",
    "pearson",
    "spearman",
    "streaks",
    "trailing_mean",
    "unusual_days",
    "variance_inflation",
]
