"""Whatever befalls a lake, its invariants hold; and a change of the code that breaks one is
found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pyspark.sql import SparkSession

from bio_lakehouse_tests.invariants.checks import AT_THE_END
from bio_lakehouse_tests.invariants.lake_machine import (
    Step,
    search,
    shows,
    tell_story,
    words_of,
)
from bio_lakehouse_tests.invariants.mutations import MUTATIONS, Mutation, named
from bio_lakehouse_tests.invariants.stories import FOUND, STORIES

ONE_OF_EACH_KIND = {
    "a later trends export that no longer knows any of a table's values has the last word",
    "a day whose row lay in quarantine is known once a later download reads well",
    "a record that is said again after it was withdrawn has none of its earlier values",
    "the rows in quarantine of a file that is overwritten are kept",
    "two files that are the same to the byte are one",
}
"""Stories of what has the last word, is withdrawn, is overwritten, and comes twice."""
QUICK = ("the same rows are committed again", "rows in quarantine are not counted")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=tmp_path) as private:
        yield Path(private)


def test_the_invariants_hold_in_a_few_stories(folder: Path, sail: SparkSession) -> None:
    found = search(folder, sail, examples=3, steps=8)
    assert found.broken is None, [found.why, *map(words_of, found.story)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ONE_OF_EACH_KIND else pytest.mark.thorough)
        for name in sorted(STORIES)
    ],
)
def test_a_story_that_once_broke_an_invariant_holds(
    folder: Path, sail: SparkSession, name: str
) -> None:
    story: list[Step] = STORIES[name]
    assert tell_story(story, folder / "home", sail) is None


@pytest.mark.parametrize("name", QUICK)
def test_a_mutation_is_found(folder: Path, sail: SparkSession, name: str) -> None:
    mutation = named(name)
    assert shows(FOUND[name], folder / "home", sail, mutation.made, mutation.found_by)


def test_every_mutation_has_a_story() -> None:
    assert {mutation.name for mutation in MUTATIONS} == set(FOUND)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_what_is_there(mutation: Mutation) -> None:
    """Even where its story is told in the slow tests alone."""
    places = [(owner, name, getattr(owner, name)) for owner, name in mutation.places]
    with mutation.made():
        assert not [name for owner, name, real in places if getattr(owner, name) is real]


def test_every_invariant_has_a_mutation() -> None:
    assert {mutation.found_by for mutation in MUTATIONS} == set(AT_THE_END)


@pytest.mark.slow
def test_the_invariants_hold_in_many_stories(folder: Path, sail: SparkSession) -> None:
    found = search(folder, sail, examples=80, steps=14)
    assert found.broken is None, [found.why, *map(words_of, found.story)]


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_is_found(folder: Path, sail: SparkSession, mutation: Mutation) -> None:
    """By its story, which the code as it is does not break."""
    story, check = FOUND[mutation.name], mutation.found_by
    assert not shows(story, folder / "unhurt", sail, nullcontext, check)
    assert shows(story, folder / "home", sail, mutation.made, check)
