"""Hostile statements: those of a file, those that are known to have taken minutes or gigabytes, and
every table asked for somebody else's rows in every way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bio_lakehouse.engines.register import DESCRIBED

CASES = Path(__file__).parents[3] / "shared" / "cases"
WHO_IS_ASKED_FOR = "ada"
"""The other person of the shared cases."""
ESCAPES = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[nrt0])")
CUBE_COLUMNS, DOUBLINGS, GREATEST, JOINS = 15, 30, 25, 10
Kinds = Iterator[tuple[str, str]]
"""Kind and text of each statement."""

FOR_OTHERS = (
    "SELECT DISTINCT user_id FROM {table}",
    "SELECT count(*) FROM {table}",
    "SELECT count(*) FROM {table} WHERE user_id = '{other}'",
    "SELECT * FROM {full_name} WHERE user_id <> '{user}'",
    "SELECT max(user_id), min(user_id), checksum(user_id) FROM {full_name}",
    "SELECT b.user_id FROM {table} AS a FULL JOIN {table} AS b ON a.user_id <> b.user_id",
    "SELECT (SELECT count(*) FROM {table} AS me WHERE me.user_id = '{other}') FROM {table}",
    "WITH {table} AS (SELECT * FROM {full_name}) SELECT count(DISTINCT user_id) FROM {table}",
)
"""Ways to ask a table for the rows of another."""


def statements_of(path: Path, other: str = WHO_IS_ASKED_FOR) -> Kinds:
    """Those of a file, as they are written and with their escapes read; they ask for `other`."""
    kind = "good"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("--#"):
            kind = line.removeprefix("--#").strip()
        elif line.strip():
            statement = re.sub(rf"\b{WHO_IS_ASKED_FOR}\b", other, line)
            yield kind, statement
            if ESCAPES.search(statement):
                yield kind, ESCAPES.sub(lambda found: unescaped(found[0]), statement)


def unescaped(escape: str) -> str:
    return escape.encode("ascii").decode("unicode_escape")


def for_the_rows_of(other: str, user: str) -> Kinds:
    """Each table and view, asked by `user` for the rows of `other` in each way."""
    for full_name in sorted(DESCRIBED):
        names = {"full_name": full_name, "table": full_name.rpartition(".")[2]}
        for way in FOR_OTHERS:
            yield "rows of another", way.format(**names, other=other, user=user)


def hungry() -> Kinds:
    """Statements each of which once took more than 30 s or 4 GB."""
    for statement in (
        "SELECT rpad('x', 2147483647, 'y')",
        "SELECT cardinality(split(rpad('x', 500000000, 'x'), 'x'))",
        doubled(),
        cube(),
        f"SELECT {'greatest(' * GREATEST}1{', 2)' * GREATEST}",
        joins(),
    ):
        yield "hungry", statement


def doubled() -> str:
    parts = [
        f"a{level} AS (SELECT p.x + q.x AS x FROM a{level - 1} AS p CROSS JOIN a{level - 1} AS q)"
        for level in range(1, DOUBLINGS + 1)
    ]
    return f"WITH a0 AS (SELECT 1 AS x), {', '.join(parts)} SELECT x FROM a{DOUBLINGS}"


def cube() -> str:
    columns = [f"c{number}" for number in range(CUBE_COLUMNS)]
    made = ", ".join(f"x + {number} AS {name}" for number, name in enumerate(columns))
    rows = f"(SELECT {made} FROM UNNEST(sequence(1, 10000)) AS t (x))"
    return f"SELECT count(*) FROM {rows} GROUP BY CUBE ({', '.join(columns)})"


def joins() -> str:
    others = [f"JOIN energy_state AS e{number} USING (user_id, day)" for number in range(JOINS)]
    return f"SELECT count(*) FROM energy_state AS e {' '.join(others)}"
