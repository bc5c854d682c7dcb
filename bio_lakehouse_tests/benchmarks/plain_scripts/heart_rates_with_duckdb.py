"""What a person would write in place of the lake: heart rates counted and averaged by day, in
DuckDB.

`python heart_rates_with_duckdb.py FOLDER TARGET` reads the folder's `oura_heartrate_*` files.
"""

from __future__ import annotations

import sys

import duckdb

BY_DAY = """
COPY (
    WITH readings AS (
        SELECT timestamp::TIMESTAMPTZ AS moment, bpm::INTEGER AS bpm, source
        FROM read_csv('{folder}/oura_heartrate_*.csv', all_varchar = true)
        UNION ALL
        SELECT reading.timestamp::TIMESTAMPTZ, reading.bpm, reading.source
        FROM (
            SELECT unnest(data) AS reading
            FROM read_json(
                '{folder}/oura_heartrate_*.json',
                columns = {{'data': 'STRUCT(timestamp VARCHAR, bpm INTEGER, source VARCHAR)[]'}},
                maximum_object_size = 100000000
            )
        )
    )
    SELECT (moment AT TIME ZONE 'UTC')::DATE AS day, count(*) AS readings, avg(bpm) AS mean
    FROM readings GROUP BY ALL ORDER BY day
) TO '{target}' (FORMAT parquet)
"""


def main(folder: str, target: str) -> None:
    duckdb.sql(BY_DAY.format(folder=folder, target=target))


if __name__ == "__main__":
    main(*sys.argv[1:])
