"""A question taken apart: its phrases of time, numbers, phrases of the lexicon, and the words that
are none of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bio_lakehouse.ask.planning import lexicon as lexicons
from bio_lakehouse.ask.planning import question_words, time_phrases
from bio_lakehouse.ask.planning.lexicon import LONGEST_PHRASE, Lexicon, Meaning
from bio_lakehouse.ask.planning.rewording import reworded
from bio_lakehouse.ask.planning.time_phrases import Calendar, Phrase
from bio_lakehouse.ask.planning.words import corrected, is_number, tokens

UNITS = {
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "m": "min", "min": "min", "mins": "min", "minute": "min", "minutes": "min",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "bpm": "bpm", "ms": "ms", "millisecond": "ms", "milliseconds": "ms",
    "kj": "kJ", "kilojoule": "kJ", "kilojoules": "kJ",
    "kcal": "kcal", "cal": "kcal", "cals": "kcal", "calories": "kcal",
    "w": "W", "watt": "W", "watts": "W", "mi": "mi", "mile": "mi", "miles": "mi",
    "mph": "mph", "rpm": "rpm", "percent": "%", "point": "", "points": "",
    "degree": "°C", "degrees": "°C", "c": "°C", "steps": "steps", "step": "steps",
}  # fmt: skip
"""Units as they are written after a number."""
OF_FIGURE = {
    "steps",
    "calories",
    "watts",
    "watt",
    "miles",
    "kilojoules",
    "kj",
    "cals",
    "mph",
    "rpm",
}
"""Units that name their figure too."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of the lexicon in a question, words `start` up to, but not with, `end`."""

    start: int
    end: int
    words: str
    meanings: tuple[Meaning, ...]
    options: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Meaning, ...]:
        return tuple(meaning for meaning in self.meanings if meaning.kind == kind)

    @property
    def role(self) -> str:
        """What it is there for; empty where it names something."""
        return next((meaning.name for meaning in self.of("role")), "")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a question with the unit that follows it."""

    start: int
    end: int
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """A question's parts, each in the order of its words; `unused` are words that are no part."""

    words: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    mentions: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    unused: tuple[int, ...]
    slips: tuple[tuple[str, str], ...] = ()
    ends: tuple[int, ...] = field(default=())


def take_apart(question: str, lexicon: Lexicon, calendar: Calendar) -> Parts:
    """The parts of a question, slips of the keyboard corrected (`slips`: written, read)."""
    words, slips = _corrected(_with_per(reworded(tokens(question))), lexicon)
    phrases = time_phrases.find(words, calendar)
    owned: set[int] = set()
    for phrase in phrases:
        owned.update(range(phrase.start, phrase.end))
    mentions = tuple(_mentions(words, owned, lexicon))
    for mention in mentions:
        owned.update(range(mention.start, mention.end))
    numbers = tuple(_numbers(words, owned, mentions))
    for number in numbers:
        owned.update(range(number.start, number.end))
    mentions = tuple(each for each in mentions if not _is_unit(each, numbers))
    unused = tuple(
        place
        for place, word in enumerate(words)
        if place not in owned and word != "?" and word not in question_words.FILLER
    )
    ends = tuple(place for place, word in enumerate(words) if word == "?")
    return Parts(words, phrases, mentions, numbers, unused, slips, ends)


_GROUPED = {"day", "week", "month", "year", "night", "ride", "workout", "class", "session", "run"}
_LONG = {"day", "week", "month", "year", "night"}
_SUMMED = {"output", "distance", "length", "minutes", "calories", "energy"}
_NO_GROUP = question_words.words_of(
    """in on of for is was what as during over within than to have did do take took me show had only
    such quite not it with about like after before the without by from until since"""
)


def _with_per(words: Sequence[str]) -> list[str]:
    """`workouts a week` as `workouts per week`."""
    said = list(words)
    for place in range(1, len(said) - 1):
        is_group = said[place] == "a" and said[place + 1] in _GROUPED
        is_group = is_group and (said[place + 1] in _LONG or said[place - 1] in OF_FIGURE | _SUMMED)
        if (
            is_group
            and said[place - 1] not in _NO_GROUP
            and "ago" not in said[place + 2 : place + 3]
        ):
            said[place] = "per"
    return said


_NAMING = {"with", "instructor", "coach", "taught"}
"""Words after which a name is left as it is written."""


def _corrected(
    words: Sequence[str], lexicon: Lexicon
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    said: list[str] = []
    slips = []
    for place, word in enumerate(words):
        is_name = bool(_NAMING & set(words[max(0, place - 2) : place]))
        meant = None if is_name else _meant(word, lexicon)
        if meant:
            slips.append((word, meant))
        said.append(meant or word)
    return tuple(said), tuple(slips)


def _meant(word: str, lexicon: Lexicon) -> str | None:
    is_known = word in lexicon.known or lexicons.word_compared(word) in lexicon.known
    if is_known or word in lexicons.plain_words() or word in UNITS:
        return None
    return corrected(word, lexicon.known, lexicon.targets, lexicons.word_compared)


def _mentions(words: Sequence[str], owned: set[int], lexicon: Lexicon) -> Iterator[Mention]:
    """The longest phrases from the left; none reaches over a phrase of time or a question mark."""
    places = _content(words, owned)
    at = 0
    while at < len(places):
        found = _longest(words, places, at, lexicon)
        if found:
            mention, length = found
            yield mention
            at += length
        else:
            at += 1


def _content(words: Sequence[str], owned: set[int]) -> list[int]:
    """Places of the words that phrases are made of; -1 where none may reach over."""
    places: list[int] = []
    for place, word in enumerate(words):
        if place in owned or word == "?":
            places.append(-1)
        elif word not in question_words.SKIPPED:
            places.append(place)
    return places


def _longest(
    words: Sequence[str], places: Sequence[int], at: int, lexicon: Lexicon
) -> tuple[Mention, int] | None:
    for length in range(min(LONGEST_PHRASE, len(places) - at), 0, -1):
        run = places[at : at + length]
        if -1 in run:
            continue
        key = tuple(lexicons.word_compared(words[place]) for place in run)
        meanings = lexicon.phrases.get(key, ())
        options = lexicon.ambiguous.get(key, ())
        if meanings or options:
            text = " ".join(words[run[0] : run[-1] + 1])
            return Mention(run[0], run[-1] + 1, text, meanings, options), length
    return None


def _is_unit(mention: Mention, numbers: Sequence[Number]) -> bool:
    """Whether it is no more than the unit of a number."""
    return any(each.start < mention.start and mention.end <= each.end for each in numbers)


def _numbers(
    words: Sequence[str], owned: set[int], mentions: Sequence[Mention]
) -> Iterator[Number]:
    starts = {mention.start: mention for mention in mentions}
    for place, word in enumerate(words):
        if place in owned or not is_number(word):
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        unit = UNITS.get(following, "")
        is_own = following in UNITS and following not in OF_FIGURE
        is_free = is_own and place + 1 not in owned
        is_word = is_own and place + 1 in starts and starts[place + 1].end == place + 2
        end = place + 2 if is_free or is_word else place + 1
        yield Number(place, end, float(word), unit)
