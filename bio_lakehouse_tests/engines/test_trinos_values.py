"""Edge values on which DuckDB's own functions differ: what a real Trino 483 gives, as literals."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pytest

from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse_tests.engines.memory_lake import engine
from bio_lakehouse_tests.engines.test_sql_functions import assert_same

VALUES: list[tuple[str, Any]] = [
    ("ceil(7)", 7),
    ("floor(-3)", -3),
    ("round(2.675e0, 2)", 2.68),
    ("round(-1.115e0, 2)", -1.12),
    ("round(1.005e0, 2)", 1.0),
    ("round(1e300, 2)", 1e300),
    ("round(1234.5e0, -2)", 1200.0),
    ("sign(-0.5e0)", -1.0),
    ("is_nan(sign(nan()))", True),
    ("width_bucket(5, 10, 0, 5)", 3),
    ("width_bucket(5, ARRAY[1, 3, 9])", 2),
    ("from_base('-7f', 16)", -127),
    ("to_base(-3, 16)", "-3"),
    ("typeof(timestamp '2026-05-17 13:45:10.123')", "timestamp(3)"),
    ("typeof(sum(1))", "bigint"),
    ("typeof(to_utf8('a'))", "varbinary"),
    ("typeof(NULL)", "unknown"),
    ("format('%s-%s', CAST(NULL AS varchar), 7)", "null-7"),
    ("format('%s', infinity())", "Infinity"),
    ("format('%.1f%%', 12.25e0)", "12.3%"),
    ("format('%.0f', 2.5e0)", "3"),
    ("upper('straße ÄÖ')", "STRAßE ÄÖ"),
    ("upper('ß')", "ß"),
    ("upper('')", ""),
    ("trim(chr(9) || 'a' || chr(10))", "a"),
    ("length(ltrim(chr(160) || 'a'))", 2),
    ("rtrim('axx', 'x')", "a"),
    ("regexp_extract('ab', '([a-z])([a-z])', CAST(NULL AS integer))", None),
    ("regexp_split('ab', CAST(NULL AS varchar))", None),
    ("replace('abc', '', 'x')", "xaxbxcx"),
    ("soundex('')", ""),
    ("split('a,b', CAST(NULL AS varchar))", None),
    ("split('a,b,c', ',', 2)", ["a", "b,c"]),
    ("split('', ', ', 2)", [""]),
    ("split(CAST(NULL AS varchar), ', ', 2)", None),
    ("substr('abc', 0)", ""),
    ("substring('abc' FROM 0 FOR 2)", ""),
    ("substr('abc', 2, -1)", ""),
    ("date_parse('01:05 PM', '%h:%i %p')", datetime.fromisoformat("1970-01-01 13:05")),
    ("array_except(ARRAY[3, 1], CAST(NULL AS array(integer)))", None),
    ("array_intersect(ARRAY[3, 1], CAST(NULL AS array(integer)))", None),
    ("array_union(CAST(NULL AS array(integer)), ARRAY[2])", None),
    ("array_remove(ARRAY[3, 1], CAST(NULL AS integer))", None),
    ("array_join(ARRAY[2.5e0, -1e0], ',')", "2.5E0,-1.0E0"),
    ("array_join(ARRAY[CAST(NULL AS integer)], '-')", ""),
    ("arrays_overlap(ARRAY[1, NULL], ARRAY[2, 9])", None),
    ("arrays_overlap(ARRAY[2, NULL], ARRAY[2, 9])", True),
    ("contains(ARRAY[1, NULL], 2)", None),
    ("contains(ARRAY['b', NULL], 'b')", True),
    ("json_array_length('5')", None),
    ("json_array_length('{broken')", None),
    ("json_exists('{\"c\": 1.5}', 'lax $.c')", True),
    ("json_exists('{broken', 'lax $.c')", False),
    ("json_extract_scalar('{broken', '$.c')", None),
    ("json_extract_scalar('{\"d\": null}', '$.d')", None),
    ("json_format(json_parse('[1, 2, 3]'))", "[1,2,3]"),
    ("json_value('{\"c\": 1.50}', 'lax $.c')", "1.5E0"),
    ("json_query('{broken', 'lax $.a')", None),
    ("CAST('Cycling' AS json)", '"Cycling"'),
    ("2.5e0 / 0", math.inf),
    ("-5 / 0e0", -math.inf),
    ("is_nan(0e0 / 0e0)", True),
    ("7 / 2", 3),
    ("try(1 / 0)", None),
    ("2 * INTERVAL '1' DAY + date '2026-05-17'", date(2026, 5, 19)),
    ("CAST(2.5e0 AS varchar)", "2.5E0"),
    ("CAST(-0.5e0 AS varchar)", "-5.0E-1"),
    ("CAST(0e0 AS varchar)", "0E0"),
    ("CAST(1e10 AS varchar)", "1.0E10"),
    ("CAST(1e-5 AS varchar)", "1.0E-5"),
    ("CAST(123456789.125e0 AS varchar)", "1.23456789125E8"),
    ("CAST(nan() AS varchar)", "NaN"),
    ("CAST(1.50 AS varchar)", "1.50"),
    ("CAST(' 12' AS integer)", 12),
    ("try_cast('12.7' AS integer)", None),
    ("try(split_part('a', ',', 0))", None),
]
# Over the rows (1, 'a'), (2, 'b'), (3, 'a'), (4, null), named n and s.
AGGREGATES: list[tuple[str, Any]] = [
    ("approx_percentile(n, 0.5)", 3),
    ("approx_percentile(n, 1.0)", 4),
    ("approx_percentile(n, ARRAY[0.25, 0.75, 1])", [2, 4, 4]),
    ("count_if(n > 4)", 0),
    ("count_if(n > 2) FILTER (WHERE n > 9)", 0),
    ("max_by(s, n)", None),
    ("min_by(s, n)", "a"),
    ("max_by(n, n, 2)", [4, 3]),
    ("listagg(s) WITHIN GROUP (ORDER BY n DESC)", "aba"),
]
REFUSED = [
    "width_bucket(nan(), 0, 10, 5)",
    "width_bucket(5.3e0, 0, 10, 0)",
    "bit_count(9, 1)",
    "bitwise_right_shift(-8, 1)",
    "from_base('', 16)",
    "from_base('ff', 37)",
    "lpad('ab', -1, 'o')",
    "rpad('ab', 2, '')",
    "soundex('éa')",
    "split('ab', '')",
    "split_part('a,b,c', ',', 0)",
    "date_add('hour', 1, date '2026-05-17')",
    "date_diff('hour', date '2026-01-01', date '2026-01-02')",
    "date_trunc('hour', date '2026-05-17')",
    "extract(HOUR FROM date '2026-05-17')",
    "extract(MILLISECOND FROM timestamp '2026-05-17 13:45:10.123')",
    "from_iso8601_timestamp('2026-05-07 11:15:05')",
    "ARRAY[3, 1][-1]",
    "repeat('a', -1)",
    "sequence(9, 1, 2)",
    "sequence(date '2026-05-31', date '2026-05-17', INTERVAL '1' MONTH)",
    "slice(ARRAY[3, 1], 0, 2)",
    "slice(ARRAY[3, 1], 2, -1)",
    "trim_array(ARRAY[3, 1], 9)",
    "trim_array(ARRAY[3, 1], -1)",
    "date '2026-05-17' + INTERVAL '1' HOUR",
    "date '2026-05-17' + INTERVAL '2' WEEK",
    "date '2026-05-17' - date '2026-05-16'",
    "CAST('12.7' AS integer)",
    "CAST(ARRAY[3, 1] AS varchar)",
    "json_exists('{}', 'strict $.z')",
    "cot(1)",
]
ROWS = "(VALUES (1, 'a'), (2, 'b'), (3, 'a'), (4, NULL)) AS t (n, s)"


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> DuckDbSql:
    return engine(tmp_path_factory.mktemp("views"), views=False)


@pytest.mark.parametrize(
    ("cases", "source"), [(VALUES, ""), (AGGREGATES, f"FROM {ROWS}")], ids=["values", "aggregates"]
)
def test_the_values_are_trinos(sql: DuckDbSql, cases: list[tuple[str, Any]], source: str) -> None:
    expressions = ", ".join(expression for expression, _ in cases)
    answer = sql.query(f"SELECT {expressions} {source}", None)

    for (expression, value), column in zip(cases, answer.columns, strict=True):
        (found,) = column.to_pylist()
        try:
            assert_same(found, value)
        except AssertionError as error:
            raise AssertionError(f"{expression}: {error}") from error


@pytest.mark.parametrize("expression", REFUSED)
def test_what_trino_refuses_is_refused(sql: DuckDbSql, expression: str) -> None:
    with pytest.raises(QueryError) as refusal:
        sql.query(f"SELECT {expression}", None)

    assert "refused:" not in str(refusal.value)
