"""Three ways to keep bronze, side by side: a file a day, user and origin; a month of JSON lines by
gzip; a month of Parquet by zstd.

Run it with `python -m bio_lakehouse_tests.benchmarks.bronze_layouts [--days 1825]`. It prints
processor seconds, files and MB of the demo person's account export, and fails on none. Each layout
writes all days, writes one more, reads all as the transforms take them, reads one day, and reads
one day's lines to the byte, which decides whether it is written again.

The month by gzip was chosen: of five years it writes seven times as fast as a file a day and three
times as fast as Parquet, reads fastest, and is smallest. A file a day spends most of its time in
the file system. Parquet needs Arrow where files are taken in, which is larger than all else
together there, and its bytes are no function of its rows alone: another version of Arrow writes
others. Lines by gzip are opened by every tool, and Spark reads them as they are.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from bio_lakehouse.lake import bronze
from bio_lakehouse.lake.bronze import DayKey
from bio_lakehouse.lake.bronze_months import MonthKey, month_of
from bio_lakehouse.lake.bronze_store import Bronze, rows_of
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse_tests.benchmarks.five_years import exports, lake_in, with_bronze

DATASETS = ("oura/daily_activity", "oura/daily_readiness", "oura/daily_sleep")
PIECES = ("write all", "write a day", "read all", "read a day", "lines of a day")
Contents = dict[DayKey, bytes]


class Layout(Protocol):
    """One way to keep days of lines below a folder."""

    name: str

    def write(self, folder: Path, contents: Contents) -> None: ...
    def rows(self, folder: Path, dataset: str, first: date, last: date) -> pa.Table: ...
    def lines(self, folder: Path, key: DayKey) -> bytes: ...


class DayFiles:
    """A file of JSON lines a day, as earlier versions had it."""

    name = "a file a day"

    def write(self, folder: Path, contents: Contents) -> None:
        FolderStore(folder).put_many({key.name: lines for key, lines in contents.items()})

    def rows(self, folder: Path, dataset: str, first: date, last: date) -> pa.Table:
        parts = []
        for place in sorted((folder / "bronze" / dataset).iterdir()):
            if first <= date.fromisoformat(place.name.removeprefix("day=")) <= last:
                parts += [_rows(path, dataset) for path in place.iterdir()]
        return pa.concat_tables(parts)

    def lines(self, folder: Path, key: DayKey) -> bytes:
        return (folder / key.name).read_bytes()


def _rows(path: Path, dataset: str) -> pa.Table:
    user_id, origin, _ = path.name.split(".")
    day = date.fromisoformat(path.parent.name.removeprefix("day="))
    return rows_of(month_of(DayKey(dataset, day, user_id, origin)), path.read_bytes())


class GzipMonths:
    """What the lake does."""

    name = "a month, gzip"

    def write(self, folder: Path, contents: Contents) -> None:
        Bronze(FolderStore(folder)).apply(contents)

    def rows(self, folder: Path, dataset: str, first: date, last: date) -> pa.Table:
        return Bronze(FolderStore(folder)).read(dataset, first, last)

    def lines(self, folder: Path, key: DayKey) -> bytes:
        return Bronze(FolderStore(folder)).contents(key.dataset, key.day, key.day, key.user_id)[key]


class ParquetMonths:
    """Rows in the columns of the transforms, a month a file, compressed by zstd."""

    name = "a month, Parquet"

    def write(self, folder: Path, contents: Contents) -> None:
        by_month: defaultdict[MonthKey, Contents] = defaultdict(dict)
        for key, lines in contents.items():
            by_month[month_of(key)][key] = lines
        for month, days in by_month.items():
            self._write(self._path(folder, month), month, days)

    def _write(self, path: Path, month: MonthKey, days: Contents) -> None:
        rows = rows_of(month, b"".join(days[key] for key in sorted(days)))
        if path.exists():
            known = pq.read_table(path)
            own = pa.array([key.day for key in days], pa.date32())
            kept = known.filter(pa.compute.invert(pa.compute.is_in(known["day"], own)))
            rows = pa.concat_tables([kept, rows]).sort_by("day")
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, path.with_suffix(".new"), compression="zstd")
        path.with_suffix(".new").replace(path)

    def _path(self, folder: Path, month: MonthKey) -> Path:
        return folder / month.object_key.replace(".jsonl.gz", ".parquet")

    def rows(self, folder: Path, dataset: str, first: date, last: date) -> pa.Table:
        wanted = (f"month={first:%Y-%m}", f"month={last:%Y-%m}")
        parts = [
            pq.read_table(path)
            for place in sorted((folder / "bronze" / dataset).iterdir())
            if wanted[0] <= place.name <= wanted[1]
            for path in place.iterdir()
        ]
        rows = pa.concat_tables(parts)
        days = pa.compute.and_(
            pa.compute.greater_equal(rows["day"], first), pa.compute.less_equal(rows["day"], last)
        )
        return rows.filter(days)

    def lines(self, folder: Path, key: DayKey) -> bytes:
        rows = self.rows(folder, key.dataset, key.day, key.day).to_pylist()
        lines = [
            bronze.Line(
                row["record_key"],
                row["version"],
                row["line"],
                row["source_file"],
                f"{row['ingested_at'].isoformat()}+00:00",
                row["hints"],
                row["record"],
                row["provisional_at"],
                row["withdrawn"],
            )
            for row in rows
            if (row["user_id"], row["origin"]) == (key.user_id, key.origin)
        ]
        return bronze.encode(key, lines)


LAYOUTS: tuple[Layout, ...] = (DayFiles(), GzipMonths(), ParquetMonths())


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def measured(layout: Layout, contents: Contents, folder: Path) -> list[float]:
    """Processor seconds of each of `PIECES`; the layout gives back what it was given."""
    newest = max(contents, key=lambda key: key.day)
    first, last = min(key.day for key in contents), newest.day
    took = [
        seconds(lambda: layout.write(folder, contents)),
        seconds(lambda: layout.write(folder, {newest: contents[newest]})),
        seconds(lambda: [layout.rows(folder, name, first, last) for name in DATASETS]),
        seconds(lambda: layout.rows(folder, newest.dataset, last, last)),
        seconds(lambda: layout.lines(folder, newest)),
    ]
    found = sum(layout.rows(folder, name, first, last).num_rows for name in DATASETS)
    lines = sum(content.count(b"\n") for content in contents.values())
    if (found, layout.lines(folder, newest)) != (lines, contents[newest]):
        raise AssertionError(f"{layout.name} does not give back what it was given")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=1825)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        paths = exports(chosen.days, 1, Path(place, "downloads"))
        lake = lake_in(Path(place, "home"))
        first, last = with_bronze(lake, paths)
        contents: Contents = {}
        for name in DATASETS:
            contents |= lake.bronze.contents(name, first, last)
        size = sum(map(len, contents.values()))
        print(f"{len(contents):,} days of a dataset, {size:,} bytes; processor seconds:\n")
        print(f"| layout | {' | '.join(PIECES)} | files | MB |")
        print("|---" * (len(PIECES) + 3) + "|")
        for layout in LAYOUTS:
            folder = Path(place, layout.name)
            took = measured(layout, contents, folder)
            files = [path for path in folder.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            told = " | ".join(f"{one:.3f}" for one in took)
            print(f"| {layout.name} | {told} | {len(files):,} | {size / 2**20:.1f} |")


if __name__ == "__main__":
    main()
