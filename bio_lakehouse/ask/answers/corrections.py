"""A person's own corrections of answers: first a candidate, and once they have verified it a
verified question of theirs.

They lie in the lake as text that a person can read, a file a user. Nothing makes them again, so a
backup holds them. A correction is used for its question, in words that differ from it by nothing
that carries meaning; the days of its time phrase are those of the question that is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError

from bio_lakehouse.ask.answers.statement_shape import shape_of
from bio_lakehouse.ask.plan import Circumstances, Plan
from bio_lakehouse.ask.planning import planner, time_phrases, words
from bio_lakehouse.ask.planning.time_phrases import Calendar, Meaning, Period, Unresolved
from bio_lakehouse.ask.semantics.semantic_model import SemanticModel, VerifiedQuestion
from bio_lakehouse.engines.guard import check
from bio_lakehouse.errors import QueryError, StoreError
from bio_lakehouse.lake.home import QUESTIONS
from bio_lakehouse.lake.objects import place_of
from bio_lakehouse.settings import WEEKDAYS

if TYPE_CHECKING:
    from bio_lakehouse.lake.lakehouse import Lakehouse

FILE = "verified.yaml"
LOCK = "questions"
FIRST, LAST = "{first}", "{last}"
HEAD = "# Answers that were corrected; `bio-lakehouse ask corrections` lists them.\n"
DATE = re.compile(r"(?:\bDATE\s*)?'(\d{4}-\d{2}-\d{2})'", re.I)
GOES_ON = re.compile(r"(?:and|or|but|also|same|what about|how about|now|then)\b", re.I)
"""How a question begins that goes on from the one before it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A question with the SQL that a person says is right.

    `sql` holds `{first}` and `{last}` where the question's time phrase has its days. Where it does
    not, `first` and `last` are the only days that it answers for.
    """

    id: str
    question: str
    sql: str
    made_on: date
    state: Literal["candidate", "verified"] = "candidate"
    verified_on: date | None = None
    first: date | None = None
    last: date | None = None

    @property
    def days(self) -> tuple[date, date] | None:
        """The days of its question as it was made."""
        return (self.first, self.last) if self.first and self.last else None

    @property
    def is_fixed(self) -> bool:
        """Whether it names days of its own, so that it is right for these alone."""
        return bool(DATE.search(self.sql))


def read(lake: Lakehouse, user_id: str) -> tuple[Correction, ...]:
    """A user's corrections, oldest first.

    `StoreError` for a file that is not as it was written: it is theirs, and nothing makes it again.
    """
    import yaml

    key = key_of(user_id)
    if not lake.objects.exists(key):
        return ()
    content = lake.objects.get(key)
    try:
        said = yaml.safe_load(content.decode("utf-8")) or []
        return tuple(TypeAdapter(list[Correction]).validate_python(said))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(
            f"{place_of(lake.objects, key)} is not as it was written: correct it, take it from a "
            "backup, or move it away"
        ) from error


def key_of(user_id: str) -> str:
    """Where among the lake's objects a user's corrections lie."""
    return f"{QUESTIONS}/{user_id}/{FILE}"


def proposed(question: str, sql: str, circumstances: Circumstances) -> Correction:
    """A candidate: its days are taken out of `sql` where these are its time phrase's.

    QueryError for a question that means something only after another one.
    """
    if not words.tokens(question):
        raise QueryError("There is no question: say in words what this SQL answers.")
    if GOES_ON.match(question.strip()) or _is_unclear(question, circumstances):
        raise QueryError(
            "This question says what it means only together with another one: say it in full, with "
            "its figure and its days."
        )
    if FIRST in sql or LAST in sql:
        raise QueryError(
            f"{FIRST} and {LAST} stand for the days of a question once it is kept: write the days "
            "themselves, such as DATE '2026-11-16'."
        )
    first, last = _days(question, circumstances)
    template = _template(sql.strip().rstrip(";"), first, last)
    name = hashlib.sha256(f"{question}\0{sql}".encode()).hexdigest()[:8]
    return Correction(name, question, template, circumstances.today, first=first, last=last)


def propose(lake: Lakehouse, user_id: str, correction: Correction) -> None:
    """Keep a candidate; one of the same name is there once, and stays verified where it was."""
    from bio_lakehouse.lake.locks import exclusively

    with exclusively(lake, LOCK):
        known = read(lake, user_id)
        if any(one.id == correction.id and one.state == "verified" for one in known):
            return
        others = [one for one in known if one.id != correction.id]
        _write(lake, user_id, [*others, correction])


def verify(lake: Lakehouse, user_id: str, name: str, today: date) -> Correction:
    """Say that a candidate is right; an earlier one of the same question gives way to it."""
    from bio_lakehouse.lake.locks import exclusively

    with exclusively(lake, LOCK):
        known = read(lake, user_id)
        verified = replace(_named(known, name), state="verified", verified_on=today)
        same = words.tokens(verified.question)
        others = [
            one
            for one in known
            if one.id != name and (one.state == "candidate" or words.tokens(one.question) != same)
        ]
        _write(lake, user_id, [*others, verified])
    return verified


def forget(lake: Lakehouse, user_id: str, name: str) -> Correction:
    """Drop a correction, verified or not."""
    from bio_lakehouse.lake.locks import exclusively

    with exclusively(lake, LOCK):
        known = read(lake, user_id)
        gone = _named(known, name)
        _write(lake, user_id, [one for one in known if one.id != name])
    return gone


def matching(
    question: str,
    known: Sequence[Correction],
    model: SemanticModel,
    circumstances: Circumstances,
) -> Plan | None:
    """The verified correction whose question this is, with the days that are asked for; the newest
    where there are several."""
    usable = [one for one in known if _is_usable(one, circumstances)]
    found = planner.verified(question, model, circumstances, as_verified(usable))
    if found is None or _is_of_one_day_alone(found):
        return None
    known_tables = {dataset.full_name for dataset in model.datasets.values()}
    try:
        return replace(found, shape=shape_of(check(found.sql, known_tables)))
    except QueryError:
        # What can no longer be run is told where it is run, and nothing else answers instead.
        return found


def as_verified(known: Sequence[Correction]) -> list[VerifiedQuestion]:
    """Those that are verified, as the model's own questions are; the newest first."""
    return [
        VerifiedQuestion(one.question, one.sql, "you", one.verified_on or one.made_on)
        for one in reversed(known)
        if one.state == "verified"
    ]


def _is_usable(one: Correction, circumstances: Circumstances) -> bool:
    """Whether it is verified, and right for the days that its own question means today."""
    if one.state != "verified":
        return False
    return not one.is_fixed or _days(one.question, circumstances) == (one.first, one.last)


def _is_of_one_day_alone(found: Plan) -> bool:
    """Whether SQL that has a place for one day would have to answer for several."""
    if found.covers is None or found.covers[0] == found.covers[1]:
        return False
    first = f"{found.covers[0]}"
    return first in found.sql and f"{found.covers[1]}" not in found.sql


def _named(known: Sequence[Correction], name: str) -> Correction:
    found = next((one for one in known if one.id == name), None)
    if found is None:
        raise QueryError(
            f"There is no correction {name}; `bio-lakehouse ask corrections` lists those there are."
        )
    return found


def _write(lake: Lakehouse, user_id: str, corrections: Sequence[Correction]) -> None:
    """All of a user's corrections, whole or not at all, their owner's alone."""
    import yaml

    text = HEAD + yaml.safe_dump(
        [_plain(one) for one in corrections], sort_keys=False, allow_unicode=True, width=100
    )
    lake.objects.put(key_of(user_id), text.encode())


def _plain(correction: Correction) -> dict[str, object]:
    return {name: value for name, value in asdict(correction).items() if value is not None}


def _template(sql: str, first: date | None, last: date | None) -> str:
    """`sql` with placeholders where all the days that it names are its question's."""
    if first is None or last is None or set(DATE.findall(sql)) != {f"{first}", f"{last}"}:
        return sql
    return DATE.sub(lambda found: FIRST if found[1] == f"{first}" else LAST, sql)


def _days(question: str, circumstances: Circumstances) -> tuple[date | None, date | None]:
    """The first and last day of a question's one time phrase; None where it has none."""
    meanings = _meanings(question, circumstances)
    periods = [meaning for meaning in meanings if isinstance(meaning, Period)]
    return (periods[0].first, periods[0].last) if len(periods) == 1 else (None, None)


def _is_unclear(question: str, circumstances: Circumstances) -> bool:
    """Whether a time phrase of it names no days, such as `the week before`."""
    return any(isinstance(one, Unresolved) for one in _meanings(question, circumstances))


def _meanings(question: str, circumstances: Circumstances) -> list[Meaning]:
    ends_on = WEEKDAYS.index(circumstances.week_ends_on) + 1
    phrases = time_phrases.find(words.tokens(question), Calendar(circumstances.today, ends_on))
    return [phrase.meaning for phrase in phrases]
