"""The demo lake that questions are put to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bio_lakehouse import silver
from bio_lakehouse.ask.evaluation.demo import PEOPLE, TODAY, USER
from bio_lakehouse.ask.evaluation.demo import demo_lake as build_demo_lake
from bio_lakehouse.backends import open_sql
from bio_lakehouse.errors import StoreError
from bio_lakehouse.gold.schemas import SCHEMAS
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake.lakehouse import Lakehouse

BUILT = (
    *(schema.full_name for schema in SCHEMAS.values()),
    *(view.full_name for view in VIEWS.values()),
    *(schema.full_name for schema in silver.SCHEMAS.values()),
)


def test_every_table_and_view_has_rows(demo_lake: Lakehouse) -> None:
    sql = open_sql(demo_lake)
    empty = {
        name for name in BUILT if not sql.query(f"SELECT 1 FROM {name} LIMIT 1", USER).num_rows
    }
    assert not empty


def test_it_has_each_persons_days_up_to_its_today(demo_lake: Lakehouse) -> None:
    sql = open_sql(demo_lake)
    question = "SELECT count(*) AS days, max(day) AS newest FROM bio_gold.energy_state"
    for person in PEOPLE:
        (row,) = sql.query(question, person.user_id).to_pylist()
        assert row == {"days": person.days, "newest": TODAY}


def test_a_copy_may_be_written_into(demo_lake: Lakehouse, own_demo_lake: Lakehouse) -> None:
    assert own_demo_lake.settings.home != demo_lake.settings.home
    assert own_demo_lake.tables.names() == demo_lake.tables.names()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine")
    with pytest.raises(StoreError, match="no evaluation has made"):
        build_demo_lake(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]
