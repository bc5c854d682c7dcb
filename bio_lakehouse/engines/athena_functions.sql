-- Athena's functions that DuckDB lacks, or has under the same name with another meaning, as Athena's name after
-- "athena_". A date stays a date by cast_to_type: DuckDB cannot choose a variant of a macro by the type of an aggregate.

-- An error where Athena has one. DuckDB's error() counts as another value each time, which TRY and windows do not take.
CREATE MACRO IF NOT EXISTS athena_refused(reason) AS CAST(CAST('refused: ' || reason AS BIGINT) AS VARCHAR);

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
CREATE MACRO IF NOT EXISTS athena_on_a_day(unit, x) AS CASE
    WHEN typeof(x) <> 'DATE' OR unit NOT IN ('millisecond', 'second', 'minute', 'hour') THEN unit
    ELSE athena_refused('a date has no ' || unit || '; CAST it to timestamp')
END;
CREATE MACRO IF NOT EXISTS athena_date_add(unit, n, x) AS cast_to_type(x + athena_interval(athena_on_a_day(unit, x), n), x);
CREATE MACRO IF NOT EXISTS athena_date_diff(unit, a, b) AS CASE
    WHEN typeof(b) <> 'DATE' OR athena_on_a_day(unit, a) IS NOT NULL THEN date_sub(unit, a, b)
END;
CREATE MACRO IF NOT EXISTS athena_date_trunc(unit, x) AS cast_to_type(date_trunc(athena_on_a_day(unit, x), x), x);
CREATE MACRO IF NOT EXISTS athena_shifted(x, moment) AS CASE
    WHEN typeof(x) = 'DATE' AND moment <> date_trunc('day', moment)
    THEN cast_to_type(athena_refused('a date takes no hours, minutes or seconds; CAST it to timestamp'), x)
    ELSE cast_to_type(moment, x)
END;
CREATE MACRO IF NOT EXISTS athena_plus(x, i) AS athena_shifted(x, x + i);
CREATE MACRO IF NOT EXISTS athena_minus(x, i) AS athena_shifted(x, x - i);
CREATE MACRO IF NOT EXISTS athena_difference(a, b) AS CASE
    WHEN typeof(a) = 'DATE' AND typeof(b) = 'DATE'
    THEN cast_to_type(athena_refused('a date less a date is an interval in Athena; ask date_diff() for the days between them'), a - b)
    ELSE a - b
END;
CREATE MACRO IF NOT EXISTS athena_time_part(name, x) AS CASE
    WHEN typeof(x) <> 'DATE' THEN date_part(name, x)
    ELSE CAST(athena_refused('a date has no ' || name || ' that EXTRACT could take') AS BIGINT)
END;
CREATE MACRO IF NOT EXISTS athena_date(x) AS CAST(x AS DATE);
CREATE MACRO IF NOT EXISTS athena_millisecond(x) AS millisecond(x) % 1000;
CREATE MACRO IF NOT EXISTS athena_at_timezone(x TIMESTAMP, zone) AS (x AT TIME ZONE 'UTC') AT TIME ZONE zone;
CREATE MACRO IF NOT EXISTS athena_from_unixtime(x) AS to_timestamp(x) AT TIME ZONE 'UTC';
CREATE MACRO IF NOT EXISTS athena_from_iso8601_timestamp(x) AS CASE
    WHEN x NOT LIKE '% %' THEN CAST(CAST(x AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)
    WHEN x IS NOT NULL THEN CAST(athena_refused('an ISO 8601 time has a T between day and time') AS TIMESTAMP)
END;
CREATE MACRO IF NOT EXISTS athena_to_iso8601(x) AS
    strftime(x, CASE typeof(x) WHEN 'DATE' THEN '%Y-%m-%d' ELSE '%Y-%m-%dT%H:%M:%S.%g' END);

-- Numbers. Where a result has its argument's type, it is said as text and read as that: a macro has no types.
CREATE MACRO IF NOT EXISTS athena_is_double(x) AS typeof(x) IN ('DOUBLE', 'FLOAT');
CREATE MACRO IF NOT EXISTS athena_is_whole(x) AS typeof(x) LIKE '%INT%';
CREATE MACRO IF NOT EXISTS athena_ceil(x) AS
    cast_to_type(CASE WHEN athena_is_whole(x) THEN CAST(x AS VARCHAR) ELSE CAST(ceil(x) AS VARCHAR) END, x);
CREATE MACRO IF NOT EXISTS athena_floor(x) AS
    cast_to_type(CASE WHEN athena_is_whole(x) THEN CAST(x AS VARCHAR) ELSE CAST(floor(x) AS VARCHAR) END, x);
CREATE MACRO IF NOT EXISTS athena_round
    (x) AS round(x),
    (x, n) AS cast_to_type(CASE
        WHEN athena_is_double(x) AND abs(x) < 1e15 THEN CAST(round(CAST(x AS DOUBLE) * pow(10, n)) / pow(10, n) AS VARCHAR)
        ELSE CAST(round(x, n) AS VARCHAR)
    END, x);
CREATE MACRO IF NOT EXISTS athena_sign(x) AS
    cast_to_type(CASE WHEN isnan(CAST(x AS DOUBLE)) THEN 'nan' ELSE CAST(sign(x) AS VARCHAR) END, x);
CREATE MACRO IF NOT EXISTS athena_divide(a, b) AS CASE
    WHEN CAST(b AS DOUBLE) = 0 AND athena_is_double(a // b) THEN cast_to_type(
        CASE WHEN NOT athena_is_double(a // b) THEN '0' WHEN isnan(CAST(a AS DOUBLE)) OR a = 0 THEN 'nan' WHEN a > 0 THEN 'inf' WHEN a < 0 THEN '-inf' END,
        a // b
    )
    ELSE a // b
END;
CREATE MACRO IF NOT EXISTS athena_finite(x) AS list_filter([CAST(x AS DOUBLE)], lambda v: isfinite(v))[1];
CREATE MACRO IF NOT EXISTS athena_greatest(x) AS CASE WHEN len(x) = list_count(x) THEN list_max(x) END;
CREATE MACRO IF NOT EXISTS athena_least(x) AS CASE WHEN len(x) = list_count(x) THEN list_min(x) END;
CREATE MACRO IF NOT EXISTS athena_e() AS exp(1);
CREATE MACRO IF NOT EXISTS athena_nan() AS CAST('nan' AS DOUBLE);
CREATE MACRO IF NOT EXISTS athena_infinity() AS CAST('infinity' AS DOUBLE);
CREATE MACRO IF NOT EXISTS athena_width_bucket
    (x, bins) AS CASE WHEN x IS NOT NULL THEN len(list_filter(bins, lambda bin: bin <= x)) END,
    (x, low, high, n) AS CASE
        WHEN isnan(CAST(x AS DOUBLE)) OR n < 1 OR low = high
        THEN CAST(athena_refused('width_bucket() needs a number, two different bounds and at least one bucket') AS BIGINT)
        WHEN low < high AND x < low OR low > high AND x > low THEN 0
        WHEN low < high AND x >= high OR low > high AND x <= high THEN n + 1
        ELSE CAST(floor(CAST(x - low AS DOUBLE) * n / (high - low)) AS BIGINT) + 1
    END;

CREATE MACRO IF NOT EXISTS athena_bitwise_and(a, b) AS CAST(a AS BIGINT) & CAST(b AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_or(a, b) AS CAST(a AS BIGINT) | CAST(b AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_not(a) AS ~CAST(a AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_bitwise_left_shift(a, n) AS CASE
    WHEN a >= 0 AND n >= 0 THEN CAST(a AS BIGINT) << n
    WHEN a < 0 OR n < 0
    THEN CAST(athena_refused('bitwise_left_shift() is not translated for a negative number') AS BIGINT)
END;
CREATE MACRO IF NOT EXISTS athena_bitwise_right_shift(a, n) AS CASE
    WHEN a >= 0 AND n >= 0 THEN CAST(a AS BIGINT) >> n
    WHEN a < 0 OR n < 0
    THEN CAST(athena_refused('bitwise_right_shift() is not translated for a negative number') AS BIGINT)
END;
CREATE MACRO IF NOT EXISTS athena_bit_count(a, bits) AS CASE
    WHEN bits BETWEEN 2 AND 64
    THEN CAST(bit_count(CAST(a AS BIGINT)) - CASE WHEN a < 0 THEN 64 - bits ELSE 0 END AS BIGINT)
    WHEN bits IS NOT NULL THEN CAST(athena_refused('bit_count() takes 2 to 64 bits') AS BIGINT)
END;
CREATE MACRO IF NOT EXISTS athena_to_base(n, radix) AS CASE WHEN n < 0 THEN '-' ELSE '' END || lower(to_base(abs(n), radix));
CREATE MACRO IF NOT EXISTS athena_digits_value(s, radix) AS CAST(list_reduce(
    list_transform(string_split(s, ''), lambda c: CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS BIGINT)),
    lambda a, b: CASE WHEN b BETWEEN 0 AND radix - 1 THEN a * radix + b
        ELSE CAST(athena_refused('from_base() met a digit that its base does not have') AS BIGINT) END,
    CAST(0 AS BIGINT)
) AS BIGINT);
CREATE MACRO IF NOT EXISTS athena_from_base(s, radix) AS CASE
    WHEN radix NOT BETWEEN 2 AND 36 OR ltrim(s, '-') = ''
    THEN CAST(athena_refused('from_base() takes digits and a base of 2 to 36') AS BIGINT)
    WHEN s LIKE '-%' THEN -athena_digits_value(lower(s[2:]), radix)
    ELSE athena_digits_value(lower(s), radix)
END;
CREATE MACRO IF NOT EXISTS athena_skewness(x) AS
    skewness(x) * (count(x) - 2) / sqrt(CAST(count(x) AS DOUBLE) * (count(x) - 1));
CREATE MACRO IF NOT EXISTS athena_type_name(name) AS CASE name
    WHEN 'timestamp_s' THEN 'timestamp(0)' WHEN 'timestamp_ms' THEN 'timestamp(3)' WHEN 'timestamp' THEN 'timestamp(3)'
    WHEN 'hugeint' THEN 'bigint' WHEN 'blob' THEN 'varbinary' WHEN '"null"' THEN 'unknown' ELSE name
END;
CREATE MACRO IF NOT EXISTS athena_typeof(x) AS CASE
    WHEN typeof(x) LIKE '%[]' THEN 'array(' || athena_type_name(lower(typeof(x)[:-3])) || ')'
    ELSE athena_type_name(lower(typeof(x)))
END;

-- Text
CREATE MACRO IF NOT EXISTS athena_e_digits(digits, exponent, sign) AS sign || CASE
    WHEN ltrim(digits, '0') = '' THEN '0E0'
    ELSE ltrim(digits, '0')[1] || '.' || coalesce(nullif(rtrim(ltrim(digits, '0')[2:], '0'), ''), '0') || 'E'
        || CAST(exponent - (len(digits) - len(ltrim(digits, '0'))) AS VARCHAR)
END;
CREATE MACRO IF NOT EXISTS athena_e_notation(t) AS CASE
    WHEN t = 'nan' THEN 'NaN'
    WHEN t LIKE '%inf' THEN replace(t, 'inf', 'Infinity')
    ELSE athena_e_digits(
        replace(ltrim(split_part(t, 'e', 1), '-'), '.', ''),
        strpos(ltrim(split_part(t, 'e', 1), '-') || '.', '.') - 2 + coalesce(TRY_CAST(split_part(t, 'e', 2) AS INTEGER), 0),
        CASE WHEN t LIKE '-%' THEN '-' ELSE '' END
    )
END;
CREATE MACRO IF NOT EXISTS athena_varchar(x) AS CASE
    WHEN athena_is_double(x) THEN athena_e_notation(CAST(x AS VARCHAR))
    WHEN typeof(x) LIKE '%[]' OR typeof(x) LIKE 'MAP(%' THEN athena_refused('an array or a map cannot be cast to text in Athena; use array_join() or CAST(… AS json)')
    ELSE CAST(x AS VARCHAR)
END;
CREATE MACRO IF NOT EXISTS athena_formatted(x) AS CASE
    WHEN typeof(x) LIKE 'TIMESTAMP%' THEN athena_refused('format() of a time is not translated; use date_format()')
    WHEN athena_is_double(x) AND CAST(x AS VARCHAR) IN ('nan', 'inf', '-inf') THEN athena_e_notation(CAST(x AS VARCHAR))
    ELSE coalesce(CAST(x AS VARCHAR), 'null')
END;
CREATE MACRO IF NOT EXISTS athena_whole_text(x) AS cast_to_type(CASE
    WHEN typeof(x) = 'VARCHAR' AND NOT regexp_matches(CAST(x AS VARCHAR), '^\s*[-+]?\d+\s*$') THEN '“' || CAST(x AS VARCHAR) || '” is not whole'
    ELSE CAST(x AS VARCHAR)
END, x);
CREATE MACRO IF NOT EXISTS athena_upper(s) AS array_to_string(list_transform(string_split(s, 'ß'), lambda part: upper(part)), 'ß');
CREATE MACRO IF NOT EXISTS athena_blanks() AS chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || ' '
    || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198)
    || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8287) || chr(12288);
CREATE MACRO IF NOT EXISTS athena_trim
    (s) AS trim(s, athena_blanks()),
    (s, characters) AS trim(s, characters);
CREATE MACRO IF NOT EXISTS athena_ltrim
    (s) AS ltrim(s, athena_blanks()),
    (s, characters) AS ltrim(s, characters);
CREATE MACRO IF NOT EXISTS athena_rtrim
    (s) AS rtrim(s, athena_blanks()),
    (s, characters) AS rtrim(s, characters);
CREATE MACRO IF NOT EXISTS athena_padding(n, p) AS CASE
    WHEN n >= 0 AND p <> '' THEN true
    WHEN n < 0 OR p = '' THEN CAST(athena_refused('a text is padded to a length of 0 or more, with a text that is not empty') AS BOOLEAN)
END;
CREATE MACRO IF NOT EXISTS athena_lpad(s, n, p) AS CASE WHEN athena_padding(n, p) THEN lpad(s, n, p) END;
CREATE MACRO IF NOT EXISTS athena_rpad(s, n, p) AS CASE WHEN athena_padding(n, p) THEN rpad(s, n, p) END;
CREATE MACRO IF NOT EXISTS athena_substr
    (s, start) AS CASE WHEN start = 0 THEN '' ELSE substr(s, start) END,
    (s, start, n) AS CASE WHEN start = 0 OR n < 0 THEN '' ELSE substr(s, start, n) END;
CREATE MACRO IF NOT EXISTS athena_parts(s, delimiter) AS CASE
    WHEN delimiter <> '' THEN string_split(s, delimiter)
    WHEN delimiter = '' THEN [athena_refused('split() takes a delimiter that is not empty')]
END;
CREATE MACRO IF NOT EXISTS athena_split
    (s, delimiter) AS athena_parts(s, delimiter),
    (s, delimiter, n) AS CASE
        WHEN len(athena_parts(s, delimiter)) <= n THEN athena_parts(s, delimiter)
        WHEN n BETWEEN 1 AND len(athena_parts(s, delimiter)) THEN list_append(
            athena_parts(s, delimiter)[:n - 1], array_to_string(athena_parts(s, delimiter)[n:], delimiter)
        )
        WHEN n < 1 AND s IS NOT NULL THEN [athena_refused('split() takes a limit above 0')]
    END;
CREATE MACRO IF NOT EXISTS athena_soundex_digits(s) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        translate(upper(s), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556000000'),
    '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g');
CREATE MACRO IF NOT EXISTS athena_soundex(s) AS CASE
    WHEN s = '' THEN ''
    WHEN regexp_matches(s, '[^\x00-\x7F]') THEN athena_refused('soundex() knows the letters A to Z alone')
    ELSE substr(upper(substr(s, 1, 1)) || rpad(replace(
    CASE WHEN upper(substr(s, 1, 1)) IN ('H', 'W') THEN athena_soundex_digits(s)
    ELSE substr(athena_soundex_digits(s), 2) END, '0', ''), 3, '0'), 1, 4)
END;
CREATE MACRO IF NOT EXISTS athena_replace
    (s, search) AS replace(s, search, ''),
    (s, search, replacement) AS CASE
        WHEN search = '' AND s = '' THEN replacement
        WHEN search = ''
        THEN replacement || array_to_string(list_transform(string_split(s, ''), lambda c: c || replacement), '')
        ELSE replace(s, search, replacement)
    END;
CREATE MACRO IF NOT EXISTS athena_split_part(s, delimiter, n) AS CASE
    WHEN n < 1 THEN athena_refused('split_part() counts from 1')
    WHEN n <= len(string_split(s, delimiter)) THEN split_part(s, delimiter, n)
END;
CREATE MACRO IF NOT EXISTS athena_regexp_extract
    (s, pattern) AS CASE WHEN regexp_matches(s, pattern) THEN regexp_extract(s, pattern) END,
    (s, pattern, n) AS CASE WHEN regexp_matches(s, pattern) AND n IS NOT NULL THEN regexp_extract(s, pattern, n) END;
CREATE MACRO IF NOT EXISTS athena_regexp_replace
    (s, pattern) AS regexp_replace(s, pattern, '', 'g'),
    (s, pattern, replacement) AS
        regexp_replace(s, pattern, regexp_replace(replacement, '\$(\d)', '\\\1', 'g'), 'g');
CREATE MACRO IF NOT EXISTS athena_regexp_split(s, pattern) AS CASE WHEN pattern IS NOT NULL THEN regexp_split_to_array(s, pattern) END;
CREATE MACRO IF NOT EXISTS athena_regexp_count(s, pattern) AS len(regexp_extract_all(s, pattern));

-- Arrays
CREATE MACRO IF NOT EXISTS athena_array_distinct(x) AS list_filter(x, lambda e, i: list_position(x, e) = i);
CREATE MACRO IF NOT EXISTS athena_array_sort(x) AS list_sort(x, 'ASC', 'NULLS LAST');
CREATE MACRO IF NOT EXISTS athena_array_sum(x) AS
    CASE WHEN x IS NOT NULL THEN coalesce(CAST(list_sum(x) AS DOUBLE), 0) END;
CREATE MACRO IF NOT EXISTS athena_array_average(x) AS CAST(list_avg(x) AS DOUBLE);
CREATE MACRO IF NOT EXISTS athena_array_max(x) AS CASE WHEN len(x) = list_count(x) THEN list_max(x) END;
CREATE MACRO IF NOT EXISTS athena_array_min(x) AS CASE WHEN len(x) = list_count(x) THEN list_min(x) END;
CREATE MACRO IF NOT EXISTS athena_array_position(x, e) AS CASE
    WHEN x IS NOT NULL AND e IS NOT NULL THEN coalesce(list_position(x, e), 0)
END;
CREATE MACRO IF NOT EXISTS athena_array_remove(x, e) AS CASE WHEN e IS NOT NULL THEN list_filter(x, lambda v: v IS DISTINCT FROM e) END;
CREATE MACRO IF NOT EXISTS athena_array_join
    (x, delimiter) AS array_to_string(list_transform(list_filter(x, lambda v: v IS NOT NULL), lambda v: athena_varchar(v)), delimiter),
    (x, delimiter, null_replacement) AS
        array_to_string(list_transform(x, lambda v: coalesce(athena_varchar(v), null_replacement)), delimiter);
CREATE MACRO IF NOT EXISTS athena_any_match(x) AS CASE
    WHEN list_contains(x, true) THEN true
    WHEN len(x) = list_count(x) THEN false
END;
CREATE MACRO IF NOT EXISTS athena_none_match(x) AS NOT athena_any_match(x);
CREATE MACRO IF NOT EXISTS athena_all_match(x) AS CASE
    WHEN list_contains(x, false) THEN false
    WHEN len(x) = list_count(x) THEN true
END;
CREATE MACRO IF NOT EXISTS athena_entry(n) AS CASE WHEN n = 0 THEN CAST(athena_refused('entries of an array are counted from 1, or from -1 at its end') AS BIGINT) ELSE n END;
CREATE MACRO IF NOT EXISTS athena_at_least_none(n) AS CASE WHEN n < 0 THEN CAST(athena_refused('a number of entries is 0 or more') AS BIGINT) ELSE n END;
CREATE MACRO IF NOT EXISTS athena_slice(x, start, length) AS list_slice(
    x, athena_entry(start), CASE WHEN start < 0 THEN len(x) + start + 1 ELSE start END + athena_at_least_none(length) - 1
);
CREATE MACRO IF NOT EXISTS athena_contains(x, e) AS CASE
    WHEN list_contains(x, e) THEN true
    WHEN e IS NOT NULL AND len(x) = list_count(x) THEN false
END;
CREATE MACRO IF NOT EXISTS athena_arrays_overlap(x, y) AS CASE
    WHEN list_has_any(x, y) THEN true
    WHEN len(x) = 0 OR len(y) = 0 THEN list_has_any(x, y)
    WHEN len(x) = list_count(x) AND len(y) = list_count(y) THEN false
END;
CREATE MACRO IF NOT EXISTS athena_array_intersect(x, y) AS CASE WHEN y IS NOT NULL THEN list_intersect(x, y) END;
CREATE MACRO IF NOT EXISTS athena_fits(entries) AS CASE
    WHEN entries > 10000 THEN CAST(athena_refused('sequence() gives at most 10000 entries') AS BOOLEAN) ELSE true
END;
CREATE MACRO IF NOT EXISTS athena_leads(entries) AS CASE
    WHEN entries < 0 THEN CAST(athena_refused('the step of sequence() leads away from its end') AS BOOLEAN) ELSE true
END;
CREATE MACRO IF NOT EXISTS athena_sequence
    (a BIGINT, b BIGINT) AS CASE
        WHEN athena_fits(abs(b - a) + 1) THEN generate_series(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END)
    END,
    (a BIGINT, b BIGINT, step BIGINT) AS CASE
        WHEN athena_fits(abs(b - a) // abs(step) + 1) AND athena_leads(sign(b - a) * sign(step))
        THEN generate_series(a, b, step)
    END,
    (a DATE, b DATE) AS CASE
        WHEN athena_fits(abs(b - a) + 1) THEN list_transform(
            generate_series(a, b, CASE WHEN a <= b THEN INTERVAL 1 DAY ELSE INTERVAL (-1) DAY END),
            lambda d: CAST(d AS DATE)
        )
    END,
    (a DATE, b DATE, step INTERVAL) AS CASE
        WHEN athena_fits(abs(b - a) * 86400 / abs(epoch(step)) + 1) AND athena_leads(sign(b - a) * sign(epoch(step)))
        THEN list_transform(generate_series(a, b, step), lambda d: CAST(d AS DATE))
    END;

CREATE MACRO IF NOT EXISTS athena_array_except(x, y) AS
    CASE WHEN y IS NOT NULL THEN athena_array_distinct(list_filter(x, lambda e: list_position(y, e) IS NULL)) END;
CREATE MACRO IF NOT EXISTS athena_array_union(x, y) AS CASE
    WHEN x IS NOT NULL AND y IS NOT NULL THEN athena_array_distinct(list_concat(x, y))
END;
CREATE MACRO IF NOT EXISTS athena_trim_array(x, n) AS CASE
    WHEN n > len(x)
    THEN list_slice(x, 1, CAST(athena_refused('trim_array() cannot take off more entries than there are') AS BIGINT))
    ELSE list_slice(x, 1, len(x) - athena_at_least_none(n))
END;
CREATE MACRO IF NOT EXISTS athena_repeat(e, n) AS
    CASE WHEN athena_fits(n) THEN list_transform(generate_series(1, athena_at_least_none(n)), lambda i: e) END;
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

-- JSON. A text that is no JSON is null where it is read, and an error where it is parsed.
CREATE MACRO IF NOT EXISTS athena_json(j) AS CASE WHEN json_valid(CAST(j AS VARCHAR)) THEN CAST(j AS JSON) END;
CREATE MACRO IF NOT EXISTS athena_json_parse(s) AS json(CAST(s AS JSON));
CREATE MACRO IF NOT EXISTS athena_is_json_scalar(j) AS json_type(CAST(j AS JSON)) NOT IN ('OBJECT', 'ARRAY');
CREATE MACRO IF NOT EXISTS athena_json_format(j) AS CAST(json(j) AS VARCHAR);
CREATE MACRO IF NOT EXISTS athena_json_array_length(j) AS CASE
    WHEN json_type(athena_json(j)) = 'ARRAY' THEN CAST(json_array_length(athena_json(j)) AS BIGINT)
END;
CREATE MACRO IF NOT EXISTS athena_json_exists(j, path) AS CASE
    WHEN json_valid(j) THEN coalesce(json_exists(athena_json(j), path), false)
    WHEN j IS NOT NULL THEN false
END;
CREATE MACRO IF NOT EXISTS athena_json_extract(j, path) AS json_extract(athena_json(j), path);
CREATE MACRO IF NOT EXISTS athena_json_extract_scalar(j, path) AS CASE json_type(athena_json(j), path)
    WHEN 'OBJECT' THEN NULL
    WHEN 'ARRAY' THEN NULL
    WHEN 'NULL' THEN NULL
    WHEN 'VARCHAR' THEN json_extract_string(athena_json(j), path)
    ELSE CAST(json_extract(athena_json(j), path) AS VARCHAR)
END;
CREATE MACRO IF NOT EXISTS athena_json_value(j, path) AS CASE json_type(athena_json(j), path)
    WHEN 'DOUBLE' THEN athena_varchar(CAST(json_extract(athena_json(j), path) AS DOUBLE))
    ELSE athena_json_extract_scalar(j, path)
END;
CREATE MACRO IF NOT EXISTS athena_json_query(j, path) AS CAST(json_extract(athena_json(j), path) AS VARCHAR);
