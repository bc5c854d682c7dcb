"""The day's row of four exports as a person would write it with pandas.

`python with_pandas.py FOLDER OUT.parquet`. It keeps no file as it came and no earlier version,
knows one person and their time zone, and trusts every row.
"""

from __future__ import annotations

import csv
import json
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd

ZONE = "America/New_York"


def oura(folder: Path, name: str, columns: dict[str, str], **how: Any) -> pd.DataFrame:
    """Some columns of an account export's file, under our names, by day."""
    rows = pd.read_csv(folder / f"{name}.csv", sep=";", usecols=["day", *columns], **how)
    return rows.rename(columns=columns).set_index("day")


def readiness(folder: Path) -> pd.DataFrame:
    columns = {
        "score": "readiness_score",
        "temperature_deviation": "temperature_deviation",
        "contributors": "contributors",
    }
    rows = oura(folder, "dailyreadiness", columns, quoting=csv.QUOTE_NONE)
    parts = rows.pop("contributors").map(json.loads)
    return rows.assign(hrv_balance_score=parts.map(lambda part: part["hrv_balance"]))


def sleep(folder: Path) -> pd.DataFrame:
    """A file whose every row was quoted as one cell."""
    lines = pd.read_csv(folder / "dailysleep.csv", sep="\t", header=0, names=["line"])["line"]
    cells = lines.str.split(";", expand=True)
    return pd.DataFrame({"day": cells[1], "sleep_score": pd.to_numeric(cells[2])}).set_index("day")


def activity(folder: Path) -> pd.DataFrame:
    columns = {
        "score": "activity_score",
        "steps": "steps",
        "active_calories": "active_calories",
        "total_calories": "total_calories",
    }
    return oura(folder, "dailyactivity", columns)


def workouts(folder: Path) -> pd.DataFrame:
    """Counts, sums and disciplines of each day's workouts."""
    rows = pd.read_csv(next(folder.glob("*_workouts*.csv")))
    clock = pd.to_datetime(rows["Workout Timestamp"].str[:16])
    start = clock.dt.tz_localize(ZONE).dt.tz_convert("UTC")
    by_day = rows.groupby(start.dt.strftime("%Y-%m-%d").rename("day"))
    return by_day.agg(
        workout_count=("Title", "size"),
        workout_minutes=("Length (minutes)", known_sum),
        total_output_kj=("Total Output", known_sum),
        workout_calories=("Calories Burned", known_sum),
        disciplines=("Fitness Discipline", lambda values: ",".join(sorted(set(values)))),
    )


def known_sum(values: pd.Series[float]) -> float:
    """The sum of what is known; none where nothing is."""
    return values.sum(min_count=1)


def main(folder: Path, target: Path) -> None:
    """Write the rows of the exports in `folder` to `target`."""
    parts = [readiness(folder), sleep(folder), activity(folder), workouts(folder)]
    days = reduce(lambda left, right: left.join(right, how="outer"), parts)
    days.sort_index().reset_index().to_parquet(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
