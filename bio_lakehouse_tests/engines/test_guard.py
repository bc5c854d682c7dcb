"""The guard: what it lets through, under which names, and how it says no."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from bio_lakehouse.engines.athena_on_duckdb import FUNCTIONS
from bio_lakehouse.engines.guard import LONGEST_STATEMENT, check, short_names
from bio_lakehouse.errors import QueryError

KNOWN = (
    "bio_gold.energy_state",
    "bio_gold.weekly_trends",
    "bio_silver.oura_sleep",
    "bio_silver.peloton_workouts",
)

HOSTILE = [
    # writes
    "INSERT INTO energy_state SELECT * FROM energy_state",
    "INSERT INTO energy_state VALUES (1)",
    "UPDATE energy_state SET day = current_date",
    "DELETE FROM energy_state",
    "MERGE INTO energy_state USING oura_sleep ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE energy_state",
    "DROP TABLE energy_state",
    "DROP VIEW IF EXISTS bio_gold.energy_state",
    "ALTER TABLE energy_state ADD COLUMN x integer",
    "CREATE TABLE x AS SELECT * FROM energy_state",
    "CREATE OR REPLACE VIEW energy_state AS SELECT 1",
    "CREATE MACRO f(x) AS x",
    "CREATE FUNCTION f() RETURNS integer RETURN 1",
    "CREATE SECRET s (TYPE s3)",
    "SELECT * INTO x FROM energy_state",
    "WITH gone AS (DELETE FROM energy_state) SELECT 1",
    "WITH gone AS (INSERT INTO energy_state VALUES (1)) SELECT * FROM gone",
    "UNLOAD (SELECT * FROM energy_state) TO 's3://bucket/x' WITH (format = 'PARQUET')",
    "VACUUM energy_state",
    "OPTIMIZE energy_state REWRITE DATA USING BIN_PACK",
    # configuration and the engine itself
    "SET enable_external_access = true",
    "RESET ALL",
    "PRAGMA database_list",
    "PRAGMA_TABLE_INFO('energy_state')",
    "ATTACH '/data/x.db' AS x",
    "DETACH bio",
    "USE bio_gold",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL pragma_version()",
    "CHECKPOINT",
    "EXPORT DATABASE '/data/x'",
    "IMPORT DATABASE '/data/x'",
    "EXPLAIN SELECT 1",
    "DESCRIBE energy_state",
    "SHOW TABLES",
    "SUMMARIZE energy_state",
    "PREPARE p FROM SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "COMMIT",
    "GRANT SELECT ON energy_state TO someone",
    "KILL 1",
    "FROM energy_state",
    # files and table functions
    "COPY energy_state TO '/data/x.csv'",
    "COPY energy_state FROM '/data/x.csv'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('s3://bucket/*.parquet')",
    "SELECT * FROM read_json('x.json')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM parquet_scan('x.parquet')",
    "SELECT * FROM iceberg_scan('x')",
    "SELECT * FROM sqlite_scan('catalog.db', 'iceberg_tables')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    'SELECT * FROM "s3://bucket/x.parquet"',
    "SELECT * FROM range(10)",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT * FROM repeat_row(1, num_rows => 10)",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('energy_state')",
    (
        "SELECT * FROM TABLE(exclude_columns(input => TABLE(energy_state), columns => "
        "DESCRIPTOR(day)))"
    ),
    "SELECT * FROM TABLE(system.query(query => 'DROP TABLE x'))",
    "SELECT * FROM energy_state, LATERAL read_csv('/etc/passwd')",
    "SELECT * FROM energy_state CROSS JOIN read_text('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM energy_state WHERE EXISTS (SELECT * FROM glob('/*'))",
    "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x",
    "SELECT 1 UNION ALL SELECT * FROM read_csv('/etc/passwd')",
    # functions that are not Athena's, or say what is none of the asker's business
    "SELECT getenv('HOME')",
    "SELECT current_setting('access_mode')",
    "SELECT getvariable('x')",
    "SELECT version()",
    "SELECT current_user",
    "SELECT current_database()",
    "SELECT nextval('s')",
    "SELECT pg_sleep(10)",
    "SELECT list_sum(ARRAY[1])",
    "SELECT read_text('/etc/passwd')",
    "SELECT query('DROP TABLE x')",
    "SELECT \"read_text\"('/etc/passwd')",
    "SELECT COLUMNS('.*') FROM energy_state",
    "SELECT max(getenv('HOME')) OVER () FROM energy_state",
    "SELECT day FROM energy_state ORDER BY getenv('HOME')",
    "SELECT transform(ARRAY[1], x -> getenv('HOME'))",
    "SELECT athena_date_add('day', 1, day) FROM energy_state",
    # the catalogs
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM pragma_table_info('energy_state')",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM temp.energy_state",
    "SELECT * FROM main.energy_state",
    'SELECT * FROM "bio_gold.energy_state"',
    "SELECT * FROM hive.bio_gold.energy_state",
    "SELECT * FROM other.energy_state",
    "SELECT * FROM iceberg_tables",
    # more than one statement, or none
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE energy_state",
    "SELECT 1; DROP TABLE energy_state; --",
    "SELECT 1 /* ; */ ; ATTACH 'x'",
    ";",
    "",
    "   ",
    "-- only a comment",
    "/* DROP TABLE energy_state */",
    # a CTE does not open another scope's door
    "SELECT * FROM (WITH x AS (SELECT 1 AS n) SELECT * FROM x) AS y, x",
    "WITH x AS (SELECT 1 AS n) SELECT * FROM gold.x",
    "WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS n) SELECT * FROM a",
    "WITH c AS (SELECT 1 AS n) SELECT * FROM c AS e, duckdb_settings AS e",
    "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings",
    (
        "SELECT * FROM duckdb_tables, (WITH duckdb_tables AS (SELECT 1 AS n) SELECT * FROM "
        "duckdb_tables) AS x"
    ),
    "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
    # parts of SELECT that Athena has not, or that change what is read
    "SELECT * FROM energy_state FOR UPDATE",
    "SELECT * FROM energy_state FOR VERSION AS OF 1",
    "SELECT * FROM energy_state FOR TIMESTAMP AS OF timestamp '2026-01-01 00:00:00'",
    "SELECT * FROM energy_state TABLESAMPLE BERNOULLI (10)",
    "SELECT * EXCLUDE (day) FROM energy_state",
    "SELECT DISTINCT ON (day) * FROM energy_state",
    "SELECT * FROM energy_state ASOF JOIN oura_sleep USING (day)",
    "SELECT * FROM energy_state PIVOT (max(day) FOR energy_state IN ('peak'))",
    "PIVOT energy_state ON energy_state USING count(*)",
    "SELECT * FROM energy_state WHERE day = ?",
    "SELECT * FROM energy_state WHERE day = :day",
    "SELECT @@version",
    "SELECT day FROM energy_state WHERE energy_state ILIKE 'p%'",
    "SELECT CAST(1 AS regclass)",
    "SELECT CAST(1 AS uhugeint)",
    "SELECT {'a': 1}",
    "SELECT interval n day FROM (VALUES 1) AS t (n)",
    # not SQL
    "what was my readiness yesterday?",
    "SELECT",
    "SELECT * FROM",
    "SELECT 'open",
    "SELECT (1",
    "SELECT * FROM energy_state WHERE",
    "\x00",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_hostile_statements_are_refused(statement: str) -> None:
    with pytest.raises(QueryError) as refusal:
        check(statement, KNOWN)

    assert 20 < len(str(refusal.value)) < 400


def test_there_are_many_hostile_statements() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 100


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DROP TABLE energy_state", "Only a SELECT can be asked; DROP is refused"),
        ("SELECT 1; SELECT 2", "One statement at a time, please: here are 2."),
        ("SELECT * FROM energy_stat", "There is no table energy_stat. Did you mean energy_state?"),
        (
            "SELECT * FROM gold.week_trends",
            "There is no table gold.week_trends. Did you mean weekly_trends?",
        ),
        (
            "SELECT * FROM nothing_like_it",
            "The tables are energy_state, oura_sleep, peloton_workouts, weekly_trends.",
        ),
        ("SELECT * FROM information_schema.tables", "is the engine's own and cannot be asked for"),
        ("SELECT * FROM read_csv('x')", "read_csv() cannot stand in FROM"),
        ("SELECT dayofweek(day) FROM energy_state", "Did you mean day_of_week()"),
        (
            "SELECT * FROM",
            "This is not SQL that Athena understands: Expected table name (line 1, column 13",
        ),
        ("SELECT x FROM t TABLESAMPLE SYSTEM (1)", "by its name alone"),
        ("WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t", "WITH RECURSIVE is refused"),
        ("SELECT DISTINCT ON (day) day FROM energy_state", "use row_number() OVER"),
        ("", "There is no statement; ask with a SELECT, such as"),
        ("SELECT " + "(" * 2000 + "1" + ")" * 2000, "nested too deeply"),
        ("SELECT " + "1, " * LONGEST_STATEMENT + "1", "characters; at most 50,000 are read"),
    ],
)
def test_a_refusal_teaches(statement: str, message: str) -> None:
    with pytest.raises(QueryError) as refusal:
        check(statement, KNOWN)

    assert message in str(refusal.value)


def test_an_empty_lake_says_so() -> None:
    with pytest.raises(QueryError, match="The lake has no tables yet"):
        check("SELECT * FROM energy_state", ())


def test_a_name_in_both_databases_must_be_qualified() -> None:
    known = ("bio_gold.x", "bio_silver.x")

    with pytest.raises(
        QueryError, match=r"x is in several databases; say which: bio_gold\.x or bio_silver\.x"
    ):
        check("SELECT * FROM x", known)
    assert check("SELECT * FROM silver.x", known).tables == {"bio_silver.x"}


@pytest.mark.parametrize(
    "name",
    [
        "energy_state",
        "gold.energy_state",
        "bio_gold.energy_state",
        "ENERGY_STATE",
        "Gold.Energy_State",
        '"bio_gold"."energy_state"',
        "awsdatacatalog.bio_gold.energy_state",
        "energy_state AS e",
    ],
)
def test_all_spellings_of_a_table_are_the_same(name: str) -> None:
    checked = check(f"SELECT * FROM {name}", KNOWN)

    assert checked.tables == {"bio_gold.energy_state"}
    (table,) = checked.expression.find_all(exp.Table)
    assert (table.db, table.name, table.catalog) == ("bio_gold", "energy_state", "")


def test_a_column_loses_the_database_before_it() -> None:
    checked = check(
        "SELECT gold.energy_state.day FROM gold.energy_state WHERE bio_gold.energy_state.day > day",
        KNOWN,
    )

    assert {column.sql() for column in checked.expression.find_all(exp.Column)} == {
        "energy_state.day",
        "day",
    }


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("WITH energy_state AS (SELECT 1 AS n) SELECT * FROM energy_state", set()),
        (
            "WITH energy_state AS (SELECT * FROM energy_state) SELECT * FROM energy_state",
            {"bio_gold.energy_state"},
        ),
        ("WITH x AS (SELECT 1 AS n) SELECT * FROM X", set()),
        ("WITH x AS (SELECT 1 AS n) SELECT * FROM gold.energy_state, x", {"bio_gold.energy_state"}),
        (
            "WITH a AS (SELECT * FROM oura_sleep), b AS (SELECT * FROM a) SELECT * FROM b",
            {"bio_silver.oura_sleep"},
        ),
        (
            "WITH energy_state AS (SELECT 1 AS n) SELECT * FROM gold.energy_state",
            {"bio_gold.energy_state"},
        ),
        (
            "SELECT * FROM (WITH x AS (SELECT 1 AS n) SELECT * FROM x) AS y, oura_sleep",
            {"bio_silver.oura_sleep"},
        ),
        (
            "SELECT * FROM energy_state WHERE day IN "
            "(WITH energy_state AS (SELECT current_date AS day) SELECT day FROM energy_state)",
            {"bio_gold.energy_state"},
        ),
        (
            (
                "WITH x AS (SELECT 1 AS n) SELECT * FROM x WHERE EXISTS (SELECT 1 FROM "
                "weekly_trends, x)"
            ),
            {"bio_gold.weekly_trends"},
        ),
        (
            "SELECT (SELECT max(day) FROM oura_sleep) FROM weekly_trends",
            {"bio_silver.oura_sleep", "bio_gold.weekly_trends"},
        ),
        ("SELECT 1 UNION SELECT n FROM (VALUES 1) AS energy_state (n)", set()),
        (
            "SELECT * FROM energy_state JOIN LATERAL (SELECT * FROM oura_sleep) AS s ON true",
            {*KNOWN[:1], KNOWN[2]},
        ),
        ("VALUES 1, 2", set()),
    ],
)
def test_what_is_read_is_known_through_every_scope(statement: str, tables: set[str]) -> None:
    assert check(statement, KNOWN).tables == tables


def test_a_shadowed_name_stays_the_ctes() -> None:
    checked = check(
        "WITH energy_state AS (SELECT * FROM energy_state) SELECT * FROM energy_state", KNOWN
    )

    assert checked.expression.sql() == (
        "WITH energy_state AS (SELECT * FROM bio_gold.energy_state) SELECT * FROM energy_state"
    )


def test_a_trailing_semicolon_and_comments_are_fine() -> None:
    assert check("SELECT day -- when\nFROM energy_state /* what */;", KNOWN).tables == {
        "bio_gold.energy_state"
    }


def test_short_names_have_no_database() -> None:
    assert short_names(KNOWN) == ["energy_state", "oura_sleep", "peloton_workouts", "weekly_trends"]


words = st.sampled_from(
    [
        *(
            "SELECT",
            "FROM",
            "WHERE",
            "WITH",
            "AS",
            "(",
            ")",
            ",",
            ";",
            "*",
            "UNION ALL",
            "JOIN",
            "ON",
            "VALUES",
            "IN",
        ),
        *(
            "energy_state",
            "x",
            "day",
            "1",
            "'a'",
            "read_csv('/etc/passwd')",
            "duckdb_settings()",
            "getenv('HOME')",
        ),
        *(
            "DROP TABLE",
            "INSERT INTO",
            "COPY",
            "ATTACH",
            "SET",
            "INTO",
            "CREATE",
            "count(*)",
            "EXISTS",
            "LATERAL",
        ),
    ]
)


@settings(max_examples=300)
@given(st.lists(words, min_size=1, max_size=14).map(" ".join))
def test_whatever_words_come_only_known_tables_and_functions_pass(statement: str) -> None:
    try:
        checked = check(statement, KNOWN)
    except QueryError:
        return
    assert checked.tables <= set(KNOWN)
    assert isinstance(checked.expression, exp.Query)
    assert {call.name.lower() for call in checked.expression.find_all(exp.Anonymous)} <= FUNCTIONS
    assert not list(checked.expression.find_all(exp.DDL, exp.DML, exp.Command, exp.Into))


@settings(max_examples=300)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_text_comes_nothing_but_a_query_error_is_raised(text: str) -> None:
    with suppress(QueryError):
        check(text, KNOWN)


@given(st.text(string.ascii_lowercase + "_", min_size=1, max_size=20))
def test_no_other_name_is_a_table(name: str) -> None:
    if name in short_names(KNOWN):
        return
    with pytest.raises(QueryError):
        check(f'SELECT * FROM "{name}"', KNOWN)


def test_a_misspelt_first_word_is_offered_as_what_was_meant() -> None:
    with pytest.raises(QueryError, match=r"SELEC is refused.*Did you mean SELECT\?"):
        check("selec 1", KNOWN)
    with pytest.raises(QueryError, match=r"DROP is refused[^?]*configure\.$"):
        check("drop table x", KNOWN)


def test_nothing_of_a_statement_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    statement = "WITH x AS (COPY oura_sleep TO 'my-secret.csv') SELECT 1"

    with caplog.at_level("DEBUG"), pytest.raises(QueryError):
        check(statement, KNOWN)

    assert "my-secret" not in caplog.text
    assert capfd.readouterr().err == ""
