"""What a narrative may tell: typed facts of one week, of aggregates and findings, never of rows.

Every figure, date and name is a text here, as the page shows it. Claims name facts by their ids;
nothing that is not a fact can be named, so nothing else can be told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Group = Literal["body", "activity", "training"]
Standing = Literal["moved", "usual", "untested"]
Direction = Literal["higher", "lower"]
Status = Literal["found", "described", "not found", "not enough data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFact:
    """A measure's mean over the week's `known` days (of `of`), and that of the four weeks before.

    `before` is None where nothing was compared. `direction` is that of a difference that moved,
    `size` the difference as it is written, without its sign, where that reads well. `few` marks a
    week of which too few days are known to be compared.
    """

    id: str
    name: str
    group: Group
    week: str
    known: int
    of: int
    few: bool = False
    before: str | None = None
    standing: Standing = "untested"
    direction: Direction | None = None
    size: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalFact:
    """A sum of a whole week (`4 workouts`), and what the weeks before had (`3.5 workouts a week`).

    `counted` says that the texts name what they count.
    """

    id: str
    name: str
    week: str
    before: str | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtremeFact:
    """The week's highest or lowest value of a measure, its weekdays, and since when none was
    reached."""

    id: str
    name: str
    group: Group
    value: str
    weekdays: tuple[str, ...]
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFact:
    """Days of the week on which a watched measure stood out on its bad side, with their values.

    `unusual` days were flagged as far from the person's own; of a measure without such a day it is
    the one that lay furthest outside its usual `band` (`72 to 86`), where others may lie too.
    """

    id: str
    name: str
    kind: Literal["unusual", "outside"]
    side: Literal["low", "high"]
    weekdays: tuple[str, ...]
    values: tuple[str, ...]
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFact:
    """What became of one question about the person's days.

    `sentence` tells it in natural units where it is found or described, and is empty otherwise.
    What was looked for is `looked_for` and `item` together (`a difference … between rest and`,
    `yoga`); `counted` says how many days there are where these are not enough (`41 of 60 days`).
    """

    id: str
    status: Status
    sentence: str
    looked_for: str
    item: str
    counted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFact:
    """The week's story as code wrote it, and what it is about (`readiness on Wednesday`)."""

    sentence: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All facts of a week, each kind in the order in which it matters. What the story tells is not
    among the others. `window` are the days that the findings look at, as a text."""

    measures: tuple[MeasureFact, ...] = ()
    totals: tuple[TotalFact, ...] = ()
    highs: tuple[ExtremeFact, ...] = ()
    lows: tuple[ExtremeFact, ...] = ()
    days: tuple[DayFact, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    story: StoryFact | None = None
    window: str = ""

    @property
    def version(self) -> str:
        """Sixteen hexadecimal digits of the SHA-256 over all that is here; equal facts have equal
        versions."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """What a model is shown to choose from: by kind and id, without what is empty. Of the story
        only what it is about."""
        shown = {
            "measures": _by_id(self.measures),
            "totals": _by_id(self.totals),
            "highs": _by_id(self.highs),
            "lows": _by_id(self.lows),
            "days": _by_id(self.days),
            "findings": _by_id(self.findings),
            "story": None if self.story is None else {"about": self.story.about},
            "window": self.window,
        }
        return {kind: facts for kind, facts in shown.items() if facts}


AnyFact = MeasureFact | TotalFact | ExtremeFact | DayFact | FindingFact


def _by_id(facts: tuple[AnyFact, ...]) -> Mapping[str, Any]:
    return {fact.id: _shown(fact) for fact in facts}


def _shown(fact: AnyFact) -> dict[str, Any]:
    return {name: value for name, value in asdict(fact).items() if name != "id" and value}
