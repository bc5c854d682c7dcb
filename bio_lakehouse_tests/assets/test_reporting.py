from datetime import date

import pyarrow as pa

from bio_lakehouse.assets.checks import checked
from bio_lakehouse.assets.keys import GOLD_DAILY
from bio_lakehouse.assets.reporting import preview, table_metadata
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.schema import Column

ROWS = pa.table(
    {"day": [date(2024, 1, 1), date(2024, 1, 3)], "score": [80, None], "source": ["a|b", "c"]}
)


def test_a_preview_shows_the_newest_day_first() -> None:
    assert preview(ROWS).value.splitlines() == [
        "| day | score | source |",
        "| --- | --- | --- |",
        "| 2024-01-03 |  | c |",
        r"| 2024-01-01 | 80 | a\|b |",
    ]


def test_what_somebody_calls_something_is_no_markup_in_a_preview() -> None:
    names = pa.table({"name": ["<b>![x](https://example.com/x.png)</b>", "rest_day"]})
    _, _, *rows = preview(names).value.splitlines()
    assert rows == [
        r"| &lt;b&gt;\!\[x\](https://example.com/x.png)&lt;/b&gt; |",
        r"| rest\_day |",
    ]


def test_a_preview_rounds_as_the_measure_does() -> None:
    columns = {"hrv_rmssd_ms": [41.26], "q": [0.00123], "chronic_load": [12.345], "name": ["a"]}
    row = preview(pa.table(columns)).value.splitlines()[-1]
    assert row == "| 41 | 0.0012 | 12.35 | a |"


def test_columns_carry_type_comment_and_whether_they_may_be_null() -> None:
    shown = table_metadata(
        "bio_gold.x", [Column("score", "int", "Zero to a hundred.", required=True)]
    )
    (column,) = shown["dagster/column_schema"].columns
    assert (column.name, column.type, column.description) == ("score", "int", "Zero to a hundred.")
    assert not column.constraints.nullable


def daily_rows(**columns: list[object]) -> pa.Table:
    return pa.table({"user_id": ["me"], "day": [date(2024, 1, 1)]} | columns)


def test_a_check_passes_what_the_schema_allows() -> None:
    result = checked(DAILY_READINESS_PERFORMANCE, daily_rows(readiness_score=[70]), GOLD_DAILY)
    assert result.passed
    assert result.metadata["rows"].value == 1


def test_a_check_says_what_breaks_the_schema() -> None:
    result = checked(DAILY_READINESS_PERFORMANCE, daily_rows(readiness_score=[170]), GOLD_DAILY)
    assert not result.passed
    assert result.description == "readiness_score has 170, above 100"


def test_a_view_is_checked_by_what_it_declares() -> None:
    schema = VIEWS["workout_type_optimization"].schema
    assert schema.day_column is None
    assert schema.grain == VIEWS["workout_type_optimization"].grain
