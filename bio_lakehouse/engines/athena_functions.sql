-- Athena's functions that DuckDB lacks, or has under the same name with another meaning, as Athena's name after
-- "athena_". A date stays a date by cast_to_type: DuckDB cannot choose a variant of a macro by the type of an aggregate.

-- Dates and times
CREATE MACRO IF NOT EXISTS athena_interval(unit, n) AS CASE unit
    WHEN 'millisecond' THEN to_milliseconds(n)
    WHEN 'second' THEN to_seconds(n)
    WHEN 'minute' THEN to_minutes(n)
    WHEN 'hour' THEN to_hours(n)
    WHEN 'day' THEN to_days(CAST(n AS INTEGER))
    WHEN 'week' THEN to_weeks(CAST(n AS INTEGER))
    WHEN 'month' THEN to_months(CAST(n AS INTEGER))
    WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER))
    WHEN 'year' THEN to_years(CAST(n AS INTEGER))
END;
CREATE MACRO IF NOT EXISTS athena_date_add(unit, n, x) AS cast_to_type(x + athena_interval(unit, n), x);
CREATE MACRO IF NOT EXISTS athena_date_diff(unit, a, b) AS date_sub(unit, a, b);
CREATE MACRO IF NOT EXISTS athena_date_trunc(unit, x) AS cast_to_type(date_trunc(unit, x), x);
CREATE MACRO IF NOT EXISTS athena_plus(x, i) AS cast_to_type(x + i, x);
CREATE MACRO IF NOT EXISTS athena_minus(x, i) AS cast_to_type(x - i, x);
CREATE MACRO IF NOT EXISTS athena_date(x) AS CAST(x AS DATE);
CREATE MACRO IF NOT EXISTS athena_millisecond(x) AS millisecond(x) % 1000;
CREATE MACRO IF NOT EXISTS athena_at_timezone(x TIMESTAMP, zone) AS (x AT TIME ZONE 'UTC') AT TIME ZONE zone;
CREATE MACRO IF NOT EXISTS athena_from_unixtime(x) AS to_timestamp(x) AT TIME ZONE 'UTC';
CREATE MACRO IF NOT EXISTS athena_from_iso8601_timestamp(x) AS CAST(CAST(x AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP);
CREATE MACRO IF NOT EXISTS athena_to_iso8601(x) AS
    strftime(x, CASE typeof(x) WHEN 'DATE' THEN '%Y-%m-%d' ELSE '%Y-%m-%dT%H:%M:%S.%g' END);

-- Numbers
CREATE MACRO IF NOT EXISTS athena_finite(x) AS list_filter([CAST(x AS DOUBLE)], lambda v: isfinite(v))[1];
CREATE MACRO IF NOT EXISTS athena_greatest(x) AS CASE WHEN len(x) = list_count(x) THEN list_max(x) END;
CREATE MACRO IF NOT EXISTS athena_least(x) AS CASE WHEN len(x) = list_count(x) THEN list_min(x) END;
CREATE MACRO IF NOT EXISTS athena_e() AS exp(1);
CREATE MACRO IF NOT EXISTS athena_nan() AS CAST('nan' AS DOUBLE);
CREATE MACRO IF NOT EXISTS athena_infinity() AS CAST('infinity' AS DOUBLE);
CREATE MACRO IF NOT EXISTS athena_width_bucket(x, low, high, n) AS CASE
    WHEN x < low THEN 0
    WHEN x >= high THEN n + 1
    ELSE CAST(floor(CAST(x - low AS DOUBLE) * n / (high - low)) AS BIGINT) + 1
END;

CREATE MACRO IF NOT EXISTS athena_bitwise_and(a, b) AS CAST(a AS BIGINT) & CAST(b AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_or(a, b) AS CAST(a AS BIGINT) | CAST(b AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_not(a) AS ~CAST(a AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_left_shift(a, n) AS CAST(a AS BIGINT) << n;
CREATE MACRO IF NOT EXISTS athena_bitwise_right_shift(a, n) AS CAST(a AS BIGINT) >> n;
CREATE MACRO IF NOT EXISTS athena_bit_count(a, bits) AS
    CAST(bit_count(CAST(a AS BIGINT)) - CASE WHEN a < 0 THEN 64 - bits ELSE 0 END AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_to_base(n, radix) AS lower(to_base(n, radix));
CREATE MACRO IF NOT EXISTS athena_from_base(s, radix) AS CAST(list_reduce(
    list_transform(string_split(lower(s), ''), lambda c: CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS BIGINT)),
    lambda a, b: CASE WHEN b BETWEEN 0 AND radix - 1 THEN a * radix + b
        ELSE CAST(error('from_base() met a digit that its base does not have') AS BIGINT) END,
    CAST(0 AS BIGINT)
) AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_skewness(x) AS
    skewness(x) * (count(x) - 2) / sqrt(CAST(count(x) AS DOUBLE) * (count(x) - 1));
CREATE MACRO IF NOT EXISTS athena_typeof(x) AS
    regexp_replace(lower(typeof(x)), '^(.*)\[\]$', 'array(\1)');

-- Text
CREATE MACRO IF NOT EXISTS athena_soundex_digits(s) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        translate(upper(s), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556000000'),
    '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g');
CREATE MACRO IF NOT EXISTS athena_soundex(s) AS substr(upper(substr(s, 1, 1)) || rpad(replace(
    CASE WHEN upper(substr(s, 1, 1)) IN ('H', 'W') THEN athena_soundex_digits(s)
    ELSE substr(athena_soundex_digits(s), 2) END, '0', ''), 3, '0'), 1, 4);
CREATE MACRO IF NOT EXISTS athena_replace
    (s, search) AS replace(s, search, ''),
    (s, search, replacement) AS replace(s, search, replacement);
CREATE MACRO IF NOT EXISTS athena_split_part(s, delimiter, n) AS CASE
    WHEN n <= len(string_split(s, delimiter)) THEN split_part(s, delimiter, n)
END;
CREATE MACRO IF NOT EXISTS athena_regexp_extract
    (s, pattern) AS CASE WHEN regexp_matches(s, pattern) THEN regexp_extract(s, pattern) END,
    (s, pattern, n) AS CASE WHEN regexp_matches(s, pattern) THEN regexp_extract(s, pattern, n) END;
CREATE MACRO IF NOT EXISTS athena_regexp_replace
    (s, pattern) AS regexp_replace(s, pattern, '', 'g'),
    (s, pattern, replacement) AS
        regexp_replace(s, pattern, regexp_replace(replacement, '\$(\d)', '\\\1', 'g'), 'g');
CREATE MACRO IF NOT EXISTS athena_regexp_count(s, pattern) AS len(regexp_extract_all(s, pattern));

-- Arrays
CREATE MACRO IF NOT EXISTS athena_array_distinct(x) AS list_filter(x, lambda e, i: list_position(x, e) = i);
CREATE MACRO IF NOT EXISTS athena_array_sort(x) AS list_sort(x, 'ASC', 'NULLS LAST');
CREATE MACRO IF NOT EXISTS athena_array_max(x) AS CASE WHEN len(x) = list_count(x) THEN list_max(x) END;
CREATE MACRO IF NOT EXISTS athena_array_min(x) AS CASE WHEN len(x) = list_count(x) THEN list_min(x) END;
CREATE MACRO IF NOT EXISTS athena_array_position(x, e) AS CASE
    WHEN x IS NOT NULL AND e IS NOT NULL THEN coalesce(list_position(x, e), 0)
END;
CREATE MACRO IF NOT EXISTS athena_array_remove(x, e) AS list_filter(x, lambda v: v IS DISTINCT FROM e);
CREATE MACRO IF NOT EXISTS athena_array_join
    (x, delimiter) AS array_to_string(x, delimiter),
    (x, delimiter, null_replacement) AS
        array_to_string(list_transform(x, lambda v: coalesce(CAST(v AS VARCHAR), null_replacement)), delimiter);
CREATE MACRO IF NOT EXISTS athena_any_match(x) AS CASE
    WHEN list_contains(x, true) THEN true
    WHEN len(x) = list_count(x) THEN false
END;
CREATE MACRO IF NOT EXISTS athena_none_match(x) AS NOT athena_any_match(x);
CREATE MACRO IF NOT EXISTS athena_all_match(x) AS CASE
    WHEN list_contains(x, false) THEN false
    WHEN len(x) = list_count(x) THEN true
END;
CREATE MACRO IF NOT EXISTS athena_slice(x, start, length) AS
    list_slice(x, start, CASE WHEN start < 0 THEN len(x) + start + 1 ELSE start END + length - 1);
CREATE MACRO IF NOT EXISTS athena_fits(entries) AS CASE
    WHEN entries > 10000 THEN CAST(error('sequence() gives at most 10000 entries') AS BOOLEAN) ELSE true
END;
CREATE MACRO IF NOT EXISTS athena_sequence
    (a BIGINT, b BIGINT) AS CASE
        WHEN athena_fits(abs(b - a) + 1) THEN generate_series(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END)
    END,
    (a BIGINT, b BIGINT, step BIGINT) AS CASE
        WHEN athena_fits(abs(b - a) // abs(step) + 1) THEN generate_series(a, b, step)
    END,
    (a DATE, b DATE) AS CASE
        WHEN athena_fits(abs(b - a) + 1) THEN list_transform(
            generate_series(a, b, CASE WHEN a <= b THEN INTERVAL 1 DAY ELSE INTERVAL (-1) DAY END),
            lambda d: CAST(d AS DATE)
        )
    END,
    (a DATE, b DATE, step INTERVAL) AS CASE
        WHEN athena_fits(abs(b - a) * 86400 / abs(epoch(step)) + 1)
        THEN list_transform(generate_series(a, b, step), lambda d: CAST(d AS DATE))
    END;

CREATE MACRO IF NOT EXISTS athena_array_except(x, y) AS
    athena_array_distinct(list_filter(x, lambda e: list_position(y, e) IS NULL));
CREATE MACRO IF NOT EXISTS athena_array_union(x, y) AS athena_array_distinct(list_concat(x, y));
CREATE MACRO IF NOT EXISTS athena_trim_array(x, n) AS list_slice(x, 1, len(x) - n);
CREATE MACRO IF NOT EXISTS athena_repeat(e, n) AS
    CASE WHEN athena_fits(n) THEN list_transform(generate_series(1, n), lambda i: e) END;
CREATE MACRO IF NOT EXISTS athena_shuffle(x) AS list_transform(
    list_sort(list_transform(x, lambda e: {'at': random(), 'entry': e})), lambda placed: struct_extract(placed, 'entry')
);

-- Maps
CREATE MACRO IF NOT EXISTS athena_first_of_each(k, v) AS map(
    list_filter(k, lambda e, i: list_position(k, e) = i),
    list_filter(v, lambda e, i: list_position(k, k[i]) = i)
);
CREATE MACRO IF NOT EXISTS athena_map_agg(k, v) AS list_transform(
    [{'k': list(k) FILTER (WHERE k IS NOT NULL), 'v': list(v) FILTER (WHERE k IS NOT NULL)}],
    lambda lists: athena_first_of_each(lists.k, lists.v)
)[1];
-- Equal rows in any order have equal checksums, as in Athena, whose numbers are others.
CREATE MACRO IF NOT EXISTS athena_checksum(x) AS unhex(lpad(hex(CAST(
    sum(CAST(hash(x) AS HUGEINT)) % CAST('18446744073709551616' AS HUGEINT) AS UBIGINT
)), 16, '0'));
CREATE MACRO IF NOT EXISTS athena_histogram(x) AS histogram(x);

-- JSON
CREATE MACRO IF NOT EXISTS athena_is_json_scalar(j) AS json_type(CAST(j AS JSON)) NOT IN ('OBJECT', 'ARRAY');
CREATE MACRO IF NOT EXISTS athena_json_format(j) AS CAST(j AS VARCHAR);
CREATE MACRO IF NOT EXISTS athena_json_extract_scalar(j, path) AS CASE
    WHEN json_type(j, path) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(j, path)
END;
CREATE MACRO IF NOT EXISTS athena_json_parse(s) AS CAST(s AS JSON);
