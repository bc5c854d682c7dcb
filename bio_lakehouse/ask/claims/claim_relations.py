"""What a question asks to matter for what: `does sleep affect my readiness`, `is it lower after
yoga`, `the link between the two`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bio_lakehouse.ask.claims.claim_kinds import (
    BY_OUTPUT,
    EVERYTHING,
    HIGH_FROM,
    HIGH_VS_LOW,
    INTENSITY_IMPACT,
    LOW_BELOW,
    NEXT_DAY,
    SAME_DAY,
    SLEEP_READINESS,
    WORKOUT_RECOVERY,
    Claim,
    Kind,
    titles_of,
)
from bio_lakehouse.ask.claims.claim_words import (
    DOING,
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

THRESHOLD = r"(?:below|above|under|over|to|than|less than|more than) \d+"
_ACTIVE = (
    r"affects?|affecting|impacts?|impacting|influences?|influencing|causes?|causing|caused|"
    r"boosts?|hurts?|hurting|harms?|improves?|helps?|helping|helped|raises?|reduces?|lowers?|"
    r"increases?|decreases?|worsens?|predicts?|determines?|drives?|changes?|matter for|"
    r"matters? (?:to|for)|contributes? to|contributing to|makes?|making|leads? to|results? in|"
    r"good for|bad for|beneficial for|ruins?|kills?|tanks?|destroys?|wrecks?|do to|does to|"
    r"support|supports|benefits?|impacted|drops?|give me|gives me|effects?|means?|"
    r"do (?:anything|something|much) (?:for|to)"
)
_PASSIVE = (
    r"(?:affected|influenced|impacted|caused|driven|determined|hurt|improved|explained) by|"
    r"depends?(?: on| upon)?|depending on|dependent on|responds? to|reacts? to|responding to|"
    r"response to|due to|because of|because|thanks to|benefits? from|suffers? from"
)
_NOUN = (
    r"(?:effects?|impacts?|influences?) (?:of|from)|what (?:effect|impact|influence)|"
    r"(?:an |any |the |big |much )(?:effect|impact|influence)|how important|importance of"
)
SYMMETRIC = (
    r"r (?:between|of)|r squared|corr|covariance|regression|regress|"
    r"correlat\w+|relat(?:e|es|ed|ion|ions|ionship|ionships)|link|links|linked|linkage|connected|"
    r"connection|connect|associat\w+|go together|goes together|hand in hand|"
    r"go(?:es)? (?:along )?with|tied to|patterns? (?:between|in)|move together|"
    r"depend on each other|in sync"
)
_CONDITION = r"after|when|whenever|if|following|the day after|on(?= (?:\w+ ){0,3}days)|with"
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
    r"changes?|makes?|making|drops?|means?|good for|bad for|benefits?|support|supports|"
    r"give me|gives me"
)
"""Verbs that ask for a relation only where something stands on both sides of them."""
_DIFFERS = (
    r"better|worse|higher|lower|differ|differs|different|recover|sleep|suffer|suffers|drop|drops|"
    r"rise|rises|fall|falls|improve|improves|increase|increases|decrease|decreases|good|bad|low|"
    r"high|tired|happens|happen"
)


def relation_in(words: Words) -> Claim | None:
    """What a question asks to matter for what; None where it asks for nothing such."""
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
    things = [word for word in content if word not in DOING]
    return _Side(frozenset(one.subject for one in named), tuple(things or content))


def _sides(words: Words) -> tuple[_Side, _Side] | None:
    """What is asked to matter, and for what; None where no such question is asked."""
    readers: tuple[Callable[[Words], tuple[_Side, _Side] | None], ...] = (
        _should,
        _kinds_compared,
        _noun,
        _sought,
        _passive,
        _why,
        _symmetric,
        _conditional,
        active_sides,
    )
    found = (reader(words) for reader in readers)
    return next((sides for sides in found if sides is not None), None)


def _sought(words: Words) -> tuple[_Side, _Side] | None:
    """`What affects my readiness?`, `how can I improve my sleep?`"""
    place = words.place(_OUTCOME_SOUGHT)
    if place is None or place[0] > 3 or words.has("makes? up|contributes?|contributors?"):
        return None
    before = _side(words, 0, place[1] - 1)
    outcome = _side(words, place[1] - 1, len(words.words))
    return (_Side(), outcome) if not before and outcome.subjects else None


_SHOULD = r"should i|would it help|does it help|worth"
_MORE_OR_LESS = (
    r"more|less|fewer|stop|quit|cut|cutting|start|avoid|skip|earlier|later|longer|harder|easier|to"
)


def _should(words: Words) -> tuple[_Side, _Side] | None:
    """`Should I sleep more?`, `should I drink less coffee to recover better?`"""
    place = words.place(_SHOULD)
    if place is None or not words.has(_MORE_OR_LESS):
        return None
    towards = [at for at, word in enumerate(words.words) if word in ("to", "for") and at > place[1]]
    split = towards[-1] if towards else len(words.words)
    tried = _side(words, place[1], split)
    return (tried, _side(words, split, len(words.words))) if tried else None


def _kinds_compared(words: Words) -> tuple[_Side, _Side] | None:
    """`Is yoga better than cycling?`"""
    kinds = frozenset(subject for subject in words.subjects if subject.startswith(KIND))
    if len(kinds) < 2 or not words.has("better|worse|best|easier|harder"):
        return None
    others = words.subjects - kinds - {WORKOUTS, "fitness"}
    return _Side(kinds), _Side(others or frozenset({READINESS}))


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
    towards = ("for", "to") if words.has("important|importance") else ("on",)
    places = [at for at, word in enumerate(words.words) if word in towards and at >= place[0]]
    split = places[-1] if places else len(words.words)
    return _side(words, 0, split), _side(words, split, len(words.words))


_FEELS = "tired|exhausted|fatigued|drained|sluggish|low energy|wrecked|rested|fresh"
_NEXT_MORNING = r"(?:next|following) (?:day|morning)|(?:day|morning) after|tomorrow"


def _why(words: Words) -> tuple[_Side, _Side] | None:
    if not words.has(_WHY) or words.has(
        r"data|missing|gap|gaps|no \w+ (?:for|on)|sync|import|empty|"
        r"recommend\w*"
    ):
        return None
    outcome = _side(words, 0, len(words.words))
    feels = words.has(_FEELS)
    return _Side(), _Side(outcome.subjects or frozenset({READINESS} if feels else ()), ())


def _symmetric(words: Words) -> tuple[_Side, _Side] | None:
    if not words.has(SYMMETRIC):
        return None
    both = _side(words, 0, len(words.words))
    others = tuple(word for word in both.others if not re.match(SYMMETRIC, word))
    if READINESS in both.subjects:
        rest = _Side(both.subjects - {READINESS}, others)
        return rest, _Side(frozenset({READINESS}))
    if len(both.subjects) + len(others) < 2:
        return _Side(both.subjects, others), _Side()
    last = words.named[-1].subject if words.named else ""
    return _Side(both.subjects - {last}, others), _Side(frozenset({last} - {""}))


_INVERTED = r"(?:is|are|am|was|were|do|does|did|will|can) (?:my|i|the|it|they)"


def _conditional(words: Words) -> tuple[_Side, _Side] | None:
    """`Is my readiness lower after yoga?`, `when I sleep well am I readier?`"""
    place = words.place(_CONDITION)
    is_asked = not ASKING.isdisjoint(words.words[:3]) or words.has(_INVERTED)
    if place is None or not is_asked or not words.has(_DIFFERS) or words.has(THRESHOLD):
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
"""Words of which a question whether something holds begins with one."""


def active_sides(words: Words) -> tuple[_Side, _Side] | None:
    """`Does sleep affect readiness?`: what stands before and after the verb."""
    place = words.place(_ACTIVE)
    if place is None or words.has(THRESHOLD) or words.has("how much did"):
        return None
    before, after = _around(words, place)
    if before and not after.subjects and words.has(f"{_FEELS}|{_NEXT_MORNING}"):
        after = _Side(frozenset({READINESS}))
    if not before and READINESS in after.subjects and len(after.subjects) > 1:
        before, after = _Side(after.subjects - {READINESS}), _Side(frozenset({READINESS}))
    is_weak = re.fullmatch(_WEAK, " ".join(words.words[place[0] : place[1]])) is not None
    is_no_verb = words.has("lower") and words.has(r"(?:is|are|was|were) .*lower")
    if is_no_verb or (is_weak and words.has("than")):
        return None
    asks = not ASKING.isdisjoint(words.words[:3])
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
    is_known = bool(before.subjects or NOT_RECORDED & {*before.others})
    return (before, after) if asks or (before and after and is_known) else None


def _around(words: Words, place: tuple[int, int]) -> tuple[_Side, _Side]:
    return _side(words, 0, place[0]), _side(words, place[1], len(words.words))


def _claimed(words: Words, predictor: _Side, outcome: _Side) -> Claim | None:
    """Which findings look at that, and what none of them does."""
    if not (predictor or outcome):
        return None
    if READINESS in outcome.subjects or not outcome:
        looked_up = _looked_up(words, predictor)
        untested = _untested(words, predictor) + titles_of(
            words, outcome.subjects - {READINESS, "fitness"}
        )
        if looked_up:
            with_r = words.has(r"correlat\w+|r (?:between|of)")
            if _is_bounded(words):
                below, from_ = readiness_bounds(words)
                named = titles_of(words, predictor.subjects)
                return Claim("untested", (), (), named, READINESS, below, from_)
            return Claim("relation", looked_up, (), untested, READINESS, is_correlation=with_r)
        if not predictor:
            return Claim("relation", EVERYTHING, outcome=READINESS)
    sides = (*titles_of(words, predictor.subjects), *predictor.others)
    if not (outcome.subjects or predictor.subjects or set(predictor.others) & NOT_RECORDED):
        return None
    kind: Kind = "tried" if predictor.others else "untested"
    return Claim(kind, untested=sides, outcome=_outcome_text(words, outcome))


def _is_bounded(words: Words) -> bool:
    """Whether it is asked about days with a low or a high readiness alone."""
    is_condition = words.has(r"(?:on|when|if|for) .*(?:low|high|below|above|under|over)")
    is_condition = is_condition or words.has(rf"(?:{SYMMETRIC}).* (?:low|high|medium) {READINESS}")
    return is_condition and readiness_bounds(words) != (None, None)


def _looked_up(words: Words, predictor: _Side) -> tuple[tuple[str, str], ...]:
    subjects = predictor.subjects
    found: list[tuple[str, str]] = []
    if SLEEP in subjects:
        found.append((SLEEP_READINESS, NEXT_DAY))
        if words.has(SYMMETRIC) and not words.has(r"next|following|day after|tomorrow"):
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


def _untested(words: Words, predictor: _Side) -> tuple[str, ...]:
    looked_at = {SLEEP, WORKOUTS, INTENSITY, OUTPUT, "fitness"}
    subjects = {one for one in predictor.subjects if one not in looked_at and KIND not in one}
    recorded_nowhere = [word for word in predictor.others if word in NOT_RECORDED]
    return (*titles_of(words, subjects), *recorded_nowhere)


def _outcome_text(words: Words, outcome: _Side) -> str:
    return " and ".join(titles_of(words, outcome.subjects)) or " ".join(outcome.others)


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
