"""Writes the narrative from templates: same placeholders, same gate, nothing sent anywhere."""

from __future__ import annotations

from bio_lakehouse.narrative.facts import BEFORE, Facts
from bio_lakehouse.narrative.gate import MOST_CHARACTERS
from bio_lakehouse.narrative.placeholders import fill
from bio_lakehouse.narrative.report_sentences import capital
from bio_lakehouse.narrative.writer import Narrative

MOST_MEASURES = 4
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
    paragraphs = [_measures(facts), _highs(facts), _findings(facts)]
    told: list[str] = []
    for sentences in paragraphs:
        fitting: list[str] = []
        for sentence in sentences:
            if len(fill("\n\n".join([*told, " ".join([*fitting, sentence])]), facts)) <= MOST_CHARACTERS:
                fitting.append(sentence)
        told += [" ".join(fitting)] if fitting else []
    return "\n\n".join(told)


def _measures(facts: Facts) -> list[str]:
    known = [key for key in facts.topics if f"{key}.week" in facts.values]
    return [_measure(facts, key) for key in known[:MOST_MEASURES]]


def _measure(facts: Facts, key: str) -> str:
    name, values = capital(facts.topics[key][0]), facts.values
    verb = {"mean": "averaged", "total": "came to a total of", "other": "came to"}[values[f"{key}.week"].statistic]
    if f"{key}.size" in values:
        before = f", against {{{key}.before}} before" if f"{key}.before" in values else ""
        return f"{name} was {{{key}.direction}}: it {verb} {{{key}.week}}{before} ({{{key}.size}})."
    before = f", against {{{key}.before}} in {{{BEFORE}}}" if f"{key}.before" in values else ""
    direction = f", and was {{{key}.direction}}" if f"{key}.direction" in values else ""
    return f"{name} {verb} {{{key}.week}}{before}{direction}."


def _highs(facts: Facts) -> list[str]:
    events = [value.event for value in facts.values.values() if value.path.endswith(".label")]
    return [_high(facts, event) for event in events[:MOST_HIGHS]]


def _high(facts: Facts, event: str) -> str:
    rank = f", and is {{{event}.rank}}" if f"{event}.rank" in facts.values else ""
    return f"{{{event}.label}} was {{{event}.value}} on {{{event}.weekday}}{rank}."


def _findings(facts: Facts) -> list[str]:
    told = [value for value in facts.values.values() if value.path.endswith(".told")]
    found = [value.event for value in told if value.status == "found"]
    others = [value.event for value in told if value.status == "not found"]
    window = "Across {period.window}, " if "period.window" in facts.values else ""
    clauses = [_finding(facts, event) for event in (found or others)[:MOST_FINDINGS]]
    return [window + clauses[0], *clauses[1:]] if clauses else []


def _finding(facts: Facts, event: str) -> str:
    figures = [f"{{{event}.{part}}}" for part in ("effect", "interval", "n", "q") if f"{event}.{part}" in facts.values]
    support = f" ({', '.join(figures)})" if figures else ""
    return f"{{{event}.told}}{support}."
