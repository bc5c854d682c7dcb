"""What a narrative may speak of: named values with their texts, made of aggregates and findings,
never of rows.

A writer names a value by its path (`{readiness_score.week}`); code puts the value's text there.
What was not found has no figures here, so no writer can tell it as found.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from bio_lakehouse.english import inner, listed, short_day, span, weekday
from bio_lakehouse.gold.measures import Taken, names_of

Kind = Literal["figure", "date", "weekday", "direction", "phrase"]
Period = Literal["", "week", "before", "window"]
Statistic = Literal["mean", "total", "weekly mean", "days", "other"]
Standing = Literal["moved", "usual"]
Status = Literal["found", "described", "not found", "not enough data"]

BEFORE = "period.before"
SEGMENT = re.compile(r"[a-z][a-z0-9_]*")
NAME = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*")
LONGEST_NAME = 40

KINDS_OF_DAYS: Mapping[str, tuple[str, ...]] = {
    "high_output": ("high output",),
    "low_output": ("low output",),
    "rest": ("rest days", "rest day", "rest"),
}
"""Names by which a kind of days may be called."""

TIMES_AND_DEVICES: Mapping[str, Taken] = {
    "night": "night",
    "nights": "night",
    "nightly": "night",
    "overnight": "night",
    "morning": "morning",
    "mornings": "morning",
    "ring": "ring",
    "oura": "ring",
    "bike": "bike",
    "peloton": "bike",
}
"""Words for a time of day or for a device: they are said of what is measured then or by it
alone."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a text may name.

    `text` is what a reader sees, with its unit and decimals. `about` are the topics it belongs to.
    A value of an `event` (a high, a finding) may only stand by a phrase of the same event. A phrase
    says itself what it is about. `statistic` says what the figures of a measure are, `status` what
    became of a finding. `follows` is the path of the figure whose interval this is.
    """

    path: str
    kind: Kind
    text: str
    meaning: str
    about: frozenset[str] = frozenset()
    period: Period = ""
    event: str = ""
    statistic: Statistic = "other"
    status: Status | None = None
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Values by path, and the names of the topics by key; both in the order in which they
    matter."""

    values: Mapping[str, Value]
    topics: Mapping[str, tuple[str, ...]]

    @property
    def is_empty(self) -> bool:
        """Nothing is known besides the calendar."""
        return all(not value.about for value in self.values.values())

    def names_itself(self, value: Value) -> bool:
        """Whether a value's text has the name of its topic in it: `5 workouts`."""
        names = (name for key in value.about for name in self.topics.get(key, ()))
        return any(
            re.search(rf"\b{re.escape(name)}\b", value.text, re.IGNORECASE) for name in names
        )

    def as_json(self) -> dict[str, Any]:
        """Names of the topics, and the values as nested objects: the path `a.b` is the leaf
        `["values"]["a"]["b"]`."""
        nested: dict[str, Any] = {}
        for path, value in self.values.items():
            *parents, last = path.split(".")
            level = nested
            for parent in parents:
                level = level.setdefault(parent, {})
            level[last] = {"kind": value.kind, "shown": value.text, "is": value.meaning}
        return {"names": {key: list(names) for key, names in self.topics.items()}, "values": nested}

    @property
    def version(self) -> str:
        """Sixteen hexadecimal digits of the SHA-256 over all that is here; equal facts have equal
        versions."""
        return hashlib.sha256(json.dumps(self.as_json()).encode()).hexdigest()[:16]


def is_safe_name(text: str) -> bool:
    """Whether a name from outside (a kind of workout) may be shown to a model: letters, 40
    characters at most."""
    return len(text) <= LONGEST_NAME and NAME.fullmatch(text) is not None


def key_of(name: str) -> str:
    """A path segment of any text: `Outdoor cycling` is `outdoor_cycling`."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if SEGMENT.fullmatch(plain) else f"x_{plain}".rstrip("_")


class FactsBuilder:
    """Collects facts from plain values; figures come as the texts that the page shows, so that both
    agree.

    `week` are the first and last day reported on, `window` those that the findings look at.
    """

    def __init__(self, week: tuple[date, date], window: tuple[date, date] | None = None) -> None:
        self._values: dict[str, Value] = {}
        self._topics: dict[str, tuple[str, ...]] = {}
        self._moved: set[str] = set()
        self._put(Value("period.week", "date", span(*week), "the week reported on", period="week"))
        self._put(
            Value(
                BEFORE,
                "date",
                "the four weeks before",
                "what the week is compared with",
                period="before",
            )
        )
        if window:
            days = (
                f"the {(window[1] - window[0]).days + 1} days up to {short_day(window[1])} "
                f"{window[1].year}"
            )
            self._put(
                Value(
                    "period.window",
                    "date",
                    days,
                    "the days that the findings look at",
                    period="window",
                )
            )

    def build(self) -> Facts:
        """The facts so far: what belongs to the calendar first, then what moved, then the rest as
        it was added."""
        topics = sorted(self._topics, key=lambda key: key not in self._moved)
        values = sorted(
            self._values.values(),
            key=lambda value: (bool(value.about), not value.about & self._moved),
        )
        return Facts(
            {value.path: value for value in values}, {key: self._topics[key] for key in topics}
        )

    def topic(self, key: str, name: str) -> bool:
        """Makes a topic known by `name` and its usual other names; False for a name that is not
        safe to pass on."""
        _checked(key)
        if not is_safe_name(name):
            return False
        self._topics[key] = tuple(
            {
                known.lower(): known
                for known in (name, *names_of(key), *KINDS_OF_DAYS.get(key, ()))
            }.values()
        )
        return True

    def measure(
        self,
        key: str,
        name: str,
        week: str,
        before: str | None = None,
        *,
        statistic: Statistic = "mean",
        difference: float | None = None,
        standing: Standing | None = None,
        size: str | None = None,
        interval: str | None = None,
        days: str | None = None,
    ) -> None:
        """A measure's figure of the week (its mean over the days, or `statistic` "total") and the
        mean before.

        `standing` is what the test of the difference says, None when it was not tested; a direction
        is offered only with it. `size` (of the difference, without a sign) and its `interval` are
        offered only for what moved. `days` tells how many days the week's figure is made of, for
        example `6 of 7 days`.
        """
        if not self.topic(key, name):
            return
        about = frozenset({key})
        of_week = partial(Value, about=about, period="week")
        self._put(
            of_week(
                f"{key}.week",
                "figure",
                week,
                f"{name}, {statistic} of the week",
                statistic=statistic,
            )
        )
        if before is not None:
            meaning = f"{name}, mean of the four weeks before"
            usual: Statistic = "mean" if statistic == "mean" else "weekly mean"
            self._put(
                Value(f"{key}.before", "figure", before, meaning, about, "before", statistic=usual)
            )
        if standing is not None:
            text, meaning = (
                standing_text(standing, difference or 0.0),
                f"{name} of the week, set against before",
            )
            self._put(of_week(f"{key}.direction", "direction", text, meaning))
        if standing == "moved":
            self._moved |= about
            self._difference(of_week, key, size, interval)
        if days is not None:
            meaning = f"days of which {name} is known"
            self._put(of_week(f"{key}.days", "figure", days, meaning, statistic="days"))

    def _difference(
        self, of_week: Callable[..., Value], key: str, size: str | None, interval: str | None
    ) -> None:
        """How far apart two means are, in words without a sign; nothing where that rounds to
        zero."""
        if size is None or not any(figure in size for figure in "123456789"):
            return
        text = f"a difference of {size}"
        self._put(of_week(f"{key}.size", "figure", text, "how much it differs, without a sign"))
        if interval is not None:
            meaning = "interval of that difference"
            self._put(
                of_week(f"{key}.interval", "figure", interval, meaning, follows=f"{key}.size")
            )

    def high(
        self, key: str, name: str, value: str, days: Sequence[date], since: str | None = None
    ) -> None:
        """The week's highest value of a topic and its day or days; `since` is how far back one as
        high lies."""
        if not self.topic(key, name):
            return
        event = f"high.{key}"
        of_high = partial(Value, about=frozenset({key}), period="week", event=event)
        weekdays, dates = (
            listed([weekday(day) for day in days]),
            listed([short_day(day) for day in days]),
        )
        label = f"the week’s highest {inner(name)}"
        self._put(of_high(f"{event}.label", "phrase", label, f"names the high of {name}"))
        self._put(of_high(f"{event}.value", "figure", value, "that high"))
        self._put(of_high(f"{event}.weekday", "weekday", weekdays, "its weekday"))
        self._put(of_high(f"{event}.date", "date", dates, "its date"))
        if since is not None:
            self._put(
                of_high(f"{event}.rank", "direction", f"the highest {since}", "how rare it is")
            )

    def unusual(
        self, key: str, name: str, word: str, days: Sequence[date], values: Sequence[str]
    ) -> None:
        """The week's days on which a topic was far from the person's own days; `word` says where.

        `values` are the least and the most unusual of them, or the one.
        """
        if not self.topic(key, name):
            return
        event = f"unusual.{key}"
        of_days = partial(Value, about=frozenset({key}), period="week", event=event)
        label = f"unusually {word} {inner(name)}"
        meaning = f"names the days on which {name} was far from the days before"
        weekdays = listed([weekday(day) for day in days])
        dates = listed([short_day(day) for day in days])
        self._put(of_days(f"{event}.label", "phrase", label, meaning))
        self._put(of_days(f"{event}.value", "figure", " to ".join(values), "its values"))
        self._put(of_days(f"{event}.weekday", "weekday", weekdays, "its weekdays"))
        self._put(of_days(f"{event}.date", "date", dates, "its dates"))

    def finding(
        self,
        name: str,
        status: Status,
        told: str,
        about: Mapping[str, str],
        *,
        effect: str | None = None,
        interval: str | None = None,
        n: str | None = None,
        q: str | None = None,
    ) -> None:
        """A finding as the clause `told` (see `phrases`), about topics given as key and name.

        The other texts say themselves what they are (`r = 0.41`, `95 % interval 0.21 to 0.58`, `142
        pairs of days`, `q = 0.004`). Of what was not found only the clause and `n` are kept.
        """
        if not all(self.topic(key, topic) for key, topic in about.items()):
            return
        event = f"finding.{name}"
        of_finding = partial(Value, about=frozenset(about), period="window", event=event)
        self._put(
            of_finding(
                f"{event}.told",
                "phrase",
                told,
                f"the finding in words; status: {status}",
                status=status,
            )
        )
        kept = {"found": ("effect", "interval", "n", "q"), "not found": ("n",)}.get(status, ())
        texts = {"effect": effect, "interval": interval if effect else None, "n": n, "q": q}
        for part in kept:
            text, follows = texts[part], f"{event}.effect" if part == "interval" else ""
            if text is not None:
                self._put(
                    of_finding(f"{event}.{part}", "figure", text, f"its {part}", follows=follows)
                )

    def _put(self, value: Value) -> None:
        for segment in value.path.split("."):
            _checked(segment)
        self._values[value.path] = value


def standing_text(standing: Standing, difference: float) -> str:
    """How the week stands: the direction word by the sign of a difference that was found, else
    none."""
    if standing == "usual" or difference == 0:
        return "not clearly different from before"
    return f"{'higher' if difference > 0 else 'lower'} than in the four weeks before"


def _checked(segment: str) -> None:
    if not SEGMENT.fullmatch(segment):
        raise ValueError(
            f"{segment!r} cannot be a part of a value's path: use a-z, 0-9 and _, a letter first"
        )
