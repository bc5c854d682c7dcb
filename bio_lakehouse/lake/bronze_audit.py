"""Whether bronze holds what the ingestion log says that it does: every line, and none besides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from bio_lakehouse.errors import DamagedFile
from bio_lakehouse.lake import bronze, bronze_plan, locks
from bio_lakehouse.lake.bronze_months import last_day_of
from bio_lakehouse.lake.lakehouse import Lakehouse

MOST_NAMED = 5
"""Files that are named of one dataset."""

Place = tuple[str, date]
"""A source file, and a day of which it told."""


def audit(
    lake: Lakehouse, datasets: Collection[str], first: date, last: date
) -> dict[str, list[str]]:
    """What is wrong with the files of each of `datasets` on days `first` to `last`, in
    words."""
    with locks.exclusively(lake, locks.BRONZE):
        logged = lines_logged(lake, first, last)
        return {name: faults(lake, name, first, last, logged[name]) for name in datasets}


def lines_logged(lake: Lakehouse, first: date, last: date) -> defaultdict[str, Counter[Place]]:
    """How many lines the log says that each file has left in bronze, by dataset: the rows that
    landed without those that repeat another."""
    logged: defaultdict[str, Counter[Place]] = defaultdict(Counter)
    for told in lake.log.days(first, last):
        logged[told.dataset][told.file_path, told.day] += told.landed - told.duplicates
    return logged


def faults(
    lake: Lakehouse, dataset: str, first: date, last: date, logged: Mapping[Place, int]
) -> list[str]:
    """Files that cannot be read, and places where lines and log differ."""
    try:
        found = lines_found(lake, dataset, first, last)
    except DamagedFile as error:
        return [str(error)]
    places = sorted(place for place in {*logged, *found} if found[place] != logged.get(place, 0))
    said = [
        f"{path} of {day}: {found[path, day]} lines, where the log says"
        f" {logged.get((path, day), 0)}"
        for path, day in places[:MOST_NAMED]
    ]
    more = len(places) - MOST_NAMED
    return [*said, f"and {more} more"] if more > 0 else said


def lines_found(lake: Lakehouse, dataset: str, first: date, last: date) -> Counter[Place]:
    """How many lines each file has in bronze, under the name that the log has for it.

    A month is read at a time: all of a household's heart rate does not fit into memory.
    """
    found: Counter[Place] = Counter()
    for month in sorted({key.month for key in lake.bronze.months(dataset, first, last)}):
        begins, ends = max(month, first), min(last_day_of(month), last)
        contents = lake.bronze.contents(dataset, begins, ends)
        decoded = {key: bronze.decode(content) for key, content in contents.items()}
        for key, lines in bronze_plan.under_their_names(lake, decoded).items():
            found.update((line.source_file, key.day) for line in lines if not line.withdrawn)
    return found
