"""The guard in front of every engine: one read-only SELECT in Athena's SQL over tables that are
known, or a QueryError.

It works on the syntax tree and refuses what it does not know, so a new keyword or function is
closed until it is opened here or in `athena.FUNCTIONS`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from sqlglot import exp
from sqlglot.errors import ErrorLevel, OptimizeError, ParseError, TokenError
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.tokenizer_core import Token, TokenType

from bio_lakehouse.engines.athena_on_duckdb import BY_COMMA, FUNCTIONS, AthenaQuery
from bio_lakehouse.errors import QueryError

DATABASES = {
    "silver": "bio_silver",
    "bio_silver": "bio_silver",
    "gold": "bio_gold",
    "bio_gold": "bio_gold",
}
LONGEST_STATEMENT = 50_000
"""Characters beyond which a statement is not read."""
TOO_DEEP = "The statement is nested too deeply; say it with fewer brackets or with WITH."

# Its warnings quote the statement, which may hold what nobody else should read.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_FIRST_WORDS = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN}
_SYSTEM_NAMES = ("information_schema", "pg_", "duckdb_", "sqlite_", "pragma_", "system", "temp")
_UNITS = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}
_TYPES = {
    *(
        exp.DType.BOOLEAN,
        exp.DType.TINYINT,
        exp.DType.SMALLINT,
        exp.DType.INT,
        exp.DType.BIGINT,
        exp.DType.FLOAT,
    ),
    *(
        exp.DType.DOUBLE,
        exp.DType.DECIMAL,
        exp.DType.VARCHAR,
        exp.DType.CHAR,
        exp.DType.DATE,
        exp.DType.TIMESTAMP,
    ),
    *(exp.DType.TIMESTAMPTZ, exp.DType.TIME, exp.DType.ARRAY, exp.DType.JSON, exp.DType.TEXT),
}
_SYNTAX: frozenset[type[exp.Expr]] = frozenset(
    {
        *(
            exp.Select,
            exp.From,
            exp.Join,
            exp.Where,
            exp.Group,
            exp.Having,
            exp.Qualify,
            exp.Order,
            exp.Ordered,
            exp.Limit,
        ),
        *(
            exp.Offset,
            exp.Fetch,
            exp.LimitOptions,
            exp.With,
            exp.CTE,
            exp.Subquery,
            exp.Table,
            exp.TableAlias,
        ),
        *(
            exp.Union,
            exp.Except,
            exp.Intersect,
            exp.Values,
            exp.Tuple,
            exp.Lateral,
            exp.Unnest,
            exp.Distinct,
        ),
        *(
            exp.GroupingSets,
            exp.Rollup,
            exp.Cube,
            exp.Window,
            exp.WindowSpec,
            exp.Filter,
            exp.WithinGroup,
        ),
        *(
            exp.IgnoreNulls,
            exp.RespectNulls,
            exp.Alias,
            exp.Column,
            exp.Identifier,
            exp.Star,
            exp.Literal,
        ),
        *(
            exp.Boolean,
            exp.Null,
            exp.Var,
            exp.Paren,
            exp.And,
            exp.Or,
            exp.Not,
            exp.EQ,
            exp.NEQ,
            exp.GT,
            exp.GTE,
        ),
        *(
            exp.LT,
            exp.LTE,
            exp.NullSafeEQ,
            exp.NullSafeNEQ,
            exp.Is,
            exp.In,
            exp.Between,
            exp.Like,
            exp.Escape,
        ),
        *(
            exp.Exists,
            exp.Any,
            exp.All,
            exp.Add,
            exp.Sub,
            exp.Mul,
            exp.Div,
            exp.Mod,
            exp.Neg,
            exp.DPipe,
            exp.Case,
        ),
        *(
            exp.If,
            exp.Cast,
            exp.TryCast,
            exp.DataType,
            exp.DataTypeParam,
            exp.Interval,
            exp.Extract,
            exp.AtTimeZone,
        ),
        *(
            exp.Array,
            exp.Bracket,
            exp.Lambda,
            exp.Anonymous,
            exp.Trim,
            exp.StrPosition,
            exp.Substring,
        ),
        *(exp.GroupConcat, exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp),
    }
)
_JOIN_WORDS = {"", "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS"}
_TABLE_PARTS = {"this", "db", "catalog", "alias", "joins"}


@dataclass(frozen=True)
class CheckedQuery:
    """A statement that may be run: Athena's SQL with every table's full name, and the full names of
    those tables."""

    expression: exp.Query
    tables: frozenset[str]


def check(sql: str, known: Collection[str]) -> CheckedQuery:
    """The statement `sql`, checked against the full names of the tables and views there are
    (`known`).

    `energy_state`, `gold.energy_state` and `bio_gold.energy_state` are the same. Raises QueryError,
    which says what is not possible and what is, for anything that is not one SELECT over known
    tables.
    """
    try:
        query = _parse(sql)
        for node in query.walk():
            _check_node(node)
        return CheckedQuery(query, frozenset(_resolve_tables(query, known)))
    except RecursionError as error:
        raise QueryError(TOO_DEEP) from error
    except OptimizeError as error:
        raise QueryError(f"The names in FROM or WITH are not clear: {error}") from error


def short_names(known: Collection[str]) -> list[str]:
    """Names of `known` without their database, sorted."""
    return sorted({name.partition(".")[2] for name in known})


def _parse(sql: str) -> exp.Query:
    if len(sql) > LONGEST_STATEMENT:
        raise QueryError(
            f"The statement has {len(sql):,} characters; at most {LONGEST_STATEMENT:,} are read."
        )
    dialect = AthenaQuery()
    try:
        tokens = dialect.tokenize(sql)
        _check_first_word(tokens)
        statements = [
            statement for statement in dialect.parser().parse(tokens, sql) if statement is not None
        ]
    except (ParseError, TokenError) as error:
        raise QueryError(f"This is not SQL that Athena understands: {_where(error)}") from error
    if len(statements) != 1:
        raise QueryError(f"One statement at a time, please: here are {len(statements)}.")
    statement = (
        _select_of_values(statements[0]) if isinstance(statements[0], exp.Values) else statements[0]
    )
    if not isinstance(statement, exp.Query):
        raise QueryError(f"Only a SELECT can be asked, not {statement.key.upper()}.")
    return _with_quantified_values(_lower_case(statement))


def _select_of_values(values: exp.Values) -> exp.Select:
    width = len(values.expressions[0].expressions)
    names = [exp.to_identifier(f"_col{number}") for number in range(width)]
    values.set("alias", exp.TableAlias(this=exp.to_identifier("rows"), columns=names))
    return exp.select("*").from_(values)


def _with_quantified_values(query: exp.Query) -> exp.Query:
    """`> ALL (VALUES …)` and SOME, which the parser takes for calls, as what they are."""
    quantifiers = {"all": exp.All, "some": exp.Any}
    for node in list(query.find_all(exp.Anonymous)):
        values = node.expressions[0] if len(node.expressions) == 1 else None
        quantifier = quantifiers.get(node.name.lower())
        if quantifier is not None and isinstance(values, exp.Values):
            rows = exp.Subquery(this=_select_of_values(values.copy()))
            node.replace(quantifier(this=rows))
    return query


def _check_first_word(tokens: list[Token]) -> None:
    if not tokens:
        raise QueryError(
            "There is no statement; ask with a SELECT, such as SELECT * FROM energy_state."
        )
    if tokens[0].token_type not in _FIRST_WORDS:
        word = tokens[0].text.upper()
        is_typo = tokens[0].token_type == TokenType.VAR
        words = ("SELECT", "WITH", "SHOW", "DESCRIBE", "VALUES") if is_typo else ()
        meant = get_close_matches(word, words, n=1)
        hint = f" Did you mean {meant[0]}?" if meant else ""
        raise QueryError(
            f"Only a SELECT can be asked; {word} is refused, because nothing here may write or "
            f"configure.{hint}"
        )


def _where(error: ParseError | TokenError) -> str:
    details = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    if not details:
        return str(error).partition("\n")[0]
    reason = details["description"].partition(" but got <")[0].rstrip(".")
    near = f"{details.get('start_context', '')}{details.get('highlight', '')}"[-40:].strip()
    return f"{reason} (line {details['line']}, column {details['col']}, near “{near}”)"


def _lower_case(query: exp.Query) -> exp.Query:
    """Athena's identifiers know no case, quoted or not."""
    for identifier in query.find_all(exp.Identifier):
        identifier.set("this", identifier.name.lower())
    return query


def _check_node(node: exp.Expr) -> None:
    if type(node) not in _SYNTAX:
        raise QueryError(f"{_shown(node)} is not part of the SELECT that can be asked here.")
    refusal = next(_refusals(node), None)
    if refusal:
        raise QueryError(refusal)


def _refusals(node: exp.Expr) -> Iterator[str]:
    """Why a node of an allowed kind may still not be run."""
    yield from _refusals_of_source(node)
    yield from _refusals_of_rest(node)


def _refusals_of_source(node: exp.Expr) -> Iterator[str]:
    """Of a call, or of what stands in FROM."""
    match node:
        case exp.Anonymous() if isinstance(node.parent, exp.Table | exp.Lateral):
            yield (
                f"{node.name}() cannot stand in FROM: only tables, subqueries, VALUES and UNNEST "
                "can."
            )
        case exp.Anonymous() if node.name.lower() not in FUNCTIONS:
            yield _unknown_function(node.name)
        case exp.Table() if not isinstance(node.this, exp.Identifier | exp.Anonymous):
            yield (
                f"{_shown(node)} cannot stand in FROM: only tables, subqueries, VALUES and UNNEST "
                "can."
            )
        case exp.Table() if _extra(node, _TABLE_PARTS):
            yield (
                f"{_shown(node)}: a table is asked for by its name alone, without samples, "
                "versions or hints."
            )
        case exp.Lateral() if not isinstance(node.this, exp.Subquery):
            yield "After LATERAL only a subquery can stand."
        case exp.Join() if not {node.method, node.side, node.kind} <= _JOIN_WORDS:
            yield (
                f"{' '.join(filter(None, (node.method, node.side, node.kind)))} JOIN is not one of "
                "Athena's joins."
            )
        case exp.Join() if _is_without_condition(node):
            yield "A JOIN needs ON or USING; each row with each row is CROSS JOIN in Athena."


def _refusals_of_rest(node: exp.Expr) -> Iterator[str]:
    """Of any other node."""
    match node:
        case exp.Select() if not node.expressions:
            yield "A SELECT needs columns to show, or * for all of them."
        case exp.With() if node.args.get("recursive"):
            yield "WITH RECURSIVE is refused: Athena has no recursive queries."
        case exp.Limit() if not _is_count(node.expression, "ALL"):
            yield "LIMIT takes a whole number or ALL in Athena."
        case exp.Offset() if not _is_count(node.expression):
            yield "OFFSET takes a whole number in Athena."
        case exp.Fetch() if node.args.get("count") and not _is_count(node.args["count"]):
            yield "FETCH FIRST takes a whole number of rows in Athena."
        case exp.LimitOptions() if node.args.get("percent"):
            yield "FETCH FIRST takes a number of rows in Athena, not a percentage of them."
        case exp.Distinct() if node.args.get("on"):
            yield (
                "DISTINCT ON is not Athena's; use row_number() OVER (PARTITION BY … ORDER BY …) = "
                "1."
            )
        case exp.Star() if _extra(node, set()):
            yield "SELECT * takes no EXCEPT, REPLACE or RENAME in Athena; name the columns."
        case exp.Var() if not node.name.replace("_", "").isalnum():
            yield f"{node.name} is no word that Athena knows here."
        case exp.DataType() if node.this not in _TYPES:
            yield f"A value cannot be cast to {_shown(node)} here."
        case exp.Interval() if not isinstance(node.this, exp.Literal) or _unit(node) not in _UNITS:
            yield (
                "An interval is written as in INTERVAL '7' DAY (YEAR, MONTH, DAY, HOUR, MINUTE or "
                "SECOND; a week is 7 days)."
            )


def _is_without_condition(join: exp.Join) -> bool:
    is_free = join.kind == "CROSS" or join.method == "NATURAL" or join.meta.get(BY_COMMA)
    return not (is_free or join.args.get("on") or join.args.get("using"))


def _is_count(node: exp.Expr, word: str = "") -> bool:
    is_word = isinstance(node, exp.Var) and node.name.upper() == word
    return is_word or (isinstance(node, exp.Literal) and node.is_int and not node.is_string)


def _extra(node: exp.Expr, allowed: set[str]) -> set[str]:
    return {name for name, value in node.args.items() if value} - allowed


def _unit(interval: exp.Interval) -> str:
    return str(interval.args["unit"].name).upper() if interval.args.get("unit") else ""


def _unknown_function(name: str) -> str:
    near = get_close_matches(name.lower(), FUNCTIONS, n=3)
    hint = f" Did you mean {_listed([f'{match}()' for match in near])}?" if near else ""
    return f"The function {name}() is not one of Athena's that can be asked for here.{hint}"


def _shown(node: exp.Expr) -> str:
    sql = node.sql(AthenaQuery, comments=False, unsupported_level=ErrorLevel.IGNORE)
    text = " ".join(sql.split()) or node.key.upper()
    return text if len(text) <= 60 else f"{text[:57]}…"


def _listed(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _resolve_tables(query: exp.Query, known: Collection[str]) -> Iterator[str]:
    """Full names of the tables read; sets them in the tree, where a CTE keeps its own name."""
    of_ctes = {id(node) for node in _references_to_ctes(query)}
    tables = [node for node in query.find_all(exp.Table) if id(node) not in of_ctes]
    for table in tables:
        full_name = resolve(table, known)
        database, _, name = full_name.partition(".")
        table.set("catalog", None)
        table.set("db", exp.to_identifier(database))
        table.set("this", exp.to_identifier(name))
        yield full_name
    for column in query.find_all(exp.Column):
        if column.db in DATABASES:
            column.set("db", None)
            column.set("catalog", None)


def _references_to_ctes(query: exp.Query) -> Iterator[exp.Table]:
    for scope in traverse_scope(query):
        for table in scope.tables:
            source = scope.sources.get(table.alias_or_name)
            if not table.db and isinstance(source, Scope) and _is_cte(source, table.name):
                yield table


def _is_cte(source: Scope, name: str) -> bool:
    return isinstance(source.expression.parent, exp.CTE) and source.expression.parent.alias == name


def resolve(table: exp.Table, known: Collection[str]) -> str:
    """The full name of the table that a reference means."""
    database = DATABASES.get(table.db)
    same_name = (full_name for full_name in known if full_name.partition(".")[2] == table.name)
    found = [
        full_name for full_name in same_name if database in (None, full_name.partition(".")[0])
    ]
    written = ".".join(part.name for part in table.parts)
    if table.catalog not in ("", "awsdatacatalog") or (table.db and database is None) or not found:
        raise QueryError(_unknown_table(written, known))
    if len(found) > 1:
        raise QueryError(f"{written} is in several databases; say which: {_listed(sorted(found))}.")
    return found[0]


def _unknown_table(written: str, known: Collection[str]) -> str:
    names = short_names(known)
    tables = f"The tables are {', '.join(names)}." if names else "The lake has no tables yet."
    if written.startswith(_SYSTEM_NAMES):
        return f"{written} is the engine's own and cannot be asked for. {tables}"
    near = get_close_matches(written.rpartition(".")[2], names, n=3)
    hint = f" Did you mean {_listed(near)}?" if near else ""
    return f"There is no table {written}.{hint} {tables}"
