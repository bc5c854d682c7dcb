"""What the sources declare agrees with itself and with what is made of it."""

from __future__ import annotations

from collections import Counter

import pytest

from bio_lakehouse import silver
from bio_lakehouse.lake import built_with
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.source import Source

every_source = pytest.mark.parametrize("source", registry.SOURCES, ids=lambda source: source.name)


@every_source
def test_a_dataset_is_named_after_its_source_and_once(source: Source) -> None:
    names = Counter(registry.bronze_datasets())
    assert all(dataset.name.startswith(f"{source.name}/") for dataset in source.datasets)
    assert {names[dataset.name] for dataset in source.datasets} == {1}


@every_source
def test_datasets_feed_tables_of_their_source_and_every_table_is_fed(source: Source) -> None:
    fed = {feed.table for dataset in source.datasets for feed in dataset.feeds}
    assert fed == {table.name for table in source.tables}


@every_source
def test_a_table_is_identified_by_its_own_columns(source: Source) -> None:
    for table in source.tables:
        columns = {field.column for field in table.columns}
        assert {*table.identity, *table.required} <= columns
        assert set(table.made_with) <= set(built_with.NAMES)


@every_source
def test_a_feed_knows_only_columns_that_its_table_has(source: Source) -> None:
    for dataset in source.datasets:
        for feed in dataset.feeds:
            table = silver.SCHEMAS[feed.table]
            record = dict.fromkeys(("score", "bpm", "type", "steps", "Steps", "Title"), "1")
            assert set(feed.columns_of(record)) <= set(table.column_names)


@every_source
def test_origins_are_ranked_as_they_are_declared(source: Source) -> None:
    dataset = source.datasets[0].name
    places = [registry.place_of_origin(dataset, origin) for origin in source.origins]
    assert places == sorted(places)
    assert registry.place_of_origin(dataset, "carrier pigeon") > max(places)
    assert source.snapshots <= set(source.origins)


@every_source
def test_what_is_fetched_and_what_looks_alike_are_its_datasets(source: Source) -> None:
    names = {dataset.name for dataset in source.datasets}
    fetched = source.fetcher.datasets if source.fetcher else ()
    assert {*fetched, *source.look_alike} <= names


@every_source
def test_where_wear_shows_is_a_column_of_its_tables(source: Source) -> None:
    wear = source.wear
    if wear:
        assert wear.non_wear_column in silver.SCHEMAS[wear.non_wear_table].column_names
        assert wear.sleep_column in silver.SCHEMAS[wear.sleep_table].column_names


def test_every_silver_table_but_coverage_is_made_by_the_function_of_its_name() -> None:
    assert silver.SCHEMAS.keys() - silver.TRANSFORMS.keys() == {"coverage"}
    made = {table: transform.function.__name__ for table, transform in silver.TRANSFORMS.items()}
    assert made == {table: table for table in made}
