"""Which questions ask whether something holds, and of what: what goes with what, what is best, what
gets better, what moved.

What asks for days, values or records is none of them, even where it has such a word in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from bio_lakehouse.ask.claim_words import (
    FILLERS,
    INTENSITY,
    KIND,
    NOT_RECORDED,
    OUTPUT,
    READINESS,
    SLEEP,
    WORKOUTS,
    Words,
)

Kind = Literal[
    "relation",
    "untested",
    "best workout",
    "overtraining",
    "trend",
    "fitness",
    "week",
    "experiment",
    "tomorrow",
    "advice",
]
SLEEP_READINESS, WORKOUT_RECOVERY, INTENSITY_IMPACT = (
    "sleep_readiness",
    "workout_recovery",
    "intensity_impact",
)
NEXT_DAY, SAME_DAY, HIGH_VS_LOW, BY_OUTPUT = "next_day", "same_day", "high_vs_low", "output"
LOW_BELOW, HIGH_FROM = 70, 85
"""Readiness below which a day is low, and from which it is high, as the views say."""

COLUMNS = {READINESS: "readiness_score", SLEEP: "sleep_score", OUTPUT: "total_output_kj"}
"""The columns of what is asked about under a word of its own."""
TRENDING = (
    *("readiness_score", "sleep_score", "activity_score", "sleep_duration_h", "hrv_rmssd_ms"),
    *("resting_heart_rate_bpm", "temperature_deviation", "spo2_average_pct", "steps"),
    *("active_calories", "total_output_kj", "hrv_balance_score"),
)
"""Columns of gold.daily_readiness_performance of which two months can be shown side by side."""
WHOLE_PERSON = ("readiness_score", "sleep_score", "hrv_rmssd_ms", "resting_heart_rate_bpm")
"""What is shown where a question does not say what gets better."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a question asks about.

    `looked_up` are the findings, each as `(insight, finding)`; an empty finding means all of that
    insight. `columns` are measures of gold.daily_readiness_performance, `untested` what no insight
    looks at, in words, and `outcome` what it was asked of. `below` and `from_` bound the readiness
    of the days that are asked about; `is_correlation` says that a correlation was asked for.
    """

    kind: Kind
    looked_up: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    outcome: str = ""
    below: int | None = None
    from_: int | None = None
    is_correlation: bool = False


def claim_in(words: Words) -> Claim | None:
    """What a question claims or asks to be claimed; None where it asks for something else."""
    if words.has(_LISTED) or words.has(_COUNTED):
        return None
    found = (recognise(words) for recognise in RECOGNISERS)
    return next((claim for claim in found if claim is not None), None)


_LISTED = (
    r"(?:show|list|give|find)(?: me)?(?: all| the| my| every)* (?:days?|nights|weeks|months|"
    r"workouts?|rides)|(?:which|what) (?:day|days|week|weeks|month|months|night|nights|"
    r"instructor|instructors|ride|rides|date|dates|weekday|season)|on which (?:day|days)|"
    r"when (?:was|were|did)|compare|compared|versus|vs"
)
_COUNTED = r"how (?:many|often|long|far|much (?:did|was))|count|number of|average|mean|median|total"
_THRESHOLD = r"(?:below|above|under|over|to|than|less than|more than) \d+"


def _experiment(words: Words) -> Claim | None:
    asked = (
        r"work|worked|working|result|results|come|came|outcome|go|going|went|find|found|show|tell|"
        r"affect|affected|effect|help|helped|do|doing|status|over|conclusion|happened"
    )
    is_asked = words.has("experiments?") and words.has(asked) and not words.has("start|begin|stop")
    return Claim("experiment") if is_asked else None


def _tomorrow(words: Words) -> Claim | None:
    is_ahead = words.has(
        r"tomorrow|tomorrows|(?:forecast|predict|expect|expected|prediction) .*"
        r"(?:readiness|recovery)|(?:readiness|recovery) (?:forecast|prediction)"
    )
    if not is_ahead or words.has(
        "yesterday|past|accurate|accuracy|error|errors|wrong|last|sleep predict|"
        "predict my .* from|predicts|predictor"
    ):
        return None
    others = _columns(words, {*TRENDING} - {"readiness_score"})
    if others and READINESS not in words.subjects:
        return Claim("untested", untested=others, outcome="tomorrow")
    return Claim("tomorrow")


def _overtraining(words: Words) -> Claim | None:
    is_asked = words.has(
        r"overtrain\w*|am i overreaching|(?:train|training|work out|working out|exercise|"
        r"exercising|riding|pushing)(?: myself)?(?: way)? too (?:much|hard|often)|"
        r"too much (?:training|exercise|working out|sport|cycling)|doing too much|overdoing|"
        r"burn(?:t|ed|ing)? ?out|burnout|overworked"
    )
    is_of_a_day = words.has(
        r"yesterday|last (?:week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    )
    return Claim("overtraining") if is_asked and not is_of_a_day else None


def _best_workout(words: Words) -> Claim | None:
    kinds = r"workout|workouts|exercise|exercises|training|class|classes|activity|sport|discipline"
    asked = (
        rf"(?:best|better|worst|ideal|optimal|right) (?:{kinds})?(?: ?(?:type|types|kind|kinds|"
        rf"sort|discipline|disciplines)) ?|(?:best|worst|ideal|optimal|right) (?:type|kind|sort|"
        rf"types|kinds) of (?:{kinds}|thing)|(?:which|what) (?:type of |kind of |kinds of |"
        rf"types of |sort of )?(?:{kinds})(?: types?| kinds?)?(?: \w+){{0,3}} (?:best|better|worst|"
        rf"ideal|optimal)|(?:best|ideal|optimal) (?:{kinds}) (?:for me|for (?:my )?(?:readiness|"
        rf"recovery)|when|if|on|to do|after)|what (?:type|kind|sort)s? of (?:{kinds}) (?:suits?|"
        rf"should)|(?:which|what) (?:{kinds})(?: types?| kinds?)? (?:suits?|should i do)"
    )
    other_figure = (
        r"output|kj|calories|watts|power|heart rate|minutes|distance|longest|highest|speed|"
        r"kilojoules|instructor|pr|record"
    )
    if not words.has(asked) or words.has(other_figure):
        return None
    below, from_ = readiness_bounds(words)
    looked_up = ((WORKOUT_RECOVERY, ""),)
    return Claim("best workout", looked_up=looked_up, below=below, from_=from_)


def readiness_bounds(words: Words) -> tuple[int | None, int | None]:
    """The readiness that days of a question lie below, and from which they lie."""
    named = rf"(?:{READINESS}|readiness score|recovery|it)(?: (?:is|was|are|has|been|my|score))*"
    low = re.search(
        rf"{named} (?:below|under|less than|lower than|<) (\d+)|"
        rf"(?:below|under|<) (\d+) {READINESS}",
        words.text,
    )
    high = re.search(
        rf"{named} (above|over|at least|more than|higher than|>=?) (\d+)|(above|over) (\d+) "
        rf"{READINESS}",
        words.text,
    )
    if low:
        return int(low[1] or low[2]), None
    if high:
        least = int(high[2] or high[4])
        return None, least + (high[1] or high[3]).startswith(("above", "over", "more", "high"))
    if words.has(rf"low {READINESS}|{named} (?:is )?low|not recovered|tired"):
        return LOW_BELOW, None
    if words.has(rf"high {READINESS}|{named} (?:is )?high|well recovered"):
        return None, HIGH_FROM
    return None, None


_WEEK = r"(?:this|last|past|the last|the past) week|last (?:7|seven) days|lately|recently"
_MOVED = (
    r"moved|changed|changes|different|drop|dropped|dropping|rise|rose|rising|fall|fell|falling|"
    r"improve|improved|improving|worsen|worsened|declined|declining|increase|increased|decrease|"
    r"decreased|go up|go down|gone up|gone down|went up|went down|going up|going down|up or down"
)


_ANYTHING_MOVED = (
    r"(?:what|anything|something) .*(?:moved|changed|changes|different)|what is different"
)


def _week(words: Words) -> Claim | None:
    if not words.has(_MOVED) or words.has(_THRESHOLD) or words.has(r"which|how much|than"):
        return None
    if words.has(_ANYTHING_MOVED) and not _has_pair(words):
        is_long = words.has(r"months?|years?|since|over time")
        return None if is_long else Claim("week", columns=_columns(words, TRENDING))
    columns = _columns(words, TRENDING)
    is_this_week = words.has(r"(?:this|past|the last|the past) week|last (?:7|seven) days")
    return Claim("week", columns=columns) if is_this_week and columns else None


def _has_pair(words: Words) -> bool:
    return len(words.subjects) > 1


_TREND = (
    r"improving|improved|improve|worsening|declining|declined|deteriorating|trending|trend|"
    r"progressing|progress|getting (?:\w+ )?(?:better|worse|lower|higher|fitter|fit|stronger|"
    r"healthier|faster)|got(?:ten)? (?:\w+ )?(?:better|worse|lower|higher|fitter)|"
    r"going (?:up|down)|gone (?:up|down)|increasing|decreasing|rising|falling|dropping|climbing|"
    r"fitter|(?:better|worse|higher|lower) (?:lately|recently|over time|these days|now|over the "
    r"(?:last|past)|or worse)|worse or better|become|becoming"
)
_DRAWN = r"(?:show|plot|chart|graph|draw|display|see)\b.*\b(?:trend|trends|progress)"
_OF_WEEKS = r"weekly|trend of (?:this|last) week|weeks"


def _trend(words: Words) -> Claim | None:
    asked = words.has(_TREND) or words.has(
        r"(?:is|are|was|am i|do i) (?:my |the |it |i )?\w*(?: \w+){0,3} (?:any |getting )?"
        r"(?:better|worse)$"
    )
    if not asked or words.has(_DRAWN) or words.has(_OF_WEEKS) or words.has(_THRESHOLD):
        return None
    if words.has(r"than|which|after|when|if|how much|how (?:can|could|do|should|to)"):
        return None
    sides = _active(words)
    if sides is not None and all(sides):
        return None
    if words.has("fitter|fitness|stronger|faster|in shape|fit"):
        return Claim("fitness", columns=("resting_heart_rate_bpm", "hrv_rmssd_ms"))
    columns = _columns(words, TRENDING)
    unknown = words.subjects - {*COLUMNS, *TRENDING, WORKOUTS, INTENSITY}
    if not columns and unknown:
        return None
    return Claim("trend", columns=columns or WHOLE_PERSON)


def _columns(words: Words, among: Iterable[str]) -> tuple[str, ...]:
    """The measures that a question names, in the register's order."""
    named = {COLUMNS.get(subject, subject) for subject in words.subjects}
    return tuple(column for column in TRENDING if column in named and column in set(among))


def _advice(words: Words) -> Claim | None:
    asked = (
        r"should i (?:\w+ )?(?:rest|train|work out|workout|exercise|ride|run|push|go hard|take)|"
        r"(?:ok|okay|safe|wise|smart|good idea) (?:for me )?to (?:train|work out|workout|exercise|"
        r"ride|push|go hard)|should (?:today|i today) be|how hard should i"
    )
    is_asked = words.has(asked) and not words.has(r"more|less|fewer|stop|quit")
    return Claim("advice") if is_asked and not set(words.words) & NOT_RECORDED else None


_ACTIVE = (
    r"affects?|affecting|impacts?|impacting|influences?|influencing|causes?|causing|caused|"
    r"boosts?|hurts?|hurting|harms?|improves?|helps?|helping|helped|raises?|reduces?|lowers?|"
    r"increases?|decreases?|worsens?|predicts?|determines?|drives?|changes?|matter for|"
    r"matters? (?:to|for)|contributes? to|contributing to|makes?|making|leads? to|results? in|"
    r"good for|bad for|beneficial for|ruins?|kills?|tanks?|destroys?|wrecks?|do to|does to|"
    r"support|supports|benefits?|impacted|drops?|give me|gives me"
)
_PASSIVE = (
    r"(?:affected|influenced|impacted|caused|driven|determined|hurt|improved|explained) by|"
    r"depends?(?: on| upon)?|depending on|dependent on|responds? to|reacts? to|responding to|"
    r"response to|due to|because of|because|thanks to|benefits? from|suffers? from"
)
_NOUN = (
    r"(?:effects?|impacts?|influences?) (?:of|from)|what (?:effect|impact|influence)|"
    r"(?:an |any |the |big |much )(?:effect|impact|influence)"
)
_SYMMETRIC = (
    r"correlat\w+|relat(?:e|es|ed|ion|ions|ionship|ionships)|link|links|linked|linkage|connected|"
    r"connection|connect|associat\w+|go together|goes together|hand in hand|"
    r"go(?:es)? (?:along )?with|tied to|patterns? (?:between|in)|move together|"
    r"depend on each other|in sync"
)
_CONDITION = r"after|when|whenever|if|following|the day after|on days|with"
_WHY = r"why|how come|what caused|what causes|reasons? (?:for|behind|why)|explains?"
_OUTCOME_SOUGHT = (
    r"(?:what|which things?|which factors?|which habits?|factors?|how (?:can|could|do|should|to))"
    r"\b.*\b(?:affect|affects|affecting|impact|impacts|influence|influences|improve|improves|raise|"
    r"raises|boost|boosts|increase|increases|lower|lowers|reduce|hurt|hurts|drives?|determines?|"
    r"predicts?|helps?|matters?|linked|related|correlates?|behind|makes?|goes with|get (?:a )?"
    r"(?:better|higher))"
)
_WEAK = (
    r"improves?|helps?|helping|helped|raises?|reduces?|lowers?|increases?|decreases?|worsens?|"
    r"changes?|makes?|making|drops?|good for|bad for|benefits?|support|supports|give me|gives me"
)
"""Verbs that ask for a relation only where something stands on both sides of them."""
_DIFFERS = (
    r"better|worse|higher|lower|differ|differs|different|recover|sleep|suffer|suffers|drop|drops|"
    r"rise|rises|fall|falls|improve|improves|increase|increases|decrease|decreases|good|bad|low|"
    r"high|tired"
)


def _relation(words: Words) -> Claim | None:
    sides = _sides(words)
    return None if sides is None else _claimed(words, *sides)


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands on one side of a question: known subjects, and words for what is not."""

    subjects: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.subjects or self.others)

    def __or__(self, other: _Side) -> _Side:
        return _Side(self.subjects | other.subjects, self.others + other.others)


def _side(words: Words, start: int, end: int) -> _Side:
    """What stands from one word up to another."""
    named = [one for one in words.named if start <= one.start and one.end <= end]
    taken = {place for one in named for place in range(one.start, one.end)}
    places = (place for place in range(start, min(end, len(words.words))) if place not in taken)
    others = (words.words[place] for place in places)
    content = [
        word for word in others if word in NOT_RECORDED or not (word in FILLERS or word.isdigit())
    ]
    return _Side(frozenset(one.subject for one in named), tuple(content))


def _sides(words: Words) -> tuple[_Side, _Side] | None:
    """What is asked to matter, and for what; None where no such question is asked."""
    readers: tuple[Callable[[Words], tuple[_Side, _Side] | None], ...] = (
        _noun,
        _sought,
        _passive,
        _why,
        _symmetric,
        _conditional,
        _active,
    )
    found = (reader(words) for reader in readers)
    return next((sides for sides in found if sides is not None), None)


def _sought(words: Words) -> tuple[_Side, _Side] | None:
    """`What affects my readiness?`, `how can I improve my sleep?`"""
    place = words.place(_OUTCOME_SOUGHT)
    if place is None or place[0] > 3:
        return None
    before = _side(words, 0, place[1] - 1)
    outcome = _side(words, place[1] - 1, len(words.words))
    return (_Side(), outcome) if not before and outcome.subjects else None


def _passive(words: Words) -> tuple[_Side, _Side] | None:
    place = words.place(_PASSIVE)
    if place is None:
        return None
    outcome, predictor = _around(words, place)
    return (predictor, outcome) if predictor and outcome else None


def _noun(words: Words) -> tuple[_Side, _Side] | None:
    """`The effect of sleep on readiness`, `what impact does yoga have on my recovery`."""
    place = words.place(_NOUN)
    if place is None:
        return None
    places = [at for at, word in enumerate(words.words) if word == "on" and at >= place[0]]
    split = places[-1] if places else len(words.words)
    return _side(words, 0, split), _side(words, split, len(words.words))


def _why(words: Words) -> tuple[_Side, _Side] | None:
    if not words.has(_WHY) or words.has(
        r"data|missing|gap|gaps|no \w+ (?:for|on)|sync|import|empty"
    ):
        return None
    outcome = _side(words, 0, len(words.words))
    feels = words.has("tired|exhausted|fatigued|drained|sluggish|low energy|wrecked")
    return _Side(), _Side(outcome.subjects or frozenset({READINESS} if feels else ()), ())


def _symmetric(words: Words) -> tuple[_Side, _Side] | None:
    if not words.has(_SYMMETRIC):
        return None
    both = _side(words, 0, len(words.words))
    others = tuple(word for word in both.others if not re.match(_SYMMETRIC, word))
    if READINESS in both.subjects:
        rest = _Side(both.subjects - {READINESS}, others)
        return rest, _Side(frozenset({READINESS}))
    if len(both.subjects) + len(others) < 2:
        return _Side(both.subjects, others), _Side()
    last = words.named[-1].subject if words.named else ""
    return _Side(both.subjects - {last}, others), _Side(frozenset({last} - {""}))


def _conditional(words: Words) -> tuple[_Side, _Side] | None:
    """`Is my readiness lower after yoga?`, `when I sleep well am I readier?`"""
    place = words.place(_CONDITION)
    if place is None or not words.has(_DIFFERS) or words.has(_THRESHOLD):
        return None
    if words.has(
        r"than (?:last|the|this|yesterday|average|usual|before)|show|list|what is my|plot"
    ):
        return None
    before, after = _around(words, place)
    if before.subjects and after:
        return after, before
    return (*_first_of(after, words, place[1]),) if len(after.subjects) > 1 else None


def _first_of(after: _Side, words: Words, start: int) -> tuple[_Side, _Side]:
    first = next(one for one in words.named if one.start >= start)
    return (
        _Side(frozenset({first.subject}), after.others),
        _Side(after.subjects - {first.subject}),
    )


ASKING = frozenset(
    ("does", "do", "did", "can", "could", "will", "would", "should", "is", "are", "has", "have")
) | {"how", "what", "if"}


def _active(words: Words) -> tuple[_Side, _Side] | None:
    place = words.place(_ACTIVE)
    if place is None or words.has(_THRESHOLD) or words.has("how much did"):
        return None
    before, after = _around(words, place)
    is_weak = re.fullmatch(_WEAK, " ".join(words.words[place[0] : place[1]])) is not None
    asks = words.words[0] in ASKING
    if is_weak and not (before and (after or words.has(r"good for|bad for|helps?|me"))):
        return None
    if (
        before.subjects
        and not before.others
        and not after
        and is_weak
        and words.has("did|has|have")
    ):
        return None
    return (before, after) if asks or (before and after) else None


def _around(words: Words, place: tuple[int, int]) -> tuple[_Side, _Side]:
    return _side(words, 0, place[0]), _side(words, place[1], len(words.words))


def _claimed(words: Words, predictor: _Side, outcome: _Side) -> Claim | None:
    """Which findings look at that, and what none of them does."""
    if not (predictor or outcome):
        return None
    if READINESS in outcome.subjects or not outcome:
        looked_up = _looked_up(words, predictor)
        untested = _untested(predictor) + _titles(outcome.subjects - {READINESS})
        if looked_up:
            with_r = words.has(r"correlat\w+")
            return Claim("relation", looked_up, (), untested, READINESS, is_correlation=with_r)
        if not predictor:
            return Claim("relation", EVERYTHING, outcome=READINESS)
    sides = (*_titles(predictor.subjects), *predictor.others)
    return Claim("untested", untested=sides, outcome=_outcome_text(outcome))


EVERYTHING = ((SLEEP_READINESS, NEXT_DAY), (WORKOUT_RECOVERY, ""), (INTENSITY_IMPACT, ""))


def _looked_up(words: Words, predictor: _Side) -> tuple[tuple[str, str], ...]:
    subjects = predictor.subjects
    found: list[tuple[str, str]] = []
    if SLEEP in subjects:
        found.append((SLEEP_READINESS, NEXT_DAY))
        if words.has(_SYMMETRIC) and not words.has(r"next|following|day after|tomorrow"):
            found.append((SLEEP_READINESS, SAME_DAY))
    kinds = sorted(subject for subject in subjects if subject.startswith(KIND))
    found += [(WORKOUT_RECOVERY, finding_of(kind)) for kind in kinds]
    if WORKOUTS in subjects and not kinds:
        found.append((WORKOUT_RECOVERY, ""))
    if INTENSITY in subjects:
        found.append((INTENSITY_IMPACT, HIGH_VS_LOW))
    if subjects & {OUTPUT, INTENSITY}:
        found.append((INTENSITY_IMPACT, BY_OUTPUT))
    return tuple(found)


def finding_of(kind: str) -> str:
    """The name of the finding about a kind of workout: `kind:bike bootcamp` is
    `bike_bootcamp_vs_rest`."""
    return f"{kind.removeprefix(KIND).replace(' ', '_')}_vs_rest"


def _untested(predictor: _Side) -> tuple[str, ...]:
    looked_at = {SLEEP, WORKOUTS, INTENSITY, OUTPUT}
    subjects = {one for one in predictor.subjects if one not in looked_at and KIND not in one}
    recorded_nowhere = [word for word in predictor.others if word in NOT_RECORDED]
    return (*_titles(subjects), *recorded_nowhere)


TITLES = {
    "hrv_balance_score": "HRV balance",
    "hrv_rmssd_ms": "HRV",
    "resting_heart_rate_bpm": "resting heart rate",
    "sleep_duration_h": "time asleep",
    "parts of sleep": "single parts of sleep",
    "temperature_deviation": "skin temperature",
    "spo2_average_pct": "blood oxygen",
    "activity_score": "the activity score",
    "active_calories": "active calories",
    "watts": "power",
    INTENSITY: "hard workouts",
    SLEEP: "sleep",
}


def _titles(subjects: Iterable[str]) -> tuple[str, ...]:
    return tuple(TITLES.get(one, one.removeprefix(KIND)) for one in sorted(subjects))


def _outcome_text(outcome: _Side) -> str:
    return " and ".join(_titles(outcome.subjects)) or " ".join(outcome.others)


RECOGNISERS: tuple[Callable[[Words], Claim | None], ...] = (
    _experiment,
    _tomorrow,
    _overtraining,
    _best_workout,
    _week,
    _advice,
    _trend,
    _relation,
)
