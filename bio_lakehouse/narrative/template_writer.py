"""Writes the narrative from templates: same placeholders, same gate, nothing sent anywhere."""

from __future__ import annotations

from bio_lakehouse.english import capital, inner, listed
from bio_lakehouse.narrative.facts import BEFORE, Facts, Statistic
from bio_lakehouse.narrative.gate import MOST_CHARACTERS
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.writer import Narrative

MOST_SINGLED_OUT = 3
MOST_LISTED = 3
MOST_HIGHS = 2
MOST_FINDINGS = 3


class TemplateWriter:
    """The writer that is always there."""

    def write(self, facts: Facts) -> Narrative:
        """What moved first, then the highs, then what was found (or looked for and not found)."""
        draft = draft_of(facts)
        return Narrative("templates", draft, fill(draft, facts), facts.version)


def draft_of(facts: Facts) -> str:
    """The text with placeholders; empty when nothing is known."""
    told_days = [*_unusual(facts), *_highs(facts)]
    paragraphs = [_measures(facts), told_days, _findings(facts)]
    told: list[str] = []
    for sentences in paragraphs:
        fitting: list[str] = []
        for sentence in sentences:
            if (
                len(fill("\n\n".join([*told, " ".join([*fitting, sentence])]), facts))
                <= MOST_CHARACTERS
            ):
                fitting.append(sentence)
        told += [" ".join(fitting)] if fitting else []
    return "\n\n".join(told)


def _measures(facts: Facts) -> list[str]:
    """What moved (else the first that was tested) in a sentence each, the next means in one, then
    training."""
    known = [key for key in facts.topics if f"{key}.week" in facts.values]
    tested = [key for key in known if f"{key}.direction" in facts.values]
    singled_out = [key for key in tested if f"{key}.size" in facts.values][
        :MOST_SINGLED_OUT
    ] or tested[:1]
    others = [key for key in known if key not in singled_out]
    means = [key for key in others if _statistic(facts, key) == "mean"]
    totals = [key for key in others if _statistic(facts, key) == "total"]
    return [
        *(_singled_out(facts, key) for key in singled_out),
        *_means(facts, means[:MOST_LISTED]),
        *_totals(facts, totals[:MOST_LISTED]),
    ]


def _statistic(facts: Facts, key: str) -> Statistic:
    return facts.values[f"{key}.week"].statistic


def _singled_out(facts: Facts, key: str) -> str:
    """`HRV was higher than in the four weeks before: it averaged 61 ms, against 55 ms before
    (…).`"""
    verb = "averaged" if _statistic(facts, key) == "mean" else "came to"
    period = "before" if f"{key}.size" in facts.values else f"in {{{BEFORE}}}"
    before = f", against {{{key}.before}} {period}" if f"{key}.before" in facts.values else ""
    name = capital(_name(facts, key))
    return f"{name} was {{{key}.direction}}: it {verb} {{{key}.week}}{before}{_size(facts, key)}."


def _size(facts: Facts, key: str) -> str:
    parts = [
        f"{{{key}.{part}}}" for part in ("size", "interval") if f"{key}.{part}" in facts.values
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _means(facts: Facts, keys: list[str]) -> list[str]:
    """`Readiness averaged 81 (against 79 before), sleep score 83 and HRV 61 ms.`, or nothing for no
    measures."""
    if not keys:
        return []
    first, *rest = (_listed(facts, key) for key in keys)
    name = _name(facts, keys[0])
    return [f"{listed([f'{capital(name)} averaged {first.removeprefix(name).strip()}', *rest])}."]


def _listed(facts: Facts, key: str) -> str:
    before = f" (against {{{key}.before}} before)" if f"{key}.before" in facts.values else ""
    return f"{_name(facts, key)} {{{key}.week}}{before}"


def _totals(facts: Facts, keys: list[str]) -> list[str]:
    """`You logged 5 workouts, against 3.5 workouts a week in the four weeks before. Output came to
    928 kJ (…).`"""
    return [_total(facts, key) for key in keys]


def _total(facts: Facts, key: str) -> str:
    value, has_before = facts.values[f"{key}.week"], f"{key}.before" in facts.values
    if facts.names_itself(value):
        before = f", against {{{key}.before}} in {{{BEFORE}}}" if has_before else ""
        return f"You logged {{{key}.week}}{before}."
    before = f" (previously {{{key}.before}})" if has_before else ""
    return f"{capital(_name(facts, key))} came to {{{key}.week}}{before}."


def _name(facts: Facts, key: str) -> str:
    return inner(facts.topics[key][0])


def _unusual(facts: Facts) -> list[str]:
    """`Unusually high temperature deviation came on Tuesday and Wednesday: 0.62 to 0.95 °C.`"""
    return [
        f"{{{event}.label}} came on {{{event}.weekday}}: {{{event}.value}}."
        for event in _events(facts, "unusual")
    ]


def _highs(facts: Facts) -> list[str]:
    return [_high(facts, event) for event in _events(facts, "high")[:MOST_HIGHS]]


def _events(facts: Facts, kind: str) -> list[str]:
    """The events of a kind that have a name."""
    named = [value for value in facts.values.values() if value.path.endswith(".label")]
    return [value.event for value in named if value.event.startswith(f"{kind}.")]


def _high(facts: Facts, event: str) -> str:
    rank = f", {{{event}.rank}}" if f"{event}.rank" in facts.values else ""
    return f"{{{event}.label}} was {{{event}.value}} on {{{event}.weekday}}{rank}."


def _findings(facts: Facts) -> list[str]:
    told = [value for value in facts.values.values() if value.path.endswith(".told")]
    found = [value.event for value in told if value.status == "found"]
    others = [value.event for value in told if value.status == "not found"]
    window = "Across {period.window}, " if "period.window" in facts.values else ""
    clauses = [_finding(facts, event) for event in (found or others)[:MOST_FINDINGS]]
    return [window + clauses[0], *clauses[1:]] if clauses else []


def _finding(facts: Facts, event: str) -> str:
    figures = [
        f"{{{event}.{part}}}"
        for part in ("effect", "interval", "n", "q")
        if f"{event}.{part}" in facts.values
    ]
    support = f" ({', '.join(figures)})" if figures else ""
    return f"{{{event}.told}}{support}."
