"""All that a lake holds, as texts that are the same for two lakes that hold the same.

Left out is when something arrived or was written, which two lakes may differ in; in are every byte
of landing, every row of the log, of bronze, of the tables and views, and what a report says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bio_lakehouse import backends
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, landing, quarantine
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import checksum
from bio_lakehouse.lake.table_files import files_in_use
from bio_lakehouse.sources import registry
from bio_lakehouse_tests.faults.way import FIRST, TODAY
from bio_lakehouse_tests.whole_log import entries_of

Holdings = dict[str, list[str]]
"""What a lake holds, sorted, by where it is."""

OF_ARRIVALS = {"ingested_at", "upload_timestamp", "modified", "tag", "file_time", "version"}
"""Fields of the log, of bronze and of tables that say when a file came, or of what rank it was
then; what the ranks decide is compared."""
FIRST_TOLD = ".told.json"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?")
HOME = re.compile(r" --home [^<`]+")
"""Where a page's home is: no two of the lakes that are compared are in one."""
FINGERPRINT = re.compile(r'name="bio-[^>]*>')


def holdings_of(lake: Lakehouse) -> Holdings:
    """What the lake holds, and in `owed` the days of which something is still to be made."""
    found = {
        "landing": sorted(_landed(lake)),
        "log": sorted(_logged(lake)),
        "bronze": sorted(_bronze(lake)),
        "quarantine": sorted(_objects(lake, quarantine.PREFIX)),
        "reports": sorted(_objects(lake, "reports", without=FIRST_TOLD)),
        "first told": sorted(_objects(lake, "reports", only=FIRST_TOLD)),
        "views": sorted(_objects(lake, "views")),
        "owed": sorted(map(str, arrivals.unfinished(lake))),
    }
    return found | _tables(lake) | _views(lake)


def differences(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> list[str]:
    """Where two lakes hold something else, a line each, with the first thing that one lacks."""
    told = []
    for place in sorted({*one, *other}):
        left, right = one.get(place, []), other.get(place, [])
        if left != right:
            lacking = [text for text in left if text not in right]
            beyond = [text for text in right if text not in left]
            told.append(f"{place}: lacks {lacking[:1]}, has {beyond[:1]}, {len(left)}:{len(right)}")
    return told


def _landed(lake: Lakehouse) -> Iterator[str]:
    for info in lake.landing_objects.list(landing.PREFIX):
        yield f"{info.key} {checksum(lake.landing_objects.get(info.key))}"


def _logged(lake: Lakehouse) -> Iterator[str]:
    for entry in entries_of(lake.log):
        yield _text(asdict(entry)) + _text(asdict(lake.log.counts(entry.file_path)))
    yield from (_text(asdict(day)) for day in lake.log.days(FIRST, TODAY))


def _bronze(lake: Lakehouse) -> Iterator[str]:
    for dataset in registry.bronze_datasets():
        for row in lake.bronze.read(dataset, FIRST, TODAY).to_pylist():
            yield f"{dataset} {_text(row)}"


def _objects(
    lake: Lakehouse, prefix: str, only: str = "", without: str | None = None
) -> Iterator[str]:
    for info in lake.objects.list(prefix):
        if not info.key.endswith(only) or (without and info.key.endswith(without)):
            continue
        content = lake.objects.get(info.key).decode(errors="replace")
        said = HOME.sub("", FINGERPRINT.sub("", MOMENT.sub("", content)))
        yield f"{info.key} {said}"


def _tables(lake: Lakehouse) -> Holdings:
    names = lake.tables.names()
    return {name: sorted(map(_text, lake.tables.scan(name).to_pylist())) for name in names}


def _views(lake: Lakehouse) -> Holdings:
    if not any(lake.objects.list("views")):
        return {}
    sql, made = backends.open_sql(lake), VIEWS.values()
    return {view.full_name: sorted(map(_text, sql.rows_of(view.name).to_pylist())) for view in made}


def _text(row: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name not in OF_ARRIVALS}
    return MOMENT.sub("", json.dumps(kept, default=str, sort_keys=True))


def left_behind(lake: Lakehouse) -> list[str]:
    """Files of the home that nothing reads: half-written ones, and those of no table's state."""
    home = lake.settings.home
    hidden = [path for path in home.rglob(".*") if path.is_file() and path.parent != home]
    temporary = [path for path in hidden if ".locks" not in path.parts]
    used: set[str] = set()
    for name in lake.tables.names():
        used |= set(files_in_use(lake.tables.catalog.writable.load_table(name)))
    lying = {str(path) for path in (home / "warehouse").rglob("*") if path.is_file()}
    return sorted({*map(str, temporary), *(lying - used)})
