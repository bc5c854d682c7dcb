"""Claims become sentences: which frame each takes, and what stands in its fields.

Facts are said together only where they are of one kind: of one group of measures, and with the same
standing. What cannot be joined becomes a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from zlib import crc32

from bio_lakehouse.english import listed, with_article
from bio_lakehouse.narrative.claims import Claim, Join, Say
from bio_lakehouse.narrative.facts import (
    DayFact,
    ExtremeFact,
    Facts,
    FindingFact,
    MeasureFact,
    TotalFact,
)
from bio_lakehouse.narrative.frames import Fields, applicable, filled

MOST_IN_A_SENTENCE = 4
OPENING_WORDS = 3
CAPITALS = frozenset({"Oura", "Peloton", "HRV"})
OF_FINDINGS = frozenset({"finding", "not_found"})
BEYOND = {"low": "below", "high": "above"}
EXTREME = {"low": "lowest", "high": "highest"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the kind of its claim, its frame and the form of it, and the ids that it
    tells."""

    text: str
    say: Say
    form: str
    frame: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What a sentence is to be made of: a form of frames and their fields."""

    name: str
    fields: Fields


def text_of(claims: Sequence[Claim], facts: Facts) -> str:
    """The text of claims: paragraphs with an empty line between them."""
    return "\n\n".join(map(_paragraph, told(claims, facts)))


def _paragraph(sentences: Sequence[Sentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def told(claims: Sequence[Claim], facts: Facts) -> list[list[Sentence]]:
    """The sentences of claims that are complete, in paragraphs: findings stand in their own."""
    sentences: list[Sentence] = []
    version = facts.version
    for claim in claims:
        for ids in _together(claim, facts):
            form = FORMS[claim.say](ids, claim.join, facts, sentences)
            frame = _frame(form, claim.emphasis, version, sentences)
            text = filled(frame, form.fields)
            sentences.append(Sentence(text, claim.say, form.name, frame, ids))
    return [list(part) for _, part in groupby(sentences, lambda one: one.say in OF_FINDINGS)]


def _frame(form: Form, emphasis: int, version: str, before: Sequence[Sentence]) -> str:
    """The frame wanted most among those that begin like no sentence before; decided by the claim's
    emphasis, its place and the facts' version alone."""
    place = crc32(f"{version} {len(before)}".encode())
    frames = _by_emphasis(applicable(form.name, form.fields), emphasis, place)
    used = {_opening(sentence.frame) for sentence in before}
    return next((frame for frame in frames if _opening(frame) not in used), frames[0])


def _by_emphasis(frames: Sequence[str], emphasis: int, place: int) -> Sequence[str]:
    """Frames in the order in which they are wanted: from the plainest, from the fullest, or with
    emphasis 1 from one of those between, so that letters of different weeks differ."""
    if emphasis == 1 and len(frames) > 2:
        between = frames[1:-1]
        start = place % len(between)
        return [*between[start:], *between[:start], frames[0]]
    return frames[::-1] if emphasis else frames


def _opening(frame: str) -> str:
    """How a frame begins: a text in which each sentence begins alike reads like a list."""
    return " ".join(frame.split()[:OPENING_WORDS])


def _together(claim: Claim, facts: Facts) -> Iterator[tuple[str, ...]]:
    """The ids of a claim, by the sentences in which they are told."""
    kind_of = partial(KIND_OF[claim.say], facts)
    most = MOST_TOGETHER.get(claim.say, MOST_IN_A_SENTENCE)
    if claim.join == "new sentence" and claim.say not in ALWAYS_LISTED:
        most = 1
    by_kind: dict[Hashable, list[str]] = {}
    for one in claim.ids:
        by_kind.setdefault(kind_of(one), []).append(one)
    for ids in by_kind.values():
        for start in range(0, len(ids), most):
            yield tuple(ids[start : start + most])


ALWAYS_LISTED = frozenset({"not_found", "count"})
MOST_TOGETHER: Mapping[Say, int] = {"finding": 1, "story": 1, "not_found": 20, "count": 20}


def _measure(facts: Facts, one: str) -> MeasureFact:
    return next(measure for measure in facts.measures if measure.id == one)


def _total(facts: Facts, one: str) -> TotalFact:
    return next(total for total in facts.totals if total.id == one)


def _day(facts: Facts, one: str) -> DayFact:
    return next(day for day in facts.days if day.id == one)


def _finding(facts: Facts, one: str) -> FindingFact:
    return next(finding for finding in facts.findings if finding.id == one)


def _extreme(of: Sequence[ExtremeFact], one: str) -> ExtremeFact:
    return next(extreme for extreme in of if extreme.id == one)


def _kind_of_level(facts: Facts, one: str) -> Hashable:
    measure = _measure(facts, one)
    return measure.group, one if measure.few else ""


def _kind_of_comparison(facts: Facts, one: str) -> Hashable:
    measure = _measure(facts, one)
    return measure.group, measure.standing, one if is_tiny(measure) else ""


def is_tiny(measure: MeasureFact) -> bool:
    """Whether a measure moved by less than its figures show."""
    return measure.standing == "moved" and measure.week == measure.before


def _kind_of_day(facts: Facts, one: str) -> Hashable:
    day = _day(facts, one)
    return day.kind, (day.weekdays, day.side) if day.kind == "unusual" else ""


KIND_OF: Mapping[Say, Callable[[Facts, str], Hashable]] = {
    "level": _kind_of_level,
    "compare": _kind_of_comparison,
    "high": lambda facts, one: _extreme(facts.highs, one).group,
    "low": lambda facts, one: _extreme(facts.lows, one).group,
    "finding": lambda _, one: one,
    "not_found": lambda facts, one: _finding(facts, one).status,
    "count": lambda *_: "",
    "day": _kind_of_day,
    "story": lambda _, one: one,
}
"""What facts must have in common to be told in one sentence."""


def _level(ids: Sequence[str], join: Join, facts: Facts, _: Sequence[Sentence]) -> Form:
    measures = [_measure(facts, one) for one in ids]
    first = measures[0]
    if len(measures) == 1:
        return Form(_level_alone(first), fields_of_measure(first))
    if len(measures) == 2:
        name = "level while level" if join == "while" else "two levels"
        return Form(name, _of_two(*map(fields_of_measure, measures)))
    return Form("levels", _of_first(first) | {"items": _after_first(measures, LEVEL_ITEM)})


LEVEL_ITEM = "a level among several"


def _level_alone(measure: MeasureFact) -> str:
    if measure.known == 1:
        return "level of one day"
    return "level of few days" if measure.few else "level"


def fields_of_measure(measure: MeasureFact) -> dict[str, str]:
    """What a frame can say of a measure."""
    known = "" if measure.known == measure.of else str(measure.known)
    return {
        "name": measure.name,
        "subject": with_article(measure.name),
        "was": verb(measure.name, "was", "were"),
        "is": verb(measure.name, "is", "are"),
        "week": measure.week,
        "before": measure.before or "",
        "known": known,
        "direction": measure.direction or "",
        "size": measure.size or "",
    }


def verb(name: str, one: str, many: str) -> str:
    """The verb's form by its subject: `steps were`, `readiness was`."""
    is_many = name.endswith("s") and not name.endswith("ss")
    return many if is_many else one


def _of_first(measure: MeasureFact) -> dict[str, str]:
    fields = fields_of_measure(measure)
    return {
        "first": fields["subject"],
        "first_week": fields["week"],
        "first_before": fields["before"],
    }


def _of_two(first: Fields, second: Fields) -> dict[str, str]:
    return {
        "first": first["subject"],
        "first_week": first["week"],
        "first_before": first["before"],
        "second": second["subject"],
        "second_week": second["week"],
        "second_before": second["before"],
    }


def _after_first(measures: Sequence[MeasureFact], form: str) -> str:
    return listed([_item(form, fields_of_measure(measure)) for measure in measures[1:]])


def _item(form: str, fields: Fields) -> str:
    """A part of a sentence: the fullest frame of its form."""
    return filled(applicable(form, fields)[-1], fields)


def _compare(ids: Sequence[str], join: Join, facts: Facts, _: Sequence[Sentence]) -> Form:
    measures = [_measure(facts, one) for one in ids]
    if len(measures) == 1:
        return Form(_compare_alone(measures[0]), fields_of_measure(measures[0]))
    if measures[0].standing == "moved":
        return _moved(measures, join)
    none = "neither" if len(measures) == 2 else "none"
    number = "two" if len(measures) == 2 else "several"
    items = {"items": _after_first(measures, "one as usual among several"), "none": none}
    return Form(f"compare {number} as usual", _of_first(measures[0]) | items)


def _compare_alone(measure: MeasureFact) -> str:
    if is_tiny(measure):
        return "compare what moved by less than its last digit"
    if measure.standing == "moved":
        return "compare what moved"
    return "compare the same" if measure.week == measure.before else "compare as usual"


def _moved(measures: Sequence[MeasureFact], join: Join) -> Form:
    items = [_item("one that moved among several", fields_of_measure(one)) for one in measures]
    apart = len({measure.direction for measure in measures}) > 1
    if join == "while" and apart and len(items) == 2:
        return Form("compare two that moved apart", {"first": items[0], "second": items[1]})
    return Form("compare several that moved", {"items": clauses(items)})


def clauses(parts: Sequence[str]) -> str:
    """`a`, `a, and b`, `a, b, and c`: parts that have verbs."""
    return f"{', '.join(parts[:-1])}, and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _count(ids: Sequence[str], _: Join, facts: Facts, __: Sequence[Sentence]) -> Form:
    totals = [_total(facts, one) for one in ids]
    lead = next((total for total in totals if total.counted), None)
    sums = [total for total in totals if total is not lead]
    if lead is not None:
        name = "count with sums" if sums else "count"
        return Form(name, fields_of_total(lead) | _sums(sums))
    if len(sums) == 1:
        return Form("sum", fields_of_total(sums[0]))
    items = [_item("a sum among several", fields_of_total(total)) for total in sums]
    return Form("sums", {"items": clauses(items)})


def fields_of_total(total: TotalFact) -> dict[str, str]:
    """What a frame can say of a sum."""
    return {"subject": total.name, "week": total.week, "before": total.before or ""}


def _sums(sums: Sequence[TotalFact]) -> dict[str, str]:
    before = [total.before.removesuffix(" a week") for total in sums if total.before]
    return {
        "sums": listed([total.week for total in sums]),
        "sums_before": listed(before) if len(before) == len(sums) else "",
    }


def _high(ids: Sequence[str], _: Join, facts: Facts, __: Sequence[Sentence]) -> Form:
    highs = [fields_of_extreme(_extreme(facts.highs, one)) for one in ids]
    if len(highs) > 1:
        items = [_item("a high among several", fields) for fields in highs]
        return Form("highs", {"items": clauses(items)})
    return Form("high since" if highs[0]["since"] else "high", highs[0])


def _low(ids: Sequence[str], _: Join, facts: Facts, __: Sequence[Sentence]) -> Form:
    lows = [fields_of_extreme(_extreme(facts.lows, one)) for one in ids]
    if len(lows) > 1:
        items = [_item("a low among several", fields) for fields in lows]
        return Form("lows", {"items": clauses(items)})
    return Form("low", lows[0])


def fields_of_extreme(extreme: ExtremeFact) -> dict[str, str]:
    """What a frame can say of a high or a low."""
    return {
        "name": extreme.name,
        "subject": with_article(extreme.name),
        "was": verb(extreme.name, "was", "were"),
        "value": extreme.value,
        "weekdays": listed(extreme.weekdays),
        "since": extreme.since,
    }


def _days(ids: Sequence[str], _: Join, facts: Facts, __: Sequence[Sentence]) -> Form:
    days = [_day(facts, one) for one in ids]
    if days[0].kind == "unusual":
        return _unusual(days)
    if len(days) == 1:
        return Form("day outside", fields_of_day(days[0]))
    by_day: dict[tuple[str, ...], list[DayFact]] = {}
    for day in days:
        by_day.setdefault(day.weekdays, []).append(day)
    return Form("days outside", {"items": "; ".join(map(_outside_on_a_day, by_day.values()))})


def _outside_on_a_day(days: Sequence[DayFact]) -> str:
    first, *others = map(fields_of_day, days)
    parts = [_item("the first of a day outside", first)]
    parts += [_item("another of a day outside", fields) for fields in others]
    return _item("a day outside among several", first | {"items": listed(parts)})


def _unusual(days: Sequence[DayFact]) -> Form:
    fields = [fields_of_day(day) for day in days]
    if len(days) == 1:
        return Form("unusual day" if fields[0]["value"] else "unusual days", fields[0])
    if all(one["value"] for one in fields) and len({(d.weekdays, d.side) for d in days}) == 1:
        items = listed([_item("one of the same day", one) for one in fields])
        return Form("unusual on the same day", fields[0] | {"items": items})
    items = clauses([_item("an unusual day among several", one) for one in fields])
    return Form("unusual on several days", {"items": items})


def fields_of_day(day: DayFact) -> dict[str, str]:
    """What a frame can say of days that stood out; `value` is empty where they differ."""
    each = [f"{on} ({value})" for on, value in zip(day.weekdays, day.values, strict=True)]
    is_one_value = len(set(day.values)) == 1
    return {
        "name": day.name,
        "subject": with_article(day.name),
        "was": verb(day.name, "was", "were"),
        "side": day.side,
        "an": verb(day.name, "an", ""),
        "weekdays": listed(day.weekdays),
        "value": day.values[0] if is_one_value else "",
        "days": listed(each),
        "band": day.band,
        "beyond": BEYOND[day.side],
        "extreme": EXTREME[day.side],
    }


def _found(ids: Sequence[str], _: Join, facts: Facts, before: Sequence[Sentence]) -> Form:
    earlier_ids = [one for earlier in before if earlier.say == "finding" for one in earlier.ids]
    told_before = [_finding(facts, one).sentence for one in earlier_ids]
    sentence = _said_once(_finding(facts, ids[0]).sentence, told_before)
    fields = {"sentence": sentence, "told": _within(sentence), "window": facts.window}
    if any(earlier.say == "finding" for earlier in before):
        return Form("next finding", fields)
    return Form("first finding" if facts.window else "finding", fields)


def _said_once(sentence: str, told_before: Sequence[str]) -> str:
    """A finding's sentence; what stands after its semicolon is not said in full again."""
    head, mark, tail = sentence.rpartition(";")
    known = {earlier.rpartition(";")[2] for earlier in told_before if ";" in earlier}
    return f"{head}; the same holds here." if mark and tail in known else sentence


def _within(sentence: str) -> str:
    """A sentence as it stands after a comma or colon: without its capital, where that is no
    name's."""
    first = sentence.split(maxsplit=1)[0].removesuffix("’s").removesuffix("'s")
    if first in CAPITALS or (first.isupper() and len(first) > 1):
        return sentence
    return sentence[:1].lower() + sentence[1:]


def _not_found(ids: Sequence[str], _: Join, facts: Facts, before: Sequence[Sentence]) -> Form:
    findings = [_finding(facts, one) for one in ids]
    fields = {"subjects": clauses(list(subjects(findings))), "window": facts.window}
    if findings[0].status == "not enough data":
        return Form("not enough data", fields)
    if any(earlier.say in OF_FINDINGS for earlier in before):
        return Form("not found", fields)
    return Form("not found, first", fields)


def subjects(findings: Iterable[FindingFact]) -> Iterator[str]:
    """What was looked for, as noun phrases; what differs in its last part alone is listed once."""
    items: dict[str, list[str]] = {}
    for finding in findings:
        counted = f" ({finding.counted})" if finding.counted else ""
        items.setdefault(finding.looked_for, []).append(f"{finding.item}{counted}")
    for looked_for, of in items.items():
        yield f"{looked_for} {listed(of, last='or')}"


def _story(_: Sequence[str], __: Join, facts: Facts, ___: Sequence[Sentence]) -> Form:
    return Form("story", {"sentence": facts.story.sentence if facts.story else ""})


FORMS: Mapping[Say, Callable[[Sequence[str], Join, Facts, Sequence[Sentence]], Form]] = {
    "level": _level,
    "compare": _compare,
    "high": _high,
    "low": _low,
    "finding": _found,
    "not_found": _not_found,
    "count": _count,
    "day": _days,
    "story": _story,
}
