"""Which questions ask whether something holds, and of what: what goes with what, what is best, what
gets better, what moved.

What asks for days, values or records is none of them, even where it has such a word in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from bio_lakehouse.ask.claims.claim_kinds import (
    ANOMALIES,
    COLUMNS,
    EVERYTHING,
    TRENDING,
    WATCHED,
    WHOLE_PERSON,
    WORKOUT_RECOVERY,
    Claim,
)
from bio_lakehouse.ask.claims.claim_relations import (
    SYMMETRIC,
    THRESHOLD,
    active_sides,
    readiness_bounds,
    relation_in,
)
from bio_lakehouse.ask.claims.claim_words import (
    FILLERS,
    INTENSITY,
    KIND,
    NOT_RECORDED,
    READINESS,
    WORKOUTS,
    Words,
)


def claim_in(words: Words) -> Claim | None:
    """What a question claims or asks to be claimed; None where it asks for something else."""
    if words.has(_OF_A_DOCTOR):
        return None
    early = _week(words) or _findings(words)
    if early is not None:
        return early
    is_drawn_up = words.has(_LISTED) or (words.has(_COMPARED) and not words.has(SYMMETRIC))
    if is_drawn_up or words.has(_COUNTED):
        return None
    found = (recognise(words) for recognise in RECOGNISERS)
    return next((claim for claim in found if claim is not None), None)


_LISTED = (
    r"(?:show|list|give|find)(?: me)?(?: all| the| my| every)* (?:days?|nights|weeks|months|"
    r"workouts?|rides)|(?:which|what) (?:day|days|week|weeks|month|months|night|nights|"
    r"instructor|instructors|ride|rides|date|dates|weekday|season)|on which (?:day|days)|"
    r"when (?:was|were|did)"
)
_OF_A_DOCTOR = (
    r"depressed|depression|sick|ill|illness|disease|apnea|apnoea|covid|flu|infection|diabetes|afib|"
    r"arrhythmia|cancer|pregnant|diagnos\w+|symptoms?|doctor"
)
_COMPARED = "compare|compared|versus|vs"
_COUNTED = (
    r"how (?:many|often|long|far|much (?:did|was))|count|number of|average|median|total|"
    r"(?:my|the|daily|weekly) mean|mean of"
)


def _experiment(words: Words) -> Claim | None:
    asked = (
        r"work|worked|working|result|results|come|came|outcome|go|going|went|find|found|show|tell|"
        r"affect|affected|effect|help|helped|do|doing|status|over|conclusion|happened"
    )
    is_asked = words.has("experiments?") and words.has(asked) and not words.has("start|begin|stop")
    if not is_asked:
        return None
    named = [
        word for word in words.rest(FILLERS) if not re.fullmatch(rf"experiments?|{asked}", word)
    ]
    return Claim("experiment", untested=tuple(named))


def _tomorrow(words: Words) -> Claim | None:
    is_forecast = words.has(
        r"(?:forecasts?|predict|expect|expected|predictions?) .*(?:readiness|recovery|tomorrow)|"
        r"(?:readiness|recovery|your) .*(?:forecasts?|predictions?)"
    )
    is_ahead = is_forecast or words.has(
        r"(?:how|what) .*(?:will|be|feel|look|expect|going to).*tomorrow|"
        r"tomorrow .*(?:be|look|feel)|will .*tomorrow|tomorrows? (?:readiness|recovery)|"
        r"readiness .*tomorrow|forecast"
    )
    is_told_of = is_forecast or words.has("forecasts?|predictions?")
    if is_told_of and words.has("accurate|accuracy|good|error|errors|wrong|reliable|trust|right"):
        return Claim("forecast worth")
    if not is_ahead or words.has("yesterday|past|last|predicts|predictor|should i (?!expect)"):
        return None
    return None if words.has("if|when") or _is_about_others(words) else _of_tomorrow(words)


def _is_about_others(words: Words) -> bool:
    """Whether it is asked what goes with what, or about what is not recorded."""
    sides = active_sides(words)
    is_relation = sides is not None and all(sides)
    return is_relation or not NOT_RECORDED.isdisjoint(words.words)


def _of_tomorrow(words: Words) -> Claim:
    others = _columns(words, {*TRENDING} - {"readiness_score"})
    if others and READINESS not in words.subjects:
        return Claim("untested", untested=others, outcome="tomorrow")
    return Claim("tomorrow")


def _overtraining(words: Words) -> Claim | None:
    is_asked = words.has(
        r"overtrain\w*|am i overreaching|(?:train|training|work out|working out|exercise|"
        r"exercising|riding|pushing)(?: myself)?(?: way)? too (?:much|hard|often)|"
        r"too much (?:training|exercise|working out|sport|cycling)|doing too much|overdoing|"
        r"burn(?:t|ed|ing)? ?out|burnout|overworked|training load too (?:high|much)"
    )
    is_of_a_day = words.has(
        r"yesterday|last (?:week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    )
    is_listed = words.has("days?")
    return Claim("overtraining") if is_asked and not (is_of_a_day or is_listed) else None


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


def _findings(words: Words) -> Claim | None:
    """`What have you found out about me?`"""
    asked = words.has(
        r"(?:what|anything|something|show me what).* (?:found|find|learned|learnt|discovered|"
        r"noticed|know|figured)(?: out)? .*(?:me|my|data)|"
        r"(?:any|my|the|your|show|newest|latest)(?: \w+)? (?:insights?|findings?)|what patterns"
    )
    is_asked = asked and not words.subjects and not words.has("how|experiment")
    return Claim("relation", EVERYTHING, outcome=READINESS) if is_asked else None


def _unusual(words: Words) -> Claim | None:
    """`Anything unusual lately?`, `did I skip workouts that I normally do?`"""
    if words.has(
        r"(?:skip|skipped|skipping|missed|miss|missing)(?: \w+){0,2} (?:workouts?|training)"
    ):
        return Claim("unusual", ((ANOMALIES, "missed_workouts"),))
    asked = words.has(
        r"(?:anything|something|what|are there|were there|any).* (?:unusual|odd|weird|anomal\w+|"
        r"abnormal|strange|stands? out|stood out|out of the ordinary|outliers?)"
    )
    if not asked:
        return None
    named = tuple((ANOMALIES, name) for subject, name in WATCHED if subject in words.subjects)
    return Claim("unusual", named or ((ANOMALIES, ""),))


_MOVED = (
    r"moved|change|changed|changes|different|drop|dropped|dropping|rise|rose|rising|fall|fell|falling|"
    r"improve|improved|improving|worsen|worsened|declined|declining|increase|increased|decrease|"
    r"decreased|go up|go down|gone up|gone down|went up|went down|going up|going down|up or down"
)


_ANYTHING_MOVED = (
    r"(?:what|anything|something) .*(?:moved|changed|changes|different)|what is different"
)


def _week(words: Words) -> Claim | None:
    if not words.has(_MOVED) or words.has(THRESHOLD) or words.has(r"which|how much|than|weekly"):
        return None
    if words.has(_LISTED) or _is_about_others(words):
        return None
    if words.has(_ANYTHING_MOVED) and not _has_pair(words):
        is_long = words.has(r"months?(?! before)|years?|since|over time")
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
    r"(?:going|coming|gone|come) (?:up|down)|any better|any worse|"
    r"in (?:a )?better shape|increasing|decreasing|rising|falling|dropping|climbing|"
    r"fitter|(?:better|worse|higher|lower) (?:lately|recently|over time|these days|now|over the "
    r"(?:last|past)|or worse)|worse or better|become|becoming"
)
STRETCH = (
    r"(?:this|last|past) (?:week|month|year|\d+ \w+|few \w+)|since|yesterday|lately|recently|"
    r"in (?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december|20\d\d)"
)
"""Days that a question names."""
_VERBS = "is|are|am|do|does|did|has|have|will|can"
_DRAWN = r"(?:show|plot|chart|graph|draw|display|see)\b.*\b(?:trend|trends|progress)"
_OF_WEEKS = r"weekly|(?:this|last|that) week|weeks"


FITNESS_COLUMNS = ("resting_heart_rate_bpm", "hrv_rmssd_ms")


def _trend(words: Words) -> Claim | None:
    asked = words.has(_TREND) or words.has(
        r"(?:is|are|was|am i|do i) (?:my |the |it |i )?\w*(?: \w+){0,3} (?:any |getting )?"
        r"(?:better|worse)$"
    )
    if not asked or words.has(_DRAWN) or words.has(_OF_WEEKS) or words.has(THRESHOLD):
        return None
    if words.has("trends?") and words.has(STRETCH) and not words.has(_VERBS):
        return None
    is_fitness = words.has("fitter|fitness|stronger|faster|in (?:a )?better shape|in shape|fit")
    if is_fitness and not words.has("which|how much|how can|how do|how to"):
        return Claim("fitness", columns=FITNESS_COLUMNS)
    if words.has(r"than|which|after|when|if|how much|how (?:can|could|do|should|to)"):
        return None
    sides = active_sides(words)
    if sides is not None and all(sides):
        return None
    columns = _columns(words, TRENDING)
    if not columns and any(subject.startswith(KIND) for subject in words.subjects):
        return Claim("fitness", columns=FITNESS_COLUMNS)
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
    is_choice = words.has(r"(?:hard|easy|rest) (?:day|workout|ride)? ?or")
    is_asked = words.has(asked) and not words.has(r"more|less|fewer|stop|quit")
    is_asked = is_asked or (is_choice and words.has("today|now"))
    return Claim("advice") if is_asked and not set(words.words) & NOT_RECORDED else None


RECOGNISERS: tuple[Callable[[Words], Claim | None], ...] = (
    _experiment,
    _tomorrow,
    _overtraining,
    _best_workout,
    _unusual,
    _advice,
    _trend,
    relation_in,
)
