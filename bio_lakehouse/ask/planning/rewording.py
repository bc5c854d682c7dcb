"""Ways of saying that are common, in the words that the lexicon has, and slips that are no near
miss of a word."""

from __future__ import annotations

import re

SLIPS = {
    "nite": "night", "nites": "nights", "weak": "week", "weaks": "weeks", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tmw": "tomorrow", "tomorow": "tomorrow", "yday": "yesterday",
    "yest": "yesterday", "ystrday": "yesterday", "mcuh": "much", "mutch": "much", "hwo": "how",
    "hw": "how", "teh": "the", "waht": "what", "wht": "what", "wat": "what", "wich": "which",
    "whcih": "which", "slep": "sleep", "slepe": "sleep", "sleap": "sleep", "mnth": "month",
    "mnths": "months", "avrg": "average", "averge": "average", "avarage": "average",
    "wrkout": "workout", "wrkouts": "workouts", "wokouts": "workouts", "stpes": "steps",
    "setps": "steps", "hte": "the", "oct": "october", "ride's": "rides", "rdiness": "readiness",
    "temprature": "temperature", "lst": "last", "las": "last", "laste": "last", "mny": "many",
    "thsi": "this", "dya": "day", "dyas": "days", "hors": "hours", "houres": "hours",
    "bst": "best", "wrst": "worst", "pelaton": "peloton", "peleton": "peloton", "ur": "your",
    "calroies": "calories", "restng": "resting", "wknd": "weekend", "wkend": "weekend",
    "wknds": "weekends", "ive": "i", "im": "i", "whats": "what", "hows": "how", "dont": "not",
    "didnt": "not", "wasnt": "not", "untill": "until", "btw": "between", "btwn": "between",
    "sunady": "sunday",
}  # fmt: skip
"""What is written, and what is meant, where letters alone do not tell."""

_SCORE = "readiness|sleep|output"
_RULES = tuple(
    (re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"), said)
    for pattern, said in (
        (r"most active (day|week|month|weekday)", r"\1 with highest activity score"),
        (r"least active (day|week|month|weekday)", r"\1 with lowest activity score"),
        (r"(best|worst) nights? (?:of |for )?sleep", r"\1 sleep score night"),
        (r"(best|worst) nights?", r"\1 sleep score night"),
        (r"(best|worst) slept nights?", r"\1 sleep score night"),
        (r"sleep (?:the )?best", "best sleep score"),
        (r"sleep (?:the )?worst", "worst sleep score"),
        (r"sleep (?:the )?(?:longest|most)", "longest sleep"),
        (r"sleep (?:the )?(?:shortest|least)", "shortest sleep"),
        (r"(?:most|more) sleep", "longest sleep"),
        (r"least sleep", "shortest sleep"),
        (rf"(3|7|30) day (?:rolling |moving )?(?:average|avg|mean) (?:of )?(?:my )?({_SCORE})",
         r"\1 day \2 average"),
        (rf"(?:rolling|moving) (7|30) day (?:average|avg|mean) (?:of )?(?:my )?({_SCORE})",
         r"\1 day \2 average"),
        (r"how high (?:did|was|has|is) (?:my )?(.+?) (?:go|get|been|reach)", r"highest \1"),
        (r"how low (?:did|was|has|is) (?:my )?(.+?) (?:go|get|been|drop)", r"lowest \1"),
        (r"burn (?:the )?(most|least|fewest) calories", r"\1 calories burned"),
        (r"who(?= (?:gives|gave|makes|made|has|had))", "which instructor"),
        (r"walk(?:ed)? (?:the )?(most|least)", r"steps \1"),
        (r"(?:per|each|every) (class|workout) (type|category)", r"by \1 \2"),
        (r"(?:furthest|farthest)", "longest distance"),
        (r"top (\d+) (step|output|calorie|distance) (day|ride|workout)s?", r"top \1 \3s by \2"),
        (r"half an hour", "30 minutes"),
        (r"an hour and a half", "90 minutes"),
        (r"(than|over|under|least|most|above|below) an hour", r"\1 1 hour"),
        (r"(longest|shortest) nights?(?! of| sleep)", r"\1 sleep"),
        (r"what time|how late|how early", "when"),
        (r"peak (heart rate|hr|hrv|watts|output|power|pulse)", r"highest \1"),
        (r"new years?(?: day)?", "january 1"),
        (r"christmas(?: day)?", "december 25"),
        (r"fortnight", "14 days"),
        (r"(last|past|this|previous) couple (?:of )?(days|weeks|months)", r"\1 2 \2"),
        (r"(last|past|previous) few (days)", r"\1 7 \2"),
        (r"half (?:a )?year", "6 months"),
        (r"(last|past) (?:1 )?(?:24 hours)", "yesterday"),
        (r"in (?:the )?(?:same|one) (?:single )?day", "day"),
        (r"(?:and|or) so on|etc|and so forth", ""),
        (r"as (?:a|an) (?:chart|graph|plot|line)", "plot"),
        (r"on (?:a )?(?:typical|average|normal) (day|night|week|month)", r"on average per \1"),
        (r"(?:each|every) single (day|night|week)", r"each \1"),
        (r"wake up(?: at)? (?:in|at) the night", "awake"),
        (r"walk(?:ed)? (more|less)", r"steps \1"),
        (r"zone (one|two|three|four|five)", r"zone \1"),
    )
)  # fmt: skip


def reworded(words: tuple[str, ...]) -> tuple[str, ...]:
    """A question's words with slips and common ways of saying replaced."""
    text = " ".join(SLIPS.get(word, word) for word in words)
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return tuple(text.split())
