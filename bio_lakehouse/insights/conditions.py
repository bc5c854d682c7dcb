"""In what days are made alike before two of their measures are held against each other.

What stands behind two series on other days stands between them too: the weekday, a drift, how the
days around were, the training of the day and of its neighbours. No value that is unknown is filled
in: a day of which a condition is unknown takes no part. Measures are held to median ± 2.5 robust
standard deviations of the window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bio_lakehouse.gold.measures import OUTPUT, READINESS, SLEEP
from bio_lakehouse.insights.data import REST, InsightData
from bio_lakehouse.insights.statistics.adjusted import Columns
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.insights.statistics.robust import held

KNOT_DAYS = 45
HAD_WORKOUT = "had_workout"

SLEEP_CONDITIONS = "weekday, slow drift, the day's training, the night between and the days around"
"""What `Conditions.of_a_night` makes days alike in, in words."""

TRAINING_CONDITIONS = (
    "weekday, slow drift, that morning's readiness, the night before it and the days around"
)
"""What `Conditions.of_training` makes days alike in, in words."""


@dataclass(frozen=True)
class Conditions:
    """The columns that stand for what days are made alike in, one row a day of the window."""

    data: InsightData

    def at(self, column: str, later: int = 0) -> Series:
        """The held value of so many days later (earlier below 0); unknown after the window."""
        return self._shifted(self._held(column), later)

    def mean(self, column: str, later: Iterable[int], needed: int) -> Series:
        """The mean of the known ones of these days; unknown where fewer than `needed` are."""
        return _known_mean([self.at(column, days) for days in later], needed)

    @cached_property
    def calendar(self) -> Columns:
        """Weekday, and a drift of straight pieces of 45 days."""
        offsets = np.arange(self.data.window_days)
        weekdays = (offsets + self.data.window[0].weekday()) % 7
        pieces = max((len(offsets) + KNOT_DAYS // 2) // KNOT_DAYS, 1)
        knots = np.arange(pieces) * len(offsets) / pieces
        drift = np.maximum(offsets[:, None] - knots, 0.0)
        return np.column_stack([weekdays[:, None] == np.arange(1, 7), drift])

    @property
    def of_a_night(self) -> Columns:
        """Conditions on which a night's sleep is held against readiness of the day after: besides
        the calendar and the day's training the night between, the readiness of the day before and
        the three nights and mornings on either side.

        Not that morning's own readiness: it contains the night, so that among days alike in it the
        two would be related where nothing is.
        """
        return np.column_stack(
            [
                self.calendar,
                self.training_of_day,
                self.at(SLEEP.column, 1),
                self.at(READINESS.column, -1),
                self.mean(SLEEP.column, (-3, -2, -1, 2, 3, 4), needed=4),
                self.mean(READINESS.column, (-3, -2, -1, 3, 4, 5), needed=4),
            ]
        )

    @property
    def of_the_night_after(self) -> Columns:
        """Conditions that treat the night before a morning and the one after it alike: of both
        the neighbours on either side, and their sum."""
        nights = [self.at(SLEEP.column, days) for days in (1, -1, 3)]
        mornings = [self.at(READINESS.column, days) for days in (-1, 3)]
        both = self.at(SLEEP.column) + self.at(SLEEP.column, 2)
        return np.column_stack([self.calendar, self.training_of_day, *nights, *mornings, both])

    @property
    def of_training(self) -> Columns:
        """Conditions on which the readiness after a workout is held against that after others:
        besides the calendar that morning's readiness, its 7-day mean and the night before, the
        mornings of two to four days later, and the training of the day before and the three after.

        The training of the days around belongs to them: it lowers their readiness, and who
        alternates hard and easy days would have it stand for that of the day itself.
        """
        return np.column_stack(
            [
                self.calendar,
                self.at(READINESS.column),
                self.mean(READINESS.column, range(-6, 1), needed=4),
                self.mean(READINESS.column, (2, 3, 4), needed=2),
                self.at(SLEEP.column),
                self._shifted(self._trained, -1),
                self._shifted(self._all_output, -1),
                _known_mean([self._shifted(self._trained, days) for days in (1, 2, 3)], 2),
                _known_mean([self._shifted(self._all_output, days) for days in (1, 2, 3)], 2),
            ]
        )

    @cached_property
    def kinds(self) -> dict[str, Series]:
        """Each kind of workout with 1 on its days and 0 on others; not that of rest."""
        types = self.data.workout_types
        names = sorted({kind for kind in types if kind is not None} - {REST})
        return {name: (types == name).astype(np.float64) for name in names}

    @property
    def training_of_day(self) -> Columns:
        """The day's kind of workout, whether that is known, and its output where there is one."""
        unknown = np.array([kind is None for kind in self.data.workout_types], dtype=np.float64)
        output = self.at(OUTPUT.column)
        with_output = ~np.isnan(output)
        return np.column_stack(
            [unknown, *self.kinds.values(), with_output, np.where(with_output, output, 0.0)]
        )

    @cached_property
    def _trained(self) -> Series:
        return self.data.all_days(HAD_WORKOUT)

    @cached_property
    def _all_output(self) -> Series:
        """Output of all days on which training is known, 0 without any."""
        output = self._held(OUTPUT.column)
        return np.where(np.isnan(output), 0.0 * self._trained, output)

    @cached_property
    def _of_column(self) -> dict[str, Series]:
        return {}

    def _held(self, column: str) -> Series:
        if column not in self._of_column:
            days = self.data.all_days(column)
            self._of_column[column] = held(days, self.data.series(column))
        return self._of_column[column]

    def _shifted(self, values: Series, later: int) -> Series:
        """The window's part of a series of all days, moved by so many days."""
        ahead = np.concatenate([values[max(later, 0) :], np.full(max(later, 0), np.nan)])
        behind = np.concatenate([np.full(max(-later, 0), np.nan), ahead])[: len(values)]
        return behind[-self.data.window_days :]


def _known_mean(series: list[Series], needed: int) -> Series:
    days = np.vstack(series)
    known = (~np.isnan(days)).sum(axis=0)
    return np.where(known >= needed, np.nansum(days, axis=0) / np.maximum(known, 1), np.nan)
