import pytest
import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from bio_lakehouse.assets.lineage import _schema, columns_read, daily_lineage
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.gold.views import VIEWS

READ = {
    "bio_gold.daily_readiness_performance",
    "bio_gold.energy_state",
    "bio_silver.oura_sleep",
    "bio_silver.peloton_workouts",
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_column_but_counts_and_labels_is_read_from_somewhere(name: str) -> None:
    read = columns_read(VIEWS[name])
    assert {table for reads in read.values() for table, _ in reads} <= READ
    assert {column for column, reads in read.items() if not reads} <= {
        "segment",
        "sample_size",
        "sample_workouts",
        "sample_days",
        "parts",
    }


@pytest.mark.parametrize(
    ("name", "column"), [("energy_state", "output_zone"), ("weekly_trends", "output_change")]
)
def test_columns_are_those_that_sqlglot_finds_one_by_one(name: str, column: str) -> None:
    query = qualify(
        sqlglot.parse_one(VIEWS[name].sql, read="athena"), schema=_schema(), dialect="athena"
    )
    nodes = lineage(column, query, _schema(), dialect="athena", scope=build_scope(query)).walk()
    leaves = [node for node in nodes if not node.downstream and isinstance(node.source, exp.Table)]
    found = {
        (f"{leaf.source.db}.{leaf.source.name}", leaf.name.rpartition(".")[2].strip('"'))
        for leaf in leaves
    }
    assert columns_read(VIEWS[name])[column] == found


def test_gold_takes_only_columns_that_there_are() -> None:
    made = daily_lineage()["dagster/column_lineage"].deps_by_column
    assert set(made) <= set(DAILY_READINESS_PERFORMANCE.column_names)
    assert len(made) > 20
