"""The answer of a question whether something holds: what its findings carry, and what they do not.

Only of a self-experiment may a sentence say that one thing changed another: there the lake itself
drew what was done when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from bio_lakehouse.ask.claims import finding_sentences as sentences
from bio_lakehouse.ask.claims.claim_kinds import Claim, Kind
from bio_lakehouse.ask.claims.findings import bounds_text, claim_of, untested_sentence
from bio_lakehouse.ask.plan import Plan
from bio_lakehouse.english import capital, count, dated, listed, long_day
from bio_lakehouse.gold.schemas import BASELINE_COLUMNS, BASELINES
from bio_lakehouse.insights.rules import MINIMUM_GROUP
from bio_lakehouse.numbers import number_text
from bio_lakehouse.terminal import visible

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
Told = tuple[str, tuple[str, ...]]
FEW_DAYS = MINIMUM_GROUP
"""Days below which a group is said to be small: fewer than a comparison of groups needs."""
MOST_SMALL_NAMED = 6
OLD_DAYS = 8
"""Days after which findings are said to be old: a report is made every week."""

WENT_TOGETHER = (
    "This is what went together; which of them came from the other, or both from something else, "
    "these days cannot tell. An experiment of your own can: `bio-lakehouse experiment start`."
)
CONTAINS_ACTIVITY = "Oura's readiness itself counts the activity of the day before."
NO_CLEARANCE = (
    "Nothing here measures overtraining itself: this is what was seen, it is no all-clear and no "
    "diagnosis."
)
LOAD_IS_NO_FITNESS = "Training load says how much was done, not how fit that left you."
NOT_WORTH_TELLING = "no forecast is told, as past ones were not clearly better than simple rules."
STANDS_OUT = "A day that stands out is a day to look at, not a finding about what was behind it."
A_RULE = "This is a rule over readiness and sleep, not something that was tested on you."
BUILD = "`bio-lakehouse report` builds them."
NOT_BUILT = "No insights are built yet up to {today}"


def told(plan: Plan, rows: pa.Table) -> Told:
    """The sentence of a plan of `findings.plan` over its rows, and the caveats that belong to it.

    Raises ValueError for a plan that is none of them.
    """
    claim = claim_of(plan)
    if claim is None:
        raise ValueError("this plan asks for no findings")
    records = rows.to_pylist()
    if not records:
        is_tried = claim.kind == "tried"
        nothing = _dated_text(NOTHING.get(claim.kind, ""), _today(plan))
        return untested_sentence(claim) if is_tried else nothing, ()
    return TELLERS[claim.kind](claim, rows, records, _today(plan))


def _dated_text(text: str, today: date) -> str:
    """What there may be of later days is not said to be missing."""
    return text.replace("{today}", dated(today))


def _today(plan: Plan) -> date:
    return date.fromisoformat(str(plan.intent["today"]))


NOTHING: Mapping[Kind, str] = {
    "relation": f"{NOT_BUILT}, so nothing was looked for. {BUILD}",
    "best workout": "No workout is on record that fits this.",
    "overtraining": "No day of the last two weeks is on record, so nothing was seen.",
    "trend": "Nothing is on record of what is asked about.",
    "fitness": "Neither training load nor heart rate is on record.",
    "week": f"No week up to {{today}} is compared yet. {BUILD}",
    "experiment": (
        "There is no experiment of yours on record. One is begun with `bio-lakehouse experiment "
        "start`; its result is told after its planned end and not before."
    ),
    "tomorrow": f"No forecast is made yet. {BUILD}",
    "forecast worth": f"No forecast is made yet. {BUILD}",
    "unusual": f"{NOT_BUILT}, so no days were held against others. {BUILD}",
    "advice": "No day is on record that a recommendation could be made for.",
}


def _relation(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    asked = [row for row in records if _is_asked(row, claim)]
    missing = _kinds_missing(claim, records)
    caveats = [*missing, *_not_tested(claim)]
    if not asked:
        return " ".join(missing) or _dated_text(NOTHING["relation"], today), tuple(
            _not_tested(claim)
        )
    sentence = sentences.relation(asked, with_r=claim.is_correlation)
    kinds = [finding for _, finding in claim.looked_up if finding.endswith(sentences.VS_REST)]
    if len(kinds) > 1:
        sentence = f"{sentences.NONE_IS_BEST} {sentence}"
    if any(row["status"] == "found" for row in asked):
        caveats.append(WENT_TOGETHER)
    if any(row["insight"] != "sleep_readiness" for row in asked):
        caveats.append(CONTAINS_ACTIVITY)
    return sentence, (*caveats, _as_of(records, today))


def _is_asked(row: Row, claim: Claim) -> bool:
    pairs = {(str(row["insight"]), ""), (str(row["insight"]), str(row["finding"]))}
    return bool(pairs & set(claim.looked_up))


def _kinds_missing(claim: Claim, records: Sequence[Row]) -> list[str]:
    there = {(str(row["insight"]), str(row["finding"])) for row in records}
    asked = [pair for pair in claim.looked_up if pair[1].endswith(sentences.VS_REST)]
    missing = [
        sentences.kind_of(finding) for pair in asked if pair not in there for finding in pair[1:]
    ]
    if not missing:
        return []
    return [f"No day with {listed(missing)} is among the days that were looked at."]


def _not_tested(claim: Claim) -> list[str]:
    if not claim.untested:
        return []
    return [f"{capital(listed(claim.untested))}: not tested here, so nothing is said of it."]


def _as_of(records: Sequence[Row], today: date) -> str:
    """As of which day the findings hold, and how to have newer ones where that is long ago."""
    day: date = max(row["day"] for row in records if row["day"])
    if (today - day).days < OLD_DAYS:
        return f"As of {dated(day)}."
    return f"As of {dated(day)}: later days were not looked at. `bio-lakehouse report` looks again."


def _best_workout(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    bounds = bounds_text(claim)
    caveats = [WENT_TOGETHER, CONTAINS_ACTIVITY]
    is_tested = any(row["against_rest"] is not None for row in records)
    if is_tested and bounds:
        caveats.append("The tests are over all days looked at, not only those asked about.")
    small = small_groups_of(records, "workout_type", "days_with_next_day")
    as_of = [_as_of(records, today)] if is_tested else [_dated_text(f"{NOT_BUILT}. {BUILD}", today)]
    return sentences.best_workout(records, bounds), (*small, *caveats, *as_of)


def _overtraining(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    from bio_lakehouse.reports.load_state import state_text

    loaded = next((row for row in records if row["state"]), None)
    load = state_text(dict(loaded)) if loaded else "Training load is not known of these days."
    parts = (sentences.seen(records), load, sentences.readiness_months(records[0]))
    return " ".join(filter(None, parts)), (NO_CLEARANCE,)


def _trend(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    ordered = sorted(records, key=lambda row: _place(claim, row))
    there = {row["measure"] for row in records}
    missing = [sentences.name_of(column) for column in claim.columns if column not in there]
    caveats = [f"Nothing is known of {listed(missing)}."] if missing else []
    if claim.kind == "fitness":
        return sentences.fitness(ordered), (*caveats, LOAD_IS_NO_FITNESS)
    return sentences.trend(ordered), tuple(caveats)


def _place(claim: Claim, row: Row) -> int:
    column = str(row["measure"])
    return claim.columns.index(column) if column in claim.columns else -1


def _week(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    told_of = "A week moved where the difference is larger than the days' own ups and downs."
    return sentences.week(records), (told_of,)


def _experiment(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    newest = records[0]
    if newest["narrative"]:
        return str(newest["narrative"]), ()
    earlier = [row for row in records[1:] if row["narrative"]]
    return _without_result(newest, today), tuple(str(row["narrative"]) for row in earlier[:1])


def _without_result(row: Row, today: date) -> str:
    """Why an experiment has no result: it was stopped, it goes on, or nobody made one yet."""
    from bio_lakehouse.insights.self_experiment import is_told

    name = f"“{visible(str(row['name']))}”"
    begun = f"begun {dated(row['first_day'])}"
    if row["was_stopped"]:
        return f"{name}, {begun}, was stopped early; of such an experiment no result is told."
    analysed_on = row["analysed_on"]
    if analysed_on is not None and analysed_on <= today:
        is_kept = is_told(analysed_on, today)
        keeps = "; `bio-lakehouse report` adds it to the lake" if is_kept else ""
        return (
            f"{name}, {begun}, is over: its result may be told from {dated(analysed_on)} on, but "
            "it is not in this lake yet. `bio-lakehouse experiment result` tells it, or what it "
            f"lacks{keeps}."
        )
    ends = f", {dated(analysed_on)}" if analysed_on else ""
    return (
        f"{name} has no result: {row['unit_kind']} {row['unit']} of {row['units']} is the newest "
        f"on record, {begun}. A result is told after the planned end{ends}, and not before."
    )


def _tomorrow(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    from bio_lakehouse.insights import readiness_forecast, tomorrow

    made, row = readiness_forecast.from_rows(rows)[-1], records[-1]
    stale = f"The newest forecast was made on {dated(row['day'])}, not today."
    caveats = () if row["day"] == today else (stale,)
    if not made.beats_all and made.mean_error is not None and made.is_today_known:
        return f"{capital(long_day(made.day))}: {NOT_WORTH_TELLING}", (_missed(row), *caveats)
    missed = (_missed(row),) if made.beats_all else ()
    return capital(tomorrow.expected(made)), (*caveats, *missed)


def _forecast_worth(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    row = records[-1]
    if row["mean_error"] is None:
        n, needed = row["past_forecasts"], row["needed"]
        return f"Not enough past forecasts to judge them by: {n} of {needed}.", ()
    rules = zip(BASELINES, BASELINE_COLUMNS, strict=True)
    simple = [f"{number_text(row[column], 1)} for {name}" for name, column in rules]
    worth = (
        "the forecasts were better than all"
        if row["beats_all"]
        else "they were not found to be better than all"
    )
    return f"{_missed(row)} Simple rules missed by {listed(simple)}: {worth} of these.", ()


def _missed(row: Row) -> str:
    return (
        f"{count(row['past_forecasts'], 'past forecast')} made this way missed by "
        f"{number_text(row['mean_error'], 1)} points on average."
    )


def _unusual(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    narratives = " ".join(str(row["narrative"]) for row in records)
    return narratives, (STANDS_OUT, _as_of(records, today))


def _advice(claim: Claim, rows: pa.Table, records: Sequence[Row], today: date) -> Told:
    day = records[0]["day"]
    stale = () if day == today else (f"The newest day on record is {dated(day)}, not today.",)
    return sentences.advice(records[0]), (*stale, A_RULE)


Teller = Callable[[Claim, "pa.Table", Sequence[Row], date], Told]
TELLERS: Mapping[Kind, Teller] = {
    "relation": _relation,
    "best workout": _best_workout,
    "overtraining": _overtraining,
    "trend": _trend,
    "fitness": _trend,
    "week": _week,
    "experiment": _experiment,
    "tomorrow": _tomorrow,
    "forecast worth": _forecast_worth,
    "tried": _experiment,
    "unusual": _unusual,
    "advice": _advice,
}


def small_groups_of(
    records: Sequence[Row], named: str, counted: str, noun: str = ""
) -> tuple[str, ...]:
    """Which rows stand for few days or workouts, with how many: `walking (only 3 days)`; `named`
    and `counted` are the columns of a group and of its count, `noun` is what that counts."""
    unit = noun or ("workout" if "workouts" in counted else "day")
    small = [
        (visible(str(row[named])), int(row[counted]))
        for row in records
        if isinstance(row[counted], int) and 0 < row[counted] < FEW_DAYS and row[named] is not None
    ]
    if not small:
        return ()
    parts = [f"{name} (only {count(n, unit)})" for name, n in small[:MOST_SMALL_NAMED]]
    more = len(small) - len(parts)
    others = [f"{more} more"] if more > 0 else []
    return (f"Few to go by: {listed([*parts, *others])}.",)
