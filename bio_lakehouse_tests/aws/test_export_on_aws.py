"""What is a person's is written out of a lake on AWS as out of one at home."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bio_lakehouse.engines.register import DESCRIBED
from bio_lakehouse.exporting import export
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
