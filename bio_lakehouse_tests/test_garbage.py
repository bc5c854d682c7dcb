"""The garbage collector rests where it is told to, and works again afterwards."""

from __future__ import annotations

import gc

import pytest

from bio_lakehouse import garbage


def test_the_collector_rests_and_works_again() -> None:
    assert gc.isenabled()
    with garbage.not_looked_for():
        assert not gc.isenabled()
        with garbage.not_looked_for():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), garbage.not_looked_for():
        raise ValueError("broken")
    assert gc.isenabled()
