"""Every function that may be asked for, by an expression whose value Athena's (Trino's)
documentation tells."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pytest
from sqlglot import exp, parse_one

from bio_lakehouse.engines.athena_on_duckdb import FUNCTIONS, AthenaQuery
from bio_lakehouse.engines.sql import DuckDbSql
from bio_lakehouse.errors import QueryError
from bio_lakehouse_tests.engines.memory_lake import engine


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


NOON = at("2026-01-02 12:04:05")
SCALARS: list[tuple[str, Any]] = [
    ("abs(-3)", 3),
    ("acos(1)", 0.0),
    ("asin(0)", 0.0),
    ("atan(0)", 0.0),
    ("atan2(0, 1)", 0.0),
    ("bit_count(9, 64)", 2),
    ("bit_count(-7, 8)", 6),
    ("bitwise_and(19, 25)", 17),
    ("bitwise_left_shift(1, 2)", 4),
    ("bitwise_not(19)", -20),
    ("bitwise_or(19, 25)", 27),
    ("bitwise_right_shift(8, 3)", 1),
    ("bitwise_xor(19, 25)", 10),
    ("cbrt(27e0)", 3.0),
    ("from_base('ff', 16)", 255),
    ("to_base(255, 16)", "ff"),
    ("typeof(1)", "integer"),
    ("typeof(ARRAY[1e0])", "array(double)"),
    ("format('%s-%d %.2f %%', date '2026-01-01', 1, 2.5e0)", "2026-01-01-1 2.50 %"),
    ("from_utf8(to_utf8('ä'))", "ä"),
    ("to_hex(to_utf8('az'))", "617A"),
    ("normalize('e\u0301')", "é"),
    ("soundex('Miller')", "M460"),
    ("soundex('Robert')", "R163"),
    ("soundex('Honeyman')", "H555"),
    ("ceil(1.2e0)", 2.0),
    ("ceiling(-1.2e0)", -1.0),
    ("cos(0)", 1.0),
    ("cosh(0)", 1.0),
    ("degrees(pi())", 180.0),
    ("e()", math.e),
    ("exp(0)", 1.0),
    ("floor(-1.2e0)", -2.0),
    ("infinity()", math.inf),
    ("is_finite(1e0)", True),
    ("is_infinite(infinity())", True),
    ("is_nan(nan())", True),
    ("ln(1)", 0.0),
    ("log(2, 8)", 3.0),
    ("log10(1000)", 3.0),
    ("log2(8)", 3.0),
    ("mod(-7, 3)", -1),
    ("pow(2, 3)", 8.0),
    ("power(2e0, -1e0)", 0.5),
    ("radians(180)", math.pi),
    ("rand() < 1", True),
    ("random() >= 0", True),
    ("round(2.5e0)", 3.0),
    ("round(-2.5e0)", -3.0),
    ("CAST(round(CAST(1.025e0 AS decimal(18, 12)), 2) AS double)", 1.03),
    ("sign(-2)", -1),
    ("sin(0)", 0.0),
    ("sinh(0)", 0.0),
    ("sqrt(16)", 4.0),
    ("tan(0)", 0.0),
    ("tanh(0)", 0.0),
    ("truncate(-2.7e0)", -2.0),
    ("width_bucket(35, 0, 100, 10)", 4),
    ("width_bucket(-1, 0, 100, 10)", 0),
    ("width_bucket(100, 0, 100, 10)", 11),
    ("greatest(1, 3, 2)", 3),
    ("greatest(1, NULL)", None),
    ("least(3, 1, 2)", 1),
    ("least(NULL, 1)", None),
    ("coalesce(NULL, 2)", 2),
    ("nullif(1, 1)", None),
    ("try(1 / 0)", None),
    ("chr(65)", "A"),
    ("codepoint('A')", 65),
    ("concat('a', 'b', 'c')", "abc"),
    ("concat('a', NULL)", None),
    ("concat_ws(',', 'a', NULL, 'b')", "a,b"),
    ("ends_with('energy', 'gy')", True),
    ("hamming_distance('karolin', 'kathrin')", 3),
    ("length('über')", 4),
    ("levenshtein_distance('kitten', 'sitting')", 3),
    ("lower('ABC')", "abc"),
    ("lpad('7', 3, '0')", "007"),
    ("lpad('1234', 2, '0')", "12"),
    ("ltrim('  a')", "a"),
    ("regexp_count('1a 2b 14m', '\\s*[a-z]+\\s*')", 3),
    ("regexp_extract('1a 2b 14m', '\\d+')", "1"),
    ("regexp_extract('1a 2b 14m', '(\\d+)([a-z]+)', 2)", "a"),
    ("regexp_extract('abc', '\\d+')", None),
    ("regexp_extract_all('1a 2b 14m', '\\d+')", ["1", "2", "14"]),
    ("regexp_like('1a 2b 14m', '\\d+b')", True),
    ("regexp_replace('1a 2b 14m', '\\d+[ab] ')", "14m"),
    ("regexp_replace('1a 2b 14m', '(\\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"),
    ("regexp_split('1a 2b 14m', '\\s*[a-z]+\\s*')", ["1", "2", "14", ""]),
    ("replace('a-b-c', '-')", "abc"),
    ("replace('a-b-c', '-', '+')", "a+b+c"),
    ("reverse('abc')", "cba"),
    ("rpad('a', 3, 'xy')", "axy"),
    ("rtrim('a  ')", "a"),
    ("split('Cycling,Yoga', ',')", ["Cycling", "Yoga"]),
    ("split_part('Cycling,Yoga', ',', 2)", "Yoga"),
    ("split_part('Cycling,Yoga', ',', 3)", None),
    ("starts_with('energy', 'en')", True),
    ("strpos('energy', 'er')", 3),
    ("strpos('energy', 'x')", 0),
    ("substr('energy', 3)", "ergy"),
    ("substring('energy', -2, 1)", "g"),
    ("translate('abcda', 'a', 'z')", "zbcdz"),
    ("upper('abc')", "ABC"),
    ("at_timezone(timestamp '2026-01-01 03:00:00', 'America/New_York')", at("2025-12-31 22:00:00")),
    ("date('2026-01-02')", date(2026, 1, 2)),
    ("date(timestamp '2026-01-02 23:00:00')", date(2026, 1, 2)),
    ("date_add('day', 1, date '2024-02-28')", date(2024, 2, 29)),
    ("date_add('week', -1, date '2026-01-01')", date(2025, 12, 25)),
    ("date_add('month', 1, date '2026-01-31')", date(2026, 2, 28)),
    ("date_add('quarter', 1, date '2026-01-31')", date(2026, 4, 30)),
    ("date_add('year', -1, date '2024-02-29')", date(2023, 2, 28)),
    ("date_add('second', 86, timestamp '2020-03-01 00:00:00')", at("2020-03-01 00:01:26")),
    ("date_add('hour', 9, timestamp '2020-03-01 00:00:00')", at("2020-03-01 09:00:00")),
    ("date_diff('day', date '2020-03-01', date '2020-03-02')", 1),
    ("date_diff('day', date '2020-03-02', date '2020-03-01')", -1),
    ("date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 22:00:00')", 0),
    ("date_diff('week', date '2026-01-04', date '2026-01-05')", 0),
    ("date_diff('week', date '2026-01-01', date '2026-01-15')", 2),
    ("date_diff('month', date '2026-01-31', date '2026-02-01')", 0),
    ("date_diff('month', date '2026-01-15', date '2026-03-15')", 2),
    ("date_diff('year', date '2024-06-01', date '2026-05-31')", 1),
    ("date_diff('hour', timestamp '2020-03-01 00:00:00', timestamp '2020-03-02 00:00:00')", 24),
    ("date_format(timestamp '2026-01-02 12:04:05', '%Y-%m-%d %H:%i:%s')", "2026-01-02 12:04:05"),
    (
        "date_format(date '2026-01-02', '%a %W %b %M %e %c %y %j %v %x %%')",
        "Fri Friday Jan January 2 1 26 002 01 2026 %",
    ),
    ("date_parse('2026-01-02 03', '%Y-%m-%d %H')", at("2026-01-02 03:00:00")),
    ("date_trunc('day', timestamp '2022-10-20 05:10:00')", at("2022-10-20 00:00:00")),
    ("date_trunc('week', date '2026-01-01')", date(2025, 12, 29)),
    ("date_trunc('month', date '2026-03-31')", date(2026, 3, 1)),
    ("date_trunc('quarter', date '2026-05-31')", date(2026, 4, 1)),
    ("date_trunc('year', date '2026-05-31')", date(2026, 1, 1)),
    ("day(date '2026-01-02')", 2),
    ("day_of_month(date '2026-01-02')", 2),
    ("day_of_week(date '2026-01-04')", 7),
    ("day_of_year(date '2026-02-01')", 32),
    ("dow(date '2026-01-05')", 1),
    ("doy(date '2026-02-01')", 32),
    (
        "format_datetime(timestamp '2026-01-02 12:04:05', 'yyyy-MM-dd HH:mm:ss')",
        "2026-01-02 12:04:05",
    ),
    ("format_datetime(date '2026-01-02', 'EEEE, d MMMM yyyy')", "Friday, 2 January 2026"),
    ("format_datetime(date '2025-12-29', 'xxxx-''W''ww e ''%''')", "2026-W01 1 %"),
    ("from_iso8601_date('2026-01-02')", date(2026, 1, 2)),
    ("from_iso8601_timestamp('2020-05-11T11:15:05.055+01:00')", at("2020-05-11 10:15:05.055000")),
    ("from_unixtime(1767355445)", NOON),
    ("hour(timestamp '2026-01-02 12:04:05')", 12),
    ("last_day_of_month(date '2024-02-01')", date(2024, 2, 29)),
    ("millisecond(timestamp '2026-01-02 12:04:05.678')", 678),
    ("minute(timestamp '2026-01-02 12:04:05')", 4),
    ("month(date '2026-01-02')", 1),
    ("now() > timestamp '2020-01-01 00:00:00'", True),
    ("parse_datetime('02.01.2026 12', 'dd.MM.yyyy HH')", at("2026-01-02 12:00:00")),
    ("quarter(date '2026-05-02')", 2),
    ("second(timestamp '2026-01-02 12:04:05')", 5),
    ("to_iso8601(date '2026-01-02')", "2026-01-02"),
    ("to_iso8601(timestamp '2026-01-02 12:04:05')", "2026-01-02T12:04:05.000"),
    ("to_unixtime(timestamp '2026-01-02 12:04:05')", 1767355445.0),
    ("week(date '2025-12-29')", 1),
    ("week_of_year(date '2027-01-01')", 53),
    ("year(date '2026-01-02')", 2026),
    ("year_of_week(date '2025-12-29')", 2026),
    ("yow(date '2027-01-01')", 2026),
    ("all_match(ARRAY[1, 2], x -> x > 0)", True),
    ("all_match(ARRAY[1, 2], x -> x > 1)", False),
    ("any_match(ARRAY[1, 2], x -> x > 1)", True),
    ("none_match(ARRAY[1, 2], x -> x > 1)", False),
    ("array_distinct(ARRAY[3, 1, 3, NULL, NULL])", [3, 1, None]),
    ("array_except(ARRAY[1, 2, 2], ARRAY[1])", [2]),
    ("array_intersect(ARRAY[1, 2], ARRAY[2])", [2]),
    ("array_union(ARRAY[1, 1], ARRAY[1, 2])", [1, 2]),
    ("any_match(ARRAY[1, NULL], x -> x > 1)", None),
    ("any_match(ARRAY[2, NULL], x -> x > 1)", True),
    ("all_match(ARRAY[2, NULL], x -> x > 1)", None),
    ("all_match(ARRAY[], x -> x > 1)", True),
    ("none_match(ARRAY[], x -> x > 1)", True),
    ("reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s * 2)", 150),
    ("reduce(ARRAY[], 7, (s, x) -> s, s -> s)", 7),
    ("repeat('a', 3)", ["a", "a", "a"]),
    ("array_sort(shuffle(ARRAY[1, 2]))", [1, 2]),
    ("trim_array(ARRAY[1, 2, 3], 1)", [1, 2]),
    ("map(ARRAY['a'], ARRAY[1])", [("a", 1)]),
    ("map(ARRAY['a'], ARRAY[1])['a']", 1),
    ("element_at(map(ARRAY['a'], ARRAY[1]), 'b')", None),
    ("map_keys(map(ARRAY['a', 'b'], ARRAY[1, 2]))", ["a", "b"]),
    ("map_values(map(ARRAY['a', 'b'], ARRAY[1, 2]))", [1, 2]),
    ("map_concat(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a'], ARRAY[2]))", [("a", 2)]),
    ("is_json_scalar('1')", True),
    ("is_json_scalar('[1]')", False),
    ("json_exists('{\"a\": 1}', '$.a')", True),
    ("json_format(json_parse('[1,2]'))", "[1,2]"),
    ("json_query('{\"a\": [1]}', 'lax $.a')", "[1]"),
    ("json_value('{\"a\": 1}', 'lax $.a')", "1"),
    ("json_value('{\"a\": [1]}', 'lax $.a')", None),
    ("array_join(ARRAY[1, NULL, 2], '-')", "1-2"),
    ("array_join(ARRAY[1, NULL, 2], '-', '?')", "1-?-2"),
    ("array_average(ARRAY[1, 2, NULL])", 1.5),
    ("array_sum(ARRAY[1, 2, NULL])", 3.0),
    ("array_max(ARRAY[1, 3])", 3),
    ("array_max(ARRAY[1, NULL])", None),
    ("array_min(ARRAY[3, 1])", 1),
    ("array_position(ARRAY[5, 7], 7)", 2),
    ("array_position(ARRAY[5, 7], 9)", 0),
    ("array_remove(ARRAY[1, 2, 1], 1)", [2]),
    ("array_sort(ARRAY[3, NULL, 1])", [1, 3, None]),
    ("arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])", True),
    ("cardinality(ARRAY[1, 2, 3])", 3),
    ("contains(ARRAY['Yoga', 'Cycling'], 'Yoga')", True),
    ("element_at(ARRAY[1, 2], -1)", 2),
    ("element_at(ARRAY[1, 2], 3)", None),
    ("filter(ARRAY[5, -6, NULL, 7], x -> x > 0)", [5, 7]),
    ("flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", [1, 2, 3]),
    ("sequence(1, 3)", [1, 2, 3]),
    ("sequence(3, 1)", [3, 2, 1]),
    ("sequence(1, 7, 3)", [1, 4, 7]),
    (
        "sequence(date '2026-01-30', date '2026-02-01')",
        [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)],
    ),
    (
        "sequence(date '2026-01-01', date '2026-03-01', interval '1' month)",
        [date(2026, n, 1) for n in (1, 2, 3)],
    ),
    ("slice(ARRAY[1, 2, 3, 4], 2, 2)", [2, 3]),
    ("slice(ARRAY[1, 2, 3, 4], -3, 2)", [2, 3]),
    ("transform(ARRAY[5, NULL, 6], x -> coalesce(x, 0) + 1)", [6, 1, 7]),
    ("json_array_length('[1, 2]')", 2),
    ("CAST(json_extract('{\"x\": [1, 2.5]}', '$.x') AS array(double))", [1.0, 2.5]),
    ("json_extract_scalar('{\"a\": {\"b\": 5}}', '$.a.b')", "5"),
    ("json_extract_scalar('{\"a\": [1]}', '$.a')", None),
    ("json_extract_scalar(json_parse('{\"a\": 1}'), '$.a')", "1"),
]
# Over the rows (1, 2, 'a'), (2, 4, 'b'), (3, 9, 'a'), (4, null, null), named n, m, s.
AGGREGATES: list[tuple[str, Any]] = [
    ("any_value(m) IS NOT NULL", True),
    ("arbitrary(s) IS NOT NULL", True),
    ("approx_distinct(s)", 2),
    ("approx_percentile(n, 0.5)", 3),
    ("approx_percentile(n, ARRAY[0.25, 1.0])", [2, 4]),
    ("array_agg(n ORDER BY n DESC)", [4, 3, 2, 1]),
    ("array_agg(m ORDER BY n)", [2, 4, 9, None]),
    ("avg(m)", 5.0),
    ("bitwise_and_agg(m)", 0),
    ("bitwise_or_agg(m)", 15),
    ("bitwise_xor_agg(m)", 15),
    ("bool_and(n > 1)", False),
    ("histogram(s)", [("a", 2), ("b", 1)]),
    ("map_agg(s, n)", [("a", 1), ("b", 2)]),
    ("kurtosis(n * n)", 20 / 6 * 7160.25 / 43**2 - 13.5),
    ("skewness(n)", 0.0),
    ("length(to_hex(checksum(n)))", 16),
    ("bool_or(n > 3)", True),
    ("every(n > 0)", True),
    ("corr(m, n)", 0.9707253433941511),
    ("corr(n, 1)", None),
    ("count(*)", 4),
    ("count(m)", 3),
    ("count(DISTINCT s)", 2),
    ("count_if(n > 2)", 2),
    ("covar_pop(m, n)", 7 / 3),
    ("covar_samp(m, n)", 3.5),
    ("geometric_mean(n)", 24**0.25),
    ("max(n)", 4),
    ("max(n, 2)", [4, 3]),
    ("max_by(s, m)", "a"),
    ("min(n)", 1),
    ("min_by(n, m)", 1),
    ("regr_intercept(m, n)", -2.0),
    ("regr_slope(m, n)", 3.5),
    ("regr_slope(m, 1)", None),
    ("stddev(n)", math.sqrt(5 / 3)),
    ("stddev_pop(n)", math.sqrt(5 / 4)),
    ("stddev_samp(n)", math.sqrt(5 / 3)),
    ("sum(n)", 10),
    ("sum(n) FILTER (WHERE s = 'a')", 4),
    ("sum(n) / count(*)", 2),
    ("var_pop(n)", 1.25),
    ("var_samp(n)", 5 / 3),
    ("variance(n)", 5 / 3),
    ("corr(m, n) FILTER (WHERE n < 2)", None),
    ("date_diff('day', min(date '2026-01-01'), max(date '2026-01-03'))", 2),
    ("date_add('day', 1, max(date '2026-01-01'))", date(2026, 1, 2)),
    ("listagg(s, ',') WITHIN GROUP (ORDER BY n)", "a,b,a"),
    ("listagg(s) WITHIN GROUP (ORDER BY n DESC)", "aba"),
]
# Over the same rows, in the order of n.
WINDOWS: list[tuple[str, list[Any]]] = [
    ("cume_dist() OVER (ORDER BY n)", [0.25, 0.5, 0.75, 1.0]),
    ("dense_rank() OVER (ORDER BY n / 2)", [1, 2, 2, 3]),
    ("first_value(m) OVER (ORDER BY n)", [2, 2, 2, 2]),
    ("lag(m) OVER (ORDER BY n)", [None, 2, 4, 9]),
    ("lag(n, 2, 0) OVER (ORDER BY n)", [0, 0, 1, 2]),
    ("lead(m) IGNORE NULLS OVER (ORDER BY n)", [4, 9, None, None]),
    ("last_value(m) IGNORE NULLS OVER (ORDER BY n)", [2, 4, 9, 9]),
    ("nth_value(n, 2) OVER (ORDER BY n)", [None, 2, 2, 2]),
    ("ntile(2) OVER (ORDER BY n)", [1, 1, 2, 2]),
    ("percent_rank() OVER (ORDER BY n)", [0.0, 1 / 3, 2 / 3, 1.0]),
    ("rank() OVER (ORDER BY n / 2)", [1, 2, 2, 4]),
    ("row_number() OVER (ORDER BY n DESC)", [4, 3, 2, 1]),
    ("sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", [1, 3, 5, 7]),
    ("corr(n, n) OVER (ORDER BY n)", [None, 1.0, 1.0, 1.0]),
    (
        "sum(n) OVER (ORDER BY date_add('day', n * n, date '2026-01-01') "
        "RANGE BETWEEN INTERVAL '5' DAY PRECEDING AND CURRENT ROW)",
        [1, 3, 5, 4],
    ),
]
ROWS = "(VALUES (1, 2, 'a'), (2, 4, 'b'), (3, 9, 'a'), (4, NULL, NULL)) AS t (n, m, s)"
# What is written with words of its own instead of a plain call.
SYNTAX: list[tuple[str, Any]] = [
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("7 % 4", 3),
    ("7 / 2e0", 3.5),
    ("CAST(2.5e0 AS integer)", 3),
    ("CAST(-3.5e0 AS bigint)", -4),
    ("CAST(2.5 AS integer)", 3),
    ("CAST('12' AS integer)", 12),
    ("CAST(true AS integer)", 1),
    ("CAST('Cycling' AS varchar(3))", "Cyc"),
    ("CAST(date '2026-01-02' AS varchar)", "2026-01-02"),
    ("try_cast('abc' AS integer)", None),
    ("try_cast('2026-13-01' AS date)", None),
    ("date '2012-08-08' + interval '2' day", date(2012, 8, 10)),
    ("interval '2' day + date '2012-08-08'", date(2012, 8, 10)),
    ("date '2012-08-08' - interval '1' month", date(2012, 7, 8)),
    ("timestamp '2012-08-08 01:00' + interval '29' hour", at("2012-08-09 06:00:00")),
    ("timestamp '2026-01-01 03:00:00' AT TIME ZONE 'Europe/Berlin'", at("2026-01-01 04:00:00")),
    ("extract(year FROM date '2026-01-04')", 2026),
    ("extract(week FROM date '2026-01-04')", 1),
    ("extract(dow FROM date '2026-01-04')", 7),
    ("extract(day_of_week FROM date '2026-01-04')", 7),
    ("extract(doy FROM date '2026-01-04')", 4),
    ("extract(yow FROM date '2027-01-01')", 2026),
    ("extract(hour FROM timestamp '2026-01-04 05:00:00')", 5),
    ("if(1 > 2, 'a', 'b')", "b"),
    ("if(1 > 2, 'a')", None),
    ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
    ("'a' || 'b' || NULL", None),
    ("ARRAY[1] || ARRAY[2]", [1, 2]),
    ("ARRAY[4, 5][2]", 5),
    ("position('n' IN 'energy')", 2),
    ("substring('energy' FROM 3 FOR 2)", "er"),
    ("trim('  a ')", "a"),
    ("trim(BOTH '$' FROM '$var$')", "var"),
    ("1 IS DISTINCT FROM NULL", True),
    ("'50%' LIKE '50#%' ESCAPE '#'", True),
    ("3 BETWEEN 1 AND 3", True),
    ("2 = ANY (SELECT n FROM (VALUES 1, 2) AS t (n))", True),
    ("2 > ALL (SELECT n FROM (VALUES 1, 2) AS t (n))", False),
    ("3 > ALL (VALUES 1, 2)", True),
    ("1 = ANY (VALUES 1, 2)", True),
    ("3 = SOME (VALUES 1, 2)", False),
    ("EXISTS (SELECT 1)", True),
    ("current_date >= date '2020-01-01'", True),
    ("current_timestamp > localtimestamp - interval '1' minute", True),
]


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> DuckDbSql:
    return engine(tmp_path_factory.mktemp("views"), views=False)


@pytest.fixture(scope="module")
def answers(sql: DuckDbSql) -> dict[str, list[Any]]:
    """All expressions' values, a list of one or of one a row, from one question a kind."""
    kinds = (
        (SCALARS + SYNTAX, ""),
        (AGGREGATES, f"FROM {ROWS}"),
        (WINDOWS, f"FROM {ROWS} ORDER BY n"),
    )
    found: dict[str, list[Any]] = {}
    for cases, source in kinds:
        expressions = [expression for expression, _ in cases]
        answer = sql.query(f"SELECT {', '.join(expressions)} {source}", None)
        found |= {
            text: column.to_pylist()
            for text, column in zip(expressions, answer.columns, strict=True)
        }
    return found


@pytest.mark.parametrize(("expression", "value"), SCALARS + SYNTAX + AGGREGATES)
def test_an_expression_has_athenas_value(
    answers: dict[str, list[Any]], expression: str, value: Any
) -> None:
    (found,) = answers[expression]

    assert_same(found, value)


@pytest.mark.parametrize(("expression", "values"), WINDOWS)
def test_a_window_has_athenas_values(
    answers: dict[str, list[Any]], expression: str, values: list[Any]
) -> None:
    for found, value in zip(answers[expression], values, strict=True):
        assert_same(found, value)


def test_a_grouping_says_which_columns_were_grouped(sql: DuckDbSql) -> None:
    answer = sql.query(
        f"SELECT s, grouping(s) AS g, sum(n) AS n FROM {ROWS} GROUP BY ROLLUP (s) ORDER BY g, s",
        None,
    )

    assert [tuple(row.values()) for row in answer.to_pylist()] == [
        ("a", 0, 4),
        ("b", 0, 2),
        (None, 0, 4),
        (None, 1, 10),
    ]


def test_every_function_has_a_case() -> None:
    written = "; ".join(f"SELECT {expression}" for expression, _ in SCALARS + AGGREGATES + WINDOWS)
    called = {
        call.name.lower() for call in parse_all(written) for call in call.find_all(exp.Anonymous)
    }

    assert called - {"grouping"} == FUNCTIONS - {"grouping"}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("date_format(current_date, '%D')", "date_format.. is not translated with '%D'"),
        ("format_datetime(current_date, 'G')", "format_datetime.. is not translated with 'G'"),
        ("date_format(current_date, lower('%Y'))", "needs its format written out"),
        ("date_format(current_date)", "takes 2 arguments, not 1"),
        (
            "date_add('fortnight', 1, current_date)",
            "needs its unit written out, one of millisecond, .*not 'fortnight'",
        ),
        ("date_trunc(lower('DAY'), current_date)", "needs its unit written out"),
        ("date_diff('day', current_date)", "takes 3 arguments, not 2"),
        ("date_add('day', 1, '2026-01-01')", "cannot be answered"),
        ("extract(century FROM current_date)", "EXTRACT knows no CENTURY"),
        ("sequence(1, 10001)", "at most 10000 entries"),
        ("1 / 0", "answered: division by zero. Write NULLIF.…, 0. around .* NULL there.$"),
        ("1 % 0", "answered: division by zero. Write NULLIF.…, 0. around .* NULL there.$"),
        ("any_match(ARRAY[1])", "takes 2 arguments"),
        ("format('%q', 1)", "knows %s, %d"),
        ("format('%s')", "one for each value"),
        ("from_base('zz', 10)", "a digit that its base does not have"),
        ("json_value('{}', lower('$'))", "needs its path written out"),
        ("greatest()", "at least one argument"),
        ("concat('a')", "at least two arguments"),
    ],
)
def test_what_has_no_answer_is_explained(sql: DuckDbSql, expression: str, message: str) -> None:
    with pytest.raises(QueryError, match=message) as refusal:
        sql.query(f"SELECT {expression}", None)

    assert "athena_" not in str(refusal.value)


def assert_same(found: Any, value: Any) -> None:
    expected = pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
    assert found == expected
    assert type(found) is type(value) or isinstance(value, float | int), (
        f"{found!r} is not of {value!r}'s type"
    )


def parse_all(written: str) -> list[exp.Expr]:
    return [parse_one(statement, read=AthenaQuery) for statement in written.split("; ")]
