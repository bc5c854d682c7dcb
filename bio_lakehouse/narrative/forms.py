"""The forms of sentences: what a part of a claim is told as, and what stands in the fields."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bio_lakehouse.english import listed, with_article
from bio_lakehouse.narrative.claims import Join, Say
from bio_lakehouse.narrative.facts import (
    DayFact,
    ExtremeFact,
    Facts,
    FindingFact,
    MeasureFact,
    TotalFact,
)
from bio_lakehouse.narrative.frames import Fields, applicable, filled

CAPITALS = frozenset({"Oura", "Peloton", "HRV"})
OF_FINDINGS = frozenset({"finding", "not_found"})
BEYOND = {"low": "below", "high": "above"}
EXTREME = {"low": "lowest", "high": "highest"}
AnyFact = TypeVar("AnyFact", MeasureFact, TotalFact, ExtremeFact, DayFact, FindingFact)


@dataclass(frozen=True, slots=True)
class Part:
    """What one sentence tells: ids of facts of one kind, how they stand together, and the kinds and
    ids of what the sentences before it said."""

    facts: Facts
    ids: tuple[str, ...]
    join: Join
    said: tuple[tuple[Say, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a sentence is made of: a form of frames and their fields."""

    name: str
    fields: Fields


def _by_id(facts: Sequence[AnyFact], one: str) -> AnyFact:
    return next(fact for fact in facts if fact.id == one)


def _kind_of_level(facts: Facts, one: str) -> Hashable:
    measure = _by_id(facts.measures, one)
    return measure.group, one if measure.few else ""


def _kind_of_comparison(facts: Facts, one: str) -> Hashable:
    measure = _by_id(facts.measures, one)
    return measure.group, measure.standing, one if is_tiny(measure) else ""


def is_tiny(measure: MeasureFact) -> bool:
    """Whether a measure moved by less than its figures show."""
    return measure.standing == "moved" and measure.week == measure.before


def _kind_of_day(facts: Facts, one: str) -> Hashable:
    day = _by_id(facts.days, one)
    return day.kind, (day.weekdays, day.side) if day.kind == "unusual" else ""


KIND_OF: Mapping[Say, Callable[[Facts, str], Hashable]] = {
    "level": _kind_of_level,
    "compare": _kind_of_comparison,
    "high": lambda facts, one: _by_id(facts.highs, one).group,
    "low": lambda facts, one: _by_id(facts.lows, one).group,
    "finding": lambda _, one: one,
    "not_found": lambda facts, one: _by_id(facts.findings, one).status,
    "count": lambda *_: "",
    "day": _kind_of_day,
    "story": lambda _, one: one,
}
"""What facts must have in common to be told in one sentence."""


def _level(part: Part) -> Form:
    measures = [_by_id(part.facts.measures, one) for one in part.ids]
    first = measures[0]
    if len(measures) == 1:
        return Form(_level_alone(first), fields_of_measure(first))
    if len(measures) == 2:
        name = "level while level" if part.join == "while" else "two levels"
        return Form(name, _of_two(*map(fields_of_measure, measures)))
    items = {"items": _after_first(measures, "a level among several")}
    return Form("levels", _of_first(first) | items)


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


def _compare(part: Part) -> Form:
    measures = [_by_id(part.facts.measures, one) for one in part.ids]
    if len(measures) == 1:
        return Form(_compare_alone(measures[0]), fields_of_measure(measures[0]))
    if measures[0].standing == "moved":
        return _moved(measures, part.join)
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


def _count(part: Part) -> Form:
    totals = [_by_id(part.facts.totals, one) for one in part.ids]
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


def _high(part: Part) -> Form:
    highs = [fields_of_extreme(_by_id(part.facts.highs, one)) for one in part.ids]
    if len(highs) > 1:
        items = [_item("a high among several", fields) for fields in highs]
        return Form("highs", {"items": clauses(items)})
    return Form("high since" if highs[0]["since"] else "high", highs[0])


def _low(part: Part) -> Form:
    lows = [fields_of_extreme(_by_id(part.facts.lows, one)) for one in part.ids]
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


def _days(part: Part) -> Form:
    days = [_by_id(part.facts.days, one) for one in part.ids]
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


def _found(part: Part) -> Form:
    facts = part.facts
    told_before = [
        _by_id(facts.findings, one).sentence for say, one in part.said if say == "finding"
    ]
    sentence = _said_once(_by_id(facts.findings, part.ids[0]).sentence, told_before)
    fields = {"sentence": sentence, "told": _within(sentence), "window": facts.window}
    if told_before:
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


def _not_found(part: Part) -> Form:
    findings = [_by_id(part.facts.findings, one) for one in part.ids]
    fields = {"subjects": clauses(list(subjects(findings))), "window": part.facts.window}
    if findings[0].status == "not enough data":
        return Form("not enough data", fields)
    is_first = not any(say in OF_FINDINGS for say, _ in part.said)
    return Form("not found, first" if is_first else "not found", fields)


def subjects(findings: Iterable[FindingFact]) -> Iterator[str]:
    """What was looked for, as noun phrases; what differs in its last part alone is listed once."""
    items: dict[str, list[str]] = {}
    for finding in findings:
        counted = f" ({finding.counted})" if finding.counted else ""
        items.setdefault(finding.looked_for, []).append(f"{finding.item}{counted}")
    for looked_for, of in items.items():
        yield f"{looked_for} {listed(of, last='or')}"


def _story(part: Part) -> Form:
    story = part.facts.story
    return Form("story", {"sentence": story.sentence if story else ""})


FORMS: Mapping[Say, Callable[[Part], Form]] = {
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
