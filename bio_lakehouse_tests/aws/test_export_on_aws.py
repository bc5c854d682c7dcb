"""What is a person's is written out of a lake on AWS as out of one at home."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bio_lakehouse import exporting
from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.exporting import export
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.aws.athena_lake import engine_at_home, filled_lake


@pytest.mark.slow
def test_tables_and_views_have_the_rows_that_athena_answers(
    on_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = engine_at_home(tmp_path / "laptop")
    with filled_lake(on_aws, monkeypatch) as made:
        made.lake.objects.put("landing/me/x.csv", b"as it came")
        written = export(made.lake, "me", tmp_path / "mine")
        assert (written.path / "landing/me/x.csv").read_bytes() == b"as it came"
        assert written.files["tables"] == 2 * len(DESCRIBED)
        for name in ("daily_readiness_performance", "energy_state"):
            rows = pq.read_table(written.path / f"tables/{name}.parquet")
            at_home = laptop.answer(f"SELECT * FROM {name}", "me")
            assert rows.num_rows == at_home.num_rows > 0
            assert rows["day"].to_pylist() == at_home["day"].to_pylist()


LEADING_ELSEWHERE = (
    "landing/ann/../../../escape.csv",
    "landing/ann/../ben/x.csv",
    "landing/ann//x.csv",
    "landing/ann/a",
    "landing/ann/a/b",
    "landing/ann/C:\\x.csv",
    f"landing/ann/{'ü' * 300}.csv",
    f"landing/ann/{'ü' * 300}.csv2",
    "reports/ann/../../../../escape.html",
)


def test_no_key_leads_out_of_an_export_and_none_is_lost(
    on_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may write to the bucket says where nothing else is written."""
    monkeypatch.setattr(exporting, "_tables", lambda *_: [])
    lake = Lakehouse.open(on_aws)
    client = aws_client(on_aws, "s3")
    for key in (*LEADING_ELSEWHERE, "landing/anna/a", "reports/anna/a"):
        client.put_object(Bucket=on_aws.s3_bronze_bucket, Key=key, Body=key.encode())
    outside = tmp_path / "of" / "mine"
    outside.mkdir(parents=True)
    written = export(lake, "ann", outside / "all")
    assert [path.name for path in outside.iterdir()] == ["all"]
    assert [path.name for path in outside.parent.iterdir()] == ["mine"]
    told = json.loads((written.path / "manifest.json").read_text())["files"]
    found = [
        about.get("key", name) for name, about in told.items() if name.startswith(("land", "rep"))
    ]
    assert sorted(found) == sorted(LEADING_ELSEWHERE)
    for name, about in told.items():
        path = written.path / name
        assert path.resolve().is_relative_to(written.path)
        if "key" in about:
            assert path.read_text() == about["key"]
