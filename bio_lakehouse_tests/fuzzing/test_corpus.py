"""Every kind of bad input that takes no minutes; `python -m bio_lakehouse_tests.fuzzing` tries
all."""

from __future__ import annotations

import pytest

from bio_lakehouse_tests.fuzzing import clear_words, corpus
from bio_lakehouse_tests.fuzzing.archive_cases import ARCHIVES
from bio_lakehouse_tests.fuzzing.byte_cases import BYTES
from bio_lakehouse_tests.fuzzing.cases import Case
from bio_lakehouse_tests.fuzzing.command_trials import command_trials
from bio_lakehouse_tests.fuzzing.json_cases import JSON
from bio_lakehouse_tests.fuzzing.large_cases import LARGE
from bio_lakehouse_tests.fuzzing.place_cases import PLACES
from bio_lakehouse_tests.fuzzing.row_cases import ROWS
from bio_lakehouse_tests.fuzzing.trials import Trial, trials

GROUPS = {"bytes": BYTES, "rows": ROWS, "json": JSON, "archives": ARCHIVES, "places": PLACES}


def wrong(tried: list[Trial]) -> dict[str, tuple[str, ...]]:
    return {f"{one.kind}, {one.way}": (*one.faults, one.message) for one in tried if one.failed}


@pytest.fixture(scope="module")
def tried() -> list[Trial]:
    """Every cheap kind, given by name."""
    return list(trials(corpus.CHEAP, in_landing=False))


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_crashes_hangs_or_is_told_badly(group: str, tried: list[Trial]) -> None:
    kinds = {one.kind for one in GROUPS[group]}
    of_group = [one for one in tried if one.kind in kinds]
    assert len(of_group) == len(kinds)
    assert wrong(of_group) == {}


@pytest.mark.slow
@pytest.mark.parametrize("case", LARGE, ids=lambda case: case.kind)
def test_large_files_stay_within_their_memory(case: Case) -> None:
    assert wrong(list(trials([case]))) == {}


@pytest.mark.slow
def test_what_lies_in_landing_becomes_the_same() -> None:
    assert wrong(list(trials(corpus.CHEAP))) == {}


@pytest.mark.slow
def test_the_command_says_it_and_ends_with_one() -> None:
    assert wrong(list(command_trials())) == {}


def test_no_two_kinds_share_a_name() -> None:
    assert len({case.kind for case in corpus.CASES}) == len(corpus.CASES)


@pytest.mark.parametrize(
    ("message", "lacks"),
    [
        ("/a/b.csv: b.csv is empty. Download it again.", []),
        ("/a/b.csv: b.csv is empty.", ["no next step"]),
        ("c.csv is empty. Download it again.", ["no name of the file ('b')"]),
        ("b.csv: check it", ["no reason"]),
        ("b.csv: ValueError, 5. Download it again.", ["a word of a program's: 'ValueError'"]),
        ("b.csv is\x07 empty. Download it again.", ["signs that cannot be printed"]),
    ],
)
def test_what_a_message_lacks_is_found(message: str, lacks: list[str]) -> None:
    assert clear_words.unclear(message, "b.csv") == lacks
