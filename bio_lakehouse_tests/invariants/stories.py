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
    "what was said of a day before it came is not the last word on it": [
        ("land", {"telling": Telling("activity answer", first=2, last=2, early=True, wording=1)}),
        ("wait", {"hours": 30}),
        ("land", {"telling": Telling("trends", first=3, last=3, wording=2)}),
    ],
    "a record that is said again after it was withdrawn has none of its earlier values": [
        ("land", {"telling": Telling(last=1, wording=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling(last=1, skipped=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling(last=1, lacks=1, wording=2)}),
    ],
    "a later trends export that no longer knows any of a table's values has the last word": [
        ("land", {"telling": Telling("trends", last=1, wording=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("trends", last=1, blank=2)}),
    ],
}

OPEN: dict[str, Story] = {
    "of two who speak of a day that goes on, the one who said the same again later counts": [
        ("land", {"telling": Telling("activity answer", first=2, last=2, wording=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("trends", first=2, last=2, wording=2)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("activity answer", first=2, last=2, wording=1)}),
    ],
}
"""What the lake does not yet do as the contract says, found in the same way."""
