"""Words for days, as a person says them, to the days that they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bio_lakehouse.english import MONTHS, WEEKDAYS, capital, dated, span

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; None is open (since ever, until today).

    `words` are those of the question; `note` says how they were resolved where a reader may not
    know, `guess` where they could mean something else.
    """

    first: date | None
    last: date | None
    words: str
    note: str = ""
    guess: str = ""

    @property
    def is_day(self) -> bool:
        return self.first is not None and self.first == self.last


@dataclass(frozen=True, slots=True)
class DaysOfWeek:
    """Some days of every week, 1 for Monday to 7 for Sunday."""

    days: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A `unit` of days before the days that were spoken of: `the week before`."""

    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A phrase of time that has no answer (`sentence`), or several (`meanings`)."""

    words: str
    sentence: str
    meanings: tuple[str, ...] = ()


Meaning = Period | DaysOfWeek | Unresolved | Relative


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of time in a question: words `start` up to, but not with, `end`."""

    start: int
    end: int
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a phrase is resolved with: today, the number of the day on which weeks end (7: Sunday),
    and the days that the question before was about."""

    today: date
    week_ends_on: int = 7
    before: tuple[date | None, date | None] | None = None

    def week_of(self, day: date) -> tuple[date, date]:
        """First and last day of the week that `day` is of."""
        last = day + DAY * ((self.week_ends_on - day.isoweekday()) % 7)
        return last - 6 * DAY, last


_MONTH_NAMES = {name.casefold(): number for number, name in enumerate(MONTHS, start=1)}
_MONTH_NAMES |= {name[:3]: number for name, number in list(_MONTH_NAMES.items())}
_MONTH_NAMES |= {"sept": 9}
_DAY_NAMES = {name.casefold(): number for number, name in enumerate(WEEKDAYS, start=1)}
_SHORT_DAYS = {name[:3]: number for name, number in _DAY_NAMES.items()}
_SHORT_DAYS |= {"tues": 2, "thur": 4, "thurs": 4}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTH_NAMES, key=len, reverse=True)) + ")"
_DAYNAME = "(?P<dayname>" + "|".join(_DAY_NAMES) + ")"
_SHORT = "(?P<short>" + "|".join(sorted(_SHORT_DAYS, key=len, reverse=True)) + ")"
_NTH = r"(?P<day>\d{1,2})(?: (?:st|nd|rd|th))?"
_FIRST_NTH = r"(?:the )?(?P<first>\d{1,2})(?: (?:st|nd|rd|th))?"
_TO = "(?:to|until|till|through)"
_YEAR = r"(?: (?:of |in )?(?P<year>20\d\d))?"
_UNIT = "(?P<unit>day|night|morning|week|month|quarter|year|weekend)"
_NO_GROUP = "".join(
    f"(?<!{word} )" for word in ("by", "per", "each", "which", "what", "of", "across", "a")
)
"""Not just after these: `by weekday` groups."""
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4}

Resolve = Callable[[re.Match[str], Calendar], Meaning]


def find(words: Sequence[str], calendar: Calendar) -> tuple[Phrase, ...]:
    """The phrases of time in a question's words, from first to last.

    Each resolved period has first ≤ last ≤ today; what lies after today is Unresolved.
    """
    single = _related(_single_phrases(words, calendar), calendar)
    joined = _joined(words, single, calendar)
    return tuple(
        replace(phrase, meaning=_until_today(phrase.meaning, calendar)) for phrase in joined
    )


def vocabulary() -> frozenset[str]:
    """Words of time that a slip of the keyboard may have been meant to be."""
    return frozenset(name for name in (*_MONTH_NAMES, *_DAY_NAMES) if len(name) > 4) | _TIME_WORDS


_TIME_WORDS = frozenset(
    [
        "today",
        "yesterday",
        "tomorrow",
        "tonight",
        "night",
        "morning",
        "weekend",
        "weekends",
        "weekday",
        "weekdays",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "quarter",
        "since",
        "until",
        "between",
        "before",
        "last",
        "previous",
        "current",
        "recent",
        "lately",
        "recently",
        "during",
        "currently",
        "through",
        "spring",
        "summer",
        "autumn",
        "winter",
        "mondays",
        "tuesdays",
        "wednesdays",
        "thursdays",
        "fridays",
        "saturdays",
        "sundays",
    ]
)


# Single phrases


def _single_phrases(words: Sequence[str], calendar: Calendar) -> list[Phrase]:
    text = " ".join(words)
    starts = _starts(words)
    taken = [False] * len(words)
    found = []
    for pattern, resolve in _RULES:
        for match in pattern.finditer(text):
            start, end = starts[match.start()], starts[match.end() + 1]
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                found.append(Phrase(start, end, resolve(match, calendar)))
    return sorted(found, key=lambda phrase: phrase.start)


def _related(phrases: Sequence[Phrase], calendar: Calendar) -> list[Phrase]:
    """The phrases with `the week before` as the one before the days spoken of before it."""
    spoken_of = calendar.before[0] if calendar.before else None
    found = []
    for phrase in phrases:
        if isinstance(phrase.meaning, Relative):
            phrase = replace(phrase, meaning=_relative(phrase.meaning, spoken_of, calendar))
        if isinstance(phrase.meaning, Period):
            spoken_of = phrase.meaning.first
        found.append(phrase)
    return found


def _starts(words: Sequence[str]) -> dict[int, int]:
    """The number of the word that begins at a place of the text, and one for its end."""
    places = {}
    place = 0
    for number, word in enumerate(words):
        places[place] = number
        place += len(word) + 1
    places[place] = len(words)
    return places


def _window(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`last 7 days`, today included; `last 2 full weeks`."""
    number, unit, words = int(match["number"]), match["unit"], match[0]
    if number == 0:
        return Unresolved(words, f"“{words}” is no stretch of days.")
    if match["full"]:
        return _full_units(number, unit, words, calendar)
    first = _start_of_window(number, unit, calendar.today)
    if first is None:
        return Unresolved(words, f"“{words}” reaches back further than any data can.")
    told = span(first, calendar.today)
    return Period(first, calendar.today, words, note=f"{capital(words)}, today included: {told}.")


def _start_of_window(number: int, unit: str, today: date) -> date | None:
    if unit in {"day", "night", "morning"}:
        return today - (number - 1) * DAY
    if unit == "week":
        return today - (7 * number - 1) * DAY
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    begin = _months_before(today, months * number) if months else None
    return begin + DAY if begin else None


def _full_units(number: int, unit: str, words: str, calendar: Calendar) -> Meaning:
    first, last = calendar.today, calendar.today
    for step in range(min(number, 500)):
        begin, end = _unit_before(first, unit, calendar)
        first, last = begin, end if step == 0 else last
    return Period(first, last, words, note=f"{capital(words)}: {span(first, last)}.")


def _months_before(day: date, months: int) -> date | None:
    """The same day of the month so many months before, or that month's last day."""
    number = day.year * 12 + day.month - 1 - months
    if number < 12 * 1900:
        return None
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, _last_of_month(year, month + 1).day))


def _last_of_month(year: int, month: int) -> date:
    return (date(year, month, 28) + 4 * DAY).replace(day=1) - DAY


def _unit_of(day: date, unit: str, calendar: Calendar) -> tuple[date, date]:
    """First and last day of the week, month, quarter or year that `day` is of."""
    if unit == "week":
        return calendar.week_of(day)
    if unit == "month":
        return day.replace(day=1), _last_of_month(day.year, day.month)
    if unit == "quarter":
        begin = 3 * ((day.month - 1) // 3) + 1
        return date(day.year, begin, 1), _last_of_month(day.year, begin + 2)
    if unit == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    return day, day


def _unit_before(day: date, unit: str, calendar: Calendar) -> tuple[date, date]:
    begin, _ = _unit_of(day, unit, calendar)
    return _unit_of(begin - DAY, unit, calendar)


def _this_or_last(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`this week`, `last month`, `past year`, `last weekend`."""
    which, unit, words = match["which"], match["unit"], match[0]
    if unit == "weekend":
        return _weekend(which, words, calendar)
    if unit in {"day", "night", "morning"}:
        return _this_day(which, unit, words, calendar)
    if which == "past":
        return _past(unit, words, calendar)
    if which in {"this", "current"}:
        first, last = _unit_of(calendar.today, unit, calendar)
    else:
        first, last = _unit_before(calendar.today, unit, calendar)
    return Period(first, last, words, note=_note(words, first, min(last, calendar.today)))


def _of_the(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`of the year` is of this one."""
    first, _ = _unit_of(calendar.today, match["unit"], calendar)
    said = f"“{capital(match[0])}” was read as this {match['unit']}."
    return Period(first, calendar.today, match[0], guess=said)


def _note(words: str, first: date, last: date) -> str:
    return f"{capital(words)}: {span(first, last) if first != last else dated(first)}."


def _past(unit: str, words: str, calendar: Calendar) -> Meaning:
    days = {"week": 7, "month": 30, "quarter": 90, "year": 365}[unit]
    first = calendar.today - (days - 1) * DAY
    told = span(first, calendar.today)
    said = f"“{capital(words)}” was read as {told}, not as the calendar {unit} before."
    return Period(first, calendar.today, words, guess=said)


def _this_day(which: str, unit: str, words: str, calendar: Calendar) -> Meaning:
    """A night is filed under the morning on which it ends."""
    is_today = which in {"this", "current"} or unit in {"night", "morning"}
    day = calendar.today if is_today else calendar.today - DAY
    if unit == "night":
        return Period(day, day, words, note=f"{capital(words)} is filed under {dated(day)}.")
    return Period(day, day, words)


def _weekend(which: str, words: str, calendar: Calendar) -> Meaning:
    """The newest Saturday and Sunday: begun for `this`, over for `last`."""
    saturday = calendar.today - DAY * ((calendar.today.isoweekday() - 6) % 7)
    is_now = calendar.today.isoweekday() >= 6
    if which not in {"this", "current"} and is_now:
        saturday -= 7 * DAY
    elif which in {"this", "current"} and not is_now:
        return Unresolved(words, "This weekend has not begun yet; ask about last weekend.")
    return Period(saturday, saturday + DAY, words, note=_note(words, saturday, saturday + DAY))


def _before_last(match: re.Match[str], calendar: Calendar) -> Meaning:
    unit = match["unit"]
    begin, _ = _unit_before(calendar.today, unit, calendar)
    first, last = _unit_before(begin, unit, calendar)
    return Period(first, last, match[0], note=_note(match[0], first, last))


def _before_that(match: re.Match[str], calendar: Calendar) -> Meaning:
    return Relative(match["unit"], match[0])


def _relative(meaning: Relative, spoken_of: date | None, calendar: Calendar) -> Meaning:
    """`the week before`: the one before the days that were spoken of."""
    if spoken_of is None:
        sentence = f"“{capital(meaning.words)}” leaves open before what; name the days."
        return Unresolved(meaning.words, sentence)
    first, last = _unit_before(spoken_of, meaning.unit, calendar)
    return Period(first, last, meaning.words, note=_note(meaning.words, first, last))


def _ago(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`3 days ago` is a day, `2 weeks ago` a week."""
    number = int(match["number"]) if match["number"].isdigit() else 1
    unit, words = match["unit"], match[0]
    if unit in {"day", "night", "morning"}:
        day = calendar.today - number * DAY
        return Period(day, day, words, note=f"{capital(words)}: {dated(day)}.")
    first, last = calendar.today, calendar.today
    for _ in range(min(number, 500)):
        first, last = _unit_before(first, unit, calendar)
    said = f"“{capital(words)}” was read as the {unit} {span(first, last)}."
    return Period(first, last, words, guess=said)


def _to_date(match: re.Match[str], calendar: Calendar) -> Meaning:
    unit = {"ytd": "year", "mtd": "month", "wtd": "week"}.get(match[0]) or match["unit"]
    first, _ = _unit_of(calendar.today, unit, calendar)
    return Period(first, calendar.today, match[0])


def _word_for_day(match: re.Match[str], calendar: Calendar) -> Meaning:
    back = {"day before yesterday": 2, "yesterday": 1, "yesterdays": 1}
    words = match[0].removeprefix("the ").removesuffix(" morning").removesuffix(" night")
    day = calendar.today - back.get(words, 0) * DAY
    return Period(day, day, match[0])


def _yesterday_night(match: re.Match[str], calendar: Calendar) -> Meaning:
    return _this_day("last", "night", match[0], calendar)


def _future(match: re.Match[str], calendar: Calendar) -> Meaning:
    words = match[0]
    sentence = f"“{capital(words)}” lies ahead: only days up to today have data."
    return Unresolved(words, sentence)


def _date(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`5 January`, `January 5th 2026`, `2026-01-05`; without a year the newest that has begun."""
    parts = match.groupdict()
    words, year = match[0], parts.get("year")
    month = _MONTH_NAMES[parts["month"]] if not parts["month"].isdigit() else int(parts["month"])
    number = int(parts["day"])
    years = [int(year)] if year else [calendar.today.year, calendar.today.year - 1]
    made = [_made(each, month, number) for each in years]
    days = [day for day in made if day]
    begun = [day for day in days if day <= calendar.today]
    if begun:
        guess = "" if year else f"“{capital(words)}” was read as {dated(begun[0])}."
        return Period(begun[0], begun[0], words, guess=guess)
    if days:
        return Unresolved(words, f"{dated(days[0])} lies ahead: only days up to today have data.")
    return Unresolved(words, f"There is no day “{words}”.")


def _days_of_month(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`from 16 to 22 November`, `November 16 to 22`."""
    end, words = _date(match, calendar), match[0]
    if not isinstance(end, Period) or end.last is None:
        return end
    first = _made(end.last.year, end.last.month, int(match["first"]))
    if first is None:
        return Unresolved(words, f"There is no day “{match['first']}” of that month.")
    whole = _from_to(Period(first, first, words), end, words)
    return replace(whole, guess="") if isinstance(whole, Period) else whole


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _slashed(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`13/1/2026`; which of two small numbers is the month is asked."""
    one, other = int(match["one"]), int(match["other"])
    year = match["year"]
    full_year = calendar.today.year if not year else int(year) + (2000 if len(year) == 2 else 0)
    days = {_made(full_year, one, other), _made(full_year, other, one)} - {None}
    found = sorted(day for day in days if day)
    if len(found) == 1 and found[0] <= calendar.today:
        return Period(found[0], found[0], match[0], guess=f"{match[0]} is {dated(found[0])}.")
    if len(found) == 2:
        meanings = tuple(dated(day) for day in found)
        sentence = f"{match[0]} can be {meanings[0]} or {meanings[1]}; write the month as a word."
        return Unresolved(match[0], sentence, meanings)
    return Unresolved(match[0], f"“{match[0]}” is no day up to today.")


def _month(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`January`, the newest that has begun, or `January 2026`."""
    parts = match.groupdict()
    month, year, words = _MONTH_NAMES[parts["month"]], parts.get("year"), match[0]
    is_begun = month <= calendar.today.month
    number = int(year) if year else calendar.today.year - (0 if is_begun else 1)
    if parts.get("which") == "last" and not year and month == calendar.today.month:
        number -= 1
    first = date(number, month, 1)
    if first > calendar.today:
        sentence = f"{MONTHS[month - 1]} {number} lies ahead: only days up to today have data."
        return Unresolved(words, sentence)
    guess = "" if year else f"{MONTHS[month - 1]} was read as {MONTHS[month - 1]} {number}."
    return Period(first, _last_of_month(number, month), words, guess=guess)


def _year(match: re.Match[str], calendar: Calendar) -> Meaning:
    year = int(match["year"])
    if year > calendar.today.year:
        return Unresolved(match[0], f"{year} lies ahead: only days up to today have data.")
    return Period(date(year, 1, 1), date(year, 12, 31), match[0])


def _quarter(match: re.Match[str], calendar: Calendar) -> Meaning:
    parts = match.groupdict()
    quarter = _QUARTERS[parts["quarter"]]
    month = 3 * quarter - 2
    is_begun = month <= calendar.today.month
    year = int(parts["year"]) if parts["year"] else calendar.today.year - (0 if is_begun else 1)
    first, last = date(year, month, 1), _last_of_month(year, month + 2)
    if first > calendar.today:
        return Unresolved(match[0], f"“{match[0]}” lies ahead: only days up to today have data.")
    note = f"“{capital(match[0])}” was read as {span(first, last)}."
    return Period(first, last, match[0], note=note)


def _season(match: re.Match[str], calendar: Calendar) -> Meaning:
    """Whole months, as weather services count them: spring is March to May."""
    parts = match.groupdict()
    month = _SEASONS[parts["season"]]
    year = int(parts["year"]) if parts["year"] else calendar.today.year
    first = date(year, month, 1)
    while first > calendar.today and not parts["year"]:
        first = first.replace(year=first.year - 1)
    if parts["which"] == "last" and not parts["year"] and _season_end(first) >= calendar.today:
        first = first.replace(year=first.year - 1)
    if first > calendar.today:
        return Unresolved(match[0], f"“{match[0]}” lies ahead: only days up to today have data.")
    last = _season_end(first)
    said = f"“{capital(match[0])}” was read as {span(first, min(last, calendar.today))}."
    return Period(first, last, match[0], guess=said)


def _season_end(first: date) -> date:
    later = first.month + 2
    return _last_of_month(first.year + (later > 12), (later - 1) % 12 + 1)


def _weekday(match: re.Match[str], calendar: Calendar) -> Meaning:
    """`last Tuesday`: the newest before today; `on Tuesday` may be today."""
    parts = match.groupdict()
    number = _day_number(parts)
    back = (calendar.today.isoweekday() - number) % 7
    if back == 0 and parts.get("which") in {"last", "past", "previous"}:
        back = 7
    day = calendar.today - back * DAY
    return Period(day, day, match[0], note=f"{WEEKDAYS[number - 1]} was read as {dated(day)}.")


def _weekdays(match: re.Match[str], calendar: Calendar) -> Meaning:
    return DaysOfWeek((_day_number(match.groupdict()),), match[0])


def _day_number(parts: dict[str, str]) -> int:
    if parts.get("dayname"):
        return _DAY_NAMES[parts["dayname"]]
    return _SHORT_DAYS[parts["short"]]


def _working_days(match: re.Match[str], calendar: Calendar) -> Meaning:
    return DaysOfWeek((1, 2, 3, 4, 5), match[0])


def _weekends(match: re.Match[str], calendar: Calendar) -> Meaning:
    return DaysOfWeek((6, 7), match[0])


def _all_time(match: re.Match[str], calendar: Calendar) -> Meaning:
    return Period(None, None, match[0])


def _lately(match: re.Match[str], calendar: Calendar) -> Meaning:
    first = calendar.today - 27 * DAY
    said = f"“{capital(match[0])}” was read as the last 28 days, {span(first, calendar.today)}."
    return Period(first, calendar.today, match[0], guess=said)


def _rules(*rules: tuple[str, Resolve]) -> Iterator[tuple[re.Pattern[str], Resolve]]:
    for pattern, resolve in rules:
        yield re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), resolve


_RULES = tuple(
    _rules(
        (
            r"(?:last|past|previous|prior|recent) (?P<number>\d{1,4}) "
            rf"(?P<full>full |whole |calendar |complete )?{_UNIT}s?",
            _window,
        ),
        (rf"(?:the )?{_UNIT} before last", _before_last),
        (rf"(?:so far )?(?P<which>this|current) {_UNIT}(?: so far)?", _this_or_last),
        (
            r"(?:(?<!day )(?<!days )(?<!end )(?<!start )(?<!rest )(?<!time ))"
            r"(?:of|in) the (?P<unit>week|month|year)(?! before)",
            _of_the,
        ),
        (r"(?:yesterday|last) (?:night|nights)", _yesterday_night),
        (
            rf"(?P<which>last|past|previous|prior) {_UNIT}(?! score| contributor| activity)",
            _this_or_last,
        ),
        (rf"{_UNIT} to date|ytd|mtd|wtd", _to_date),
        (rf"(?P<number>\d{{1,4}}|a|an|one) {_UNIT}s? ago", _ago),
        (rf"(?:the )?(?:one |{_UNIT} )?next (?:week|month|year|weekend|quarter)", _future),
        (
            r"(?:day after )?tomorrow(?:s)?|tonight|next few days|coming (?:days|weeks|week)",
            _future,
        ),
        (r"(?:the )?day before yesterday|yesterdays?|todays?(?: morning)?", _word_for_day),
        (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", _date),
        (rf"(?:from )?{_FIRST_NTH} {_TO} (?:the )?{_NTH}(?: of)? {_MONTH}{_YEAR}", _days_of_month),
        (rf"(?:from )?{_MONTH} {_FIRST_NTH} {_TO} (?:the )?{_NTH}{_YEAR}", _days_of_month),
        (rf"(?:the )?{_NTH}(?: of)? {_MONTH}{_YEAR}", _date),
        (rf"{_MONTH} (?:the )?{_NTH}{_YEAR}", _date),
        (r"(?P<one>\d{1,2})/(?P<other>\d{1,2})(?:/(?P<year>\d{2}|\d{4}))?", _slashed),
        (rf"(?:q(?P<quarter>[1-4])){_YEAR}", _quarter),
        (rf"(?:the )?(?P<quarter>first|second|third|fourth) quarter{_YEAR}", _quarter),
        (
            rf"(?:(?P<which>this|last|in|during) )?(?P<season>spring|summer|autumn|winter){_YEAR}",
            _season,
        ),
        (rf"(?P<which>this|last) (?P<season>fall){_YEAR}", _season),
        (rf"(?:(?P<which>last|this|past) )?(?!may\b){_MONTH}{_YEAR}", _month),
        (
            r"(?:(?<=in )|(?<=since )|(?<=and )|(?<=vs )|(?<=to )|(?<=during )|(?<=for ))"
            rf"(?P<month>may){_YEAR}",
            _month,
        ),
        (r"(?P<which>last|this) (?P<month>may)", _month),
        (r"(?P<month>may) (?P<year>20\d\d)", _month),
        (
            r"(?:(?<=in )|(?<=of )|(?<=for )|(?<=and )|(?<=vs )|(?<=since )|(?<=during )|(?<=to )"
            r"|(?<=all )|(?<=year )|(?<=before )|(?<=until )|(?<=from )|(?<=with )"
            r"|(?<=between ))(?P<year>20[1-9]\d)",
            _year,
        ),
        (
            r"(?:(?<!than )(?<!over )(?<!above )(?<!below )(?<!under )(?<!least )(?<!most ))"
            r"(?P<year>20[12]\d)(?= \?|$)",
            _year,
        ),
        (rf"(?:every|each|all|an?|usual|which|what) {_DAYNAME}s?", _weekdays),
        (rf"{_DAYNAME}s", _weekdays),
        (rf"(?:(?P<which>last|this|past|previous|on) )?{_DAYNAME}", _weekday),
        (rf"(?P<which>last|this|past|on) {_SHORT}", _weekday),
        (rf"{_NO_GROUP}(?:work|working|week) ?days?|during the week", _working_days),
        (r"weekend ?(?:days?|nights?)|weekends?", _weekends),
        (
            r"(?:of )?all time|ever|all history|on record|in my life|to date|so far|overall"
            r"|(?:since|from) (?:the )?(?:very )?(?:beginning|start)"
            r"|(?:in|over|across|of) (?:all )?(?:of )?my (?:whole |entire |full )?(?:data|history)"
            r"|in total so far",
            _all_time,
        ),
        (r"lately|recently|these days|(?:in )?recent(?:ly)? (?:days|weeks|times)", _lately),
        (
            r"(?:the |and the )?(?P<unit>day|night|week|month|quarter|year) "
            r"(?:before(?: that)?|prior|earlier)(?= \?| vs| and| compared|$)",
            _before_that,
        ),
        (r"(?:the )?(?P<unit>week|month|quarter|year) (?:before that|prior to that)", _before_that),
    )
)


# Phrases that are made of others

_JOINERS = {"and", "to", "until", "till", "through", "thru"}
_INTRODUCTIONS = frozenset(
    [
        "in",
        "on",
        "during",
        "over",
        "for",
        "of",
        "from",
        "within",
        "through",
        "throughout",
        "at",
        "across",
        "the",
        "by",
    ]
)
_COMPARED = {"difference", "compare", "compared", "comparing", "comparison", "differ", "differs"}
_SINCE = {"since", "after", "starting", "beginning"}
_UNTIL = {"until", "till", "before"}


def _joined(words: Sequence[str], single: Sequence[Phrase], calendar: Calendar) -> Iterator[Phrase]:
    rest = list(single)
    while rest:
        phrase = rest.pop(0)
        range_of_both = _range(words, phrase, rest[0]) if rest else None
        if range_of_both:
            rest.pop(0)
            yield range_of_both
        else:
            yield _introduced(words, phrase, calendar)


def _range(words: Sequence[str], phrase: Phrase, following: Phrase) -> Phrase | None:
    """`between January and March`, `5 January to 9 January`."""
    one, other = phrase.meaning, following.meaning
    if not (isinstance(one, Period) and isinstance(other, Period)):
        return None
    between = [word for word in words[phrase.end : following.start] if word != "the"]
    before = words[phrase.start - 1] if phrase.start else ""
    is_apart = bool(_COMPARED & set(words[: phrase.start]))
    is_range = len(between) == 1 and between[0] in _JOINERS and not is_apart
    if not is_range or (between[0] == "and" and before != "between"):
        return None
    start = phrase.start - (before in {"between", "from"})
    text = " ".join(words[start : following.end])
    return Phrase(start, following.end, _from_to(one, other, text))


def _from_to(one: Period, other: Period, words: str) -> Meaning:
    first, last = one.first, other.last
    if first is None or last is None or first > last:
        return Unresolved(
            words, f"“{capital(words)}” ends before it begins; name the first day first."
        )
    guess = " ".join(filter(None, (one.guess, other.guess)))
    return Period(first, last, words, note=f"{capital(words)}: {span(first, last)}.", guess=guess)


def _introduced(words: Sequence[str], phrase: Phrase, calendar: Calendar) -> Phrase:
    """With the small words before it: `over the last week`, `since January`, `until yesterday`."""
    start = phrase.start
    while start and words[start - 1] in _INTRODUCTIONS:
        start -= 1
    before = words[start - 1] if start else ""
    meaning = phrase.meaning
    if not isinstance(meaning, Period) or before not in _SINCE | _UNTIL:
        return replace(phrase, start=start)
    text = " ".join(words[start - 1 : phrase.end])
    return Phrase(start - 1, phrase.end, _open(before, meaning, text, calendar))


def _open(word: str, period: Period, words: str, calendar: Calendar) -> Meaning:
    if period.first is None or period.last is None:
        return replace(period, words=words)
    if word in _UNTIL:
        is_whole = word in {"until", "till"} and not period.is_day
        last = (
            period.last if is_whole or (word != "before" and period.is_day) else period.first - DAY
        )
        return Period(None, last, words, note=f"Up to {dated(last)}.", guess=period.guess)
    first = period.last + DAY if word == "after" else period.first
    if first > calendar.today:
        return Unresolved(words, f"“{capital(words)}” lies ahead: only days up to today have data.")
    note = f"{capital(words)}: {span(first, calendar.today)}."
    return Period(first, calendar.today, words, note=note, guess=period.guess)


def _until_today(meaning: Meaning, calendar: Calendar) -> Meaning:
    """No day after today; a period that would end before it begins is none."""
    if not isinstance(meaning, Period) or meaning.last is None:
        return meaning
    last = min(meaning.last, calendar.today)
    if meaning.first and meaning.first > last:
        return Unresolved(
            meaning.words, f"“{meaning.words}” lies ahead: no day of it has data yet."
        )
    return replace(meaning, last=last)
