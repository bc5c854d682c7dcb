"""The day's row of four exports as a person would write it with DuckDB: one read, one join.

`python with_duckdb.py FOLDER OUT.parquet`. It keeps no file as it came and no earlier version,
knows one person and their time zone, and trusts every row.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

READINESS = {
    "id": "VARCHAR",
    "contributors": "JSON",
    "day": "DATE",
    "score": "INT",
    "temperature_deviation": "DOUBLE",
    "temperature_trend_deviation": "DOUBLE",
    "timestamp": "VARCHAR",
}
"""Some of this file's lines lack their last cell, so that its columns have to be said."""
DAILY = """
COPY (
    WITH readiness AS (
        SELECT day, score AS readiness_score, temperature_deviation,
            json_extract(contributors, '$.hrv_balance')::INT AS hrv_balance_score
        FROM read_csv('{folder}/dailyreadiness.csv', delim = ';', quote = '',
            auto_detect = false, header = true, null_padding = true, columns = {readiness})
    ), sleep AS (
        SELECT line[2]::DATE AS day, nullif(line[3], '')::INT AS sleep_score
        FROM (
            SELECT split(line, ';') AS line
            FROM read_csv('{folder}/dailysleep.csv', delim = '\t', quote = '"', header = true,
                columns = {{'line': 'VARCHAR'}})
        )
    ), activity AS (
        SELECT day, score AS activity_score, steps, active_calories,
            total_calories
        FROM read_csv('{folder}/dailyactivity.csv', delim = ';', quote = '"')
    ), rides AS (
        SELECT *, timezone('America/New_York',
            strptime("Workout Timestamp"[:16], '%Y-%m-%d %H:%M')) AT TIME ZONE 'UTC' AS start_utc
        FROM read_csv('{workouts}', nullstr = ['', 'None'])
    ), workouts AS (
        SELECT start_utc::DATE AS day, count(*) AS workout_count,
            sum("Length (minutes)") AS workout_minutes,
            sum("Total Output") AS total_output_kj,
            sum("Calories Burned") AS workout_calories,
            array_to_string(list_sort(list_distinct(list("Fitness Discipline"))), ',')
                AS disciplines
        FROM rides GROUP BY ALL
    )
    SELECT day, readiness_score, temperature_deviation, hrv_balance_score, sleep_score,
        activity_score, steps, active_calories, total_calories, workout_count,
        workout_minutes, total_output_kj, workout_calories, disciplines
    FROM readiness FULL JOIN sleep USING (day) FULL JOIN activity USING (day)
        FULL JOIN workouts USING (day)
    ORDER BY day
) TO '{target}' (FORMAT parquet)
"""


def main(folder: Path, target: Path) -> None:
    """Write the rows of the exports in `folder` to `target`."""
    workouts = next(folder.glob("*_workouts*.csv"))
    duckdb.sql(DAILY.format(folder=folder, workouts=workouts, target=target, readiness=READINESS))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
