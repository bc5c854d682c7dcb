-- constants
abs({int})
abs({double})
abs({decimal})

acos({unit})

asin({unit})

atan({double})

atan2({double}, {double})

cbrt({double})
cbrt({int})

ceil({double})
ceil({decimal})
ceil({int})

ceiling({double})
ceiling({decimal})

cos({double})

cosh({double})

degrees({double})

e()

exp({double})
exp({int})

floor({double})
floor({decimal})
floor({int})

infinity()

nan()

is_finite({double})

is_infinite({double})

is_nan({double})

ln({double})
ln({int})

log({double}, {double})
log(2, 8)
log(0, 8)
log(2, 0)

log10({double})
log10({int})

log2({double})
log2({int})

mod({int}, {int})
mod({double}, {double})
mod({decimal}, {decimal})

pi()

pow({double}, {double})
pow({int}, {count})

power({double}, {double})
power({decimal}, {count})

radians({double})

rand() < 1

random() < 1
random(5) < 5
random(3, 5) < 5

round({double})
round({decimal})
round({int})
round({double}, {count})
round({decimal}, {count})
round({int}, {count})
round(2.675e0, 2)
round(-2.5e0)
round(0.5e0)
round(1.005e0, 2)
round(1234.5e0, -2)

sign({double})
sign({int})
sign({decimal})

sin({double})

sinh({double})

sqrt({double})
sqrt({int})

tan({double})

tanh({double})

truncate({double})
truncate({decimal})
truncate({decimal}, {count})
truncate({double}, {count})

width_bucket({double}, 0, 10, 5)
width_bucket({int}, 0, 10, 5)
width_bucket(5, 10, 0, 5)
width_bucket(5.3e0, 0, 10, 0)
width_bucket(5, ARRAY[1, 3, 9])

bit_count({int}, 64)
bit_count(-7, 8)
bit_count(9, 1)

bitwise_and({int}, {big})

bitwise_or({int}, {big})

bitwise_xor({int}, {big})

bitwise_not({int})

bitwise_left_shift({int}, {count})
bitwise_left_shift(1, 64)
bitwise_left_shift(CAST(1 AS bigint), 63)

bitwise_right_shift({int}, {count})
bitwise_right_shift(8, 64)
bitwise_right_shift(-8, 1)

from_base({digits}, {base})

to_base({int}, {base})
to_base(255, 16)

typeof({int})
typeof({big})
typeof({double})
typeof({decimal})
typeof({text})
typeof({date})
typeof({time})
typeof({list})
typeof({map})
typeof({bool})
typeof(NULL)
typeof(7 / 2)
typeof(2.5)
typeof(1.5 * 2.25)
typeof(avg(1))
typeof(sum(1))
typeof(count(*))
typeof(round(2.345, 2))
typeof(date '2026-01-01' - date '2026-01-01')
typeof(1.0 / 3)
typeof(2 * 1.5)
typeof(to_utf8('a'))
typeof(json_parse('1'))
typeof(sum(1.5))
typeof(avg(1.5))

greatest({int}, {count})
greatest({double}, {double})
greatest({text}, {part})
greatest({date}, {other date})
greatest(1, 2.5)
greatest(1, 2.5e0)

least({int}, {count})
least({double}, {double})
least({text}, {part})
least({date}, {other date})

coalesce({int}, 5)
coalesce({text}, 'x')
coalesce(NULL, NULL)

nullif({int}, 7)
nullif({text}, '')
nullif({double}, {double})

try(1 / {int})
try(CAST({text} AS integer))
try({int})

if({bool}, 1, 2)
if({bool}, 1)

chr({int})
chr(8364)
chr(128512)

codepoint('a')
codepoint('€')
codepoint(CAST(NULL AS varchar(1)))

concat({text}, {part})
concat({text}, {part}, 'x')

concat_ws({part}, {word}, {word})
concat_ws('-', 'a', '', NULL)
concat_ws(',', {texts})

ends_with({text}, {part})
ends_with('energy', 'gy')

starts_with({text}, {part})
starts_with('energy', 'en')

format('%s-%s', {text}, {int})
format('%d %5d %05d %,d', 1, 2, 3, 4)
format('%d', {int})
format('%.2f', {double})
format('%8.3f', {decimal})
format('%e', 12345.678e0)
format('%x %X', 255, 255)
format('%s', {double})
format('%s', {date})
format('%s', {time})
format('%s', {bool})
format('%s', {decimal})
format('%.1f%%', 12.25e0)
format('%.0f', 2.5e0)
format('%-5s|', 'a')
format('%+d', 5)

from_utf8(to_utf8({text}))

to_utf8({text})

to_hex(to_utf8({text}))

hamming_distance({word}, {same length})

levenshtein_distance({word}, {word})
levenshtein_distance({text}, {part})

length({text})

lower({text})
lower('İ')
lower('ẞ')
lower('ΑΣ')

upper({text})
upper('ß')
upper('ŉ')
upper('ﬁ')
upper('µ')
upper('ÿ')
upper('ı')

lpad({text}, {count}, {part})
lpad('7', 3, '0')
lpad('7', 6, 'ab')

rpad({text}, {count}, {part})
rpad('7', 6, 'ab')

ltrim({text})
ltrim('xxa', 'x')

rtrim({text})
rtrim('axx', 'x')

trim({text})
trim(BOTH 'C' FROM {text})
trim(LEADING FROM {text})
trim({text}) = 'a😀b'
trim(chr(9) || 'a' || chr(10))

normalize({text})
normalize('e' || chr(769))

regexp_count({text}, {pattern})

regexp_extract({text}, {pattern})
regexp_extract({text}, '([a-z])([a-z])', {count})
regexp_extract('abc', '(x)?abc', 1)

regexp_extract_all({text}, {pattern})
regexp_extract_all({text}, '([a-z])([a-z])', {count})

regexp_like({text}, {pattern})
regexp_like('a' || chr(10) || 'b', '^b$')
regexp_like('ABC', '(?i)abc')
regexp_like('a' || chr(10) || 'b', 'a.b')
regexp_like('ä', '\w')
regexp_like('a1', '^(?=.*1).*$')

regexp_replace({text}, {pattern})
regexp_replace({text}, {pattern}, '#')
regexp_replace({text}, '([a-z])([a-z])', '$2$1')
regexp_replace('abc', '(?<first>a)', '${first}!')
regexp_replace('a.b', '\.', '\$')
regexp_replace('abc', 'b', '\\1')

regexp_split({text}, {pattern})

replace({text}, {part})
replace({text}, {part}, 'x')

reverse({text})
reverse({list})

soundex({word})
soundex('Robert')
soundex('Pfister')
soundex('Tymczak')

split({text}, {part})
split({text}, ', ', {count})

split_part({text}, {part}, {place})
split_part('a,b,c', ',', {place})

strpos({text}, {part})
strpos('abcabc', 'c', {place})

substr({text}, {place})
substr({text}, {place}, {count})

substring({text}, {place})
substring({text} FROM {place} FOR {count})

position({part} IN {text})

translate({text}, 'ao', '4')
translate({text}, 'ao', 'xyz')
translate({text}, '', '')

{text} LIKE 'C%'
{text} LIKE '%'
{text} LIKE 'C_cling%'
'50%' LIKE '50#%' ESCAPE '#'
{text} LIKE CAST(NULL AS varchar)
'a' LIKE 'A'
'a\b' LIKE 'a\b'

at_timezone({time}, 'America/New_York')
at_timezone(timestamp '2026-03-29 01:30:00', 'Europe/Berlin')

{time} AT TIME ZONE 'Europe/Berlin'

date({text})
date('2026-01-02')
date({time})

date_add('day', {steps}, {date})
date_add('week', {steps}, {date})
date_add('month', {steps}, {date})
date_add('quarter', {steps}, {date})
date_add('year', {steps}, {date})
date_add('hour', {steps}, {time})
date_add('minute', {steps}, {time})
date_add('second', {steps}, {time})
date_add('millisecond', {steps}, {time})
date_add('month', {steps}, {time})
date_add('day', {steps}, {time})
date_add('hour', 1, {date})
date_add('month', 1, date '2026-01-31')

date_diff('day', {date}, {other date})
date_diff('week', {date}, {other date})
date_diff('month', {date}, {other date})
date_diff('quarter', {date}, {other date})
date_diff('year', {date}, {other date})
date_diff('hour', {time}, {other time})
date_diff('day', {time}, {other time})
date_diff('month', {time}, {other time})
date_diff('millisecond', {time}, {other time})
date_diff('minute', {time}, {other time})
date_diff('second', {time}, {other time})
date_diff('month', date '2026-01-31', date '2026-02-28')
date_diff('month', date '2026-02-28', date '2026-01-31')
date_diff('year', date '2024-02-29', date '2025-02-28')
date_diff('day', date '2026-01-01', timestamp '2026-01-02 12:00:00')
date_diff('hour', date '2026-01-01', date '2026-01-02')

date_format({time}, '%Y-%m-%d %H:%i:%s')
date_format({date}, '%a %W %b %M %e %c %y %j %v %x %%')
date_format({time}, '%f %h %I %k %l %p %r %S %T')
date_format({time}, '%d/%m')
date_format(date '2026-05-07', '%D')
date_format(date '2026-05-07', '%u')
date_format(timestamp '2026-05-17 00:05:00', '%h %l %k %p')

date_parse('2026-05-07', '%Y-%m-%d')
date_parse('2026-05-07 13:45:10', '%Y-%m-%d %H:%i:%s')
date_parse('7 May 2026', '%e %M %Y')
date_parse('01:05 PM', '%h:%i %p')
date_parse('', '%Y')
date_parse('2026-05-07x', '%Y-%m-%d')
date_parse(CAST(NULL AS varchar), '%Y')
date_parse('2026-13-07', '%Y-%m-%d')
date_parse('26-5-7', '%y-%c-%e')
date_parse('2026', '%Y')
date_parse('2026-137', '%Y-%j')
date_parse('10:11:12.5', '%H:%i:%s.%f')

date_trunc('day', {date})
date_trunc('week', {date})
date_trunc('month', {date})
date_trunc('quarter', {date})
date_trunc('year', {date})
date_trunc('day', {time})
date_trunc('week', {time})
date_trunc('month', {time})
date_trunc('hour', {time})
date_trunc('minute', {time})
date_trunc('second', {time})
date_trunc('millisecond', {time})
date_trunc('quarter', {time})
date_trunc('year', {time})
date_trunc('hour', {date})

day({date})
day({time})

day_of_month({date})
day_of_month({time})

day_of_week({date})
day_of_week({time})

day_of_year({date})
day_of_year({time})

dow({date})
doy({date})

doy({time})
dow({time})

hour({time})
hour({date})

minute({time})

second({time})

millisecond({time})

month({date})
month({time})

quarter({date})
quarter({time})

week({date})
week({time})

week_of_year({date})

year({date})
year({time})

year_of_week({date})
year_of_week({time})

yow({date})

last_day_of_month({date})
last_day_of_month({time})

extract(YEAR FROM {date})
extract(MONTH FROM {date})
extract(DAY FROM {date})
extract(DOW FROM {date})
extract(DOY FROM {date})
extract(WEEK FROM {date})
extract(YOW FROM {date})
extract(QUARTER FROM {date})
extract(HOUR FROM {time})
extract(MINUTE FROM {time})
extract(SECOND FROM {time})
extract(DAY_OF_WEEK FROM {date})
extract(DAY_OF_MONTH FROM {date})
extract(YEAR_OF_WEEK FROM {date})
extract(HOUR FROM {date})
extract(MILLISECOND FROM {time})

format_datetime({time}, 'yyyy-MM-dd HH:mm:ss')
format_datetime({date}, 'EEEE, d MMMM yyyy')
format_datetime({date}, 'xxxx-''W''ww e')
format_datetime({time}, 'h:mm a SSS')
format_datetime({time}, 'yy M D Y hh E EEE MMM')
format_datetime({date}, 'DDD H m s')

parse_datetime('2026-05-07 13:45', 'yyyy-MM-dd HH:mm')
parse_datetime('07.05.2026', 'dd.MM.yyyy')
parse_datetime('x', 'yyyy')
parse_datetime(CAST(NULL AS varchar), 'yyyy')
parse_datetime('2026-5-7', 'yyyy-MM-dd')

from_iso8601_date('2026-05-07')
from_iso8601_date('2026-W19-4')
from_iso8601_date('2026-137')
from_iso8601_date('20260507')
from_iso8601_date('2026-05')
from_iso8601_date('')
from_iso8601_date('x')
from_iso8601_date(CAST(NULL AS varchar))

from_iso8601_timestamp('2026-05-07T11:15:05.055+01:00')
from_iso8601_timestamp('2026-05-07T11:15:05Z')
from_iso8601_timestamp('2026-05-07')
from_iso8601_timestamp('2026-05-07T11:15')
from_iso8601_timestamp('x')
from_iso8601_timestamp(CAST(NULL AS varchar))
from_iso8601_timestamp('2026-05-07 11:15:05')

from_unixtime(1767355445)
from_unixtime(1767355445.5e0)
from_unixtime(-1)
from_unixtime(CAST(NULL AS double))

to_iso8601({date})
to_iso8601({time})

to_unixtime({time})
to_unixtime({date})

now() > timestamp '2020-01-01 00:00:00'

current_date > date '2020-01-01'
current_timestamp > timestamp '2020-01-01 00:00:00'
localtimestamp > timestamp '2020-01-01 00:00:00'

all_match({list}, x -> x > 0)
all_match({list}, x -> x > 1)

any_match({list}, x -> x > 2)
any_match({list}, x -> x > 9)

none_match({list}, x -> x > 2)
none_match({list}, x -> x > 9)

array_distinct({list})
array_distinct({texts})

array_except({list}, {other list})

array_intersect({list}, {other list})

array_join({list}, '-')
array_join({list}, '-', '?')
array_join({texts}, ',')
array_join({doubles}, ',')

array_max({list})
array_max({doubles})
array_max({texts})

array_min({list})
array_min({doubles})
array_min({texts})

array_position({list}, {count})
array_position({list}, 1)

array_remove({list}, 1)
array_remove({list}, {count})

array_sort({list})
array_sort({texts})
array_sort({doubles})
array_sort({list}, (x, y) -> IF(x < y, 1, IF(x = y, 0, -1)))

array_union({list}, {other list})

arrays_overlap({list}, {other list})

cardinality({list})
cardinality({map})

contains({list}, {count})
contains({list}, 1)
contains({texts}, 'a')

element_at({list}, {place})
element_at({map}, {key})

{list}[{place}]
{map}[{key}]

{list} || {other list}
{list} || 5

filter({list}, x -> x > 1)
filter({texts}, x -> x <> '')

flatten({lists})

reduce({list}, 0, (s, x) -> s + x, s -> s)
reduce({list}, 0, (s, x) -> s + coalesce(x, 0), s -> s * 2)

repeat('a', {count})
repeat({int}, 2)

sequence(1, {place})
sequence({place}, 1)
sequence(1, 9, {place})
sequence(9, 1, {place})
sequence({date}, {other date})
sequence({other date}, {date}, INTERVAL '1' MONTH)
sequence(date '2026-01-01', date '2026-01-10', INTERVAL '3' DAY)
sequence({other time}, timestamp '2026-01-31 17:00:00', INTERVAL '1' HOUR)

array_sort(shuffle({list}))

slice({list}, {place}, {count})
slice({list}, {place}, 2)

transform({list}, x -> x * 2)
transform({texts}, x -> upper(x))

trim_array({list}, {count})

map({texts}, ARRAY[1, 2, 3])
map(ARRAY['a', 'a'], ARRAY[1, 2])
map(ARRAY[1], ARRAY[2])

map_concat({map}, {map})

map_keys({map})

map_values({map})

is_json_scalar({json})
is_json_scalar(json_parse({json}))

json_array_length({json})
json_array_length(json_parse({json}))

json_exists({json}, 'lax $.c')
json_exists({json}, 'lax $.z')
json_exists({json}, 'strict $.z')

json_extract({json}, {path})
CAST(json_extract({json}, '$.a.b') AS array(json))
CAST(json_extract({json}, '$.c') AS double)

json_extract_scalar({json}, {path})

json_format(json_parse({json}))
json_format(json_extract({json}, '$.a'))

json_parse({json})

json_query({json}, 'lax $.a')
json_query({json}, 'lax $.c')
json_query({json}, 'lax $.z')

json_value({json}, 'lax $.c')
json_value({json}, 'lax $.a')
json_value({json}, 'lax $.z')
json_value({json}, 'lax $.d')
json_value({json}, 'lax $.e')
json_value({json}, 'lax $.f')

{int} + {int}
{int} - {int}
{int} * {int}
-({int})
9223372036854775807 + {int}
2147483647 + {int}
CAST(100 AS tinyint) + CAST(100 AS tinyint)
2147483647 * 2

{double} + {double}
{double} - {double}
{double} * {double}
-({double})

{decimal} + {decimal}
{decimal} - {decimal}
{decimal} * {decimal}
{decimal} + {int}
{decimal} * {double}

{int} / {int}
{int} / {count}
{double} / {double}
{double} / {int}
{int} / {double}
{decimal} / {decimal}
{decimal} / {int}
1.0 / 3
2 / 3.00
5 / 0e0
0e0 / 0e0
-5 / 0e0

{int} % {int}
{double} % {double}
{decimal} % {decimal}
-7 % 3
7 % -3
5.5e0 % 2

{text} || {part}
'a' || CAST(1 AS varchar)

{int} = {int}
{int} <> {int}
{int} < {count}
{double} = {double}
{double} < {double}
{double} > {double}
nan() = nan()
nan() > infinity()
{decimal} = 2.345e0
{text} = 'cycling, yoga'
'a' = 'a '
{text} < {part}
'Z' < 'a'
'ä' > 'z'
1 = 1.0
CAST('a' AS char(3)) = 'a'
{list} = {other list}
{date} = {time}

{int} IS DISTINCT FROM {int}
{int} IS NULL
{text} IS NOT NULL
nan() IS DISTINCT FROM nan()

{int} BETWEEN 1 AND 7
{int} IN (7, 8)
{int} IN (8, NULL)
{int} NOT IN (8, NULL)
{text} IN ('', 'x')

{bool} AND {bool}
{bool} OR {bool}
NOT {bool}

{date} - {other date}
{date} + INTERVAL '1' DAY
{date} - INTERVAL '1' MONTH
{date} + INTERVAL '1' YEAR
{time} + INTERVAL '29' HOUR
{time} - INTERVAL '1' MONTH
{time} - {other time}
{date} + INTERVAL '1' HOUR
{date} < {other date}
INTERVAL '1' DAY + {date}
2 * INTERVAL '1' DAY + {date}
INTERVAL '1' DAY + INTERVAL '1' HOUR
date '2026-01-31' + INTERVAL '1' MONTH

CASE {int} WHEN 7 THEN 'seven' WHEN 0 THEN 'nil' END
CASE WHEN {bool} THEN 1 ELSE 2.5 END

CAST({int} AS bigint)
CAST({int} AS double)
CAST({int} AS varchar)
CAST({int} AS boolean)
CAST({int} AS decimal(5, 2))
CAST({int} AS tinyint)
CAST(300 AS tinyint)
CAST({int} AS real)

CAST({double} AS integer)
CAST({double} AS bigint)
CAST({double} AS varchar)
CAST({double} AS decimal(5, 1))
CAST({double} AS boolean)
CAST({double} AS real)
CAST(1e10 AS varchar)
CAST(0.1e0 AS varchar)
CAST(100e0 AS varchar)
CAST(1e-5 AS varchar)
CAST(123456789.125e0 AS varchar)
CAST(1.5e300 AS integer)
CAST(2.5e0 AS integer)
CAST(-2.5e0 AS integer)
CAST(12345678e0 AS varchar)
CAST(1234567e0 AS varchar)
CAST(1e20 AS bigint)

CAST({decimal} AS integer)
CAST({decimal} AS double)
CAST({decimal} AS varchar)
CAST({decimal} AS decimal(3, 1))
CAST({decimal} AS bigint)
CAST(99999.5 AS decimal(5, 0))
CAST(1.255 AS decimal(5, 2))
CAST(-1.255 AS decimal(5, 2))
CAST(2.5 AS boolean)

CAST({text} AS integer)
CAST(' 12' AS integer)
CAST('12.7' AS integer)
CAST('1e3' AS double)
CAST(' 1.5 ' AS double)
CAST('NaN' AS double)
CAST('Infinity' AS double)
CAST('inf' AS double)
CAST('1.005' AS decimal(5, 2))
CAST('true' AS boolean)
CAST('T' AS boolean)
CAST('yes' AS boolean)
CAST('1' AS boolean)
CAST('2026-05-07' AS date)
CAST(' 2026-05-07 ' AS date)
CAST('2026-5-7' AS date)
CAST('20260507' AS date)
CAST('2026-05-07 10:11:12' AS timestamp)
CAST('2026-05-07' AS timestamp)
CAST('2026-05-07 10:11:12' AS date)
CAST('abc' AS varchar(2))
CAST('abc' AS char(5))
CAST('a' AS char(3)) || 'b'
CAST('2026-05-07T10:11:12' AS timestamp)
CAST('+5' AS integer)
CAST('2147483648' AS integer)
CAST('10:11:12' AS time)

CAST({bool} AS integer)
CAST({bool} AS varchar)
CAST({bool} AS double)

CAST({date} AS varchar)
CAST({date} AS timestamp)
CAST({time} AS date)
CAST({time} AS varchar)
CAST({time} AS time)
CAST(timestamp '2026-05-07 10:11:12.123456' AS timestamp)
CAST(timestamp '2026-05-07 10:11:12.5' AS varchar)
timestamp '2026-05-07 10:11:12.123456'

CAST({list} AS array(double))
CAST({list} AS array(varchar))
CAST({list} AS json)
CAST({map} AS json)
CAST({list} AS varchar)
CAST({int} AS json)
CAST({double} AS json)
CAST({text} AS json)
CAST({date} AS json)

try_cast({text} AS integer)
try_cast('12' AS integer)
try_cast('12.7' AS integer)
try_cast('2026-13-01' AS date)
try_cast({double} AS integer)
try_cast('x' AS boolean)
try_cast('1.5' AS decimal(3, 1))
try_cast(300 AS tinyint)
try_cast({decimal} AS integer)
try_cast('2026-5-7' AS date)
try_cast('' AS double)

2 = ANY (VALUES 1, 2)
2 > ALL (VALUES 1, 2)
3 = SOME (VALUES 1, 2)
1 IN (SELECT x FROM (VALUES 1, NULL) AS t (x))
EXISTS (SELECT 1 FROM (VALUES 1) AS t (x) WHERE x > 1)
3 > ALL (VALUES 1, NULL)
(SELECT x FROM (VALUES 1) AS t (x) WHERE x > 1)

-- aggregates
any_value(n) IS NULL

arbitrary(s) IS NULL

approx_distinct(s)
approx_distinct(n)

approx_percentile(n, 0.5)
approx_percentile(d, 0.5)
approx_percentile(n, ARRAY[0.25, 0.75])
approx_percentile(d, 0.9)

array_agg(n ORDER BY n)
array_agg(s ORDER BY n)
array_agg(d ORDER BY d)
array_agg(s ORDER BY s DESC)
array_agg(DISTINCT b ORDER BY b)

avg(n)
avg(d)
avg(m)
avg(DISTINCT n)

bitwise_and_agg(n)

bitwise_or_agg(n)

bitwise_xor_agg(n)

bool_and(b)

bool_or(b)

every(b)

checksum(n) IS NULL

corr(d, n)
corr(m, n)
corr(n, n)
corr(m, d)

count(*)
count(d)
count(DISTINCT s)
count(DISTINCT d)

count_if(n > 2)
count_if(b)

covar_pop(d, n)
covar_pop(m, n)

covar_samp(d, n)
covar_samp(m, n)

geometric_mean(n)
geometric_mean(d)
geometric_mean(m)

histogram(s)
histogram(n)

kurtosis(n)
kurtosis(d)

skewness(n)
skewness(d)

listagg(s, ',') WITHIN GROUP (ORDER BY n)
listagg(s) WITHIN GROUP (ORDER BY n DESC)

map_agg(s, n)

max(n)
max(d)
max(m)
max(s)
max(n, 2)
max(b)
max(d, 2)

min(n)
min(d)
min(m)
min(s)
min(n, 2)
min(b)
min(d, 2)

max_by(s, n)
max_by(n, d)
max_by(s, d)
max_by(n, m, 2)

min_by(s, n)
min_by(n, d)
min_by(s, d)
min_by(n, m, 2)

regr_intercept(d, n)
regr_intercept(m, n)

regr_slope(d, n)
regr_slope(m, n)

stddev(n)
stddev(d)
stddev(m)

stddev_pop(n)
stddev_pop(d)

stddev_samp(n)
stddev_samp(d)

sum(n)
sum(d)
sum(m)
sum(DISTINCT n)
sum(n) FILTER (WHERE b)

var_pop(n)
var_pop(d)
var_pop(m)

var_samp(n)
var_samp(d)

variance(n)
variance(d)

-- windows
cume_dist() OVER (ORDER BY n)

dense_rank() OVER (ORDER BY s)

rank() OVER (ORDER BY s)
rank() OVER (ORDER BY d DESC)

row_number() OVER (ORDER BY n DESC, d)

percent_rank() OVER (ORDER BY n)

ntile(2) OVER (ORDER BY n, d)
ntile(9) OVER (ORDER BY n, d)

first_value(d) OVER (ORDER BY n, d)
first_value(s) IGNORE NULLS OVER (ORDER BY n, d)

last_value(d) OVER (ORDER BY n)
last_value(s) IGNORE NULLS OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)

nth_value(d, 2) OVER (ORDER BY n, d)
nth_value(s, 2) IGNORE NULLS OVER (ORDER BY n, d)

lag(d) OVER (ORDER BY n, d)
lag(n, 2, 0) OVER (ORDER BY n, d)
lag(d) IGNORE NULLS OVER (ORDER BY n, d)

lead(d) OVER (ORDER BY n, d)
lead(s, 1, 'z') OVER (ORDER BY n, d)
lead(d) IGNORE NULLS OVER (ORDER BY n, d)

sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
sum(d) OVER (PARTITION BY s ORDER BY n)
sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)

avg(d) OVER (ORDER BY n, d ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
corr(d, n) OVER (ORDER BY n)
count(*) OVER ()
max(s) OVER (ORDER BY n)
stddev(n) OVER (ORDER BY n)
