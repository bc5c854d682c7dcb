"""What is asked of Claude for a report: the rules and the facts, and on a second try the gate's
objections."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bio_lakehouse.claude.access import ClaudeAccess
from bio_lakehouse.claude.request import Request, body_of, request_of, text_block
from bio_lakehouse.narrative.facts import Facts
from bio_lakehouse.narrative.gate import MOST_CHARACTERS, Objection
from bio_lakehouse.narrative.vocabulary import IDIOMS, VOCABULARY

SYSTEM = f"""You write the short text at the top of a person's weekly report about their own body \
data from an Oura ring and Peloton workouts. You are given named values as JSON. You choose what \
to tell and in which order; the values themselves are put in by code, and a strict checker reads \
your text before anyone else does.

Placeholders
- A leaf of "values" is named by its path in braces: values → readiness_score → week is \
{{readiness_score.week}}. "shown" is the text that will stand there, with its unit, and "is" what \
it means.
- Every figure, date, weekday, direction and finding is a placeholder. Never write a digit, a \
number in words (one, once, half, both, several, most, none), a weekday, a month, or a word for \
more, less, up, down, better, worse, steady or usual.
- A direction stands after "was" or a comma: was {{readiness_score.direction}}. A weekday stands \
after "on", a date after a preposition, {{….days}} after "for", "from" or "of".
- Put each figure in a clause with the name of its measure ("names" lists how measures may be \
called), one measure a clause. Never speak of a measure in a sentence without a placeholder of it. \
“You logged {{workout_count.week}}” needs no name.
- Begin a new clause for another measure with “, and”, “, while” or a full stop, never with \
“with”, “from”, “which”, a colon, a dash or a bracket: these would tie the two together. Never set \
one measure against another.
- {{….before}} needs {{period.before}} or "before" in its clause; it is never the week or day \
before. {{….week}} with statistic mean is an average, with statistic total a total.
- An {{….interval}} comes right after its {{….size}} or {{….effect}}.
- Values under "high" stand beside {{high.….label}}, those under "unusual" beside \
{{unusual.….label}}, those under "finding" beside {{finding.….told}}, and are not mixed. These \
three are phrases: they name the measure themselves, and no article stands before them.
- Only what is measured there is of the night, of the morning, of the ring or of the bike.
- No two placeholders without a word or comma between them; no letter, sign or digit touching a \
placeholder.

What may be said
- Describe. Never say or hint why something happened, give advice, judge, or speak of health and \
illness. What was not found is told only by its placeholder. A sentence without a placeholder \
states nothing.
- Plain sentences that end in a full stop, one to three paragraphs with an empty line between \
them, at most {MOST_CHARACTERS} characters once filled. No headings, lists, markup, quotation \
marks, question or exclamation marks.
- Use only the words below, the phrases below and the names of the measures.

Vocabulary
{" ".join(sorted(VOCABULARY))}

Phrases
{"; ".join(sorted(" ".join(idiom) for idiom in IDIOMS))}

Example
Here is the week at a glance. Readiness averaged {{readiness_score.week}}, against \
{{readiness_score.before}} in {{period.before}}, and was {{readiness_score.direction}}. \
{{high.hrv_rmssd_ms.label}} came on {{high.hrv_rmssd_ms.weekday}}: {{high.hrv_rmssd_ms.value}}.

Across {{period.window}}, {{finding.sleep_readiness_next_day.told}} \
({{finding.sleep_readiness_next_day.effect}}, {{finding.sleep_readiness_next_day.interval}}).

Refused, and why
- HRV rose to {{hrv_rmssd_ms.week}}. A direction in words; write: HRV averaged \
{{hrv_rmssd_ms.week}} and was {{hrv_rmssd_ms.direction}}.
- With workouts at {{workout_count.week}}, HRV was {{hrv_rmssd_ms.direction}}. Ties two measures \
together; write two sentences.
- Readiness and sleep averaged {{readiness_score.week}} and {{sleep_score.week}}. Two measures in \
a clause; write: Readiness averaged {{readiness_score.week}}, and sleep averaged \
{{sleep_score.week}}.
- The week before, HRV averaged {{hrv_rmssd_ms.before}}. Another time than the four weeks; write: \
In {{period.before}}, HRV averaged {{hrv_rmssd_ms.before}}.
- Your {{high.hrv_rmssd_ms.label}} came on Thursday. The phrase has its article, and the weekday \
is a placeholder.
- HRV averaged {{hrv_rmssd_ms.week}} ({{hrv_rmssd_ms.interval}}). The interval is that of \
{{hrv_rmssd_ms.size}}.

Answer with the text alone."""


def prompt_of(
    facts: Facts, access: ClaudeAccess, refused: str = "", objections: Sequence[Objection] = ()
) -> Request:
    """The first request; with `refused`, that of the second try, which shows what was objected to.

    The rules are long enough to be cached and shared by the reports of a household; the facts are
    what a second try reads from the cache.
    """
    content = [text_block(json.dumps(facts.as_json(), ensure_ascii=False), cached=True)]
    if objections:
        listed = "\n".join(f"- {objection}" for objection in objections)
        again = f"The checker refused this text:\n\n{refused}\n\nIts objections:\n{listed}"
        content.append(text_block(f"{again}\n\nWrite again."))
    return request_of(access, SYSTEM, content)


def egress(facts: Facts, access: ClaudeAccess) -> str:
    """The body of the first request, to the byte; nothing is sent.

    A second request, if the gate refuses the first text, sends the same and beside it that text and
    the objections.
    """
    return body_of(prompt_of(facts, access))
