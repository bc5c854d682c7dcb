"""Athena's SQL (Trino's) read, and said again for DuckDB so that it means the same.

What the two understand differently is said through the macros of `athena_functions.sql`. Functions
are a closed list, `FUNCTIONS`: what is not on it is not translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, reduce
from importlib.resources import files
from itertools import islice
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ErrorLevel, UnsupportedError
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

from bio_lakehouse.errors import QueryError


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAME_IN_DUCKDB = _names(
    """
    abs acos asin atan atan2 cbrt cos cosh degrees exp ln log log10 log2 mod pi pow power radians
    random sin sinh sqrt tan tanh coalesce nullif try chr concat_ws length lower
    regexp_extract_all reverse starts_with strpos translate day hour minute month quarter second
    week year array_agg avg bool_and bool_or count covar_pop covar_samp geometric_mean max min
    stddev stddev_pop stddev_samp sum var_pop var_samp variance kurtosis cume_dist dense_rank
    first_value grouping lag last_value lead nth_value ntile percent_rank rank row_number flatten
    map map_concat map_keys map_values
    """
)
RENAMED = {
    "any_value": "any_value",
    "arbitrary": "any_value",
    "bitwise_xor": "xor",
    "bitwise_xor_agg": "bit_xor",
    "from_utf8": "decode",
    "normalize": "nfc_normalize",
    "to_hex": "hex",
    "to_utf8": "encode",
    "bitwise_and_agg": "bit_and",
    "bitwise_or_agg": "bit_or",
    "cardinality": "len",
    "codepoint": "unicode",
    "day_of_month": "day",
    "day_of_week": "isodow",
    "day_of_year": "dayofyear",
    "dow": "isodow",
    "doy": "dayofyear",
    "ends_with": "ends_with",
    "every": "bool_and",
    "filter": "list_filter",
    "from_iso8601_date": "athena_date",
    "hamming_distance": "hamming",
    "is_finite": "isfinite",
    "is_infinite": "isinf",
    "is_nan": "isnan",
    "last_day_of_month": "last_day",
    "levenshtein_distance": "levenshtein",
    "rand": "random",
    "regexp_like": "regexp_matches",
    "to_unixtime": "epoch",
    "transform": "list_transform",
    "truncate": "trunc",
    "week_of_year": "week",
    "year_of_week": "isoyear",
    "yow": "isoyear",
}
MACROS = _names(
    """
    array_average array_distinct array_except array_intersect array_join array_max array_min
    array_position array_remove array_sort array_sum array_union arrays_overlap at_timezone
    bit_count bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift ceil
    checksum contains date e floor from_base from_iso8601_timestamp from_unixtime histogram
    infinity is_json_scalar json_array_length json_extract json_extract_scalar json_format
    json_parse lpad ltrim map_agg millisecond nan now regexp_count regexp_extract regexp_replace
    regexp_split repeat replace round rpad rtrim sequence shuffle sign skewness slice soundex
    split split_part substr to_base to_iso8601 trim_array typeof upper width_bucket
    """
)


class AthenaQuery(Trino):
    """Trino's grammar in which every function stays as it was called, for the closed list to
    decide."""

    class Tokenizer(Trino.Tokenizer):
        KEYWORDS: ClassVar[dict[str, Any]] = {
            **Trino.Tokenizer.KEYWORDS,
            "QUALIFY": TokenType.QUALIFY,
        }

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: TrinoParser.FUNCTION_PARSERS[name]
            for name in ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING")
        } | {"LISTAGG": lambda parser: _with_separator(_parse_listagg(parser))}

        def _parse_join(self, *arguments: Any, **options: Any) -> exp.Join | None:
            """Tells `a, b` from `a JOIN b`, which are one in the tree."""
            is_comma = self._curr is not None and self._curr.token_type == TokenType.COMMA
            join: exp.Join | None = super()._parse_join(*arguments, **options)
            if join is not None and is_comma:
                join.meta[BY_COMMA] = True
            return join


def _with_separator(listing: exp.Expr) -> exp.Expr:
    """listagg() puts nothing between its texts where no separator is said; sqlglot would say a
    comma."""
    for node in listing.find_all(exp.GroupConcat):
        if node.args.get("separator") is None:
            node.set("separator", exp.Literal.string(""))
    return listing


_parse_listagg: Callable[[Any], exp.Expr] = TrinoParser.FUNCTION_PARSERS["LISTAGG"]
BY_COMMA = "by_comma"
"""Mark of a join that is written with a comma."""


class DuckDbQuery(DuckDB):
    """DuckDB's grammar with IGNORE NULLS where the call of any function has it."""

    class Generator(DuckDBGenerator):
        def ignorenulls_sql(self, expression: exp.IgnoreNulls) -> str:
            return f"{self.sql(expression, 'this')} IGNORE NULLS"


@dataclass(frozen=True)
class Clock:
    """What time it is while a statement runs: on the person's wall, and in UTC, both without
    zone."""

    local: datetime
    in_utc: datetime

    @classmethod
    def utc(cls) -> Clock:
        now = datetime.now(UTC).replace(tzinfo=None)
        return cls(now, now)


def to_duckdb(query: exp.Expr, clock: Clock) -> str:
    """`query` in DuckDB's SQL, to be run after `macros_of` it.

    Raises QueryError when a part has no counterpart there, or when its translation is longer than
    `LONGEST_TRANSLATION`.
    """
    said = query.copy()
    set_clock(said, clock)
    for node in reversed(list(said.walk(bfs=False))):
        rule = _RULES.get(type(node))
        replacement = rule(node) if rule else node
        if replacement is not node:
            node.replace(replacement)
    try:
        sql = said.sql(
            DuckDbQuery, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE
        )
    except UnsupportedError as error:
        raise QueryError(
            f"The local engine cannot answer this: {error}. Say it in another way."
        ) from error
    except RecursionError as error:
        raise QueryError(
            "The statement is nested too deeply; say it with fewer brackets or with WITH."
        ) from error
    if len(sql) > LONGEST_TRANSLATION:
        raise QueryError("The statement is too long once translated; say it in a simpler way.")
    return sql


def set_clock(query: exp.Expr, clock: Clock) -> None:
    """`current_date` and its kin as constants: the person's wall clock, and the instant where a
    zone is asked."""
    for node in list(query.find_all(*_CLOCK_SYNTAX, exp.Anonymous)):
        if isinstance(node, exp.Anonymous) and node.name.lower() != "now":
            continue
        if isinstance(node, exp.CurrentDate):
            node.replace(exp.cast(exp.Literal.string(clock.local.date().isoformat()), "date"))
            continue
        moment = clock.in_utc if _asks_for_instant(node) else clock.local
        node.replace(exp.cast(exp.Literal.string(moment.isoformat(" ")), "timestamp"))


def _asks_for_instant(node: exp.Expr) -> bool:
    parent = node.parent
    return isinstance(parent, exp.AtTimeZone) or (
        isinstance(parent, exp.Anonymous) and parent.name.lower() in {"at_timezone", "to_unixtime"}
    )


_CLOCK_SYNTAX = (exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp)


def macros_of(sql: str) -> str:
    """Statements that teach DuckDB those of Athena's functions that `sql` uses."""
    used: set[str] = set()
    _collect(sql, used)
    return "".join(statement for name, statement in _macros().items() if name in used)


def _collect(sql: str, used: set[str]) -> None:
    for name in set(_MACRO_NAME.findall(sql.lower())) & _macros().keys() - used:
        used.add(name)
        _collect(_macros()[name], used)


@cache
def _macros() -> dict[str, str]:
    """Definitions of `athena_functions.sql` by name, in its order."""
    text = files("bio_lakehouse.engines").joinpath("athena_functions.sql").read_text("utf-8")
    statements = [f"{_CREATE_MACRO}{rest}" for rest in text.split(_CREATE_MACRO)[1:]]
    return {_MACRO_NAME.search(statement)[0]: statement for statement in statements}  # type: ignore[index]


_CREATE_MACRO = "CREATE MACRO IF NOT EXISTS "
_MACRO_NAME = re.compile(r"athena_\w+")


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _function(node: exp.Anonymous) -> exp.Expr:
    name = node.name.lower()
    if name in _REWRITTEN:
        return _REWRITTEN[name](node)
    if name in MACROS:
        return _with_arguments_once(f"athena_{name}", node.expressions)
    node.set("this", RENAMED.get(name, name))
    return node


def _with_arguments_once(macro: str, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """A call of `macro`, which may name an argument several times, that computes each of them once.

    A long argument goes through a lambda's parameter: in DuckDB a macro is a text, and nested ones
    would double it at every level.
    """
    long = [argument for argument in arguments if not _is_short(argument)]
    if not long:
        return call(macro, *arguments)
    places = {id(argument): place for place, argument in enumerate(long, start=1)}
    bound = [
        call("struct_extract", exp.column(_BOUND), exp.Literal.number(places[id(argument)]))
        if id(argument) in places
        else argument
        for argument in arguments
    ]
    return _bound_to(exp.Array(expressions=[call("row", *long)]), call(macro, *bound))


def _bound_to(values: exp.Expr, body: exp.Expr) -> exp.Expr:
    """`body` with its parameter `_BOUND` as the one entry of `values`."""
    function = exp.Lambda(this=body, expressions=[exp.to_identifier(_BOUND)])
    return call("list_extract", call("list_transform", values, function), exp.Literal.number(1))


def _is_short(argument: exp.Expr) -> bool:
    nodes = list(islice(argument.walk(), SHORT_ARGUMENT + 1))
    is_random = any(isinstance(node, exp.Anonymous) and node.name in _RANDOM for node in nodes)
    return len(nodes) <= SHORT_ARGUMENT and not is_random


LEAST_SHARE = Decimal("1e-12")
"""The share that is counted from above for the largest value: of none, the sign would be lost."""
SHORT_ARGUMENT = 12
"""Nodes up to which an argument may stand several times in a translation."""
LONGEST_TRANSLATION = 500_000
"""Characters beyond which a translation is not run."""
_BOUND = "athena_bound"
_RANDOM = {"random", "rand"}


def _finite(node: exp.Anonymous) -> exp.Expr:
    """The call itself; the outermost of it with its FILTER and OVER gives null for what is not
    finite, as in Athena."""
    outermost: exp.Expr = node
    while isinstance(outermost.parent, exp.Filter | exp.Window) and outermost.arg_key == "this":
        outermost = outermost.parent
    wrapped = call("athena_finite", outermost.copy())
    if outermost is node:
        return wrapped
    outermost.replace(wrapped)
    return node


def _concat(node: exp.Anonymous) -> exp.Expr:
    if len(node.expressions) < 2:
        raise QueryError("concat() takes at least two arguments.")
    return exp.Paren(
        this=reduce(lambda left, right: exp.DPipe(this=left, expression=right), node.expressions)
    )


def _null_if_any_is(node: exp.Anonymous) -> exp.Expr:
    name = node.name.lower()
    if not node.expressions:
        raise QueryError(f"{name}() takes at least one argument.")
    return _with_arguments_once(f"athena_{name}", [exp.Array(expressions=node.expressions)])


def _approx_distinct(node: exp.Anonymous) -> exp.Expr:
    return call("count", exp.Distinct(expressions=node.expressions[:1]))


def _matches(node: exp.Anonymous) -> exp.Expr:
    array, test = _arguments(node, 2)
    macro = f"athena_{node.name.lower()}"
    return _with_arguments_once(macro, [call("list_transform", array, test)])


def _arguments(node: exp.Anonymous, count: int) -> list[exp.Expr]:
    if len(node.expressions) != count:
        raise QueryError(
            f"{node.name.lower()}() takes {count} arguments, not {len(node.expressions)}."
        )
    return list(node.expressions)


def _ceiling(node: exp.Anonymous) -> exp.Expr:
    return _with_arguments_once("athena_ceil", node.expressions)


def _count_if(node: exp.Anonymous) -> exp.Expr:
    """DuckDB's count_if of no row is null."""
    (condition,) = _arguments(node, 1)
    return call("count", exp.If(this=condition, true=exp.Literal.number(1)))


def _approx_percentile(node: exp.Anonymous) -> exp.Expr:
    """Of an even number of values Athena takes the upper of the two in the middle, as it does at
    every share that falls between two values; DuckDB takes the lower.

    Counted from the largest value down, which DuckDB does for a share below zero, it is the same.
    """
    values, share = _arguments(node, 2)
    shares = share.expressions if isinstance(share, exp.Array) else [share]
    for one in shares:
        if isinstance(one, exp.Literal) and not one.is_string:
            from_above = max(1 - Decimal(one.name), LEAST_SHARE)
            one.replace(exp.Neg(this=exp.Literal.number(str(from_above))))
    return call("quantile_disc", values, node.expressions[1])


def _value_beside(node: exp.Anonymous) -> exp.Expr:
    """The value beside the largest or smallest key, null where that is null, which DuckDB skips."""
    name = {"max_by": "arg_max_null", "min_by": "arg_min_null"}[node.name.lower()]
    return call(name, *node.expressions) if len(node.expressions) == 2 else node


def _element_at(node: exp.Anonymous) -> exp.Expr:
    """An entry of an array or a map, null when it is not there."""
    container, key = _arguments(node, 2)
    return exp.Bracket(this=exp.Paren(this=container), expressions=[key], offset=1)


def _reduce(node: exp.Anonymous) -> exp.Expr:
    array, start, combine, finish = _arguments(node, 4)
    reduced = call("list_reduce", array, combine, start)
    single = exp.Array(expressions=[reduced])
    return call("list_extract", call("list_transform", single, finish), exp.Literal.number(1))


def _at_path(node: exp.Anonymous) -> exp.Expr:
    """A function of SQL's own JSON, whose paths begin with how they are meant."""
    name = node.name.lower()
    text, path = _arguments(node, 2)
    if not path.is_string:
        raise QueryError(f"{name}() needs its path written out, as in 'lax $.a'.")
    plain = path.name.strip().removeprefix("lax ").strip()
    if plain.startswith("strict "):
        raise QueryError(f"{name}() is not translated with a strict path; write 'lax $.a'.")
    return _with_arguments_once(f"athena_{name}", [text, exp.Literal.string(plain)])


def _format(node: exp.Anonymous) -> exp.Expr:
    """Java's %s takes any value, DuckDB's only text."""
    if not node.expressions or not node.expressions[0].is_string:
        raise QueryError("format() needs its format written out, as in '%s: %d'.")
    pattern, *values = node.expressions
    kinds = [
        found["kind"] for found in _FORMAT_PARTS.finditer(pattern.name) if found["kind"] != "%"
    ]
    if len(kinds) != len(values) or not set(kinds) <= set("sdfexX"):
        raise QueryError("format() knows %s, %d, %f, %e, %x and %%, one for each value.")
    parts = [found for found in _FORMAT_PARTS.finditer(pattern.name) if found["kind"] != "%"]
    said = [_formatted_value(part, value) for part, value in zip(parts, values, strict=True)]
    return call("printf", pattern, *said)


def _formatted_value(part: re.Match[str], value: exp.Expr) -> exp.Expr:
    """What printf gets: any value as text for %s, and a number rounded as Java rounds it for %f."""
    if part["kind"] == "s":
        return _with_arguments_once("athena_formatted", [value])
    if part["kind"] == "f":
        digits = exp.Literal.number(int(part["digits"] or 6))
        return _with_arguments_once("athena_round", [value, digits])
    return value


_FORMAT_PARTS = re.compile(r"%[-+ 0#]*\d*(?:\.(?P<digits>\d+))?(?P<kind>.)", re.S)


def _with_unit(count: int) -> Rule:
    def rewrite(node: exp.Anonymous) -> exp.Expr:
        name, (unit, *values) = node.name.lower(), _arguments(node, count)
        if not unit.is_string or unit.name.lower() not in UNITS:
            raise QueryError(
                f"{name}() needs its unit written out, one of {', '.join(UNITS)}, not {unit.sql()}."
            )
        unit_text = exp.Literal.string(unit.name.lower())
        return _with_arguments_once(f"athena_{name}", [unit_text, *values])

    return rewrite


def _formatted(function: str, translated: Callable[[str, str], str]) -> Rule:
    def rewrite(node: exp.Anonymous) -> exp.Expr:
        value, pattern = _arguments(node, 2)
        if not pattern.is_string:
            raise QueryError(f"{node.name.lower()}() needs its format written out, as in '…'.")
        said = translated(pattern.name, node.name.lower())
        if function == "strptime" and not _YEAR.search(said):
            value = exp.DPipe(this=exp.Literal.string("1970 "), expression=value)
            said = f"%Y {said}"
        return call(function, value, exp.Literal.string(said))

    return rewrite


_YEAR = re.compile(r"%[YyG]")
"""In a format: a time that is read without a year is one of 1970 in Athena, of 1900 in DuckDB."""


UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
MYSQL_FORMATS = {
    **{letter: f"%{letter}" for letter in "abdfHIjmpSyY%"},
    **{
        "c": "%-m",
        "e": "%-d",
        "h": "%I",
        "i": "%M",
        "k": "%-H",
        "l": "%-I",
        "M": "%B",
        "r": "%I:%M:%S %p",
    },
    **{"s": "%S", "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G"},
}
JODA_FORMATS = {
    **{
        "y": "%Y",
        "yy": "%y",
        "yyyy": "%Y",
        "Y": "%Y",
        "YYYY": "%Y",
        "x": "%G",
        "xxxx": "%G",
        "ww": "%V",
        "e": "%u",
    },
    **{
        "M": "%-m",
        "MM": "%m",
        "MMM": "%b",
        "MMMM": "%B",
        "d": "%-d",
        "dd": "%d",
        "D": "%-j",
        "DDD": "%j",
    },
    **{
        "E": "%a",
        "EE": "%a",
        "EEE": "%a",
        "EEEE": "%A",
        "a": "%p",
        "h": "%-I",
        "hh": "%I",
        "H": "%-H",
        "HH": "%H",
    },
    **{"m": "%-M", "mm": "%M", "s": "%-S", "ss": "%S", "SSS": "%g"},
}
_MYSQL_PARTS = re.compile(r"%(?P<letter>.)|(?P<text>[^%]+|%$)", re.S)
_JODA_PARTS = re.compile(r"(?P<letters>([A-Za-z])\2*)|'(?P<quoted>(?:[^']|'')*)'|(?P<text>.)", re.S)


def mysql_to_strftime(pattern: str, function: str) -> str:
    """A format of `date_format` and `date_parse` (`%Y-%m-%d %H:%i`) as strftime writes it."""
    return "".join(
        part["text"] or _known(MYSQL_FORMATS, part["letter"], f"%{part['letter']}", function)
        for part in _MYSQL_PARTS.finditer(pattern)
    )


def joda_to_strftime(pattern: str, function: str) -> str:
    """A format of `format_datetime` and `parse_datetime` (`yyyy-MM-dd HH:mm`) as strftime writes
    it."""
    return "".join(_joda_part(part, function) for part in _JODA_PARTS.finditer(pattern))


def _joda_part(part: re.Match[str], function: str) -> str:
    if part["letters"]:
        return _known(JODA_FORMATS, part["letters"], part["letters"], function)
    text = part["text"] if part["quoted"] is None else part["quoted"].replace("''", "'") or "'"
    return text.replace("%", "%%")


def _known(formats: dict[str, str], key: str, shown: str, function: str) -> str:
    if key not in formats:
        raise QueryError(
            f"{function}() is not translated with {shown!r} in its format; it knows "
            f"{', '.join(formats)}."
        )
    return formats[key]


Rule = Callable[[exp.Anonymous], exp.Expr]
_REWRITTEN: dict[str, Rule] = {
    "all_match": _matches,
    "any_match": _matches,
    "none_match": _matches,
    "approx_distinct": _approx_distinct,
    "approx_percentile": _approx_percentile,
    "ceiling": _ceiling,
    "count_if": _count_if,
    "element_at": _element_at,
    "format": _format,
    "max_by": _value_beside,
    "min_by": _value_beside,
    "json_exists": _at_path,
    "json_query": _at_path,
    "json_value": _at_path,
    "reduce": _reduce,
    "concat": _concat,
    "corr": _finite,
    "regr_intercept": _finite,
    "regr_slope": _finite,
    "greatest": _null_if_any_is,
    "least": _null_if_any_is,
    "date_add": _with_unit(3),
    "date_diff": _with_unit(3),
    "date_trunc": _with_unit(2),
    "date_format": _formatted("strftime", mysql_to_strftime),
    "date_parse": _formatted("strptime", mysql_to_strftime),
    "format_datetime": _formatted("strftime", joda_to_strftime),
    "parse_datetime": _formatted("strptime", joda_to_strftime),
}
FUNCTIONS = SAME_IN_DUCKDB | RENAMED.keys() | MACROS | _REWRITTEN.keys()
"""Names of the functions that are translated, in lower case."""

_WHOLE_NUMBERS = {exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT}
_TEXTS = {exp.DType.VARCHAR, exp.DType.CHAR}
_TIME_PARTS = {"hour", "minute", "second"}
_DATE_PARTS = {
    "dayofweek": "day_of_week",
    "dayofweekiso": "day_of_week",
    "dayofyear": "day_of_year",
    "dayofmonth": "day_of_month",
    "weekofyear": "week_of_year",
    "yearofweek": "year_of_week",
    "yearofweekiso": "year_of_week",
}


def _cast(node: exp.Cast) -> exp.Expr:
    """Athena rounds half away from zero to a whole number, takes no fraction in a text for one,
    cuts text to its length, writes doubles as 2.5E0, and makes a JSON text of a text."""
    if node.to.this in _WHOLE_NUMBERS:
        exact = exp.DataType.build("DECIMAL(38, 18)")
        whole = _with_arguments_once("athena_whole_text", [node.this])
        value = node.this if isinstance(node.this, _NEVER_TEXT) else whole
        node.set("this", type(node)(this=value, to=exact))
    if node.to.this == exp.DType.JSON:
        return call("to_json", node.this)
    if node.to.this in _TEXTS:
        return _cast_to_text(node)
    return node


def _cast_to_text(node: exp.Cast) -> exp.Expr:
    text = _with_arguments_once("athena_varchar", [node.this])
    if not node.to.expressions:
        return text
    return call("substr", text, exp.Literal.number(1), node.to.expressions[0].this)


_NUMERIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
_NEVER_TEXT = (*_NUMERIC, exp.Null, exp.Boolean)


def _is_number(node: exp.Expr, most: int) -> bool:
    """Whether `node` is a number that is written out, `most` or less."""
    negative = isinstance(node, exp.Neg)
    literal = node.this if negative else node
    is_number = isinstance(literal, exp.Literal) and not literal.is_string
    return is_number and (-1 if negative else 1) * Decimal(literal.name) <= most


def _plus(node: exp.Add) -> exp.Expr:
    left, right = node.this, node.expression
    if _is_interval(left) and not _is_interval(right):
        left, right = right, left
    is_shift = _is_interval(right) and not _is_interval(left)
    return _with_arguments_once("athena_plus", [left, right]) if is_shift else node


def _minus(node: exp.Sub) -> exp.Expr:
    """A date less an interval stays a date; a date less a date is an interval in Athena, and a
    number in DuckDB."""
    left, right = node.this, node.expression
    if _is_interval(right):
        is_shift = not _is_interval(left)
        return _with_arguments_once("athena_minus", [left, right]) if is_shift else node
    if any(isinstance(side, (exp.Literal, *_NUMERIC)) for side in (left, right)):
        return node
    return exp.Paren(this=_with_arguments_once("athena_difference", [left, right]))


def _is_interval(node: exp.Expr) -> bool:
    """An interval, or so many times one."""
    if isinstance(node, exp.Mul):
        return _is_interval(node.this) or _is_interval(node.expression)
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_interval(node.this)
    return isinstance(node, exp.Interval)


def _divide(node: exp.Div) -> exp.Expr:
    """A double divided by zero is infinite or no number in Athena; a whole number is an error in
    both."""
    divisor = node.expression
    if isinstance(divisor, exp.Literal) and divisor.is_number and Decimal(divisor.name):
        return node
    return exp.Paren(this=_with_arguments_once("athena_divide", [node.this, divisor]))


def _bracket(node: exp.Bracket) -> exp.Expr:
    # The parser counts entries from 0.
    if node.args.get("offset") is None and any(_is_number(key, -2) for key in node.expressions):
        raise QueryError("Entries of an array are counted from 1; element_at() counts back.")
    return node


def _trim(node: exp.Trim) -> exp.Expr:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.args.get("position") or "", "trim")
    characters = node.args.get("expression")
    values = [node.this, characters] if characters is not None else [node.this]
    return _with_arguments_once(f"athena_{name}", values)


def _substring(node: exp.Substring) -> exp.Expr:
    parts = [node.this, node.args.get("start"), node.args.get("length")]
    return _with_arguments_once("athena_substr", [part for part in parts if part is not None])


def _extract(node: exp.Extract) -> exp.Expr:
    part = node.name.lower()
    name = _DATE_PARTS.get(part, part)
    if name in _TIME_PARTS:
        return _with_arguments_once("athena_time_part", [exp.Literal.string(name), node.expression])
    if name not in FUNCTIONS or name == "millisecond":
        raise QueryError(
            f"EXTRACT knows no {part.upper()}; it knows YEAR, MONTH, WEEK, DAY, DOW, DOY, HOUR and "
            "so on."
        )
    return _function(call(name, node.expression))


def _ignore_nulls(node: exp.IgnoreNulls) -> exp.Expr:
    function: exp.Expr = node.this
    if isinstance(function, exp.Anonymous) and function.expressions:
        last = function.expressions[-1]
        last.replace(exp.IgnoreNulls(this=last.copy()))
    return function


def _unnest(node: exp.Unnest) -> exp.Expr:
    """Several arrays side by side, a map's keys and values, or entries with their numbers."""
    alias = node.args.get("alias")
    names = list(alias.columns) if alias else []
    number = node.args.get("offset")
    is_map = len(node.expressions) == 1 and len(names) == 2
    if len(node.expressions) == 1 and not is_map and not number:
        return node
    arrays = node.expressions
    if is_map:
        arrays = [call("map_keys", arrays[0]), call("map_values", arrays[0].copy())]
    columns = [call("unnest", array) for array in arrays]
    if number:
        lengths = exp.Array(expressions=[call("len", array.copy()) for array in arrays])
        longest = call("list_max", lengths)
        columns.append(call("unnest", call("generate_series", exp.Literal.number(1), longest)))
    return _rows_of(columns, alias, names, number)


def _rows_of(
    columns: list[exp.Anonymous], alias: exp.TableAlias | None, names: list[exp.Expr], number: Any
) -> exp.Expr:
    known = [*names, number] if isinstance(number, exp.Identifier) else names
    if len(known) != len(columns):
        raise QueryError("UNNEST of several arrays needs a name for each column: AS t (a, b).")
    named = [
        exp.alias_(column, name.name, quoted=True)
        for column, name in zip(columns, known, strict=True)
    ]
    table = exp.TableAlias(this=alias.this) if alias else None
    return exp.Lateral(this=exp.Subquery(this=exp.select(*named)), alias=table)


def _fetch(node: exp.Fetch) -> exp.Expr:
    """FETCH … WITH TIES, which DuckDB does not have, by the rank of each row."""
    options, select = node.args.get("limit_options"), node.parent
    if options is None or not options.args.get("with_ties"):
        return node
    unsupported = ("offset", "distinct", "qualify", "group")
    if (
        not isinstance(select, exp.Select)
        or select.args.get("order") is None
        or any(select.args.get(name) for name in unsupported)
    ):
        raise QueryError(
            "WITH TIES needs an ORDER BY, and no OFFSET, DISTINCT or GROUP BY beside it: "
            "put those into WITH."
        )
    keys = [_sort_key(select, key) for key in select.args["order"].expressions]
    rank = exp.Window(this=call("rank"), order=exp.Order(expressions=keys))
    count = node.args.get("count") or exp.Literal.number(1)
    select.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=count.copy())))
    return exp.Limit(expression=exp.Null())


def _sort_key(select: exp.Select, ordered: exp.Ordered) -> exp.Ordered:
    """`ordered` by the expression that its number or name stands for."""
    key = ordered.copy()
    by = key.this
    by_name = {column.alias: column.unalias() for column in select.selects if column.alias}
    if isinstance(by, exp.Literal) and by.is_int:
        key.set("this", select.selects[int(by.name) - 1].unalias().copy())
    elif isinstance(by, exp.Column) and not by.table and by.name in by_name:
        key.set("this", by_name[by.name].copy())
    return key


_RULES: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.Fetch: _fetch,
    exp.Unnest: _unnest,
    exp.Anonymous: _function,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Add: _plus,
    exp.Sub: _minus,
    exp.Div: _divide,
    exp.Bracket: _bracket,
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.Extract: _extract,
    exp.AtTimeZone: lambda node: call("athena_at_timezone", node.this, node.args["zone"]),
    exp.IgnoreNulls: _ignore_nulls,
    exp.RespectNulls: lambda node: node.this,
}
