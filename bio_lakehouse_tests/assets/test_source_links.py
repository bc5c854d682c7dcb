"""From an asset's page one comes to what makes it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.assets import all_assets
from bio_lakehouse.assets.source_links import KEY
from bio_lakehouse.settings import load_settings

SPECS = {
    spec.key.to_user_string(): spec
    for asset in all_assets(load_settings(home=Path(__file__).with_name("no_lake_is_here")))
    for spec in asset.specs
    if asset.is_executable
}


def lines_of(spec: dg.AssetSpec) -> dict[str, tuple[str, str]]:
    """File and line that each link of an asset leads to, by what it is said to be."""
    found = {}
    for link in spec.metadata[KEY].code_references:
        path = Path(link.file_path)
        line = path.read_text("utf-8").splitlines()[link.line_number - 1]
        found[link.label] = ("/".join(path.parts[-2:]), line)
    return found


@pytest.mark.parametrize("name", SPECS)
def test_every_asset_leads_to_its_function_and_to_what_makes_it(name: str) -> None:
    lines = lines_of(SPECS[name])
    path, line = lines["asset"]
    assert path.startswith("assets/")
    assert line.strip().startswith(("@dg.asset", "@dg.multi_asset"))
    assert len(lines) > 1


@pytest.mark.parametrize(
    ("name", "label", "path", "line"),
    [
        ("gold/energy_state", "SQL", "views/energy_state.sql", "/*"),
        ("silver/oura_sleep", "transform", "silver/oura.py", "def "),
        ("insights/sleep_readiness", "analyzer", "insights/sleep_readiness.py", "def analyze("),
        ("bronze/peloton/workouts", "sources.peloton.csv", "peloton/csv.py", '"""'),
        ("gold/training_load", "build.load", "build/load.py", '"""'),
        (
            "insights/week_comparison",
            "insights.week_comparison",
            "insights/week_comparison.py",
            '"',
        ),
    ],
)
def test_what_makes_it_is_the_sql_the_transform_or_the_module(
    name: str, label: str, path: str, line: str
) -> None:
    found_path, found_line = lines_of(SPECS[name])[label]
    assert found_path == path
    assert found_line.startswith(line)
