"""The corpus: every kind of bad input, made when it is tried, with what must become of it."""

from __future__ import annotations

from bio_lakehouse_tests.fuzzing.archive_cases import ARCHIVES
from bio_lakehouse_tests.fuzzing.byte_cases import BYTES
from bio_lakehouse_tests.fuzzing.cases import Case
from bio_lakehouse_tests.fuzzing.json_cases import JSON
from bio_lakehouse_tests.fuzzing.large_cases import LARGE
from bio_lakehouse_tests.fuzzing.place_cases import PLACES
from bio_lakehouse_tests.fuzzing.row_cases import ROWS

CASES: tuple[Case, ...] = (*BYTES, *ROWS, *JSON, *ARCHIVES, *PLACES, *LARGE)
CHEAP = tuple(one for one in CASES if not one.is_slow)


def named(kind: str) -> Case:
    """The case of that kind; `KeyError` without one."""
    return {one.kind: one for one in CASES}[kind]
