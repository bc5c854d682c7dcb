"""What changed in what is known since the report of the week before, what that report told that is
different now, and the question that reports follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isclose

import pandas as pd

from bio_lakehouse.gold.measures import MEASURES, compared_with
from bio_lakehouse.gold.schemas import INSIGHTS, WEEK_COMPARISON
from bio_lakehouse.insights import Insight, Plain, table, week_comparison
from bio_lakehouse.insights.finding import Finding
from bio_lakehouse.insights.week_comparison import WeekTest
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.narrative import change_sentences as sentences
from bio_lakehouse.reports.comparison import WEEK, Comparison, compare, workout_weeks
from bio_lakehouse.reports.open_question import Question, asked_before, followed, questions_of
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.reports.told import (
    NO_QUESTION,
    Followed,
    Told,
    ToldFigure,
    ToldFinding,
    finding_key,
    findings_told,
    first_told,
)

MOST_CORRECTIONS = 3
NARROWER = 0.85
"""A finding grew when its interval is at most so much of what it was."""
SAME = 1e-6
"""Of two differences of means that were computed of the same days."""


@dataclass(frozen=True, slots=True)
class WeekBefore:
    """What there is of the week that ends seven days before a report's: whether its page is
    written, what that told when it was first made, and the insights and comparisons as of its last
    day, as they are now (none where they were never made)."""

    day: date
    is_written: bool = False
    told: Told | None = None
    insights: tuple[Insight, ...] = ()
    week_tests: tuple[WeekTest, ...] = ()

    @property
    def findings(self) -> Mapping[str, ToldFinding]:
        """What was known: what its report told, else what is told of its last day now."""
        return self.told.findings if self.told else findings_told(self.insights)

    @property
    def question(self) -> Followed:
        """The question that was followed; of a week without a report the one that it would have
        followed."""
        if self.told:
            return self.told.question
        asked = followed(questions_of(self.insights), NO_QUESTION)
        return asked.followed if asked else NO_QUESTION


@dataclass(frozen=True, slots=True)
class SinceLastWeek:
    """What has changed since the week before, a sentence each; what is told of the question that is
    followed; and the address of the page of the week before beside the report's own, empty where it
    is not written. `followed` is the question that goes on."""

    sentences: tuple[str, ...]
    question: tuple[str, ...]
    link: str
    followed: Followed = NO_QUESTION

    @property
    def title(self) -> str:
        """What it is headed by: of a first report there is nothing but the question."""
        return "Since last week" if self.sentences or self.link else "What cannot be told yet"

    @property
    def is_said(self) -> bool:
        """Whether there is anything to say beside the link."""
        return bool(self.sentences or self.question)


def read_week_before(lake: Lakehouse, user_id: str, day: date) -> WeekBefore:
    """What there is of the week before that up to `day`."""
    before = day - timedelta(WEEK)
    insights = lake.tables.read(INSIGHTS, before, before, user_id)
    tests = lake.tables.read(WEEK_COMPARISON, before, before, user_id)
    return WeekBefore(
        before,
        lake.objects.exists(report_key(user_id, before)),
        first_told(lake, user_id, before),
        tuple(table.from_rows(insights)),
        tuple(week_comparison.from_rows(tests)),
    )


def since_last_week(
    before: WeekBefore | None,
    daily: pd.DataFrame,
    insights: Sequence[Insight],
    plain: Plain,
) -> SinceLastWeek | None:
    """What a report says of the week before; None where there is nothing to say.

    `daily` are one user's rows of gold's daily table, `insights` those as of the report's own day.
    """
    if before is None:
        return None
    questions = questions_of(insights)
    asked = followed(questions, before.question)
    corrected = corrections(before.told, daily, before) if before.told else []
    told = [*corrected, *said_once(list(changes(before, insights, plain)))]
    question = [*_closed(questions, before.question), *_open(asked, before)]
    link = report_key("", before.day).rpartition("/")[2] if before.is_written else ""
    if not (told or question or link):
        return None
    kept = asked.followed if asked else NO_QUESTION
    return SinceLastWeek(tuple(told), tuple(question), link, kept)


def said_once(told: Sequence[str]) -> list[str]:
    """Findings' sentences without the clauses at their ends that one before them ends with too."""
    known, said = set[str](), list[str]()
    for sentence in told:
        begin, _, end = sentence.partition("; ")
        said.append(f"{begin}." if end and end in known else sentence)
        known.add(end)
    return said


def changes(before: WeekBefore, insights: Sequence[Insight], plain: Plain) -> Iterator[str]:
    """A sentence for each finding that came, changed, grew or went; nothing where nothing was known
    before."""
    known = before.findings
    if not known:
        return
    now = {finding_key(one, f.name): (one, f) for one in insights for f in one.findings}
    for key, (insight, finding) in now.items():
        is_found = finding.tested and finding.status == "found"
        said = plain(insight, finding) if is_found else None
        if said:
            yield from _change(known.get(key), finding, said, key == before.question.key)
    for key, was in known.items():
        if was.status == "found" and not _holds(now.get(key)):
            yield sentences.went(was.claim)


def _holds(now: tuple[Insight, Finding] | None) -> bool:
    """Whether what was found still is, or is not tested any more: then nothing is said of it."""
    return now is not None and (now[1].status == "found" or not now[1].tested)


def _change(
    was: ToldFinding | None, finding: Finding, said: str, is_followed: bool
) -> Iterator[str]:
    """What became of a finding that is found now."""
    if was is None or was.status != "found":
        yield sentences.answered(said) if is_followed else sentences.came(said)
    elif _is_beyond(was, finding):
        yield sentences.changed(said)
    elif _has_grown(was, finding):
        yield sentences.grew(said)


def _is_beyond(was: ToldFinding, finding: Finding) -> bool:
    """Whether the effect lies outside the interval that it had; effects of other kinds are not
    held against each other."""
    if was.low is None or was.high is None or finding.effect is None:
        return False
    is_same_kind = finding.effect_name == was.effect_name
    return is_same_kind and not was.low <= finding.effect <= was.high


def _has_grown(was: ToldFinding, finding: Finding) -> bool:
    """Whether more days stand behind it, and its interval is clearly narrower."""
    if was.low is None or was.high is None or finding.interval is None:
        return False
    low, high = finding.interval
    return finding.n > was.n and high - low <= NARROWER * (was.high - was.low)


def corrections(told: Told, daily: pd.DataFrame, before: WeekBefore) -> list[str]:
    """A sentence for each of the first three figures that a report told and that are different now,
    how many more there are, and what it told as moved and is not."""
    days = pd.to_datetime(daily["day"])
    known = daily[days <= pd.Timestamp(before.day)]
    compared = compare(known, compared_with("days"), before.day, before.week_tests)
    week = workout_weeks(known, before.day)[-1]
    means = {one.measure.key: ToldFigure(one.week.mean, one.week.n) for one in compared}
    sums = {
        measure.key: ToldFigure(week.sums[measure.column], week.days_known)
        for measure in compared_with("weeks")
    }
    said = list(_corrected(told.figures, means | sums))
    more = [sentences.more_corrected(len(said) - MOST_CORRECTIONS)]
    named = said[:MOST_CORRECTIONS] + (more if len(said) > MOST_CORRECTIONS else [])
    return [*named, *_moves_corrected(told.moved, compared, before.week_tests)]


def _corrected(told: Mapping[str, ToldFigure], now: Mapping[str, ToldFigure]) -> Iterator[str]:
    for measure in MEASURES:
        if measure.compared is None or measure.key not in told or measure.key not in now:
            continue
        was, found = told[measure.key], now[measure.key]
        if measure.text(was.value) == measure.text(found.value):
            continue
        say = sentences.corrected_mean if measure.compared == "days" else sentences.corrected_sum
        yield say(measure, was.value, was.known, found.value, found.known)


def _moves_corrected(
    told: Sequence[str], compared: Iterable[Comparison], tests: Sequence[WeekTest]
) -> Iterator[str]:
    """What was told as moved and is not, and the other way round, where the tests are of the days
    as they are now."""
    by_measure = {test.measure: test for test in tests}
    for one in compared:
        test = by_measure.get(one.measure.column)
        if test is None or not _is_of_same_days(test, one):
            continue
        if one.measure.key in told and not one.moved:
            yield sentences.moved_no_more(one.measure)
        elif one.moved and one.measure.key not in told:
            yield sentences.moved_after_all(one.measure)


def _is_of_same_days(test: WeekTest, one: Comparison) -> bool:
    if test.difference is None or one.difference is None:
        return False
    return isclose(test.difference, one.difference, rel_tol=SAME, abs_tol=SAME)


def _closed(questions: Sequence[Question], before: Followed) -> list[str]:
    """What is said once of a question that its days have come for, and that was not found."""
    question = asked_before(questions, before)
    if question is None or question.finding.status == "found" or question.is_open:
        return []
    claim, kind = question.finding.claim, question.kind
    return [sentences.not_found_after_all(claim, kind, question.needed)]


def _open(question: Question | None, before: WeekBefore) -> list[str]:
    """What is said of the question that goes on."""
    if question is None:
        return []
    claim, known, needed = question.finding.claim, question.known, question.needed
    if not question.is_looked_at:
        of_groups = "short" in question.finding.values
        return [sentences.too_few_to_look(claim, known, needed, of_groups=of_groups)]
    was = before.findings.get(question.key)
    if was is not None and was.status == "found":
        return [sentences.open_again(question.kind, known, needed, question.window)]
    return [sentences.still_open(claim, question.kind, known, needed, question.window)]
