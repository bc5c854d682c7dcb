"""What is said of findings: plain functions of the figures of a row.

Nothing here says why. What was looked for and not found is named with what remains possible, and
what is only described is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bio_lakehouse.english import capital, count, dated, listed, long_day, span
from bio_lakehouse.gold.measures import MEASURES, Measure
from bio_lakehouse.insights.rules import (
    MINIMUM_TREND_DAYS,
    MONTH,
    MONTH_NEEDS,
    NIGHT_AFTER,
    NINE_DAYS,
    OUTPUT_STEP,
    SLEEP_STEP,
    has_moved,
)
from bio_lakehouse.insights.sentences import probability
from bio_lakehouse.narrative.newest_day_sentences import (
    LOW_RISK,
    rule_of_readiness,
    workouts_of_three_days,
)
from bio_lakehouse.numbers import effect_text, number_text
from bio_lakehouse.terminal import visible

Row = Mapping[str, Any]
NEXT_DAY = "readiness of the next day"
MOST_IN_A_SENTENCE = 4
FOUND_AT = 0.05
VS_REST = "_vs_rest"
ALIKE = "On days alike in other ways"
NONE_IS_BEST = (
    "No kind of workout is shown to be best: each is tested against rest, and none against another."
)
NO_TREND_TEST = (
    "That is described and not tested: no test of a trend that is known here keeps its error rate "
    "over such days."
)
R_NAMES = {"next_day": "Pearson r", "output": "Spearman ρ"}
"""The correlation that a finding describes as recorded, by its name."""
OBJECTIONS = {
    NINE_DAYS: "it is there only with nine days in a row",
    NIGHT_AFTER: "it hardly stands out from the night after, which cannot matter",
}


def found(row: Row) -> str:
    """What went with what, by how many points, with its interval and what it stands on."""
    points = float(row["points"])
    return f"{_with_what(row, points)} ({_evidence(row)})"


def _with_what(row: Row, points: float) -> str:
    finding, size = str(row["finding"]), _points(points)
    if finding == "high_vs_low":
        median = row.get("median_output_kj")
        split = "" if median is None else f" (above {number_text(median)} kJ)"
        return f"{size} after a high output{split} than after a low one"
    if finding == "output":
        return f"{size} for every {number_text(OUTPUT_STEP)} kJ more output"
    if finding.endswith(VS_REST):
        return f"{size} after {kind_of(finding)} than after rest"
    return f"{size} for every {number_text(SLEEP_STEP)} points more sleep score"


def _points(points: float) -> str:
    """`4.5 points higher`."""
    way = "higher" if points > 0 else "lower"
    return f"{number_text(abs(points), 1)} points {way}"


def kind_of(finding: str) -> str:
    """`bike bootcamp` of `bike_bootcamp_vs_rest`."""
    return visible(finding.removesuffix(VS_REST).replace("_", " "))


def _evidence(row: Row) -> str:
    q = [] if row["q"] is None else [probability(row["q"])]
    return "; ".join([f"95 % interval {_sizes(row)}", _counted(row), *q])


def _counted(row: Row) -> str:
    if row["insight"] == "sleep_readiness":
        return count(row["n"], "pair of days", "pairs of days")
    return count(row["n"], "day")


def _sizes(row: Row) -> str:
    """The interval as sizes of the difference that is told: `2.6 to 6.4`."""
    low, high = float(row["points_low"]), float(row["points_high"])
    ends = (low, high) if float(row["points"]) > 0 else (-high, -low)
    return " to ".join(number_text(end, 1) for end in ends)


def not_found(row: Row) -> str:
    """What was looked for and not found, what is possible all the same, and why it is not told
    where its interval alone would tell it."""
    parts = [_counted(row)]
    if row["points_low"] is not None and row["points_high"] is not None:
        ends = f"{_points(row['points_low'])} to {_points(row['points_high'])}"
        parts.append(f"anything from {ends} remains possible")
    if row["q"] is not None:
        parts.append(probability(row["q"]))
    return f"{subject(row)} ({'; '.join([*parts, *_objection(row)])})"


def _objection(row: Row) -> list[str]:
    low, high, q = row["points_low"], row["points_high"], row["q"]
    if q is None:
        return []
    if q <= FOUND_AT:
        return [OBJECTIONS[row["objection"]]] if row.get("objection") in OBJECTIONS else []
    is_apart = low is not None and high is not None and low * high > 0
    return ["it does not stand out among all that was tested"] if is_apart else []


def subject(row: Row) -> str:
    """What a finding is about, as one of those that were looked for."""
    finding = str(row["finding"])
    if finding == "high_vs_low":
        return "a difference after a high and a low output"
    if finding == "output":
        return "a relation with output"
    if finding.endswith(VS_REST):
        return f"a difference between {kind_of(finding)} and rest"
    return "a relation with the sleep score of the day before"


def too_few(row: Row) -> str:
    """`walking (5 of 8 days)`."""
    finding = str(row["finding"])
    name = kind_of(finding) if finding.endswith(VS_REST) else "output"
    name = "the sleep score" if row["insight"] == "sleep_readiness" else name
    return f"{name} ({row['n']} of {row['needed']} days)"


def same_morning(row: Row) -> str:
    """Sleep and readiness of the same morning: described, as one contains the other."""
    if not _has_r(row):
        return "Of the same morning nothing can be said."
    return (
        f"Of the same morning Pearson r is {effect_text(row['effect'])} ({_r_interval(row)}, "
        f"{_counted(row)}), shown and not tested: readiness contains the night, so the two are "
        "partly the same measurement."
    )


def _has_r(row: Row) -> bool:
    return all(row[name] is not None for name in ("effect", "interval_low", "interval_high"))


def _r_interval(row: Row) -> str:
    low, high = (effect_text(row[f"interval_{end}"]) for end in ("low", "high"))
    return f"95 % interval {low} to {high}"


def correlation(row: Row) -> str:
    """The correlation behind the points, and the one of the days as they were recorded."""
    if not _has_r(row) or row["finding"] not in R_NAMES:
        return ""
    recorded, name = row.get("as_recorded"), R_NAMES[row["finding"]]
    raw = "" if recorded is None else f"; as recorded {name} is {effect_text(recorded)}, not tested"
    what = "output" if row["finding"] == "output" else "the sleep score"
    return (
        f"As a correlation with {what}: partial r is {effect_text(row['effect'])} "
        f"({_r_interval(row)}){raw}."
    )


def relation(rows: Sequence[Row], *, with_r: bool = False) -> str:
    """All findings that were asked for, the found ones first."""
    told = _by_status(rows)
    window = span(rows[0]["window_first_day"], rows[0]["window_last_day"])
    sentences: list[str] = []
    if told["found"]:
        parts = [found(row) for row in told["found"]]
        sentences.append(f"{ALIKE}, {window}, {NEXT_DAY} was {listed(parts)}.")
    if told["not found"]:
        parts = [not_found(row) for row in told["not found"]]
        first = f"{ALIKE}, {window}, looked for and not found in {NEXT_DAY}"
        opening = "Looked for and not found" if sentences else first
        sentences.append(f"{opening}: {listed(parts)}.")
    if told["not enough data"]:
        parts = [too_few(row) for row in told["not enough data"]]
        sentences.append(f"Not enough days to look yet: {listed(parts)}.")
    sentences += map(_described, told["described"])
    if with_r:
        sentences += [correlation(row) for row in told["found"] + told["not found"]]
    return " ".join(filter(None, sentences))


def _described(row: Row) -> str:
    if row["finding"] == "same_day":
        return same_morning(row)
    return f"Of {subject(row)} nothing can be told apart from weekday and other conditions."


def _by_status(rows: Sequence[Row]) -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = {
        status: [] for status in ("found", "not found", "not enough data", "described")
    }
    for row in rows:
        is_whole = all(row[name] is not None for name in ("points", "points_low", "points_high"))
        status = str(row["status"])
        told["described" if status == "found" and not is_whole else status].append(row)
    return told


def best_workout(rows: Sequence[Row], bounds: str) -> str:
    """What was tested of each kind against rest, and the groups as they were."""
    tested = [_as_finding(row) for row in rows if row["against_rest"] is not None]
    against_rest = relation(tested) if tested else "None of these kinds has a finding yet."
    groups = [_group(row) for row in rows if row["avg_next_day_readiness"] is not None]
    described = ""
    if groups:
        head = f"Where it is known, on all days on record {bounds}".rstrip()
        described = f"{head}, described and not tested, {NEXT_DAY} averaged {listed(groups)}."
    return " ".join(filter(None, (NONE_IS_BEST, against_rest, described)))


def _as_finding(row: Row) -> Row:
    return (
        dict(row)
        | {"status": row["against_rest"]}
        | dict.fromkeys(("effect", "interval_low", "interval_high"))
    )


def _group(row: Row) -> str:
    mean = number_text(row["avg_next_day_readiness"], 1)
    days = count(row["days_with_next_day"], "day")
    return f"{mean} after {visible(str(row['workout_type']))} ({days})"


def measure_of(column: str) -> Measure | None:
    """The register's entry of a measure; None for what has none."""
    return next((one for one in MEASURES if one.key == column), None)


def name_of(column: str) -> str:
    """What a measure is called within a sentence."""
    measure = measure_of(column)
    return measure.in_sentence if measure else column.replace("_", " ")


def months(row: Row) -> str:
    """Two months side by side, described and not tested."""
    name, write = capital(name_of(row["measure"])), _writer(row["measure"])
    last_days, first_days = row["last_month_days"], row["first_month_days"]
    if row["known_days"] < MINIMUM_TREND_DAYS or _share_days(row):
        known = f"{row['known_days']} of {MINIMUM_TREND_DAYS}"
        return f"{name}: not enough days for two months side by side ({known} are known)."
    if min(last_days, first_days) < MONTH_NEEDS:
        known = f"{last_days} and {first_days} days known"
        return f"{name}: not enough days in one of two months ({known}, {MONTH_NEEDS} are needed)."
    ends_on = row["last_from"] + timedelta(days=MONTH - 1)
    return (
        f"{name} averaged {write(row['last_month'])} in the {MONTH} days up to {dated(ends_on)} "
        f"({last_days} known), and {write(row['first_month'])} in the {MONTH} days from "
        f"{dated(row['first_from'])} ({first_days} known)."
    )


def _share_days(row: Row) -> bool:
    first, last = row["first_from"], row["last_from"]
    return bool(first + timedelta(days=MONTH) > last)


def _writer(column: str) -> Callable[[float | None], str]:
    measure = measure_of(column)
    if measure is None:
        return lambda value: "–" if value is None else number_text(value, 1)
    return measure.of_many_days.mean_text


def moved(row: Row) -> bool:
    """Whether a week is said to have moved, as its report says."""
    low, high = row["interval_low"], row["interval_high"]
    interval = None if low is None or high is None else (low, high)
    return has_moved(row["p"], row["q"], interval)


def week_of(row: Row, difference: float) -> str:
    """`3 points higher (95 % interval +1 to +5)`."""
    measure = measure_of(row["measure"])
    way = "higher" if difference > 0 else "lower"
    if measure is None:
        return f"{number_text(abs(difference), 1)} {way}"
    finer = measure if measure.form == "hours" else measure.of_many_days
    size = finer.size_text(abs(difference), 0.0)
    ends = [finer.end_of_interval(row[f"interval_{end}"]) for end in ("low", "high")]
    points = " points" if measure.is_score else ""
    return f"{size}{points} {way} (95 % interval {ends[0]} to {ends[1]})"


def trend(rows: Sequence[Row]) -> str:
    """Months side by side, what that does not show, and the newest week."""
    is_described = any(map(_is_described, rows))
    tested = NO_TREND_TEST if is_described else ""
    return " ".join(filter(None, [*map(months, rows), tested, _trend_weeks(rows)]))


def _is_described(row: Row) -> bool:
    """Whether both months have days enough and none in common."""
    fewest = min(row["last_month_days"], row["first_month_days"])
    is_enough = fewest >= MONTH_NEEDS and row["known_days"] >= MINIMUM_TREND_DAYS
    return is_enough and not _share_days(row)


def _trend_weeks(rows: Sequence[Row]) -> str:
    """Whether the newest week of the measures moved; empty where no week was compared."""
    weeks = [row | {"difference": row["week_difference"]} for row in map(dict, rows)]
    compared = [row for row in weeks if _is_compared(row)]
    if not compared:
        return ""
    return week_sentence(compared, compared[0]["week_ends_on"])


def fitness(rows: Sequence[Row]) -> str:
    """Training load and what rests beside it; fitness itself is measured by nothing here."""
    return f"Fitness itself is not measured here; what is known stands beside it. {trend(rows)}"


def week(rows: Sequence[Row]) -> str:
    """What moved in the newest week, and what was looked for and did not."""
    compared = [row for row in rows if _is_compared(row)]
    unknown = [name_of(row["measure"]) for row in rows if not _is_compared(row)]
    few = f" Too few days are known of {listed(unknown)}." if unknown else ""
    if not compared:
        return f"The week up to {dated(rows[0]['day'])} cannot be compared.{few}"
    return week_sentence(compared, rows[0]["day"]) + few


def _is_compared(row: Row) -> bool:
    return all(row[name] is not None for name in ("difference", "interval_low", "interval_high"))


def week_sentence(rows: Sequence[Row], day: date) -> str:
    """What moved in the week up to a day, and what was looked for and not found to have."""
    head = f"In the week {span(day - timedelta(days=6), day)}, against the four weeks before,"
    told = [_moved_by(row) for row in rows if moved(row)]
    still = _unmoved([row for row in rows if not moved(row)])
    parts = [f"{listed(told)}: that stands out."] if told else []
    opening = (
        "looked for and not found to stand out" if still and not told else "Not found to stand out"
    )
    parts += [f"{opening}: {still}."] if still else []
    return f"{head} {' '.join(parts)}"


def _unmoved(rows: Sequence[Row]) -> str:
    """Measures with what is possible of each; of many their names, as the table has the rest."""
    if len(rows) > MOST_IN_A_SENTENCE:
        names = listed([name_of(row["measure"]) for row in rows])
        return f"{names}; the table has the interval of each"
    return listed([_moved_by(row) for row in rows])


def _moved_by(row: Row) -> str:
    return f"{name_of(row['measure'])} {week_of(row, row['difference'])}"


def seen(rows: Sequence[Row]) -> str:
    """What the newest day's rule saw, and how often in the days before."""
    newest = rows[0]
    day = long_day(newest["day"])
    guidance = str(newest["risk_guidance"] or _why_no_level(newest))
    score = newest["readiness_score"]
    value = "" if score is None else f" Readiness is {score}{_against(newest)}."
    trained, level = newest["workouts_last_3_days"], newest["overtraining_risk"]
    days = f" {capital(workouts_of_three_days(trained))}."
    if level not in (None, LOW_RISK) and not trained:
        days = f" {rule_of_readiness(level, trained)}"
    return f"Seen on {day}: {guidance}{value}{days} {_levels(rows)}"


def _why_no_level(row: Row) -> str:
    if row["readiness_score"] is None:
        return "The readiness of the day is not known."
    return "No level can be given, as a day or a workout that decides it is not known."


def _against(row: Row) -> str:
    change = row["readiness_vs_3day"]
    if change is None:
        return ""
    way = "above" if change > 0 else "below"
    size = number_text(abs(change), 1)
    return f", {size} {way} the mean of what is known of the three days before"


def _levels(rows: Sequence[Row]) -> str:
    """On how many of the newest days the rule gave which level."""
    levels = [str(row["overtraining_risk"] or "unknown").removesuffix("_risk") for row in rows]
    named = [
        f"{level} on {count(levels.count(level), 'day')}"
        for level in ("high", "moderate", "low", "unknown")
        if level in levels
    ]
    return f"The level that the lake's rule gave, up to then: {listed(named)}."


def readiness_months(row: Row) -> str:
    """Readiness of the last and the first month, as the newest finding describes them."""
    last, first = row["readiness_last_month"], row["readiness_first_month"]
    if last is None or first is None:
        return ""
    return (
        f"Readiness averaged {number_text(last, 1)} in the month up to {dated(row['months_as_of'])}"
        f" and {number_text(first, 1)} in the first month looked at: described and not tested."
    )


def advice(row: Row) -> str:
    """What the lake's rules recommend for a day, and by what."""
    day = long_day(row["day"])
    intensity = row["recommended_intensity"]
    if intensity is None:
        return f"For {day} no rule can say: readiness or sleep is not known."
    known = f"readiness {row['readiness_score']}" + (
        "" if row["sleep_score"] is None else f", sleep score {row['sleep_score']}"
    )
    text = str(row["recommendation_text"] or "").rstrip(".")
    guidance = str(row["risk_guidance"] or "").strip()
    return f"By the lake's rules for {day} ({known}): {text}. {guidance}".strip()
