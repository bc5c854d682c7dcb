"""The statements that read findings, one a kind of question, in Athena's SQL.

Each reads the newest day that has what is asked for, up to the day that it is asked on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bio_lakehouse.ask.claims.claim_kinds import WORKOUT_RECOVERY, Claim
from bio_lakehouse.insights.rules import MONTH, WINDOW_DAYS

RISK_DAYS = 14

RELATION = """
SELECT
    claim,
    status,
    COALESCE(
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference') AS double),
        CAST(json_extract_scalar(finding_values, '$.adjusted_per') AS double)
    ) AS points,
    COALESCE(
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference_low') AS double),
        CAST(json_extract_scalar(finding_values, '$.adjusted_per_low') AS double)
    ) AS points_low,
    COALESCE(
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference_high') AS double),
        CAST(json_extract_scalar(finding_values, '$.adjusted_per_high') AS double)
    ) AS points_high,
    n,
    n_eff,
    q,
    needed,
    effect_name,
    effect,
    interval_low,
    interval_high,
    CAST(json_extract_scalar(finding_values, '$.raw_effect') AS double) AS as_recorded,
    CAST(json_extract_scalar(finding_values, '$.median_output_kj') AS double) AS median_output_kj,
    json_extract_scalar(finding_values, '$.objections[0]') AS objection,
    insight,
    finding,
    window_first_day,
    window_last_day,
    day,
    narrative
FROM gold.insights
WHERE day = (SELECT max(day) FROM gold.insights WHERE day <= DATE '{today}')
  AND ({findings})
ORDER BY {first}insight DESC, position
"""

BEST_WORKOUT = """
WITH done AS (
    SELECT DISTINCT workouts.day, lower(trim(workouts.fitness_discipline)) AS workout_type
    FROM silver.peloton_workouts AS workouts
    WHERE workouts.day <= DATE '{today}'
      AND workouts.fitness_discipline IS NOT NULL
),
groups AS (
    SELECT
        done.workout_type,
        count(*) AS days,
        avg(same_day.readiness_score) AS avg_readiness,
        avg(day_after.readiness_score) AS avg_next_day_readiness,
        count(day_after.readiness_score) AS days_with_next_day
    FROM done
    LEFT JOIN gold.daily_readiness_performance AS same_day
        ON same_day.day = done.day
    LEFT JOIN gold.daily_readiness_performance AS day_after
        ON day_after.day = date_add('day', 1, done.day){condition}
    GROUP BY done.workout_type
),
tested AS (
    SELECT
        insight,
        finding,
        json_extract_scalar(finding_values, '$.type') AS workout_type,
        status,
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference') AS double) AS points,
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference_low') AS double)
            AS points_low,
        CAST(json_extract_scalar(finding_values, '$.adjusted_difference_high') AS double)
            AS points_high,
        n,
        needed,
        q,
        window_first_day,
        window_last_day,
        day
    FROM gold.insights
    WHERE insight = 'workout_recovery'
      AND day = (SELECT max(day) FROM gold.insights WHERE day <= DATE '{today}')
)
SELECT
    COALESCE(groups.workout_type, tested.workout_type) AS workout_type,
    COALESCE(groups.days, 0) AS days,
    groups.avg_next_day_readiness,
    COALESCE(groups.days_with_next_day, 0) AS days_with_next_day,
    groups.avg_readiness,
    tested.status AS against_rest,
    tested.points,
    tested.points_low,
    tested.points_high,
    tested.n,
    tested.needed,
    tested.q,
    tested.window_first_day,
    tested.window_last_day,
    tested.insight,
    tested.finding,
    tested.day
FROM groups
FULL JOIN tested
    ON tested.workout_type = groups.workout_type
ORDER BY days DESC, workout_type
"""

OVERTRAINING = """
SELECT
    risk.day,
    risk.readiness_score,
    risk.readiness_vs_3day,
    risk.workouts_last_3_days,
    risk.overtraining_risk,
    risk.risk_guidance,
    load.state,
    load.state_days,
    load.chronic_load,
    load.chronic_load_low,
    load.chronic_load_high,
    load.acute_load,
    load.acute_load_low,
    load.acute_load_high,
    load.form,
    load.form_low,
    load.form_high,
    trend.readiness_last_month,
    trend.readiness_first_month,
    trend.months_as_of
FROM gold.overtraining_risk AS risk
LEFT JOIN gold.training_load AS load
    ON load.day = risk.day
LEFT JOIN (
    SELECT
        user_id,
        day AS months_as_of,
        CAST(json_extract_scalar(finding_values, '$.mean_last') AS double) AS readiness_last_month,
        CAST(json_extract_scalar(finding_values, '$.mean_first') AS double) AS readiness_first_month
    FROM gold.insights
    WHERE insight = 'readiness_trend'
      AND finding = 'trend'
      AND day = (SELECT max(day) FROM gold.insights WHERE day <= DATE '{today}')
) AS trend
    ON trend.user_id = risk.user_id
WHERE risk.day <= DATE '{today}'
  AND risk.day > date_add('day', -{days}, DATE '{today}')
ORDER BY risk.day DESC
"""

TREND = """
WITH known AS (
{known}
),
ends AS (
    SELECT
        measure,
        count(*) AS known_days,
        greatest(min(day), date_add('day', -{window_before}, DATE '{today}')) AS first_from,
        date_add('day', -{month_before}, DATE '{today}') AS last_from
    FROM known
    WHERE day > date_add('day', -{window}, DATE '{today}')
      AND day <= DATE '{today}'
    GROUP BY measure
),
months AS (
    SELECT
        known.measure,
        ends.known_days,
        ends.first_from,
        ends.last_from,
        avg(CASE WHEN known.day >= ends.last_from THEN known.value END) AS last_month,
        count(CASE WHEN known.day >= ends.last_from THEN known.value END) AS last_month_days,
        avg(
            CASE WHEN known.day < date_add('day', {month}, ends.first_from) THEN known.value END
        ) AS first_month,
        count(
            CASE WHEN known.day < date_add('day', {month}, ends.first_from) THEN known.value END
        ) AS first_month_days
    FROM known
    JOIN ends
        ON ends.measure = known.measure
    WHERE known.day >= ends.first_from
      AND known.day <= DATE '{today}'
    GROUP BY known.measure, ends.known_days, ends.first_from, ends.last_from
),
found AS (
    SELECT
        'readiness_score' AS measure,
        insight,
        finding,
        status,
        CAST(json_extract_scalar(finding_values, '$.mean_last') AS double) AS last_month,
        CAST(json_extract_scalar(finding_values, '$.n_last') AS integer) AS last_month_days,
        CAST(json_extract_scalar(finding_values, '$.last_from') AS date) AS last_from,
        CAST(json_extract_scalar(finding_values, '$.mean_first') AS double) AS first_month,
        CAST(json_extract_scalar(finding_values, '$.n_first') AS integer) AS first_month_days,
        CAST(json_extract_scalar(finding_values, '$.first_from') AS date) AS first_from
    FROM gold.insights
    WHERE insight = 'readiness_trend'
      AND finding = 'trend'
      AND day = (SELECT max(day) FROM gold.insights WHERE day <= DATE '{today}')
),
week AS (
    SELECT measure, day, difference, interval_low, interval_high, p, q
    FROM gold.week_comparison
    WHERE day = (SELECT max(day) FROM gold.week_comparison WHERE day <= DATE '{today}')
)
SELECT
    months.measure,
    months.known_days,
    COALESCE(found.last_month, months.last_month) AS last_month,
    COALESCE(found.last_month_days, months.last_month_days) AS last_month_days,
    COALESCE(found.last_from, months.last_from) AS last_from,
    COALESCE(found.first_month, months.first_month) AS first_month,
    COALESCE(found.first_month_days, months.first_month_days) AS first_month_days,
    COALESCE(found.first_from, months.first_from) AS first_from,
    week.difference AS week_difference,
    week.interval_low,
    week.interval_high,
    week.p,
    week.q,
    week.day AS week_ends_on,
    found.insight,
    found.finding,
    found.status
FROM months
LEFT JOIN found
    ON found.measure = months.measure
LEFT JOIN week
    ON week.measure = months.measure
ORDER BY months.measure
"""
KNOWN = """    SELECT '{column}' AS measure, day, CAST({column} AS double) AS value
    FROM gold.daily_readiness_performance
    WHERE {column} IS NOT NULL"""
CHRONIC_LOAD = """    SELECT 'chronic_load' AS measure, day, chronic_load AS value
    FROM gold.training_load
    WHERE chronic_load IS NOT NULL
      AND state = 'steady'"""

WEEK = """
SELECT measure, difference, interval_low, interval_high, p, q, day
FROM gold.week_comparison
WHERE day = (SELECT max(day) FROM gold.week_comparison WHERE day <= DATE '{today}'){measures}
ORDER BY measure
"""

EXPERIMENT = """
WITH planned AS (
    SELECT
        experiment_id,
        max(name) AS name,
        min(day) AS first_day,
        max(outcome_day) AS newest_outcome_day,
        count(*) AS days_so_far,
        max(units) AS units,
        max(unit_kind) AS unit_kind,
        max(unit) AS unit,
        max(analysed_on) AS analysed_on,
        max(CASE WHEN is_stopped THEN 1 ELSE 0 END) AS was_stopped
    FROM gold.experiment_days
    WHERE day <= DATE '{today}'
    GROUP BY experiment_id
),
results AS (
    SELECT experiment_id, max(day) AS day
    FROM gold.self_experiment
    WHERE day <= DATE '{today}'
    GROUP BY experiment_id
)
SELECT
    planned.name,
    told.status,
    told.outcome,
    told.effect,
    told.interval_low,
    told.interval_high,
    told.p,
    told.pairs,
    told.days_kept,
    planned.first_day,
    planned.unit_kind,
    planned.unit,
    planned.units,
    planned.analysed_on,
    planned.was_stopped,
    told.day,
    told.narrative
FROM planned
LEFT JOIN results
    ON results.experiment_id = planned.experiment_id
LEFT JOIN gold.self_experiment AS told
    ON told.experiment_id = results.experiment_id
   AND told.day = results.day{where}
ORDER BY {first}planned.first_day DESC
"""

UNUSUAL = """
SELECT insight, finding, status, n, narrative, window_first_day, window_last_day, day
FROM gold.insights
WHERE insight = 'anomaly_detection'
  AND day = (SELECT max(day) FROM gold.insights WHERE day <= DATE '{today}'){findings}
ORDER BY position
"""

TOMORROW = """
SELECT
    user_id,
    day,
    forecast_day,
    CASE WHEN beats_all THEN readiness_score END AS readiness_score,
    CASE WHEN beats_all THEN interval_low END AS interval_low,
    CASE WHEN beats_all THEN interval_high END AS interval_high,
    past_forecasts,
    needed,
    is_today_known,
    beats_all,
    mean_error,
    mean_error_of_today,
    mean_error_of_seven_day_mean,
    mean_error_of_long_mean
FROM gold.readiness_forecast
WHERE day = (SELECT max(day) FROM gold.readiness_forecast WHERE day <= DATE '{today}')
"""

ADVICE = """
SELECT
    advice.day,
    advice.readiness_score,
    advice.sleep_score,
    advice.recommended_intensity,
    advice.recommendation_text,
    risk.overtraining_risk,
    risk.risk_guidance
FROM gold.workout_recommendations AS advice
LEFT JOIN gold.overtraining_risk AS risk
    ON risk.day = advice.day
WHERE advice.day = (
    SELECT max(day) FROM gold.workout_recommendations WHERE day <= DATE '{today}'
)
"""


def relation(claim: Claim, today: date) -> str:
    """Findings of the newest day, as the claim names them."""
    conditions = [_of_finding(insight, finding) for insight, finding in claim.looked_up]
    kinds = [finding for insight, finding in claim.looked_up if insight == WORKOUT_RECOVERY]
    named = ", ".join(f"'{finding}'" for finding in kinds if finding)
    first = f"CASE WHEN finding IN ({named}) THEN 0 ELSE 1 END, " if named else ""
    either = "\n       OR ".join(dict.fromkeys(conditions))
    return _filled(RELATION, today, findings=either, first=first)


def _of_finding(insight: str, finding: str) -> str:
    """All kinds of workouts are read where one is asked about, as it may not be among them."""
    is_kind = insight == WORKOUT_RECOVERY
    named = "" if is_kind or not finding else f" AND finding = '{finding}'"
    return f"(insight = '{insight}'{named})"


def best_workout(claim: Claim, today: date) -> str:
    """Kinds of workout with their days, and what was tested of each against rest.

    Only where a readiness is asked for does that of the workout's own day have to be known.
    """
    conditions = []
    if claim.below is not None:
        conditions.append(f"same_day.readiness_score < {claim.below}")
    if claim.from_ is not None:
        conditions.append(f"same_day.readiness_score >= {claim.from_}")
    condition = "\n      AND ".join(conditions)
    where = f"\n    WHERE {condition}" if conditions else ""
    return _filled(BEST_WORKOUT, today, condition=where)


def overtraining(claim: Claim, today: date) -> str:
    """The newest days with what was seen, and the training load of each."""
    return _filled(OVERTRAINING, today, days=RISK_DAYS)


def trend(claim: Claim, today: date) -> str:
    """Measures' last month beside their first one, and whether the newest week moved."""
    known = [KNOWN.format(column=column) for column in claim.columns]
    if claim.kind == "fitness":
        known.append(CHRONIC_LOAD)
    return _filled(
        TREND,
        today,
        known="\n    UNION ALL\n".join(known),
        window=WINDOW_DAYS,
        window_before=WINDOW_DAYS - 1,
        month=MONTH,
        month_before=MONTH - 1,
    )


def week(claim: Claim, today: date) -> str:
    """The newest week against the four weeks before, of all measures or of those asked about."""
    return _filled(WEEK, today, measures=_among(claim.columns))


def experiment(claim: Claim, today: date) -> str:
    """Each experiment with its newest result, where there is one: first what a question names."""
    named = _named_like(claim)
    first = f"CASE WHEN {named} THEN 0 ELSE 1 END, " if named else ""
    return _filled(EXPERIMENT, today, where="", first=first)


def tried(claim: Claim, today: date) -> str:
    """Experiments with what a question names."""
    return _filled(EXPERIMENT, today, where=f"\nWHERE {_named_like(claim)}", first="")


def _named_like(claim: Claim) -> str:
    words = [word for name in claim.untested for word in name.split() if word.isalpha()]
    return " OR ".join(f"lower(planned.name) LIKE '%{word.lower()}%'" for word in words)


def unusual(claim: Claim, today: date) -> str:
    """Days that stood out, of all measures that are watched or of those asked about."""
    named = ", ".join(f"'{finding}'" for _, finding in claim.looked_up if finding)
    return _filled(UNUSUAL, today, findings=f"\n  AND finding IN ({named})" if named else "")


def tomorrow(claim: Claim, today: date) -> str:
    """The newest forecast."""
    return _filled(TOMORROW, today)


def advice(claim: Claim, today: date) -> str:
    """The newest day's recommendation and what was seen of it."""
    return _filled(ADVICE, today)


def _among(columns: Sequence[str]) -> str:
    named = ", ".join(f"'{column}'" for column in columns)
    return f"\n  AND measure IN ({named})" if columns else ""


def _filled(statement: str, today: date, **parts: str | int) -> str:
    return statement.format(today=today.isoformat(), **parts).strip()
