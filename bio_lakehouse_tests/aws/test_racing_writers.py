"""Two who write to one table at once: of different days both are there, of the same days one is,
whole.

moto takes a commit that was made of an older version, as Glue never does: here it is refused on the
way there. ministack refuses it by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bio_lakehouse.errors import TableError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.ministack import ministack
from bio_lakehouse_tests.aws.notes_table import DAYS_OF_MONTH, SCHEMA, month_of, notes, write

ROUNDS = 8
STALE = {
    "Error": {"Code": "ConcurrentModificationException", "Message": "Update table failed"},
    "ResponseMetadata": {"HTTPStatusCode": 400},
}


def interrupted(lake: Lakehouse, others: list[Callable[[], None]]) -> Lakehouse:
    """`lake`, before each commit of which one of `others` commits; Glue refuses what is stale."""
    glue = lake.tables.catalog.glue  # type: ignore[attr-defined]

    def refuse_stale(params: dict[str, Any], **_: object) -> Any:
        if others:
            others.pop(0)()
        asked = json.loads(params["body"])
        now = glue.get_table(DatabaseName=asked["DatabaseName"], Name=asked["TableInput"]["Name"])
        is_stale = now["Table"]["VersionId"] != asked["VersionId"]
        return (SimpleNamespace(status_code=400), STALE) if is_stale else None

    glue.meta.events.register("before-call.glue.UpdateTable", refuse_stale)
    return lake


def said(settings: Settings, schema: TableSchema = SCHEMA) -> set[tuple[int, str]]:
    """Which month has which writer's rows now."""
    rows = Lakehouse.open(settings).tables.read(schema, None, None).to_pylist()
    return {(row["day"].month, row["note"]) for row in rows}


def test_of_different_days_both_are_there(aws_of_module: Settings) -> None:
    other, table = Lakehouse.open(aws_of_module), replace(SCHEMA, name="different_days")
    write(other, "first", 1, 0, table)
    others = [lambda: write(other, "ann", 2, 1, table)]
    write(interrupted(Lakehouse.open(aws_of_module), others), "bob", 3, 1, table)
    assert said(aws_of_module, table) == {(1, "first"), (2, "ann"), (3, "bob")}
    assert other.tables.read(table, None, None).num_rows == 3 * DAYS_OF_MONTH


def test_of_the_same_days_one_is_there_and_whole(aws_of_module: Settings) -> None:
    other, table = Lakehouse.open(aws_of_module), replace(SCHEMA, name="same_days")
    write(other, "first", 1, 0, table)
    others = [lambda: write(other, "ann", 1, 1, table), lambda: write(other, "ann", 2, 2, table)]
    write(interrupted(Lakehouse.open(aws_of_module), others), "bob", 1, 1, table)
    assert said(aws_of_module, table) == {(1, "bob"), (2, "ann")}
    assert other.tables.read(table, *month_of(1)).num_rows == DAYS_OF_MONTH


def test_who_makes_the_table_first_makes_it_for_both(aws_of_module: Settings) -> None:
    other, mine = Lakehouse.open(aws_of_module), Lakehouse.open(aws_of_module)
    table = replace(SCHEMA, name="made_by_both")
    glue = mine.tables.catalog.glue  # type: ignore[attr-defined]
    once = [lambda: write(other, "ann", 1, 0, table)]

    def make_before(**_: object) -> None:
        if once:
            once.pop()()

    glue.meta.events.register("before-call.glue.CreateTable", make_before)
    write(mine, "bob", 2, 0, table)
    assert said(aws_of_module, table) == {(1, "ann"), (2, "bob")}


def test_rows_that_break_the_rules_are_refused_before_anything_is_written(
    aws_of_module: Settings,
) -> None:
    tables, table = Lakehouse.open(aws_of_module).tables, replace(SCHEMA, name="broken_rules")
    twice = notes(("me", month_of(1)[0], 1, ""), ("me", month_of(1)[0], 2, ""))
    with pytest.raises(TableError, match="nothing was written"):
        tables.replace(table, twice, *month_of(1))
    assert not tables.exists(table.full_name)


@pytest.mark.stack
@pytest.mark.parametrize("months", [(2, 3), (2, 2)])
def test_two_processes_write_at_once(
    months: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ministack() as address:
        emulator.set_environment(monkeypatch, address)
        settings = emulator.aws_settings(tmp_path / "home", address)
        emulator.make_parts(settings)
        write(Lakehouse.open(settings), "first", 1, 0)
        program = [sys.executable, "-m", "bio_lakehouse_tests.aws.notes_table", address]
        writers = [
            subprocess.Popen([*program, str(tmp_path / name), name, str(month), str(ROUNDS)])
            for name, month in zip(("ann", "bob"), months, strict=True)
        ]
        assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
        table = Lakehouse.open(settings).tables
        rows = table.read(SCHEMA, *month_of(2)).to_pylist()
        assert (1, "first") in said(settings)
        assert len(rows) == DAYS_OF_MONTH
        assert len({(row["note"], row["score"]) for row in rows}) == 1
        assert rows[0]["score"] == ROUNDS - 1
        if months == (2, 3):
            assert {(2, "ann"), (3, "bob")} <= said(settings)
