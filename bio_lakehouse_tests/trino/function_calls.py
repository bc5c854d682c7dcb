"""Calls of every function and operator that may be asked for, with ordinary arguments and each
argument's null, empty and edge values.

A call is written with kinds for arguments (`lpad({text}, {count}, {text})`): it is made once with
the first value of each kind, and once for each further value in each place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VALUES: dict[str, tuple[str, ...]] = {
    "int": ("7", "-3", "0", "CAST(NULL AS integer)"),
    "big": ("12", "-1", "9223372036854775807", "CAST(NULL AS bigint)"),
    "count": ("2", "0", "-1", "9", "CAST(NULL AS integer)"),
    "place": ("2", "1", "-1", "0", "9", "CAST(NULL AS integer)"),
    "double": ("2.5e0", "-0.5e0", "0e0", "nan()", "infinity()", "CAST(NULL AS double)"),
    "unit": ("0.25e0", "-1e0", "1e0", "2e0", "nan()", "CAST(NULL AS double)"),
    "decimal": ("2.345", "-0.50", "0.0", "CAST(NULL AS decimal(5, 2))"),
    "bool": ("true", "false", "CAST(NULL AS boolean)"),
    "text": ("'Cycling, Yoga'", "''", "'straße ÄÖ'", "'  a😀b '", "CAST(NULL AS varchar)"),
    "part": ("'o'", "''", "', '", "'😀'", "CAST(NULL AS varchar)"),
    "word": ("'kitten'", "''", "'éa'", "CAST(NULL AS varchar)"),
    "same length": ("'sitten'", "CAST(NULL AS varchar)"),
    "pattern": ("'[a-z]+'", "'x*'", "'(o)(g)'", "'nothing'", "CAST(NULL AS varchar)"),
    "date": ("date '2026-05-17'", "date '2024-02-29'", "date '2020-12-31'", "CAST(NULL AS date)"),
    "other date": ("date '2026-02-28'", "date '2026-05-31'", "CAST(NULL AS date)"),
    "time": (
        "timestamp '2026-05-17 13:45:10.123'",
        "timestamp '1969-12-31 23:59:59.500'",
        "timestamp '2026-01-01 00:00:00'",
        "CAST(NULL AS timestamp)",
    ),
    "other time": ("timestamp '2026-01-31 14:00:00'", "CAST(NULL AS timestamp)"),
    "steps": ("1", "-1", "0", "13", "CAST(NULL AS integer)"),
    "list": (
        "ARRAY[3, 1, 2, 1]",
        "CAST(ARRAY[] AS array(integer))",
        "ARRAY[1, NULL]",
        "ARRAY[CAST(NULL AS integer)]",
        "CAST(NULL AS array(integer))",
    ),
    "doubles": (
        "ARRAY[2.5e0, -1e0]",
        "ARRAY[1e0, nan()]",
        "ARRAY[1e0, NULL]",
        "CAST(ARRAY[] AS array(double))",
    ),
    "other list": (
        "ARRAY[2, 9]",
        "CAST(ARRAY[] AS array(integer))",
        "ARRAY[NULL, 2]",
        "CAST(NULL AS array(integer))",
    ),
    "texts": (
        "ARRAY['b', 'a', 'c']",
        "ARRAY['b', NULL, '']",
        "CAST(ARRAY[] AS array(varchar))",
        "CAST(NULL AS array(varchar))",
    ),
    "lists": ("ARRAY[ARRAY[1, 2], ARRAY[3]]", "ARRAY[ARRAY[1], NULL]", "ARRAY[ARRAY[NULL]]"),
    "map": (
        "map(ARRAY['a', 'b'], ARRAY[1, NULL])",
        "map(ARRAY['b'], ARRAY[9])",
        "map(CAST(ARRAY[] AS array(varchar)), CAST(ARRAY[] AS array(integer)))",
        "IF(1 = 0, map(ARRAY['a'], ARRAY[1]))",
    ),
    "key": ("'a'", "'z'", "CAST(NULL AS varchar)"),
    "json": (
        """'{"a": {"b": [1, 2.50, "x"]}, "c": 1.50, "d": null, "e": true, "f": "ü", "g": 1e2}'""",
        "'[1, 2, 3]'",
        "'5'",
        "'null'",
        """'"text"'""",
        "'[]'",
        "CAST(NULL AS varchar)",
        "'{broken'",
    ),
    "path": (
        "'$.c'",
        "'$.a'",
        "'$.a.b[1]'",
        "'$.d'",
        "'$.e'",
        "'$.f'",
        "'$.g'",
        "'$.z'",
        "'$'",
        "'$[1]'",
    ),
    "base": ("16", "2", "36", "1", "37"),
    "digits": ("'ff'", "'-7f'", "''", "'zz'", "CAST(NULL AS varchar)"),
}

ROWS = {
    "some rows": (
        "(1, 2.5e0, 1.50, 'a', true), (2, -1e0, 2.25, 'b', false), (3, 4e0, 3.00, 'a', true),"
        " (4, NULL, NULL, NULL, NULL)"
    ),
    "one row": "(5, 1.5e0, 0.50, 'x', true)",
    "nulls": (
        "(CAST(NULL AS integer), CAST(NULL AS double), CAST(NULL AS decimal(3, 2)),"
        " CAST(NULL AS varchar), CAST(NULL AS boolean))"
    ),
    "no rows": "(1, 2.5e0, 1.50, 'a', true)",
    "odd numbers": (
        "(1, nan(), 9.99, '', true), (2, infinity(), 0.01, 'é', true), (2, 1e0, 0.01, 'Z', false)"
    ),
}
"""Rows named n, d, m, s, b: whole numbers, doubles, decimals, texts, booleans."""

_KIND = re.compile(rf"\{{({'|'.join(VALUES)})\}}")


@dataclass(frozen=True, slots=True)
class Call:
    """An expression; `rows` are what it is said of, by a name of `ROWS`: none for a constant."""

    template: str
    expression: str
    rows: str = ""
    is_window: bool = False

    def statement(self) -> str:
        """A SELECT of the expression alone."""
        return select([self])


def select(calls: list[Call]) -> str:
    """A SELECT of expressions over the same rows."""
    listed = ", ".join(f"{call.expression} AS c{number}" for number, call in enumerate(calls))
    first = calls[0]
    if not first.rows:
        return f"SELECT {listed}"
    none = " WHERE n > 1" if first.rows == "no rows" else ""
    order = " ORDER BY n, d" if first.is_window else ""
    return f"SELECT {listed} FROM (VALUES {ROWS[first.rows]}) AS t (n, d, m, s, b){none}{order}"


def groups() -> Iterator[list[Call]]:
    """All calls, those of a paragraph and of one set of rows together."""
    for section, paragraph in paragraphs():
        templates = paragraph.splitlines()
        if section == "constants":
            yield [call for template in templates for call in calls_of(template)]
            continue
        for rows in ROWS:
            yield [Call(one, one, rows, section == "windows") for one in templates]


def paragraphs() -> Iterator[tuple[str, str]]:
    """Each paragraph of `function_calls.sql`, with the name of its section."""
    text = Path(__file__).with_name("function_calls.sql").read_text("utf-8")
    for section in text.split("-- ")[1:]:
        name, _, body = section.partition("\n")
        for paragraph in body.strip().split("\n\n"):
            yield name, paragraph


def calls_of(template: str) -> Iterator[Call]:
    """`template` with ordinary arguments, then with each other value in each place."""
    kinds = _KIND.findall(template)
    ordinary = [VALUES[kind][0] for kind in kinds]
    yield Call(template, filled(template, ordinary))
    for place, kind in enumerate(kinds):
        for value in VALUES[kind][1:]:
            changed = [*ordinary[:place], value, *ordinary[place + 1 :]]
            yield Call(template, filled(template, changed))


def filled(template: str, values: list[str]) -> str:
    remaining = iter(values)
    return _KIND.sub(lambda _: next(remaining), template)
