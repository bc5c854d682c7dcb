"""Answers of an API that are none, or hold what no answer should."""

from __future__ import annotations

import json
from typing import Any

from bio_lakehouse_tests.fuzzing.cases import Became, Case, case
from bio_lakehouse_tests.fuzzing.sound_files import activity, answer, period, sleep

_DEEP = 10_000
_RIGHT = sleep("2026-03-02")
_NEXT = sleep("2026-03-03")


def _json(kind: str, text: str, becomes: Became, words: str = "", rows: int | None = None) -> Case:
    return case(kind, "daily_sleep.json", text, becomes, words, rows=rows)


def _record(kind: str, words: str, **fields: Any) -> Case:
    """A record beside a sound one, with a value that costs it."""
    return _json(kind, answer(_RIGHT, sleep(**fields)), "quarantined", words, 1)


def _raw(kind: str, value: str, becomes: Became, words: str = "", rows: int = 1) -> Case:
    """A record whose score stands there to the letter."""
    text = answer(_RIGHT, sleep(score=12345)).replace("12345", value)
    return _json(kind, text, becomes, words, rows)


def _night(kind: str, words: str, **fields: Any) -> Case:
    return case(
        kind, "sleep.json", answer(period(id="x"), period(**fields)), "quarantined", words, rows=1
    )


def _day(kind: str, words: str, **fields: Any) -> Case:
    sound = activity(day="2026-03-02")
    return case(
        kind, "daily_activity.json", answer(sound, activity(**fields)), "quarantined", words, rows=1
    )


JSON = (
    _json("sound answer", answer(_RIGHT), "taken", rows=1),
    _json("a page of several", answer(_RIGHT, token="abc"), "taken", rows=1),
    _json(
        "pages one after another",
        f"{answer(_RIGHT, token='abc')}\n{answer(_NEXT)}\n",
        "taken",
        rows=2,
    ),
    _json(
        "pages in a list",
        json.dumps([json.loads(answer(_RIGHT, token="a")), json.loads(answer(_NEXT))]),
        "refused",
    ),
    _json("a bare list", json.dumps([_RIGHT]), "taken", rows=1),
    _json("a bare record", json.dumps(_RIGHT), "taken", rows=1),
    _json("a line a record", f"{json.dumps(_RIGHT)}\n{json.dumps(_NEXT)}\n", "taken", rows=2),
    _json(
        "a broken line among records",
        f"{json.dumps(_RIGHT)}\n{{'day'}}\n{json.dumps(_NEXT)}\n",
        "quarantined",
        "no JSON",
        2,
    ),
    _json("an answer without a record", answer(), "taken", rows=0),
    _json("an empty list", "[]", "taken", rows=0),
    _json("an empty object", "{}", "quarantined", "day is missing", 0),
    _json("a text at the top", '"hello"', "refused"),
    _json("a number at the top", "42", "refused"),
    _json("null at the top", "null", "refused"),
    _json("a list of numbers", "[1, 2, 3]", "quarantined", "not an object", 0),
    _json("a list of lists", "[[[]], []]", "quarantined", "not an object", 0),
    _json(
        "data that is a text",
        '{"data": "none", "next_token": null}',
        "quarantined",
        "not an object",
        0,
    ),
    _json("an error answer", '{"detail": "Not authenticated"}', "kept", "is an error answer"),
    _json(
        "API version 1",
        '{"sleep": [{"summary_date": "2020-01-01", "hr_5min": []}]}',
        "kept",
        "API v1",
    ),
    _json("another's JSON", '[{"colour": "red"}]', "refused", "no known"),
    _json("lists 10,000 deep", "[" * _DEEP + "]" * _DEEP, "refused", "nested too deeply"),
    _json(
        "objects 10,000 deep", '{"a":' * _DEEP + "1" + "}" * _DEEP, "refused", "nested too deeply"
    ),
    _json(
        "a record 10,000 deep",
        f'[{{"day": {"[" * _DEEP}{"]" * _DEEP}}}]',
        "refused",
        "nested too deeply",
    ),
    _json("lists that are never closed", "[" * _DEEP, "refused"),
    _json("a comma too many", answer(_RIGHT).replace("}]", "},]"), "kept", "is not JSON"),
    _json("comments", "// mine\n" + answer(_RIGHT), "refused"),
    _json("single quotes", answer(_RIGHT).replace('"', "'"), "kept", "is not JSON"),
    _json("a mark of UTF-8", "\ufeff" + answer(_RIGHT), "taken", rows=1),
    _json("text after the end", answer(_RIGHT) + " and more", "kept", "is not JSON"),
    _json("the same record twice", answer(_RIGHT, _RIGHT), "taken", rows=2),
    _json("a day twice, told otherwise", answer(_RIGHT, _RIGHT | {"score": 71}), "taken", rows=2),
    _raw("a score as text", '"70"', "taken", rows=2),
    _raw("a score of 70.0", "70.0", "taken", rows=2),
    _raw("a score that is null", "null", "taken", rows=2),
    _raw("a key twice", '70, "score": 71', "taken", rows=2),
    _raw("a score of NaN", "NaN", "quarantined", "cannot be kept as JSON"),
    _raw("a score of Infinity", "-Infinity", "quarantined", "cannot be kept as JSON"),
    _raw("a score of 1e999", "1e999", "quarantined", "cannot be kept as JSON"),
    _raw("a score of 1e308", "1e308", "quarantined", "score is 1e+308"),
    _raw("a score of 70.5", "70.5", "quarantined", "not a whole number"),
    _raw("a score of 101", "101", "quarantined", "must be 0 to 100"),
    _raw("a score of minus zero", "-0", "taken", rows=2),
    _raw("a score that is true", "true", "quarantined", "not a number"),
    _raw("a score that is a list", "[]", "quarantined", "not a number"),
    _raw("a score of 5,000 digits", "9" * 5_000, "kept", "cannot be read", 0),
    _raw("half a surrogate pair", '70, "note": "\\ud83d"', "quarantined", "cannot be kept as JSON"),
    _raw("a NUL sign in a text", '70, "note": "\\u0000"', "taken", rows=2),
    _raw("a field that nobody knows", '70, "aura": "blue"', "taken", rows=2),
    _raw("a field without a name", '70, "": 1', "taken", rows=2),
    _record(
        "contributors that are a text", "an object with fields is expected", contributors="good"
    ),
    _record("no day", "day is missing", day=None),
    _record("30 February in an answer", "not a calendar day", day="2026-02-30"),
    _record("a day that is a number", "not a calendar day", day=20260301),
    _record("1970 in an answer", "is before 2015-01-01", day="1970-01-01"),
    _record("2100 in an answer", "is after 2026-03-20", day="2100-01-01"),
    _json(
        "records that are no objects",
        answer(_RIGHT, None, 5, "x", []),
        "quarantined",
        "is not an object",
        1,
    ),
    _night("25 hours of sleep in an answer", "it must be 0 to 86,400", total_sleep_duration=90_000),
    _night(
        "a night that ends before it begins in an answer",
        "is before",
        bedtime_end="2026-02-28T20:00:00Z",
    ),
    _night("a heart rate variability of 1e30", "must be 0 to 2,000", average_hrv=1e30),
    _night("a bedtime of year 0", "not a time", bedtime_start="0000-00-00T00:00:00Z"),
    _day("negative steps", "must be 0 to", steps=-5),
    _day("a billion steps", "must be 0 to", steps=1_000_000_000),
    _day("26 hours not worn", "it must be 0 to 90,000", non_wear_time=93_600),
    _day("a minute of 1e308 MET", "met.items", met={"items": [1e308]}),
    _day("a met that is a list", "object", met=[1, 2]),
)
