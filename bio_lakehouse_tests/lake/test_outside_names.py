"""Every key of a bucket has a path of its own that leads nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from bio_lakehouse.lake.outside_names import place_of_key

PARTS = st.sampled_from(["", ".", "..", "...", "a", "%2E", "C:", "x\\y", "a\n=1", "\0", "ü" * 200])
KEYS = st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), unique=True)


@settings(max_examples=300)
@given(KEYS)
def test_each_key_has_its_own_path_below(keys: list[str]) -> None:
    taken: dict[str, str] = {}
    for key in sorted(keys):
        place = place_of_key(f"landing/{key}", taken)
        assert place not in taken
        parts = PurePosixPath(place).parts
        assert parts[0] == "landing"
        assert not {"..", ".", "/"} & set(parts)
        assert all(part.isprintable() and "\\" not in part for part in parts)
        assert max(len(part.encode()) for part in parts) <= 255
        assert not {str(one) for one in PurePosixPath(place).parents} & taken.keys()
        taken[place] = key


def test_an_ordinary_key_is_its_own_path(tmp_path: Path) -> None:
    for key in ("landing/me/x (1).csv", "bronze/oura/sleep/day=2026-03-01/me.x.jsonl", "a.zip"):
        assert place_of_key(key, {}) == key
