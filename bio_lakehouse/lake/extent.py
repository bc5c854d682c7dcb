"""How far a lake reaches: the day on which it begins, and the datasets that have records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bio_lakehouse import backends
from bio_lakehouse.lake.log import IngestionLog
from bio_lakehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Extent:
    """The first of a lake's days, and the bronze datasets of which records have come."""

    first_day: date
    datasets: frozenset[str]


def extent_of(settings: Settings) -> Extent:
    """What the log of a home says.

    Nothing is made where there is no log yet. Such a lake begins at `BIO_FIRST_DAY`, so that
    whatever comes first finds its days.
    """
    log = backends.log_if_any(settings)
    if log is None:
        return Extent(settings.first_day, frozenset())
    return Extent(first_day(settings, log), frozenset(log.datasets_with_records()))


def first_day(settings: Settings, log: IngestionLog) -> date:
    """The first day about which anything that landed speaks, or `BIO_PARTITIONS_FROM` when that is
    earlier; never before `BIO_FIRST_DAY`.

    A day that is still owed counts too: when a file is read in another time zone its records may
    leave the day that was first, which has to be built once more.
    """
    landed = log.first_day()
    if landed is None:
        return settings.first_day
    owed = (day for day in log.owed.changed() if day >= settings.first_day)
    earliest = min(landed, settings.partitions_from or landed, *owed)
    return min(max(earliest, settings.first_day), settings.today())
