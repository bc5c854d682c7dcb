"""Athena's engine answers as a laptop's: the same rows and types, of the asked user alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pyarrow as pa
import pytest

from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse_tests.aws import emulator
from bio_lakehouse_tests.aws.athena_lake import AthenaLake, athena_lake
from bio_lakehouse_tests.engines.test_sql import QUESTIONS


@pytest.fixture(scope="module")
def there(moto_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaLake]:
    """The lake of all tests here, which leave it as it is."""
    urlopen(Request(f"{moto_address}/moto-api/reset", method="POST"), timeout=30).close()
    folder = tmp_path_factory.mktemp("athena")
    with pytest.MonkeyPatch.context() as patch:
        emulator.set_environment(patch, moto_address)
        settings = emulator.aws_settings(folder / "home", moto_address)
        emulator.make_parts(settings)
        with athena_lake(settings, folder / "views", patch) as lake:
            yield lake


def said(rows: pa.Table) -> tuple[pa.Schema, list[dict[str, Any]]]:
    return rows.schema.remove_metadata(), rows.to_pylist()


@pytest.mark.parametrize("question", QUESTIONS[:12], ids=lambda question: question["ask"][:50])
def test_a_question_is_answered_with_the_right_rows(
    there: AthenaLake, question: dict[str, Any]
) -> None:
    rows = there.sql.query(question["ask"], "me")
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        tuple(row) for row in question["rows"]
    ]
    assert said(rows) == said(there.at_home.query(question["ask"], "me"))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_rows_of_a_laptops(there: AthenaLake, name: str) -> None:
    for user_id in ("me", None):
        assert said(there.sql.rows_of(name, user_id=user_id)) == said(
            there.at_home.rows_of(name, user_id=user_id)
        )
