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
    "a day whose row lay in quarantine is known once a later download reads well": [
        ("land", {"telling": Telling("workouts", last=2, garbled=1)}),
        ("build_pending", {}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("workouts", last=2, wording=1)}),
    ],
    "a day that one file reads well is known, be a row of a later one in quarantine": [
        ("land", {"telling": Telling("workouts", last=2)}),
        ("build_pending", {}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("workouts", last=2, wording=1, garbled=1)}),
    ],
    "the last row of a download is the one in quarantine": [
        ("land", {"telling": Telling("workouts", last=1, garbled=1)}),
    ],
    "two files that are the same to the byte are one": [
        ("land", {"telling": Telling("trends")}),
        ("land", {"telling": Telling("trends")}),
    ],
    "of two who speak of a day that goes on, the later news counts: the same again is none": [
        ("land", {"telling": Telling("activity answer", first=2, last=2, wording=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("trends", first=2, last=2, wording=2)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("activity answer", first=2, last=2, wording=1)}),
    ],
}

_NOTHING = Telling(first=4, last=4)
"""A file of a day that has not come: it is not made, and uses up a number."""
_UNREADABLE: Story = [("land", {"telling": Telling(last=1, form="hand", bad=True)})]
_PLAIN: Story = [("land", {"telling": Telling(last=1)})]

FOUND: dict[str, Story] = {
    "the worst origin wins": [
        ("land", {"telling": Telling("activity answer", last=1, wording=1)}),
        ("land", {"telling": Telling("trends", last=1, wording=2)}),
    ],
    "a better origin's unknown value hides what another knows": [
        ("land", {"telling": Telling("activity answer", last=1, blank=0)}),
        ("land", {"telling": Telling("trends", last=1, wording=2)}),
    ],
    "what arrived last is newest": [
        ("land", {"telling": Telling("readiness export", last=1, wording=1)}),
        ("scan", {}),
        ("land", {"telling": Telling("readiness export", last=1, wording=2, hours_ago=3)}),
    ],
    "what arrived last is newest, in another order": [
        *[("land", {"telling": _NOTHING}) for _ in range(8)],
        ("land", {"telling": Telling("readiness export", last=1, wording=1)}),
        ("scan", {}),
        ("land", {"telling": Telling("readiness export", last=1, wording=2, hours_ago=3)}),
    ],
    "a day that goes on counts as over": [
        ("land", {"telling": Telling("activity answer", first=2, last=2, wording=1)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("trends", first=2, last=2, wording=2)}),
    ],
    "withdrawn records stay": [
        *_PLAIN,
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling(last=1, skipped=0)}),
    ],
    "a file that lacks a column says that it is unknown": [
        *_PLAIN,
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling(last=1, lacks=0)}),
    ],
    "torn downloads withdraw": [
        ("land", {"telling": Telling("readiness export", last=2)}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("readiness export", last=2, skipped=1)}),
    ],
    "pages of an answer withdraw": [
        ("land", {"telling": Telling(last=2, form="hand")}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling(last=2, form="page", skipped=1)}),
    ],
    "a download's clock is the person's, whatever its label": [
        ("land", {"telling": Telling("workouts", last=1, label="-08")}),
    ],
    "the later time of a copy does not count": [
        ("land", {"telling": Telling("readiness export", last=1, wording=1, hours_ago=3)}),
        ("land", {"telling": Telling("readiness export", last=1, wording=2, hours_ago=0)}),
        ("wait", {"hours": 4}),
        ("again", {"place": 0, "hours_ago": 0, "brought": True}),
    ],
    "a file that was edited is known by its name": [
        ("land", {"telling": Telling("readiness export", last=1, wording=1)}),
        ("edit", {"place": 0, "wording": 2}),
    ],
    "a row of tomorrow is never tried again": [
        ("land", {"telling": Telling("readiness export", last=1, early=True)}),
        ("scan", {}),
        ("wait", {"hours": 30}),
    ],
    "the month's last day is not owed": [
        ("wait", {"hours": 30}),
        ("land", {"telling": Telling(first=3, last=3)}),
    ],
    "a run marks its days when it begins": [
        *_PLAIN,
        ("scan", {}),
        (
            "crash",
            {"step": "bronze is written", "times": 1, "after": False, "during": "build_pending"},
        ),
    ],
    "a run marks nothing": _PLAIN,
    "everybody's records are mine": [("land", {"telling": Telling(user="ann", last=1)})],
    "rows are added to those that are there": [
        ("land", {"telling": Telling("workouts", last=1)}),
        ("scan", {}),
        ("build_pending", {}),
        ("wait", {"hours": 4}),
        ("land", {"telling": Telling("workouts", last=1, wording=2)}),
    ],
    "covered days without a record are left out": [
        ("land", {"telling": Telling(last=1, skipped=0)}),
    ],
    "days that a file covers first are not owed": [
        ("land", {"telling": Telling(last=2, skipped=2)}),
    ],
    "a fetch that failed is told as not delivered": [
        ("land", {"telling": Telling(first=1, last=1)}),
        ("fail", {"kind": "readiness answer", "user": "me", "first": 0, "last": 0}),
    ],
    "a ring in the drawer is the vendor's silence": [
        ("land", {"telling": Telling("activity answer", last=0, wording=2)}),
        ("land", {"telling": Telling(last=1, skipped=0)}),
    ],
    "a day of which a row lies in quarantine is known": [
        ("land", {"telling": Telling("workouts", last=2, garbled=1)}),
    ],
    "a day of which a row lies in quarantine is missing for another cause": [
        ("land", {"telling": Telling(last=2, form="hand", garbled=1)}),
    ],
    "rows that cannot be read are dropped": _UNREADABLE,
    "rows in quarantine are not counted": _UNREADABLE,
    "duplicates are not counted": [
        ("land", {"telling": Telling("activity export", last=1, twice=True)}),
    ],
    "the same rows are committed again": _PLAIN,
    "the same bronze is written again": _PLAIN,
}
"""By the name of a mutation: the shortest story that shows it."""
