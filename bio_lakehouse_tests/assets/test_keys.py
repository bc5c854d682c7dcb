import dagster as dg
import pytest

from bio_lakehouse.assets.keys import (
    COVERAGE,
    GOLD_DAILY,
    bronze_key,
    datasets_built,
    silver_inputs,
    table_key,
)
from bio_lakehouse.sources import registry


def test_keys_name_layer_and_table() -> None:
    assert bronze_key("oura/sleep").to_user_string() == "bronze/oura/sleep"
    assert table_key("bio_gold.energy_state").to_user_string() == "gold/energy_state"


def test_every_dataset_feeds_coverage_and_every_typed_one_a_table() -> None:
    fed = {
        dataset
        for table, inputs in silver_inputs().items()
        if table != COVERAGE
        for dataset in inputs
    }
    assert fed == set(registry.typed_datasets())
    assert set(silver_inputs()[COVERAGE]) == set(registry.bronze_datasets())


def test_a_dataset_is_built_when_all_that_is_made_of_it_is() -> None:
    everything = {GOLD_DAILY, *silver_inputs(), *map(bronze_key, registry.bronze_datasets())}
    assert datasets_built(everything) == set(registry.bronze_datasets())


@pytest.mark.parametrize("missing", ["bronze/oura/trends", "silver/oura_sleep", "silver/coverage"])
def test_a_dataset_of_which_something_is_not_made_stays_pending(missing: str) -> None:
    everything = {GOLD_DAILY, *silver_inputs(), *map(bronze_key, registry.bronze_datasets())}
    assert "oura/trends" not in datasets_built(everything - {dg.AssetKey.from_user_string(missing)})


def test_nothing_is_built_without_gold() -> None:
    assert datasets_built({*silver_inputs(), *map(bronze_key, registry.bronze_datasets())}) == set()
