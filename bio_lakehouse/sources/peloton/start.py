"""When a workout started: a download writes the wall clock of the zone that the downloader asked
for.

The label beside it says which zone that was (`EST` in a winter download, `EDT` in a summer one, of
the same zone); it never says the offset on the workout's day, unless it is a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bio_lakehouse.sources.checking import RowProblem, calendar_day, is_unknown, shown
from bio_lakehouse.sources.peloton.fields import START_HEADER, ZONE_LABELS

_STAMP = re.compile(r"(?P<day>[0-9-]+)(?:[ T]+(?P<clock>[0-9:]+))?(?: *\((?P<label>[^()]*)\))?")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_OFFSET = re.compile(
    r"(?:UTC|GMT)? *(?P<sign>[+-])(?P<hours>0?[0-9]|1[0-4])(?::?(?P<minutes>[0-5][0-9]))?"
)

NO_PLACES = {"Factory", "localtime"}
"""What the IANA names that is nobody's zone."""


@dataclass(frozen=True, slots=True)
class Start:
    """The start of one workout on the person's own clock.

    `local` is the wall clock there, without a zone; None when only a date is known, which is `day`
    then. `utc` is known only where the download says in which zone its clock was.
    """

    day: date
    local: datetime | None = None
    utc: datetime | None = None

    @property
    def identity(self) -> str:
        """The start as text: minutes of the person's clock, or the day alone."""
        if self.local is None:
            return self.day.isoformat()
        return self.local.isoformat(timespec="seconds" if self.local.second else "minutes")

    @property
    def hints(self) -> dict[str, str]:
        """What silver is told of it: times in ISO 8601, the one in UTC with its `Z`."""
        times: dict[str, str] = {}
        if self.local:
            times["started_at_local"] = self.local.isoformat()
        if self.utc:
            times["started_at"] = self.utc.replace(tzinfo=None).isoformat() + "Z"
        return times


def read_start(cell: str, person: ZoneInfo) -> Start:
    """The start that a cell names, for somebody who lives in the zone `person`; raises
    `RowProblem`.

    A label that is not known is no label: the clock is then taken as the person's own, and the time
    in UTC as unknown.
    """
    day, clock, label = _parts(cell)
    if clock is None:
        return Start(day)
    wall = datetime.combine(day, clock)
    zone = zone_of(label, wall, person) if label else None
    # The person's clock, there and back: a time that summer time skips reads the same with and
    # without a label.
    try:
        moment = wall.replace(tzinfo=zone or person).astimezone(UTC)
        local = moment.astimezone(person).replace(tzinfo=None)
    except OverflowError:
        reason = f"{START_HEADER} is {shown(cell)}, which is at the end of the calendar"
        raise RowProblem(START_HEADER, reason) from None
    return Start(local.date(), local, moment if zone else None)


def zone_of(label: str, wall: datetime, person: ZoneInfo) -> tzinfo | None:
    """The zone that a label means at that wall clock; None for an unknown one.

    An offset is exact. An abbreviation is the person's own zone where that uses it in the same year
    (`MST` in Phoenix, which has no summer time), else the zone that is usually meant. An IANA name
    is itself.
    """
    label = label.strip()
    offset = _OFFSET.fullmatch(label)
    if offset:
        return _fixed(offset)
    if label in _abbreviations(person, wall.year):
        return person
    if label in ZONE_LABELS:
        return ZoneInfo(ZONE_LABELS[label])
    return ZoneInfo(label) if label in _zone_names() else None


def _parts(cell: str) -> tuple[date, time | None, str | None]:
    """Day, time of day and label of a cell such as `2020-04-17 12:29 (PDT)`; raises
    `RowProblem`."""
    if is_unknown(cell):
        raise RowProblem(START_HEADER, f"{START_HEADER} is missing")
    match = _STAMP.fullmatch(cell.strip())
    if match is None:
        reason = "which is not a time such as 2020-04-17 12:29"
        raise RowProblem(START_HEADER, f"{START_HEADER} is {shown(cell)}, {reason}")
    day = calendar_day(START_HEADER, match["day"])
    clock = None if match["clock"] is None else _time_of_day(match["clock"])
    return day, clock, match["label"]


def _time_of_day(text: str) -> time:
    try:
        if not _CLOCK.fullmatch(text):
            raise ValueError
        return time.fromisoformat(text)
    except ValueError:
        reason = f"{START_HEADER} has the time of day {shown(text)}, which is none"
        raise RowProblem(START_HEADER, reason) from None


def _fixed(offset: re.Match[str]) -> timezone:
    distance = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    return timezone(-distance if offset["sign"] == "-" else distance)


@lru_cache(maxsize=256)
def _abbreviations(zone: ZoneInfo, year: int) -> frozenset[str | None]:
    """What a zone calls itself over a year."""
    months = (datetime(year, month, 1, 12, tzinfo=zone) for month in range(1, 13))
    return frozenset(month.tzname() for month in months)


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - NO_PLACES)
