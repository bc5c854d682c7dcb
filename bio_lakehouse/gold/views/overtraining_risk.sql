/*
---
description: >-
  Signs of training more than one recovers from: readiness that is low or falling, low under daily
  workouts, or under an output far above the person's own. What is unknown is never taken for the
  absence of such a sign.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: 90, days_after: 0}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The person's local calendar day."}
  readiness_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's readiness score."}
  hrv_balance: {type: int, minimum: 0, maximum: 100, comment: "Oura's HRV balance contributor."}
  readiness_to_output_ratio:
    type: double
    minimum: 0
    comment: "Output (kJ) a point of readiness, 2 decimals."
  readiness_vs_3day:
    type: double
    minimum: -100
    maximum: 100
    comment: "Readiness against its mean over the 3 calendar days before."
  workouts_last_3_days:
    type: int
    minimum: 0
    maximum: 3
    comment: "Known workout days among this calendar day and the 2 before; null when none is known."
  overtraining_risk:
    type: string
    comment: >-
      high_risk (readiness < 50; or < 65 and lower than on each of the 2 calendar days before),
      moderate_risk (readiness < 70 with 3 workout days of the last 3; or output_zone overreaching;
      or readiness < 65), else low_risk; null when readiness is unknown, or from 65 to below 70 with
      a workout, a day or an output zone unknown that decides.
  risk_guidance: {type: string, comment: "What was seen."}
---
*/
WITH recent AS (
    SELECT
        user_id,
        day,
        readiness_score - avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '3' DAY PRECEDING AND INTERVAL '1' DAY PRECEDING
        ) AS readiness_vs_3day,
        CAST(
            sum(CASE WHEN had_workout THEN 1 WHEN NOT had_workout THEN 0 END) OVER (
                PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
            )
            AS integer
        ) AS workouts_last_3_days,
        coalesce(
            sum(CASE WHEN NOT had_workout THEN 1 END) OVER (
                PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
            ),
            0
        ) AS rest_days_last_3_days
    FROM bio_gold.daily_readiness_performance
),
seen AS (
    SELECT
        today.user_id,
        today.day,
        today.readiness_score,
        today.hrv_balance,
        today.readiness_to_output_ratio,
        recent.readiness_vs_3day,
        recent.workouts_last_3_days,
        CASE
            WHEN today.readiness_score IS NULL THEN NULL
            WHEN today.readiness_score < 50 THEN 'below 50'
            WHEN today.readiness_score < 65
             AND today.readiness_score < one_day_before.readiness_score
             AND today.readiness_score < two_days_before.readiness_score THEN 'low and falling'
            WHEN today.readiness_score < 70 AND recent.workouts_last_3_days = 3 THEN 'daily workouts'
            WHEN today.output_zone = 'overreaching' THEN 'overreaching'
            WHEN today.readiness_score < 65 THEN 'below 65'
            WHEN today.readiness_score >= 70 THEN 'from 70'
            WHEN recent.rest_days_last_3_days > 0 AND today.output_zone IS NOT NULL THEN 'rested'
        END AS sign
    FROM bio_gold.energy_state AS today
    JOIN recent
        ON recent.user_id = today.user_id
       AND recent.day = today.day
    LEFT JOIN bio_gold.daily_readiness_performance AS one_day_before
        ON one_day_before.user_id = today.user_id
       AND one_day_before.day = CAST(date_add('day', -1, today.day) AS date)
    LEFT JOIN bio_gold.daily_readiness_performance AS two_days_before
        ON two_days_before.user_id = today.user_id
       AND two_days_before.day = CAST(date_add('day', -2, today.day) AS date)
)
SELECT
    user_id,
    day,
    readiness_score,
    hrv_balance,
    readiness_to_output_ratio,
    readiness_vs_3day,
    workouts_last_3_days,
    CASE
        WHEN sign IN ('below 50', 'low and falling') THEN 'high_risk'
        WHEN sign IN ('daily workouts', 'overreaching', 'below 65') THEN 'moderate_risk'
        WHEN sign IN ('from 70', 'rested') THEN 'low_risk'
    END AS overtraining_risk,
    CASE sign
        WHEN 'below 50' THEN 'Readiness is below 50.'
        WHEN 'low and falling' THEN 'Readiness is below 65 and lower than on each of the two days before.'
        WHEN 'daily workouts' THEN 'Readiness is below 70, with a workout on each of the last three days.'
        WHEN 'overreaching' THEN 'Readiness is below 70, and the day''s output against it is among the highest 5 % of the 90 days before.'
        WHEN 'below 65' THEN 'Readiness is below 65.'
        WHEN 'from 70' THEN 'Readiness is 70 or above.'
        WHEN 'rested' THEN 'Readiness is from 65 to 69, with a day without a workout among the last three.'
    END AS risk_guidance
FROM seen
