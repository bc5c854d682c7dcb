"""Stories that the machine once found: each broke an invariant, and is told again in every run of
the tests."""

from __future__ import annotations

from bio_lakehouse_tests.invariants.lake_machine import Story
from bio_lakehouse_tests.invariants.tellings import Telling

STORIES: dict[str, Story] = {
    "the rows in quarantine of a file that is overwritten are kept": [
        ("land", {"telling": Telling("nights answer", last=2, form="page", bad=True)}),
        ("edit", {"place": 0, "wording": 1}),
    ],
    "the duplicates of a file that is overwritten are counted": [
        ("bring", {"telling": Telling("activity export", wording=2, twice=True)}),
        ("edit", {"place": 0, "wording": 1}),
    ],
    "a file that is overwritten is as new as its latest copy": [
        ("land", {"telling": Telling("workouts", last=1, wording=3, bad=True, hours_ago=3)}),
        ("again", {"place": 0, "hours_ago": 0, "brought": True}),
        ("edit", {"place": 0, "wording": 0}),
    ],
}
